package desk_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/duty"
)

// lived lets days with that seed pass, from a Wednesday on until ten in the evening of the last, and returns them with their figures.
func lived(t *testing.T, seed uint64, cases, days int) (*week, string) {
	t.Helper()
	w := &week{room: openLong(t), dice: rand.New(rand.NewPCG(seed, 0)), busy: map[string]time.Time{}, ringing: map[triage.CaseID]bool{}, waits: map[triage.CaseID]bool{},
		arrived: map[triage.CaseID]time.Time{}, grave: map[triage.CaseID]triage.Severity{}, first: map[triage.CaseID]time.Duration{},
		held: map[triage.CaseID]time.Duration{}}
	conf := w.Config
	conf.City, conf.People, conf.Pager = watched(t, true), w, w
	roster := w.Roster
	w.Desk = desk.New(conf)
	w.Roster = roster
	start := time.Date(2026, 12, 2, 0, 0, 0, 0, triage.JST)
	w.clock.Set(start)
	w.end = start.AddDate(0, 0, days).Add(-2 * time.Hour)
	w.arrive(cases, days)
	w.pass()
	var b strings.Builder
	for _, s := range []triage.Severity{triage.Emergency, triage.Urgent, triage.Soon, triage.Routine} {
		var all []time.Duration
		for id, d := range w.first {
			if w.grave[id] == s {
				all = append(all, d)
			}
		}
		slices.Sort(all)
		if len(all) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s: %d, to the first answer half %s, the longest %s\n", s, len(all), all[len(all)/2], all[len(all)-1])
	}
	var held time.Duration
	for _, d := range w.held {
		held = max(held, d)
	}
	fmt.Fprintf(&b, "an emergency without anybody: at most %s; hand-offs answered by schools: %d; cases that went to a colleague: %d\n", held, w.passed, w.moved)
	return w, b.String()
}

// Five hundred seekers in a week, five counselors with shifts and a weekend in the middle. In the end nobody waits for an
// answer, every alarm was taken, and what is overdue is in somebody's hands.
func TestAWeekOfFiveHundred(t *testing.T) {
	w, figures := lived(t, 1, 500, 7)
	t.Log("\n" + figures)
	if len(w.first) != 500 || len(w.ringing) != 0 {
		t.Errorf("%d were answered, %d emergencies have nobody", len(w.first), len(w.ringing))
	}
	if w.passed == 0 || w.moved == 0 {
		t.Error("nothing went to a school, or nothing to a colleague")
	}
	overdue := map[string]int{}
	now := w.clock.Now()
	listed := map[string]bool{}
	owed, err := w.Duties(t.Context(), people["kato"], true)
	w.must(err)
	for _, o := range owed {
		listed[string(o.Case.ID)+o.What] = o.Holder == duty.Coordinator || o.Holder == duty.Supervisor
	}
	for id := range w.arrived {
		c, _ := w.load(id)
		if !c.WaitingSince.IsZero() || c.State == triage.Waiting {
			t.Errorf("a case of %s is %s and unanswered since %s", w.arrived[id], c.State, c.WaitingSince)
		}
		if c.Assignee == "" {
			t.Errorf("a case of %s has nobody", w.arrived[id])
		}
		for _, x := range c.Duties {
			if x.What == desk.Alarm && x.DoneAt.IsZero() {
				t.Errorf("an alarm of %s was never taken", x.Since)
			}
			if x.Overdue(now) {
				what, _, _ := strings.Cut(x.What, ":")
				overdue[what]++
				if !listed[string(id)+x.What] {
					t.Errorf("%s is overdue, and not on the list of those who have to see to it", x.What)
				}
			}
		}
		if c.Severity == triage.Emergency && c.Second == "" {
			t.Errorf("an emergency of %s has one person", w.arrived[id])
		}
	}
	t.Log("overdue, and with the leads: ", overdue)
}

// The same seed is the same day, to the second.
func TestADayIsItsSeed(t *testing.T) {
	_, once := lived(t, 7, 40, 1)
	_, again := lived(t, 7, 40, 1)
	_, other := lived(t, 8, 40, 1)
	if once != again || once == other {
		t.Errorf("one seed: %s and %s; another: %s", once, again, other)
	}
}
