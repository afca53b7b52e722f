package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"madoguchi/triage"
)

var leaseTests = map[string]func(*testing.T, triage.Store){
	"WhatIsDueIsHandedOut":          dueIsHandedOut,
	"HiddenForTheHold":              hiddenForTheHold,
	"ToExactlyOneCaller":            toOneCaller,
	"SettledComesAgainOrNot":        settledComesAgain,
	"AnOldLeaseSettlesNothing":      oldLeaseSettlesNothing,
	"WhatIsDueAnewIsNotSettledAway": dueAnew,
	"OtherEventsDoNotEndALease":     otherEvents,
	"ADutySettledWithAnotherOpen":   anotherDuty,
	"DoneIsNotDue":                  doneIsNotDue,
	"RulesAreAskedOfNews":           rulesAreAskedOfNews,
	"OldestFirstUpToTheLimit":       upToTheLimit,
	"ErasedCasesHaveNoWork":         erasedHaveNoWork,
	"WhatIsLaterTodayHidesNothing":  laterToday,
}

// lease leases at most nine pieces of work, so long after start, for a minute.
func lease(t *testing.T, s triage.Store, kind triage.DueKind, after time.Duration) []triage.Due {
	t.Helper()
	work, err := s.Lease(t.Context(), kind, start.Add(after), time.Minute, 9)
	if err != nil {
		t.Fatalf("Lease: %v", err)
	}
	return work
}

// one leases the one piece of work that is due.
func one(t *testing.T, s triage.Store, kind triage.DueKind, after time.Duration) triage.Due {
	t.Helper()
	work := lease(t, s, kind, after)
	if len(work) != 1 {
		t.Fatalf("%d pieces of work (%s) %v after the start, want 1", len(work), kind, after)
	}
	return work[0]
}

// none fails the test where work is due.
func none(t *testing.T, s triage.Store, kind triage.DueKind, after time.Duration, why string) {
	t.Helper()
	if work := lease(t, s, kind, after); len(work) != 0 {
		t.Errorf("%s: %d pieces of work (%s) %v after the start, want none", why, len(work), kind, after)
	}
}

func settle(t *testing.T, s triage.Store, d triage.Due, again time.Time) {
	t.Helper()
	if err := s.Settle(t.Context(), d, again); err != nil {
		t.Fatalf("Settle: %v", err)
	}
}

func dueIsHandedOut(t *testing.T, s triage.Store) {
	c := begin(t, s, newID(1), message("m", 0, triage.Soon), claim("c", "aoki", 15*time.Minute), said("s", 1),
		duty("d", "later", 2*time.Hour, false), duty("e", "sooner", time.Hour, false))
	if d := one(t, s, triage.DueSend, 0); d.Kind != triage.DueSend || d.Case != c.ID || !d.At.IsZero() {
		t.Errorf("to send: %+v", d)
	}
	none(t, s, triage.DueLease, time.Hour, "the assignee answered")
	none(t, s, triage.DueDuty, time.Hour-time.Nanosecond, "the duty is not due")
	if d := one(t, s, triage.DueDuty, time.Hour); d.Case != c.ID || !d.At.Equal(start.Add(time.Hour)) {
		t.Errorf("the duty: %+v", d)
	}
	l := begin(t, s, newID(1), message("m", 0, triage.Soon), claim("c", "aoki", 15*time.Minute))
	none(t, s, triage.DueLease, 15*time.Minute-time.Nanosecond, "the lease has not run out")
	if d := one(t, s, triage.DueLease, 15*time.Minute); d.Case != l.ID || !d.At.Equal(start.Add(15*time.Minute)) {
		t.Errorf("the lease: %+v", d)
	}
}

func hiddenForTheHold(t *testing.T, s triage.Store) {
	begin(t, s, newID(2), message("m", 0, triage.Soon), said("s", 1))
	first := one(t, s, triage.DueSend, 0)
	none(t, s, triage.DueSend, time.Minute-time.Second, "somebody has it")
	second := one(t, s, triage.DueSend, time.Minute)
	if first.Fence == second.Fence {
		t.Error("two leases have one fence")
	}
}

