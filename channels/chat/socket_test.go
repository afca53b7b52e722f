package chat_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
	"madoguchi/channels/chat"
)

func TestHelloBeginsAConversation(t *testing.T) {
	s := open(t, nil)
	c := dial(t, s)
	w := c.hello(frame{"lang": "ja"})
	same(t, w, frame{"open": true, "seq": 0})
	if n := len(strings.Fields(fmt.Sprint(w["code"]))); n != 7 {
		t.Errorf("the code has %d words", n)
	}
	if len(fmt.Sprint(w["digits"])) != 21 || w["resume"] == "" || w["notice"] == "" {
		t.Errorf("the welcome is %v", w)
	}
	if f, _ := c.any(); f["type"] != "status" || f["state"] != "waiting" {
		t.Errorf("after the welcome came %v", f)
	}
	if s.Intake.Attempts() != 0 {
		t.Error("a greeting was stored")
	}
	c.send(frame{"type": "hello"})
	c.want(frame{"type": "error", "code": "bad_frame"})
}

func TestNoticeIsTheDesksOwn(t *testing.T) {
	s := open(t, nil)
	s.Desk.SetOpen(false)
	c := dial(t, s)
	w := c.hello(nil)
	hours := s.Desk.Hours("chat", time.Now())
	same(t, w, frame{"open": false, "notice": hours.Notice})
	c.send(frame{"type": "message", "id": "1", "text": "夜です"})
	ack := c.want(frame{"type": "ack", "open": false, "notice": hours.Notice})
	if ack["hours"] != s.Desk.Text("after.hours", nil) {
		t.Errorf("the acknowledgement says %v", ack["hours"])
	}
	c.send(frame{"type": "message", "id": "2", "text": "まだ夜です"})
	if ack := c.want(frame{"type": "ack"}); ack["hours"] != nil {
		t.Error("it is said again with each message")
	}
}

// Whether somebody is there is a matter of the desk's clock, which a demonstration moves.
func TestTheHoursAreThoseOfTheDesksClock(t *testing.T) {
	var ahead atomic.Int64
	kind := chat.Kind
	kind.New = func(env channels.Env) (channels.Channel, error) {
		env.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		return chat.Kind.New(env)
	}
	s := channelstest.Open(t, kind, furnished(t, nil), harden)
	c := dial(t, s)
	c.hello(nil)
	c.send(frame{"type": "message", "id": "1", "text": "まだいますか"})
	c.want(frame{"type": "ack", "open": true})
	ahead.Store(int64(time.Hour))
	s.Desk.SetOpen(false)
	c.send(frame{"type": "message", "id": "2", "text": "だれもこない"})
	c.want(frame{"type": "ack", "open": false, "hours": s.Desk.Text("after.hours", nil)})
}

func TestFramesThatAreRefusedKeepTheSocket(t *testing.T) {
	long := strings.Repeat("あ", 64)
	for _, test := range []struct {
		name, frame string
		id          any
		code        string
	}{
		{"no JSON", `hello`, nil, "bad_frame"},
		{"not an object", `[1]`, nil, "bad_frame"},
		{"nothing", ``, nil, "bad_frame"},
		{"no type", `{}`, nil, "bad_frame"},
		{"another type", `{"type":"shout","id":"x"}`, "x", "bad_frame"},
		{"a field of another kind", `{"type":"message","id":7,"text":"a"}`, nil, "bad_frame"},
		{"no id", `{"type":"message","text":"a"}`, nil, "bad_frame"},
		{"an empty id", `{"type":"message","id":"","text":"a"}`, nil, "bad_frame"},
		{"a long id", `{"type":"message","id":"` + long + `x","text":"a"}`, nil, "bad_frame"},
		{"an id that cannot be written", `{"type":"message","id":"\ud800","text":"a"}`, nil, "bad_frame"},
		{"no text", `{"type":"message","id":"x"}`, "x", "empty"},
		{"white space", `{"type":"message","id":"x","text":" \n\t　"}`, "x", "empty"},
		{"a long text", `{"type":"message","id":"x","text":"` + strings.Repeat("𠮷", 4001) + `"}`, "x", "too_long"},
		{"a consent without id", `{"type":"consent","answer":"yes"}`, nil, "bad_frame"},
		{"a consent without answer", `{"type":"consent","id":"x"}`, "x", "bad_frame"},
		{"another answer", `{"type":"consent","id":"x","answer":"maybe"}`, "x", "bad_frame"},
		{"broken UTF-8", "{\"type\":\"message\",\"id\":\"x\",\"text\":\"\xff\"}", nil, "bad_frame"},
		{"a frame of the desk", `{"type":"welcome"}`, nil, "bad_frame"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := open(t, nil)
			c := dial(t, s)
			c.hello(nil)
			c.raw(websocket.TextMessage, []byte(test.frame))
			c.want(frame{"type": "error", "code": test.code, "id": test.id})
			if s.Intake.Attempts() != 0 {
				t.Error("it reached the intake")
			}
			c.send(frame{"type": "message", "id": long, "text": strings.Repeat("𠮷", 4000)})
			c.want(frame{"type": "ack", "id": long, "state": "stored"})
		})
	}
}

