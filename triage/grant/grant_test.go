package grant

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/redistest"
	"madoguchi/triage/seal"
)

var asked = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)

// machine has both clocks, and processes that come and go on it.
type machine struct {
	at    Moment
	redis *redis.Client
	keys  *seal.Keys
}

func newMachine(t *testing.T) *machine {
	client, _ := redistest.Embedded(t)
	return &machine{Moment{asked, Tick{"boot-1", 3 * time.Hour}}, client, seal.New()}
}

// register is what a process has that was just started.
func (m *machine) register() *Register {
	return New(m.redis, m.keys, func() Moment { return m.at })
}

// pass lets time go by; jump only sets the wall clock; reboot starts the machine again, which takes a minute.
func (m *machine) pass(d time.Duration) { m.at.Wall, m.at.Up = m.at.Wall.Add(d), m.at.Up+d }
func (m *machine) jump(d time.Duration) { m.at.Wall = m.at.Wall.Add(d) }
func (m *machine) reboot() {
	m.at = Moment{m.at.Wall.Add(time.Minute), Tick{m.at.Boot + "+", 5 * time.Second}}
}

// approved is a grant that was approved just now, ten minutes after it was asked for.
func (m *machine) approved(t *testing.T) Grant {
	t.Helper()
	g, err := m.register().Ask(t.Context(), Grant{ID: NewID(), For: Reveal, Case: "07aaaa", What: "[連絡先1]", Reason: "x", By: "sato"})
	if err != nil {
		t.Fatal(err)
	}
	m.pass(10 * time.Minute)
	if g, err = m.register().Decide(t.Context(), g.ID, func(g *Grant) error { g.Approver = "kato"; return nil }); err != nil {
		t.Fatal(err)
	}
	return g
}

// A grant ends at its fifteenth minute, whatever process asks and however often it was started again; and nobody decides on it
// a second time.
func TestAGrantEndsAtItsMinute(t *testing.T) {
	m := newMachine(t)
	g := m.approved(t)
	var at time.Duration
	for _, tt := range []struct {
		at   time.Duration
		want State
	}{
		{0, Approved}, {Lasts - time.Second, Approved}, {Lasts - 1, Approved},
		{Lasts, Expired}, {Lasts + time.Second, Expired}, {20 * 24 * time.Hour, Expired},
	} {
		m.pass(tt.at - at)
		at = tt.at
		found, err := m.register().Find(t.Context(), g.ID)
		if err != nil || found.State(m.at) != tt.want || !found.Until.Equal(g.Until) {
			t.Errorf("after %s: %s until %s, %v", tt.at, found.State(m.at), found.Until, err)
		}
		if _, err := m.register().Decide(t.Context(), g.ID, func(g *Grant) error { return nil }); !errors.Is(err, ErrDecided) {
			t.Errorf("after %s it is decided again: %v", tt.at, err)
		}
	}
}

// However the wall clock is set, a grant lasts as long as it would have, also for a process that has just been started. Where
// the machine was started again the wall clock counts, but never from before the approval.
func TestNoClockIsSetToMakeAGrantLast(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for _, tt := range []struct {
		name string
		then func(m *machine) // what happens while the grant lasts
		left time.Duration    // how much of it there is then
	}{
		{"nothing", func(m *machine) {}, Lasts},
		{"set back an hour", func(m *machine) { m.jump(-time.Hour) }, Lasts},
		{"set back a year", func(m *machine) { m.jump(-year) }, Lasts},
		{"set back a little", func(m *machine) { m.pass(14 * time.Minute); m.jump(-10 * time.Minute) }, time.Minute},
		{"set forward a year", func(m *machine) { m.pass(5 * time.Minute); m.jump(year) }, Lasts - 5*time.Minute},
		{"set back again and again", func(m *machine) {
			for range 60 {
				m.pass(10 * time.Second)
				m.jump(-time.Hour)
			}
		}, 5 * time.Minute},
		{"set forth and back", func(m *machine) { m.jump(year); m.pass(time.Minute); m.jump(-2 * year) }, 14 * time.Minute},
		{"started again", func(m *machine) { m.reboot() }, Lasts - time.Minute},
		{"started again, its clock before the approval", func(m *machine) { m.jump(-2 * time.Minute); m.reboot() }, 0},
		{"started again, its clock after the end", func(m *machine) { m.jump(Lasts); m.reboot() }, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t)
			g := m.approved(t)
			tt.then(m)
			state := func() State {
				t.Helper()
				found, err := m.register().Find(t.Context(), g.ID)
				if err != nil {
					t.Fatal(err)
				}
				if s := found.State(m.at); s != Approved {
					return s
				}
				if ends := found.Ends(m.at).Sub(m.at.Wall); ends != tt.left {
					t.Errorf("it says that it ends in %s", ends)
				}
				return Approved
			}
			if tt.left == 0 {
				if s := state(); s != Expired {
					t.Errorf("it is %s", s)
				}
				return
			}
			if s := state(); s != Approved {
				t.Fatalf("it is %s with %s left", s, tt.left)
			}
			m.pass(tt.left - time.Nanosecond)
			tt.left = time.Nanosecond
			if s := state(); s != Approved {
				t.Errorf("just before its end it is %s", s)
			}
			m.pass(time.Nanosecond)
			if s := state(); s != Expired {
				t.Errorf("at its end it is %s", s)
			}
		})
	}
}

