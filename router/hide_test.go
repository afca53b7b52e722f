package router

import (
	"errors"
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
