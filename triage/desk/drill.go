package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/drill"
	"madoguchi/triage/staff"
)

// Drills keeps the exercises of the night path, by id; see package shelf.
type Drills interface {
	All(ctx context.Context) (map[string]drill.Record, error)
	Change(ctx context.Context, id string, f func(*drill.Record) error) (drill.Record, error)
}

const drillsEvery = 5 * time.Second

// drillSays begins every call of an exercise, whatever a city's own text says: nobody must take it for a child in danger.
const drillSays = "訓練です。"

// StartDrill begins an exercise of the night path: who is on call is called at once, and again by the steps of an alarm, the next
// person, then the next path, until one of them says 受領 or drill.Lasts is over. It is for the supervisor, and one at a time: its
// number is the next one, so that of two who begin one in the same moment one does.
func (d *Desk) StartDrill(ctx context.Context, p staff.Person) (drill.Record, error) {
	if p.Role != triage.Supervisor {
		return drill.Record{}, forbidden()
	}
	if !d.CanDrill() {
		return drill.Record{}, refuse(triage.CodeState, "夜に呼び出す人か、呼び出す手段がないので、訓練はできません。")
	}
	all, err := d.drills(ctx)
	if err != nil {
		return drill.Record{}, err
	}
	begun := refuse(triage.CodeState, "訓練を、もう始めています。")
	if slices.ContainsFunc(all, drill.Record.Open) {
		return drill.Record{}, begun
	}
	if openly, _, err := d.alarmed(ctx); err != nil || openly {
		return drill.Record{}, cmp.Or(err, refuse(triage.CodeState, "いま、本当の緊急の知らせが受領を待っています。訓練は、そのあとにしてください。"))
	}
	r := drill.Record{ID: strconv.Itoa(len(all) + 1), At: d.Clock.Now(), By: p.Login}
	if err := d.record(ctx, p, "drill_start", "", r.ID, ""); err != nil {
		return drill.Record{}, err
	}
	if _, err := d.changeDrill(ctx, r.ID, func(x *drill.Record) error {
		if !x.At.IsZero() {
			return begun
		}
		*x = r
		return nil
	}); err != nil {
		return drill.Record{}, err
	}
	return d.drilled(ctx, r)
}

// CanDrill reports whether there is somebody who could be called, and a way to do it.
func (d *Desk) CanDrill() bool {
	_, _, ok := d.City.Called(0, nil)
	return ok && d.Pager != nil && d.Drills != nil
}

// ReceiveDrill is 受領 to an exercise, by whoever could take a case. Who began it is not who was called.
func (d *Desk) ReceiveDrill(ctx context.Context, p staff.Person, id string) (drill.Record, error) {
	if !leads(p) && !counsels(p) {
		return drill.Record{}, forbidden()
	}
	return d.endDrill(ctx, p, "drill_receive", id, func(r *drill.Record) error {
		if r.By == p.Login {
			return refuse(triage.CodeTwoPersons, "受領するのは、訓練を始めた人とは別の人です。")
		}
		r.Received, r.ReceivedBy = d.Clock.Now(), p.Login
		return nil
	})
}

// EndDrill ends an exercise that nobody has received.
func (d *Desk) EndDrill(ctx context.Context, p staff.Person, id string) (drill.Record, error) {
	if p.Role != triage.Supervisor {
		return drill.Record{}, forbidden()
	}
	return d.endDrill(ctx, p, "drill_end", id, func(r *drill.Record) error {
		r.Ended = d.Clock.Now()
		return nil
	})
}

func (d *Desk) endDrill(ctx context.Context, p staff.Person, what, id string, f func(*drill.Record) error) (drill.Record, error) {
	all, err := d.drills(ctx)
	if err != nil {
		return drill.Record{}, err
	}
	if !slices.ContainsFunc(all, func(r drill.Record) bool { return r.ID == id }) {
		return drill.Record{}, triage.ErrUnknown
	}
	if err := d.record(ctx, p, what, "", id, ""); err != nil {
		return drill.Record{}, err
	}
	return d.changeDrill(ctx, id, func(r *drill.Record) error {
		if !r.Open() {
			return refuse(triage.CodeState, "この訓練は、もう終わっています。")
		}
		return f(r)
	})
}

// ListDrills lists the exercises, the latest first, to whoever answers.
func (d *Desk) ListDrills(ctx context.Context, p staff.Person) ([]drill.Record, error) {
	if !leads(p) && !counsels(p) {
		return nil, forbidden()
	}
	return d.drills(ctx)
}

