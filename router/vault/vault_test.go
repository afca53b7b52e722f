package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"madoguchi/channels"
	"madoguchi/router/redistest"
	"madoguchi/triage/keyring"
)

const (
	caseA = "07abcdefghijklmnopqrstuvwx"
	caseB = "63zyxwvutsrqponmlkjihgfedc"
)

// servers are the sorts of Redis that every promise is shown on.
func servers(t *testing.T) map[string]redis.UniversalClient {
	t.Helper()
	embedded := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: embedded.Addr(), MaxRetries: -1, ContextTimeoutEnabled: true})
	t.Cleanup(func() { _ = client.Close() })
	return map[string]redis.UniversalClient{"embedded": client, "server": redistest.Start(t).Client()}
}

func on(t *testing.T, test func(t *testing.T, client redis.UniversalClient)) {
	for name, client := range servers(t) {
		t.Run(name, func(t *testing.T) { test(t, client) })
	}
}

func put(t *testing.T, v *Vault, r *Record, originals ...Original) {
	t.Helper()
	if err := v.Put(t.Context(), r, originals...); err != nil {
		t.Fatalf("Put: %v", err)
	}
}

func open(t *testing.T, v *Vault, id string) *Record {
	t.Helper()
	r, err := v.Open(t.Context(), id)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return r
}

func newVault(client redis.UniversalClient, keys *Keys) *Vault {
	return New(client, keys, keyring.New(client, "identity"))
}

