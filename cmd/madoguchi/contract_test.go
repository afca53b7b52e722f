package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
)

// ask makes a request and returns status, headers and body.
func ask(t *testing.T, method, url, body string, headers ...string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(text)
}

// What one listener serves, the other two do not know.
func TestListenersKeepToThemselves(t *testing.T) {
	t.Parallel()
	p, _, token := real(t)
	listeners := map[string]string{"public": p.Public, "staff": p.Staff, "ops": p.Ops}
	for _, tt := range []struct {
		of, method, path string
		status           int
	}{
		{"public", "GET", "/chat/ws", 400},
		{"public", "POST", "/chat/messages", 400},
		{"public", "GET", "/chat/events", 401},
		{"public", "POST", "/chat/form", 0},
		{"public", "POST", "/hooks/line", 404}, // that door is off
		{"staff", "GET", "/sign-in", 200},
		{"staff", "GET", "/enrol", 404},
		{"staff", "GET", "/api/v1/me", 401},
		{"staff", "GET", "/api/v1/queue", 401},
		{"staff", "GET", "/api/v1/openapi.json", 200},
		{"ops", "GET", "/healthz", 200},
		{"ops", "GET", "/readyz", 200},
		{"ops", "GET", "/metrics", 200},
		{"none", "GET", "/debug/pprof/", 404},
	} {
		for name, url := range listeners {
			status, _, body := ask(t, tt.method, url+tt.path, "")
			switch {
			case name == tt.of && tt.status > 0 && status != tt.status:
				t.Errorf("%s %s on %s: %d, want %d", tt.method, tt.path, name, status, tt.status)
			case name == tt.of:
			case status == 303 && name == "staff": // asks to sign in, whatever the path
			case status != 404 && status != 401 && status != 403:
				t.Errorf("%s %s on %s: %d %.80s", tt.method, tt.path, name, status, body)
			case name == "staff" && tt.of == "ops" && strings.Contains(body, "madoguchi_accepted"):
				t.Errorf("%s on %s", tt.path, name)
			}
		}
	}
	for path, want := range map[string]string{"/healthz": "alive", "/metrics": "madoguchi_accepted_total", "/chat/events": ""} {
		if status, _, body := ask(t, "GET", p.Staff+path, "", "Authorization", "Bearer "+token); status == 200 && (want == "" || strings.Contains(body, want)) {
			t.Errorf("%s is served to the staff", path)
		}
	}
	if status, _, _ := ask(t, "POST", p.Staff+"/api/v1/demo/clock", `{"advance":"1h"}`, "Authorization", "Bearer "+token, "Content-Type", "application/json"); status != 404 {
		t.Errorf("the clock of serve moves: %d", status)
	}
	s, status, err := p.readyz()
	if err != nil || status != 200 || s.Accepts != "stored" || s.Redis != "ok" {
		t.Errorf("readyz: %d %+v, %v", status, s, err)
	}
	for _, role := range roles {
		if !s.Roles[role] {
			t.Errorf("role %s is not up", role)
		}
	}
	for _, name := range []string{"accepted_total", "held", "queued", "processed_total", "dead_letters", "replayed_total"} {
		if n, ok := p.metrics()[name]; !ok || n != 0 {
			t.Errorf("madoguchi_%s: %d, %v", name, n, ok)
		}
	}
	data, err := os.ReadFile(filepath.Join(p.dir, "ready"))
	var told map[string]any
	if err != nil || json.Unmarshal(data, &told) != nil || told["public"] != p.Public || told["staff"] != p.Staff || told["ops"] != p.Ops {
		t.Errorf("the ready file: %s, %v", data, err)
	}
	if accounts, ok := told["accounts"].([]any); !ok || len(accounts) != 0 {
		t.Errorf("accounts of serve: %v", told["accounts"])
	}
	headers(t, p)
}

