package router

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"madoguchi/channels"
	"madoguchi/router/vault"
	"madoguchi/triage"
)

// Where the names and addresses of a case are destroyed its anonymized words stay, nobody can open who it was, a replay brings
// nothing back, and whoever writes again has a case of their own, in which the old one is not known.
func TestACaseWithoutItsNames(t *testing.T) {
	h, _ := realHouse(t)
	ctx := t.Context()
	line := channels.NewAddress("line", "U1234", nil)
	first := channels.Message{ID: "1", Kind: "line", From: line, Text: "山田花子です。佐藤健太にけられました", At: morning}
	h.process(t, first)
	id := h.caseOf(line)
	if words, err := h.front.Reveal(ctx, id, "[連絡先1]"); err != nil || words != "U1234" {
		t.Fatalf("before: %q, %v", words, err)
	}
	append := func(change triage.Change) {
		t.Helper()
		k, _ := h.load(t, id)
		if _, err := h.Rooms.Store.Append(ctx, k, triage.Event{ID: "u" + change.Unname, At: morning, Kind: triage.KindState, From: triage.Counselor, Change: &change}); err != nil {
			t.Fatal(err)
		}
	}
	append(triage.Change{Unname: triage.UnnameBegun})
	if err := h.front.Erase(ctx, id); err != nil {
		t.Fatal(err)
	}
	append(triage.Change{Unname: triage.UnnameDone})
	k, events := h.load(t, id)
	if k.Unnamed != triage.UnnameDone || !strings.Contains(events[0].Text, "[人物A]") {
		t.Fatalf("the anonymized case is gone: %+v", events[0])
	}
	for _, p := range []string{"[人物A]", "[人物B]", "[連絡先1]"} {
		if words, err := h.front.Reveal(ctx, id, p); err == nil || words != "" {
			t.Errorf("%s can be opened: %v", p, err)
		}
	}
	if s, err := h.front.Scrub(ctx, id, "高橋結衣さんの件"); err != nil || strings.Contains(s.Text, "高橋") || strings.Contains(s.Text, "[人物") || len(s.Words) > 0 {
		t.Errorf("a note: %q, %v", s.Text, err)
	}
	if _, err := h.front.Enter(ctx, triage.Entry{ID: "v", Case: id, Channel: "visit", Text: "山田花子です", Contact: "090-1234-5678"}); !errors.Is(err, triage.ErrRefused) {
		t.Errorf("an entry into it: %v", err)
	}
	h.process(t, first) // a replay
	h.process(t, channels.Message{ID: "2", Kind: "line", From: line, Text: "鈴木一郎のことです", At: morning})
	if _, err := h.Rooms.Vault.Open(ctx, string(id)); !errors.Is(err, vault.ErrUnknown) {
		t.Errorf("the vault has it again: %v", err)
	}
	if after, _ := h.load(t, id); after.Version != k.Version {
		t.Errorf("the old case went on: %d events, were %d", after.Version, k.Version)
	}
	next := h.Rooms.Names.after(id)
	c, said := h.load(t, next)
	if len(said) == 0 || strings.Contains(said[0].Text, "鈴木") || c.Unnamed != "" || slices.ContainsFunc(said, func(e triage.Event) bool { return e.ID == events[0].ID }) {
		t.Errorf("the new case: %+v", said)
	}
	if words, err := h.front.Reveal(ctx, next, "[連絡先1]"); err != nil || words != "U1234" {
		t.Errorf("who wrote again: %q, %v", words, err)
	}
	h.process(t, channels.Message{ID: "3", Kind: "line", From: line, Text: "つづきです", At: morning})
	if c, _ := h.load(t, next); c.Version != int64(len(said))+1 {
		t.Errorf("the third message is elsewhere: %d", c.Version)
	}
}

// Words that were on their way while the names were destroyed leave no address behind.
func TestNamesAreDestroyedWhileSomebodyWrites(t *testing.T) {
	h, _ := realHouse(t)
	ctx := t.Context()
	line := channels.NewAddress("line", "U1234", nil)
	h.process(t, channels.Message{ID: "1", Kind: "line", From: line, Text: "山田花子です", At: morning})
	id := h.caseOf(line)
	once := false
	_, err := h.router.take(ctx, id, triage.Event{ID: "m:late", At: morning, Kind: triage.KindMessage, From: triage.Seeker, Channel: "line"}, line, []byte("x"),
		func(context.Context, *taking) error {
			if once {
				return nil
			}
			once = true
			k, _ := h.load(t, id)
			if _, err := h.Rooms.Store.Append(ctx, k, triage.Event{ID: "u", At: morning, Kind: triage.KindState, Change: &triage.Change{Unname: triage.UnnameDone}}); err != nil {
				return err
			}
			return h.front.Erase(ctx, id)
		})
	if !errors.Is(err, errWithdrawn) {
		t.Errorf("taken in: %v", err)
	}
	if _, err := h.Rooms.Vault.Open(ctx, string(id)); !errors.Is(err, vault.ErrUnknown) {
		t.Errorf("the vault has somebody again: %v", err)
	}
}
