package audit

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/redistest"
	"madoguchi/triage/seal"
)

// While Redis is away the journal takes the entries; when it is back they are in the chain, in order, each once.
func TestTheJournalStandsIn(t *testing.T) {
	t.Parallel()
	server, keys, dir := redistest.Start(t), seal.New(), t.TempDir()
	l := opened(t, server.Client(), keys, dir)
	record(t, l, 1, 3)
	server.Kill()
	record(t, l, 4, 5)
	if !l.Degraded() {
		t.Error("not degraded while Redis is away")
	}
	l = opened(t, server.Client(), keys, dir) // the process was started again meanwhile
	if !l.Degraded() {
		t.Error("not degraded after a restart")
	}
	record(t, l, 6, 8)
	if err := l.Merge(t.Context()); !errors.Is(err, triage.ErrUnavailable) {
		t.Errorf("Merge while Redis is away: %v", err)
	}
	server.Restart()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	for end := time.Now().Add(20 * time.Second); l.Degraded(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the journal is not taken over")
		}
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
	record(t, l, 9, 9)
	holds(t, l, 9)
}

// deaf is a client whose writes happen and whose answers are lost, while on is set.
type deaf struct{ on bool }

func (d *deaf) DialHook(next redis.DialHook) redis.DialHook { return next }
func (d *deaf) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}
func (d *deaf) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if d.on && err == nil && strings.HasPrefix(cmd.Name(), "eval") {
			cmd.SetErr(errors.New("the connection was lost"))
			return cmd.Err()
		}
		return err
	}
}

// An answer that is lost does not double an entry, neither of the chain nor of the journal's take-over.
func TestALostAnswerDoublesNothing(t *testing.T) {
	t.Parallel()
	client, _ := redistest.Embedded(t)
	hook := &deaf{}
	client.AddHook(hook)
	l := opened(t, client, seal.New(), t.TempDir())
	record(t, l, 1, 2)
	hook.on = true
	record(t, l, 3, 5) // 3 is in the chain and in the journal, the others in the journal
	for range 3 {      // 4 is taken over, then found so
		if err := l.Merge(t.Context()); !errors.Is(err, triage.ErrUnavailable) {
			t.Fatalf("Merge: %v", err)
		}
	}
	hook.on = false
	if err := l.Merge(t.Context()); err != nil {
		t.Fatal(err)
	}
	holds(t, l, 5)
}

// The journal cannot be edited, cut or removed unnoticed either, neither before it is taken over nor after.
func TestTheJournalIsAChainToo(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		spoil func(data []byte) []byte
		first int64
	}{
		"a bit changed":    {func(d []byte) []byte { d[len(d)/2] ^= 1; return d }, 2},
		"the last cut off": {func(d []byte) []byte { return d[:len(d)*2/3] }, 3},
		"a part cut off":   {func(d []byte) []byte { return d[:len(d)*2/3+9] }, 3},
		"all removed":      {func([]byte) []byte { return nil }, 1},
		"the first two swapped": {func(d []byte) []byte {
			n := len(d) / 3
			return slices.Concat(d[n:2*n], d[:n], d[2*n:])
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, keys, dir := redistest.Start(t), seal.New(), t.TempDir()
			server.Kill()
			l := opened(t, server.Client(), keys, dir)
			record(t, l, 1, 3)
			server.Restart()
			if err := l.Verify(t.Context()); err != nil {
				t.Fatalf("before: %v", err)
			}
			path := filepath.Join(dir, journalFile)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, row.spoil(data), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, when := range []string{"in the journal", "taken over"} {
				var broken *Broken
				if err := l.Verify(t.Context()); !errors.As(err, &broken) || !broken.Journal || broken.N != row.first {
					t.Errorf("%s: %v, want entry %d of the journal", when, err, row.first)
				}
				if err := l.Merge(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if n, err := l.Len(t.Context()); err != nil || n != row.first-1 {
				t.Errorf("%d entries were taken over, %v, want %d", n, err, row.first-1)
			}
			if l.Degraded() {
				t.Error("still degraded")
			}
		})
	}
}

// A record that a crash cut short was never answered for: it is neither missed nor in the way.
func TestATornJournalRecord(t *testing.T) {
	t.Parallel()
	server, keys, dir := redistest.Start(t), seal.New(), t.TempDir()
	server.Kill()
	l := opened(t, server.Client(), keys, dir)
	record(t, l, 1, 2)
	f, err := os.OpenFile(filepath.Join(dir, journalFile), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte{0, 0, 9, 9, 1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	record(t, l, 3, 3)
	server.Restart()
	if err := l.Merge(t.Context()); err != nil {
		t.Fatal(err)
	}
	holds(t, l, 3)
}

// Where neither home can be written, and where the caller has gone, nothing is said to be written.
func TestRefusals(t *testing.T) {
	t.Parallel()
	server, dir := redistest.Start(t), t.TempDir()
	l := opened(t, server.Client(), seal.New(), dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Record(ctx, entry(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that has gone: %v", err)
	}
	server.Kill()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := l.Record(t.Context(), entry(1)); !errors.Is(err, triage.ErrUnavailable) {
		t.Errorf("no home at all: %v", err)
	}
	if err := l.Verify(t.Context()); !errors.Is(err, triage.ErrUnavailable) {
		t.Errorf("Verify without Redis: %v", err)
	}
}
