package desk_test

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
)

func (r *room) kinds(id triage.CaseID, kind triage.Kind, from triage.From) (at []time.Time) {
	_, events := r.load(id)
	for _, e := range events {
		if e.Kind == kind && e.From == from {
			at = append(at, e.At)
		}
	}
	return at
}

func TestALeaseWithoutAnAnswerLapses(t *testing.T) {
	r, ctx := open(t), t.Context()
	quiet, answered, busy := r.claimed(), r.claimed(), r.claimed()
	_, err := r.Say(ctx, people["sato"], answered, "1", "読みました")
	r.must(err)
	r.clock.pass(10 * time.Minute)
	_, err = r.Note(ctx, people["sato"], busy, "警察と電話中")
	r.must(err)
	r.clock.pass(5*time.Minute - time.Second)
	r.must(r.Sweep(ctx))
	if c, _ := r.load(quiet); c.State != triage.Open {
		t.Fatalf("a second early: %s", c.State)
	}
	r.clock.pass(time.Second)
	r.must(r.Sweep(ctx))
	r.must(r.Sweep(ctx))
	for id, want := range map[triage.CaseID]triage.State{quiet: triage.Waiting, answered: triage.Open, busy: triage.Open} {
		if c, _ := r.load(id); c.State != want {
			t.Errorf("%s, want %s", c.State, want)
		}
	}
	if c, _ := r.load(quiet); c.Assignee != "" || c.Former != "sato" || !c.WaitingSince.Equal(opened) {
		t.Errorf("%q, former %q, since %s", c.Assignee, c.Former, c.WaitingSince)
	}
	r.clock.pass(10 * time.Minute)
	r.must(r.Sweep(ctx))
	if c, _ := r.load(busy); c.State != triage.Waiting {
		t.Errorf("after 15 minutes of silence: %s", c.State)
	}
}

func TestALapseAndAnAnswerAtOnce(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	r.clock.pass(15 * time.Minute)
	var wg sync.WaitGroup
	wg.Go(func() { r.want("sweep", r.Sweep(ctx), "ok") })
	wg.Go(func() {
		if _, err := r.Say(ctx, people["sato"], id, "1", "読みました"); err != nil {
			r.want("saying too late", err, "forbidden")
		}
	})
	wg.Wait()
	c, _ := r.load(id)
	if said := c.Said == 1; said != (c.State == triage.Open) {
		t.Errorf("%s with %d messages", c.State, c.Said)
	}
}

// Advance stops at every due time, in order, and says once that a duty is overdue.
func TestAdvanceGoesFromDueTimeToDueTime(t *testing.T) {
	r, ctx := open(t), t.Context()
	told, quiet := r.claimed(), r.claimed()
	r.asked(told, "hinode-jhs", triage.LevelNamed, triage.AnswerYes)
	_, err := r.Say(ctx, people["sato"], told, "1", "伝えます")
	r.must(err)
	_, err = r.HandOff(ctx, people["sato"], told, toHinode)
	r.must(err)
	r.clock.pass(time.Minute)
	later := r.claimed()
	r.must(r.Advance(ctx, r.clock, opened.Add(30*24*time.Hour)))
	if !r.clock.Now().Equal(opened.Add(30 * 24 * time.Hour)) {
		t.Errorf("the clock shows %s", r.clock.Now())
	}
	for _, c := range []struct {
		id   triage.CaseID
		kind triage.Kind
		want []time.Duration
	}{
		{quiet, triage.KindAssignment, []time.Duration{15 * time.Minute}},
		{later, triage.KindAssignment, []time.Duration{16 * time.Minute}},
		{told, triage.KindDuty, []time.Duration{0, 0, 24 * time.Hour, 24 * time.Hour, 72 * time.Hour}}, // and who is to be called
	} {
		var got []time.Duration
		for _, at := range r.kinds(c.id, c.kind, triage.System) {
			got = append(got, at.Sub(opened))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.kind, got, c.want)
		}
	}
	r.must(r.Advance(ctx, r.clock, opened.Add(31*24*time.Hour)))
	if n := len(r.kinds(told, triage.KindDuty, triage.System)); n != 5 {
		t.Errorf("%d duties after another day", n)
	}
	c, _ := r.load(told)
	if !c.Duties[0].Overdue(r.clock.Now()) {
		t.Error("an overdue duty is not overdue")
	}
}

func TestRunSweepsUntilItIsEnded(t *testing.T) {
	r := open(t)
	id := r.claimed()
	r.clock.pass(time.Hour)
	ctx, end := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- r.Run(ctx) }()
	for deadline := time.Now().Add(10 * time.Second); ; {
		if c, _ := r.load(id); c.State == triage.Waiting {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("nothing swept")
		}
		time.Sleep(5 * time.Millisecond)
	}
	end()
	if err := <-done; err != context.Canceled {
		t.Error(err)
	}
}

func TestStatisticsWithholdSmallCells(t *testing.T) {
	r, ctx := open(t), t.Context()
	for i := range 24 {
		if i == 12 {
			r.clock.Set(opened.AddDate(0, 1, 0))
		}
		_, err := r.store.Append(ctx, triage.Case{ID: triage.CaseID("1" + strconv.Itoa(i%10) + "aaaaaaaaaaaaaaaaaaaaaa" + string(rune('a'+i/5)) + string(rune('a'+i%5)))},
			triage.Event{ID: strconv.Itoa(i), At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: []string{"chat", "sms"}[i/21],
				Text: "x", Judgement: &triage.Judgement{Severity: []triage.Severity{triage.Soon, triage.Urgent}[i/14]}})
		r.must(err)
	}
	s, err := r.Statistics(ctx, people["ono"], opened, opened.AddDate(1, 0, 0))
	r.must(err)
	if s.Total.N != 24 || s.Months["2026-12"].N != 12 || s.Months["2027-01"].N != 12 {
		t.Errorf("%+v", s)
	}
	if c := s.Of[desk.ByDoor]["sms"]; !c.Withheld || c.N != 0 {
		t.Errorf("three by SMS: %+v", c)
	}
	if c := s.Of[desk.ByDoor]["chat"]; !c.Withheld {
		t.Errorf("the other channel tells the small one: %+v", c)
	}
	if s.Of[desk.BySeverity]["soon"].N != 14 || s.Of[desk.BySeverity]["urgent"].N != 10 {
		t.Errorf("%+v", s.Of)
	}
	s, err = r.Statistics(ctx, people["ono"], opened, city.Date("2027-01-01").Value())
	r.must(err)
	if s.Total.N != 12 || len(s.Months) != 1 || s.Whole || len(s.Of) > 0 {
		t.Errorf("%+v", s)
	}
	_, err = r.Statistics(ctx, people["ono"], opened, opened)
	r.want("no time at all", err, "bad_request")
}
