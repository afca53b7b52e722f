package router

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/channels"
	"madoguchi/router/envelope"
	"madoguchi/router/redistest"
	"madoguchi/router/stream"
	"madoguchi/triage"
)

// desk notes what a Handler processed.
type desk struct {
	mu    sync.Mutex
	got   map[string][]int
	tries map[string]int
	fail  func(who string, n, try int) error // nil: nothing fails
	hang  time.Duration

	told   []string // what was reported before it was laid among the dead letters, by who/id; "" could not be opened
	untold error    // where nothing can be reported
}

func (d *desk) report(_ context.Context, m *channels.Message) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.untold != nil {
		return d.untold
	}
	name := ""
	if m != nil {
		_, who, _ := channels.OpenAddress(m.From)
		name = who + "/" + m.ID
	}
	d.told = append(d.told, name)
	return nil
}

// reported returns what was.
func (d *desk) reported() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.told)
}

func newDesk() *desk { return &desk{got: make(map[string][]int), tries: make(map[string]int)} }

func (d *desk) handle(_ context.Context, m channels.Message) error {
	_, who, _ := channels.OpenAddress(m.From)
	n, _ := strconv.Atoi(m.ID)
	d.mu.Lock()
	key := who + "/" + m.ID
	d.tries[key]++
	try := d.tries[key]
	d.mu.Unlock()
	time.Sleep(d.hang)
	if d.fail != nil {
		if err := d.fail(who, n, try); err != nil {
			return err
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.got[who] = append(d.got[who], n)
	return nil
}

// of returns what was processed of a conversation.
func (d *desk) of(who string) []int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.got[who])
}

func upTo(n int, without ...int) []int {
	var all []int
	for i := 1; i <= n; i++ {
		if !slices.Contains(without, i) {
			all = append(all, i)
		}
	}
	return all
}

// consume runs a consumer until stop is called or the test ends.
func (g *gate) consume(d *desk) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	c := NewConsumer(g.client, envelope.NewOpener(g.id), d.handle, d.report, slog.New(slog.NewTextHandler(io.Discard, nil)), nil)
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			g.t.Error(err)
		}
	})
	g.t.Cleanup(stop)
	return stop
}

// settled waits until nothing is queued.
func (g *gate) settled() Status {
	g.t.Helper()
	var s Status
	eventually(g.t, "settled", func() bool {
		s = g.Status(context.Background())
		return s.Held == 0 && s.Queued == 0 && s.Redis == "ok"
	})
	g.balanced(s)
	return s
}

func TestConsumerKeepsTheOrder(t *testing.T) {
	for name, client := range map[string]func(t *testing.T) redis.UniversalClient{
		"embedded": embedded,
		"server":   func(t *testing.T) redis.UniversalClient { return redistest.Start(t).Client() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, d := newGate(t, client(t)), newDesk()
			g.consume(d)
			g.takeMany(10, 1, 40, channels.Stored, channels.Held)
			if s := g.settled(); s.Processed != 400 || s.Dead != 0 {
				t.Fatalf("%+v", s)
			}
			for c := range 10 {
				if got := d.of(fmt.Sprintf("c%d", c)); !slices.Equal(got, upTo(40)) {
					t.Fatalf("c%d: %v", c, got)
				}
			}
		})
	}
}

// What fails is tried again in its place and buried after five deliveries; what comes behind it in the conversation waits,
// other conversations do not.
func TestFailuresAreTriedAgainAndBuried(t *testing.T) {
	t.Parallel()
	g, d := newGate(t, redistest.Start(t).Client()), newDesk()
	bad := errors.New("山田花子 canary")
	d.fail = func(who string, n, try int) error {
		switch {
		case who == "c0" && n == 3:
			return bad
		case who == "c1" && n == 2 && try < 4:
			panic("山田花子 canary")
		case who == "c2" && n == 1:
			return errMalformed
		case who == "c3" && n == 2 && try < 8: // an outage is waited out, however long it lasts
			return fmt.Errorf("appending: %w", triage.ErrUnavailable)
		}
		return nil
	}
	g.consume(d)
	g.takeMany(5, 1, 5, channels.Stored, channels.Held)
	eventually(t, "the others are done", func() bool { return len(d.of("c4")) == 5 && len(d.of("c2")) == 4 })
	if got := d.of("c0"); len(got) > 2 {
		t.Errorf("c0 ran ahead: %v", got)
	}
	if s := g.settled(); s.Dead != 2 || s.Processed != 23 {
		t.Fatalf("%+v", s)
	}
	for who, want := range map[string][]int{"c0": upTo(5, 3), "c1": upTo(5), "c2": upTo(5, 1), "c3": upTo(5), "c4": upTo(5)} {
		if got := d.of(who); !slices.Equal(got, want) {
			t.Errorf("%s: %v", who, got)
		}
	}
	if n := d.tries["c0/3"]; n != deliveries {
		t.Errorf("tried %d times", n)
	}
	if n := d.tries["c2/1"]; n != 1 {
		t.Errorf("a malformed one was tried %d times", n)
	}
	if told := d.reported(); !slices.Equal(told, []string{"c2/1", "c0/3"}) {
		t.Errorf("reported %q", told)
	}
}

