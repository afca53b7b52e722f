package chat

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"madoguchi/channels"
)

// statuses of error frames over HTTP.
var statuses = map[string]int{
	badFrame: http.StatusBadRequest, empty: http.StatusBadRequest, tooLong: http.StatusBadRequest, closed: http.StatusUnauthorized,
	unknownCode: http.StatusUnauthorized, rateLimited: http.StatusTooManyRequests, unavailable: http.StatusServiceUnavailable,
	unknownFile: http.StatusNotFound, wrongOffset: http.StatusConflict, noPicture: http.StatusUnsupportedMediaType,
	badPIN: http.StatusBadRequest, unknownPIN: http.StatusForbidden, slowPIN: http.StatusTooManyRequests,
	tooLarge: http.StatusRequestEntityTooLarge, noRoom: http.StatusInsufficientStorage,
}

// answer writes one frame.
func answer(w http.ResponseWriter, f *frame) {
	status := http.StatusOK
	if f.Type == "error" {
		status = statuses[f.Code]
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Resume, Code")
	}
	if f.Type == "bye" { // not cookies: they would be those of every page of the city
		w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(f.bytes()) // nobody is left to be told
}

// post takes one frame and answers with one.
func (d *door) post(w http.ResponseWriter, r *http.Request) {
	if !d.ours(r) {
		problem(w, http.StatusForbidden, "forbidden_origin")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFrame))
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		_, _ = w.Write(refuse("", tooLong).bytes())
		return
	} else if err != nil {
		answer(w, refuse("", badFrame))
		return
	}
	f, bad := parseFrame(body)
	if bad != nil {
		answer(w, bad)
		return
	}
	answer(w, d.one(r, f))
}

// one does what a single frame asks for.
func (d *door) one(r *http.Request, f *frame) *frame {
	ctx := r.Context()
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	secret = strings.TrimSpace(secret)
	from := &frame{}
	switch {
	case strings.EqualFold(scheme, "Resume"):
		from.Resume = secret
	case strings.EqualFold(scheme, "Code"):
		from.Code = secret
	}
	if f.Type == "hello" {
		if f.Resume == "" && f.Link == "" && f.Code == "" {
			f.Resume, f.Code = from.Resume, from.Code
		}
		conv, how, err := d.begin(ctx, f)
		if err != nil {
			return failure("", err)
		}
		return d.greet(ctx, conv, how)
	}
	if from.Resume == "" && from.Code == "" {
		return refuse(f.ID, unknownCode)
	}
	conv, _, err := d.begin(ctx, from)
	if err != nil {
		return failure(f.ID, err)
	}
	return d.say(ctx, conv, f)
}

// greet answers a hello; what the desk said comes by events.
func (d *door) greet(ctx context.Context, conv channels.Conversation, how channels.SecretKind) *frame {
	var last int64
	if how != "" {
		_, seq, err := replay(ctx, conv, nil)
		if errors.Is(err, channels.ErrUnknown) {
			return failure("", err)
		}
		last = seq
	}
	return d.welcome(ctx, conv, how, last)
}

// say takes what somebody wrote in an open conversation.
func (d *door) say(ctx context.Context, conv channels.Conversation, f *frame) *frame {
	if f.Type == "bye" && !f.erases() {
		if f.Left != "" {
			d.count(ctx, f.Left)
		}
		return f
	}
	if f.Type != "bye" {
		if slow := d.rates.limit(conv.Address(), f.ID); slow != nil {
			return slow
		}
	}
	if f.private() {
		frames := d.ownFrame(ctx, conv, f)
		return frames[len(frames)-1] // a request has one answer: the newest words
	}
	if bad := d.attach(conv, f); bad != nil {
		return bad
	}
	state, err := d.take(ctx, f.message(conv, d.env.Now(), conv.Opening()))
	if err != nil {
		return refuse(f.ID, unavailable)
	}
	if f.Type == "bye" {
		if conv.Close(ctx) != nil {
			d.env.Log.Debug("a conversation is closed by the wall alone", "channel", name)
		}
		d.open.withdrawn(nil, conv.Address())
		d.uploads.forget(conv.Address())
		return f
	}
	ack := f.acknowledge(state)
	d.remember(ctx, conv, []*frame{f})
	if f.Type == "unsend" {
		return ack
	}
	ack.hours(d.env.Desk, d.env.Desk.Hours(name, d.env.Now()), true)
	return ack
}

