package router

import (
	"slices"
	"strings"
	"testing"

	"madoguchi/channels"
	"madoguchi/triage"
)

// The case knows which of the city's schools its words name, by every way in, and whatever becomes of the words; so that whoever
// belongs there can be kept out. No text says which.
func TestTheCaseKnowsWhichSchoolIsNamed(t *testing.T) {
	h := newHouse(t)
	rooms := h.Rooms
	rooms.Schools = func(words string) []string {
		if strings.Contains(words, "日の出中") {
			return []string{"hinode-jhs"}
		}
		return nil
	}
	r := NewRouter(rooms)
	named := func(what string, id triage.CaseID) {
		t.Helper()
		k, events := h.load(t, id)
		if !slices.Equal(k.Named, []string{"hinode-jhs"}) || strings.Contains(events[0].Text, "日の出") {
			t.Errorf("%s: %v, %q", what, k.Named, events[0].Text)
		}
	}
	if err := r.Process(t.Context(), said("c1", "1", "日の出中の山田花子です。日の出中です")); err != nil {
		t.Fatal(err)
	}
	named("a message", h.caseOf(from("c1")))
	id, err := NewFront(r).Enter(t.Context(), triage.Entry{ID: "v1", Channel: "visit", Text: "日の出中のこと", At: morning, By: "ono"})
	if err != nil {
		t.Fatal(err)
	}
	named("a visit", id)
	m := said("c2", "1", "日の出中のこと")
	if err := r.Report(t.Context(), &m); err != nil {
		t.Fatal(err)
	}
	named("a dead letter", h.caseOf(from("c2")))
	h.names.do = func(string) { panic("日の出中") }
	if err := r.Process(t.Context(), channels.Message{ID: "1", Kind: chat, From: from("c3"), Text: "日の出中のこと", At: morning}); err != nil {
		t.Fatal(err)
	}
	named("what cannot be anonymized", h.caseOf(from("c3")))
	h.names.do = nil
	if err := r.Process(t.Context(), said("c4", "1", "山田花子です")); err != nil {
		t.Fatal(err)
	}
	if k, _ := h.load(t, h.caseOf(from("c4"))); k.Named != nil {
		t.Errorf("no school is named, but %v", k.Named)
	}
}
