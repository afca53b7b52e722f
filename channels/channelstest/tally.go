package channelstest

import (
	"context"
	"maps"
	"sync"

	"madoguchi/channels"
)

// Tally remembers what a door counted, as door|what.
type Tally struct {
	mu    sync.Mutex
	count map[string]int
}

var _ channels.Tally = (*Tally)(nil)

// Count implements channels.Tally.
func (t *Tally) Count(_ context.Context, door, what string, n int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.count == nil {
		t.count = map[string]int{}
	}
	t.count[door+"|"+what] += n
	return nil
}

// Counted returns what was counted and is not zero.
func (t *Tally) Counted() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := maps.Clone(t.count)
	maps.DeleteFunc(all, func(_ string, n int) bool { return n == 0 })
	return all
}
