package chat

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/gorilla/websocket"
	"github.com/pires/go-proxyproto"

	"madoguchi/channels"
)

// news is what the mailbox calls when something has changed. It never blocks.
func (s *socket) news(ctx context.Context, c channels.Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mail, s.traced = s.mail || c.Mail, s.traced || c.Peer
	if c.Doing != "" {
		s.doing = c.Doing
	}
	if c.Wait != nil {
		s.wait = c.Wait
	}
	if s.fetching || s.deaf {
		return
	}
	s.fetching = true
	go s.guard(&s.fetching, func() { s.fetch(ctx) })
}

// tick is called now and then. What could not be fetched is tried again, and what has become another time is told.
func (s *socket) tick(ctx context.Context) {
	s.ping()
	next := s.door.next()
	s.mu.Lock()
	behind, later := s.behind, s.conv != nil && s.told.Next != next
	s.behind = false
	s.mu.Unlock()
	if behind || later {
		s.news(ctx, channels.Change{Mail: behind})
	}
}

// fetch sends what is new until nothing is. Only one runs at a time; who starts it has set fetching.
func (s *socket) fetch(ctx context.Context) {
	for c, more := s.change(true); more; c, more = s.change(false) {
		if t, ok := s.conv.(channels.Traceable); ok && c.Peer && t.Trace(ctx, s.peer) != nil {
			s.door.env.Log.Warn("a connection that was asked for could not be told", "channel", name)
		}
		if c.Mail {
			s.deliver(ctx)
		}
		s.tell(ctx, c.Doing, c.Wait)
	}
}

// change returns what has come together since it was called last. Where that is nothing the fetching has ended, but not before
// the first.
func (s *socket) change(first bool) (c channels.Change, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c = channels.Change{Mail: s.mail, Peer: s.traced, Doing: s.doing, Wait: s.wait}
	s.mail, s.traced, s.doing, s.wait = false, false, "", nil
	if !first && c == (channels.Change{}) {
		s.fetching = false
		s.idle.Broadcast()
		return c, false
	}
	return c, true
}

// unheard ends what a hello began that opened nothing.
func (s *socket) unheard() {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.stop()
	s.stop = nil
	s.fetching, s.mail, s.traced, s.doing, s.wait = false, false, false, "", nil
	s.idle.Broadcast()
}

// peer is where the connection comes from, as the socket itself says, or the proxy before it where the operator trusts that one:
// no header of a request has a word in it. Nothing else asks for it.
func (s *socket) peer() channels.Peer {
	conn := s.conn.NetConn()
	p := channels.Peer{At: time.Now().UTC()}
	if host, port, err := net.SplitHostPort(conn.RemoteAddr().String()); err == nil {
		p.Address, p.Port = host, port
	}
	if c, ok := conn.(*proxyproto.Conn); ok {
		h := c.ProxyHeader()
		p.Proxied = h != nil && !h.Command.IsLocal() && h.SourceAddr != nil
	}
	return p
}

// deliver sends what came after what was sent last.
func (s *socket) deliver(ctx context.Context) {
	s.mu.Lock()
	conv, last := s.conv, s.last
	s.mu.Unlock()
	entries, err := conv.Since(ctx, last)
	switch {
	case errors.Is(err, channels.ErrUnknown): // withdrawn elsewhere
		s.gone()
		return
	case err != nil:
		s.mu.Lock()
		s.behind = true // the next tick tries again
		s.mu.Unlock()
		return
	case len(entries) == 0:
		return
	}
	frames := make([]*frame, len(entries))
	for i, e := range entries {
		frames[i] = entry(e)
		last = e.Seq
		s.heard(ctx, e)
	}
	s.send(frames...)
	s.mu.Lock()
	s.last = last
	s.mu.Unlock()
	s.ping() // its answer shows that they arrived
}

// tell says what the desk is doing, what may be said of the wait and when somebody answers next, if that is new.
func (s *socket) tell(ctx context.Context, state string, wait *channels.Wait) {
	next := s.door.next()
	s.mu.Lock()
	was := s.told
	now := was
	now.Next = next
	if state != "" {
		now.doing(state)
	}
	if wait != nil {
		now.waits(*wait, s.door.env.Desk)
	}
	s.told = now
	s.mu.Unlock()
	if now == was {
		return
	}
	s.send(now.status())
	if now.Band == sorry && was.Band != sorry {
		s.door.count(ctx, "late")
	}
}

// gone ends the connection of a conversation that is no more. Whoever is just withdrawing it knows, and waits for the
// connection to close.
func (s *socket) gone() {
	s.mu.Lock()
	told := s.leaving
	s.mu.Unlock()
	if !told {
		s.send(refuse("", closed))
	}
	s.end(websocket.CloseNormalClosure)
}
