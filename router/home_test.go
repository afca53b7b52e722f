package router

import (
	"fmt"
	"testing"

	"madoguchi/channels"
	"madoguchi/triage"
)

// Whoever wrote under a pepper of before stays in the case, whichever way the case was found, and however often the pepper is
// replaced; somebody new is named by the present one. A process that has not turned yet finds whom one that has turned named.
func TestPeppersAreReplacedAndNobodyGetsASecondCase(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := NewRouter(h.Rooms)
	var cases []triage.CaseID
	write := func(who, id string) {
		t.Helper()
		h.process(t, said(who, id, "きょうはねむい"))
	}
	for round := range 3 {
		who := fmt.Sprintf("u%d", round)
		write(who, "first")
		cases = append(cases, h.caseOf(from(who)))
		h.Names.Adopt(h.Names.Added())
		behind := NewNames()
		behind.Adopt(h.Names)
		h.Names.Adopt(h.Names.Turned())
		fresh := fmt.Sprintf("v%d", round)
		write(fresh, "first")
		id := h.caseOf(from(fresh))
		late := h.Rooms
		late.Names = behind
		if found, err := NewRouter(late).home(t.Context(), from(fresh)); err != nil || found != id {
			t.Errorf("a process that has not turned yet looks in %s for %s: %v", found, id, err)
		}
		cases = append(cases, id)
		for i, id := range cases {
			who := fmt.Sprintf("%c%d", "uv"[i%2], i/2)
			write(who, fmt.Sprintf("round %d", round))
			write(who, "first") // again: a replay
			if k, _ := h.load(t, id); k.Version != int64(2+round-i/2) {
				t.Errorf("round %d: the case of %s has %d events", round, who, k.Version)
			}
		}
	}
	ids := 0
	for _, q := range []triage.Query{{Limit: triage.MaxPage}} {
		list, _, err := h.Store.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		ids += len(list)
	}
	if ids != len(cases) {
		t.Errorf("%d people have %d cases", len(cases), ids)
	}
	// Once everybody is named by the present pepper, those of before are needed no more, and help nobody who has them.
	for _, id := range cases {
		if err := r.Rename(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	h.Names.Adopt(h.Names.Retired())
	if n := len(h.Names.Versions()); n != 1 {
		t.Errorf("%d peppers are left", n)
	}
	for i, id := range cases {
		if found, err := r.home(t.Context(), from(fmt.Sprintf("%c%d", "uv"[i%2], i/2))); err != nil || found != id {
			t.Errorf("%s is looked for in %s: %v", id, found, err)
		}
	}
	// What leads to a case goes with it.
	if err := h.Vault.Shred(t.Context(), string(cases[0])); err != nil {
		t.Fatal(err)
	}
	for _, p := range h.Names.pseudonyms(from("u0")) {
		if _, err := h.Vault.Case(t.Context(), p); err == nil {
			t.Error("an alias outlives its case")
		}
	}
}

// A message that is replayed after its case was destroyed brings nothing back, whichever pepper named its sender.
func TestReplayAfterThePepperWasReplaced(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, kind := range []string{chat, "line"} {
		first := said("u1", "first", "きょうはねむい")
		first.From = channels.NewAddress(kind, "u1", []byte("public of u1"))
		h.process(t, first)
		id := h.caseOf(first.From)
		h.shred(t, id)
		if err := h.Vault.Shred(t.Context(), string(id)); err != nil {
			t.Fatal(err)
		}
		h.Names.Adopt(h.Names.Added().Turned())
		h.process(t, first)
		if k, _, err := h.Store.Load(t.Context(), h.caseOf(first.From)); err == nil {
			t.Errorf("%s: a case of %d events is back", kind, k.Version)
		}
	}
}

// A set of names is read back as it was written, whatever stands in it.
func TestNamesOfEveryAgeAreReadBack(t *testing.T) {
	t.Parallel()
	n := NewNames()
	for _, step := range []func(*Names) *Names{(*Names).Added, (*Names).Added, (*Names).Turned, (*Names).Turned, (*Names).Added, (*Names).Turned, (*Names).Retired} {
		n = step(n)
		data, err := n.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseNames(data)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(again.pseudonyms(from("x"))) != fmt.Sprint(n.pseudonyms(from("x"))) || again.set.Load().coming != n.set.Load().coming {
			t.Errorf("another set is read back: %v for %v", again.Versions(), n.Versions())
		}
	}
}
