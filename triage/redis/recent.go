package redis

import (
	"sync"
	"time"

	"madoguchi/triage"
)

// maxRecent is how many opened snapshots are remembered: at some 10 kB each, 200 MB where every case is as full as can be.
const maxRecent = 20_000

// keepRecent is how long a snapshot is remembered that nobody asks for.
const keepRecent = time.Hour

// recent remembers the snapshots that were opened last, because a list over all cases asks for the same ones again and
// again, and opening and decoding one costs twenty times what fetching it does. Nothing can be stale in it: a snapshot is
// given out only for the very bytes that it was opened from, which are fetched each time, and as long as the share that opened
// them is there. A notice that a case has changed, or was destroyed, drops it. What is remembered is shared by all who ask, and
// read only.
type recent struct {
	mu    sync.Mutex
	cases map[triage.CaseID]opening
}

// opening is a snapshot as it lies in Redis, and what was in it.
type opening struct {
	fields [3]string // v, k and s
	c      *triage.Case
	asked  time.Time
}

// find returns what was opened from these very bytes, or nil.
func (r *recent) find(id triage.CaseID, fields [3]string, now time.Time) *triage.Case {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sweep(now)
	o, ok := r.cases[id]
	if !ok || o.fields != fields {
		return nil
	}
	o.asked = now
	r.cases[id] = o
	return o.c
}

// version returns what was opened of that version of the case, or nil. What is asked of it is an order, or what to look at more
// closely: the bytes are not compared.
func (r *recent) version(id triage.CaseID, v, k string, now time.Time) *triage.Case {
	r.mu.Lock()
	defer r.mu.Unlock()
	o, ok := r.cases[id]
	if !ok || o.fields[0] != v || o.fields[1] != k {
		return nil
	}
	o.asked = now
	r.cases[id] = o
	return o.c
}

// add remembers what was opened.
func (r *recent) add(id triage.CaseID, fields [3]string, c *triage.Case, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sweep(now)
	r.cases[id] = opening{fields, c, now}
}

// sweep forgets what nobody asked for, of a few that it comes across, each time that anything is asked for.
func (r *recent) sweep(now time.Time) {
	looked := 0
	for id, o := range r.cases { // begins anywhere
		if now.Sub(o.asked) > keepRecent || len(r.cases) >= maxRecent {
			delete(r.cases, id)
		}
		if looked++; looked == 4 {
			break
		}
	}
}

// clear forgets everything.
func (r *recent) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.cases)
}

// forget drops a case that has changed, or is no more.
func (r *recent) forget(id triage.CaseID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.cases, id)
}
