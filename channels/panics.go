package channels

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"strings"
	"sync"
)

// Panics keeps account of the panics that rooms survive: how many there were in each, and in the log where each happened. What
// a panic says is never asked for, because it may be words of a person. A nil Panics keeps no account.
type Panics struct {
	log *slog.Logger

	mu     sync.Mutex
	counts map[string]int64
}

// NewPanics returns an account without any.
func NewPanics(log *slog.Logger) *Panics { return &Panics{log: log, counts: map[string]int64{}} }

// Caught notes a panic of a room. It is called by the deferred function that has recovered, and returns the id by which the
// line in the log is found.
func (p *Panics) Caught(room string) (id string) {
	id = rand.Text()[:10]
	if p == nil {
		return id
	}
	p.log.Error("a panic", "room", room, "id", id, "where", panicked())
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts[room]++
	return id
}

// Counts returns how many panics each room has survived.
func (p *Panics) Counts() map[string]int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.counts)
}

// framesMost is how many calls of a panic are told.
const framesMost = 4

// panicked names the innermost calls of the panic that is being recovered from, as function:line.
func panicked() string {
	pc := make([]uintptr, 64)
	frames := runtime.CallersFrames(pc[:runtime.Callers(1, pc)])
	var at []string
	inside := false
	for more := true; more && len(at) < framesMost; {
		var f runtime.Frame
		f, more = frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			inside, at = true, nil // of panics within panics the first counts
		case inside && !strings.HasPrefix(f.Function, "runtime."):
			at = append(at, fmt.Sprintf("%s:%d", strings.TrimPrefix(f.Function, "madoguchi/"), f.Line))
		}
	}
	return strings.Join(at, " < ")
}
