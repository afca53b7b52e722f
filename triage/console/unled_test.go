package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"madoguchi/triage"
)

// Where everybody who leads belongs to a school too, nobody sees its cases: the page of accounts says so until somebody does.
func TestASchoolThatNobodyLeads(t *testing.T) {
	h := newHouse(t)
	h.hire("kanri", triage.Admin, "")
	h.hire("lead1", triage.Coordinator, "")
	h.hire("lead2", triage.Supervisor, "")
	h.hire("sato", triage.Psychologist, "")
	b := h.signedIn("kanri")
	s := h.city.Schools[0]
	warned := func() bool {
		t.Helper()
		a := b.get("/accounts")
		if a.status != http.StatusOK {
			t.Fatal(a.status)
		}
		return strings.Contains(a.body, s.Name+"がかかわる相談を見られる統括・コーディネーターが、いま、いません")
	}
	for _, step := range []struct {
		login string
		posts []string
		want  bool
	}{{"lead1", []string{s.ID}, false}, {"lead2", []string{s.ID, h.city.Schools[1].ID}, true}, {"lead2", []string{h.city.Schools[1].ID}, false}} {
		if a := b.post("/accounts/"+step.login+"/posts", url.Values{"post": step.posts}); a.status != http.StatusSeeOther {
			t.Fatalf("posts of %s: %d", step.login, a.status)
		}
		if got := warned(); got != step.want {
			t.Errorf("%s belongs to %v: warned %v", step.login, step.posts, got)
		}
	}
	if a := b.post("/accounts/lead2/disable", nil); a.status != http.StatusSeeOther || !warned() {
		t.Errorf("the other lead is gone (%d): not warned", a.status)
	}
}
