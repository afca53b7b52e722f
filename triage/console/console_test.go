package console

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// Every template is executed with nothing in it, as on the first day.
func TestEveryTemplateWithoutData(t *testing.T) {
	h := newHouse(t)
	empty := map[string]any{
		"signin": signInData{}, "enrol": enrolData{}, "sorry": "", "queue": queueData{}, "case": h.console.newCase(desk.View{}, staff.Person{}),
		"preview": previewData{}, "visits": visitData{}, "statistics": statisticsData{}, "accounts": accountsData{}, "audit": []Looked(nil),
	}
	for _, name := range h.console.pages.Names() {
		data, ok := empty[name]
		if !ok {
			t.Errorf("%s.html has no test", name)
			continue
		}
		var b bytes.Buffer
		if err := h.console.pages.Execute(&b, name, web.Frame{Title: name, Data: data}); err != nil {
			t.Errorf("%s.html: %v", name, err)
		}
		sane(t, name, b.String())
	}
}

// Every page is served with a full desk, to whoever may see it.
func TestEveryPageWithData(t *testing.T) {
	h := newHouse(t)
	h.seed()
	h.hire("yakusho", triage.Clerk, "")
	for login, paths := range map[string][]string{
		"sato":    {"/queue", "/queue?show=mine", "/queue?show=all", "/cases/" + string(mine), "/cases/" + string(danger), "/cases/" + string(letter), "/visits"},
		"mori":    {"/queue?show=all", "/cases/" + string(mine), "/cases/" + string(watched), "/statistics"},
		"yakusho": {"/visits", "/statistics?from=2026-04-01&to=2026-11-30"},
		"kanri":   {"/accounts", "/audit"},
		"hinode":  {"/school", "/school/handoffs/03hozzzzzzzzzzzzzzzzzzzzzz", "/school/handoffs/03hozzzzzzzzzzzzzzzzzzzzzz/content", "/school/reports", "/school/reports/new"},
	} {
		b := h.signedIn(login)
		for _, path := range paths {
			a := b.get(path)
			if a.status != http.StatusOK {
				t.Errorf("%s %s: %d", login, path, a.status)
			}
			sane(t, path, a.body)
			if !strings.Contains(a.body, "これは練習用のデモです") {
				t.Errorf("%s: no banner", path)
			}
		}
	}
	b := h.signedIn("sato")
	for path, form := range map[string]url.Values{
		"/consents/preview": {"school": {"hinode-jhs"}, "level": {"named"}, "summary": {"休み時間のこと"}},
		"/handoffs/preview": {"school": {"hinode-jhs"}, "recipient": {"school"}, "level": {"named"}, "summary": {"[人物A]のこと"}, "disclose": {"[人物A]"}},
	} {
		a := b.post("/cases/"+string(mine)+path, form)
		sane(t, path, a.body)
		if !strings.Contains(a.body, "取扱注意") || !strings.Contains(a.body, "相談した子を探さない") {
			t.Errorf("%s: the cover note is not shown", path)
		}
	}
}

// sane looks for the marks of a template that went wrong, and for what the policy of the page would refuse.
func sane(t *testing.T, name, body string) {
	t.Helper()
	for _, bad := range []string{"ZgotmplZ", "<no value>", "%!", "style=", "<style", "javascript:", "onclick=", "<script>"} {
		if strings.Contains(body, bad) {
			t.Errorf("%s holds %q", name, bad)
		}
	}
}

