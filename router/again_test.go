package router

import (
	"errors"
	"slices"
	"testing"

	"madoguchi/channels"
	"madoguchi/triage"
)

// A parent withdraws on the page behind a link, and writes to the desk's LINE again: the withdrawn case stays as it is, and
// the new words are seen.
func TestWhoWritesAgainAfterWithdrawingIsSeen(t *testing.T) {
	h := newHouse(t)
	line := &door{}
	start(t, h.courier(map[string]channels.Channel{"line": line}))
	u1 := channels.NewAddress("line", "U1", nil)
	words := func(id, text string) channels.Message {
		return channels.Message{ID: id, Kind: "line", From: u1, Text: text, At: morning}
	}
	page := func(n string) channels.Address { return channels.NewAddress(chat, "founded-"+n, []byte("public")) }
	stop := words("2", "STOP")
	stop.Opt = "out"
	h.process(t, words("1", "山田花子の母です"))
	cases := []triage.CaseID{h.caseOf(u1)}
	h.reply(t, cases[0], "r", "読みました。")
	until(t, "it is sent", h.settled(t, cases[0]))
	h.process(t, stop, channels.Message{ID: "e", Kind: chat, From: page("1"), At: morning, Erase: true})

	all := []channels.Message{words("1", "山田花子の母です"), stop, words("3", "やっぱり聞いてください"), words("4", "お願いします")}
	h.process(t, all...)
	cases = append(cases, h.Names.after(cases[0]))
	if k, events := h.load(t, cases[0]); !k.Erased() || len(events) != 6 { // two messages, the reply and its delivery, opted out, withdrawn
		t.Errorf("the withdrawn case has %d events", len(events))
	}
	k, events := h.load(t, cases[1])
	if got := texts(events); k.Erased() || !k.OptedOut || !slices.Equal(got, []string{"やっぱり聞いてください", "お願いします"}) {
		t.Errorf("erased %v, opted out %v, %q", k.Erased(), k.OptedOut, got)
	}
	started := words("5", "START")
	started.Opt = "in"
	h.process(t, started)
	h.reply(t, cases[1], "r", "はい。")
	until(t, "it is sent", h.settled(t, cases[1]))
	if len(line.sent) != 2 || len(h.mail.entries("founded-2")) != 1 {
		t.Errorf("%d sent, %d entries", len(line.sent), len(h.mail.entries("founded-2")))
	}

	// Once more; and what was withdrawn is destroyed.
	h.process(t, channels.Message{ID: "e", Kind: chat, From: page("2"), At: morning, Erase: true}, words("6", "三度目です"))
	cases = append(cases, h.Names.after(cases[1]))
	for _, id := range cases[:2] {
		if err := h.front.Erase(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		h.shred(t, id)
	}
	h.process(t, append(all, started, words("6", "三度目です"), words("7", "つづきです"))...)
	for _, id := range cases[:2] {
		if _, _, err := h.Store.Load(t.Context(), id); !errors.Is(err, triage.ErrUnknown) {
			t.Errorf("a shredded case is back: %v", err)
		}
	}
	if _, events := h.load(t, cases[2]); !slices.Equal(texts(events), []string{"三度目です", "つづきです"}) {
		t.Errorf("the third case: %q", texts(events))
	}
}

// Killed between the new case and the way to it, the same message comes again and changes nothing but the way.
func TestWritingAgainIsCutOff(t *testing.T) {
	h := newHouse(t)
	u1 := channels.NewAddress("line", "U1", nil)
	first, again := channels.Message{ID: "1", Kind: "line", From: u1, Text: "一", At: morning}, channels.Message{ID: "2", Kind: "line", From: u1, Text: "二", At: morning}
	h.process(t, first)
	k, _ := h.load(t, h.caseOf(u1))
	if _, err := h.Store.Append(t.Context(), k, triage.Event{ID: "e", At: morning, Kind: triage.KindState, From: triage.Seeker, Change: &triage.Change{Erase: true}}); err != nil {
		t.Fatal(err)
	}
	h.process(t, again)
	fresh := h.Names.after(h.caseOf(u1))
	if err := h.secrets.Del(t.Context(), h.secrets.Keys(t.Context(), "*:alias:*").Val()...).Err(); err != nil {
		t.Fatal(err)
	}
	h.process(t, again, first)
	if id, err := h.Vault.Case(t.Context(), h.Names.pseudonym(h.marked(u1))); err != nil || triage.CaseID(id) != fresh {
		t.Errorf("the way leads elsewhere: %v", err)
	}
	if _, events := h.load(t, fresh); !slices.Equal(texts(events), []string{"二"}) {
		t.Errorf("%q", texts(events))
	}
}

// texts are what the seeker says in the case.
func texts(events []triage.Event) []string {
	var all []string
	for _, e := range events {
		if e.Kind == triage.KindMessage && e.From == triage.Seeker && e.By == "" {
			all = append(all, e.Text)
		}
	}
	return all
}
