package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/triage"
)

// The whole way through the API: claimed, answered, asked, told, received, done, watched over, resolved.
func TestTheStory(t *testing.T) {
	r := open(t, true)
	id := r.writes("[人物A]にけられた")
	queue := read[struct {
		Cases []map[string]any
		Next  string
	}](r.ask("sato", "GET", "/queue", "").is(200, ""))
	if len(queue.Cases) != 1 || queue.Cases[0]["id"] != id || queue.Cases[0]["assignee"] != nil || queue.Next != "" {
		t.Fatalf("%+v", queue)
	}
	r.ask("sato", "POST", "/cases/"+id+"/claim", "").is(200, "")
	for _, body := range []string{`{"id":"m1","text":"読みました。[人物A]さんは同じ組ですか"}`, `{"id":"m1","text":"ちがう言葉"}`} {
		if said := read[struct{ Seq int64 }](r.ask("sato", "POST", "/cases/"+id+"/messages", body).is(202, "")); said.Seq != 1 {
			t.Errorf("seq %d", said.Seq)
		}
	}
	handoff := `{"school":"hinode-jhs","consent":"named","summary":"ゆうかさんがけられています","disclose":["[人物A]"],"may":{"call_home":"not_yet"}}`
	r.ask("sato", "POST", "/cases/"+id+"/handoffs", handoff).is(409, "consent_required")
	consent := read[struct{ ID, State string }](r.ask("sato", "POST", "/cases/"+id+"/consents",
		`{"school":"hinode-jhs","level":"named","summary":"けられていることを伝えます"}`).is(201, ""))
	if consent.State != "asked" {
		t.Errorf("%+v", consent)
	}
	r.ask("sato", "POST", "/cases/"+id+"/handoffs", handoff).is(409, "consent_required")
	r.append(triage.CaseID(id), triage.Event{ID: "yes", At: r.clock.Now(), Kind: triage.KindHandoff, From: triage.Seeker,
		Consent: &triage.Consent{ID: consent.ID, Answer: triage.AnswerYes}})
	h := read[struct{ ID string }](r.ask("sato", "POST", "/cases/"+id+"/handoffs", handoff).is(201, "")).ID
	r.state(id, "handed_off")

	r.ask("kawabe", "GET", "/handoffs/"+h, "").is(404, "not_found")
	if got := r.ask("kawabe", "GET", "/handoffs", "").is(200, "").body; got != `{"handoffs":[]}`+"\n" {
		t.Errorf("another school's list: %s", got)
	}
	list := r.ask("hinode", "GET", "/handoffs", "").is(200, "")
	view := read[triage.HandoffView](r.ask("hinode", "GET", "/handoffs/"+h, "").is(200, ""))
	if !strings.Contains(list.body, h) || view.Summary != "ゆうかさんがけられています" || view.May.CallHome != "not_yet" || view.May.TalkToChild != "ask_us" ||
		view.State != "sent" || !strings.Contains(view.Cover, "名前を伝えてよい") {
		t.Errorf("%s, %+v", list.body, view)
	}
	if view = read[triage.HandoffView](r.ask("hinode", "POST", "/handoffs/"+h+"/acknowledge", "").is(200, "")); view.State != "received" {
		t.Errorf("%+v", view)
	}
	r.ask("hinode", "POST", "/handoffs/"+h+"/answers", `{"step":"done","text":"見守っています"}`).is(200, "")
	r.ask("hinode", "POST", "/handoffs/"+h+"/answers", `{"step":"done"}`).is(409, "wrong_state")
	r.state(id, "open")

	r.ask("sato", "POST", "/cases/"+id+"/observations", `{"kind":"stopped","on":"2026-12-01","note":"電話"}`).is(201, "")
	resolve := `{"state":"resolved","reason":"落ち着いた","decided_by":"board","circumstances":"担任も替わった"}`
	refused := read[struct{ Conditions []string }](r.ask("sato", "POST", "/cases/"+id+"/state", resolve).is(409, "conditions_unmet"))
	if strings.Join(refused.Conditions, " ") != "watch_period child_no_pain parent_no_pain" {
		t.Errorf("%v", refused.Conditions)
	}
	r.ask("sato", "POST", "/cases/"+id+"/state", `{"state":"watching","reason":"見守り"}`).is(200, "")
	now := read[struct{ Now time.Time }](r.ask("root", "POST", "/demo/clock", `{"advance":"2160h"}`).is(200, "")).Now
	if !now.Equal(opened.Add(2160 * time.Hour)) {
		t.Errorf("the clock shows %s", now)
	}
	for _, kind := range []string{"child_no_pain", "parent_no_pain"} {
		r.ask("sato", "POST", "/cases/"+id+"/observations", `{"kind":"`+kind+`","on":"2027-03-01","note":"面談"}`).is(201, "")
	}
	r.ask("sato", "POST", "/cases/"+id+"/state", resolve).is(200, "")
	r.state(id, "resolved")
}