// headers holds that every answer of the public listener, refusals included, is kept by nobody and tells nothing.
func headers(t *testing.T, p *process) {
	for _, tt := range []struct {
		method, path, body string
		headers            []string
		status             int
	}{
		{"GET", "/", "", nil, 200},
		{"HEAD", "/", "", nil, 200},
		{"GET", "/nowhere", "", nil, 404},
		{"DELETE", "/", "", nil, 405},
		{"PUT", "/chat/messages", "", nil, 405},
		{"POST", "/chat/messages", "{", nil, 400},
		{"POST", "/chat/messages", `{"type":"message","id":"1","text":"a"}`, nil, 401},
		{"POST", "/chat/messages", `{"type":"hello"}`, []string{"Origin", "https://evil.example"}, 403},
		{"POST", "/chat/messages", `{"type":"hello","lang":"` + strings.Repeat("a", 70<<10) + `"}`, nil, 413},
		{"POST", "/chat/messages", `{"type":"hello"}`, []string{"Authorization", "Resume nonsense"}, 401},
		{"POST", "/chat/messages", `{"type":"hello"}`, nil, 200},
		{"GET", "/chat/ws", "", nil, 400},
		{"GET", "/chat/events?after=x", "", nil, 400},
		{"GET", "/chat/events", "", nil, 401},
	} {
		status, h, body := ask(t, tt.method, p.Public+tt.path, tt.body, tt.headers...)
		if status != tt.status {
			t.Errorf("%s %s: %d, want %d", tt.method, tt.path, status, tt.status)
		}
		for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
			"X-Frame-Options": "DENY", "Content-Security-Policy": "default-src 'none'", "Cross-Origin-Opener-Policy": "same-origin"} {
			if !strings.HasPrefix(h.Get(name), want) {
				t.Errorf("%s %s (%d): %s is %q", tt.method, tt.path, status, name, h.Get(name))
			}
		}
		for _, name := range []string{"Set-Cookie", "Server", "X-Powered-By", "Access-Control-Allow-Origin", "Etag", "Last-Modified"} {
			if v := h.Get(name); v != "" {
				t.Errorf("%s %s (%d): %s is %q", tt.method, tt.path, status, name, v)
			}
		}
		if strings.Contains(body, "evil") || strings.Contains(body, "nonsense") {
			t.Errorf("%s %s repeats what it was sent: %s", tt.method, tt.path, body)
		}
	}
}

// An account that is disabled is out at once, with its tokens.
func TestDisabledAtOnce(t *testing.T) {
	t.Parallel()
	p, _, token := real(t)
	common := p.common()
	if status, _ := p.call(token, "GET", "/me", nil, nil); status != 200 {
		t.Fatalf("before: %d", status)
	}
	must(t, append([]string{"account", "disable", "--login=coordinator"}, common...)...)
	if status, _ := p.call(token, "GET", "/me", nil, nil); status != 401 {
		t.Errorf("afterwards: %d", status)
	}
	if out, _, err := oneshot(t, "", append([]string{"token", "create", "--login=coordinator", "--role=coordinator"}, common...)...); err == nil {
		t.Errorf("a disabled login got a token: %v", out != "")
	}
	link := must(t, append([]string{"account", "create", "--login=sato", "--role=psychologist", "--staff-url=" + p.Staff}, common...)...)
	if !strings.HasPrefix(link, p.Staff+"/") {
		t.Fatalf("the link is %q", link)
	}
	if status, _, _ := ask(t, "GET", link, ""); status != 200 {
		t.Errorf("the link: %d", status)
	}
	session := p.enrol(link, "nagai-nagai-aikotoba")
	if page, err := p.page(session, "/"); err != nil || !strings.Contains(page, "<main") {
		t.Errorf("after enrolling: %v", err)
	}
	if status, _, _ := ask(t, "GET", link, ""); status != 404 {
		t.Errorf("the link, spent: %d", status)
	}
	if must(t, append([]string{"audit", "verify"}, common...)...) == "" {
		t.Error("audit verify says nothing")
	}
}