func TestFramesBeforeHello(t *testing.T) {
	s := open(t, nil)
	c := dial(t, s)
	for _, f := range []frame{
		{"type": "message", "id": "x", "text": "a"}, {"type": "consent", "id": "x", "answer": "no"}, {"type": "bye", "erase": true},
		{"type": "bye"}, {"type": "hello", "after": -1},
	} {
		c.send(f)
		c.want(frame{"type": "error", "code": "bad_frame"})
	}
	c.raw(websocket.BinaryMessage, []byte(`{"type":"hello"}`))
	c.want(frame{"type": "error", "code": "bad_frame"})
	c.hello(nil)
	if s.Intake.Attempts() != 0 {
		t.Error("something was stored")
	}
}

func TestFrameSize(t *testing.T) {
	s := open(t, nil)
	c := dial(t, s)
	c.hello(nil)
	start := `{"type":"message","id":"x","text":"a","pad":"`
	c.raw(websocket.TextMessage, []byte(start+strings.Repeat("x", 64<<10-len(start)-2)+`"}`))
	c.want(frame{"type": "ack", "id": "x"})
	c.raw(websocket.TextMessage, []byte(start+strings.Repeat("x", 64<<10-len(start)-1)+`"}`))
	c.wantClose(websocket.CloseMessageTooBig)
}

func TestMessages(t *testing.T) {
	s := open(t, nil)
	c := dial(t, s)
	c.hello(frame{"lang": "en-US"})
	text := "くつを\n\nかくされました 👩‍👩‍👧 <b>&\u0000"
	m := frame{"type": "message", "id": "1", "text": text, "about": "friend", "call_me": " そら "}
	c.send(m)
	c.want(frame{"type": "ack", "id": "1", "state": "stored", "open": true})
	c.send(m)
	c.want(frame{"type": "ack", "id": "1", "state": "stored"})
	s.Intake.Answer(channels.Held)
	c.send(frame{"type": "message", "id": "2", "text": "つづき", "about": "somebody"})
	c.want(frame{"type": "ack", "id": "2", "state": "held"})
	s.Intake.Fail(channels.ErrUnavailable)
	c.send(frame{"type": "message", "id": "3", "text": "だめ"})
	c.want(frame{"type": "error", "id": "3", "code": "unavailable"})
	s.Intake.Fail(nil)
	c.send(frame{"type": "message", "id": "3", "text": "だめ"})
	c.want(frame{"type": "ack", "id": "3"})

	taken := s.Intake.Taken()
	if len(taken) != 3 || len(s.Intake.Repeated()) != 1 {
		t.Fatalf("%d taken, %d repeated", len(taken), len(s.Intake.Repeated()))
	}
	first := taken[0]
	if first.Text != text || first.Kind != "chat" || first.About != "friend" || first.CallMe != "そら" || first.Lang != "en" || first.First == nil {
		t.Errorf("the first message arrived as %q about %q from %q", first.Text, first.About, first.CallMe)
	}
	if taken[1].First != nil || taken[1].About != "" || !taken[1].From.Same(first.From) {
		t.Error("the second message is not what was sent")
	}
}

func TestOpeningGoesWithMessagesUntilOneIsDurable(t *testing.T) {
	s := open(t, nil)
	c := dial(t, s)
	w := c.hello(nil)
	s.Intake.Fail(channels.ErrUnavailable)
	c.send(frame{"type": "message", "id": "1", "text": "a"})
	c.want(frame{"code": "unavailable"})
	c = dial(t, s)
	w = c.hello(frame{"resume": w["resume"], "after": 0})
	if w["code"] != nil {
		t.Error("the code was obtainable again")
	}
	s.Intake.Fail(nil)
	c.send(frame{"type": "message", "id": "1", "text": "a"})
	c.want(frame{"type": "ack"})
	if m := s.Intake.Taken(); len(m) != 1 || m[0].First == nil {
		t.Error("the wall was not told how to reach the conversation")
	}
}

