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
	h.process(t, unsent("c1", "u1", "1"))
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
	if events[0].Text != triage.Blanked || events[0].Judgement == nil || events[2].Text != "死にたい" {
		t.Errorf("%q and %q", events[0].Text, events[2].Text)
	}
	for i, want := range map[int]error{0: vault.ErrUnknown, 2: nil} {
		if _, err := h.Vault.Original(t.Context(), string(id), events[i].ID); !errors.Is(err, want) {
			t.Errorf("original %d: %v", i+1, err)
		}
	}
	if _, err := h.Archive.Read(h.Names.owner(id), h.Names.fileName(id, picture.ID, originalPart)); !errors.Is(err, files.ErrMissing) {
		t.Errorf("the picture: %v", err)
	}
	if err := h.front.Forget(t.Context(), id, events[2].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Vault.Original(t.Context(), string(id), events[2].ID); !errors.Is(err, vault.ErrUnknown) {
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

// In a case that nobody may destroy, or that its writer's wish does not destroy, no message is destroyed by being taken back: it is
// hidden, and its words, names and files stay until a person has looked. Nor is it later, when the case is free and the same
// taking back is told again.
func TestTakenBackInACaseThatIsKept(t *testing.T) {
	judged := func(s triage.Severity) triage.Event {
		return triage.Event{Kind: triage.KindAssessment, From: triage.Counselor, By: "aoki", Judgement: &triage.Judgement{Severity: s}}
	}
	observed := func(kind string) triage.Event {
		return triage.Event{Kind: triage.KindNote, From: triage.Counselor, By: "aoki", Observed: &triage.Observed{Kind: kind, On: "2026-12-01"}}
	}
	kept := func(keep, mark string) triage.Event {
		return triage.Event{Kind: triage.KindState, From: triage.Counselor, Change: &triage.Change{Keep: keep, For: mark}}
	}
	handed := triage.Event{Kind: triage.KindHandoff, From: triage.Counselor, By: "aoki",
		Handoff: &triage.Handoff{ID: "07h", Recipient: "school", School: "hinode-jhs", Level: triage.LevelAnonymous}}
	abuse := judged(triage.Soon)
	abuse.From, abuse.Judgement.Flags = triage.Seeker, []triage.Flag{triage.AbuseHome}
	for name, tt := range map[string]struct {
		so    triage.Event
		keeps bool
		free  triage.Event
	}{
		"nothing":                    {so: judged(triage.Soon)},
		"an emergency by a person":   {so: judged(triage.Emergency), keeps: true, free: judged(triage.Routine)},
		"urgent by a person":         {so: judged(triage.Urgent), keeps: true, free: judged(triage.Routine)},
		"kept by a lead":             {so: kept(triage.KeepOn, ""), keeps: true, free: kept(triage.KeepOff, "")},
		"asked for":                  {so: kept(triage.KeepOn, "m1"), keeps: true, free: kept(triage.KeepOff, "m1")},
		"another request is over":    {so: kept(triage.KeepOff, "m1")},
		"handed off":                 {so: handed, keeps: true},
		"abuse at home":              {so: abuse, keeps: true},
		"abuse, as a person wrote":   {so: observed(triage.ObservedAbused), keeps: true},
		"declared to be serious":     {so: observed(triage.Declared), keeps: true},
		"may be serious":             {so: observed("serious"), keeps: true},
		"on the road of a serious":   {so: triage.Event{Kind: triage.KindState, Step: &triage.Step{Key: "decide", On: "2026-12-01"}}, keeps: true},
		"an observation like others": {so: observed("apology")},
	} {
		h := newHouse(t)
		in := withFiles(t, h)
		first := said("c1", "1", "山田花子さんの話[写真1]")
		first.Files = []channels.File{sent(t, in, "一枚目")}
		h.process(t, first)
		id := h.caseOf(from("c1"))
		add := func(mark string, e triage.Event) {
			c, _ := h.load(t, id)
			e.ID, e.At = mark, morning
			if _, err := h.Store.Append(t.Context(), c, e); err != nil {
				t.Fatal(name, err)
			}
		}
		add("so", tt.so)
		h.process(t, unsent("c1", "u1", "1"))
		if tt.free.Kind != "" {
			add("free", tt.free)
			h.process(t, unsent("c1", "u1", "1"))
		}
		c, events := h.load(t, id)
		_, err := h.Vault.Original(t.Context(), string(id), events[0].ID)
		_, gone := h.Archive.Read(h.Names.owner(id), h.Names.fileName(id, first.Files[0].ID, originalPart))
		if (events[0].Text != triage.Blanked) != tt.keeps || (err == nil) != tt.keeps || (gone == nil) != tt.keeps {
			t.Errorf("%s: %q, %v, %v", name, events[0].Text, err, gone)
		}
		if len(c.Hidden) != 1 || c.Preview != "" {
			t.Errorf("%s: it is still seen", name)
		}
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
	stands("before", map[string]string{"佐藤": "佐藤健太", "健太": "佐藤健太", "遠藤": "遠藤誠", "高橋": "高橋"})

	k, _ := h.load(t, id) // that somebody opened it is no other use of the name
	if _, err := h.Store.Append(t.Context(), k, triage.Event{ID: "r", At: morning, Kind: triage.KindReveal, From: triage.Counselor, By: "aoki",
		Reveal: &triage.Reveal{Placeholder: gone[1], Reason: "確かめる"}}); err != nil {
		t.Fatal(err)
	}
	h.process(t, unsent("c1", "u1", "2"), said("c1", "4", "もう死にたい。渡辺さんには言わないで"))
	for range 2 {
		h.process(t, unsent("c1", "u1", "2"), unsent("c1", "u2", "4"))
	}
	if words, err := h.front.Reveal(t.Context(), id, gone[1]); !errors.Is(err, triage.ErrNoWords) {
		t.Errorf("a name of a message that was taken back opens: %q, %v", words, err)
	}
	stands("taken back", map[string]string{"佐藤": "佐藤", "健太": "", "遠藤": "", "高橋": "高橋", "09011112222": "090-1111-2222", "渡辺": "渡辺"})

	k, events = h.load(t, id)
	last := slices.IndexFunc(events, func(e triage.Event) bool { return strings.Contains(e.Text, "死にたい") })
	if _, err := h.Store.Append(t.Context(), k, triage.Event{ID: "n", At: morning, Kind: triage.KindNote, From: triage.Counselor, By: "aoki",
		Text: "迷っている", Blanks: events[last].ID}); err != nil {
		t.Fatal(err)
	}
	if err := h.front.Forget(t.Context(), id, events[last].ID); err != nil {
		t.Fatal(err)
	}
	stands("looked at", map[string]string{"佐藤": "佐藤", "高橋": "高橋", "渡辺": ""})
	h.process(t, said("c1", "5", "遠藤さんがまた来ました"))
	if _, after := h.load(t, id); strings.Contains(after[len(after)-1].Text, gone[1]) {
		t.Error("a placeholder is used again")
	}
}
