package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
)

// The family is told over the pages: asked, looked at by a supervisor, spoken with, and written down; and where the family
// must hear nothing, every page of the case says so and offers none of it.
func TestTheFamilyOnThePages(t *testing.T) {
	h := newHouse(t)
	h.seed()
	h.hire("ueno", triage.Supervisor, "")
	sato, ueno := h.signedIn("sato"), h.signedIn("ueno")
	base := "/cases/" + string(danger)
	do := func(b *browser, path string, form url.Values, want int) {
		t.Helper()
		if a := b.script(base+path, form); a.status != want {
			t.Fatalf("%s: %d %s", path, a.status, a.body)
		}
	}
	const words = "休み時間に、持ち物がなくなることがあります。"
	ask := url.Values{"school": {"guardian:mother"}, "level": {"anonymous"}, "summary": {words}, "early": {"1"}}
	do(sato, "/claim", nil, http.StatusOK)
	shown := sato.script(base+"/consents/preview", ask).body
	for _, want := range []string{"おうちの人に話してもいいですか", "お母", words, "保護者と話す人へ"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the preview lacks %q: %s", want, shown)
		}
	}
	do(sato, "/consents", ask, http.StatusOK)
	c, _, err := h.store.Load(t.Context(), danger)
	if err != nil {
		t.Fatal(err)
	}
	consent := c.Consents[0]
	if consent.Level != triage.LevelNamed || consent.School != "guardian:mother" {
		t.Fatalf("%+v", consent)
	}
	h.happened(danger, triage.Event{ID: "yes", At: h.clock.Now(), Kind: triage.KindHandoff, From: triage.Seeker, Consent: &triage.Consent{ID: consent.ID, Answer: triage.AnswerYes}})
	hand := url.Values{"recipient": {"guardian"}, "whom": {"mother"}, "level": {"will"}, "summary": {words}}
	do(sato, "/handoffs", hand, http.StatusConflict)
	if page := sato.get(base).body; !strings.Contains(page, "統括の確認を待っています") || strings.Contains(page, "/agree") {
		t.Error("the page does not say for whom it waits, or offers it to the wrong one")
	}
	if !strings.Contains(ueno.get(base).body, "/consents/"+consent.ID+"/agree") {
		t.Error("the supervisor is not asked")
	}
	do(ueno, "/consents/"+consent.ID+"/agree", url.Values{"reason": {"家は安全とのこと"}}, http.StatusOK)
	do(sato, "/handoffs", hand, http.StatusOK)
	c, _, _ = h.store.Load(t.Context(), danger)
	sent := "/handoffs/" + c.Handoffs[0].ID
	page := sato.get(base).body
	if !strings.Contains(page, sent+"/told") || !strings.Contains(page, "まだ話していません") || strings.Contains(page, sent+"/links") {
		t.Error("the page does not say what is left to do")
	}
	do(sato, sent+"/told", url.Values{"at": {"tomorrow"}, "how": {"phone"}}, http.StatusBadRequest)
	do(sato, sent+"/told", url.Values{"at": {h.clock.Now().Format("2006-01-02T15:04")}, "how": {"phone"}, "spoke": {"母"}, "answer": {"話を聞きます"}}, http.StatusOK)
	page = sato.get(base).body
	for _, want := range []string{"電話でお母さんに話しました", "話を聞きます", "おうちの人に話したこと"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	do(sato, "/observations", url.Values{"kind": {"guardian_care"}, "on": {"2026-11-24"}, "note": {"こわがっている"}}, http.StatusOK)
	page = sato.get(base).body
	if !strings.Contains(page, "<strong>保護者注意</strong>") || strings.Contains(page, `value="guardian:mother"`) {
		t.Error("the page does not warn, or still offers the family")
	}
	do(sato, "/consents", ask, http.StatusConflict)
}

// Who says no, or takes a yes back, is answered with what is true: the school is not told, or has read it already.
func TestANoHasItsAnswer(t *testing.T) {
	now := time.Date(2026, 12, 1, 16, 0, 0, 0, time.UTC)
	no := triage.Consent{ID: "q", School: "hinode-jhs", Answer: triage.AnswerNo, At: now.Add(-time.Hour)}
	sent := triage.Handoff{ConsentID: "q", SentAt: now.Add(-2 * time.Hour), State: triage.HandoffRecalled}
	read := sent
	read.SeenAt = now.Add(-90 * time.Minute)
	with := func(change func(*triage.Consent)) triage.Consent { c := no; change(&c); return c }
	for name, c := range map[string]struct {
		asked []triage.Consent
		sent  []triage.Handoff
		want  string
	}{
		"nothing was asked":       {},
		"no":                      {[]triage.Consent{no}, nil, "consent.withdrawn"},
		"in time":                 {[]triage.Consent{no}, []triage.Handoff{sent}, "consent.withdrawn"},
		"too late":                {[]triage.Consent{no}, []triage.Handoff{read}, "consent.withdrawn.read"},
		"too late by the second":  {[]triage.Consent{no}, []triage.Handoff{sent, read}, "consent.withdrawn.read"},
		"another's was read":      {[]triage.Consent{with(func(c *triage.Consent) { c.ID = "other" })}, []triage.Handoff{read}, "consent.withdrawn"},
		"a yes is changed":        {[]triage.Consent{with(func(c *triage.Consent) { c.Answer = triage.AnswerChange })}, []triage.Handoff{read}, "consent.withdrawn.read"},
		"later":                   {[]triage.Consent{with(func(c *triage.Consent) { c.Answer = triage.AnswerLater })}, nil, ""},
		"yes":                     {[]triage.Consent{with(func(c *triage.Consent) { c.Answer = triage.AnswerYes })}, nil, ""},
		"asked anew":              {[]triage.Consent{no, with(func(c *triage.Consent) { c.ID, c.Answer = "again", triage.AnswerAsked })}, nil, ""},
		"a week ago":              {[]triage.Consent{with(func(c *triage.Consent) { c.At = now.AddDate(0, 0, -8) })}, nil, ""},
		"said to somebody's face": {[]triage.Consent{with(func(c *triage.Consent) { c.Given = "spoken" })}, nil, ""},
		"of the family":           {[]triage.Consent{with(func(c *triage.Consent) { c.School = triage.Guardian("mother") })}, nil, ""},
	} {
		if got := refused(triage.Case{Consents: c.asked, Handoffs: c.sent}, now); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
