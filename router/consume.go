package router

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/channels"
	"madoguchi/router/envelope"
	"madoguchi/router/stream"
	"madoguchi/router/vault"
	"madoguchi/triage"
)

const (
	// deliveries is how often a message is tried, crashes included, before a person must look at it.
	deliveries = 5
	// handleWithin is how long one message may take.
	handleWithin = 8 * time.Second
	// lease is how long a router keeps a lane without renewing; a dead one's lane is taken over after it.
	lease      = 10 * time.Second
	renewEvery = 3 * time.Second
	// readMost is how many messages are read at once, parallel how many conversations work at the same time.
	readMost = 64
	parallel = 16
	// waitingMost is how many messages may wait for another attempt before nothing new is read.
	waitingMost = 1024
	blockFor    = time.Second
	// adoptEvery is how often a lane is searched for entries that were delivered and then forgotten.
	adoptEvery = 5 * time.Second
	lanesEvery = 2 * time.Second
)

var errPanic = errors.New("router: processing panicked")

// Handler processes a message and returns once that is durable. It may be called again with the same message. An error that
// says that a store cannot be reached is waited out; one that says that the message is malformed buries it at once; after
// any other it is tried again, deliveries times in all.
type Handler func(ctx context.Context, m channels.Message) error

// Report tells people of a message before it is laid among the dead letters; m is nil where it cannot be opened. It may be
// called again with the same one. See Router.Report.
type Report func(ctx context.Context, m *channels.Message) error

// Consumer is the router's side of the lanes: it opens what the gateways have stored and hands it to a Handler, the
// messages of a conversation in order and one at a time, those of several conversations at once. A message that fails
// holds back its own conversation and no other.
//
// A lane belongs to one router at a time. What a dead router had begun is found by the next and tried alone, so that a
// message that kills its router is known after some deaths, and only that one is buried.
type Consumer struct {
	client redis.UniversalClient
	opener *envelope.Opener
	handle Handler
	report Report
	log    *slog.Logger
	panics *channels.Panics
}

// NewConsumer returns a consumer.
func NewConsumer(client redis.UniversalClient, opener *envelope.Opener, handle Handler, report Report, log *slog.Logger, panics *channels.Panics) *Consumer {
	return &Consumer{client, opener, handle, report, log, panics}
}

// Run works on all lanes, new ones too, until ctx ends; what is being processed then is finished.
func (c *Consumer) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	started := make(map[string]bool)
	for ctx.Err() == nil {
		names, err := stream.Lanes(ctx, c.client)
		for _, name := range names {
			if !started[name] {
				started[name] = true
				wg.Go(func() { c.keep(ctx, stream.NewOwner(stream.NewLane(c.client, name), rand.Text())) })
			}
		}
		pause := lanesEvery
		if err != nil || len(started) == 0 {
			pause = lanesEvery / 20
		}
		sleep(ctx, pause)
	}
	return nil
}

// sleep returns after d or when ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// keep claims a lane and works on it, again and again.
func (c *Consumer) keep(ctx context.Context, o *stream.Owner) {
	for ctx.Err() == nil {
		if _, err := o.Claim(ctx, lease); err != nil {
			sleep(ctx, time.Second)
			continue
		}
		s := &shift{Consumer: c, owner: o, known: make(map[string]bool), talks: make(map[string]*talk), after: "0-0"}
		s.serve(ctx)
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		if err := o.Release(end); err != nil {
			sleep(ctx, time.Second)
		}
		cancel()
	}
}

// renew keeps the lane until ctx ends, and ends the shift when the lane is not ours any more, or was forgotten by Redis in
// between.
func (s *shift) renew(ctx context.Context, stop context.CancelFunc) {
	defer stop()
	last := time.Now()
	for {
		sleep(ctx, renewEvery)
		if ctx.Err() != nil {
			return
		}
		kept, err := s.owner.Claim(ctx, lease)
		switch {
		case err == nil && kept:
			last = time.Now()
		case err == nil, errors.Is(err, stream.ErrLost), time.Since(last) > lease:
			return
		}
	}
}

// job is a message in work.
type job struct {
	entry   stream.Entry
	message channels.Message
	count   int64 // deliveries so far, this one included
	again   bool  // it was tried before: count it before it is tried now
	suspect bool  // its router may have died of it: it is tried alone
}

