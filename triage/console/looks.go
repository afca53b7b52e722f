package console

import (
	"sync"
	"time"

	"madoguchi/triage"
)

// lookFor is how long one look lasts in the audit: a page that stays open refreshes itself by every message, and a record
// of each of those would bury the one that matters.
const lookFor = 15 * time.Minute

// looks remembers who is looking at which case. It is kept in memory: after a restart, or in another process, a look is
// simply written down again.
type looks struct {
	mu    sync.Mutex
	until map[look]time.Time
}

type look struct {
	login string
	id    triage.CaseID
}

func newLooks() *looks { return &looks{until: map[look]time.Time{}} }

// on reports whether that person's look at the case, written down, still lasts.
func (l *looks) on(login string, id triage.CaseID, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return now.Before(l.until[look{login, id}])
}

// begin notes that the look was written down.
func (l *looks) begin(login string, id triage.CaseID, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for k, end := range l.until {
		if !now.Before(end) {
			delete(l.until, k)
		}
	}
	l.until[look{login, id}] = now.Add(lookFor)
}
