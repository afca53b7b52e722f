package chat_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
)

// post sends one frame by request.
func post(t *testing.T, s *channelstest.Site, authorization string, body any) (frame, int) {
	t.Helper()
	b, ok := body.([]byte)
	if !ok {
		var err error
		if b, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	request, err := http.NewRequest("POST", s.URL+"/chat/messages", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var f frame
	if err := json.NewDecoder(r.Body).Decode(&f); err != nil {
		t.Fatal(err)
	}
	return f, r.StatusCode
}

func TestHeadersOfRequests(t *testing.T) {
	s := open(t, nil)
	for _, body := range []string{`{"type":"hello"}`, `{"type":"hello","code":"x"}`, strings.Repeat(" ", 64<<10+1)} {
		r, err := http.Post(s.URL+"/chat/messages", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		headers(t, "a frame by request", r)
	}
}

func wantPost(t *testing.T, s *channelstest.Site, authorization string, body any, status int, fields frame) frame {
	t.Helper()
	f, got := post(t, s, authorization, body)
	if got != status {
		t.Fatalf("status %d, want %d: %v", got, status, f)
	}
	same(t, f, fields)
	return f
}

func TestRequestsCarryTheSameFrames(t *testing.T) {
	s := open(t, nil)
	w := wantPost(t, s, "", frame{"type": "hello"}, 200, frame{"type": "welcome", "open": true, "seq": 0})
	resume := "Resume " + fmt.Sprint(w["resume"])
	m := frame{"type": "message", "id": "1", "text": "a\nb", "about": "did"}
	wantPost(t, s, resume, m, 200, frame{"type": "ack", "id": "1", "state": "stored"})
	wantPost(t, s, resume, m, 200, frame{"type": "ack", "id": "1", "state": "stored"})
	wantPost(t, s, "Code "+fmt.Sprint(w["digits"]), frame{"type": "message", "id": "2", "text": "c"}, 200, frame{"type": "ack", "id": "2"})
	wantPost(t, s, resume, frame{"type": "consent", "id": "q", "answer": "yes"}, 200, frame{"type": "ack", "id": "q"})
	taken := s.Intake.Taken()
	if len(taken) != 3 || len(s.Intake.Repeated()) != 1 || taken[0].First == nil || taken[1].First != nil || taken[0].About != "did" {
		t.Errorf("%d taken, %d repeated", len(taken), len(s.Intake.Repeated()))
	}
	s.Intake.Answer(channels.Held)
	wantPost(t, s, resume, frame{"type": "message", "id": "3", "text": "d"}, 200, frame{"type": "ack", "state": "held"})
	s.Intake.Fail(channels.ErrUnavailable)
	wantPost(t, s, resume, frame{"type": "message", "id": "4", "text": "e"}, 503, frame{"type": "error", "id": "4", "code": "unavailable"})
	wantPost(t, s, resume, frame{"type": "bye", "erase": true}, 503, frame{"type": "error", "code": "unavailable"})
	s.Intake.Fail(nil)
	wantPost(t, s, resume, frame{"type": "bye", "erase": false}, 200, frame{"type": "bye", "erase": false})
	w2 := wantPost(t, s, "", frame{"type": "hello", "code": w["code"]}, 200, frame{"type": "welcome", "code": nil})
	wantPost(t, s, "Resume "+fmt.Sprint(w2["resume"]), frame{"type": "bye", "erase": true}, 200, frame{"type": "bye", "erase": true})
	wantPost(t, s, resume, frame{"type": "message", "id": "5", "text": "f"}, 401, frame{"type": "error", "id": "5", "code": "unknown_code"})
	wantPost(t, s, "", frame{"type": "hello", "code": w["code"]}, 401, frame{"type": "error", "code": "unknown_code"})
}

func TestRequestsThatAreRefused(t *testing.T) {
	s := open(t, map[string]string{"CHAT_RATE": "1/1h"})
	w := wantPost(t, s, "", frame{"type": "hello"}, 200, nil)
	resume := "Resume " + fmt.Sprint(w["resume"])
	for _, test := range []struct {
		authorization string
		body          any
		status        int
		code          string
	}{
		{resume, []byte("x"), 400, "bad_frame"},
		{resume, []byte(nil), 400, "bad_frame"},
		{resume, frame{"type": "message", "text": "a"}, 400, "bad_frame"},
		{resume, frame{"type": "message", "id": "x", "text": " "}, 400, "empty"},
		{resume, frame{"type": "message", "id": "x", "text": strings.Repeat("あ", 4001)}, 400, "too_long"},
		{resume, []byte(strings.Repeat(" ", 64<<10+1)), 413, "too_long"},
		{"", frame{"type": "message", "id": "x", "text": "a"}, 401, "unknown_code"},
		{"Bearer x", frame{"type": "message", "id": "x", "text": "a"}, 401, "unknown_code"},
		{"Resume", frame{"type": "message", "id": "x", "text": "a"}, 401, "unknown_code"},
		{"Resume x", frame{"type": "message", "id": "x", "text": "a"}, 401, "unknown_code"},
		{"Code 123", frame{"type": "consent", "id": "x", "answer": "no"}, 401, "unknown_code"},
		{"", frame{"type": "hello", "link": "x"}, 401, "unknown_code"},
		{"Resume x", frame{"type": "hello"}, 401, "unknown_code"},
	} {
		wantPost(t, s, test.authorization, test.body, test.status, frame{"type": "error", "code": test.code})
	}
	if s.Intake.Attempts() != 0 {
		t.Error("something reached the intake")
	}
	wantPost(t, s, resume, frame{"type": "message", "id": "1", "text": "a"}, 200, frame{"type": "ack"})
	wantPost(t, s, resume, frame{"type": "message", "id": "2", "text": "a"}, 429, frame{"code": "rate_limited"})
	s.Mailbox.Fail(channels.ErrBusy)
	wantPost(t, s, "Code 1", frame{"type": "message", "id": "2", "text": "a"}, 429, frame{"code": "rate_limited"})
	s.Mailbox.Fail(channels.ErrUnavailable)
	wantPost(t, s, resume, frame{"type": "message", "id": "2", "text": "a"}, 503, frame{"code": "unavailable"})
}

func TestRequestsFromElsewhere(t *testing.T) {
	s := open(t, nil)
	for method, path := range map[string]string{"POST": "/chat/messages", "GET": "/chat/events"} {
		request, err := http.NewRequest(method, s.URL+path, strings.NewReader(`{"type":"hello"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Origin", "https://evil.example")
		r, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != 403 || r.Header.Get("Content-Type") != "application/problem+json; charset=utf-8" {
			t.Errorf("%s: %d %s", path, r.StatusCode, r.Header.Get("Content-Type"))
		}
	}
}

// stream reads events.
type stream struct {
	t    *testing.T
	body *bufio.Scanner
	end  func() error
}

func listen(t *testing.T, s *channelstest.Site, authorization, query string) *stream {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/chat/events"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", authorization)
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Body.Close() })
	if r.StatusCode != 200 || r.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
		t.Fatalf("%d %s", r.StatusCode, r.Header.Get("Content-Type"))
	}
	headers(t, "events", r)
	return &stream{t, bufio.NewScanner(r.Body), r.Body.Close}
}

func (st *stream) want(fields frame) {
	st.t.Helper()
	for st.body.Scan() {
		data, ok := strings.CutPrefix(st.body.Text(), "data: ")
		if !ok {
			continue
		}
		var f frame
		if err := json.Unmarshal([]byte(data), &f); err != nil {
			st.t.Fatal(err)
		}
		if f["type"] == "status" && fields["type"] != "status" {
			continue
		}
		same(st.t, f, fields)
		return
	}
	st.t.Fatal("the stream ended")
}

func TestEvents(t *testing.T) {
	s := open(t, nil)
	_, w, who := begun(t, s)
	say(s, who, "一")
	say(s, who, "二\nと")
	resume := "Resume " + fmt.Sprint(w["resume"])
	all := listen(t, s, resume, "")
	all.want(frame{"type": "message", "seq": 1, "text": "一"})
	all.want(frame{"type": "message", "seq": 2, "text": "二\nと"})
	all.want(frame{"type": "status", "state": "waiting"})
	later := listen(t, s, resume, "?after=1")
	later.want(frame{"seq": 2})
	channelstest.Eventually(t, "what the seeker says she saw is marked", func() bool { return s.Mailbox.ReadUpTo(who) >= 1 })
	say(s, who, "三")
	s.Mailbox.SetDoing(who, "writing")
	for _, st := range []*stream{all, later} {
		st.want(frame{"type": "message", "seq": 3})
		st.want(frame{"type": "status", "state": "writing"})
	}
	code := listen(t, s, "Code "+fmt.Sprint(w["digits"]), "?after=3")
	s.Mailbox.Put(who, channels.Entry{Question: &channels.Question{ID: "q", School: "みほん第一中学校", Level: "named", Text: "文"}})
	code.want(frame{"type": "consent", "seq": 4, "id": "q", "level": "named"})
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	for all.body.Scan() { // it ends with the door
	}
}

func TestEventsEndWithTheConversation(t *testing.T) {
	s := open(t, nil)
	_, w, who := begun(t, s)
	resume := "Resume " + fmt.Sprint(w["resume"])
	st := listen(t, s, resume, "")
	wantPost(t, s, resume, frame{"type": "bye", "erase": true}, 200, frame{"type": "bye"})
	s.Mailbox.SetDoing(who, "reading") // any news
	st.want(frame{"type": "error", "code": "closed"})
	for st.body.Scan() {
	}
}
