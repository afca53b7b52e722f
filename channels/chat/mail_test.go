package chat_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
)

func TestResume(t *testing.T) {
	s := open(t, nil)
	c, w, who := begun(t, s)
	for i := range 3 {
		say(s, who, fmt.Sprint("返事", i+1))
		c.want(frame{"type": "message", "seq": i + 1, "from": "counselor", "text": fmt.Sprint("返事", i+1)})
	}
	c.conn.Close()
	c = dial(t, s)
	w2 := c.hello(frame{"resume": w["resume"], "after": 1})
	same(t, w2, frame{"seq": 3, "code": nil, "digits": nil})
	c.want(frame{"type": "message", "seq": 2})
	c.want(frame{"type": "message", "seq": 3})
	if w2["resume"] == w["resume"] || w2["resume"] == nil {
		t.Error("a welcome gives a new token")
	}
	c = dial(t, s)
	c.hello(frame{"resume": w2["resume"], "after": 9})
	say(s, who, "返事4")
	c.want(frame{"type": "message", "seq": 4})
	c = dial(t, s)
	c.send(frame{"type": "hello", "resume": w["resume"]})
	c.want(frame{"type": "error", "code": "unknown_code"})
}

func TestCodeShowsTheUnreadAndTheLast(t *testing.T) {
	s := open(t, nil)
	c, w, who := begun(t, s)
	say(s, who, "一")
	c.want(frame{"seq": 1})
	channelstest.Eventually(t, "what the seeker saw is marked once she shows a sign of life", func() bool {
		c.send(frame{"type": "message", "id": "alive", "text": "います"})
		c.want(frame{"type": "ack"})
		return s.Mailbox.ReadUpTo(who) == 1
	})
	c.send(frame{"type": "bye"}) // and not only cut: no sign of life that is on its way may mark what comes now
	c.wantClose(websocket.CloseNormalClosure)
	say(s, who, "二")
	say(s, who, "三")
	for _, code := range []any{w["code"], w["digits"]} {
		c = dial(t, s)
		same(t, c.hello(frame{"code": code}), frame{"seq": 3, "code": nil})
		c.want(frame{"type": "message", "text": "二"})
		c.want(frame{"type": "message", "text": "三"})
		c.conn.Close() // before it showed a sign of life: it stays unread
	}
	c = dial(t, s)
	c.hello(frame{"code": strings.ReplaceAll(fmt.Sprint(w["code"]), "あさがお", "アサガオ　")})
	c.want(frame{"text": "二"})
	c.want(frame{"text": "三"})
	channelstest.Eventually(t, "both are marked", func() bool {
		c.send(frame{"type": "message", "id": "next", "text": "読みました"})
		c.want(frame{"type": "ack", "id": "next"})
		return s.Mailbox.ReadUpTo(who) == 3
	})
	c = dial(t, s)
	c.hello(frame{"code": w["code"]})
	c.want(frame{"text": "三"})
	c.send(frame{"type": "bye"})
	c.wantClose(websocket.CloseNormalClosure)
}

func TestLink(t *testing.T) {
	s := open(t, nil)
	_, _, who := begun(t, s)
	say(s, who, "返事")
	token := s.Mailbox.Link(who)
	c := dial(t, s)
	same(t, c.hello(frame{"link": token}), frame{"seq": 1, "code": nil})
	c.want(frame{"type": "message", "seq": 1})
	c.send(frame{"type": "message", "id": "l", "text": "リンクから"})
	c.want(frame{"type": "ack", "id": "l"})
	c = dial(t, s)
	c.send(frame{"type": "hello", "link": token})
	c.want(frame{"type": "error", "code": "unknown_code"})
}

func TestHelloWhenTheHouseIsBusyOrAway(t *testing.T) {
	s := open(t, nil)
	_, w, _ := begun(t, s)
	c := dial(t, s)
	s.Mailbox.Fail(channels.ErrBusy)
	c.send(frame{"type": "hello", "code": w["code"]})
	if f := c.want(frame{"type": "error", "code": "rate_limited"}); f["retry_after"] == nil {
		t.Error("it does not say how long to wait")
	}
	s.Mailbox.Fail(channels.ErrUnavailable)
	c.send(frame{"type": "hello", "code": w["code"]})
	c.want(frame{"type": "error", "code": "unavailable"})
	c.hello(nil) // a new conversation needs nothing
	c.send(frame{"type": "message", "id": "x", "text": "a"})
	c.want(frame{"type": "ack"})
	s.Mailbox.Fail(nil)
}

