package router

import (
	"sync"
	"time"

	"madoguchi/channels"
	"madoguchi/router/journal"
)

// call is one Take. Its messages may lie in several batches of several lanes.
type call struct {
	mu      sync.Mutex
	left    int
	state   channels.State
	err     error
	settled chan struct{} // closed when nothing is left
}

func newCall(messages int) *call {
	return &call{left: messages, state: channels.Stored, settled: make(chan struct{})}
}

// tell answers for one message of the call. The weakest answer is the call's.
func (c *call) tell(state channels.State, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.err = err
	} else if state == channels.Held {
		c.state = channels.Held
	}
	if c.left--; c.left == 0 {
		close(c.settled)
	}
}

// item is one message on its way into a lane.
type item struct {
	digest digest
	plain  []byte // encoded, padded, not sealed
	call   *call
}

// outcome is what a home has said about a batch.
type outcome int

const (
	pending outcome = iota
	taken
	failed
	skipped // it was not asked
)

// batch is what is on its way into both homes.
type batch struct {
	records        []journal.Record
	calls          []*call // to be told; a message sent twice at once has two
	begun          time.Time
	journal, redis outcome
	counted        int64 // how many of its records are counted as held
}

func (b *batch) tell(state channels.State, err error) {
	for _, c := range b.calls {
		c.tell(state, err)
	}
}

// gather makes a batch of what is waiting. What is durable already is answered at once.
func (l *lane) gather(first *item, now time.Time) *batch {
	b := &batch{begun: now}
	inside := make(map[digest]bool)
	size := 0
	for it := first; it != nil; {
		switch {
		case l.acknowledged(it):
		case inside[it.digest]:
			b.calls = append(b.calls, it.call)
		default:
			sealed, err := l.sealer.Seal(l.tail+1, it.plain)
			if err != nil {
				it.call.tell("", channels.ErrUnavailable)
				break
			}
			l.tail++
			inside[it.digest] = true
			b.records = append(b.records, journal.Record{Seq: l.tail, Digest: it.digest, Sealed: sealed})
			b.calls = append(b.calls, it.call)
			size += len(sealed)
		}
		if len(b.records) >= batchMost || size >= batchBytes {
			break
		}
		select {
		case it = <-l.in:
		default:
			it = nil
		}
	}
	return b
}

// acknowledged answers for a message that is durable already, with whichever home has it.
func (l *lane) acknowledged(it *item) bool {
	seq, ok := l.recent.seq(it.digest)
	if !ok {
		return false
	}
	state := channels.Stored
	if seq > l.confirmed {
		if len(l.owed) > 0 && seq >= l.owed[0].Seq {
			return false // Redis alone had it, and has lost it: take it again
		}
		state = channels.Held
	}
	it.call.tell(state, nil)
	return true
}
