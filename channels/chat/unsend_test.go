package chat_test

import (
	"fmt"
	"testing"

	"madoguchi/channels"
)

func TestTakingBack(t *testing.T) {
	s := open(t, nil)
	c, w, who := begun(t, s)
	for range 2 {
		c.send(frame{"type": "unsend", "id": "begin"})
		c.want(frame{"type": "ack", "id": "begin", "state": "stored", "unsent": true, "open": nil})
	}
	s.Intake.Answer(channels.Held)
	c.send(frame{"type": "unsend", "id": "never-sent"}) // nothing to hide, and nothing is told by it
	c.want(frame{"type": "ack", "id": "never-sent", "state": "held", "unsent": true})
	s.Intake.Answer(channels.Stored)
	s.Intake.Fail(channels.ErrUnavailable)
	c.send(frame{"type": "unsend", "id": "x"})
	c.want(frame{"type": "error", "id": "x", "code": "unavailable"})
	s.Intake.Fail(nil)
	for _, bad := range []frame{{"type": "unsend"}, {"type": "unsend", "id": ""}} {
		c.send(bad)
		c.want(frame{"type": "error", "code": "bad_frame"})
	}
	resume := "Resume " + fmt.Sprint(w["resume"])
	wantPost(t, s, resume, frame{"type": "unsend", "id": "by-request"}, 200, frame{"type": "ack", "id": "by-request", "state": "stored", "unsent": true})
	wantPost(t, s, "Resume x", frame{"type": "unsend", "id": "begin"}, 401, frame{"code": "unknown_code"})
	taken := s.Intake.Taken()
	if len(taken) != 4 || len(s.Intake.Repeated()) != 1 {
		t.Fatalf("%d taken, %d repeated", len(taken), len(s.Intake.Repeated()))
	}
	for i, want := range []string{"begin", "never-sent", "by-request"} {
		if m := taken[i+1]; m.Unsend != "m:"+want || m.ID == m.Unsend || m.Text != "" || !m.From.Same(who) {
			t.Errorf("%d: %q takes back %q", i, m.ID, m.Unsend)
		}
	}
	if taken[0].ID != taken[1].Unsend {
		t.Error("it names another message")
	}
}

// Who takes back before anything was taken keeps her code: what the wall must know goes with the first words.
func TestTakingBackIsNotTheFirstMessage(t *testing.T) {
	s := open(t, nil)
	c := dial(t, s)
	c.hello(nil)
	c.send(frame{"type": "unsend", "id": "1"})
	c.want(frame{"type": "ack", "id": "1", "unsent": true})
	c.send(frame{"type": "message", "id": "1", "text": "はじめまして"})
	c.want(frame{"type": "ack", "id": "1", "unsent": nil})
	if m := s.Intake.Taken(); len(m) != 2 || m[1].First == nil {
		t.Error("what makes the code work was not sent")
	}
}