func toOneCaller(t *testing.T, s triage.Store) {
	const cases = 30
	for i := range cases {
		begin(t, s, newID(i%64), message("m", 0, triage.Soon), said("s", 1))
	}
	var mu sync.Mutex
	got := map[triage.CaseID]int{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				work, err := s.Lease(t.Context(), triage.DueSend, start, time.Minute, 4)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for _, d := range work {
					got[d.Case]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for id, n := range got {
		if n != 1 {
			t.Errorf("%s was handed out %d times", id, n)
		}
	}
	if len(got) != cases {
		t.Errorf("%d cases were handed out, want %d", len(got), cases)
	}
}

func settledComesAgain(t *testing.T, s triage.Store) {
	begin(t, s, newID(3), message("m", 0, triage.Soon), said("s", 1))
	d := one(t, s, triage.DueSend, 0)
	settle(t, s, d, start.Add(1500*time.Millisecond))
	none(t, s, triage.DueSend, time.Second, "it comes again later")
	d = one(t, s, triage.DueSend, 1500*time.Millisecond)
	settle(t, s, d, time.Time{})
	none(t, s, triage.DueSend, 24*time.Hour, "it was settled for good")
}

func oldLeaseSettlesNothing(t *testing.T, s triage.Store) {
	begin(t, s, newID(4), message("m", 0, triage.Soon), said("s", 1))
	old := one(t, s, triage.DueSend, 0)
	one(t, s, triage.DueSend, 2*time.Minute)
	settle(t, s, old, time.Time{})
	settle(t, s, old, start)
	none(t, s, triage.DueSend, 2*time.Minute, "the second caller has it")
	again := one(t, s, triage.DueSend, 3*time.Minute)
	settle(t, s, again, time.Time{})
	settle(t, s, again, start)
	none(t, s, triage.DueSend, 9*time.Hour, "a lease settles once")
}

func dueAnew(t *testing.T, s triage.Store) {
	c := begin(t, s, newID(5), message("m", 0, triage.Soon), said("s1", 1))
	d := one(t, s, triage.DueSend, 0)
	c = add(t, s, c, said("s2", 2)) // the desk says more while the first is on its way
	c = add(t, s, c, delivered("d1", 1))
	settle(t, s, d, time.Time{})
	d = one(t, s, triage.DueSend, 0)
	settle(t, s, d, start.Add(time.Hour)) // it fails; the next try is in an hour
	c = add(t, s, c, said("s3", 3))
	one(t, s, triage.DueSend, time.Second) // but new words go out at once
	add(t, s, c, delivered("d2", 2), delivered("d3", 3))
	none(t, s, triage.DueSend, 9*time.Hour, "all is sent")
}

func otherEvents(t *testing.T, s triage.Store) {
	c := begin(t, s, newID(6), message("m", 0, triage.Soon), said("s1", 1), said("s2", 2))
	d := one(t, s, triage.DueSend, 0)
	c = add(t, s, c, delivered("d1", 1), message("m2", time.Minute, triage.Soon))
	none(t, s, triage.DueSend, time.Second, "the courier is still at it")
	settle(t, s, d, start.Add(5*time.Second)) // the second one failed
	none(t, s, triage.DueSend, 4*time.Second, "the next try is later")
	one(t, s, triage.DueSend, 5*time.Second)
	add(t, s, c, delivered("d2", 2))
	none(t, s, triage.DueSend, 9*time.Hour, "all is sent")
}

func anotherDuty(t *testing.T, s triage.Store) {
	c := begin(t, s, newID(7), message("m", 0, triage.Soon), duty("a", "a", time.Hour, false), duty("b", "b", time.Hour, false))
	d := one(t, s, triage.DueDuty, time.Hour)
	c = add(t, s, c, duty("a done", "a", time.Hour, true))
	settle(t, s, d, time.Time{})
	d = one(t, s, triage.DueDuty, time.Hour)
	add(t, s, c, duty("b done", "b", time.Hour, true))
	settle(t, s, d, start)
	none(t, s, triage.DueDuty, 9*time.Hour, "both are done")
}

func doneIsNotDue(t *testing.T, s triage.Store) {
	c := begin(t, s, newID(8), message("m", 0, triage.Soon), claim("c", "aoki", 15*time.Minute), said("s", 1), duty("d", "d", time.Minute, false))
	c = add(t, s, c, delivered("x", 1), duty("done", "d", time.Minute, true))
	settle(t, s, one(t, s, triage.DueRules, 0), time.Time{})
	add(t, s, c, triage.Event{ID: "r", At: start, Kind: triage.KindAssignment, Assignment: &triage.Assignment{Do: triage.DoRelease}})
	settle(t, s, one(t, s, triage.DueRules, 0), time.Time{}) // that somebody leaves it is news
	for _, kind := range triage.DueKinds {
		none(t, s, kind, 24*time.Hour, "done")
	}
}

// rulesAreAskedOfNews: each thing that happens is work for the rules once, also while an earlier one is in work.
func rulesAreAskedOfNews(t *testing.T, s triage.Store) {
	c := begin(t, s, newID(11), message("m", 0, triage.Soon))
	first := one(t, s, triage.DueRules, 0)
	c = add(t, s, c, message("m2", 0, triage.Soon))
	settle(t, s, first, time.Time{})
	settle(t, s, one(t, s, triage.DueRules, 0), time.Time{})
	c = add(t, s, c, delivered("x", 1), duty("d", "d", time.Hour, false))
	none(t, s, triage.DueRules, 24*time.Hour, "nothing new happened")
	c = add(t, s, c, triage.Event{ID: "r", At: start, Kind: triage.KindAssignment, Assignment: &triage.Assignment{Do: triage.DoRelease}})
	settle(t, s, one(t, s, triage.DueRules, 0), time.Time{})
	add(t, s, c, duty("done", "d", time.Hour, true))
	settle(t, s, one(t, s, triage.DueRules, 0), time.Time{})
	none(t, s, triage.DueRules, 24*time.Hour, "all is looked at")
}

func upToTheLimit(t *testing.T, s triage.Store) {
	for i := range 6 {
		begin(t, s, newID(i*9), message("m", 0, triage.Soon), duty("d", "d", time.Duration(6-i)*time.Hour, false))
	}
	for i := range 3 {
		work, err := s.Lease(t.Context(), triage.DueDuty, start.Add(24*time.Hour), time.Minute, 2)
		if err != nil || len(work) != 2 {
			t.Fatalf("%d pieces of work, %v, want 2", len(work), err)
		}
		for j, d := range work {
			if want := time.Duration(2*i+j+1) * time.Hour; !d.At.Equal(start.Add(want)) {
				t.Errorf("due %v after the start, want %v", d.At.Sub(start), want)
			}
		}
	}
	if work, err := s.Lease(t.Context(), triage.DueDuty, start.Add(48*time.Hour), time.Minute, 0); err != nil || len(work) != 0 {
		t.Errorf("a limit of 0 gives %d, %v", len(work), err)
	}
}

// laterToday: what falls due later on the same day, however much there is of it, hides nothing that is due now.
func laterToday(t *testing.T, s triage.Store) {
	for i := range 130 {
		begin(t, s, triage.CaseID(fmt.Sprintf("09%024d", i)), message("m", 0, triage.Soon), duty("d", "d", 2*time.Hour, false))
	}
	c := begin(t, s, id(9, "z"), message("m", 0, triage.Soon), duty("d", "d", time.Hour, false))
	work, err := s.Lease(t.Context(), triage.DueDuty, start.Add(time.Hour), time.Minute, 1)
	if err != nil || len(work) != 1 || work[0].Case != c.ID {
		t.Errorf("%d pieces of work, %v, want the one that is due", len(work), err)
	}
}

func erasedHaveNoWork(t *testing.T, s triage.Store) {
	c := begin(t, s, newID(9), message("m", 0, triage.Soon), claim("c", "aoki", time.Minute), duty("d", "d", time.Minute, false))
	c = add(t, s, c, triage.Event{ID: "g", At: start, Kind: triage.KindMessage, From: triage.Desk, Said: 1, Text: "受け取りました。"},
		triage.Event{ID: "k", At: start, Kind: triage.KindDelivery, From: triage.Counselor, Call: &triage.Call{ID: "k", At: start}})
	for _, kind := range triage.DueKinds {
		settle(t, s, one(t, s, kind, time.Hour), start)
	}
	add(t, s, c, erase("e"))
	for _, kind := range triage.DueKinds {
		none(t, s, kind, 24*time.Hour, fmt.Sprint("erased: ", kind))
	}
}
