package router

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"madoguchi/channels"
	"madoguchi/triage"
)

// Courier brings what the desk says to the seekers: to the mailbox first, and where the seeker came by another door than
// the chat, a reply by that door, with a link that opens the mailbox once.
//
// What the desk has said and what became of it stands in the case, so the courier keeps no queue of its own. It leases a
// case, brings the messages that have no outcome in order, and writes the outcome of each into the case before it turns to
// the next. Any number of couriers may run: a mailbox takes each number once, and before a provider is asked the attempt
// is written into the vault, so that no other courier asks while the answer is out. One that was killed in between is
// followed by another after the hold; the provider may then see the same reply id twice.
type Courier struct {
	Rooms
	way Way
	now func() time.Time // the machine's clock: leases and retries
}

// Way is by which ways the courier goes.
type Way struct {
	Doors     map[string]channels.Channel // open doors by channel name, without the chat
	School    func(id string) string      // a school's name as seekers read it, or ""
	PublicURL string                      // without a slash at its end
	Log       *slog.Logger
}

const (
	couriers = 8 // cases at once
	hold     = 30 * time.Second
	sweep    = 5 * time.Second
	// gather is how long a notice waits for others, since a look asks all partitions.
	gather = 50 * time.Millisecond
	// sendWithin bounds one attempt, so that its outcome is written before the hold ends.
	sendWithin = 20 * time.Second
	// beginWithin is how long after it was leased a case's next message is begun.
	beginWithin = 5 * time.Second
	// closeWithin is what a courier that must stop has left to write down what it has done.
	closeWithin = 3 * time.Second
)

// NewCourier returns a courier.
func NewCourier(r Rooms, w Way) *Courier { return &Courier{r, w, time.Now} }

// round is the state of Run.
type round struct {
	busy  map[triage.CaseID]bool
	next  map[triage.CaseID]triage.Due // leased again while busy
	again map[triage.CaseID]time.Time  // when there is something to try again; a look for other news must not forget it
	done  chan finished
	look  time.Time // when to ask the store again
	more  bool      // the last look gave all that there was room for
	group sync.WaitGroup
}

type finished struct {
	id    triage.CaseID
	again time.Time // zero where nothing is left
}

// Run works until ctx ends, and returns nil then. It returns when all that it had begun is written down or given up.
func (c *Courier) Run(ctx context.Context) error {
	r := &round{busy: map[triage.CaseID]bool{}, next: map[triage.CaseID]triage.Due{}, again: map[triage.CaseID]time.Time{},
		done: make(chan finished, couriers)}
	defer r.group.Wait()
	r.group.Go(func() { c.ring(ctx) })
	notices := c.watch(ctx)
	for ctx.Err() == nil {
		if !c.now().Before(r.look) {
			c.begin(ctx, r)
		}
		timer := time.NewTimer(max(r.look.Sub(c.now()), 0))
		select {
		case <-ctx.Done():
		case _, ok := <-notices:
			if !ok {
				notices = nil
			}
			r.by(c.now().Add(gather))
		case f := <-r.done:
			c.end(ctx, r, f)
		case <-timer.C:
			if notices == nil {
				notices = c.watch(ctx)
			}
		}
		timer.Stop()
	}
	return nil
}

// watch subscribes, or returns nil where that fails: then the sweeps alone find work, until it is tried again.
func (c *Courier) watch(ctx context.Context) <-chan triage.CaseID {
	notices, err := c.Store.Watch(ctx)
	if err != nil && ctx.Err() == nil {
		c.way.Log.Warn("courier: no notices of cases, sweeping instead")
	}
	return notices
}

// by looks no later than t.
func (r *round) by(t time.Time) {
	if t.Before(r.look) {
		r.look = t
	}
}

// begin leases what is due and starts work on it, as far as there is room.
func (c *Courier) begin(ctx context.Context, r *round) {
	now := c.now()
	r.look, r.more = now.Add(sweep), false
	for id, at := range r.again {
		if at.After(now) {
			r.by(at)
		} else {
			delete(r.again, id)
		}
	}
	room := couriers - len(r.busy)
	if room == 0 {
		r.more = true
		return
	}
	work, err := c.Store.Lease(ctx, triage.DueSend, now, hold, room)
	if err != nil && ctx.Err() == nil {
		c.way.Log.Warn("courier: the store cannot be asked for work")
	}
	r.more = len(work) == room
	for _, d := range work {
		if r.busy[d.Case] {
			r.next[d.Case] = d
			continue
		}
		c.start(ctx, r, d)
	}
}

func (c *Courier) start(ctx context.Context, r *round, d triage.Due) {
	r.busy[d.Case] = true
	r.group.Go(func() { r.done <- finished{d.Case, c.work(ctx, d)} })
}

// end takes note that the work on a case has ended.
func (c *Courier) end(ctx context.Context, r *round, f finished) {
	delete(r.busy, f.id)
	if d, ok := r.next[f.id]; ok {
		delete(r.next, f.id)
		c.start(ctx, r, d)
		return
	}
	if !f.again.IsZero() {
		r.again[f.id] = f.again
		r.by(f.again)
	}
	if r.more {
		r.by(c.now())
	}
}

// work brings what a leased case has to bring and ends the lease. It returns when there is something to bring again, or
// the zero time.
func (c *Courier) work(ctx context.Context, d triage.Due) time.Time {
	begun := c.now()
	again, err := c.bringAll(ctx, d.Case, begun)
	if err != nil {
		again = c.now().Add(sweep)
		if ctx.Err() == nil {
			c.way.Log.Warn("courier: a case could not be worked on")
		}
	}
	if ctx.Err() != nil {
		again = c.now()
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
	defer cancel()
	if err := c.Store.Settle(ending, d, again); err != nil {
		c.way.Log.Warn("courier: a lease could not be ended; it will run out")
	}
	return again
}

// bringAll brings the case's messages that have no outcome, in order. It stops at the first that has to be tried again and
// says when.
func (c *Courier) bringAll(ctx context.Context, id triage.CaseID, begun time.Time) (again time.Time, err error) {
	for {
		k, events, err := c.Store.Load(ctx, id)
		if err != nil {
			return time.Time{}, err
		}
		if k.Erased() || k.Said <= k.Sent {
			return time.Time{}, nil
		}
		if c.now().Sub(begun) > beginWithin {
			return c.now(), nil
		}
		said := k.Sent + 1
		outcome, eventID := triage.Delivery{Said: said, Status: triage.DeliveryFailed, Detail: "lost"}, "lost:"+strconv.FormatInt(said, 10)
		for _, e := range events {
			if e.Said == said {
				eventID = e.ID
				if outcome, again, err = c.bring(ctx, k, e); err != nil || !again.IsZero() {
					return again, err
				}
				break
			}
		}
		e := triage.Event{ID: "d:" + eventID, At: c.Clock.Now(), Kind: triage.KindDelivery, From: triage.System, Delivery: &outcome}
		if err := c.note(ctx, k, e); err != nil {
			return time.Time{}, err
		}
	}
}

// note writes an outcome into the case, even while the courier is being stopped: what was done must be known.
func (c *Courier) note(ctx context.Context, k triage.Case, e triage.Event) error {
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
	defer cancel()
	_, err := c.append(ending, k, e)
	return err
}
