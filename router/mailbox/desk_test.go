package mailbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"madoguchi/channels"
	"madoguchi/router/redistest"
)

// clock is the machine's clock of a test.
type clock struct{ shift atomic.Int64 }

func (c *clock) Now() time.Time          { return time.Now().Add(time.Duration(c.shift.Load())) }
func (c *clock) Advance(d time.Duration) { c.shift.Add(int64(d)) }

// counter counts what goes to Redis.
type counter struct{ n atomic.Int64 }

func (c *counter) DialHook(next redis.DialHook) redis.DialHook { return next }
func (c *counter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { c.n.Add(1); return next(ctx, cmd) }
}
func (c *counter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error { c.n.Add(int64(len(cmds))); return next(ctx, cmds) }
}

// desk is a mailbox with both sides on one Redis.
type desk struct {
	*Reader
	*Writer
	clock    *clock
	client   *redis.Client
	commands *counter
	hashes   *atomic.Int64
	keys     *ReaderKeys
	writes   *WriterKeys
}

func newDesk(t testing.TB, addr string) *desk {
	client := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, ContextTimeoutEnabled: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}})
	t.Cleanup(func() { _ = client.Close() })
	d := &desk{clock: &clock{}, client: client, commands: &counter{}, hashes: &atomic.Int64{}}
	client.AddHook(d.commands)
	rk, wk := NewKeys()
	d.keys, d.writes, d.Reader, d.Writer = rk, wk, NewReader(client, rk, d.clock.Now), NewWriter(client, wk, d.clock.Now)
	d.Reader.pool.hash = func(secret uint64) []byte { d.hashes.Add(1); return stretch(secret) }
	d.Reader.patience = 10 * time.Millisecond
	return d
}

// each runs a test on the embedded server and on a real one.
func each(t *testing.T, f func(t *testing.T, d *desk)) {
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		f(t, newDesk(t, miniredis.RunT(t).Addr()))
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		f(t, newDesk(t, redistest.Start(t).Addr))
	})
}

func (d *desk) begin(t testing.TB) channels.Conversation {
	t.Helper()
	c, err := d.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// written begins a conversation of which a message was taken.
func (d *desk) written(t testing.TB) channels.Conversation {
	t.Helper()
	c := d.begin(t)
	if err := d.Register(t.Context(), c.Address(), *c.Opening()); err != nil {
		t.Fatal(err)
	}
	return c
}

func (d *desk) put(t testing.TB, to channels.Address, seq int64, text string) {
	t.Helper()
	if err := d.Put(t.Context(), to, channels.Entry{Seq: seq, From: "counselor", Text: text, At: time.Unix(1_800_000_000, 0).UTC()}); err != nil {
		t.Fatal(err)
	}
}

func (d *desk) open(t testing.TB, kind channels.SecretKind, secret string) channels.Conversation {
	t.Helper()
	c, err := d.Open(t.Context(), channels.Secret{Kind: kind, Text: secret})
	if err != nil {
		t.Fatalf("by %s: %v", kind, err)
	}
	return c
}

func (d *desk) refuse(t testing.TB, kind channels.SecretKind, secret string, want error) {
	t.Helper()
	if _, err := d.Open(t.Context(), channels.Secret{Kind: kind, Text: secret}); !errors.Is(err, want) {
		t.Fatalf("by %s: %v, want %v", kind, err, want)
	}
}

func resume(t testing.TB, c channels.Conversation) string {
	t.Helper()
	token, err := c.Resume(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func texts(entries []channels.Entry, err error) string {
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, e := range entries {
		all = append(all, fmt.Sprint(e.Seq, e.Text))
	}
	return strings.Join(all, " ")
}

func expect(t testing.TB, what, got, want string) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: %q, want %q", what, got, want)
	}
}

func eventually(t testing.TB, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it never came to be")
		}
	}
}