// A dead letter that is asked for again is processed once, however often it is asked for.
func TestDeadLetterIsProcessedOnceWhenAskedFor(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	g, d := newGate(t, redistest.Start(t).Client()), newDesk()
	var mended bool
	d.fail = func(_ string, n, _ int) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		if n == 2 && !mended {
			return errMalformed
		}
		return nil
	}
	g.consume(d)
	g.takeMany(1, 1, 3, channels.Stored, channels.Held)
	if s := g.settled(); s.Dead != 1 {
		t.Fatalf("%+v", s)
	}
	d.mu.Lock()
	mended = true
	d.mu.Unlock()
	names, err := stream.Lanes(ctx, g.client)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		l := stream.NewLane(g.client, name)
		letters, err := l.Dead(ctx, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range letters {
			for range 10 {
				if _, err := l.Requeue(ctx, x.Seq); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if s := g.settled(); s.Dead != 0 || s.Processed != 3 {
		t.Fatalf("%+v", s)
	}
	if got := d.of("c0"); !slices.Equal(got, []int{1, 3, 2}) {
		t.Fatalf("%v", got)
	}
}

func TestUnopenedIsBuriedAtOnce(t *testing.T) {
	t.Parallel()
	g, d := newGate(t, redistest.Start(t).Client()), newDesk()
	g.takeMany(3, 1, 5, channels.Stored, channels.Held)
	g.caughtUp()
	other, err := envelope.NewIdentity(envelope.Intake)
	if err != nil {
		t.Fatal(err)
	}
	mine := g.id
	g.id = other
	stop := g.consume(d)
	if s := g.settled(); s.Dead != 15 || s.Processed != 0 {
		t.Fatalf("%+v", s)
	}
	stop()
	if told := slices.Compact(d.reported()); !slices.Equal(told, []string{""}) {
		t.Errorf("reported %q", told)
	}
	if g.id = mine; len(d.got) != 0 {
		t.Errorf("opened with another key")
	}
}

// A message that kills its router is buried after five deaths, and nothing else is.
func TestMessageThatKillsItsRouter(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	g, d := newGate(t, redistest.Start(t).Client()), newDesk()
	g.takeMany(4, 1, 3, channels.Stored, channels.Held)
	g.caughtUp()
	names, err := stream.Lanes(ctx, g.client)
	if err != nil {
		t.Fatal(err)
	}
	// What a process does up to its death: it reads, counts, and never settles.
	die := func(name string, poison func(channels.Message) bool) {
		o := stream.NewOwner(stream.NewLane(g.client, name), "dying")
		if _, err := o.Claim(ctx, time.Minute); err != nil {
			t.Fatal(err)
		}
		s := &shift{Consumer: NewConsumer(g.client, envelope.NewOpener(g.id), nil, nil, slog.New(slog.NewTextHandler(io.Discard, nil)), nil),
			owner: o, known: make(map[string]bool), talks: make(map[string]*talk), after: "0-0"}
		s.handle = func(ctx context.Context, m channels.Message) error {
			if poison(m) {
				panic("died")
			}
			return d.handle(ctx, m)
		}
		if err := s.adopt(ctx); err != nil {
			t.Fatal(err)
		}
		entries, err := o.Read(ctx, readMost)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			s.take(e, false)
		}
		for range 100 {
			due, _ := s.due(time.Now())
			if len(due) == 0 {
				break
			}
			r := s.work(ctx, due[0])
			if r.err != nil {
				break // dead
			}
			s.conclude(ctx, r)
			if err := s.settle(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if err := o.Release(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for range deliveries {
		for _, name := range names {
			die(name, func(m channels.Message) bool {
				_, who, _ := channels.OpenAddress(m.From)
				return who == "c1" && m.ID == "2"
			})
		}
	}
	g.consume(d)
	if s := g.settled(); s.Dead != 1 || s.Processed != 11 {
		t.Fatalf("%+v", s)
	}
	for c := range 4 {
		want := upTo(3)
		if c == 1 {
			want = upTo(3, 2)
		}
		// What a router did just before its death is done again, which makes the same event.
		if got := slices.Compact(d.of(fmt.Sprintf("c%d", c))); !slices.Equal(got, want) {
			t.Errorf("c%d: %v", c, got)
		}
	}
}

// Several routers, some of which stop in between, do each message in order, and a flush is survived.
func TestRoutersComeAndGo(t *testing.T) {
	t.Parallel()
	g, d := newGate(t, redistest.Start(t).Client()), newDesk()
	d.hang = time.Millisecond
	stop := g.consume(d)
	g.consume(d)
	g.takeMany(8, 1, 30, channels.Stored, channels.Held)
	stop()
	g.takeMany(8, 31, 60, channels.Stored, channels.Held)
	g.settled()
	for c := range 8 {
		if got := d.of(fmt.Sprintf("c%d", c)); !slices.Equal(got, upTo(60)) {
			t.Fatalf("c%d: %v", c, got)
		}
	}
	if err := g.client.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	// All of it is processed again, which makes the same cases; nothing is missing and new messages go on.
	g.takeMany(8, 61, 62, channels.Stored, channels.Held)
	eventually(t, "all processed after the flush", func() bool { return g.Status(t.Context()).Processed == 8*62 })
	g.settled()
	for c := range 8 {
		got := d.of(fmt.Sprintf("c%d", c))
		if !slices.Equal(got[60:], upTo(62)) {
			t.Fatalf("c%d: %v", c, got[60:])
		}
	}
}
