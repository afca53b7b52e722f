package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/band"
	"madoguchi/triage/staff"
)

// Waits keeps what those who wait were told; see package shelf. It is nil where no page shows it.
type Waits interface {
	All(ctx context.Context) (map[string]band.Told, error)
	Change(ctx context.Context, id string, f func(*band.Told) error) (band.Told, error)
	Remove(ctx context.Context, id string) error
}

const (
	waitsEvery = 15 * time.Second
	waitsRest  = 3 * time.Second // between two looks, however much happens
	lately     = 2 * time.Hour
)

// chat is the door whose page tells how long it may take.
const chat = "chat"

// RunWaits tells those who wait at the desk's page how long it may take, whenever something happens and every fifteen seconds,
// until ctx ends.
func (d *Desk) RunWaits(ctx context.Context) error {
	if d.Waits == nil || d.WaitLamp == nil {
		<-ctx.Done()
		return ctx.Err()
	}
	return d.again(ctx, waitsEvery, waitsRest, d.TellWaits)
}

// TellWaits looks at the desk once and tells each seeker at the page what that means for them. It tells nothing of a case to
// anybody but its seeker, and writes no audit: nobody looks.
func (d *Desk) TellWaits(ctx context.Context) error {
	told, err := d.Waits.All(ctx)
	if err != nil {
		return err
	}
	now := d.Clock.Now()
	scene, open, err := d.scene(ctx, now)
	if err != nil {
		return err
	}
	waiting := slices.DeleteFunc(slices.Clone(open), func(c triage.Case) bool { return c.WaitingSince.IsZero() })
	for i, c := range waiting {
		if c.Door != chat {
			continue
		}
		if err := d.tellWait(ctx, c, scene.of(waiting, i), now, told[string(c.ID)]); err != nil {
			return err
		}
	}
	for _, c := range open {
		if t, known := told[string(c.ID)]; known && c.WaitingSince.IsZero() {
			if err := d.changeWait(ctx, c, t, waitOver(c)); err != nil {
				return err
			}
		}
		delete(told, string(c.ID))
	}
	for id, t := range told { // who is not at the desk any more
		if err := d.endWait(ctx, triage.CaseID(id), t); err != nil {
			return err
		}
	}
	return nil
}

// scene is what the desk looks like, and what is open there, in the order of the queue.
func (d *Desk) scene(ctx context.Context, now time.Time) (s view, cases []triage.Case, err error) {
	here, err := d.People.Present(ctx)
	if err != nil {
		return s, nil, triage.ErrUnavailable
	}
	if closes := d.City.ClosesAt(chat, now); !closes.IsZero() {
		s.Left = closes.Sub(now)
	}
	s.Today, s.until = d.City.LeftToday(chat, now)
	for _, p := range here {
		if counsels(p) {
			s.Here++
		}
	}
	if s.Left > 0 {
		s.here = here
	}
	for _, state := range []triage.State{triage.Waiting, triage.Open} {
		err := d.each(ctx, triage.Query{State: state}, func(c triage.Case) error {
			if !c.AnsweredAt.IsZero() && now.Sub(c.AnsweredAt) <= lately && now.Sub(c.OpenedAt) <= 2*lately {
				s.Answers = append(s.Answers, c.AnsweredAt.Sub(c.OpenedAt))
			}
			if !c.Erased() && c.Doomed == "" {
				cases = append(cases, c)
			}
			return nil
		})
		if err != nil {
			return s, nil, err
		}
	}
	return s, cases, nil
}

// view is a scene that is the same for all who wait, but for who comes before.
type view struct {
	band.Scene
	here  []staff.Person // who is there while the door is open
	until time.Duration  // until it closes for the day
}

// heard reports whether somebody is there who hears of the case.
func (v view) heard(c triage.Case) bool {
	return slices.ContainsFunc(v.here, sees(c))
}

// of is the scene of the i-th of those who wait. Before who has somebody already, nobody comes.
func (v view) of(waiting []triage.Case, i int) view {
	v.Ahead = map[triage.Severity]int{}
	if waiting[i].Assignee != "" {
		return v
	}
	for _, c := range waiting[:i] {
		if c.Assignee == "" {
			v.Ahead[c.Severity]++
		}
	}
	return v
}

// waitOver ends what is told of the wait: what is written after an answer is another one.
func waitOver(c triage.Case) func(band.Told) band.Told {
	return func(t band.Told) band.Told { return t.With(c, band.Promise{Band: triage.BandNone}, triage.CareNone) }
}

// tellWait tells one of them, who was told so far what known says.
func (d *Desk) tellWait(ctx context.Context, c triage.Case, v view, now time.Time, known band.Told) error {
	var events []triage.Event
	if band.Care(known.Care, c, nil, v.heard(c), now) == triage.CareNight { // unless somebody was reached
		var err error
		if c, events, err = d.Store.Load(ctx, c.ID); err != nil {
			return butGone(err)
		}
	}
	return d.changeWait(ctx, c, known, func(t band.Told) band.Told {
		p := t.Promise.Next(c.WaitingSince, band.Of(v.Scene), now, v.until)
		if p.Band == triage.BandSorry && t.Band != triage.BandSorry {
			p.Reply = d.replied(c, now)
		}
		return t.With(c, p, band.Care(t.Care, c, events, v.heard(c), now))
	})
}

// replied is by when the desk can truly promise an answer, on a full hour: when it is due by the city's terms, if the door is
// answered then and in the hour before. Else it is the zero time.
func (d *Desk) replied(c triage.Case, now time.Time) time.Time {
	by := c.DueAt.In(triage.JST)
	if full := by.Truncate(time.Hour); by.After(full) {
		by = full.Add(time.Hour)
	}
	answered := d.City.OpenAt(c.Door, by.Add(-time.Hour)) && d.City.OpenAt(c.Door, by.Add(-time.Minute))
	if c.DueAt.IsZero() || !by.Add(-time.Hour).After(now) || !answered {
		return time.Time{}
	}
	return by
}

// changeWait notes what is told from now on, and shows it where that was not shown yet. It asks nobody where nothing is new.
func (d *Desk) changeWait(ctx context.Context, c triage.Case, known band.Told, next func(band.Told) band.Told) error {
	if n := next(known); known.Equal(n) && known.Shown == known.Turn {
		return nil
	}
	after, err := d.Waits.Change(ctx, string(c.ID), func(t *band.Told) error {
		*t = next(*t)
		return nil
	})
	if err != nil || after.Shown == after.Turn {
		return err
	}
	if d.WaitLamp.Wait(ctx, c.ID, after.Wait()) != nil {
		return ctx.Err() // the page cannot be reached now, and is tried again; the others are told meanwhile
	}
	_, err = d.Waits.Change(ctx, string(c.ID), func(t *band.Told) error {
		t.Shown = max(t.Shown, after.Turn)
		return nil
	})
	return err
}

// endWait takes what is told of the wait off the page of who is not at the desk any more, and forgets it at the next look.
func (d *Desk) endWait(ctx context.Context, id triage.CaseID, known band.Told) error {
	c, _, err := d.Store.Load(ctx, id)
	switch {
	case errors.Is(err, triage.ErrUnknown) || err == nil && (c.Erased() || c.Doomed != ""):
		return d.Waits.Remove(ctx, string(id))
	case err != nil || c.State == triage.Waiting || c.State == triage.Open: // come back since
		return err
	}
	if w := known.Wait(); w.Band == triage.BandNone && w.Care == triage.CareNone && known.Shown == known.Turn {
		return d.Waits.Remove(ctx, string(id))
	}
	return d.changeWait(ctx, c, known, waitOver(c))
}