// A wish that waits does so for its hour, and what is forgotten after a month is not forgotten because a clock was set.
func TestAWishWaitsWhateverTheClockSays(t *testing.T) {
	m := newMachine(t)
	ask := func() Grant {
		t.Helper()
		g, err := m.register().Ask(t.Context(), Grant{ID: NewID(), For: Reveal, By: "sato"})
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	g := ask()
	m.jump(365 * 24 * time.Hour)
	if list, err := m.register().List(t.Context()); err != nil || len(list) != 1 || list[0].State(m.at) != Asked {
		t.Errorf("with the clock a year ahead: %+v, %v", list, err)
	}
	m.jump(-2 * 365 * 24 * time.Hour)
	m.pass(Waits)
	if s := g.State(m.at); s != Expired {
		t.Errorf("after its hour it is %s", s)
	}
	g = ask()
	m.jump(-time.Hour)
	m.reboot()
	if _, err := m.register().Decide(t.Context(), g.ID, func(*Grant) error { return nil }); !errors.Is(err, ErrDecided) {
		t.Errorf("asked for in the future, it is decided: %v", err)
	}
}

// What was approved by a version that knew the wall clock alone ends by it.
func TestAGrantOfBefore(t *testing.T) {
	m := newMachine(t)
	g := Grant{At: asked, Until: asked.Add(Lasts)}
	for _, tt := range []struct {
		after time.Duration
		want  State
	}{{-time.Second, Expired}, {0, Approved}, {Lasts - 1, Approved}, {Lasts, Expired}} {
		m.at.Wall = asked.Add(tt.after)
		if s := g.State(m.at); s != tt.want {
			t.Errorf("after %s: %s", tt.after, s)
		}
	}
}

// Two processes of this machine count from the same start, and time goes on.
func TestMachine(t *testing.T) {
	before, first := time.Now(), Machine()()
	second := Machine()()
	if first.Boot == "" || runtime.GOOS == "linux" && (first.Boot != second.Boot || second.Up < first.Up) {
		t.Errorf("%+v, then %+v", first, second)
	}
	if first.Up < 0 || first.Wall.Before(before) {
		t.Errorf("%+v", first)
	}
	one := Machine() // of one process
	if a, b := one(), one(); a.Boot != b.Boot || b.Up < a.Up {
		t.Errorf("%+v, then %+v", a, b)
	}
	boot, up := sinceProcess()
	if again, _ := sinceProcess(); boot == again || up() < 0 {
		t.Error("a process that counts for itself is taken for another")
	}
}

// What is not decided within its hour is decided no more, and what was refused stays so.
func TestAWishEnds(t *testing.T) {
	m := newMachine(t)
	r := m.register()
	ctx := t.Context()
	late, err := r.Ask(ctx, Grant{ID: NewID(), For: Reveal, By: "sato"})
	if err != nil {
		t.Fatal(err)
	}
	no, err := r.Ask(ctx, Grant{ID: NewID(), For: Reveal, By: "sato"})
	if err != nil {
		t.Fatal(err)
	}
	if no, err = r.Decide(ctx, no.ID, func(g *Grant) error { g.Refused = true; return nil }); err != nil || no.State(m.at) != Refused || !no.Until.IsZero() {
		t.Errorf("%+v, %v", no, err)
	}
	m.pass(Waits)
	for _, id := range []string{late.ID, no.ID} {
		if _, err := r.Decide(ctx, id, func(*Grant) error { return nil }); !errors.Is(err, ErrDecided) {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, err := r.Decide(ctx, "NOSUCHGRANT", func(*Grant) error { return nil }); !errors.Is(err, ErrUnknown) {
		t.Errorf("%v", err)
	}
	m.pass(Kept + time.Second)
	if list, err := r.List(ctx); err != nil || len(list) != 0 {
		t.Errorf("kept for ever: %v, %v", list, err)
	}
}

// Of many who decide at once one does; and an approved record put in the place of another opens nothing.
func TestOneDecides(t *testing.T) {
	m := newMachine(t)
	r, client := m.register(), m.redis
	ctx := t.Context()
	g, err := r.Ask(ctx, Grant{ID: NewID(), For: Reveal, Case: "07aaaa", What: "[連絡先1]", By: "sato"})
	if err != nil {
		t.Fatal(err)
	}
	other, err := r.Ask(ctx, Grant{ID: NewID(), For: Reveal, Case: "07bbbb", What: "[連絡先1]", By: "abe"})
	if err != nil {
		t.Fatal(err)
	}
	var decided atomic.Int64
	var wg sync.WaitGroup
	for n := range 20 {
		wg.Go(func() {
			if _, err := r.Decide(ctx, g.ID, func(g *Grant) error { g.Approver = fmt.Sprint("lead", n); return nil }); err == nil {
				decided.Add(1)
			}
		})
	}
	wg.Wait()
	if decided.Load() != 1 {
		t.Errorf("%d decided", decided.Load())
	}
	sealed := client.HGet(ctx, all, g.ID).Val()
	if bytes.Contains([]byte(sealed), []byte("sato")) || bytes.Contains([]byte(sealed), []byte("連絡先")) {
		t.Error("a copy of the server can be read")
	}
	client.HSet(ctx, all, other.ID, sealed) // an approved grant in the place of one that waits
	if _, err := r.Find(ctx, other.ID); !errors.Is(err, triage.ErrDamaged) {
		t.Errorf("another's approval: %v", err)
	}
}