func TestOrderOfManyMessagesAtOnce(t *testing.T) {
	s := open(t, map[string]string{"CHAT_RATE": "off"})
	c := dial(t, s)
	c.hello(nil)
	release := s.Intake.Block()
	const n = 200
	for i := range n {
		c.send(frame{"type": "message", "id": fmt.Sprint(i), "text": fmt.Sprint("文", i)})
	}
	channelstest.Eventually(t, "the first is being stored", func() bool { return s.Intake.Attempts() == 1 })
	release()
	for i := range n {
		c.want(frame{"type": "ack", "id": fmt.Sprint(i)})
	}
	for i, m := range s.Intake.Taken() {
		if m.Text != fmt.Sprint("文", i) {
			t.Fatalf("message %d is %q", i, m.Text)
		}
	}
	if a := s.Intake.Attempts(); a > n/10 {
		t.Errorf("%d messages were stored one by one, in %d", n, a)
	}
}

func TestConsent(t *testing.T) {
	s := open(t, nil)
	c, _, who := begun(t, s)
	q := &channels.Question{ID: "begin", School: "みほん第一中学校", Level: "anonymous", Text: "学校が読む文"}
	s.Mailbox.Put(who, channels.Entry{Question: q})
	c.want(frame{"type": "consent", "seq": 1, "id": "begin", "school": q.School, "level": "anonymous", "text": q.Text})
	for _, answer := range []string{"later", "yes", "change", "no"} {
		c.send(frame{"type": "consent", "id": "begin", "answer": answer})
		c.want(frame{"type": "ack", "id": "begin", "state": "stored", "answer": answer})
	}
	ids := map[string]bool{}
	for _, m := range s.Intake.Taken() {
		ids[m.ID] = true
	}
	if len(ids) != 5 {
		t.Errorf("a message and four answers have %d ids", len(ids))
	}
	last := s.Intake.Taken()[4]
	if last.Answer == nil || *last.Answer != (channels.Answer{ID: "begin", Answer: "no"}) || last.Text != "" {
		t.Errorf("the answer arrived as %+v", last.Answer)
	}
}

func TestBye(t *testing.T) {
	s := open(t, nil)
	c, _, _ := begun(t, s)
	c.send(frame{"type": "bye", "erase": false})
	c.wantClose(websocket.CloseNormalClosure)
	if len(s.Intake.Taken()) != 1 {
		t.Error("leaving was stored")
	}
}

func TestErase(t *testing.T) {
	s := open(t, nil)
	c, w, who := begun(t, s)
	other := dial(t, s)
	w2 := other.hello(frame{"resume": w["resume"], "after": 0})
	s.Intake.Fail(channels.ErrUnavailable)
	c.send(frame{"type": "bye", "erase": true})
	c.want(frame{"type": "error", "code": "unavailable"})
	c.send(frame{"type": "message", "id": "more", "text": "まだ話せる"})
	c.want(frame{"type": "error", "id": "more", "code": "unavailable"})
	s.Intake.Fail(nil)
	c.send(frame{"type": "bye", "erase": true})
	c.wantClose(websocket.CloseNormalClosure)
	taken := s.Intake.Taken()
	if last := taken[len(taken)-1]; !last.Erase || !last.From.Same(who) {
		t.Error("the withdrawal was not stored")
	}
	other.want(frame{"type": "error", "code": "closed"})
	other.wantClose(websocket.CloseNormalClosure)
	for _, dead := range []frame{{"resume": w2["resume"]}, {"code": w["code"]}, {"code": w["digits"]}, {"code": "あさがお"}, {"link": "x"}, {"resume": "x"}} {
		c := dial(t, s)
		dead["type"] = "hello"
		c.send(dead)
		f := c.want(frame{"type": "error", "code": "unknown_code"})
		if f["message"] != "その合言葉では開けませんでした。" || len(f) != 4 {
			t.Errorf("the answer tells them apart: %v", f)
		}
		c.hello(nil) // the socket is kept
	}
}

func TestEraseOfWhatWasNeverWritten(t *testing.T) {
	s := open(t, nil)
	c := dial(t, s)
	c.hello(nil)
	c.send(frame{"type": "bye", "erase": true})
	c.wantClose(websocket.CloseNormalClosure)
	if s.Intake.Attempts() != 0 {
		t.Error("nothing was withdrawn and it was stored")
	}
}

