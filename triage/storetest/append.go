package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"madoguchi/triage"
)

var appendTests = map[string]func(*testing.T, triage.Store){
	"WhatWasAppendedIsLoaded":         appendedIsLoaded,
	"EveryFieldSurvives":              everyFieldSurvives,
	"BlanksDestroyWords":              blanksDestroyWords,
	"UnknownCases":                    unknownCases,
	"TheSameEventTwiceIsOnce":         twiceIsOnce,
	"PartlyKnownEventsAreLeftOut":     partlyKnown,
	"AnOldVersionIsAConflict":         oldVersion,
	"NothingOfAConflictIsKept":        conflictKeepsNothing,
	"OfAHundredOneClaims":             oneClaims,
	"ConcurrentWritersLoseNothing":    concurrentWriters,
	"EventIdsBelongToTheirCase":       idsBelongToTheirCase,
	"LongTextsAndManyEvents":          longTexts,
	"AnEventNeedsAnId":                needsID,
	"ACallerMayReuseWhatItHandedOver": callerMayReuse,
}

func appendedIsLoaded(t *testing.T, s triage.Store) {
	id := newID(7)
	first := begin(t, s, id, message("m1", 0, triage.Soon))
	if first.Version != 1 || first.State != triage.Waiting || first.Severity != triage.Soon || first.ID != id {
		t.Errorf("a new case is %+v", first)
	}
	second := add(t, s, first, message("m2", time.Minute, triage.Urgent), claim("c1", "aoki", time.Hour))
	c, events := load(t, s, id)
	same(t, "Load and Append", c, second)
	same(t, "the case and the fold of its events", c, triage.Fold(id, events))
	for i, want := range []string{"m1", "m2", "c1"} {
		if i >= len(events) || events[i].ID != want || events[i].Seq != int64(i+1) {
			t.Fatalf("event %d is not %s in %+v", i+1, want, events)
		}
	}
	if c.State != triage.Open || c.Assignee != "aoki" || !c.WaitingSince.Equal(start) {
		t.Errorf("the case is %+v", c)
	}
}

func everyFieldSurvives(t *testing.T, s triage.Store) {
	jst := time.FixedZone("JST", 9*60*60)
	e := triage.Event{
		ID: "x", At: start.In(jst), Kind: triage.KindHandoff, From: triage.Counselor, By: "aoki", Channel: "line", Text: "本文\n\x00\"<",
		Said: 1, Words: []byte{0, 255, 10}, About: "friend", CallMe: "[人物A]", Late: true, Unchecked: true, Corrects: "y", Hides: "z",
		Files:    []triage.File{{ID: "f", Sort: "picture"}},
		CallBack: &triage.CallBack{Window: "w", Who: "self"}, Call: &triage.Call{ID: "c", At: start, Outcome: triage.CallBusy, Detail: "d"},
		Judgement: &triage.Judgement{Severity: triage.Urgent, Flags: []triage.Flag{triage.Absence},
			Reasons: []triage.Reason{{Flag: triage.Absence, Rule: "r", Start: 1, End: 3, Excerpt: "[学校1]"}}},
		DueAt:      start.Add(time.Hour),
		Assignment: &triage.Assignment{Do: triage.DoSecond, To: "mori", Until: start},
		Consent:    &triage.Consent{ID: "07k", School: "sakura", Level: triage.LevelNamed, Text: "t", Answer: triage.AnswerAsked},
		Handoff: &triage.Handoff{ID: "07h", Recipient: "school", School: "sakura", Disclose: []string{"[人物A]"},
			May: triage.May{}.OrAsk(), Answers: []triage.HandoffAnswer{{At: start, By: "t", Step: triage.HandoffReceived}}},
		Report:   &triage.Report{ID: "07r", School: "sakura", Form: "incident", Fields: map[string]string{"a": "b"}},
		Duty:     &triage.Duty{Kind: "k", What: "w", DueAt: start, DoneAt: start},
		Change:   &triage.Change{To: triage.Resolved, Reason: "r", DecidedBy: "school", Circumstances: "c"},
		Delivery: &triage.Delivery{Said: 1, Status: triage.DeliverySent, Detail: "d"},
		Reveal:   &triage.Reveal{Placeholder: "[人物A]", Reason: "r"},
		Observed: &triage.Observed{Kind: "stopped", On: "2026-12-01", Note: "n", Second: "mori"},
	}
	c := begin(t, s, newID(63), e)
	e.Seq = 1
	got, events := load(t, s, c.ID)
	same(t, "the events", events, []triage.Event{e})
	same(t, "the case", got, c)
}

