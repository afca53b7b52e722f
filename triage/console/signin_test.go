package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"madoguchi/triage"
)

func TestSignInSaysTheSameForEveryFailure(t *testing.T) {
	h := newHouse(t)
	h.hire("sato", triage.Psychologist, "")
	h.hire("gone", triage.Psychologist, "")
	if err := h.accounts.Disable(t.Context(), "gone"); err != nil {
		t.Fatal(err)
	}
	var bodies []string
	for _, login := range []string{"sato", "gone", "nobody"} {
		a := h.browser().post("/sign-in", url.Values{"login": {login}, "password": {"ちがうことばをいれました"}})
		if a.status != http.StatusUnauthorized {
			t.Errorf("%s: %d", login, a.status)
		}
		bodies = append(bodies, strings.ReplaceAll(a.body, login, ""))
	}
	if bodies[0] != bodies[1] || bodies[1] != bodies[2] {
		t.Error("the pages differ")
	}
}

func TestSessionTokensAreNeverKept(t *testing.T) {
	h := newHouse(t)
	h.hire("sato", triage.Psychologist, "")
	planted := "cGxhbnRlZC1ieS1zb21lYm9keS1lbHNlLTAwMDAwMDA"
	b := h.browser()
	u, _ := url.Parse(h.url)
	b.c.Jar.SetCookies(u, []*http.Cookie{{Name: "madoguchi", Value: planted}})
	token := func() string { return b.c.Jar.Cookies(u)[0].Value }
	b.post("/sign-in", url.Values{"login": {"sato"}, "password": {password}})
	first := token()
	if first == planted {
		t.Fatal("a token that somebody else chose is signed in")
	}
	b.post("/sign-in", url.Values{"login": {"sato"}, "password": {password}})
	if token() == first {
		t.Error("signing in again keeps the token")
	}
	last := token()
	if a := b.get("/queue"); a.status != http.StatusOK {
		t.Fatalf("signed in: %d", a.status)
	}
	b.post("/sign-out", nil)
	for _, old := range []string{planted, first, last} {
		c := h.browser()
		c.c.Jar.SetCookies(u, []*http.Cookie{{Name: "madoguchi", Value: old}})
		if a := c.get("/queue"); a.status != http.StatusSeeOther {
			t.Errorf("a token of before opens the queue: %d", a.status)
		}
	}
}

func TestEnrolmentLinkWorksOnce(t *testing.T) {
	h := newHouse(t)
	h.hire("kanri", triage.Admin, "")
	a := h.signedIn("kanri").post("/accounts", url.Values{"login": {"Atarashii"}, "role": {"social_worker"}})
	_, rest, ok := strings.Cut(a.body, `<p class="once">`+h.url)
	if !ok {
		t.Fatalf("no link: %d", a.status)
	}
	path, _, _ := strings.Cut(rest, "</p>")
	link, err := url.Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	b := h.browser()
	if a := b.get(path); a.status != http.StatusOK || !strings.Contains(a.body, "atarashii") {
		t.Fatalf("the link does not open: %d", a.status)
	}
	form := url.Values{"link": {link.Query().Get("link")}, "password": {"みじかい"}, "again": {"みじかい"}}
	if a := b.post("/enrol", form); a.status != http.StatusBadRequest {
		t.Errorf("a short password: %d", a.status)
	}
	form["password"], form["again"] = []string{password}, []string{password + "x"}
	if a := b.post("/enrol", form); a.status != http.StatusBadRequest {
		t.Errorf("two different passwords: %d", a.status)
	}
	form["again"] = []string{password}
	if a := b.post("/enrol", form); a.status != http.StatusSeeOther {
		t.Fatalf("enrol: %d", a.status)
	}
	if a := b.get("/queue"); a.status != http.StatusOK {
		t.Errorf("not signed in after enrolling: %d", a.status)
	}
	if a := h.browser().post("/enrol", form); a.status != http.StatusNotFound {
		t.Errorf("the link works twice: %d", a.status)
	}
}