func fresh(t *testing.T, v *Vault, id string) *Record {
	t.Helper()
	r, err := v.Fresh(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// full is a record with something in every field.
func full(t *testing.T, v *Vault, id string) *Record {
	t.Helper()
	r := fresh(t, v, id)
	r.Meet(channels.NewAddress("line", "Ucanary-line", []byte("canary-token")))
	r.Meet(channels.NewAddress("email", "canary@example.jp", nil))
	r.Glossary = []byte(`{"entries":[{"placeholder":"[人物A]","words":"山田花子"}]}`)
	r.Mailbox = &Mailbox{channels.NewAddress("chat", "canary-conversation", []byte("public")), []byte("canary-seed")}
	r.Aliases = []string{"canary-pseudonym"}
	r.Attempt = &Attempt{Said: 3, Tries: 2, Since: time.Unix(1, 0).UTC(), Until: time.Unix(9, 0).UTC()}
	return r
}

func TestWhatIsPutIsOpened(t *testing.T) {
	on(t, func(t *testing.T, client redis.UniversalClient) {
		v := newVault(client, NewKeys())
		if _, err := v.Open(t.Context(), caseA); !errors.Is(err, ErrUnknown) {
			t.Fatalf("before: %v", err)
		}
		want := full(t, v, caseA)
		put(t, v, want, Original{"m:1", []byte("はじめの言葉")})
		put(t, v, want, Original{"m:1", []byte("別の言葉")}, Original{"m:2", []byte(strings.Repeat("長い", 900))})
		got := open(t, v, caseA)
		kind, who, how := channels.OpenAddress(got.Contacts[len(got.Contacts)-1])
		if kind != "email" || who != "canary@example.jp" || len(how) != 0 {
			t.Error("the door is another")
		}
		if _, who, how = channels.OpenAddress(got.Contact("line")); who != "Ucanary-line" || string(how) != "canary-token" {
			t.Error("the contact is another")
		}
		if !got.Contact("sms").IsZero() {
			t.Error("a contact that never was")
		}
		if !bytes.Equal(got.Glossary, want.Glossary) || *got.Attempt != *want.Attempt || got.Aliases[0] != want.Aliases[0] {
			t.Error("the record is another")
		}
		if !got.Mailbox.Address.Same(want.Mailbox.Address) || string(got.Mailbox.Seed) != "canary-seed" {
			t.Error("the mailbox is another")
		}
		if words, err := got.OpenWords(want.SealWords("こんにちは")); err != nil || words != "こんにちは" {
			t.Errorf("words: %v", err)
		}
		if data, err := v.Original(t.Context(), caseA, "m:1"); err != nil || string(data) != "はじめの言葉" {
			t.Errorf("the first original does not stay: %v", err)
		}
		if data, err := v.Original(t.Context(), caseA, "m:2"); err != nil || len(data) != 900*6 {
			t.Errorf("a long original: %v", err)
		}
		if _, err := v.Original(t.Context(), caseA, "m:3"); !errors.Is(err, ErrUnknown) {
			t.Errorf("an original that never was: %v", err)
		}
	})
}

func TestLatestContactIsTheDoor(t *testing.T) {
	r := fresh(t, newVault(servers(t)["embedded"], NewKeys()), caseA)
	r.Meet(channels.NewAddress("line", "U1", []byte("old")))
	r.Meet(channels.NewAddress("sms", "+819000000000", nil))
	r.Meet(channels.NewAddress("line", "U1", []byte("new")))
	if len(r.Contacts) != 2 {
		t.Fatalf("%d contacts", len(r.Contacts))
	}
	if kind, _, how := channels.OpenAddress(r.Contacts[1]); kind != "line" || string(how) != "new" {
		t.Error("the door is not the last one used")
	}
}

func TestTwoWritersDoNotOverwriteEachOther(t *testing.T) {
	on(t, func(t *testing.T, client redis.UniversalClient) {
		v := newVault(client, NewKeys())
		first, second := fresh(t, v, caseA), fresh(t, v, caseA)
		put(t, v, first)
		if err := v.Put(t.Context(), second); !errors.Is(err, ErrConflict) {
			t.Fatalf("a second fresh one: %v", err)
		}
		a, b := open(t, v, caseA), open(t, v, caseA)
		a.Aliases = []string{"a"}
		put(t, v, a)
		b.Aliases = []string{"b"}
		if err := v.Put(t.Context(), b, Original{"m:b", []byte("b")}); !errors.Is(err, ErrConflict) {
			t.Fatalf("an old one: %v", err)
		}
		if _, err := v.Original(t.Context(), caseA, "m:b"); !errors.Is(err, ErrUnknown) {
			t.Errorf("a refused put left an original: %v", err)
		}
		put(t, v, a)
		if got := open(t, v, caseA); got.Aliases[0] != "a" {
			t.Error("the record is another")
		}
	})
}

func TestNothingReadableIsAtRest(t *testing.T) {
	on(t, func(t *testing.T, client redis.UniversalClient) {
		v := newVault(client, NewKeys())
		put(t, v, full(t, v, caseA), Original{"m:canary", []byte("canary words")})
		if err := v.Alias(t.Context(), "canary-pseudonym", caseA); err != nil {
			t.Fatal(err)
		}
		for _, line := range dump(t, client) {
			for _, secret := range []string{"canary", "山田", "花子", "line", "email"} {
				if strings.Contains(line, secret) {
					t.Errorf("%q is at rest", secret)
				}
			}
		}
	})
}

// dump returns every key, field and value.
func dump(t *testing.T, client redis.UniversalClient) []string {
	t.Helper()
	ctx := t.Context()
	keys, err := client.Keys(ctx, "*").Result()
	if err != nil || len(keys) == 0 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	all := keys
	for _, key := range keys {
		if s, err := client.Get(ctx, key).Result(); err == nil {
			all = append(all, s)
			continue
		}
		for field, value := range client.HGetAll(ctx, key).Val() {
			all = append(all, field, value)
		}
	}
	return all
}

func TestRecordsOpenInTheirPlaceOnly(t *testing.T) {
	client := servers(t)["embedded"]
	ctx := t.Context()
	v := newVault(client, NewKeys())
	keyA, keyB := "{v07}:case:"+caseA, "{v63}:case:"+caseB
	a := full(t, v, caseA)
	put(t, v, a, Original{"m:1", []byte("one")}, Original{"m:2", []byte("two")})
	old := client.HGetAll(ctx, keyA).Val()
	put(t, v, a)
	put(t, v, full(t, v, caseB))
	good := client.HGetAll(ctx, keyA).Val()
	for name, change := range map[string]map[string]string{
		"an older record":        {"r": old["r"]},
		"another case's record":  {"r": client.HGet(ctx, keyB, "r").Val()},
		"another case's key":     {"k": client.HGet(ctx, keyB, "k").Val()},
		"another case's all":     client.HGetAll(ctx, keyB).Val(),
		"another version":        {"v": "9"},
		"an original as record":  {"r": old[v.originalField(caseA, "m:1")]},
		"a flipped bit":          {"r": flipped(good["r"])},
		"a flipped bit of a key": {"k": flipped(good["k"])},
		"nothing":                {"r": ""},
	} {
		if err := client.HSet(ctx, keyA, change).Err(); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Open(ctx, caseA); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
		if err := client.HSet(ctx, keyA, good).Err(); err != nil {
			t.Fatal(err)
		}
	}
	one, two := v.originalField(caseA, "m:1"), v.originalField(caseA, "m:2")
	if err := client.HSet(ctx, keyA, one, good[two]).Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Original(ctx, caseA, "m:1"); !errors.Is(err, ErrDamaged) {
		t.Errorf("another event's original: %v", err)
	}
	if _, err := open(t, v, caseB).OpenWords(a.SealWords("言葉")); !errors.Is(err, ErrDamaged) {
		t.Errorf("another case's words: %v", err)
	}
	if _, err := newVault(client, NewKeys()).Open(ctx, caseA); !errors.Is(err, ErrDamaged) {
		t.Errorf("another key set: %v", err)
	}
}

func flipped(s string) string {
	b := []byte(s)
	b[len(b)-1] ^= 1
	return string(b)
}

func TestShredEndsEverything(t *testing.T) {
	on(t, func(t *testing.T, client redis.UniversalClient) {
		ctx := t.Context()
		v := newVault(client, NewKeys())
		r := full(t, v, caseA)
		put(t, v, r, Original{"m:1", []byte("one")})
		if err := v.Alias(ctx, "canary-pseudonym", caseA); err != nil {
			t.Fatal(err)
		}
		if id, err := v.Case(ctx, "canary-pseudonym"); err != nil || id != caseA {
			t.Fatalf("alias: %v", err)
		}
		words := r.SealWords("返事")
		for range 2 {
			if err := v.Shred(ctx, caseA); err != nil {
				t.Fatal(err)
			}
		}
		if keys := client.Keys(ctx, "{v*").Val(); len(keys) != 0 {
			t.Errorf("%d keys stay", len(keys))
		}
		if _, err := v.Case(ctx, "canary-pseudonym"); !errors.Is(err, ErrUnknown) {
			t.Errorf("the alias: %v", err)
		}
		if err := v.Put(ctx, r); !errors.Is(err, ErrConflict) {
			t.Errorf("an old record comes back: %v", err)
		}
		again := fresh(t, v, caseA)
		put(t, v, again)
		if _, err := again.OpenWords(words); !errors.Is(err, ErrDamaged) {
			t.Errorf("the words open again: %v", err)
		}
		if err := client.HSet(ctx, "{v07}:case:"+caseA, "r", "damaged").Err(); err != nil {
			t.Fatal(err)
		}
		if err := v.Shred(ctx, caseA); err != nil {
			t.Errorf("a damaged one: %v", err)
		}
	})
}

func TestRecordsDoNotPrint(t *testing.T) {
	r := full(t, newVault(servers(t)["embedded"], NewKeys()), caseA)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "record", r)
	text := fmt.Sprintf("%v %+v %#v %s %q %x %d", r, r, r, r, r, r, r) + log.String()
	for _, secret := range []string{"canary", "山田", "63616e617279"} {
		if strings.Contains(text, secret) {
			t.Errorf("it prints %q", secret)
		}
	}
	if _, err := json.Marshal(r); err == nil {
		t.Error("it has JSON")
	}
}

func TestKeysAreReadAgain(t *testing.T) {
	client := servers(t)["embedded"]
	old := NewKeys()
	put(t, newVault(client, old), full(t, newVault(client, old), caseA), Original{"m:1", []byte("one")})
	data, err := old.Added().Turned().Marshal()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ParseKeys(data)
	if err != nil {
		t.Fatal(err)
	}
	v := newVault(client, keys)
	put(t, v, open(t, v, caseA))
	if _, err := v.Original(t.Context(), caseA, "m:1"); err != nil {
		t.Errorf("an original under the old key: %v", err)
	}
	put(t, v, fresh(t, v, caseB))
	if _, err := newVault(client, old).Open(t.Context(), caseB); !errors.Is(err, ErrDamaged) {
		t.Errorf("the old set opens what the new key sealed: %v", err)
	}
	for name, bad := range map[string]string{
		"nothing": "", "no JSON": "canary", "no keys": `{"version":1,"keys":[],"names":""}`,
		"another version": strings.Replace(string(data), `"version": 1`, `"version": 2`, 1),
		"another id":      strings.Replace(string(data), `"id": `, `"id": 1`, 1),
	} {
		if _, err := ParseKeys([]byte(bad)); !errors.Is(err, ErrKeys) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestErrorsSayNothing(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client()
	v := newVault(client, NewKeys())
	r := full(t, v, caseA)
	put(t, v, r)
	if err := client.Do(t.Context(), "SET", "{v63}:case:"+caseB, "no hash").Err(); err != nil {
		t.Fatal(err)
	}
	if err := v.Put(t.Context(), full(t, v, caseB)); !errors.Is(err, ErrUnavailable) || strings.Contains(err.Error(), caseB) {
		t.Errorf("a server's error: %v", err)
	}
	for _, id := range []string{"", "07", "xx" + caseA, "07{p01}", "07a b"} {
		if _, err := v.Open(t.Context(), id); !errors.Is(err, ErrUnknown) {
			t.Errorf("%q: %v", id, err)
		}
	}
	server.Kill()
	if err := v.Put(t.Context(), r); !errors.Is(err, ErrUnavailable) {
		t.Errorf("no server: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := v.Put(ctx, r); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
