package desk

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

const (
	sweepEvery = 5 * time.Second
	sweepHold  = time.Minute // nobody else looks at the same work meanwhile
	sweepLimit = 100
)

// timed are the sorts of work that fall due by the desk's clock.
var timed = []triage.DueKind{triage.DueLease, triage.DueDuty}

// Run sweeps every five seconds until ctx ends.
func (d *Desk) Run(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		// What the store cannot give now it gives at the next turn.
		if err := d.Sweep(ctx); err != nil && ctx.Err() == nil && !passing(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func passing(err error) bool {
	return errors.Is(err, triage.ErrUnavailable) || errors.Is(err, triage.ErrConflict) || errors.Is(err, triage.ErrUnknown)
}

// Sweep does what has fallen due by the desk's clock: a case whose lease ran out without an answer goes back to the queue,
// and a duty whose time has passed is said to be overdue, once.
func (d *Desk) Sweep(ctx context.Context) error {
	d.sweeping.Lock()
	defer d.sweeping.Unlock()
	for {
		work, err := d.due(ctx, d.Clock.Now())
		if err != nil || len(work) == 0 {
			return err
		}
		for _, w := range work {
			if err := d.do(ctx, w); err != nil {
				return err
			}
		}
	}
}

// Timer is a clock that can be set: the demonstration's.
type Timer interface {
	triage.Clock
	Set(t time.Time)
}

// Advance moves the clock to a later time, from one due time to the next, and does what falls due on the way. It returns
// when nothing more is due.
func (d *Desk) Advance(ctx context.Context, clock Timer, to time.Time) error {
	d.sweeping.Lock()
	defer d.sweeping.Unlock()
	for {
		work, err := d.due(ctx, to)
		if err != nil {
			return err
		}
		if len(work) == 0 {
			break
		}
		if first := work[0]; first.at.After(clock.Now()) {
			clock.Set(first.at)
		}
		err = d.do(ctx, work[0])
		for _, later := range work[1:] {
			err = cmp.Or(err, d.Store.Settle(ctx, later.Due, later.at))
		}
		if err != nil {
			return err
		}
	}
	if to.After(clock.Now()) {
		clock.Set(to)
	}
	return nil
}

// work is a leased piece of work with the moment at which there is really something to do.
type work struct {
	triage.Due
	at time.Time
}

// due leases what falls due until then, earliest first. What turns out to be later, or nothing, is settled here.
func (d *Desk) due(ctx context.Context, until time.Time) ([]work, error) {
	var all []work
	for _, kind := range timed {
		leased, err := d.Store.Lease(ctx, kind, until, sweepHold, sweepLimit)
		if err != nil {
			return nil, err
		}
		for _, due := range leased {
			c, events, err := d.Store.Load(ctx, due.Case)
			if errors.Is(err, triage.ErrUnknown) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if at := moment(c, events, kind, d.lease()); !at.IsZero() && !at.After(until) {
				all = append(all, work{due, at})
			} else if err := d.Store.Settle(ctx, due, at); err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(all, func(a, b work) int { return a.at.Compare(b.at) })
	return all, nil
}

// moment is when the case's work of that kind has something to do; zero where it has none.
func moment(c triage.Case, events []triage.Event, kind triage.DueKind, lease time.Duration) time.Time {
	if c.Erased() {
		return time.Time{}
	}
	if kind == triage.DueLease {
		return lapses(c, events, lease)
	}
	var at time.Time
	for _, x := range c.Duties {
		if x.DoneAt.IsZero() && !happened(events, overdueID(x)) && (at.IsZero() || x.DueAt.Before(at)) {
			at = x.DueAt
		}
	}
	return at
}

// lapses is when the assignee's time for a first answer is over. Whatever they do in the case meanwhile (a note, a look at
// a name) begins it anew: somebody who is on the telephone with the police must not lose the child to a second voice.
func lapses(c triage.Case, events []triage.Event, lease time.Duration) time.Time {
	if c.LeaseUntil.IsZero() || c.Assignee == "" {
		return time.Time{}
	}
	until := c.LeaseUntil
	for _, e := range slices.Backward(events) {
		if e.Kind == triage.KindAssignment && e.Assignment != nil && e.Assignment.To == c.Assignee {
			break
		}
		if e.By == c.Assignee && e.At.Add(lease).After(until) {
			until = e.At.Add(lease)
		}
	}
	return until
}

// do does the work, whose moment has come, and settles it.
func (d *Desk) do(ctx context.Context, w work) error {
	c, events, err := d.Store.Load(ctx, w.Case)
	if err != nil {
		return err
	}
	var news []triage.Event
	now := d.Clock.Now()
	switch w.Kind {
	case triage.DueLease:
		if at := lapses(c, events, d.lease()); !at.IsZero() && !now.Before(at) {
			e := d.event(staff.Person{}, triage.KindAssignment)
			e.ID = "lapse:" + strconv.FormatInt(c.Version, 10) // of two sweeps, one
			e.From, e.Text = triage.System, "時間内に返事がなかったので、待っている相談に戻しました。"
			e.Assignment = &triage.Assignment{Do: triage.DoLapse}
			news = append(news, e)
		}
	case triage.DueDuty:
		for _, x := range c.Duties {
			if !x.DoneAt.IsZero() || now.Before(x.DueAt) || happened(events, overdueID(x)) {
				continue
			}
			e := d.event(staff.Person{}, triage.KindDuty)
			e.ID, e.From, e.Text = overdueID(x), triage.System, "期限をすぎました。"
			e.Duty = &x
			news = append(news, e)
		}
	}
	if len(news) > 0 {
		after, err := d.Store.Append(ctx, c, news...)
		if errors.Is(err, triage.ErrConflict) {
			return d.Store.Settle(ctx, w.Due, now) // somebody acted just now: look again
		}
		if err != nil {
			return err
		}
		c, events = after, append(events, news...)
	}
	return d.Store.Settle(ctx, w.Due, moment(c, events, w.Kind, d.lease()))
}

func overdueID(x triage.Duty) string {
	return "overdue:" + x.What + ":" + strconv.FormatInt(x.DueAt.UnixNano(), 10)
}

func happened(events []triage.Event, id string) bool {
	return slices.ContainsFunc(events, func(e triage.Event) bool { return e.ID == id })
}
