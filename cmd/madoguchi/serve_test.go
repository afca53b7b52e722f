package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"madoguchi/router/redistest"
)

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

// Whatever is open, the desk ends within ten seconds of being asked to, with exit code 0, and loses nothing. The race detector,
// beside a browser on two cores, gets three times as long.
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
	if code := p.stop(30 * time.Second); code != 0 {
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

// Where the program dies no dump of its memory is written, and it cannot allow that again.
func TestNoCoreIsDumped(t *testing.T) {
	t.Parallel()
	data := "--data-dir=" + t.TempDir()
	must(t, "keys", "init", data)
	p := start(t, "serve", data, "--redis-url=redis://127.0.0.1:1/0")
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?m)^Max core file size +0 +0 +bytes`).Match(limits) {
		t.Errorf("%s", limits)
	}
}
