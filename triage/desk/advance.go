package desk

import (
	"cmp"
	"context"
	"errors"
	"time"

	"madoguchi/triage"
)

// A demonstration lives through a year in seconds. So the cases that have something due on the way are read once and held in
// memory; what falls due in them is done piece by piece, each at its time, by the same rules as ever, and written at once. A case
// that somebody else changes meanwhile is read again.

// Timer is a clock that can be set: the demonstration's.
type Timer interface {
	triage.Clock
	Set(t time.Time)
}

// traveller is a case on its way through time.
type traveller struct {
	c      triage.Case
	events []triage.Event
	leased []triage.Due
	next   map[triage.DueKind]time.Time // when it has something to do; a kind that is absent has nothing
}

// Advance moves the clock to a later time, from one due time to the next, and does what falls due on the way. It returns
// when nothing more is due. Whoever asked for it may go away meanwhile: time does not stop half way.
func (d *Desk) Advance(ctx context.Context, clock Timer, to time.Time) error {
	ctx = context.WithoutCancel(ctx)
	d.sweeping.Lock()
	defer d.sweeping.Unlock()
	for wrote := true; wrote; {
		all, err := d.depart(ctx, to)
		if err == nil {
			wrote, err = d.travel(ctx, clock, all, to)
		}
		if err = cmp.Or(err, d.arrive(ctx, all)); err != nil {
			return err
		}
	}
	if to.After(clock.Now()) {
		clock.Set(to)
	}
	return nil
}

// depart leases all that falls due until then, and reads its cases.
func (d *Desk) depart(ctx context.Context, to time.Time) (map[triage.CaseID]*traveller, error) {
	all := map[triage.CaseID]*traveller{}
	for _, kind := range timed {
		for more := true; more; {
			leased, err := d.Store.Lease(ctx, kind, to, sweepHold, sweepLimit)
			if err != nil {
				return all, err
			}
			for _, due := range leased {
				if all[due.Case] == nil {
					all[due.Case] = &traveller{}
				}
				all[due.Case].leased = append(all[due.Case].leased, due)
			}
			more = len(leased) > 0
		}
	}
	for id, x := range all {
		var kinds []triage.DueKind
		for _, due := range x.leased {
			kinds = append(kinds, due.Kind)
		}
		if err := d.reread(ctx, id, x, kinds...); err != nil {
			return all, err
		}
	}
	return all, nil
}

// arrive gives everything back, each to be looked at again when it has something to do.
func (d *Desk) arrive(ctx context.Context, all map[triage.CaseID]*traveller) error {
	var err error
	for _, x := range all {
		for _, due := range x.leased {
			err = cmp.Or(err, d.Store.Settle(ctx, due, x.next[due.Kind]))
		}
	}
	return err
}

// reread reads the case, and looks when work of those kinds is to be done. A case that is no more has none.
func (d *Desk) reread(ctx context.Context, id triage.CaseID, x *traveller, kinds ...triage.DueKind) error {
	c, events, err := d.Store.Load(ctx, id)
	x.c, x.events, x.next = c, events, map[triage.DueKind]time.Time{}
	if err == nil {
		d.foresee(ctx, x, kinds...)
	}
	return butGone(err)
}

// foresee looks when the case next has something to do of those kinds.
func (d *Desk) foresee(ctx context.Context, x *traveller, kinds ...triage.DueKind) {
	agenda := x.c.Agenda()
	for _, kind := range kinds {
		delete(x.next, kind)
		if _, ok := agenda[kind]; !ok {
			continue
		}
		if at := d.moment(ctx, x.c, x.events, kind); !at.IsZero() {
			x.next[kind] = at
		}
	}
}

// travel does what falls due in the cases until then, in order, and reports whether anything was written.
func (d *Desk) travel(ctx context.Context, clock Timer, all map[triage.CaseID]*traveller, to time.Time) (wrote bool, err error) {
	for {
		id, kind, at := earliest(all, clock.Now())
		if id == "" || at.After(to) {
			return wrote, nil
		}
		if at.After(clock.Now()) {
			clock.Set(at)
		}
		did, err := d.pass(ctx, id, all[id], kind)
		if err != nil {
			return wrote, err
		}
		wrote = wrote || did
	}
}

// earliest is what comes next, and when: of what is due by now, what the rules have to look at before all else.
func earliest(all map[triage.CaseID]*traveller, now time.Time) (triage.CaseID, triage.DueKind, time.Time) {
	var first work
	for id, x := range all {
		for kind, at := range x.next {
			w := work{triage.Due{Kind: kind, Case: id}, at}
			if first.Case == "" || cmp.Or(later(w.at, now).Compare(later(first.at, now)), news(w)-news(first),
				w.at.Compare(first.at), cmp.Compare(w.Case, first.Case), cmp.Compare(w.Kind, first.Kind)) < 0 {
				first = w
			}
		}
	}
	return first.Case, first.Kind, first.at
}

// pass does what is due of that kind in the case, and reports whether anything was written. It looks again where the store would
// have it fall due again: at what the events change by themselves, and at the rules where they are news.
func (d *Desk) pass(ctx context.Context, id triage.CaseID, x *traveller, kind triage.DueKind) (wrote bool, err error) {
	if x.c.Doomed != "" {
		clear(x.next)
		return true, d.destroy(ctx, id)
	}
	now := d.Clock.Now()
	events, err := d.owed(ctx, kind, x.c, x.events, now)
	if err != nil {
		return false, err
	}
	if len(events) == 0 {
		d.foresee(ctx, x, kind)
		if at, ok := x.next[kind]; ok && !at.After(now) {
			delete(x.next, kind) // what does nothing at its time would do nothing for ever
		}
		return false, nil
	}
	after, err := d.Store.Append(ctx, x.c, events...)
	if errors.Is(err, triage.ErrConflict) || err == nil && after.Version != x.c.Version+int64(len(events)) {
		return true, d.reread(ctx, id, x, timed...) // somebody acted just now
	}
	if err != nil {
		return false, err
	}
	for i := range events {
		events[i].Seq = x.c.Version + int64(i) + 1
	}
	heard := after.News != x.c.News
	x.c, x.events = after, append(x.events, events...)
	d.foresee(ctx, x, kind, triage.DueLease, triage.DueDuty)
	if heard {
		x.next[triage.DueRules] = after.LastAt // at once
	}
	return true, nil
}