func TestWordsOfASeekerAreText(t *testing.T) {
	h := newHouse(t)
	h.seed()
	body := h.signedIn("sato").get("/cases/" + string(letter)).body
	for _, want := range []string{"U&#43;202E", "U&#43;0000", "&lt;script&gt;alert(1)&lt;/script&gt;", "<bdi>"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	if strings.ContainsRune(body, '\u202e') {
		t.Error("a character that turns the line around reached the page")
	}
}

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
	fill := strings.NewReplacer("{$}", "", "{id}", "09zzzzzzzzzzzzzzzzzzzzzzzz", "{handoff}", "09none", "{login}", "nobody")
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

func TestNothingIsDoneForAnotherSite(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("sato")
	fill := strings.NewReplacer("{id}", string(danger), "{handoff}", "x", "{login}", "ito")
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

func TestActsOfACase(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("sato")
	base := "/cases/" + string(danger)
	for _, step := range []struct {
		path string
		form url.Values
		want int
	}{
		{"/messages", url.Values{"id": {"m1"}, "text": {"読みました。"}}, http.StatusForbidden},
		{"/claim", nil, http.StatusOK},
		{"/messages", url.Values{"id": {"m1"}, "text": {"読みました。[人物A]さんのことも聞かせてください。"}}, http.StatusOK},
		{"/messages", url.Values{"id": {"m1"}, "text": {"読みました。[人物A]さんのことも聞かせてください。"}}, http.StatusOK},
		{"/messages", url.Values{"id": {"m2"}, "text": {"  "}}, http.StatusBadRequest},
		{"/notes", url.Values{"text": {"電話で上司に相談した"}}, http.StatusOK},
		{"/severity", url.Values{"severity": {"urgent"}, "reason": {"落ち着いた"}}, http.StatusOK},
		{"/severity", url.Values{"severity": {"grave"}, "reason": {"x"}}, http.StatusBadRequest},
		{"/observations", url.Values{"kind": {"stopped"}, "on": {"2026-11-20"}, "note": {"面談"}}, http.StatusOK},
		{"/state", url.Values{"state": {"resolved"}, "reason": {"x"}, "decided_by": {"school"}, "circumstances": {"x"}}, http.StatusConflict},
		{"/state", url.Values{"state": {"watching"}, "reason": {"見守る"}}, http.StatusOK},
		{"/consents", url.Values{"school": {"hinode-jhs"}, "level": {"anonymous"}, "summary": {"休み時間のこと"}}, http.StatusOK},
		{"/handoffs", url.Values{"school": {"hinode-jhs"}, "recipient": {"school"}, "level": {"anonymous"}, "summary": {"休み時間のこと"}}, http.StatusConflict},
		{"/handoffs", url.Values{"school": {"hinode-jhs"}, "recipient": {"school"}, "level": {"emergency"}, "reason": {"命の危険"}, "summary": {"休み時間のこと"}}, http.StatusOK},
		{"/second", url.Values{"to": {"ito"}}, http.StatusOK},
		{"/doing", url.Values{"doing": {"singing"}}, http.StatusBadRequest},
		{"/doing", url.Values{"doing": {"reading"}}, http.StatusNoContent},
		{"/transfer", url.Values{"to": {"ito"}}, http.StatusOK},
	} {
		if a := b.script(base+step.path, step.form); a.status != step.want {
			t.Errorf("%s %v: %d %s", step.path, step.form, a.status, a.body)
		}
	}
	c, events, err := h.store.Load(t.Context(), danger)
	if err != nil {
		t.Fatal(err)
	}
	replies := 0
	for _, e := range events {
		if e.Kind == triage.KindMessage && e.From == triage.Counselor {
			replies++
		}
	}
	if replies != 1 {
		t.Errorf("%d replies: the same form sent twice is one", replies)
	}
	if c.Severity != triage.Urgent || c.Assignee != "ito" || len(c.Handoffs) != 1 || len(c.Consents) != 1 || !h.lamp.has(triage.DoingReading) {
		t.Errorf("the case is %s of %q with %d hand-offs, %d consents", c.Severity, c.Assignee, len(c.Handoffs), len(c.Consents))
	}
	lead := h.signedIn("mori")
	if page := lead.get(base).body; !strings.Contains(page, "/countersign") {
		t.Error("a lead is not asked to countersign the emergency")
	}
	if a := lead.script(base+"/handoffs/"+c.Handoffs[0].ID+"/countersign", nil); a.status != http.StatusOK {
		t.Errorf("countersign: %d %s", a.status, a.body)
	}
}

// A browser without scripts gets the same acts by redirects, and is told once what happened.
func TestActsWithoutAScript(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("sato")
	a := b.post("/cases/"+string(danger)+"/claim", nil)
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/cases/"+string(danger) {
		t.Fatalf("claim: %d to %q", a.status, a.header.Get("Location"))
	}
	if !strings.Contains(b.get("/cases/"+string(danger)).body, "担当しました。</p>") {
		t.Error("the page does not say what was done")
	}
	if strings.Contains(b.get("/cases/"+string(danger)).body, "担当しました。</p>\n<p id=\"lost\"") {
		t.Error("the page says it twice")
	}
	a = b.post("/visits", url.Values{"id": {"v1"}, "channel": {"voice"}, "text": {"みかさんのお母さんから電話。"}, "contact": {"090-0000-0000"}})
	if a.status != http.StatusSeeOther {
		t.Errorf("visit: %d", a.status)
	}
	if body := b.get("/queue").body; !strings.Contains(body, "[人物A]") || strings.Contains(body, "みかさん") {
		t.Error("the visit is not in the queue, or with a name in it")
	}
	if a = b.post("/visits", url.Values{"id": {"v2"}, "channel": {"voice"}, "text": {" "}}); a.status != http.StatusBadRequest {
		t.Errorf("an empty visit: %d", a.status)
	}
}

func TestRevealedWordsReachTheAssigneeOnly(t *testing.T) {
	h := newHouse(t)
	h.seed()
	form := url.Values{"placeholder": {"[人物A]"}, "reason": {revealReasons[0]}}
	a := h.signedIn("sato").script("/cases/"+string(mine)+"/reveals", form)
	var got result
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || got.Values["[人物A]"] != "みか" {
		t.Errorf("the assignee got %d %s", a.status, a.body)
	}
	for login, want := range map[string]int{"ito": http.StatusForbidden, "mori": http.StatusConflict} {
		if a := h.signedIn(login).script("/cases/"+string(mine)+"/reveals", form); a.status != want || strings.Contains(a.body, "みか") {
			t.Errorf("%s got %d %s", login, a.status, a.body)
		}
	}
	a = h.signedIn("sato").script("/cases/"+string(mine)+"/names", url.Values{"reason": {revealReasons[0]}})
	if !strings.Contains(a.body, "ゆうと") || strings.Contains(a.body, "090-0000") {
		t.Errorf("all names: %d %s", a.status, a.body)
	}
}

// A page that refreshes itself is one look in the audit, and is no activity.
func TestAPageLeftOpenIsOneLook(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("sato")
	live := map[string]string{"X-Live": "1"}
	for range 3 {
		b.ask("GET", "/cases/"+string(mine), nil, live)
		b.ask("GET", "/queue", nil, live)
	}
	if n := h.looked(t, "look"); n != 1 {
		t.Errorf("%d looks", n)
	}
	if n := h.looked(t, "queue"); n != 1 {
		t.Errorf("%d looks at the queue", n)
	}
	b.get("/cases/" + string(mine))
	if n := h.looked(t, "look"); n != 2 {
		t.Errorf("%d looks after the page was opened again by hand", n)
	}
}

func (h *house) looked(t *testing.T, act string) int {
	t.Helper()
	entries, err := h.log.Entries(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		if e.Act == act {
			n++
		}
	}
	return n
}

func TestALiveStreamEndsWithTheAccount(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("sato")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, "GET", h.url+"/cases/"+string(mine)+"/events", nil)
	req.Header.Set("Accept", "text/event-stream")
	resp, err := b.c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	until := func(event string) {
		t.Helper()
		for lines.Scan() {
			if lines.Text() == "event: "+event {
				return
			}
		}
		t.Fatalf("the stream ended before %q", event)
	}
	until("hello")
	h.happened(quiet, triage.Event{ID: "x1", At: evening, Kind: triage.KindNote, From: triage.Counselor, By: "ito", Text: "x"})
	h.happened(mine, triage.Event{ID: "x2", At: evening, Kind: triage.KindNote, From: triage.Counselor, By: "ito", Text: "x"})
	until("case")
	if err := h.accounts.Disable(t.Context(), "sato"); err != nil {
		t.Fatal(err)
	}
	since := time.Now()
	until("end")
	if d := time.Since(since); d > 5*time.Second {
		t.Errorf("it ended after %v", d)
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
