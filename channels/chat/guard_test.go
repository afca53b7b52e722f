package chat_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gorilla/websocket"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
	"madoguchi/channels/chat"
)

// trap is a house in which one place panics, once for each time that it is set.
type trap struct {
	place atomic.Pointer[string]
	channels.Intake
	channels.Mailbox
}

func (p *trap) set(place string) { p.place.Store(&place) }

func (p *trap) step(place string) {
	if set := p.place.Load(); set != nil && *set == place {
		p.place.Store(nil)
		panic("ひみつの言葉")
	}
}

func (p *trap) Take(ctx context.Context, m ...channels.Message) (channels.State, error) {
	p.step("take")
	return p.Intake.Take(ctx, m...)
}

func (p *trap) Begin(ctx context.Context) (channels.Conversation, error) {
	p.step("begin")
	c, err := p.Mailbox.Begin(ctx)
	return trapped{c, p}, err
}

type trapped struct {
	channels.Conversation
	trap *trap
}

func (c trapped) Doing(ctx context.Context) string {
	c.trap.step("doing")
	return c.Conversation.Doing(ctx)
}

func (c trapped) Since(ctx context.Context, after int64) ([]channels.Entry, error) {
	c.trap.step("since")
	return c.Conversation.Since(ctx, after)
}

func (c trapped) Read(ctx context.Context, seq int64) error {
	c.trap.step("read")
	return c.Conversation.Read(ctx, seq)
}

// Whatever panics for one child, it ends her connection and nothing else.
func TestAPanicEndsOneConnection(t *testing.T) {
	for place, act := range map[string]func(*testing.T, *channelstest.Site, *client, channels.Address){
		"begin": nil, "doing": nil,
		"take": func(_ *testing.T, _ *channelstest.Site, c *client, _ channels.Address) {
			c.send(frame{"type": "message", "id": "lost", "text": "ひみつの言葉"})
		},
		"since": func(_ *testing.T, s *channelstest.Site, _ *client, who channels.Address) { say(s, who, "返事") },
		"read": func(t *testing.T, s *channelstest.Site, c *client, who channels.Address) {
			say(s, who, "返事")
			c.want(frame{"type": "message", "seq": 1})
			c.send(frame{"type": "message", "id": "lost", "text": "ひみつの言葉"})
		},
	} {
		t.Run(place, func(t *testing.T) {
			p := &trap{}
			kind := chat.Kind
			kind.New = func(env channels.Env) (channels.Channel, error) {
				p.Intake, p.Mailbox = env.Intake, env.Mailbox
				env.Intake, env.Mailbox = p, p
				return chat.Kind.New(env)
			}
			s := channelstest.Open(t, kind, furnished(t, nil), harden)
			other, _, _ := begun(t, s)
			var c *client
			if act == nil {
				c = dial(t, s)
				p.set(place)
				c.send(frame{"type": "hello"})
			} else {
				var who channels.Address
				c, _, who = begun(t, s)
				p.set(place)
				act(t, s, c, who)
			}
			f, got := c.next()
			if place == "read" && f["type"] == "ack" { // words may be stored before it is noted what was seen
				f, got = c.next()
			}
			if got != websocket.CloseInternalServerErr {
				t.Fatalf("closed with %d (frame %v), want %d", got, f, websocket.CloseInternalServerErr)
			}
			other.send(frame{"type": "message", "id": "on", "text": "つづき"})
			other.want(frame{"type": "ack", "id": "on"})
			channelstest.Eventually(t, "only one listens", func() bool { return s.Mailbox.Listeners() == 1 })
			if err := s.Stop(); err != nil {
				t.Error(err)
			}
			if n := s.Panics.Counts()["chat"]; n != 1 {
				t.Errorf("%d panics are counted", n)
			}
			if log := s.Log.String(); strings.Contains(log, "ひみつ") || !strings.Contains(log, "(*trap).step:") {
				t.Errorf("the log says %s", log)
			}
		})
	}
}
