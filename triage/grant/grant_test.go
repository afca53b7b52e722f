package grant

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/redistest"
	"madoguchi/triage/seal"
)

var asked = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)

// A grant ends at its fifteenth minute by the machine's clock, whatever process asks and however often it was started again;
// a clock that is set back afterwards gives nothing that was not given before, and the end itself never moves.
func TestAGrantEndsAtItsMinute(t *testing.T) {
	client, _ := redistest.Embedded(t)
	keys, now := seal.New(), asked
	again := func() *Register { return New(client, keys, func() time.Time { return now }) } // after a kill: nothing but Redis is there
	ctx := t.Context()
	g, err := again().Ask(ctx, Grant{For: Reveal, Case: "07aaaa", What: "[連絡先1]", Reason: "x", By: "sato"})
	if err != nil {
		t.Fatal(err)
	}
	now = asked.Add(10 * time.Minute)
	if g, err = again().Decide(ctx, g.ID, func(g *Grant) error { g.Approver = "kato"; return nil }); err != nil {
		t.Fatal(err)
	}
	until := g.Until
	for _, tt := range []struct {
		at   time.Duration
		want State
	}{
		{10 * time.Minute, Approved}, {10*time.Minute + Lasts - time.Second, Approved}, {10*time.Minute + Lasts - 1, Approved},
		{10*time.Minute + Lasts, Expired}, {10*time.Minute + Lasts + time.Second, Expired}, {400 * 24 * time.Hour, Expired},
	} {
		now = asked.Add(tt.at)
		found, err := again().Find(ctx, g.ID)
		if err != nil || found.State(now) != tt.want || !found.Until.Equal(until) {
			t.Errorf("after %s: %s until %s, %v", tt.at, found.State(now), found.Until, err)
		}
		if _, err := again().Decide(ctx, g.ID, func(g *Grant) error { return nil }); !errors.Is(err, ErrDecided) {
			t.Errorf("after %s it is decided again: %v", tt.at, err)
		}
	}
}

// What is not decided within its hour is decided no more, and what was refused stays so.
func TestAWishEnds(t *testing.T) {
	client, _ := redistest.Embedded(t)
	now := asked
	r := New(client, seal.New(), func() time.Time { return now })
	ctx := t.Context()
	late, err := r.Ask(ctx, Grant{For: Reveal, By: "sato"})
	if err != nil {
		t.Fatal(err)
	}
	no, err := r.Ask(ctx, Grant{For: Reveal, By: "sato"})
	if err != nil {
		t.Fatal(err)
	}
	if no, err = r.Decide(ctx, no.ID, func(g *Grant) error { g.Refused = true; return nil }); err != nil || no.State(now) != Refused || !no.Until.IsZero() {
		t.Errorf("%+v, %v", no, err)
	}
	now = asked.Add(Waits)
	for _, id := range []string{late.ID, no.ID} {
		if _, err := r.Decide(ctx, id, func(*Grant) error { return nil }); !errors.Is(err, ErrDecided) {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, err := r.Decide(ctx, "NOSUCHGRANT", func(*Grant) error { return nil }); !errors.Is(err, ErrUnknown) {
		t.Errorf("%v", err)
	}
	now = asked.Add(Kept + time.Second)
	if list, err := r.List(ctx); err != nil || len(list) != 0 {
		t.Errorf("kept for ever: %v, %v", list, err)
	}
}

// Of many who decide at once one does; and an approved record put in the place of another opens nothing.
func TestOneDecides(t *testing.T) {
	client, _ := redistest.Embedded(t)
	keys := seal.New()
	r := New(client, keys, func() time.Time { return asked })
	ctx := t.Context()
	g, err := r.Ask(ctx, Grant{For: Reveal, Case: "07aaaa", What: "[連絡先1]", By: "sato"})
	if err != nil {
		t.Fatal(err)
	}
	other, err := r.Ask(ctx, Grant{For: Reveal, Case: "07bbbb", What: "[連絡先1]", By: "abe"})
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
