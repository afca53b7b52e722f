package ask

import (
	"context"
	"sync"
	"time"
)

// longestTurn is how long is waited for a turn at most. So of all that come too fast fewer wait together than are answered at
// the same time, and what has no pace, such as a reply on its way to a child, is never behind them.
const longestTurn = 15 * time.Second

// pacer lets through a burst, and then one at a time. Nobody is refused: who comes too fast waits, so that a desk in need is
// slowed and never shut out.
type pacer struct {
	pace Pace
	mu   sync.Mutex
	next time.Time // when the bucket would be full of debts, were there no burst
	now  func() time.Time
}

func newPacer(p Pace) *pacer { return &pacer{pace: p, now: time.Now} }

// wait returns false where its turn would come too late.
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

// turn is how long to wait, or below zero where ctx ends before or that is longer than longestTurn.
func (p *pacer) turn(ctx context.Context) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if p.next.Before(now) {
		p.next = now
	}
	d := max(p.next.Sub(now)-time.Duration(p.pace.Burst)*p.pace.Every, 0)
	if end, ok := ctx.Deadline(); d > longestTurn || ok && now.Add(d).After(end) {
		return -1
	}
	p.next = p.next.Add(p.pace.Every)
	return d
}
