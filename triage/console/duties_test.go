package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
)

// A duty stands on the page with its reason, its source and its time, is done there with a reason, and stays on the page.
func TestADutyIsShownAndDone(t *testing.T) {
	h := newHouse(t)
	h.seed()
	if err := h.desk.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	sato, mori := h.signedIn("sato"), h.signedIn("mori")
	page := "/cases/" + string(mine)
	body := sato.get(page).body
	for _, want := range []string{
		"学校への通報その他の措置を決める（23条の措置）", "根拠：いじめ防止対策推進法23条1項", "なぜ：いじめの疑い", "学校からの報告を求める（疑いを含む全件）", "根拠：いじめ防止対策「旭川モデル」", "47行目",
		"いじめ対策会議で対処方針を協議する", "コーディネーターか統括が済ませます。",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the case does not show %q", want)
		}
	}
	if !strings.Contains(body, `action="`+page+`/duties/school_report/done"`) || strings.Contains(body, `action="`+page+`/duties/weekly_meeting/done"`) {
		t.Error("the assignee can do another duty than hers")
	}
	for _, tt := range []struct {
		by     *browser
		duty   string
		form   url.Values
		status int
	}{
		{sato, "weekly_meeting", url.Values{"reason": {"協議した"}}, http.StatusForbidden},
		{sato, "school_report", url.Values{"reason": {""}}, http.StatusBadRequest},
		{sato, "nothing", url.Values{"reason": {"x"}}, http.StatusNotFound},
		{sato, "school_report", url.Values{"reason": {"みかさんの学校に電話で頼んだ"}}, http.StatusOK},
		{sato, "school_report", url.Values{"reason": {"もう一度"}}, http.StatusConflict},
		{mori, "weekly_meeting", url.Values{"reason": {"会議で協議した"}}, http.StatusOK},
	} {
		if a := tt.by.script(page+"/duties/"+tt.duty+"/done", tt.form); a.status != tt.status {
			t.Errorf("%s with %v: %d, want %d: %s", tt.duty, tt.form, a.status, tt.status, a.body)
		}
	}
	body = sato.get(page).body
	for _, want := range []string{"済んだもの", "の学校に電話で頼んだ", "「学校からの報告を求める（疑いを含む全件）」", "2回目"} {
		if !strings.Contains(body, want) {
			t.Errorf("after it was done the case does not show %q", want)
		}
	}
	if strings.Contains(body, "みかさん") {
		t.Error("a name that was written into a reason is on the page")
	}
}

// Suspected abuse asks for a call first: the numbers stand above everything that is to be written.
func TestANoticeOfAbuseIsBehindNoForm(t *testing.T) {
	h := newHouse(t)
	h.seed()
	h.happened(quiet, wrote(ago(0), "email", "家で毎日たたかれます", judged(triage.Urgent, triage.Reason{Flag: triage.AbuseHome, Rule: "home.hit", Excerpt: "毎日たたかれます"}), 0))
	body := h.signedIn("mori").get("/cases/" + string(quiet)).body
	_, notice, ok := strings.Cut(body, "児童相談所か市の担当課に通告する")
	call, form := strings.Index(notice, "0166-23-8195"), strings.Index(notice, "<form")
	if !ok || call < 0 || call > form || !strings.Contains(notice[:form], "先に電話してください。書類も、ほかの人の確認も、本人の同意も、事実の確認も要りません。") {
		t.Errorf("the notice is not before its form: %.1500s", notice)
	}
	if !strings.Contains(notice, `<a href="#no-to">`) || !strings.Contains(notice, "/duties/abuse_notice/done") {
		t.Errorf("a lead cannot go to the record, or decide: %.2500s", notice)
	}
	h.happened(mine, wrote(ago(0), "email", "家で毎日たたかれます", judged(triage.Urgent, triage.Reason{Flag: triage.AbuseHome, Rule: "home.hit", Excerpt: "毎日たたかれます"}), 0))
	body = h.signedIn("sato").get("/cases/" + string(mine)).body
	if !strings.Contains(body, `<a href="#no-to">伝えたことを記録する</a>`) || !strings.Contains(body, `id="no-to"`) || strings.Contains(body, "/duties/abuse_notice/done") {
		t.Error("who has the case does it by other words than the record of the call")
	}
}

// What is overdue stands on the leads' list, the longest first, and on nobody else's but the assignee's.
func TestOverdueDutiesAreListed(t *testing.T) {
	h := newHouse(t)
	h.seed()
	if err := h.desk.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	lead := h.signedIn("mori").get("/duties").body
	if !strings.Contains(lead, "いじめ対策会議で対処方針を協議する") || !strings.Contains(lead, "統括に上がっています") ||
		strings.Index(lead, string(watched)) > strings.Index(lead, string(parent)) {
		t.Errorf("the leads see %.2500s", lead)
	}
	own := h.signedIn("sato").get("/duties?show=all").body
	if !strings.Contains(own, string(mine)) || strings.Contains(own, string(parent)) {
		t.Error("a counselor's list is not her own cases'")
	}
	if a := h.signedIn("kanri").get("/duties"); a.status != http.StatusForbidden {
		t.Errorf("the administrator: %d", a.status)
	}
}

// What a school has to do and its own page does not show is for a person to say, where the school knows of the case at all.
func TestWhatASchoolIsNotShownAPersonTells(t *testing.T) {
	h := newHouseOf(t, "ashiya")
	h.seed()
	for _, id := range []triage.CaseID{mine, letter} {
		h.happened(id, triage.Event{ID: "away", At: ago(time.Minute), Kind: triage.KindState, From: triage.Counselor, By: "sato", Observed: &triage.Observed{Kind: "absent_run", On: "2026-11-20"}})
	}
	if err := h.desk.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	const ask, hint = "重大事態に当たるかどうかの学校の判断を求める", "学校の画面には出ません。"
	lead := h.signedIn("mori")
	_, told, ok := strings.Cut(lead.get("/cases/"+string(mine)).body, ask)
	if item, _, _ := strings.Cut(told, "</li>"); !ok || !strings.Contains(item, hint) {
		t.Errorf("nobody is asked to tell the school: %.600s", item)
	}
	body := lead.get("/cases/" + string(letter)).body
	if !strings.Contains(body, ask) || strings.Contains(body, hint) {
		t.Error("somebody is asked to tell a school that knows nothing of the case")
	}
	if strings.Count(lead.get("/cases/"+string(mine)).body, hint) != 1 {
		t.Error("what the school is shown is said to be hidden from it")
	}
}

// Whatever a duty was met by is said in words.
func TestEveryFactHasAWord(t *testing.T) {
	h := newHouse(t)
	for _, name := range []string{"severity.emergency", "severity.urgent", "taken", "left.emergency", "waits.emergency", "answered", "reported", "updated", "stopped", "recurred", "watching", "resolved",
		"closed", "over", "planned", "paper", "told.school", "told.police", "told.ambulance", "told.child_guidance", "told.child_center", "told.board", "told.guardian"} {
		if said := h.console.fact(name); said == name {
			t.Errorf("%s has no word", name)
		}
	}
}
