// Package storetest is what every triage.Store promises, as tests. An implementation passes Run, on every sort of server
// that it is meant for; whatever a caller relies on and Run does not show is not promised.
//
// The suite asks for many fresh stores and runs in parallel. It never looks behind the interface: how a store keeps its
// secrets at rest is for the store's own tests.
package storetest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
)

// patience is how long a test waits for something that happens soon, on a very busy machine.
const patience = 20 * time.Second

// start is the desk's time at which the suite's cases begin: not on a whole minute, where rounding would hide.
var start = time.Date(2026, 12, 1, 9, 0, 7, 123456789, time.UTC)

// Run runs the whole suite. Each call of open gives a store without any case, for its test alone.
func Run(t *testing.T, open func(t *testing.T) triage.Store) {
	for _, group := range []struct {
		name  string
		tests map[string]func(*testing.T, triage.Store)
	}{
		{"Append", appendTests}, {"List", listTests}, {"Lease", leaseTests}, {"Watch", watchTests}, {"Shred", shredTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			for name, test := range group.tests {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					test(t, open(t))
				})
			}
		})
	}
}

// newID returns a fresh case id of the partition.
func newID(partition int) triage.CaseID {
	return triage.CaseID(fmt.Sprintf("%02d%s", partition, strings.ToLower(rand.Text()[:24])))
}

// id returns the case id of the partition whose rest is one letter again and again: ids with an order that a test knows.
func id(partition int, letter string) triage.CaseID {
	return triage.CaseID(fmt.Sprintf("%02d%s", partition, strings.Repeat(letter, 24)))
}

// message is what a seeker writes so long after start.
func message(id string, after time.Duration, severity triage.Severity) triage.Event {
	return triage.Event{
		ID: id, At: start.Add(after), Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat", Text: "[人物A]のことで " + id,
		Judgement: &triage.Judgement{Severity: severity, Flags: []triage.Flag{triage.Verbal}},
	}
}

// said is what the desk says, as its message number n.
func said(id string, n int64) triage.Event {
	return triage.Event{ID: id, At: start.Add(time.Hour), Kind: triage.KindMessage, From: triage.Counselor, By: "aoki",
		Text: "読みました。", Said: n, Words: []byte("sealed")}
}

// delivered is that the desk's message number n was sent.
func delivered(id string, n int64) triage.Event {
	return triage.Event{ID: id, At: start.Add(time.Hour), Kind: triage.KindDelivery, From: triage.System,
		Delivery: &triage.Delivery{Said: n, Status: triage.DeliverySent}}
}

// claim is that login takes the case until so long after start.
func claim(id, login string, until time.Duration) triage.Event {
	return triage.Event{ID: id, At: start, Kind: triage.KindAssignment, From: triage.Counselor, By: login,
		Assignment: &triage.Assignment{Do: triage.DoClaim, To: login, Until: start.Add(until)}}
}

// duty is a duty that falls due so long after start, or is done where done is set.
func duty(id, what string, due time.Duration, done bool) triage.Event {
	d := &triage.Duty{Kind: "report", What: what, DueAt: start.Add(due)}
	if done {
		d.DoneAt = start.Add(due)
	}
	return triage.Event{ID: id, At: start, Kind: triage.KindDuty, From: triage.System, Duty: d}
}

// erase is the seeker's wish that the conversation be erased.
func erase(id string) triage.Event {
	return triage.Event{ID: id, At: start, Kind: triage.KindState, From: triage.Seeker, Change: &triage.Change{Erase: true}}
}

// handoff is a hand-off of that id to a school.
func handoff(id, handoff, school string) triage.Event {
	return triage.Event{ID: id, At: start, Kind: triage.KindHandoff, From: triage.Counselor, By: "aoki",
		Handoff: &triage.Handoff{ID: handoff, Recipient: "school", School: school, Level: triage.LevelAnonymous, Summary: "要約"}}
}

// add appends to the case and fails the test where that fails.
func add(t *testing.T, s triage.Store, before triage.Case, events ...triage.Event) triage.Case {
	t.Helper()
	c, err := s.Append(t.Context(), before, events...)
	if err != nil {
		t.Fatalf("Append: %v", err)
	}
	return c
}

// begin appends to a new case.
func begin(t *testing.T, s triage.Store, id triage.CaseID, events ...triage.Event) triage.Case {
	t.Helper()
	return add(t, s, triage.Case{ID: id}, events...)
}

// load loads the case and fails the test where that fails.
func load(t *testing.T, s triage.Store, id triage.CaseID) (triage.Case, []triage.Event) {
	t.Helper()
	c, events, err := s.Load(t.Context(), id)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return c, events
}

// list returns the ids of all cases that match, read in pages of the query's limit.
func list(t *testing.T, s triage.Store, q triage.Query) []triage.CaseID {
	t.Helper()
	ids := []triage.CaseID{}
	for range 10_000 {
		cases, next, err := s.List(t.Context(), q)
		if err != nil {
			t.Fatalf("List: %v", err)
		}
		if q.Limit > 0 && len(cases) > q.Limit {
			t.Fatalf("List gives %d cases for a limit of %d", len(cases), q.Limit)
		}
		for _, c := range cases {
			ids = append(ids, c.ID)
		}
		if next == "" {
			return ids
		}
		if len(cases) == 0 {
			t.Fatal("List gives an empty page that is not the last")
		}
		q.Cursor = next
	}
	t.Fatal("List does not end")
	return nil
}

// same fails the test unless both have the same JSON.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	g, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	w, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if string(g) != string(w) {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

// soon waits until the condition holds.
func soon(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("still not: %s", what)
		case <-time.After(2 * time.Millisecond):
		}
	}
}
