package desk

import (
	"context"
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/board"
	"madoguchi/triage/drill"
	"madoguchi/triage/staff"
)

// Wall is the board on the wall.
type Wall struct {
	board.Board
	Now     time.Time
	Here    []staff.Person // who of those who answer is there
	Doors   []Door
	OnCall  string        // who is called at night, or "" where nobody is
	Drill   *drill.Record // the latest exercise of the night path, nil where there was none
	NoNight bool          // nobody reads at night, and the city says so
}

// Door is one way to the desk that has hours: whether it is open now, and when it opens next.
type Door struct {
	Channel string
	Open    bool
	Next    time.Time // zero where it is open, or is not known to open again
}

// Wall counts what hangs on the wall. A case that is kept from the person is not counted, since a number tells as well. It
// writes no line in the audit: it is made anew all day, and tells of nobody.
func (d *Desk) Wall(ctx context.Context, p staff.Person) (Wall, error) {
	if !leads(p) && !counsels(p) {
		return Wall{}, forbidden()
	}
	now := d.Clock.Now()
	var cases []triage.Case
	err := d.eachFor(ctx, p, triage.Query{}, func(c triage.Case) error {
		cases = append(cases, c)
		return nil
	})
	if err != nil {
		return Wall{}, err
	}
	w := Wall{Board: board.Of(cases, now), Now: now, NoNight: d.City.NightCover == "none", Drill: d.latestDrill(ctx)}
	here, err := d.People.Present(ctx)
	if err != nil {
		return Wall{}, triage.ErrUnavailable
	}
	for _, x := range here {
		if leads(x) || counsels(x) {
			w.Here = append(w.Here, x)
		}
	}
	slices.SortFunc(w.Here, func(a, b staff.Person) int {
		return slices.Index(triage.Roles, a.Role) - slices.Index(triage.Roles, b.Role)
	})
	if who, _, ok := d.City.Called(0, nil); ok {
		w.OnCall = who.Name
	}
	for _, channel := range []string{"chat", "phone"} {
		door := Door{Channel: channel, Open: d.City.OpenAt(channel, now)}
		next, ok := d.City.NextOpen(channel, now)
		if !door.Open && !ok {
			continue // it has no hours
		}
		if !door.Open {
			door.Next = next
		}
		w.Doors = append(w.Doors, door)
	}
	return w, nil
}

// exposureWeeks is how far back the exposure is told.
const exposureWeeks = 6

// Exposure tells how many of the gravest cases a person had, week by week: their own to everybody who answers, and all to the
// supervisor, who has to see who carries too much. It is for nothing else.
func (d *Desk) Exposure(ctx context.Context, p staff.Person) ([]board.Load, error) {
	if !leads(p) && !counsels(p) {
		return nil, forbidden()
	}
	if err := d.record(ctx, p, "exposure", "", "", ""); err != nil {
		return nil, err
	}
	now := d.Clock.Now()
	since := board.Monday(now).AddDate(0, 0, -7*(exposureWeeks-1))
	var all []board.History
	err := d.eachFor(ctx, p, triage.Query{Erased: true}, func(c triage.Case) error {
		if c.LastAt.Before(since) {
			return nil
		}
		_, events, err := d.Store.Load(ctx, c.ID)
		if err == nil {
			all = append(all, board.History{Case: c, Events: events})
		}
		return butGone(err)
	})
	if err != nil {
		return nil, err
	}
	loads := board.Exposure(all, now, exposureWeeks)
	if p.Role != triage.Supervisor {
		loads = slices.DeleteFunc(loads, func(l board.Load) bool { return l.Login != p.Login })
	}
	return loads, nil
}
