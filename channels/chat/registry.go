package chat

import (
	"context"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/channels"
)

// rounds is how many seconds pass between two pings of a connection: fewer than the thirty after which the most impatient
// proxies close a quiet one.
const rounds = 25

// registry knows the open connections, in one slot for each second of a round.
type registry struct {
	done chan struct{} // closed when no more are wanted

	mu    *sync.Mutex
	over  bool
	next  int
	slots *[rounds]map[*socket]struct{}
}

func newRegistry() registry {
	return registry{done: make(chan struct{}), mu: new(sync.Mutex), slots: new([rounds]map[*socket]struct{})}
}

// add takes a connection in and counts it in work, unless it is too late for that.
func (r *registry) add(s *socket, work *sync.WaitGroup) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return false
	}
	slot := r.next % rounds
	r.next++
	if r.slots[slot] == nil {
		r.slots[slot] = map[*socket]struct{}{}
	}
	r.slots[slot][s] = struct{}{}
	work.Add(1)
	return true
}

func (r *registry) remove(s *socket) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, slot := range r.slots {
		delete(slot, s)
	}
}

// in returns the connections of one slot, or of all where slot is negative.
func (r *registry) in(slot int, found []*socket) []*socket {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, sockets := range r.slots {
		if slot >= 0 && i != slot {
			continue
		}
		for s := range sockets {
			found = append(found, s)
		}
	}
	return found
}

// keepAlive pings every connection once a round until ctx ends, and calls each once a round too.
func (r *registry) keepAlive(ctx context.Context, each func()) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	var now []*socket
	for slot := 0; ; slot = (slot + 1) % rounds {
		select {
		case <-ctx.Done():
			return
		case <-second.C:
		}
		now = r.in(slot, now[:0])
		for _, s := range now {
			s.guard(nil, func() { s.tick(ctx) })
		}
		clear(now)
		if slot == 0 {
			each()
		}
	}
}

// shut closes every connection, and those that would still come.
func (r *registry) shut() {
	r.mu.Lock()
	if !r.over {
		r.over = true
		close(r.done)
	}
	r.mu.Unlock()
	for _, s := range r.in(-1, nil) {
		s.end(websocket.CloseGoingAway)
	}
}

// withdrawn ends the other connections of a conversation.
func (r *registry) withdrawn(by *socket, a channels.Address) {
	for _, s := range r.in(-1, nil) {
		s.mu.Lock()
		conv := s.conv
		s.mu.Unlock()
		if s != by && conv != nil && conv.Address().Same(a) {
			s.gone()
		}
	}
}
