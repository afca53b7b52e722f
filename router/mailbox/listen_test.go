package mailbox

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"madoguchi/channels"
	"madoguchi/router/redistest"
	cluster "madoguchi/triage/redistest"
)

// ear keeps what a listener was told.
type ear struct {
	mu   sync.Mutex
	mail int
	said []string
}

func (e *ear) hear(c channels.Change) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if c.Mail {
		e.mail++
	}
	if c.Doing != "" {
		e.said = append(e.said, c.Doing)
	}
}

func (e *ear) heard() (mail int, said string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.mail, strings.Join(e.said, " ")
}

// run starts the reader's Run. The returned stop waits for its end.
func run(t *testing.T, r *Reader) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}

// News reaches the listeners of that mailbox, and no others, until they stop; what the desk does is told and kept.
func TestListen(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		defer run(t, d.Reader)()
		c, other := d.written(t), d.written(t)
		var mine, second, theirs ear
		stop, stopSecond := c.Listen(mine.hear), c.Listen(second.hear)
		defer c.Listen(func(channels.Change) {})()
		defer other.Listen(theirs.hear)()
		eventually(t, func() bool { // the subscription stands as soon as something comes through
			if err := d.Show(ctx, other.Address(), "reading"); err != nil {
				t.Fatal(err)
			}
			_, said := theirs.heard()
			return said != ""
		})
		before, _ := theirs.heard()
		d.put(t, c.Address(), 1, "へんじ")
		if err := d.Show(ctx, c.Address(), "writing"); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() bool { m, s := mine.heard(); n, _ := second.heard(); return m > 0 && n > 0 && s == "writing" })
		expect(t, "doing", c.Doing(ctx), "writing")
		if after, _ := theirs.heard(); after != before {
			t.Error("another mailbox was told")
		}
		if err := d.Show(ctx, c.Address(), "waiting"); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() bool { _, s := mine.heard(); return s == "writing waiting" })
		expect(t, "doing", c.Doing(ctx), "waiting")
		if d.Show(ctx, c.Address(), "sleeping") == nil {
			t.Error("a desk does not sleep")
		}
		stop()
		stopped, _ := mine.heard()
		known, _ := second.heard()
		d.put(t, c.Address(), 2, "もうひとつ")
		eventually(t, func() bool { n, _ := second.heard(); return n > known })
		if n, _ := mine.heard(); n != stopped {
			t.Error("a stopped listener was told")
		}
		stopSecond()
		stopSecond()
	})
}

// What was shown goes out after its time, also where nobody says so.
func TestDoingGoesOut(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	d := newDesk(t, server.Addr())
	c := d.written(t)
	var e ear
	defer c.Listen(e.hear)()
	if err := d.Show(t.Context(), c.Address(), "writing"); err != nil {
		t.Fatal(err)
	}
	now, name := time.Now(), c.(*conversation).name.notice()
	d.hub.notice(name+" doing writing", now)
	d.hub.putOut(now.Add(29 * time.Second))
	d.hub.notice(name+" doing writing", now.Add(29*time.Second))
	d.hub.putOut(now.Add(58 * time.Second))
	if _, said := e.heard(); said != "writing writing" {
		t.Errorf("said %q", said)
	}
	d.hub.putOut(now.Add(60 * time.Second))
	d.hub.putOut(now.Add(90 * time.Second))
	if _, said := e.heard(); said != "writing writing waiting" {
		t.Errorf("said %q", said)
	}
	server.FastForward(doingLasts)
	expect(t, "doing", c.Doing(t.Context()), "waiting")
}

// What may be said of the wait stands over the longest rest: who comes back after the turn of the year is told it still.
func TestTheWaitStandsOverTheLongestRest(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	d := newDesk(t, server.Addr())
	c := d.written(t)
	said := channels.Wait{Band: "quiet", Care: "night"}
	if err := d.Writer.Wait(t.Context(), c.Address(), 1, said); err != nil {
		t.Fatal(err)
	}
	server.FastForward(10 * 24 * time.Hour)
	expect(t, "care", c.Wait(t.Context()).Care, said.Care)
}

