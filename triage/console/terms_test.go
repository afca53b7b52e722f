package console

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/audit"
)

// What the audit has of years whose term is over is due on the page, and the page of the audit says so to who reads it.
func TestTheAuditsTermIsDecidedOnThePage(t *testing.T) {
	h := newHouse(t)
	h.hire("mori", triage.Coordinator, "")
	h.hire("kanri", triage.Admin, "")
	if err := h.log.Record(t.Context(), audit.Entry{At: time.Date(2020, 3, 1, 9, 0, 0, 0, triage.JST), Who: "abe", Act: "look"}); err != nil {
		t.Fatal(err)
	}
	lead, admin := h.signedIn("mori"), h.signedIn("kanri")
	page := lead.get("/disposals").body
	for _, want := range []string{"見た人の記録（監査）　2019年度から2020年度までのもの", "今年度に、人が決めます。", `action="/disposals/registers/audit"`, "窓口のプログラムは消しません"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if !strings.Contains(admin.get("/audit").body, "2020年度までの記録は、保存の期間が終わりました。") {
		t.Error("who reads the audit is not told")
	}
	form := url.Values{"upto": {"2020"}, "do": {"keep"}, "reason": {"裁判が続いているため"}}
	if a := admin.post("/disposals/registers/audit", form); a.status != 403 {
		t.Errorf("who only reads it decides: %d", a.status)
	}
	if a := lead.post("/disposals/registers/audit", form); a.status != 303 {
		t.Fatalf("a lead: %d %s", a.status, a.body)
	}
	if page = lead.get("/disposals").body; !strings.Contains(page, "残すと決めました。") || !strings.Contains(page, "2020年度までを残す") || strings.Contains(page, "今年度に、人が決めます。") {
		t.Errorf("afterwards: %s", page)
	}
	if page = admin.get("/audit").body; strings.Contains(page, "保存の期間が終わりました") || !strings.Contains(page, "期間が終わった記録を残すと決めた") || !strings.Contains(page, "見た人の記録（監査）　2020年度まで") {
		t.Error("the audit still asks, or does not say what was decided")
	}
}
