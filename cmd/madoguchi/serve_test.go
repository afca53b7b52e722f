package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"madoguchi/router/redistest"
)

// common are the settings by which another command finds what a process serves.
func (p *process) common() []string {
	return slices.DeleteFunc(slices.Clone(p.args[1:]), func(a string) bool {
		return !strings.HasPrefix(a, "--data-dir=") && !strings.HasPrefix(a, "--redis-url=")
	})
}

// state is what /readyz tells.
type state struct {
	Accepts, Redis string
	Roles          map[string]bool
}

func (p *process) readyz() (s state, status int, err error) {
	resp, err := http.Get(p.Ops + "/readyz")
	if err != nil {
		return s, 0, err
	}
	defer resp.Body.Close()
	return s, resp.StatusCode, json.NewDecoder(resp.Body).Decode(&s)
}

// is waits until the process accepts so and finds Redis so.
func (p *process) is(accepts, redis string) {
	p.t.Helper()
	eventually(p.t, soon, func() error {
		s, status, err := p.readyz()
		if err == nil && (s.Accepts != accepts || s.Redis != redis || status != http.StatusOK) {
			err = fmt.Errorf("readyz says %d %+v, want %s and %s", status, s, accepts, redis)
		}
		return err
	})
}

// metrics are the house's own numbers.
func (p *process) metrics() map[string]int {
	p.t.Helper()
	resp, err := http.Get(p.Ops + "/metrics")
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	numbers := map[string]int{}
	for _, m := range regexp.MustCompile(`(?m)^madoguchi_(\w+) (\S+)$`).FindAllStringSubmatch(string(body), -1) {
		n, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			p.t.Fatal(err)
		}
		numbers[m[1]] = int(n)
	}
	return numbers
}

// rests waits until that many messages are accepted and all are in cases, and holds the sum.
func (p *process) rests(accepted int) map[string]int {
	p.t.Helper()
	var m map[string]int
	eventually(p.t, 2*soon, func() error {
		m = p.metrics()
		if m["accepted_total"] != m["held"]+m["queued"]+m["processed_total"]+m["dead_letters"] || m["processed_total"] != accepted || m["accepted_total"] != accepted {
			return fmt.Errorf("of %d messages: %v", accepted, m)
		}
		return nil
	})
	return m
}

// has waits until the cases hold exactly these texts of each writer, in order.
func (p *process) has(token string, want map[string][]string) {
	p.t.Helper()
	eventually(p.t, 2*soon, func() error {
		got, err := stories(p, token)
		if err == nil && fmt.Sprint(got) != fmt.Sprint(want) {
			err = fmt.Errorf("the cases hold %v, want %v", got, want)
		}
		return err
	})
}

// chat opens a chat for the rest of the test.
func (p *process) chat(hello frame) (*socket, frame) {
	p.t.Helper()
	s, welcome, err := p.dial(hello)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { s.Close() })
	return s, welcome
}

// says sends a text that must be acknowledged with that state.
func (s *socket) says(t *testing.T, id, text, want string) {
	t.Helper()
	if state, err := s.say(id, text); err != nil || state != want {
		t.Fatalf("%s is %q, want %q (%v)", text, state, want, err)
	}
}