// A notice that never came is found by the second sweep; one that came wakes nobody again; a count that went back, after a
// loss of data, wakes all of the shard.
func TestSweep(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	d := newDesk(t, server.Addr())
	c := d.written(t)
	shard, name := c.(*conversation).name.shard, c.(*conversation).name.notice()
	var e ear
	defer c.Listen(e.hear)()
	sweeps := func(want int, what string) {
		t.Helper()
		d.sweep(t.Context())
		d.sweep(t.Context())
		if n, _ := e.heard(); n != want {
			t.Fatalf("%s: told %d times, want %d", what, n, want)
		}
	}
	sweeps(0, "nothing came")
	d.put(t, c.Address(), 1, "x")
	sweeps(1, "a lost notice")
	d.put(t, c.Address(), 2, "x")
	d.hub.notice(name+" mail 2", time.Now())
	sweeps(2, "a notice that came")
	d.put(t, c.Address(), 3, "x")
	d.put(t, c.Address(), 4, "x")
	d.hub.notice(name+" mail 4", time.Now())
	sweeps(4, "one of two lost")
	for _, bad := range []string{"", "x", name + " mail", name + " mail x", "x doing y z"} {
		d.hub.notice(bad, time.Now())
	}
	server.Del(feedKey(shard))
	sweeps(6, "a malformed notice, and the count went back")
}

// A conversation that somebody listens to stays in use.
func TestListenKeepsInUse(t *testing.T) {
	t.Parallel()
	d := newDesk(t, miniredis.RunT(t).Addr())
	c := d.written(t)
	token := resume(t, c)
	stop := c.Listen(func(channels.Change) {})
	for range 20 {
		d.touchListeners(t.Context())
		commands := d.commands.n.Load()
		d.touchListeners(t.Context())
		if d.commands.n.Load() != commands {
			t.Fatal("touched twice")
		}
		d.clock.Advance(6 * time.Minute)
	}
	stop()
	d.open(t, channels.ByResume, token)
	d.clock.Advance(32 * time.Minute)
	d.refuse(t, channels.ByResume, token, channels.ErrUnknown)
}

// The subscription comes back with Redis, and everything is reported as changed.
func TestListenAfterOutage(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	d := newDesk(t, server.Addr)
	c := d.written(t)
	var e ear
	defer c.Listen(e.hear)()
	defer run(t, d.Reader)()
	eventually(t, func() bool { n, _ := e.heard(); return n > 0 })
	server.Kill()
	known, _ := e.heard()
	server.Restart()
	eventually(t, func() bool { n, _ := e.heard(); return n > known })
	eventually(t, func() bool {
		return d.Put(t.Context(), c.Address(), channels.Entry{Seq: 1, From: "desk", Text: "x"}) == nil
	})
	known, _ = e.heard()
	d.put(t, c.Address(), 2, "y")
	eventually(t, func() bool { n, _ := e.heard(); return n > known })
}

// Run leaves no goroutine behind, whether Redis answers or not.
func TestRunLeavesNothing(t *testing.T) {
	server := redistest.Start(t)
	for _, away := range []bool{false, true} {
		if away {
			server.Kill()
		}
		before := runtime.NumGoroutine()
		d := newDesk(t, server.Addr)
		stop := run(t, d.Reader)
		c := d.begin(t)
		defer c.Listen(func(channels.Change) {})()
		d.sweep(t.Context())
		stop()
		if err := d.client.Close(); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() bool { return runtime.NumGoroutine() <= before })
	}
}

// Every script keeps to one slot: the whole story on a Redis Cluster of three.
func TestCluster(t *testing.T) {
	t.Parallel()
	client := cluster.StartCluster(t).Client()
	rk, wk := NewKeys()
	r, w := NewReader(client, rk, nil), NewWriter(client, wk, nil)
	defer run(t, r)()
	ctx := t.Context()
	for range 8 { // several shards
		c, err := r.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var e ear
		defer c.Listen(e.hear)()
		words, _ := c.Code()
		entry := channels.Entry{Seq: 1, From: "desk", Text: "へんじ"}
		err = errors.Join(w.Register(ctx, c.Address(), *c.Opening()), w.Put(ctx, c.Address(), entry), w.Show(ctx, c.Address(), "reading"))
		if err != nil {
			t.Fatal(err)
		}
		r.sweep(ctx)
		back, err := r.Open(ctx, channels.Secret{Kind: channels.ByCode, Text: words})
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "mail", texts(back.Unread(ctx)), "1へんじ")
		expect(t, "doing", back.Doing(ctx), "reading")
		if err := errors.Join(back.Read(ctx, 1), back.Close(ctx)); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Open(ctx, channels.Secret{Kind: channels.ByCode, Text: words}); !errors.Is(err, channels.ErrUnknown) {
			t.Fatal(err)
		}
	}
}
