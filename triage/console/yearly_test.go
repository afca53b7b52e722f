package console

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
)

// The report of a year is made from the page once, and is read, printed and taken away by who plans.
func TestTheReportOfAYearOnThePage(t *testing.T) {
	h := newHouse(t)
	h.hire("mori", triage.Supervisor, "")
	h.hire("yakusho", triage.Clerk, "")
	for _, id := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"} {
		h.happened(triage.CaseID("05"+strings.Repeat(id, 24)), wrote(evening.Add(-365*24*time.Hour), "chat", "むかしの相談です。", judged(triage.Routine), time.Hour))
	}
	lead, clerk := h.signedIn("mori"), h.signedIn("yakusho")
	if page := lead.get("/statistics/reports").body; !strings.Contains(page, "2025年度の報告を作る") || strings.Contains(page, "2026年度の報告を作る") {
		t.Error(page)
	}
	if a := clerk.post("/statistics/reports", url.Values{"year": {"2025"}}); a.status != 403 {
		t.Errorf("the clerk makes it: %d", a.status)
	}
	for _, want := range []int{303, 409} {
		if a := lead.post("/statistics/reports", url.Values{"year": {"2025"}}); a.status != want {
			t.Errorf("made: %d, want %d", a.status, want)
		}
	}
	page := clerk.get("/statistics/reports/2025")
	sane(t, "year", page.body)
	if page.status != 200 || !strings.Contains(page.body, "12件") || !strings.Contains(page.body, "2025-11") {
		t.Errorf("%d %s", page.status, page.body)
	}
	for path, begins := range map[string]string{"print": "%PDF-", "book.xlsx": "PK", "list.csv": "\ufeff"} {
		if a := clerk.get("/statistics/reports/2025/" + path); a.status != 200 || !strings.HasPrefix(a.body, begins) {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	if a := clerk.get("/statistics/reports/2024"); a.status != 404 {
		t.Errorf("a year without a report: %d", a.status)
	}
}