func (r *room) state(id, want string) {
	r.t.Helper()
	if got := read[struct{ State string }](r.ask("kato", "GET", "/cases/"+id, "").is(200, "")).State; got != want {
		r.t.Errorf("state %s, want %s", got, want)
	}
}

// The shapes that other people's programs rely on.
func TestShapes(t *testing.T) {
	r := open(t, false)
	id := r.claimed("sato")
	r.ask("sato", "POST", "/cases/"+id+"/handoffs", `{"recipient":"police","consent":"emergency","summary":"いま","reason":"危ない"}`).is(201, "")
	r.clock.Set(opened.Add(25 * time.Hour))
	c := read[map[string]any](r.ask("sato", "GET", "/cases/"+id, "").is(200, ""))
	for _, key := range []string{"id", "state", "severity", "flags", "reasons", "channels", "assignee", "second", "role", "waiting_since", "due_at", "preview", "timeline", "duties"} {
		if _, ok := c[key]; !ok {
			t.Errorf("no %s", key)
		}
	}
	if c["assignee"] != "sato" || c["second"] != nil || c["due_at"] != nil || c["role"] != "psychologist" || c["waiting_since"] != "2026-12-01T09:00:00+09:00" {
		t.Errorf("%v", c)
	}
	reason := c["reasons"].([]any)[0].(map[string]any)
	if len(reason) != 3 || reason["flag"] != "verbal" || reason["rule"] != "call-names" || reason["excerpt"] != "[人物A]にけられた" {
		t.Errorf("%v", reason)
	}
	timeline := c["timeline"].([]any)
	first := timeline[0].(map[string]any)
	for key, want := range map[string]any{"seq": 1.0, "kind": "message", "from": "seeker", "channel": "chat", "text": "[人物A]にけられた", "at": "2026-12-01T09:00:00+09:00"} {
		if first[key] != want {
			t.Errorf("%s is %v, want %v", key, first[key], want)
		}
	}
	duty := c["duties"].([]any)[0].(map[string]any)
	if duty["kind"] == "meeting" {
		duty = c["duties"].([]any)[1].(map[string]any)
	}
	if duty["kind"] != "countersign" || duty["overdue"] != true || duty["done_at"] != nil || duty["due_at"] != "2026-12-02T09:00:00+09:00" {
		t.Errorf("%v", duty)
	}
	me := r.ask("hinode", "GET", "/me", "").is(200, "")
	if me.body != `{"login":"hinode","role":"school","school":"hinode-jhs"}`+"\n" {
		t.Errorf("%s", me.body)
	}
	if s := r.ask("ono", "GET", "/statistics?from=2026-12-01&to=2026-12-31", "").is(200, "").body; !strings.Contains(s, `"total":null`) {
		t.Errorf("one case is shown: %s", s)
	}
}