// talk is what waits of a conversation.
type talk struct {
	jobs  []*job
	at    time.Time // not before
	fails int
}

// shift is one router's time with a lane. It belongs to one goroutine, but for attempt.
type shift struct {
	*Consumer
	owner    *stream.Owner
	known    map[string]bool // entries in memory
	talks    map[string]*talk
	after    string // the last entry that was delivered
	adoptAt  time.Time
	done     []string // processed, not settled yet
	dead     []burial
	troubled bool // Redis failed last time
}

type burial struct {
	entry   stream.Entry
	reason  string
	message *channels.Message // nil where it cannot be opened, or its router died of reporting it
}

// serve works until ctx ends or the lane is lost.
func (s *shift) serve(ctx context.Context) {
	mine, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { s.renew(mine, stop) })
	defer wg.Wait()
	defer stop()
	for mine.Err() == nil {
		err := s.round(mine)
		if errors.Is(err, stream.ErrLost) {
			return
		}
		if err != nil && mine.Err() == nil {
			if !s.troubled {
				s.log.Warn("a lane cannot be read; trying again", "lane", s.owner.Name(), "err", vault.Reduced(err))
			}
			sleep(mine, 200*time.Millisecond)
		}
		s.troubled = err != nil
	}
}

// round takes in what is new, works on what is due and settles it.
func (s *shift) round(ctx context.Context) error {
	if now := time.Now(); !now.Before(s.adoptAt) {
		if err := s.adopt(ctx); err != nil {
			return err
		}
		s.adoptAt = now.Add(adoptEvery)
	}
	if len(s.known) < waitingMost {
		entries, err := s.owner.Read(ctx, readMost)
		if err != nil {
			return err
		}
		for _, e := range entries {
			s.take(e, false)
			s.after = e.ID
		}
	}
	due, next := s.due(time.Now())
	if len(due) == 0 && len(s.done) == 0 && len(s.dead) == 0 {
		if len(s.known) >= waitingMost {
			sleep(ctx, next)
			return nil
		}
		return s.owner.Wait(ctx, s.after, next)
	}
	s.attempt(ctx, due)
	return s.settle(ctx)
}

// adopt takes over what was delivered to a router that is gone.
func (s *shift) adopt(ctx context.Context) error {
	for after := ""; ; {
		entries, err := s.owner.Delivered(ctx, after, readMost)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !s.known[e.ID] {
				s.take(e, true)
			}
			after = e.ID
		}
		if len(entries) < readMost {
			return nil
		}
	}
}

// take opens an entry and puts it behind what waits of its conversation.
func (s *shift) take(e stream.Entry, before bool) {
	s.known[e.ID] = true
	plain, err := s.opener.Open(s.owner.Name(), e.Seq, e.Sealed)
	if err != nil {
		s.bury(e, "unopened", nil)
		return
	}
	m, err := envelope.Decode(plain)
	if err != nil {
		s.bury(e, "form", nil)
		return
	}
	kind, who, _ := channels.OpenAddress(m.From)
	key := kind + "\x00" + who
	t := s.talks[key]
	if t == nil {
		t = &talk{}
		s.talks[key] = t
	}
	t.jobs = append(t.jobs, &job{entry: e, message: m, count: 1, again: before, suspect: before})
}

func (s *shift) bury(e stream.Entry, reason string, m *channels.Message) {
	s.dead = append(s.dead, burial{e, reason, m})
}

// due returns the conversations that may be worked on, and how long until another may. One that a router may have died of
// is alone.
func (s *shift) due(now time.Time) (due []*talk, next time.Duration) {
	next = blockFor
	for key, t := range s.talks {
		switch {
		case len(t.jobs) == 0:
			delete(s.talks, key)
		case t.at.After(now):
			next = min(next, t.at.Sub(now))
		default:
			due = append(due, t)
		}
	}
	for _, t := range due {
		if t.jobs[0].suspect {
			return []*talk{t}, next
		}
	}
	return due, max(next, time.Millisecond)
}

// outage reports whether an error says nothing about the message.
func outage(err error) bool {
	for _, o := range []error{triage.ErrUnavailable, channels.ErrUnavailable, vault.ErrUnavailable, context.Canceled} {
		if errors.Is(err, o) {
			return true
		}
	}
	return false
}
