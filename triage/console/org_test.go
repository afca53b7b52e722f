package console

import (
	"net/url"
	"strings"
	"testing"
)

// Who employs somebody is written by who keeps the accounts, as the account is made or later, and stands in the list.
func TestWhoEmploysWhom(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("kanri")
	if p := b.post("/accounts", url.Values{"login": {"itaku"}, "role": {"psychologist"}, "org": {"NPO法人ほしみ"}}); p.status != 200 || !strings.Contains(p.body, "<td>NPO法人ほしみ</td>") {
		t.Errorf("made (%d)", p.status)
	}
	if p := b.post("/accounts/sato/org", url.Values{"org": {"みほん委託"}}); p.status != 303 {
		t.Errorf("changed (%d)", p.status)
	}
	if p := b.get("/accounts"); !strings.Contains(p.body, "<td>みほん委託</td>") {
		t.Error("the list does not say it")
	}
	if p := b.get("/audit"); !strings.Contains(p.body, "アカウントの所属先を変えた") {
		t.Error("the audit does not say it")
	}
	for path, n := range map[string]int{"/accounts/hinode/org": 400, "/accounts/nobody/org": 400} {
		if p := b.post(path, url.Values{"org": {"x"}}); p.status != n {
			t.Errorf("%s: %d", path, p.status)
		}
	}
	if p := h.signedIn("mori").post("/accounts/sato/org", url.Values{"org": {"x"}}); p.status != 403 {
		t.Errorf("a coordinator: %d", p.status)
	}
}