func (d *Desk) drills(ctx context.Context) ([]drill.Record, error) {
	if d.Drills == nil {
		return nil, triage.ErrUnavailable
	}
	kept, err := d.Drills.All(ctx)
	all := make([]drill.Record, 0, len(kept))
	for _, r := range kept {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b drill.Record) int { return b.At.Compare(a.At) })
	if err == nil {
		d.drilling.Store(slices.ContainsFunc(all, drill.Record.Open))
	}
	return all, err
}

// changeDrill changes an exercise, and takes note of whether it goes on.
func (d *Desk) changeDrill(ctx context.Context, id string, f func(*drill.Record) error) (drill.Record, error) {
	r, err := d.Drills.Change(ctx, id, f)
	if err == nil {
		d.drilling.Store(r.Open())
	}
	return r, err
}

// latestDrill is the latest exercise, nil where there was none. It is an aid: that it cannot be read now is as if there was none.
func (d *Desk) latestDrill(ctx context.Context) *drill.Record {
	all, err := d.drills(ctx)
	if err != nil || len(all) == 0 {
		return nil
	}
	return &all[0]
}

// Drilling reports whether an exercise waits for 受領, as it was when the exercises were last looked at: RunDrills does every few
// seconds, so that no page has to ask.
func (d *Desk) Drilling() bool { return d.drilling.Load() }

// RunDrills calls who is on call while an exercise goes on, until ctx ends.
func (d *Desk) RunDrills(ctx context.Context) error {
	tick := time.NewTicker(drillsEvery)
	defer tick.Stop()
	for {
		if err := d.RingDrills(ctx); err != nil && ctx.Err() == nil && !passing(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// RingDrills does what has fallen due of the exercises that go on.
func (d *Desk) RingDrills(ctx context.Context) error {
	if d.Drills == nil {
		return nil
	}
	all, err := d.drills(ctx)
	if err != nil {
		return err
	}
	for _, r := range all {
		if !r.Open() {
			continue
		}
		if _, err := d.drilled(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// alarmed reports whether an alarm rings for a child: openly, or in a case that is kept from somebody who sees the exercises. That one
// is refused, or ends, tells them of an alarm: so only one that rings openly does that.
func (d *Desk) alarmed(ctx context.Context) (openly, apart bool, err error) {
	people, err := d.everybody(ctx)
	if err != nil {
		return false, false, err
	}
	err = d.each(ctx, triage.Query{}, func(c triage.Case) error {
		if _, _, rings := alarm(c, nil); rings {
			kept := keptFrom(c, people, func(p staff.Person) bool { return leads(p) || counsels(p) })
			openly, apart = openly || !kept, apart || kept
		}
		return nil
	})
	return openly, apart, err
}

// drilled calls the next person of an exercise, where the time for that has come, or ends it. Of two who look at it one does. A
// child comes first: while an alarm rings openly it ends, and while one rings apart nobody is called, whose line has to be free;
// which is kept as a call that did not go out, and looks like every other that does not.
func (d *Desk) drilled(ctx context.Context, r drill.Record) (drill.Record, error) {
	now, step := d.Clock.Now(), len(r.Calls)
	due := now.Sub(r.At)
	who, by, ok := d.City.Called(step, nil)
	switch {
	case due >= drill.Lasts:
		return d.over(ctx, r, r.At.Add(drill.Lasts))
	case !ok || d.Pager == nil || due < ring(step):
		return r, nil
	}
	openly, apart, err := d.alarmed(ctx)
	if err != nil {
		return r, err
	}
	if openly {
		return d.over(ctx, r, now)
	}
	mine := false
	r, err = d.changeDrill(ctx, r.ID, func(x *drill.Record) error {
		if mine = x.Open() && len(x.Calls) == step; mine {
			x.Calls = append(x.Calls, drill.Call{At: now, Who: who.Name, By: by})
		}
		return nil
	})
	if err != nil || !mine || apart ||
		d.call(ctx, fmt.Sprintf("drill:%s:%d", r.ID, step), who.Reach, by, drillSays+d.City.Text("oncall.drill", "", now, nil)) != nil {
		return r, err
	}
	return d.changeDrill(ctx, r.ID, func(x *drill.Record) error {
		x.Calls[step].Out = true
		return nil
	})
}

// over ends an exercise that nobody has received.
func (d *Desk) over(ctx context.Context, r drill.Record, at time.Time) (drill.Record, error) {
	return d.changeDrill(ctx, r.ID, func(x *drill.Record) error {
		if x.Open() {
			x.Ended = at
		}
		return nil
	})
}
