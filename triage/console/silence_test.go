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

// A child who told of danger, was answered and says nothing more is seen in the list, in the talk and among the reasons; what a
// person judged before stays on the page, with their reason; and who is asked for advice is told of as that.
func TestSilenceAndJudgementsAreSeen(t *testing.T) {
	h := newHouse(t)
	h.seed()
	h.hire("ueda", triage.Lawyer, "")
	page := "/cases/" + string(danger)
	h.happened(danger,
		triage.Event{At: ago(2 * time.Hour), Kind: triage.KindAssignment, From: triage.Counselor, By: "sato", Assignment: &triage.Assignment{Do: triage.DoClaim, To: "sato"}},
		triage.Event{At: ago(2 * time.Hour), Kind: triage.KindAssessment, From: triage.Counselor, By: "sato", Text: "電話で落ち着いて話せた", Judgement: &triage.Judgement{Severity: triage.Soon}},
		wrote(ago(110*time.Minute), "chat", "やっぱり死にたい", judged(triage.Urgent, triage.Reason{Flag: triage.Suicide, Rule: "suicide.wish", Excerpt: "死にたい"}), 2*time.Hour),
		triage.Event{At: ago(100 * time.Minute), Kind: triage.KindMessage, From: triage.Counselor, By: "sato", Text: "読みました", Said: 1, Words: []byte("sealed")})
	if err := h.desk.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	sato := h.signedIn("sato")
	body := sato.get(page).body
	for _, want := range []string{"あぶない言葉のあと、返事がとぎれています。", "返事がとぎれているため", "とぎれた返事を気にかける", "もう一度声をかけて、待つ",
		"sato さんの判断", "早めに「<bdi>電話で落ち着いて話せた</bdi>」", "そのあとの言葉で、緊急度が上がりました。"} {
		if !strings.Contains(body, want) {
			t.Errorf("the case does not show %q", want)
		}
	}
	if list := sato.get("/queue?show=mine").body; strings.Count(list, "返事がとぎれています") != 1 {
		t.Error("the list does not show which case is silent")
	}
	if a := sato.script(page+"/second", url.Values{"to": {"ueda"}}); a.status != http.StatusOK || !strings.Contains(a.body, "この事案を読み、メモを書けるようになりました。") {
		t.Errorf("a lawyer is asked: %d %s", a.status, a.body)
	}
	body = sato.get(page).body
	if !strings.Contains(body, "ueda さんに相談することにしました。") {
		t.Error("the talk does not tell who was asked for advice")
	}
	if ueda := h.signedIn("ueda").get(page); ueda.status != http.StatusOK || strings.Contains(ueda.body, page+"/messages") {
		t.Errorf("the lawyer's page: %d", ueda.status)
	}
}
