package redis_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/keyring"
	"madoguchi/triage/redis"
	"madoguchi/triage/redistest"
	"madoguchi/triage/seal"
)

// Without a server, and on one that takes no writes, every act says ErrUnavailable and nothing of what it was about.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	client := server.Client()
	store := redis.New(client, seal.New(), keyring.New(client, "body"))
	c, err := store.Append(t.Context(), triage.Case{ID: caseID}, everything()[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := client.ConfigSet(t.Context(), "maxmemory", "1").Err(); err != nil {
		t.Fatal(err)
	}
	_, err = store.Append(t.Context(), c, everything()[1])
	if !errors.Is(err, triage.ErrUnavailable) || !strings.Contains(err.Error(), "OOM") {
		t.Errorf("on a full server: %v, want ErrUnavailable with OOM", err)
	}
	server.Kill()
	plain := regexp.MustCompile(`^triage: the store cannot be reached$`)
	for name, act := range map[string]func(ctx context.Context) error{
		"Append": func(ctx context.Context) error { _, err := store.Append(ctx, c, everything()[1]); return err },
		"begin": func(ctx context.Context) error {
			_, err := store.Append(ctx, triage.Case{ID: "08abc"}, everything()[0])
			return err
		},
		"Load": func(ctx context.Context) error { _, _, err := store.Load(ctx, caseID); return err },
		"List": func(ctx context.Context) error { _, _, err := store.List(ctx, triage.Query{}); return err },
		"Ref":  func(ctx context.Context) error { _, _, err := store.List(ctx, triage.Query{Ref: "07x"}); return err },
		"Lease": func(ctx context.Context) error {
			_, err := store.Lease(ctx, triage.DueSend, at, time.Second, 1)
			return err
		},
		"Settle": func(ctx context.Context) error {
			return store.Settle(ctx, triage.Due{Kind: triage.DueSend, Case: caseID}, at)
		},
		"Watch": func(ctx context.Context) error { _, err := store.Watch(ctx); return err },
		"Shred": func(ctx context.Context) error { return store.Shred(ctx, triage.Case{ID: caseID, Version: 1}) },
	} {
		if err := act(t.Context()); !errors.Is(err, triage.ErrUnavailable) || !plain.MatchString(err.Error()) {
			t.Errorf("%s: %v, want ErrUnavailable alone", name, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := act(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s of a caller that has gone: %v, want its context's error", name, err)
		}
	}
	server.Restart()
	if got, _, err := store.Load(t.Context(), caseID); err != nil || got.Version != 1 {
		t.Errorf("after the restart: version %d, %v", got.Version, err)
	}
}

// handedOff is a hand-off of that id.
func handedOff(id string) triage.Event {
	return triage.Event{ID: id, At: at, Kind: triage.KindHandoff, From: triage.Counselor,
		Handoff: &triage.Handoff{ID: id, Recipient: "school", School: "hinode", State: triage.HandoffSent}}
}

// Whoever asks for a reference while the server dies and comes back is told that nobody can say, and never that there is none; one
// that begins with the digits of the case's partition, as they did once, is found as any other.
func TestAReferenceIsNotUnknownWhileRedisDies(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	client := server.Client()
	store := redis.New(client, seal.New(), keyring.New(client, "body"))
	refs := []string{"07reference", "abcreference"}
	if _, err := store.Append(t.Context(), triage.Case{ID: caseID}, everything()[0], handedOff(refs[0]), handedOff(refs[1])); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			server.Kill()
			server.Restart()
		}()
		found := 0 // in a row, since it is back
		for i := 0; found < len(refs); i++ {
			cases, _, err := store.List(t.Context(), triage.Query{Ref: refs[i%len(refs)]})
			if err != nil && !errors.Is(err, triage.ErrUnavailable) || err == nil && (len(cases) != 1 || cases[0].ID != caseID) {
				t.Fatalf("%s: %d cases, %v", refs[i%len(refs)], len(cases), err)
			}
			select {
			case <-ended:
				if found++; err != nil {
					found = 0
				}
			default:
			}
		}
	}
}

// A watcher that lost its connection is told to look at everything, and hears of changes again.
func TestWatchComesBack(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	store := redis.New(server.Client(), seal.New(), keyring.New(server.Client(), "body"))
	told, err := store.Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if id := heard(t, told); id != "" {
		t.Fatalf("first %q, want the empty id", id)
	}
	server.Restart()
	if id := heard(t, told); id != "" {
		t.Fatalf("after a lost connection %q, want the empty id", id)
	}
	if _, err := store.Append(t.Context(), triage.Case{ID: caseID}, everything()[0]); err != nil {
		t.Fatal(err)
	}
	for heard(t, told) != caseID {
	}
}

func heard(t *testing.T, told <-chan triage.CaseID) triage.CaseID {
	t.Helper()
	select {
	case id, ok := <-told:
		if !ok {
			t.Fatal("the watch has ended")
		}
		return id
	case <-time.After(20 * time.Second):
		t.Fatal("nothing is told")
	}
	return ""
}

// A writer whose answer was lost appends again, and the event is there once. A proxy that drops the answers makes it so.
func TestALostAnswer(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	proxy := dropping(t, server.Addr)
	options := *server.Client().Options()
	options.Addr = proxy
	client := goredis.NewClient(&options)
	t.Cleanup(func() { _ = client.Close() })
	keys := seal.New()
	lossy, store := redis.New(client, keys, keyring.New(client, "body")), redis.New(server.Client(), keys, keyring.New(server.Client(), "body"))
	e := everything()[0]
	if _, err := lossy.Append(t.Context(), triage.Case{ID: caseID}, e); !errors.Is(err, triage.ErrUnavailable) {
		t.Fatalf("through the proxy: %v, want ErrUnavailable", err)
	}
	deadline := time.Now().Add(20 * time.Second)
	for {
		if _, _, err := store.Load(t.Context(), caseID); err == nil {
			break
		} else if !errors.Is(err, triage.ErrUnknown) || time.Now().After(deadline) {
			t.Fatalf("what the proxy let pass did not arrive: %v", err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	c, err := store.Append(t.Context(), triage.Case{ID: caseID}, e)
	if err != nil || c.Version != 1 {
		t.Fatalf("again: version %d, %v", c.Version, err)
	}
	if _, events, err := store.Load(t.Context(), caseID); err != nil || len(events) != 1 {
		t.Errorf("%d events, %v, want 1", len(events), err)
	}
}

// dropping returns the address of a proxy that hands on a whole script and closes the connection in place of its answer.
func dropping(t *testing.T, to string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() { // ends with the listener
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			go drop(from, to)
		}
	}()
	return l.Addr().String()
}

// drop carries one connection until it sees the source of a script.
func drop(from net.Conn, to string) {
	defer func() { _ = from.Close() }()
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	buf, answer := make([]byte, 1<<20), make([]byte, 1<<20)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		script := bytes.Contains(buf[:n], []byte("redis.call"))
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
		m, err := server.Read(answer)
		if err != nil || script {
			return
		}
		if _, err := from.Write(answer[:m]); err != nil {
			return
		}
	}
}
