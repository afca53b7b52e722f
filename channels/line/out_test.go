package line_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
	"madoguchi/channels/line"
)

// fresh is an address as it comes with a message of now.
func fresh(t *testing.T, s *channelstest.Site, id string, from int) channels.Address {
	t.Helper()
	b := body(t, event(channelstest.Inbound{ID: id, From: from, Text: "はい"}, false))
	if post(t, s, b, sign(secret, b)) != 200 {
		t.Fatal("not acknowledged")
	}
	all := s.Intake.Taken()
	return all[len(all)-1].From
}

func (p *provider) count(route string) int { return p.times("POST /v2/bot/message/" + route) }

// times counts how often something was asked.
func (p *provider) times(route string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.asked {
		if a == route {
			n++
		}
	}
	return n
}

func TestAFreshTokenFirstAndOnce(t *testing.T) {
	settings, p := open(t, nil)
	s := channelstest.Open(t, line.Kind, settings, nil)
	to := fresh(t, s, "m1", 1)
	for i, id := range []string{"a", "b"} {
		if _, err := s.Channel.Send(t.Context(), to, channelstest.Reply(id)); err != nil {
			t.Fatal(err)
		}
		if p.count("reply") != 1 || p.count("push") != i {
			t.Errorf("reply %s: %d replies, %d pushes", id, p.count("reply"), p.count("push"))
		}
	}
	kind, who, _ := channels.OpenAddress(to)
	old := fmt.Appendf(nil, `{"t":"reply-%s-old","at":%d}`, who, time.Now().Add(-time.Minute).UnixMilli())
	if _, err := s.Channel.Send(t.Context(), channels.NewAddress(kind, who, old), channelstest.Reply("c")); err != nil || p.count("reply") != 1 {
		t.Errorf("an old token was used: %v", err)
	}
}

// The answer of LINE is lost: it is asked again and the person is told once, by whichever way.
func TestALostAnswerTellsOnce(t *testing.T) {
	settings, p := open(t, nil)
	s := channelstest.Open(t, line.Kind, settings, nil)
	alive, _ := p.Address()
	for i, to := range []channels.Address{fresh(t, s, "m1", 1), alive} {
		p.set(func() { p.lose = 1 })
		r := channelstest.Reply(fmt.Sprint("lost", i))
		if _, err := s.Channel.Send(t.Context(), to, r); err == nil {
			t.Error("it cannot know")
		}
		for range 3 {
			if _, err := s.Channel.Send(t.Context(), to, r); err != nil {
				t.Error(err)
			}
		}
		if n := len(p.Delivered()); n != i+1 {
			t.Errorf("told %d times", n)
		}
	}
}

func TestFailuresThenOneDelivery(t *testing.T) {
	settings, p := open(t, nil)
	s := channelstest.Open(t, line.Kind, settings, nil)
	to := fresh(t, s, "m1", 1)
	for _, status := range []int{429, 500, 503} {
		p.set(func() { p.fail = status })
		_, err := s.Channel.Send(t.Context(), to, channelstest.Reply("x"))
		if final := (*channels.Undeliverable)(nil); err == nil || errors.As(err, &final) {
			t.Errorf("%d: %v", status, err)
		}
	}
	p.set(func() { p.fail = 0 })
	for range 2 {
		if _, err := s.Channel.Send(t.Context(), to, channelstest.Reply("x")); err != nil {
			t.Error(err)
		}
	}
	if n := len(p.Delivered()); n != 1 {
		t.Errorf("delivered %d times", n)
	}
}