// The demonstration is whole without anything: one account a role and two schools, cases in several states, a clock that
// starts where it is told to and moves as far as it is told to, and a folder that is gone at the end.
func TestDemonstration(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := start(t, "demo", "--at=2026-12-01T09:00:00+09:00", "--data-dir="+data)
	var names []string
	schools := map[string]bool{}
	for _, a := range p.Accounts {
		names = append(names, a.Role)
		if a.Role == "school" {
			schools[a.School] = true
		}
		var me struct{ Login, Role, School string }
		if p.do(a.Token, "GET", "/me", nil, &me); me.Login != a.Login || me.Role != a.Role || me.School != a.School {
			t.Errorf("%s is %+v", a.Login, me)
		}
		p.signIn(a.Login, a.Password)
		if !strings.Contains(p.printed(), a.Login) {
			t.Errorf("%s is not in what is printed", a.Login)
		}
	}
	for _, r := range triage.Roles {
		if !slices.Contains(names, string(r)) {
			t.Errorf("no account of role %s", r)
		}
	}
	if len(schools) < 2 {
		t.Errorf("schools: %v", schools)
	}
	for _, url := range []string{p.Public, p.Staff} {
		if !strings.Contains(p.printed(), url) {
			t.Errorf("%s is not printed", url)
		}
	}
	page, err := p.page(p.signIn("psy", demoPassword), "/")
	if err != nil || !strings.Contains(page, "デモ") {
		t.Errorf("no banner on the staff's page: %v", err)
	}
	clock(t, p)
	overtaken(t, p)
	if entries, err := os.ReadDir(data); err != nil || len(entries) != 1 {
		t.Errorf("while it runs: %v, %v", entries, err)
	}
	if code := p.stop(10 * time.Second); code != 0 {
		t.Errorf("exit %d", code)
	}
	if entries, err := os.ReadDir(data); err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	for _, at := range []string{"himitsu", "2026-12-01", "2026-12-01T09:00:00"} {
		if _, _, err := oneshot(t, "", "demo", "--at="+at); err == nil || !strings.Contains(err.Error(), "--at") || strings.Contains(err.Error(), "himitsu") {
			t.Errorf("--at=%s: %v", at, err)
		}
	}
}

// moved is a case as far as the clock moves it.
type moved struct {
	ID       string
	State    string
	Assignee *string
	DueAt    *time.Time `json:"due_at"`
	Duties   []struct {
		What    string
		DueAt   time.Time  `json:"due_at"`
		DoneAt  *time.Time `json:"done_at"`
		Overdue bool
	}
	Timeline []struct {
		At   time.Time
		Kind string
		Text string
	}
}

