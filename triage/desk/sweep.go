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
	sweepRest  = 250 * time.Millisecond // between two sweeps, however much happens
	sweepHold  = time.Minute            // nobody else looks at the same work meanwhile
	sweepLimit = 100
)

// timed are the sorts of work that fall due by the desk's clock.
var timed = []triage.DueKind{triage.DueRules, triage.DueLease, triage.DueDuty}

// Run sweeps soon after something has happened, so that nobody on call hears of danger later than they must, and every five
// seconds, since news can be missed, until ctx ends. First it marks what is held.
func (d *Desk) Run(ctx context.Context) error {
	marked := false
	return d.again(ctx, sweepEvery, sweepRest, func(ctx context.Context) error {
		if !marked {
			marked = !passing(d.holdAgain(ctx))
		}
		return d.Sweep(ctx)
	})
}

func passing(err error) bool {
	return errors.Is(err, triage.ErrUnavailable) || errors.Is(err, triage.ErrConflict) || errors.Is(err, triage.ErrUnknown)
}

// Sweep does what has fallen due by the desk's clock: what happened to a case is laid before the rules, which may make
// duties of it; a case whose lease ran out without an answer goes back to the queue; and a duty whose time has passed is
// said to be overdue, once with each step that it climbs.
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
			if at := d.moment(ctx, c, events, kind); !at.IsZero() && !at.After(until) {
				all = append(all, work{due, at})
			} else if err := d.Store.Settle(ctx, due, at); err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(all, func(a, b work) int {
		return cmp.Or(news(a)-news(b), a.at.Compare(b.at))
	})
	return all, nil
}

// news puts what the rules have to look at before all else: an alarm that somebody has just ended must not ring once more.
func news(w work) int {
	if w.Kind == triage.DueRules {
		return 0
	}
	return 1
}

// moment is when the case's work of that kind has something to do; zero where it has none.
func (d *Desk) moment(ctx context.Context, c triage.Case, events []triage.Event, kind triage.DueKind) time.Time {
	var at time.Time
	switch {
	case c.Doomed != "":
		if kind == triage.DueRules {
			return c.LastAt // at once
		}
	case c.Erased():
	case kind == triage.DueLease:
		if c.Severity == triage.Emergency && triage.Happened(events, keptID(c)) {
			return time.Time{} // it was said; who has it keeps it
		}
		return lapses(c, events, d.lease())
	case kind == triage.DueRules:
		if len(d.ruled(c, events)) > 0 {
			return c.LastAt // at once
		}
		if owed, err := d.pairs(ctx, c); err != nil || len(owed) > 0 {
			return c.LastAt
		}
		unheeded, _ := d.unheeded(c, events)
		told, _ := d.outside(ctx, c, events)
		for _, t := range []time.Time{d.nightly(ctx, c, events), d.falls(c, events), unheeded, told, d.returns(ctx, c)} {
			at = sooner(at, t)
		}
	default:
		if _, next, ok := alarm(c, events); ok {
			at = next
		}
		for _, x := range c.Duties {
			for _, k := range d.climbs(c, x) {
				if !triage.Happened(events, k.id()) {
					at = sooner(at, k.at)
				}
			}
		}
	}
	return at
}

// sooner is the earlier of two times; the zero time is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
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
	if c.Doomed != "" {
		return d.destroy(ctx, c.ID)
	}
	if c.Erased() { // since it was found
		return d.Store.Settle(ctx, w.Due, time.Time{})
	}
	now := d.Clock.Now()
	news, err := d.owed(ctx, w.Kind, c, events, now)
	if err != nil {
		return err
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
	return d.Store.Settle(ctx, w.Due, d.moment(ctx, c, events, w.Kind))
}

// owed is what is to be written in the case where work of that kind is due now.
func (d *Desk) owed(ctx context.Context, kind triage.DueKind, c triage.Case, events []triage.Event, now time.Time) ([]triage.Event, error) {
	switch kind {
	case triage.DueLease:
		if at := lapses(c, events, d.lease()); !at.IsZero() && !now.Before(at) {
			return d.lapsed(c, events, now), nil
		}
		return nil, nil
	case triage.DueRules:
		return d.judged(ctx, c, events, now)
	}
	return append(d.ringing(ctx, c, events, now), d.climbed(c, events, now)...), nil
}

// judged is what the rules make of what happened.
func (d *Desk) judged(ctx context.Context, c triage.Case, events []triage.Event, now time.Time) ([]triage.Event, error) {
	if news := d.wordless(c, events, now); len(news) > 0 {
		return news, nil // the rules look at it next
	}
	news := d.ruled(c, events)
	owed, err := d.pairs(ctx, c)
	if err != nil {
		return nil, err
	}
	news = append(news, owed...)
	after := c
	for _, e := range news {
		after = after.With(e)
	}
	news = append(news, d.seconded(ctx, after, slices.Concat(events, news))...)
	news = append(news, d.ringing(ctx, after, slices.Concat(events, news), now)...)
	news = append(news, d.tonight(ctx, after, events, now)...)
	said, err := d.sayOutside(ctx, after, slices.Concat(events, news), now)
	return append(news, said...), err
}

// climbed says of each duty whose time has passed that it is overdue, once with each step that it climbs.
func (d *Desk) climbed(c triage.Case, events []triage.Event, now time.Time) []triage.Event {
	var news []triage.Event
	for _, x := range c.Duties {
		for _, k := range d.climbs(c, x) {
			if now.Before(k.at) || triage.Happened(events, k.id()) {
				continue
			}
			e := d.event(staff.Person{}, triage.KindDuty)
			e.ID, e.From, e.Text, e.Duty = k.id(), triage.System, k.say, &x
			news = append(news, e)
		}
	}
	return news
}

// lapsed gives a case back to the queue; but one in danger stays with who has it, and the leads are told.
func (d *Desk) lapsed(c triage.Case, events []triage.Event, now time.Time) []triage.Event {
	if c.Severity == triage.Emergency {
		if triage.Happened(events, keptID(c)) {
			return nil
		}
		return []triage.Event{d.kept(c, now)}
	}
	e := d.event(staff.Person{}, triage.KindAssignment)
	e.ID = "lapse:" + strconv.FormatInt(c.Version, 10) // of two sweeps, one
	e.From, e.Text = triage.System, "時間内に返事がなかったので、待っている相談に戻しました。"
	e.Assignment = &triage.Assignment{Do: triage.DoLapse}
	return []triage.Event{e}
}
