package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// Every role on every page: the policy's own table, over HTTP.
func TestRolesOnPages(t *testing.T) {
	h := newHouse(t)
	for _, role := range triage.Roles {
		schoolID := ""
		if role == triage.School {
			schoolID = "hinode-jhs"
		}
		h.hire(string(role), role, schoolID)
	}
	fill := strings.NewReplacer("{$}", "", "{id}", "09zzzzzzzzzzzzzzzzzzzzzzzz", "{handoff}", "09none", "{login}", "nobody", "{n}", "1", "{seq}", "1")
	for _, role := range triage.Roles {
		b := h.signedIn(string(role))
		for _, row := range staff.Pages {
			if row.Open || strings.HasSuffix(row.Pattern, "/events") || row.Pattern == "/sign-out" {
				continue
			}
			a := b.ask(row.Method, fill.Replace(row.Pattern), nil, map[string]string{"Sec-Fetch-Site": "same-origin", "Accept": "application/json"})
			denied := a.status == http.StatusForbidden && strings.Contains(a.body, "not for this role")
			if denied == staff.Allowed(role, row) {
				t.Errorf("%s %s %s: %d", role, row.Method, row.Pattern, a.status)
			}
		}
	}
}

// TestAReaderIsToldInWords: who opens a page that is nowhere, or that is for others, reads why.
func TestAReaderIsToldInWords(t *testing.T) {
	h := newHouse(t)
	h.hire("clerk", triage.Clerk, "")
	b := h.signedIn("clerk")
	for path, want := range map[string]struct {
		status int
		say    string
	}{
		"/audit":          {http.StatusForbidden, "あなたの役割では開けません"},
		"/nowhere":        {http.StatusNotFound, "そのページはありません"},
		"/cases/x/claim":  {http.StatusNotFound, "そのページはありません"},
		"/accounts/x/end": {http.StatusNotFound, "そのページはありません"},
	} {
		a := b.ask("GET", path, nil, map[string]string{"Accept": "text/html,application/xhtml+xml"})
		if a.status != want.status || !strings.Contains(a.body, want.say) || !strings.Contains(a.body, "最初のページへ") {
			t.Errorf("%s answers %d %.200q", path, a.status, a.body)
		}
	}
}

func TestNothingIsDoneForAnotherSite(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("sato")
	fill := strings.NewReplacer("{id}", string(danger), "{handoff}", "x", "{login}", "ito", "{seq}", "1")
	before, _, err := h.store.Load(t.Context(), danger)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range staff.Pages {
		if row.Method != "POST" {
			continue
		}
		for name, headers := range map[string]map[string]string{
			"no word of the browser": {}, "cross-site": {"Sec-Fetch-Site": "cross-site"}, "same-site": {"Sec-Fetch-Site": "same-site"},
			"another origin": {"Origin": "https://evil.example"}, "null origin": {"Origin": "null"}, "suffix": {"Origin": h.url + ".evil.example"},
			"plain text": {"Sec-Fetch-Site": "same-origin", "Content-Type": "text/plain"}, "multipart": {"Sec-Fetch-Site": "same-origin", "Content-Type": "multipart/form-data; boundary=x"},
		} {
			a := b.ask("POST", fill.Replace(row.Pattern), url.Values{"text": {"x"}, "severity": {"routine"}, "reason": {"x"}}, headers)
			if row.Pattern == "/school/reports/import" && name == "multipart" {
				if a.status == http.StatusOK {
					t.Errorf("a counselor files a school's table")
				}
				continue // the one page that takes a file
			}
			if a.status != http.StatusForbidden && a.status != http.StatusUnsupportedMediaType {
				t.Errorf("%s, %s: %d", row.Pattern, name, a.status)
			}
		}
	}
	after, _, err := h.store.Load(t.Context(), danger)
	if err != nil || after.Version != before.Version {
		t.Errorf("the case has moved from %d to %d (%v)", before.Version, after.Version, err)
	}
}

func TestErrorsHoldNoWords(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("sato")
	secret := "ひみつのことば"
	for _, path := range []string{"/cases/" + secret, "/cases/" + string(mine) + "/state", "/cases/" + string(mine) + "/severity", "/cases/" + string(mine) + "/observations"} {
		a := b.script(path, url.Values{"state": {secret}, "severity": {secret}, "kind": {secret}, "on": {secret}, "reason": {secret}})
		if strings.Contains(a.body, secret) {
			t.Errorf("%s: the answer holds what was sent", path)
		}
	}
	random, other := b.get("/cases/63zzzzzzzzzzzzzzzzzzzzzzzz"), b.get("/cases/nothing")
	if random.status != http.StatusNotFound || random.body != other.body {
		t.Errorf("unknown cases differ: %d, %d", random.status, other.status)
	}
	if strings.Contains(h.logged.String(), secret) {
		t.Error("the log holds what was sent")
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("sato")
	for _, path := range []string{"/", "/queue", "/sign-in", "/static/web.css", "/static/case.js", "/static/none.js", "/nowhere", "/cases/x", "/accounts"} {
		a := b.get(path)
		for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "X-Frame-Options": "DENY"} {
			if got := a.header.Values(name); !slices.Equal(got, []string{want}) {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if csp := a.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %s", path, csp)
		}
		if kind := a.header.Get("Content-Type"); a.status != http.StatusSeeOther && !strings.Contains(kind, "charset=utf-8") {
			t.Errorf("%s: %s", path, kind)
		}
	}
}

// Who read a case is told by its number, and of no other.
func TestWhoReadACase(t *testing.T) {
	h := newHouse(t)
	h.seed()
	h.hire("kanri", triage.Admin, "")
	h.signedIn("sato").get("/cases/" + string(danger))
	b := h.signedIn("kanri")
	page := b.get("/audit?case=" + number(danger))
	if !strings.Contains(page.body, "事案を見た") || !strings.Contains(page.body, "<td>"+number(danger)+"</td>") || strings.Contains(page.body, "一覧を見た") {
		t.Errorf("the case's readers: %.600q", page.body)
	}
	if head, err := h.log.Head(t.Context()); err != nil || head.N == 0 || !strings.Contains(b.get("/audit").body, "<strong>"+head.String()+"</strong>") {
		t.Errorf("the page does not show what to note down: %v, %v", head, err)
	}
	for _, none := range []string{"zzzzzz", "x", "*?[]"} {
		if page := b.get("/audit?case=" + url.QueryEscape(none)); page.status != 200 || strings.Contains(page.body, "sato") {
			t.Errorf("%q: %d", none, page.status)
		}
	}
}