func clock(t *testing.T, p *process) {
	admin, coordinator, psy := p.token("admin"), p.token("coordinator"), p.token("psychologist")
	s, _ := p.chat(frame{})
	s.says(t, "m", "うわばきをかくされた", "stored")
	var id string
	eventually(t, soon, func() error {
		if id = caseWith(t, p, psy, "うわばきをかくされた"); id == "" {
			return fmt.Errorf("the case is not in the queue")
		}
		return nil
	})
	p.do(psy, "POST", "/cases/"+id+"/claim", nil, nil)
	look := func() (k moved) {
		t.Helper()
		p.do(coordinator, "GET", "/cases/"+id, nil, &k)
		return k
	}
	noon := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC) // nine o'clock in Japan
	k := look()
	if first := k.Timeline[0].At; k.State != "open" || first.Before(noon) || first.After(noon.Add(10*time.Minute)) {
		t.Fatalf("before: %+v", k)
	}
	for _, tt := range []struct {
		token, body string
		status      int
	}{
		{coordinator, `{"advance":"1h"}`, 403},
		{psy, `{"advance":"1h"}`, 403},
		{p.token("school"), `{"advance":"1h"}`, 403},
		{"nonsense", `{"advance":"1h"}`, 401},
		{admin, `{"advance":"-1h"}`, 400},
		{admin, `{"advance":"himitsu"}`, 400},
		{admin, `{"advance":72}`, 400},
		{admin, `{}`, 400},
		{admin, `himitsu`, 400},
	} {
		status, _, body := ask(t, "POST", p.Staff+"/api/v1/demo/clock", tt.body, "Authorization", "Bearer "+tt.token, "Content-Type", "application/json")
		if status != tt.status || strings.Contains(body, "himitsu") {
			t.Errorf("%s: %d %s, want %d", tt.body, status, body, tt.status)
		}
	}
	p.do(admin, "POST", "/demo/clock", map[string]string{"advance": "14m"}, nil)
	if k := look(); k.State != "open" || k.Assignee == nil {
		t.Errorf("within the lease: %+v", k)
	}
	p.do(admin, "POST", "/demo/clock", map[string]string{"advance": "72h"}, nil)
	var mates struct {
		Mates []struct {
			Login string
			Here  bool
		}
	}
	p.do(psy, "GET", "/mates", nil, &mates)
	for _, m := range mates.Mates {
		if m.Here {
			t.Errorf("three days later, and psy only reads: %s is there", m.Login)
		}
	}
	k = look()
	if k.State != "waiting" || k.Assignee != nil {
		t.Errorf("after the lease: %+v", k)
	}
	lapsed := slices.IndexFunc(k.Timeline, func(e struct {
		At   time.Time
		Kind string
		Text string
	}) bool {
		return e.Kind == "assignment" && strings.Contains(e.Text, "戻しました")
	})
	if lapsed < 0 || k.Timeline[lapsed].At.After(noon.Add(time.Hour)) {
		t.Errorf("the lease lapsed at another time than its own: %+v", k.Timeline)
	}
	var queue struct{ Cases []moved }
	p.do(coordinator, "GET", "/queue?state=all&limit=200", nil, &queue)
	overdue := 0
	for _, c := range queue.Cases {
		p.do(coordinator, "GET", "/cases/"+c.ID, nil, &c)
		for _, d := range c.Duties {
			late := d.DoneAt == nil && d.DueAt.Before(noon.Add(72*time.Hour))
			if late != d.Overdue && d.DoneAt == nil {
				t.Errorf("%s: duty %s due %v is overdue: %v", c.ID, d.What, d.DueAt, d.Overdue)
			}
			if late {
				overdue++
			}
		}
		for i, e := range c.Timeline[1:] {
			if e.At.Before(c.Timeline[i].At.Add(-time.Minute)) { // a message has the time at which it was sent
				t.Errorf("%s: the timeline goes back at %d: %+v after %+v", c.ID, i+1, e, c.Timeline[i])
			}
		}
	}
	if overdue == 0 {
		t.Error("no duty fell due in 72 hours")
	}
}

// overtaken: who has written before the clock moves is not passed over, though their words are only on their way to the queue.
func overtaken(t *testing.T, p *process) {
	const several = 8
	for i := range several {
		s, _ := p.chat(frame{})
		s.says(t, fmt.Sprint("now", i), fmt.Sprintf("もう死にたい。いま屋上にいる。%d回目", i), "stored")
	}
	p.do(p.token("admin"), "POST", "/demo/clock", map[string]string{"advance": "48h"}, nil)
	var queue struct{ Cases []moved }
	p.do(p.token("coordinator"), "GET", "/queue?limit=200", nil, &queue)
	rang := 0
	for _, c := range queue.Cases {
		var k moved
		p.do(p.token("coordinator"), "GET", "/cases/"+c.ID, nil, &k)
		rings := 0
		for _, e := range k.Timeline {
			if strings.HasPrefix(e.Text, "緊急の事案を、まだだれも受領していません。") {
				rings++
			}
		}
		if strings.Contains(k.Timeline[0].Text, "いま屋上にいる") && rings > 20 {
			rang++
		}
	}
	if rang != several {
		t.Errorf("%d of %d who wrote just before were rung for all the time", rang, several)
	}
}