// spoken is a request with a login of the demonstration behind it, or none.
func (p *process) signIn(login, password string) *http.Cookie {
	p.t.Helper()
	r, err := http.NewRequest("POST", p.Staff+"/sign-in", strings.NewReader(url.Values{"login": {login}, "password": {password}}.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", p.Staff)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		p.t.Fatal(err)
	}
	resp.Body.Close()
	for _, c := range resp.Cookies() {
		if c.Value != "" && resp.StatusCode == http.StatusSeeOther {
			return c
		}
	}
	p.t.Fatalf("signing in: %d", resp.StatusCode)
	return nil
}

// page returns a page of the staff.
func (p *process) page(c *http.Cookie, path string) (string, error) {
	r, err := http.NewRequest("GET", p.Staff+path, nil)
	if err != nil {
		return "", err
	}
	r.AddCookie(c)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

// Redis may be away when the desk opens: it waits, holds what arrives, and gives it over in order and once.
func TestRedisIsAwayAtTheStart(t *testing.T) {
	t.Parallel()
	r := redistest.Start(t)
	common := []string{"--data-dir=" + t.TempDir(), "--redis-url=" + r.URL}
	must(t, append([]string{"keys", "init"}, common...)...)
	token := must(t, append([]string{"token", "create", "--login=coordinator", "--role=coordinator"}, common...)...)
	r.Stop()
	p := start(t, "serve", common...)
	p.is("held", "away")
	want := map[string][]string{}
	for w := range 3 {
		s, _ := p.chat(frame{})
		for n := range 4 {
			text := fmt.Sprintf("%d:%d", w, n)
			s.says(t, fmt.Sprint("m", n), text, "held")
			want[fmt.Sprint(w)] = append(want[fmt.Sprint(w)], text)
		}
		s.says(t, "m0", fmt.Sprintf("%d:0", w), "held") // sent again
	}
	if m := p.metrics(); m["held"] != 12 || m["accepted_total"] != 12 {
		t.Errorf("while Redis is away: %v", m)
	}
	r.Restart()
	p.is("stored", "ok")
	p.has(token, want)
	if m := p.rests(12); m["replayed_total"] != 12 {
		t.Errorf("replayed: %v", m)
	}
	s, _ := p.chat(frame{})
	s.says(t, "m", "3:0", "stored")
	p.rests(13)
}

// A Redis that is emptied under a running desk gets every message again.
func TestRedisIsEmptied(t *testing.T) {
	t.Parallel()
	p, r, token := real(t)
	want := map[string][]string{}
	var sockets []*socket
	for w := range 4 {
		s, _ := p.chat(frame{})
		sockets = append(sockets, s)
		for n := range 3 {
			text := fmt.Sprintf("%d:%d", w, n)
			s.says(t, fmt.Sprint("m", n), text, "stored")
			want[fmt.Sprint(w)] = append(want[fmt.Sprint(w)], text)
		}
	}
	p.has(token, want)
	p.rests(12)
	if err := r.Client().FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	token = must(t, append([]string{"token", "create", "--login=coordinator", "--role=coordinator"}, p.common()...)...)
	p.has(token, want)
	if _, err := sockets[0].say("m3", "0:3"); err != nil {
		t.Fatal(err)
	}
	want["0"] = append(want["0"], "0:3")
	p.has(token, want)
	p.rests(13)
	if out, _, code := endedProcess(t, nil, append([]string{"audit", "verify"}, p.common()...)...); code != 1 || !strings.Contains(out, "broken") {
		t.Errorf("the audit was emptied too, and audit verify says: %d %q", code, out)
	}
}

// live runs a house for real inside the test, where its plan can be changed, until the test ends.
func live(t *testing.T, change func(*plan), args ...string) *process {
	t.Helper()
	dir := t.TempDir()
	log, err := os.Create(dir + "/log")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	p := &program{stdout: io.Discard, stderr: log}
	file := dir + "/ready"
	if _, err = p.parse(serveCommand, append([]string{"--public-addr=127.0.0.1:0", "--staff-addr=127.0.0.1:0", "--ops-addr=127.0.0.1:0", "--ready-file=" + file}, args...)); err != nil {
		t.Fatal(err)
	}
	base, err := p.plan()
	if err != nil {
		t.Fatal(err)
	}
	change(base)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.live(ctx, *base); base.close() }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	running := &process{t: t, dir: dir, args: append([]string{"serve"}, args...)}
	eventually(t, soon, func() error {
		select {
		case err := <-ended:
			ended <- err
			t.Fatal(err)
		default:
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		return json.Unmarshal(data, &running.ready)
	})
	return running
}

// A Redis that becomes unsafe while the desk is open gets nothing more until it is mended, and everybody is told.
func TestRedisBecomesUnsafe(t *testing.T) {
	t.Parallel()
	r := redistest.Start(t)
	common := []string{"--data-dir=" + t.TempDir(), "--redis-url=" + r.URL}
	must(t, append([]string{"keys", "init"}, common...)...)
	token := must(t, append([]string{"token", "create", "--login=coordinator", "--role=coordinator"}, common...)...)
	link := must(t, append([]string{"account", "create", "--login=coordinator", "--role=coordinator"}, common...)...)
	p := live(t, func(pl *plan) { pl.watchEvery = 20 * time.Millisecond }, common...)
	session := p.enrol(link, "nagai-nagai-aikotoba")
	s, _ := p.chat(frame{})
	s.says(t, "m0", "0:0", "stored")
	const banner = "保存の設定が安全でない"
	want := []string{"0:0"}
	for i, change := range [][3]string{{"appendfsync", "everysec", "always"}, {"maxmemory-policy", "allkeys-lru", "noeviction"},
		{"no-appendfsync-on-rewrite", "yes", "no"}, {"appendonly", "no", "yes"}} {
		set := func(value string) {
			t.Helper()
			if err := r.Client().ConfigSet(t.Context(), change[0], value).Err(); err != nil {
				t.Fatal(err)
			}
		}
		shown := func(want bool) {
			t.Helper()
			page, err := p.page(session, "/")
			if err != nil || strings.Contains(page, banner) != want || !strings.Contains(page, "<main") {
				t.Errorf("%s: a banner: %v, want %v (%v)", change[0], !want, want, err)
			}
		}
		set(change[1])
		p.is("held", "unsafe")
		text := fmt.Sprintf("0:%d", i+1)
		s.says(t, "m"+text, text, "held")
		if m := p.metrics(); m["held"] != 1 {
			t.Errorf("%s: %v", change[0], m)
		}
		shown(true)
		set(change[2])
		p.is("stored", "ok")
		want = append(want, text)
		p.has(token, map[string][]string{"0": want})
		shown(false)
	}
	if m := p.rests(5); m["replayed_total"] != 4 {
		t.Errorf("replayed: %v", m)
	}
}

// enrol sets a password behind an enrolment link, and returns the session.
func (p *process) enrol(link, password string) *http.Cookie {
	p.t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		p.t.Fatal(err)
	}
	form := url.Values{"link": {u.Query().Get("link")}, "password": {password}, "again": {password}}
	r, err := http.NewRequest("POST", p.Staff+"/enrol", strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", p.Staff)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		p.t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther || len(resp.Cookies()) == 0 {
		p.t.Fatalf("enrolling: %d", resp.StatusCode)
	}
	return resp.Cookies()[0]
}

// Codes, tokens of a page, API tokens and the sums of the metrics survive a restart of the desk, in order or not.
func TestRestart(t *testing.T) {
	t.Parallel()
	p, _, token := real(t)
	s, first := p.chat(frame{})
	s.says(t, "m0", "0:0", "stored")
	unwritten, second := p.chat(frame{})
	p.rests(1)
	var queue struct{ Cases []told }
	p.do(token, "GET", "/queue?state=all", nil, &queue)
	id := queue.Cases[0].ID
	p.do(token, "POST", "/cases/"+id+"/claim", nil, nil)
	p.do(token, "POST", "/cases/"+id+"/messages", map[string]string{"id": "r1", "text": "おへんじ"}, nil)
	s.reads(t, "おへんじ")
	s.Close()
	unwritten.Close()
	for i, end := range []func(){func() {
		if code := p.stop(10 * time.Second); code != 0 {
			t.Errorf("SIGTERM: exit %d\n%s", code, p.printed())
		}
	}, p.kill} {
		end()
		p.again()
		m := p.rests(1 + 2*i)
		if m["held"] != 0 {
			t.Errorf("%v", m)
		}
		again, welcome := p.chat(frame{Resume: first.Resume})
		if welcome.Seq != 1 || welcome.Code != "" || welcome.Resume == "" || welcome.Resume == first.Resume {
			t.Errorf("by the resume token: seq %d, a code: %v", welcome.Seq, welcome.Code != "")
		}
		first.Resume = welcome.Resume
		again.says(t, "m0", "0:0", "stored") // known across the restart
		again.says(t, fmt.Sprint("a", i), "0:1", "stored")
		byCode, _ := p.chat(frame{Code: first.Digits})
		byCode.reads(t, "おへんじ")
		later, welcome := p.chat(frame{Resume: second.Resume})
		second.Resume = welcome.Resume
		later.says(t, fmt.Sprint("b", i), "1:0", "stored")
		again.Close()
		byCode.Close()
		later.Close()
	}
	p.rests(5)
	p.do(token, "GET", "/cases/"+id, nil, nil)
}

// Whatever is open, the desk ends within ten seconds of being asked to, with exit code 0, and loses nothing.
func TestDrains(t *testing.T) {
	t.Parallel()
	p := start(t, "demo")
	var open []io.Closer
	for range 20 {
		s, _ := p.chat(frame{})
		open = append(open, s)
		if err := s.WriteJSON(frame{Type: "message", ID: "m", Text: "さいごの一通"}); err != nil {
			t.Fatal(err)
		}
	}
	_, welcome := p.chat(frame{})
	session := p.signIn("psy", demoPassword)
	for _, stream := range []struct{ url, name, value string }{
		{p.Public + "/chat/events", "Authorization", "Resume " + welcome.Resume},
		{p.Staff + "/api/v1/events", "Authorization", "Bearer " + p.token("psychologist")},
		{p.Staff + "/queue/events", "Cookie", session.String()},
	} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", stream.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(stream.name, stream.value)
		resp, err := http.DefaultClient.Do(r)
		if err != nil || resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
			t.Fatalf("%s: %v, %v", stream.url, resp, err)
		}
		open = append(open, resp.Body)
	}
	if code := p.stop(10 * time.Second); code != 0 {
		t.Errorf("exit %d\n%s", code, p.printed())
	}
	acked := 0
	for _, c := range open {
		if s, ok := c.(*socket); ok {
			if ack, err := s.next("ack", time.Second); err == nil && ack.ID == "m" {
				acked++
			}
		}
		c.Close()
	}
	if acked != 20 {
		t.Errorf("%d of 20 last messages were acknowledged", acked)
	}
}
