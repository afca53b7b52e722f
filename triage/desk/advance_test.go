package desk_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

// counting counts what is read.
type counting struct {
	triage.Store
	loads atomic.Int64
}

func (c *counting) Load(ctx context.Context, id triage.CaseID) (triage.Case, []triage.Event, error) {
	c.loads.Add(1)
	return c.Store.Load(ctx, id)
}

// deserted is a desk that everybody leaves: with an emergency and a text message that nobody takes, an emergency that was answered
// and falls silent, one that somebody took and did not answer, a hand-off that no school receives, and an early evening's words.
func deserted(t *testing.T) (*room, *pager, []triage.CaseID) {
	r, p := night(t, watched(t, true))
	ctx := t.Context()
	store := &counting{Store: r.store}
	conf := r.Config
	conf.Store, r.store = store, store
	r.Desk = desk.New(conf)
	r.clock.Set(at("2026-11-20 20:00:00"))
	var ids []triage.CaseID
	comes := func(door string, s triage.Severity, flags ...triage.Flag) triage.CaseID {
		id := triage.CaseID(fmt.Sprintf("%02d", len(ids)) + strings.Repeat("l", 24))
		ids = append(ids, r.wroteBy(door, id, s, flags...))
		r.clock.pass(time.Minute)
		return id
	}
	takes := func(id triage.CaseID) {
		_, err := r.Claim(ctx, people["sato"], id)
		r.must(err)
	}
	comes("chat", triage.Emergency, triage.Suicide)
	comes("sms", triage.Urgent, triage.Suicide)
	silent := comes("line", triage.Emergency, triage.SelfHarm)
	takes(silent)
	_, err := r.Say(ctx, people["sato"], silent, "1", "ここにいます")
	r.must(err)
	takes(comes("chat", triage.Emergency, triage.Violence))
	takes(comes("chat", triage.Soon, triage.Verbal))
	told := comes("chat", triage.Soon, triage.Violence)
	takes(told)
	r.asked(told, "hinode-jhs", triage.LevelAnonymous, triage.AnswerYes)
	_, err = r.HandOff(ctx, people["sato"], told, desk.Draft{School: "hinode-jhs", Level: triage.LevelAnonymous, Summary: toHinode.Summary})
	r.must(err)
	comes("email", triage.Routine, triage.Other)
	return r, p, ids
}

// story is what happened by itself in the cases, in the order of each.
func (r *room) story(ids []triage.CaseID) (all []string) {
	for _, id := range ids {
		_, events := r.load(id)
		for _, e := range events {
			if e.By != "" || e.From == triage.Seeker {
				continue
			}
			line := fmt.Sprint(id[:2], " ", e.At.In(triage.JST).Format(time.DateTime), " ", e.Kind, " ", e.Text, " ", e.Called, e.Paged)
			if x := e.Duty; x != nil {
				line += fmt.Sprint(" ", x.What[:min(len(x.What), 12)], " ", x.Turn, " ", x.DueAt.In(triage.JST), " ", x.Decision)
			}
			all = append(all, line)
		}
	}
	return all
}

// same compares two stories.
func same(t *testing.T, one string, a []string, other string, b []string) {
	t.Helper()
	if slices.Equal(a, b) {
		return
	}
	t.Errorf("%s: %d events, %s: %d", one, len(a), other, len(b))
	for i, s := range a {
		if i >= len(b) || s != b[i] {
			t.Fatalf("%s: %s\n%s: %s", one, s, other, slices.Concat(b, []string{"nothing"})[min(i, len(b))])
		}
	}
}

// What falls due on the way of a leap happens at the times, and in the order, at which a desk does it that looks every minute.
func TestALeapDoesWhatADeskDoesThatIsOpen(t *testing.T) {
	r, p, ids := deserted(t)
	to := r.clock.Now().Add(15 * time.Hour)
	r.must(r.Advance(t.Context(), r.clock, to))
	leap, called := r.story(ids), p.pages
	r, p, ids = deserted(t)
	for ; !r.clock.Now().After(to); r.clock.pass(time.Minute) {
		r.must(r.Sweep(t.Context()))
	}
	same(t, "in one leap", leap, "minute by minute", r.story(ids))
	if !slices.Equal(called, p.pages) || len(called) < 20 {
		t.Errorf("in one leap called %v, minute by minute %v", called, p.pages)
	}
}

// A year in one leap is the same as week by week, also where nobody waits for its end; and it reads each case a few times, however
// often its alarm rings.
func TestAYearInOneLeapIsAYearOfWeeks(t *testing.T) {
	r, p, ids := deserted(t)
	start := r.clock.Now()
	to := start.AddDate(1, 0, 0)
	loads := &r.store.(*counting).loads
	loads.Store(0)
	gone, leave := context.WithCancel(t.Context())
	leave() // who asked for it does not wait for the end
	r.must(r.Advance(gone, r.clock, to))
	if n := loads.Load(); n > int64(5*len(ids)) {
		t.Errorf("%d cases were read %d times", len(ids), n)
	}
	if rang := len(r.rang(ids[0])); rang < 365 || !r.clock.Now().Equal(to) {
		t.Errorf("the alarm rang %d times until %v", rang, r.clock.Now())
	}
	leap, called := r.story(ids), p.pages
	r, p, ids = deserted(t)
	for r.clock.Now().Before(to) {
		week := r.clock.Now().AddDate(0, 0, 7)
		if week.After(to) {
			week = to
		}
		r.must(r.Advance(t.Context(), r.clock, week))
	}
	same(t, "in one leap", leap, "week by week", r.story(ids))
	if !slices.Equal(called, p.pages) {
		t.Errorf("in one leap called %d times, week by week %d", len(called), len(p.pages))
	}
}
