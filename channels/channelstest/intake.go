package channelstest

import (
	"context"
	"net/http"
	"slices"
	"sync"

	"madoguchi/channels"
)

// Intake takes messages into memory, knows redeliveries, and does for the mailbox what the wall does in the house: the
// first message makes a conversation reachable by its code, a withdrawal closes it.
type Intake struct {
	mailbox *Mailbox

	mu       sync.Mutex
	taken    []channels.Message
	repeated []channels.Message
	attempts int
	state    channels.State
	err      error
	gate     chan struct{}
	crash    func() bool // whether the process dies now, before one more message is durable
}

// NewIntake returns an intake that stores everything.
func NewIntake(m *Mailbox) *Intake { return &Intake{mailbox: m, state: channels.Stored} }

// Take implements channels.Intake.
func (in *Intake) Take(ctx context.Context, messages ...channels.Message) (channels.State, error) {
	in.mu.Lock()
	gate := in.gate
	in.attempts++
	in.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return "", channels.ErrUnavailable
		}
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.err != nil {
		return "", in.err
	}
	for _, m := range messages {
		in.die()
		if slices.ContainsFunc(in.taken, func(n channels.Message) bool { return n.ID == m.ID && n.From.Same(m.From) }) {
			in.repeated = append(in.repeated, m)
			continue
		}
		in.taken = append(in.taken, m)
		in.mailbox.settle(m)
	}
	in.die()
	return in.state, nil
}

// die ends the request as the death of its process would, if it is time.
func (in *Intake) die() {
	if in.crash != nil && in.crash() {
		in.crash = nil
		panic(http.ErrAbortHandler)
	}
}

// Crash makes the process of a webhook die once, when so many messages more have become durable.
func (in *Intake) Crash(durable int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	at := len(in.taken) + durable
	in.crash = func() bool { return len(in.taken) >= at }
}

// Fail makes every Take fail with err, and with nil succeed again.
func (in *Intake) Fail(err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.err = err
}

// Answer sets the state that Take returns.
func (in *Intake) Answer(s channels.State) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.state = s
}

// Block makes every Take wait until release is called.
func (in *Intake) Block() (release func()) {
	gate := make(chan struct{})
	in.mu.Lock()
	defer in.mu.Unlock()
	in.gate = gate
	return sync.OnceFunc(func() {
		in.mu.Lock()
		in.gate = nil
		in.mu.Unlock()
		close(gate)
	})
}

// Taken returns what was taken, in order, each once.
func (in *Intake) Taken() []channels.Message {
	in.mu.Lock()
	defer in.mu.Unlock()
	return slices.Clone(in.taken)
}

// Repeated returns what came again after it had been taken.
func (in *Intake) Repeated() []channels.Message {
	in.mu.Lock()
	defer in.mu.Unlock()
	return slices.Clone(in.repeated)
}

// Attempts counts the calls of Take.
func (in *Intake) Attempts() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.attempts
}
