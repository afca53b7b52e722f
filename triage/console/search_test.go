package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"madoguchi/triage"
	"madoguchi/triage/grant"
)

func TestASearchNeedsTwoOnThePages(t *testing.T) {
	h := newHouse(t)
	h.seed()
	h.hire("kato", triage.Coordinator, "")
	kato, mori := h.signedIn("kato"), h.signedIn("mori")
	if a := h.signedIn("sato").get("/searches"); a.status != http.StatusForbidden {
		t.Errorf("a psychologist sees the page: %d", a.status)
	}
	if page := kato.get("/searches").body; !strings.Contains(page, "新しく頼む") {
		t.Fatalf("no form: %s", page)
	}
	h.desk.Searcher = h.front
	ask := url.Values{"ground": {"serious"}, "reason": {"第12号の調査"}, "names": {"高橋 結衣\r\nたかはし ゆい"}}
	if r := said(t, kato.script("/searches", url.Values{"reason": {"x"}, "names": {"高橋 結衣"}})); r.Code != "bad_request" {
		t.Errorf("without a ground: %+v", r)
	}
	at := said(t, kato.script("/searches", ask)).To
	if page := mori.get(at).body; !strings.Contains(page, "高橋 結衣") || !strings.Contains(page, at+"/approve") || !strings.Contains(page, "重大事態の調査") {
		t.Errorf("who decides sees %s", page)
	}
	if list := mori.get("/searches").body; strings.Contains(list, "高橋") || !strings.Contains(list, "あなたの確認を待っています") {
		t.Errorf("the list tells %s", list)
	}
	for who, b := range map[string]*browser{"who asked": kato, "a lead by a password alone": mori} {
		if r := said(t, b.script(at+"/approve", nil)); r.Code != triage.CodeTwoPersons {
			t.Errorf("%s allows it: %+v", who, r)
		}
	}
	mori = h.enrolled("mori", triage.Coordinator)
	mori.app() // now she has signed in with a second factor
	if a := mori.script(at+"/approve", nil); a.status != http.StatusOK {
		t.Fatalf("a lead with strong sign-in: %d %s", a.status, a.body)
	}
	if _, err := h.desk.Seeker().Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	for who, b := range map[string]*browser{"who asked": kato, "who allowed it": mori} {
		page := b.get(at).body
		if !strings.Contains(page, "/cases/"+string(mine)) || !strings.Contains(page, "氏名がある") || strings.Contains(page, "高橋") {
			t.Errorf("%s sees %s", who, page)
		}
	}
	h.hire("endo", triage.Coordinator, "")
	if page := h.signedIn("endo").get(at).body; strings.Contains(page, string(mine)) || strings.Contains(page, "高橋") {
		t.Errorf("a third lead sees %s", page)
	}
	second := said(t, kato.script("/searches", ask)).To
	kato.post(second+"/refuse", nil)
	if g, err := h.desk.Register.Find(t.Context(), strings.TrimPrefix(second, "/searches/")); err != nil || g.State(h.desk.Register.Now()) != grant.Refused {
		t.Errorf("taken back: %+v, %v", g, err)
	}
}

// The front keeps whom a search is for in the sealed words themselves, and finds them in every case.
func (*front) Conceal(_ context.Context, s triage.Sought) ([]byte, string, error) {
	return []byte(strings.Join(s.Names, "\n")), s.Reason, nil
}

func (*front) Unveil(_ context.Context, sealed []byte) (triage.Sought, error) {
	return triage.Sought{Names: strings.Split(string(sealed), "\n")}, nil
}

func (*front) Search(_ context.Context, _ []byte, cases []triage.CaseID) (found []triage.Found, err error) {
	for _, id := range cases {
		found = append(found, triage.Found{Case: id, Match: []triage.Match{triage.MatchFull}})
	}
	return found, nil
}

func (*front) Burn(context.Context, []byte) error { return nil }
