package chat

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/channels"
)

// Times of a connection, on the machine's clock.
const (
	silence = 75 * time.Second // after which a peer that answers no ping is gone
	writing = 10 * time.Second // for one frame
	pinging = 200 * time.Millisecond
	parting = time.Second // for the peer to read the close frame
)

// tellings is the time between two looks at the desk's hours, on the desk's clock.
const tellings = time.Minute

// waiting is how many frames of one connection may wait to be stored before no more are read.
const waiting = 64

var upgrader = websocket.Upgrader{
	Subprotocols:    []string{"madoguchi.chat.v1"},
	ReadBufferSize:  256,
	WriteBufferSize: 1024,
	WriteBufferPool: &sync.Pool{},
	CheckOrigin:     func(*http.Request) bool { return true }, // judged before
	Error: func(w http.ResponseWriter, _ *http.Request, status int, _ error) {
		problem(w, status, "bad_request")
	},
}

// socket is one connection. Its reader owns it: what the reader starts has ended before the reader ends.
type socket struct {
	door *door
	conn *websocket.Conn

	write sync.Mutex // one frame at a time

	mu       sync.Mutex
	idle     sync.Cond             // of mu: taking or fetching ended, or the queue is shorter
	conv     channels.Conversation // nil before the welcome
	stop     func()                // stops listening
	begun    bool                  // here, and nothing of it is durable yet
	leaving  bool                  // a withdrawal is under way here
	kept     bool                  // something of it is durable: what the wall must keep of it has arrived
	lang     string                // what its hello said
	queue    []*frame              // to be stored
	taking   bool
	fetching bool
	deaf     bool   // no news is wanted any more
	mail     bool   // there may be mail
	traced   bool   // who may asks where this connection comes from
	behind   bool   // mail could not be fetched
	doing    string // to be told
	wait     *channels.Wait
	told     told  // what was said last
	visit    visit // for the tally
	last     int64 // seq up to which was sent
	shown    int64 // seq up to which is known to be shown
	ending   int   // close code, or 0
	broken   bool  // a part of it has panicked
	hours    time.Time
	open     bool
}

func (d *door) socket(w http.ResponseWriter, r *http.Request) {
	if !d.ours(r) {
		problem(w, http.StatusForbidden, "forbidden_origin")
		return
	}
	header := w.Header().Clone()
	conn, err := upgrader.Upgrade(w, r, header)
	if err != nil {
		return // answered
	}
	s := &socket{door: d, conn: conn}
	s.idle.L = &s.mu
	if !d.open.add(s, &d.work) {
		s.part(websocket.CloseGoingAway)
		return
	}
	go s.serve() // the server's own goroutine and buffers end here
}

// serve owns the connection until it ends.
func (s *socket) serve() {
	defer s.door.work.Done()
	defer s.door.open.remove(s)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.guard(nil, func() { s.read(ctx) })
	s.guard(nil, s.settle)
	s.guard(nil, func() { s.counted(ctx) })
	s.part(s.closing())
}

// read reads until the connection ends.
func (s *socket) read(ctx context.Context) {
	s.conn.SetReadLimit(maxFrame)
	s.conn.SetPongHandler(func(string) error {
		s.alive(ctx)
		return nil
	})
	s.alive(ctx)
	for s.more() {
		kind, b, err := s.conn.ReadMessage()
		if err != nil {
			if errors.Is(err, websocket.ErrReadLimit) {
				s.end(websocket.CloseMessageTooBig)
			}
			s.left(websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway))
			break
		}
		s.alive(ctx)
		f, bad := parseFrame(b)
		if kind != websocket.TextMessage {
			bad = refuse("", badFrame)
		}
		if bad != nil {
			s.send(bad)
			continue
		}
		s.receive(ctx, f)
	}
}

// alive notes a sign of life: what was sent before it has been shown.
func (s *socket) alive(ctx context.Context) {
	_ = s.conn.SetReadDeadline(time.Now().Add(silence)) // a broken connection shows at the next read
	s.mu.Lock()
	if s.ending != 0 {
		_ = s.conn.SetReadDeadline(time.Now())
	}
	conv, last, shown := s.conv, s.last, s.shown
	s.shown = last
	s.mu.Unlock()
	if conv != nil && last > shown && conv.Read(ctx, last) != nil {
		s.mu.Lock()
		s.shown = shown
		s.mu.Unlock()
	}
}

func (s *socket) more() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ending == 0
}

