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

// submit sends a form of the staff's pages, and returns the session that it begins.
func (p *process) submit(path string, form url.Values) *http.Cookie {
	p.t.Helper()
	r, err := http.NewRequest("POST", p.Staff+path, strings.NewReader(form.Encode()))
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
		p.t.Fatalf("%s: %d and %d cookies", path, resp.StatusCode, len(resp.Cookies()))
	}
	return resp.Cookies()[0]
}

func (p *process) signIn(login, password string) *http.Cookie {
	p.t.Helper()
	return p.submit("/sign-in", url.Values{"login": {login}, "password": {password}})
}

// enrol sets a password behind an enrolment link.
func (p *process) enrol(link, password string) *http.Cookie {
	p.t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.submit("/enrol", url.Values{"link": {u.Query().Get("link")}, "password": {password}, "again": {password}})
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
	base, err := p.plan(p.set.running()...)
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
