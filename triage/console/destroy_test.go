package console

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
)

const (
	takenBack = triage.CaseID("07withdrawnwithdrawnwithdr")
	dangerous = triage.CaseID("08withdrawnwithdrawnwithdr")
)

// seedWithdrawn makes two cases whose seekers withdrew them: one that can be destroyed, and one that must stay.
func (h *house) seedWithdrawn() {
	for id, s := range map[triage.CaseID]triage.Severity{takenBack: triage.Routine, dangerous: triage.Urgent} {
		h.happened(id, wrote(ago(30*24*time.Hour), "chat", "むかしの相談です。", judged(s), time.Hour),
			triage.Event{ID: "erase", At: ago(20 * 24 * time.Hour), Kind: triage.KindState, From: triage.Seeker, Change: &triage.Change{Erase: true}})
	}
}

// A lead decides on what was withdrawn, and what stays of it is a record that tells nothing of the child.
func TestDestroyingACase(t *testing.T) {
	h := newHouse(t)
	h.hire("sato", triage.Psychologist, "")
	h.hire("mori", triage.Coordinator, "")
	h.seedWithdrawn()
	if a := h.signedIn("sato").get("/disposals"); a.status != 403 {
		t.Errorf("a counselor: %d", a.status)
	}
	b := h.signedIn("mori")
	page := b.get("/disposals").body
	if !strings.Contains(page, `action="/cases/`+string(takenBack)+`/destroy"`) || strings.Contains(page, `action="/cases/`+string(dangerous)+`/destroy"`) ||
		!strings.Contains(page, "緊急か至急の相談です。") || strings.Contains(page, "むかしの相談") {
		t.Error(page)
	}
	if a := b.post("/cases/"+string(dangerous)+"/destroy", url.Values{"reason": {"本人の希望"}}); a.status != 409 {
		t.Errorf("what must stay: %d", a.status)
	}
	if a := b.post("/cases/"+string(dangerous)+"/keep", url.Values{"keep": {"on"}, "reason": {"調査"}}); a.status != 303 {
		t.Errorf("keep: %d", a.status)
	}
	if a := b.post("/cases/"+string(takenBack)+"/destroy", url.Values{"reason": {"本人の希望。ほかに伝えていない"}}); a.status != 303 {
		t.Fatalf("destroy: %d %s", a.status, a.body)
	}
	if _, _, err := h.store.Load(t.Context(), takenBack); err != triage.ErrUnknown {
		t.Errorf("the case: %v", err)
	}
	page = b.get("/disposals").body
	link := regexp.MustCompile(`/disposals/\d+`).FindString(page)
	if link == "" || !strings.Contains(page, "残すように定めています。") || strings.Contains(page, "/cases/"+string(takenBack)) {
		t.Fatal(page)
	}
	certificate := b.get(link).body
	for _, want := range []string{string(takenBack), "書いた人が取り下げた", "記録 2件、ファイル 0件", "mori", "2026年"} {
		if !strings.Contains(certificate, want) {
			t.Errorf("the certificate lacks %q", want)
		}
	}
	if hash := regexp.MustCompile(`[0-9a-f]{64}`).FindString(certificate); hash == "" {
		t.Error("the certificate has no hash")
	}
	if a := b.get("/disposals/1"); a.status != 404 {
		t.Errorf("another record of the audit: %d", a.status)
	}
}
