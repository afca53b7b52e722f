package console

import (
	"strings"
	"testing"

	"madoguchi/triage"
)

// Whoever reads a page sees the title of a document and not the key that the city's file has for it; and what the city does
// every year stands where the meeting plans.
func TestPagesSayWhereARuleComesFrom(t *testing.T) {
	h := newHouse(t)
	h.seed()
	h.hire("ueno", triage.Supervisor, "")
	b := h.signedIn("ueno")
	if err := h.desk.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/duties?show=all", "/cases/" + string(danger), "/cases/" + string(danger) + "/serious", "/meetings", "/disposals"} {
		page := b.get(path).body
		if i := strings.Index(page, "asahikawa-model"); i >= 0 {
			t.Errorf("%s: %s", path, page[max(0, i-80):min(len(page), i+40)])
		}
	}
	if page := b.get("/cases/" + string(danger) + "/serious").body; !strings.Contains(page, "いじめ防止対策「旭川モデル」の本文58行目") {
		t.Error("the road does not say where its steps come from")
	}
	if page := b.get("/meetings").body; !strings.Contains(page, "市の一年の予定") || !strings.Contains(page, "の終わりまで") {
		t.Error("what the city does every year is on no page")
	}
}