func TestResumeWhileTheMailboxCannotBeRead(t *testing.T) {
	s := open(t, nil)
	c, w, who := begun(t, s)
	say(s, who, "一")
	c.want(frame{"seq": 1})
	say(s, who, "二")
	s.Mailbox.Away()
	s.Intake.Answer(channels.Held)
	c = dial(t, s)
	c.hello(frame{"resume": w["resume"], "after": 1})
	c.send(frame{"type": "message", "id": "h", "text": "あずけます"})
	c.want(frame{"type": "ack", "id": "h", "state": "held"})
	s.Mailbox.Fail(nil)
	s.Mailbox.SetDoing(who, "reading")
	say(s, who, "三") // any news wakes it
	c.want(frame{"type": "message", "seq": 2})
	c.want(frame{"type": "message", "seq": 3})
}

func TestStatus(t *testing.T) {
	s := open(t, nil)
	c, _, who := begun(t, s)
	sizes := map[int]bool{}
	for _, state := range []string{"reading", "writing", "waiting"} {
		s.Mailbox.SetDoing(who, state)
		_, b, err := c.conn.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if want := `{"type":"status","state":"` + state + `","band":"quiet","care":"quiet","next":"11月24日〔火〕の夕方5時ごろ","pad":"0`; !strings.HasPrefix(string(b), want) {
			t.Fatalf("got %s, want %s", b, want)
		}
		sizes[len(b)] = true
	}
	for _, w := range []channels.Wait{{Band: "20min"}, {Band: "05min", Care: "alarm"}, {Band: "today", Care: "paged"}, {Band: "sorry", Care: "night"}, {Band: "later"}, {}} {
		s.Mailbox.SetWait(who, w)
		_, b, err := c.conn.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		want := `{"type":"status","state":"waiting","band":"` + cmp.Or(w.Band, "quiet") + `","care":"` + cmp.Or(w.Care, "quiet") + `","next":"11月24日〔火〕の夕方5時ごろ","pad":"0`
		if !strings.HasPrefix(string(b), want) {
			t.Fatalf("got %s, want %s", b, want)
		}
		sizes[len(b)] = true
	}
	if len(sizes) != 1 {
		t.Error("the frames tell their state by their size")
	}
	s.Mailbox.SetDoing(who, "waiting") // already said
	s.Mailbox.SetDoing(who, "reading")
	if f, _ := c.any(); f["state"] != "reading" {
		t.Errorf("got %v", f)
	}
}

// A page that stays open is told when the next opening has become another, without any other news.
func TestTheNextOpeningIsToldWhenItIsAnother(t *testing.T) {
	s := open(t, nil)
	for range 3 { // connections take turns
		dial(t, s).hello(nil)
	}
	c, _, _ := begun(t, s)
	const later = "11月25日〔水〕の夕方5時ごろ"
	s.Desk.SetText("wait.next", later)
	if err := c.conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	want := `{"type":"status","state":"waiting","band":"quiet","care":"quiet","next":"` + later + `","pad":"0`
	for {
		_, b, err := c.conn.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(string(b), want) {
			return
		}
	}
}

func TestSeveralSockets(t *testing.T) {
	s := open(t, nil)
	c, w, who := begun(t, s)
	other := dial(t, s)
	other.hello(frame{"resume": w["resume"], "after": 0})
	say(s, who, "返事")
	c.want(frame{"seq": 1})
	other.want(frame{"seq": 1})
	other.send(frame{"type": "message", "id": "o", "text": "こちらから"})
	other.want(frame{"type": "ack", "id": "o"})
	s.Mailbox.Put(who, channels.Entry{From: "desk", Text: "窓口から"})
	c.want(frame{"seq": 2, "from": "desk"})
}
