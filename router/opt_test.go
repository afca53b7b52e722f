package router

import (
	"testing"

	"madoguchi/channels"
)

func TestWhoLeavesADoorWithoutWordsHasNoCaseForThat(t *testing.T) {
	h := newHouse(t)
	line := channels.NewAddress("line", "U1", nil)
	opt := func(id, opt string) channels.Message {
		return channels.Message{ID: id, Kind: "line", From: line, At: morning, Opt: opt}
	}
	h.process(t, opt("1", "out"))
	if _, _, err := h.Store.Load(t.Context(), h.caseOf(line)); err == nil {
		t.Fatal("a case was made")
	}
	h.process(t, channels.Message{ID: "2", Kind: "line", From: line, At: morning, Text: "こんにちは"}, opt("3", "out"), opt("3", "out"))
	if k, events := h.load(t, h.caseOf(line)); !k.OptedOut || len(events) != 2 {
		t.Errorf("opted out %v after %d events", k.OptedOut, len(events))
	}
	h.process(t, opt("4", "in"))
	if k, _ := h.load(t, h.caseOf(line)); k.OptedOut {
		t.Error("still opted out")
	}
}
