package console

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
)

func riskForm(again string, answers ...string) url.Values {
	f := url.Values{"again": {again}, "note": {"本人が言った"}}
	for i, q := range triage.RiskQuestions {
		f.Set("risk_"+q.Key, answers[i])
	}
	return f
}

// What was found of a danger stands on the page, newest first; where plan, means and time are there a person is asked to raise the
// case, and one button does it.
func TestTheFormsOfADangerToLife(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("sato")
	at := "/cases/" + string(mine)
	const button = "緊急に上げる</button>"
	if p := b.get(at); strings.Contains(p.body, button) || !strings.Contains(p.body, "リスクの見立て（念慮") {
		t.Fatalf("the page before (%d)", p.status)
	}
	if p := b.script(at+"/risks", riskForm("", "yes", "no", "no", "no", "yes", "")); p.status != 400 {
		t.Errorf("a form without an answer: %d", p.status)
	}
	for _, f := range []url.Values{riskForm("3", "yes", "no", "no", "no", "yes", "yes"), riskForm("", "yes", "yes", "yes", "yes", "unknown", "no")} {
		if p := b.script(at+"/risks", f); p.status != 200 {
			t.Fatalf("%d %s", p.status, p.body)
		}
	}
	p := b.get(at)
	newest, oldest := strings.Index(p.body, "手段：はい"), strings.Index(p.body, "前の見立て　1")
	if newest < 0 || oldest < newest || !strings.Contains(p.body, button) || !strings.Contains(p.body, "リスクの見立てを、もう一度する") {
		t.Errorf("newest at %d, those before at %d", newest, oldest)
	}
	k, _, err := h.store.Load(context.Background(), mine)
	if err != nil || len(k.Risks) != 2 || !k.Risks[0].Again.Equal(evening.Add(3*24*time.Hour)) || !k.Risks[1].Again.Equal(evening.Add(24*time.Hour)) {
		t.Fatalf("%+v %v", k.Risks, err)
	}
	if p := b.script(at+"/severity", url.Values{"severity": {"emergency"}, "reason": {"リスクの見立て：計画・手段・時がそろっている"}}); p.status != 200 {
		t.Fatalf("%d %s", p.status, p.body)
	}
	if p := b.get(at); strings.Contains(p.body, button) {
		t.Error("an emergency is to be raised again")
	}
}
