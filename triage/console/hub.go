package console

import (
	"context"
	"sync"
	"time"

	"madoguchi/triage"
)

// hub wakes the live pages: one watch of the store for all of them. A wake carries nothing; several are one.
type hub struct {
	mu        sync.Mutex
	listeners map[*listener]struct{}
	over      chan struct{} // closed when the pages stop being live: streams end, so that a server can drain
}

type listener struct {
	id   triage.CaseID // "" for every case
	wake chan struct{}
}

func newHub() *hub { return &hub{listeners: map[*listener]struct{}{}, over: make(chan struct{})} }

// listen wakes whenever that case (or any, for "") may have changed, until leave is called.
func (h *hub) listen(id triage.CaseID) (wake <-chan struct{}, leave func()) {
	l := &listener{id, make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listeners[l] = struct{}{}
	return l.wake, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.listeners, l)
	}
}

// changed wakes the pages that show that case; "" wakes all.
func (h *hub) changed(id triage.CaseID) {
	h.wake(func(l *listener) bool { return id == "" || l.id == "" || l.id == id })
}

// looked wakes the pages of that case alone: who looks in is shown there and nowhere else.
func (h *hub) looked(id triage.CaseID) { h.wake(func(l *listener) bool { return l.id == id }) }

func (h *hub) wake(which func(*listener) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.listeners {
		if !which(l) {
			continue
		}
		select {
		case l.wake <- struct{}{}:
		default: // it is awake already
		}
	}
}

// Run passes on what changes until ctx ends, and ends every stream then. It is called once.
func (c *Console) Run(ctx context.Context) error {
	defer close(c.hub.over)
	for {
		changes, err := c.Desk.Watch(ctx)
		for err == nil {
			select {
			case id, ok := <-changes:
				if ok {
					c.hub.changed(id)
					continue
				}
			case <-ctx.Done():
			}
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second): // the store is away; the pages refresh by themselves meanwhile
		}
		c.hub.changed("")
	}
}