// events streams what the desk says, to a fetch that carries the resume token or the code.
func (d *door) events(w http.ResponseWriter, r *http.Request) {
	if !d.ours(r) {
		problem(w, http.StatusForbidden, "forbidden_origin")
		return
	}
	var after int64
	if q := r.URL.Query().Get("after"); q != "" {
		n, err := strconv.ParseInt(q, 10, 64)
		if err != nil || n < 0 {
			answer(w, refuse("", badFrame))
			return
		}
		after = n
	}
	hello := &frame{Type: "hello"}
	switch scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " "); {
	case strings.EqualFold(scheme, "Resume"):
		hello.Resume = strings.TrimSpace(secret)
	case strings.EqualFold(scheme, "Code"):
		hello.Code = strings.TrimSpace(secret)
	}
	if hello.Resume == "" && hello.Code == "" {
		answer(w, refuse("", unknownCode))
		return
	}
	conv, _, err := d.begin(r.Context(), hello)
	if err != nil {
		answer(w, failure("", err))
		return
	}
	s := &stream{door: d, conv: conv, w: w, control: http.NewResponseController(w), last: after, wake: make(chan struct{}, 1)}
	if after > 0 {
		s.sent = after
	}
	s.run(r.Context())
}

// stream is one reader of events.
type stream struct {
	door    *door
	conv    channels.Conversation
	w       http.ResponseWriter
	control *http.ResponseController
	last    int64 // seq up to which was sent
	sent    int64 // the same one write ago: it has been read by now
	read    int64
	told    told
	wake    chan struct{}

	mu    sync.Mutex
	doing string
	wait  channels.Wait
}

func (s *stream) run(ctx context.Context) {
	defer s.conv.Listen(s.news)()
	entries, err := s.conv.Since(ctx, s.last)
	if err != nil {
		answer(s.w, failure("", err))
		return
	}
	s.w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	s.w.Header().Set("X-Accel-Buffering", "no")
	wait := s.conv.Wait(ctx)
	s.news(channels.Change{Doing: s.conv.Doing(ctx), Wait: &wait})
	beat := time.NewTicker(rounds * time.Second)
	defer beat.Stop()
	for {
		s.mu.Lock()
		now := s.door.now(s.doing, s.wait)
		s.mu.Unlock()
		if !s.write(ctx, entries, now) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-s.door.open.done:
			return
		case <-s.wake:
		case <-beat.C:
		}
		// A read that fails is made good by the next beat; a conversation that is no more ends.
		if entries, err = s.conv.Since(ctx, s.last); errors.Is(err, channels.ErrUnknown) {
			s.emit("data: " + string(refuse("", closed).bytes()) + "\n\n")
			return
		}
	}
}

// news wakes the stream; the mailbox calls it.
func (s *stream) news(c channels.Change) {
	s.mu.Lock()
	if c.Doing != "" {
		s.doing = c.Doing
	}
	if c.Wait != nil {
		s.wait = *c.Wait
	}
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// write sends what is new, or a sign of life. That it succeeds shows that what was sent before has arrived.
func (s *stream) write(ctx context.Context, entries []channels.Entry, now told) bool {
	var b strings.Builder
	sent := s.last
	for _, e := range entries {
		b.WriteString("data: " + string(entry(e).bytes()) + "\n\n")
		s.last = e.Seq
	}
	if now != s.told {
		b.WriteString("data: " + string(now.status().bytes()) + "\n\n")
		s.told = now
	}
	if b.Len() == 0 {
		b.WriteString(":\n\n")
	}
	if !s.emit(b.String()) {
		return false
	}
	if s.sent > s.read && s.conv.Read(ctx, s.sent) == nil {
		s.read = s.sent
	}
	s.sent = sent
	return true
}

func (s *stream) emit(text string) bool {
	_ = s.control.SetWriteDeadline(time.Now().Add(writing)) // a writer without deadlines has its own
	if _, err := io.WriteString(s.w, text); err != nil {
		return false
	}
	return s.control.Flush() == nil
}
