package line_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
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

// Whoever sends dies after LINE has taken it, and before that is noted: the next one asks with the same key, and is told.
func TestWhoSendsDies(t *testing.T) {
	settings, p := open(t, nil)
	alive, _ := p.Address()
	r := channelstest.Reply("died")
	p.set(func() { p.lose = 1 })
	for i := range 3 {
		s := channelstest.Open(t, line.Kind, settings, nil)
		if _, err := s.Channel.Send(t.Context(), alive, r); (err == nil) == (i == 0) {
			t.Errorf("process %d: %v", i, err)
		}
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(p.Delivered()); n != 1 || p.count("push") != 3 {
		t.Errorf("told %d times by %d pushes", n, p.count("push"))
	}
}

// Many replies at once, some of them again and again: each reaches the one whom it is for, once.
func TestRepliesReachWhomTheyAreFor(t *testing.T) {
	settings, p := open(t, nil)
	s := channelstest.Open(t, line.Kind, settings, nil)
	p.set(func() { p.lose = 20 })
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			r := channelstest.Reply("x")
			r.ID, r.Link = fmt.Sprintf("6f1c2f0a-0000-5000-8000-%012x", i), fmt.Sprint("https://desk.example/#k=for", i, ".")
			for tries := 0; tries < 30; tries++ {
				if _, err := s.Channel.Send(t.Context(), channels.NewAddress("line", user(i), nil), r); err == nil {
					return
				}
			}
			t.Errorf("reply %d was never sent", i)
		})
	}
	all.Wait()
	if n := len(p.Delivered()); n != 100 {
		t.Errorf("%d were delivered", n)
	}
	for _, o := range p.Delivered() {
		var i int
		if _, err := fmt.Sscanf(o.To, "U%x", &i); err != nil || !strings.Contains(o.Text, fmt.Sprint("for", i, ".")) {
			t.Errorf("%s was told %q", o.To, o.Text)
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
