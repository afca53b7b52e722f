package router

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"madoguchi/channels"
	"madoguchi/router/files"
	"madoguchi/router/vault"
	"madoguchi/triage"
)

func unsent(who, id, target string) channels.Message {
	m := said(who, id, "")
	m.Unsend = target
	return m
}

// What is taken back is on no list at once, and is destroyed; but not while it might be urgent.
func TestTakenBack(t *testing.T) {
	h := newHouse(t)
	in := withFiles(t, h)
	picture := sent(t, in, "一枚目")
	first := said("c1", "1", "山田花子のいじめの話[写真1]")
	first.Files = []channels.File{picture}
	h.process(t, first)
	h.process(t, said("c1", "2", "死にたい"))
	id := h.caseOf(from("c1"))
	for range 2 {
		h.process(t, unsent("c1", "u1", "1"))
		h.process(t, unsent("c1", "u2", "2"))
		h.process(t, unsent("c1", "u3", "nothing"))
		h.process(t, first) // and a replay brings nothing back
	}
	k, events := h.load(t, id)
	if len(events) != 4 || len(k.Hidden) != 2 || k.Preview != "" || k.Severity != triage.Emergency {
		t.Fatalf("%d events, %+v", len(events), k)
	}
	for _, r := range k.Reasons {
		if r.Excerpt != "" {
			t.Errorf("an excerpt is left: %+v", r)
		}
	}
	if events[0].Text != triage.Blanked || events[0].Judgement == nil || events[1].Text != "死にたい" {
		t.Errorf("%q and %q", events[0].Text, events[1].Text)
	}
	for i, want := range []error{vault.ErrUnknown, nil} {
		if _, err := h.Vault.Original(t.Context(), string(id), events[i].ID); !errors.Is(err, want) {
			t.Errorf("original %d: %v", i+1, err)
		}
	}
	if _, err := h.Archive.Read(h.Names.owner(id), h.Names.fileName(id, picture.ID, originalPart)); !errors.Is(err, files.ErrMissing) {
		t.Errorf("the picture: %v", err)
	}
	if err := h.front.Forget(t.Context(), id, events[1].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Vault.Original(t.Context(), string(id), events[1].ID); !errors.Is(err, vault.ErrUnknown) {
		t.Errorf("after a person looked: %v", err)
	}
	h.process(t, unsent("stranger", "u", "1"))
	if _, _, err := h.Store.Load(t.Context(), h.caseOf(from("stranger"))); !errors.Is(err, triage.ErrUnknown) {
		t.Errorf("a take-back alone makes a case: %v", err)
	}
	if strings.Contains(h.log.String(), "死にたい") {
		t.Error("the log")
	}
}

// With a message that was taken back go the names that stand in no other; of the others, how they were written there. One that
// is kept keeps its names until a person has looked.
func TestNamesOfWhatWasTakenBack(t *testing.T) {
	h, _ := realHouse(t)
	for i, text := range []string{
		"佐藤さんと図書室に行きました",
		"佐藤健太くんと遠藤誠さんが話していました",
		"高橋さんも来ました。電話は090-1111-2222です",
		"もう死にたい。渡辺さんには言わないで",
	} {
		h.process(t, said("c1", strconv.Itoa(i+1), text))
	}
	id := h.caseOf(from("c1"))
	stands := func(when string, want map[string]string) {
		t.Helper()
		for words, shown := range want {
			var got string
			rec, err := h.Vault.Open(t.Context(), string(id))
			if err != nil {
				t.Fatal(err)
			}
			g, err := glossary(rec.Glossary)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range g.Entries {
				if slices.Contains(e.Keys, words) {
					if got, err = h.front.Reveal(t.Context(), id, e.Placeholder); err != nil {
						t.Fatal(err)
					}
				}
			}
			if got != shown {
				t.Errorf("%s: %s is %q, want %q", when, words, got, shown)
			}
		}
	}
	_, events := h.load(t, id)
	gone := marks.FindAllString(events[1].Text, -1)
	if len(gone) != 2 || !strings.Contains(events[0].Text, gone[0]) {
		t.Fatalf("%q, %q", events[0].Text, events[1].Text)
	}
	stands("before", map[string]string{"佐藤": "佐藤健太", "健太": "佐藤健太", "遠藤": "遠藤誠", "高橋": "高橋", "渡辺": "渡辺"})

	k, _ := h.load(t, id) // that somebody opened it is no other use of the name
	if _, err := h.Store.Append(t.Context(), k, triage.Event{ID: "r", At: morning, Kind: triage.KindReveal, From: triage.Counselor, By: "aoki",
		Reveal: &triage.Reveal{Placeholder: gone[1], Reason: "確かめる"}}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		h.process(t, unsent("c1", "u1", "2"), unsent("c1", "u2", "4"))
	}
	if words, err := h.front.Reveal(t.Context(), id, gone[1]); !errors.Is(err, triage.ErrNoWords) {
		t.Errorf("a name of a message that was taken back opens: %q, %v", words, err)
	}
	stands("taken back", map[string]string{"佐藤": "佐藤", "健太": "", "遠藤": "", "高橋": "高橋", "09011112222": "090-1111-2222", "渡辺": "渡辺"})

	k, _ = h.load(t, id)
	if _, err := h.Store.Append(t.Context(), k, triage.Event{ID: "n", At: morning, Kind: triage.KindNote, From: triage.Counselor, By: "aoki",
		Text: "迷っている", Blanks: events[3].ID}); err != nil {
		t.Fatal(err)
	}
	if err := h.front.Forget(t.Context(), id, events[3].ID); err != nil {
		t.Fatal(err)
	}
	stands("looked at", map[string]string{"佐藤": "佐藤", "高橋": "高橋", "渡辺": ""})
	h.process(t, said("c1", "5", "遠藤さんがまた来ました"))
	if _, after := h.load(t, id); strings.Contains(after[len(after)-1].Text, gone[1]) {
		t.Error("a placeholder is used again")
	}
}