// receive does what a frame asks for.
func (s *socket) receive(ctx context.Context, f *frame) {
	s.mu.Lock()
	conv := s.conv
	if f.Type == "hello" && conv == nil {
		s.lang = f.Lang
	}
	f.Lang = cmp.Or(f.Lang, s.lang)
	s.mu.Unlock()
	switch {
	case f.Type == "hello" && conv == nil:
		s.guard(&s.fetching, func() { s.hello(ctx, f) })
		return
	case f.Type == "hello" || conv == nil:
		s.send(refuse("", badFrame))
		return
	}
	if f.Type != "bye" {
		if slow := s.door.rates.limit(conv.Address(), f.ID); slow != nil {
			s.send(slow)
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.queue) >= waiting {
		s.idle.Wait()
	}
	if s.broken {
		return // what came before it is lost, and both come again
	}
	s.queue = append(s.queue, f)
	if !s.taking {
		s.taking = true
		go s.guard(&s.taking, func() { s.take(ctx) })
	}
	for f.Type == "bye" && s.taking { // what comes after it depends on it
		s.idle.Wait()
	}
}

// hello opens the conversation and shows what the desk has said.
func (s *socket) hello(ctx context.Context, f *frame) {
	conv, how, err := s.door.begin(ctx, f)
	if err != nil {
		s.send(failure("", err))
		return
	}
	s.mu.Lock()
	s.fetching = true // so that news that comes meanwhile waits
	s.mu.Unlock()
	stop := conv.Listen(func(c channels.Change) { s.news(ctx, c) })
	s.mu.Lock()
	s.stop = stop
	s.mu.Unlock()
	var entries []channels.Entry
	var last int64
	if how != "" {
		if entries, last, err = replay(ctx, conv, f.After); errors.Is(err, channels.ErrUnknown) {
			s.unheard()
			s.send(failure("", err))
			return
		}
		if err != nil && f.After != nil { // it is fetched from there once the mailbox can be read
			last = *f.After
		}
	}
	now := s.door.now(conv.Doing(ctx), conv.Wait(ctx))
	welcome := s.door.welcome(ctx, conv, how, last)
	frames := []*frame{welcome}
	for _, e := range entries {
		frames = append(frames, entry(e))
	}
	s.mu.Lock()
	s.conv, s.begun, s.told, s.behind = conv, how == "", now, err != nil
	s.visit = visit{fresh: how == "", open: *welcome.Open}
	s.mu.Unlock()
	s.send(append(frames, now.status())...)
	s.mu.Lock()
	s.last = last
	if f.After != nil {
		s.shown = min(*f.After, last)
	}
	s.mu.Unlock()
	if len(entries) > 0 {
		s.ping()
	}
	s.guard(&s.fetching, func() { s.fetch(ctx) })
}

// replay returns what to show to somebody who comes back, and the desk's last seq. What a seeker says she has seen is
// marked so.
func replay(ctx context.Context, conv channels.Conversation, after *int64) (entries []channels.Entry, last int64, err error) {
	entries, err = conv.Unread(ctx)
	if len(entries) > 0 {
		last = entries[len(entries)-1].Seq
	}
	if err != nil || after == nil {
		return entries, last, err
	}
	if seen := min(*after, last); seen > 0 {
		if err := conv.Read(ctx, seen); err != nil {
			return nil, last, err
		}
	}
	entries, err = conv.Since(ctx, min(*after, last))
	if len(entries) > 0 {
		last = max(last, entries[len(entries)-1].Seq)
	}
	return entries, last, err
}

// send writes frames. A peer that cannot be written to is gone, which the reader sees.
func (s *socket) send(frames ...*frame) {
	s.write.Lock()
	defer s.write.Unlock()
	for _, f := range frames {
		if s.conn.SetWriteDeadline(time.Now().Add(writing)) != nil || s.conn.WriteMessage(websocket.TextMessage, f.bytes()) != nil {
			_ = s.conn.NetConn().Close()
			return
		}
	}
}

func (s *socket) ping() {
	_ = s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(pinging)) // silence tells
}

// end makes the reader end, and the connection close with the code.
func (s *socket) end(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ending == 0 {
		s.ending = code
	}
	_ = s.conn.SetReadDeadline(time.Now())
}

func (s *socket) closing() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ending
}

// settle waits for what the reader has started, and lets nothing new begin.
func (s *socket) settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deaf = true
	if s.stop != nil {
		defer s.stop()
	}
	for s.taking || s.fetching {
		s.idle.Wait()
	}
}

// part says why the connection closes, gives the peer a moment to read it, and closes.
func (s *socket) part(code int) {
	raw := s.conn.NetConn()
	defer raw.Close()
	if code == 0 || s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(parting)) != nil && code != websocket.CloseMessageTooBig {
		return
	}
	if tcp, ok := raw.(*net.TCPConn); ok && tcp.CloseWrite() != nil {
		return
	}
	if raw.SetReadDeadline(time.Now().Add(parting)) == nil {
		_, _ = io.CopyN(io.Discard, raw, 1<<20) // else a reset could overtake the close frame
	}
}