func TestRate(t *testing.T) {
	s := open(t, map[string]string{"CHAT_RATE": "3/1h"})
	c := dial(t, s)
	w := c.hello(nil)
	for i := range 3 {
		c.send(frame{"type": "message", "id": fmt.Sprint(i), "text": "a"})
		c.want(frame{"type": "ack"})
	}
	c.send(frame{"type": "message", "id": "4", "text": "a"})
	f := c.want(frame{"type": "error", "id": "4", "code": "rate_limited"})
	if after, ok := f["retry_after"].(float64); !ok || after < 1 || after > 3600 {
		t.Errorf("retry_after is %v", f["retry_after"])
	}
	other := dial(t, s)
	other.hello(frame{"resume": w["resume"], "after": 0})
	other.send(frame{"type": "consent", "id": "q", "answer": "no"})
	other.want(frame{"type": "error", "code": "rate_limited"})
	for range 20 { // new conversations from the same address
		n := dial(t, s)
		n.hello(nil)
		n.send(frame{"type": "message", "id": "x", "text": "a"})
		n.want(frame{"type": "ack"})
	}
	c.send(frame{"type": "bye", "erase": true})
	c.wantClose(websocket.CloseNormalClosure)
}

func TestOrigin(t *testing.T) {
	s := open(t, nil)
	host := strings.TrimPrefix(s.URL, "http://")
	for origin, status := range map[string]int{
		"": 101, s.URL: 101, strings.ToUpper(s.URL): 101,
		"null": 403, "https://evil.example": 403, "http://" + host + ".evil.example": 403, "http://evil.example/" + host: 403,
		"http://" + host + "@evil.example": 403, "http://evil" + host: 403, "file://": 403, "http://127.0.0.1": 403, "*": 403,
		"ws://" + host: 403, s.URL + "/": 403, s.URL + " http://evil.example": 403,
	} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		conn, r, err := websocket.DefaultDialer.Dial("ws://"+host+"/chat/ws", header)
		if conn != nil {
			conn.Close()
		}
		if r == nil {
			t.Fatal(err)
		}
		if r.StatusCode != status {
			t.Errorf("origin %q: %d, want %d", origin, r.StatusCode, status)
		}
		headers(t, "upgrade for "+origin, r)
		if status == 403 && r.Header.Get("Content-Type") != "application/problem+json; charset=utf-8" {
			t.Errorf("origin %q is refused as %q", origin, r.Header.Get("Content-Type"))
		}
		r.Body.Close()
	}
}

func TestEndsWithGoingAway(t *testing.T) {
	s := open(t, nil)
	c, _, _ := begun(t, s)
	idle := dial(t, s)
	release := s.Intake.Block()
	c.send(frame{"type": "message", "id": "late", "text": "間に合う"})
	channelstest.Eventually(t, "it is being stored", func() bool { return s.Intake.Attempts() == 2 })
	stopped := make(chan error, 1)
	go func() { stopped <- s.Stop() }()
	idle.wantClose(websocket.CloseGoingAway)
	release()
	c.want(frame{"type": "ack", "id": "late"})
	c.wantClose(websocket.CloseGoingAway)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	channelstest.Eventually(t, "no goroutine of the door is left", func() bool {
		buf := make([]byte, 1<<20)
		return !strings.Contains(string(buf[:runtime.Stack(buf, true)]), "madoguchi/channels/chat.")
	})
	if n := s.Mailbox.Listeners(); n != 0 {
		t.Errorf("%d still listen", n)
	}
}

func TestLogHoldsNothing(t *testing.T) {
	s := open(t, nil)
	c, w, who := begun(t, s)
	say(s, who, "ひみつの返事")
	c.want(frame{"seq": 1})
	c.raw(websocket.TextMessage, []byte(`{"type":"ひみつの型"}`))
	c.want(frame{"code": "bad_frame"})
	r, err := http.Get(s.URL + "/chat/ひみつの道")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, r.Body)
	r.Body.Close()
	c.conn.Close()
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	_, id, _ := channels.OpenAddress(who)
	for _, secret := range []string{"ひみつ", "はじめまして", "begin", fmt.Sprint(w["resume"]), fmt.Sprint(w["digits"]), id, "127.0.0.1"} {
		if strings.Contains(s.Log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}
