package mailbox

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/channels"
)

const (
	tick       = time.Second
	sweepEvery = 5 * time.Second
)

// hub knows who listens to which mailbox in this process. One subscription serves all of them.
type hub struct {
	mu        sync.Mutex
	listeners map[string]map[*listener]struct{} // by the mailbox as notices name it
	feeds     map[string]feed                   // by shard
	lit       map[string]time.Time              // mailboxes of which reading or writing was reported: when that goes out
}

type listener struct {
	conversation *conversation
	f            func(channels.Change)
}

// feed is how far the notices of a shard have come. Each carries the shard's count, so that a missing one shows: seen then
// stands still, and is still behind at the second sweep what the first one found.
type feed struct{ seen, found int64 }

func newHub() hub {
	return hub{listeners: map[string]map[*listener]struct{}{}, feeds: map[string]feed{}, lit: map[string]time.Time{}}
}

func (h *hub) add(l *listener) (stop func()) {
	name := l.conversation.name.notice()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.listeners[name] == nil {
		h.listeners[name] = map[*listener]struct{}{}
	}
	h.listeners[name][l] = struct{}{}
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.listeners[name], l)
		if len(h.listeners[name]) == 0 {
			delete(h.listeners, name)
			delete(h.lit, name)
		}
	}
}

// tell calls the listeners that are told about; all of them without the lock, so that they may stop from within.
func (h *hub) tell(c channels.Change, about func(mailbox string) bool) {
	var called []*listener
	h.mu.Lock()
	for name, ls := range h.listeners {
		if about(name) {
			for l := range ls {
				called = append(called, l)
			}
		}
	}
	h.mu.Unlock()
	for _, l := range called {
		l.f(c)
	}
}

// Run carries news to the listeners and keeps their conversations in use until ctx ends. It returns nil. Notices only
// wake: what they fail to bring is found by a sweep, and after every new subscription everything is reported as changed.
func (r *Reader) Run(ctx context.Context) error {
	sub := r.client.Subscribe(ctx, notices)
	defer func() { _ = sub.Close() }() // ends what it runs
	var ticking sync.WaitGroup
	ticking.Go(func() { r.ticks(ctx) })
	defer ticking.Wait()
	in := sub.ChannelWithSubscriptions()
	for {
		select {
		case <-ctx.Done():
			return nil
		case got, ok := <-in:
			if !ok {
				<-ctx.Done()
				return nil
			}
			switch m := got.(type) {
			case *redis.Subscription:
				r.hub.tell(channels.Change{Mail: true}, func(string) bool { return true })
			case *redis.Message:
				r.hub.notice(m.Payload, time.Now())
			}
		}
	}
}

// notice takes "NAME mail FEED", "NAME doing STATE", "NAME wait SEALED" or "NAME peer -".
func (h *hub) notice(payload string, now time.Time) {
	parts := strings.Fields(payload)
	if len(parts) != 3 {
		return
	}
	name := parts[0]
	change := channels.Change{Mail: parts[1] == "mail", Peer: parts[1] == "peer"}
	h.mu.Lock()
	if n, err := strconv.ParseInt(parts[2], 10, 64); change.Mail && err == nil {
		shard, _, _ := strings.Cut(name, "}")
		if f := h.feeds[shard+"}"]; n == f.seen+1 {
			f.seen = n
			h.feeds[shard+"}"] = f
		}
	}
	ls := h.listeners[name]
	switch parts[1] {
	case "wait":
		for l := range ls { // all of them are of one conversation
			said := l.conversation.said(parts[2])
			change.Wait = &said
			break
		}
	case "doing":
		change.Doing = parts[2]
		delete(h.lit, name)
		if change.Doing != doingWaiting && len(ls) > 0 {
			h.lit[name] = now.Add(doingLasts)
		}
	}
	called := make([]*listener, 0, len(ls))
	for l := range ls {
		called = append(called, l)
	}
	h.mu.Unlock()
	for _, l := range called {
		l.f(change)
	}
}

// ticks does what falls due.
func (r *Reader) ticks(ctx context.Context) {
	t := time.NewTicker(tick)
	defer t.Stop()
	swept := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			r.hub.putOut(now)
			if now.Sub(swept) >= sweepEvery {
				swept = now
				r.sweep(ctx)
				r.touchListeners(ctx)
			}
		}
	}
}

// putOut reports waiting where nothing else was shown for 30 seconds.
func (h *hub) putOut(now time.Time) {
	out := map[string]bool{}
	h.mu.Lock()
	for name, at := range h.lit {
		if !now.Before(at) {
			delete(h.lit, name)
			out[name] = true
		}
	}
	h.mu.Unlock()
	if len(out) > 0 {
		h.tell(channels.Change{Doing: doingWaiting}, func(name string) bool { return out[name] })
	}
}

// sweep asks for the counts of the shards in which somebody listens; with nobody listening it asks nothing.
func (r *Reader) sweep(ctx context.Context) {
	shards := map[string]*redis.StringCmd{}
	r.hub.mu.Lock()
	for name := range r.hub.listeners {
		shard, _, _ := strings.Cut(name, "}")
		shards[shard+"}"] = nil
	}
	r.hub.mu.Unlock()
	if len(shards) == 0 {
		return
	}
	_, _ = r.client.Pipelined(ctx, func(p redis.Pipeliner) error { // each answer is judged below
		for shard := range shards {
			shards[shard] = p.Get(ctx, feedKey(shard))
		}
		return nil
	})
	for shard, cmd := range shards {
		count, err := cmd.Int64()
		if err != nil && err != redis.Nil {
			continue
		}
		if r.hub.missed(shard, count) {
			r.hub.tell(channels.Change{Mail: true}, func(name string) bool { return strings.HasPrefix(name, shard) })
		}
	}
}

// missed takes a shard's count and reports whether notices are missing since the sweep before, or the count went back.
func (h *hub) missed(shard string, count int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	f := h.feeds[shard]
	missed := f.seen < f.found || count < f.seen
	if missed {
		f.seen = count
	}
	f.found = count
	h.feeds[shard] = f
	return missed
}

// touchListeners keeps in use the conversations that somebody listens to.
func (r *Reader) touchListeners(ctx context.Context) {
	var due []*conversation
	now := r.now()
	r.hub.mu.Lock()
	for _, ls := range r.hub.listeners {
		for l := range ls {
			if l.conversation.due(now) {
				due = append(due, l.conversation)
			}
		}
	}
	r.hub.mu.Unlock()
	for _, c := range due {
		if ctx.Err() != nil {
			return
		}
		_ = c.touch(ctx) // what a visit finds wrong, the next reading says
	}
}

// due reports whether a listener's conversation should be touched again, and takes note that it will be.
func (c *conversation) due(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.asked) < touchEvery || now.Sub(c.touched) < touchEvery {
		return false
	}
	c.asked = now
	return true
}