func TestTheQueueInPages(t *testing.T) {
	r := open(t, false)
	for range 5 {
		r.writes("だれか読んで")
	}
	seen := map[string]bool{}
	for cursor, pages := "", 0; ; pages++ {
		page := read[struct {
			Cases []struct{ ID string }
			Next  string
		}](r.ask("sato", "GET", "/queue?limit=2&cursor="+cursor, "").is(200, ""))
		for _, c := range page.Cases {
			seen[c.ID] = true
		}
		if cursor = page.Next; cursor == "" || pages > 5 {
			break
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d of 5", len(seen))
	}
	for _, q := range []string{"limit=0", "limit=201", "limit=-1", "limit=many", "state=lost", "cursor=nonsense"} {
		r.ask("sato", "GET", "/queue?"+q, "").is(400, "bad_request")
	}
	r.ask("sato", "GET", "/queue?limit=200&state=all&assignee=sato", "").is(200, "")
}

func TestAClaimRace(t *testing.T) {
	r := open(t, false)
	id := r.writes("だれか読んで")
	var wg sync.WaitGroup
	statuses := make([]int, 4)
	for i, login := range []string{"sato", "endo", "abe", "kato"} {
		wg.Go(func() { statuses[i] = r.ask(login, "POST", "/cases/"+id+"/claim", "").status })
	}
	wg.Wait()
	count := map[int]int{}
	for _, s := range statuses {
		count[s]++
	}
	if count[200] != 1 || count[409] != 3 {
		t.Errorf("%v", count)
	}
}

// What cannot be read is 400, with one body for all of it, and nothing of it comes back or into the log.
func TestWhatCannotBeReadIsNotRepeated(t *testing.T) {
	r := open(t, true)
	id := r.claimed("sato")
	const secret = "山田太郎"
	junk := []string{"", "{", "[]", `"` + secret + `"`, `{"` + secret + `":1}`, `{"text":{"a":"` + secret + `"},"id":3}`, "\xff\xfe"}
	one := r.ask("sato", "POST", "/cases/"+id+"/messages", "{").is(400, "bad_request").body
	for route, body := range bodies {
		method, path, _ := strings.Cut(route, " ")
		login := map[bool]string{true: "hinode", false: "mori"}[strings.HasPrefix(path, "/handoffs") || path == "/reports"]
		if path == "/demo/clock" {
			login = "root"
		}
		path = strings.ReplaceAll(path, "{id}", id)
		wrong := junk
		if other := strings.Replace(body, `":"`, `":["`+secret+`"],"x":"`, 1); other != body {
			wrong = append([]string{other}, junk...)
		}
		for _, body := range wrong {
			a := r.ask(login, method, path, body).is(400, "bad_request")
			if a.body != one {
				t.Errorf("%s with %q: %s", a.what, body, a.body)
			}
		}
	}
	for route, body := range map[string]string{
		"sato POST /cases/" + id + "/messages":                       `{"id":"` + secret + `","text":" "}`,
		"sato POST /cases/" + id + "/severity":                       `{"severity":"` + secret + `","reason":"x"}`,
		"sato POST /cases/" + id + "/consents":                       `{"school":"` + secret + `","level":"named","summary":"x"}`,
		"sato POST /cases/" + id + "/reveals":                        `{"placeholder":"` + secret + `","reason":"x"}`,
		"sato POST /cases/" + id + "/transfer":                       `{"to":"` + secret + `"}`,
		"sato POST /cases/" + id + "/observations":                   `{"kind":"stopped","on":"` + secret + `"}`,
		"hinode POST /reports":                                       `{"form":"` + secret + `","fields":{"matter":"x"}}`,
		"root POST /demo/clock":                                      `{"advance":"` + secret + `"}`,
		"ono GET /statistics?from=%E5%B1%B1":                         "",
		"ono GET /statistics?from=2026-12-02&to=2026-12-01":          "",
		"root POST /demo/clock ":                                     `{"advance":"-1h"}`,
		"sato GET /queue?state=%E5%B1%B1%E7%94%B0%E5%A4%AA%E9%83%8E": "",
	} {
		f := strings.Fields(route)
		if a := r.ask(f[0], f[1], f[2], body).is(400, "bad_request"); strings.Contains(a.body, "山田") {
			t.Errorf("%s repeats what was sent: %s", route, a.body)
		}
	}
	r.ask("sato", "POST", "/cases/"+id+"/notes", `{"text":"`+strings.Repeat("a", 1<<20)+`"}`).is(413, "too_large")
	if strings.Contains(r.log.String(), "山田") {
		t.Errorf("the log holds what was sent: %s", r.log)
	}
}

func TestWithoutRedisNothingIsClaimed(t *testing.T) {
	r := open(t, false)
	id := r.claimed("sato")
	r.redis.SetError("LOADING")
	r.ask("sato", "GET", "/cases/"+id, "").is(503, "unavailable")
	r.ask("sato", "POST", "/cases/"+id+"/messages", `{"id":"1","text":"x"}`).is(503, "unavailable")
	r.redis.SetError("")
	r.ask("sato", "POST", "/cases/"+id+"/messages", `{"id":"1","text":"x"}`).is(202, "")
}

// listen opens the stream and returns what it sends, as "name data"; it closes when the stream ends.
func (r *room) listen(ctx context.Context, login string) <-chan string {
	r.t.Helper()
	req, err := http.NewRequestWithContext(ctx, "GET", r.server.URL+"/api/v1/events", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.tokens[login])
	resp, err := r.server.Client().Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		r.t.Fatalf("%d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		defer resp.Body.Close()
		name := ""
		for s := bufio.NewScanner(resp.Body); s.Scan(); {
			if event, ok := strings.CutPrefix(s.Text(), "event: "); ok {
				name = event
			}
			if data, ok := strings.CutPrefix(s.Text(), "data: "); ok {
				lines <- name + " " + data
			}
		}
	}()
	return lines
}

// next waits for an event that tells of the case.
func next(t *testing.T, lines <-chan string, name, id string) map[string]any {
	t.Helper()
	patience := time.After(20 * time.Second)
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				t.Fatalf("the stream ended before %s", name)
			}
			event, data, _ := strings.Cut(line, " ")
			var c map[string]any
			if err := json.Unmarshal([]byte(data), &c); err != nil {
				t.Fatal(err)
			}
			if event == name && c["id"] == id {
				return c
			}
			if strings.Contains(data, "秘密") {
				t.Fatalf("the stream tells what this person may not see: %s", line)
			}
		case <-patience:
			t.Fatalf("no %s", name)
		}
	}
}

