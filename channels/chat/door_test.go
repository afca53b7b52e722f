package chat_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
	"madoguchi/channels/chat"
)

func TestDoor(t *testing.T) {
	channelstest.Run(t, channelstest.Fixture{Kind: chat.Kind, Name: "chat", NoSend: true,
		Open: func(t *testing.T) (map[string]string, channelstest.Provider) {
			return furnished(t, nil), &seekers{open: map[int]*client{}}
		}})
}

// seekers are the people of the suite, each in a conversation of her own.
type seekers struct {
	mu   sync.Mutex
	open map[int]*client
}

func (p *seekers) Deliver(t *testing.T, s *channelstest.Site, m channelstest.Inbound) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.open[m.From]
	if c == nil {
		c = dial(t, s)
		c.hello(nil)
		p.open[m.From] = c
	}
	c.send(frame{"type": "message", "id": m.ID, "text": m.Text})
	f, _ := c.next()
	return f["type"] == "ack"
}

// Forge answers in somebody else's conversation, with a token that was never given.
func (p *seekers) Forge(t *testing.T, s *channelstest.Site, m channelstest.Inbound) bool {
	f, _ := post(t, s, "Resume forged", frame{"type": "message", "id": m.ID, "text": m.Text})
	return f["type"] == "ack"
}

func (p *seekers) Delivered() []channelstest.Outbound { return nil }

func (p *seekers) Address() (alive, dead channels.Address) { return }

func TestSendIsTheMailboxs(t *testing.T) {
	s := open(t, nil)
	_, _, who := begun(t, s)
	for range 2 {
		if sent, err := s.Channel.Send(t.Context(), who, channelstest.Reply("one")); err != nil || sent.Status != "sent" {
			t.Errorf("%v %v", sent, err)
		}
	}
	_, err := s.Channel.Send(t.Context(), channels.NewAddress("line", "U1", nil), channelstest.Reply("one"))
	if _, ok := err.(*channels.Undeliverable); !ok {
		t.Errorf("an address of another door: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Channel.Send(ctx, who, channelstest.Reply("one")); err == nil {
		t.Error("a send whose context had ended succeeded")
	}
}

func TestSettings(t *testing.T) {
	for value, good := range map[string]bool{
		"off": true, "60/1m": true, "1/1s": true, "1000000/1h": true,
		"": false, "60": false, "0/1m": false, "-1/1m": false, "60/0s": false, "60/minute": false, "60/-1m": false, "off/1m": false, "9999999999/1ns": true,
	} {
		set := furnished(t, map[string]string{"CHAT_RATE": value})
		_, err := chat.Kind.New(channels.Env{Setting: func(name string) string { return set[name] }, Desk: channelstest.NewDesk(), Now: time.Now})
		if (err == nil) != good {
			t.Errorf("%q: %v", value, err)
		}
		if err != nil && !strings.Contains(err.Error(), "CHAT_RATE") {
			t.Errorf("%q: the error is %q", value, err)
		}
	}
	for _, setting := range chat.Kind.Settings {
		if setting.Name == "CHAT_RATE" && setting.Default != "60/1m" {
			t.Error(fmt.Sprint("the default is ", setting.Default))
		}
	}
}
