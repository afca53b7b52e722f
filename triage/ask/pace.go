package ask

import (
	"context"
	"sync"
	"time"
)

// pacer lets through a burst, and then one at a time. Nobody is refused: who comes too fast waits, so that a desk in need is
// slowed and never shut out.
type pacer struct {
	pace Pace
	mu   sync.Mutex
	next time.Time // when the bucket would be full of debts, were there no burst
	now  func() time.Time
}

func newPacer(p Pace) *pacer { return &pacer{pace: p, now: time.Now} }

// wait returns false where ctx would end before its turn.
func (p *pacer) wait(ctx context.Context) bool {
	d := p.turn(ctx)
	if d < 0 {
		return false
	}
	if d > 0 {
		pause(ctx, d)
	}
	return ctx.Err() == nil
}

// turn is how long to wait, or below zero where ctx ends before.
func (p *pacer) turn(ctx context.Context) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if p.next.Before(now) {
		p.next = now
	}
	d := max(p.next.Sub(now)-time.Duration(p.pace.Burst)*p.pace.Every, 0)
	if end, ok := ctx.Deadline(); ok && now.Add(d).After(end) {
		return -1
	}
	p.next = p.next.Add(p.pace.Every)
	return d
}
