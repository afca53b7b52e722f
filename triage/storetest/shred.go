package storetest

import (
	"errors"
	"testing"
	"time"

	"madoguchi/triage"
)

var shredTests = map[string]func(*testing.T, triage.Store){
	"NothingIsLeft":                  nothingIsLeft,
	"OldEventsDoNotComeBack":         oldEventsDoNotComeBack,
	"NewWordsAfterwardsAreANewCase":  newWordsAfterwards,
	"OtherCasesStay":                 otherCasesStay,
	"AWriterOfTheOldCaseIsRefused":   oldWriterRefused,
	"WhatCameMeanwhileIsKept":        whatCameMeanwhile,
	"AnErasedCaseIsShreddedAsWell":   erasedIsShredded,
	"TheOldLeaseSettlesNothingOfNew": oldLeaseOfShredded,
}

// full is a case that every index holds.
func full(t *testing.T, s triage.Store, partition int) triage.Case {
	t.Helper()
	c := begin(t, s, newID(partition), message("m", 0, triage.Soon), handoff("h", id2(partition)+"h", "sakura"),
		duty("d", "d", time.Minute, false))
	c = add(t, s, c, claim("c", "aoki", time.Minute))
	return add(t, s, c, triage.Event{ID: "g", At: start, Kind: triage.KindMessage, From: triage.Desk, Said: 1})
}

// id2 is the partition as ids begin with it.
func id2(partition int) string { return string(newID(partition)[:2]) }

func shredded(t *testing.T, s triage.Store, id triage.CaseID) {
	t.Helper()
	c, _ := load(t, s, id)
	if err := s.Shred(t.Context(), c); err != nil {
		t.Fatalf("Shred: %v", err)
	}
}

func nothingIsLeft(t *testing.T, s triage.Store) {
	c := full(t, s, 20)
	shredded(t, s, c.ID)
	if _, _, err := s.Load(t.Context(), c.ID); !errors.Is(err, triage.ErrUnknown) {
		t.Errorf("Load: %v, want ErrUnknown", err)
	}
	for name, q := range map[string]triage.Query{"all": {}, "state": {State: c.State}, "assignee": {Assignee: "aoki"},
		"school": {School: "sakura"}, "ref": {Ref: "20h"}} {
		q.Erased = true
		if got := list(t, s, q); len(got) != 0 {
			t.Errorf("by %s: %v", name, got)
		}
	}
	for _, kind := range triage.DueKinds {
		none(t, s, kind, 24*time.Hour, "shredded")
	}
	if err := s.Shred(t.Context(), c); !errors.Is(err, triage.ErrUnknown) {
		t.Errorf("shredded again: %v, want ErrUnknown", err)
	}
}

func oldEventsDoNotComeBack(t *testing.T, s triage.Store) {
	c := begin(t, s, newID(21), message("m1", 0, triage.Soon), message("m2", 0, triage.Soon))
	shredded(t, s, c.ID)
	got := begin(t, s, c.ID, message("m2", 0, triage.Soon), message("m1", 0, triage.Soon))
	same(t, "the replay of a shredded case", got, triage.Case{ID: c.ID})
	if got := list(t, s, triage.Query{Erased: true}); len(got) != 0 {
		t.Errorf("the replay brought back %v", got)
	}
}

func newWordsAfterwards(t *testing.T, s triage.Store) {
	c := full(t, s, 22)
	shredded(t, s, c.ID)
	again := begin(t, s, c.ID, message("m", 0, triage.Soon), message("n", time.Hour, triage.Urgent))
	got, events := load(t, s, c.ID)
	same(t, "Load and Append", got, again)
	if len(events) != 1 || events[0].ID != "n" || events[0].Seq != 1 || got.Assignee != "" || len(got.Handoffs) != 0 {
		t.Errorf("the new case is %+v", got)
	}
	same(t, "the queue", list(t, s, triage.Query{State: triage.Waiting}), []triage.CaseID{c.ID})
}

func otherCasesStay(t *testing.T, s triage.Store) {
	a, b := full(t, s, 23), begin(t, s, newID(23), message("m", 0, triage.Soon))
	shredded(t, s, b.ID)
	got, _ := load(t, s, a.ID)
	same(t, "the other case", got, a)
	same(t, "the list", list(t, s, triage.Query{Assignee: "aoki"}), []triage.CaseID{a.ID})
}

func whatCameMeanwhile(t *testing.T, s triage.Store) {
	before := full(t, s, 27)
	after := add(t, s, before, message("meanwhile", time.Minute, triage.Soon))
	if err := s.Shred(t.Context(), before); !errors.Is(err, triage.ErrConflict) {
		t.Fatalf("Shred: %v, want ErrConflict", err)
	}
	got, _ := load(t, s, after.ID)
	same(t, "the case", got, after)
}

func oldWriterRefused(t *testing.T, s triage.Store) {
	c := full(t, s, 24)
	shredded(t, s, c.ID)
	if _, err := s.Append(t.Context(), c, said("s", 2)); !errors.Is(err, triage.ErrConflict) {
		t.Errorf("Append: %v, want ErrConflict", err)
	}
}

func erasedIsShredded(t *testing.T, s triage.Store) {
	c := add(t, s, full(t, s, 25), erase("e"))
	shredded(t, s, c.ID)
	if got := list(t, s, triage.Query{Erased: true}); len(got) != 0 {
		t.Errorf("listed: %v", got)
	}
}

func oldLeaseOfShredded(t *testing.T, s triage.Store) {
	c := full(t, s, 26)
	old := one(t, s, triage.DueSend, time.Hour)
	shredded(t, s, c.ID)
	settle(t, s, old, start)
	none(t, s, triage.DueSend, 24*time.Hour, "shredded")
	begin(t, s, c.ID, message("new", 0, triage.Soon), said("new s", 1))
	settle(t, s, old, time.Time{})
	one(t, s, triage.DueSend, time.Hour)
}