func unknownCases(t *testing.T, s triage.Store) {
	begin(t, s, newID(0), message("m", 0, triage.Soon))
	for _, id := range []triage.CaseID{newID(0), newID(63), "64aaaaaaaaaaaaaaaaaaaaaaaa", "", "7", "00", "zz", "00}:x", "00 *", "００aaaa"} {
		if _, _, err := s.Load(t.Context(), id); !errors.Is(err, triage.ErrUnknown) {
			t.Errorf("Load(%q): %v, want ErrUnknown", id, err)
		}
		if err := s.Shred(t.Context(), triage.Case{ID: id, Version: 1}); !errors.Is(err, triage.ErrUnknown) {
			t.Errorf("Shred(%q): %v, want ErrUnknown", id, err)
		}
	}
	if _, err := s.Append(t.Context(), triage.Case{ID: "64aaaa"}, message("m", 0, triage.Soon)); !errors.Is(err, triage.ErrUnknown) {
		t.Errorf("Append to an id of no partition: %v, want ErrUnknown", err)
	}
	if _, err := s.Append(t.Context(), triage.Case{ID: newID(0), Version: 3}, message("m", 0, triage.Soon)); !errors.Is(err, triage.ErrConflict) {
		t.Errorf("Append to version 3 of a case that is not there: %v, want ErrConflict", err)
	}
}

func twiceIsOnce(t *testing.T, s triage.Store) {
	id := newID(1)
	one := begin(t, s, id, message("m1", 0, triage.Soon))
	two := add(t, s, one, message("m2", time.Minute, triage.Soon))
	for name, before := range map[string]triage.Case{
		"no version": {ID: id}, "an old version": one, "this version": two, "a version to come": {ID: id, Version: 9},
	} {
		got, err := s.Append(t.Context(), before, message("m1", 0, triage.Soon), message("m2", time.Minute, triage.Soon))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		same(t, name, got, two)
	}
	same(t, "nothing to append", add(t, s, one), two)
	three := add(t, s, two, message("m3", 0, triage.Soon), message("m3", 0, triage.Soon))
	if three.Version != 3 {
		t.Errorf("an event twice in one act gives version %d, want 3", three.Version)
	}
	if _, events := load(t, s, id); len(events) != 3 {
		t.Errorf("%d events, want 3", len(events))
	}
}

func partlyKnown(t *testing.T, s triage.Store) {
	id := newID(2)
	one := begin(t, s, id, message("m1", 0, triage.Soon), message("m2", 0, triage.Soon))
	mixed := []triage.Event{message("n1", 0, triage.Soon), message("m2", 0, triage.Soon), message("n2", 0, triage.Urgent), message("m1", 0, triage.Soon)}
	if _, err := s.Append(t.Context(), triage.Case{ID: id}, mixed...); !errors.Is(err, triage.ErrConflict) {
		t.Errorf("some known, from an old version: %v, want ErrConflict", err)
	}
	got := add(t, s, one, mixed...)
	c, events := load(t, s, id)
	same(t, "Load and Append", c, got)
	var ids []string
	for _, e := range events {
		ids = append(ids, fmt.Sprint(e.Seq, e.ID))
	}
	if want := "1m1 2m2 3n1 4n2"; strings.Join(ids, " ") != want {
		t.Errorf("the events are %v, want %s", ids, want)
	}
}

func oldVersion(t *testing.T, s triage.Store) {
	id := newID(3)
	one := begin(t, s, id, message("m1", 0, triage.Soon))
	add(t, s, one, message("m2", 0, triage.Soon))
	for name, before := range map[string]triage.Case{"no version": {ID: id}, "an old version": one, "a version to come": {ID: id, Version: 3}} {
		if _, err := s.Append(t.Context(), before, message("m3", 0, triage.Soon)); !errors.Is(err, triage.ErrConflict) {
			t.Errorf("%s: %v, want ErrConflict", name, err)
		}
	}
}