func TestTheStreamTellsWhatThePersonMaySee(t *testing.T) {
	r := open(t, false)
	lines := r.listen(t.Context(), "endo")
	id := r.writes("だれか読んで")
	if c := next(t, lines, "case", id); c["state"] != "waiting" || c["preview"] != "だれか読んで" || c["timeline"] != nil {
		t.Errorf("%v", c)
	}
	r.ask("sato", "POST", "/cases/"+id+"/claim", "").is(200, "")
	next(t, lines, "gone", id)
	r.append(triage.CaseID(id), triage.Event{ID: "m:2", At: opened, Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat", Text: "秘密"})
	other := r.writes("つぎの人")
	next(t, lines, "case", other)
	r.ask("ono", "GET", "/events", "").is(403, "forbidden")
}

func TestTheStreamEndsWithTheAccount(t *testing.T) {
	r := open(t, false)
	lines := r.listen(t.Context(), "endo")
	begun := time.Now()
	if err := r.accounts.Disable(t.Context(), "endo"); err != nil {
		t.Fatal(err)
	}
	for range lines {
		t.Error("something was told to a disabled account")
	}
	if d := time.Since(begun); d > 5*time.Second {
		t.Errorf("ended after %s", d)
	}
}

// What reads by a token may be a program that nobody sits before; who does something is there.
func TestAReadIsNobodyWhoIsThere(t *testing.T) {
	r := open(t, false)
	for i, method := range []string{"GET", "POST"} {
		path := "/queue"
		if method == "POST" {
			path = "/cases/" + r.writes("けられた") + "/claim"
		}
		r.ask("sato", method, path, "")
		if there, err := r.accounts.Present(t.Context()); err != nil || len(there) != i {
			t.Errorf("after a %s %v are there, %v", method, there, err)
		}
	}
}
