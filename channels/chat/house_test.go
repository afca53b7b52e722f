package chat_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
	"madoguchi/channels/chat"
)

// frame is a frame as the outside sees it.
type frame map[string]any

func open(t *testing.T, settings map[string]string) *channelstest.Site {
	t.Helper()
	return channelstest.Open(t, chat.Kind, furnished(t, settings), harden)
}

// furnished are settings with a folder for pictures that are on their way.
func furnished(t *testing.T, settings map[string]string) map[string]string {
	t.Helper()
	all := map[string]string{"CHAT_UPLOADS": t.TempDir()}
	maps.Copy(all, settings)
	return all
}

func harden(next http.Handler) http.Handler { return chat.Harden(next, "https://desk.example") }

func now() time.Time { return time.Now() }

func quietLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

// client is a seeker's end of a WebSocket.
type client struct {
	t    *testing.T
	conn *websocket.Conn
}

func dial(t *testing.T, s *channelstest.Site) *client {
	t.Helper()
	d := websocket.Dialer{Subprotocols: []string{"madoguchi.chat.v1"}}
	conn, response, err := d.Dial("ws"+strings.TrimPrefix(s.URL, "http")+"/chat/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if conn.Subprotocol() != "madoguchi.chat.v1" {
		t.Fatalf("the subprotocol is %q", conn.Subprotocol())
	}
	c := &client{t, conn}
	t.Cleanup(func() {
		if c.conn != nil {
			c.conn.Close()
		}
	})
	return c
}

func (c *client) send(f frame) {
	c.t.Helper()
	b, err := json.Marshal(f)
	if err != nil {
		c.t.Fatal(err)
	}
	c.raw(websocket.TextMessage, b)
}

func (c *client) raw(kind int, b []byte) {
	c.t.Helper()
	if err := c.conn.WriteMessage(kind, b); err != nil {
		c.t.Fatal(err)
	}
}

// next returns the next frame that is not a status, or nil and the close code.
func (c *client) next() (frame, int) {
	c.t.Helper()
	for {
		f, code := c.any()
		if f == nil || f["type"] != "status" {
			return f, code
		}
	}
}

func (c *client) any() (frame, int) {
	c.t.Helper()
	if err := c.conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		c.t.Fatal(err)
	}
	_, b, err := c.conn.ReadMessage()
	if err != nil {
		if e := (*websocket.CloseError)(nil); errors.As(err, &e) {
			return nil, e.Code
		}
		c.t.Fatal(err)
	}
	var f frame
	if err := json.Unmarshal(b, &f); err != nil {
		c.t.Fatal(err)
	}
	return f, 0
}

// want fails unless the next frame has these fields.
func (c *client) want(fields frame) frame {
	c.t.Helper()
	f, code := c.next()
	if f == nil {
		c.t.Fatalf("closed with %d, want %v", code, fields)
	}
	same(c.t, f, fields)
	return f
}

func (c *client) wantClose(code int) {
	c.t.Helper()
	if f, got := c.next(); got != code {
		c.t.Fatalf("closed with %d (frame %v), want %d", got, f, code)
	}
}

func same(t *testing.T, got, want frame) {
	t.Helper()
	for k, v := range want {
		if n, ok := v.(int); ok {
			v = float64(n)
		}
		if got[k] != v {
			t.Fatalf("%s is %v, want %v in %v", k, got[k], v, got)
		}
	}
}

// hello begins or opens a conversation and returns the welcome.
func (c *client) hello(f frame) frame {
	c.t.Helper()
	if f == nil {
		f = frame{}
	}
	f["type"] = "hello"
	c.send(f)
	return c.want(frame{"type": "welcome"})
}

// begun is a conversation in which one message was taken.
func begun(t *testing.T, s *channelstest.Site) (*client, frame, channels.Address) {
	t.Helper()
	c := dial(t, s)
	w := c.hello(nil)
	c.send(frame{"type": "message", "id": "begin", "text": "はじめまして"})
	c.want(frame{"type": "ack", "id": "begin", "state": "stored"})
	taken := s.Intake.Taken()
	return c, w, taken[len(taken)-1].From
}

func say(s *channelstest.Site, to channels.Address, text string) {
	s.Mailbox.Put(to, channels.Entry{Text: text})
}