func conflictKeepsNothing(t *testing.T, s triage.Store) {
	id := newID(3)
	one := begin(t, s, id, message("m1", 0, triage.Soon))
	two := add(t, s, one, claim("c", "aoki", time.Hour))
	_, _ = s.Append(t.Context(), one, handoff("h", "03h", "sakura"), claim("d", "mori", time.Minute), said("s", 1))
	if c, _ := load(t, s, id); c.Version != two.Version || c.Assignee != "aoki" {
		t.Errorf("after a conflict the case is %+v", c)
	}
	for name, q := range map[string]triage.Query{"school": {School: "sakura"}, "ref": {Ref: "03h"}, "assignee": {Assignee: "mori"}} {
		if got := list(t, s, q); len(got) != 0 {
			t.Errorf("by %s: %v, want none", name, got)
		}
	}
	if work, err := s.Lease(t.Context(), triage.DueSend, start, time.Minute, 9); err != nil || len(work) != 0 {
		t.Errorf("work after a conflict: %v, %v", work, err)
	}
	// What was refused can be appended yet.
	if c := add(t, s, two, said("s", 1)); c.Said != 1 {
		t.Errorf("the refused event is known")
	}
}

func oneClaims(t *testing.T, s triage.Store) {
	before := begin(t, s, newID(4), message("m1", 0, triage.Emergency))
	var won, lost atomic.Int32
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			login := fmt.Sprint("person", i)
			c, err := s.Append(t.Context(), before, claim("claim by "+login, login, time.Hour))
			switch {
			case err == nil && c.Assignee == login:
				won.Add(1)
			case errors.Is(err, triage.ErrConflict):
				lost.Add(1)
			default:
				t.Errorf("claim: %v", err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 || lost.Load() != 99 {
		t.Errorf("%d won and %d lost, want 1 and 99", won.Load(), lost.Load())
	}
	if c, events := load(t, s, before.ID); c.Version != 2 || len(events) != 2 {
		t.Errorf("the case has version %d and %d events, want 2", c.Version, len(events))
	}
}

func concurrentWriters(t *testing.T, s triage.Store) {
	id := newID(5)
	const writers, each = 8, 10
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for n := range each {
				e := message(fmt.Sprint(w, ".", n), 0, triage.Soon)
				for {
					before, _, err := s.Load(t.Context(), id)
					if errors.Is(err, triage.ErrUnknown) {
						before, err = triage.Case{ID: id}, nil
					}
					if err == nil {
						_, err = s.Append(t.Context(), before, e)
					}
					if err == nil {
						break
					}
					if !errors.Is(err, triage.ErrConflict) {
						t.Errorf("%v", err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	c, events := load(t, s, id)
	if len(events) != writers*each || c.Version != writers*each {
		t.Fatalf("%d events, want %d", len(events), writers*each)
	}
	next := map[string]string{}
	for _, e := range events {
		w, n, _ := strings.Cut(e.ID, ".")
		if want := next[w]; n != want && want != "" || next[w] == "" && n != "0" {
			t.Fatalf("writer %s: %s comes where %s should", w, n, want)
		}
		next[w] = string(n[0] + 1)
	}
}

func idsBelongToTheirCase(t *testing.T, s triage.Store) {
	for range 3 {
		if c := begin(t, s, newID(6), message("m1", 0, triage.Soon)); c.Version != 1 {
			t.Errorf("version %d, want 1", c.Version)
		}
	}
}

func longTexts(t *testing.T, s triage.Store) {
	c := triage.Case{ID: newID(8)}
	long := strings.Repeat("あ", 100_000)
	for i := range 4 {
		var events []triage.Event
		for j := range 50 {
			e := message(fmt.Sprint(i, ".", j), 0, triage.Soon)
			if j == 0 {
				e.Text = long
			}
			events = append(events, e)
		}
		c = add(t, s, c, events...)
	}
	got, events := load(t, s, c.ID)
	same(t, "the case", got, c)
	if len(events) != 200 || events[150].Text != long {
		t.Errorf("%d events, want 200, one of them long", len(events))
	}
}

func needsID(t *testing.T, s triage.Store) {
	id := newID(9)
	if _, err := s.Append(t.Context(), triage.Case{ID: id}, message("m", 0, triage.Soon), message("", 0, triage.Soon)); err == nil {
		t.Error("an event without an id was taken")
	}
	if _, _, err := s.Load(t.Context(), id); !errors.Is(err, triage.ErrUnknown) {
		t.Errorf("Load: %v, want ErrUnknown: nothing was kept", err)
	}
}

func callerMayReuse(t *testing.T, s triage.Store) {
	e := message("m", 0, triage.Soon)
	c := begin(t, s, newID(9), e)
	e.Judgement.Severity, e.Judgement.Flags[0] = triage.Emergency, triage.Suicide
	if c.Severity != triage.Soon || c.Flags[0] != triage.Verbal {
		t.Error("the case changed with the event that was handed over")
	}
}
