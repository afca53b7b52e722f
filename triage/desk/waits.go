package desk

import (
	"context"
	"errors"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/band"
)

// Waits keeps what those who wait were told; see package shelf. It is nil where no page shows it.
type Waits interface {
	All(ctx context.Context) (map[string]band.Told, error)
	Change(ctx context.Context, id string, f func(*band.Told) error) (band.Told, error)
	Remove(ctx context.Context, id string) error
}

const (
	waitsEvery = 15 * time.Second
	waitsRest  = time.Second // between two looks, however much happens
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
	var news <-chan triage.CaseID
	tick := time.NewTicker(waitsEvery)
	defer tick.Stop()
	for {
		news = d.listen(ctx, news)
		if err := d.TellWaits(ctx); err != nil && ctx.Err() == nil && !passing(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		case _, ok := <-news:
			if !ok {
				news = nil
			}
			if err := rest(ctx, news, waitsRest); err != nil {
				return err
			}
		}
	}
}

// listen hears of what happens, unless it does so already. Where it cannot now it is tried again.
func (d *Desk) listen(ctx context.Context, news <-chan triage.CaseID) <-chan triage.CaseID {
	if news != nil {
		return news
	}
	news, err := d.Store.Watch(ctx)
	if err != nil {
		return nil
	}
	return news
}

// rest lets more come, and takes note of it.
func rest(ctx context.Context, news <-chan triage.CaseID, long time.Duration) error {
	end := time.After(long)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-end:
			return nil
		case _, ok := <-news:
			if !ok {
				news = nil
			}
		}
	}
}

// TellWaits looks at the desk once and tells each seeker at the page what that means for them. It tells nothing of a case to
// anybody but its seeker, and writes no audit: nobody looks.
func (d *Desk) TellWaits(ctx context.Context) error {
	told, err := d.Waits.All(ctx)
	if err != nil {
		return err
	}
	now := d.Clock.Now()
	scene, waiting, err := d.scene(ctx, now)
	if err != nil {
		return err
	}
	for i, c := range waiting {
		if c.Door != chat {
			continue
		}
		if err := d.tellWait(ctx, c, scene.of(waiting, i), now); err != nil {
			return err
		}
		delete(told, string(c.ID))
	}
	for id, t := range told { // who waits no more
		if err := d.endWait(ctx, triage.CaseID(id), t); err != nil {
			return err
		}
	}
	return nil
}

// scene is what the desk looks like, and who waits, those first who come first.
func (d *Desk) scene(ctx context.Context, now time.Time) (s view, waiting []triage.Case, err error) {
	here, err := d.People.Present(ctx)
	if err != nil {
		return s, nil, triage.ErrUnavailable
	}
	for _, p := range here {
		if counsels(p) {
			s.Here++
		}
	}
	s.Left, s.open = d.City.LeftToday(chat, now), d.City.OpenAt(chat, now)
	for _, state := range []triage.State{triage.Waiting, triage.Open} { // the list is in the order of the queue
		err := d.each(ctx, triage.Query{State: state}, func(c triage.Case) error {
			if !c.AnsweredAt.IsZero() && now.Sub(c.AnsweredAt) <= lately && now.Sub(c.OpenedAt) <= 2*lately {
				s.Answers = append(s.Answers, c.AnsweredAt.Sub(c.OpenedAt))
			}
			if !c.WaitingSince.IsZero() && !c.Erased() && c.Doomed == "" {
				waiting = append(waiting, c)
			}
			return nil
		})
		if err != nil {
			return s, nil, err
		}
	}
	return s, waiting, nil
}

// view is a scene that is the same for all who wait, but for who comes before.
type view struct {
	band.Scene
	open bool
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

// tellWait tells one of them.
func (d *Desk) tellWait(ctx context.Context, c triage.Case, v view, now time.Time) error {
	var events []triage.Event
	if band.Danger(c) && !v.open {
		var err error
		if c, events, err = d.Store.Load(ctx, c.ID); err != nil {
			return butGone(err)
		}
	}
	return d.changeWait(ctx, c, func(t band.Told) band.Told {
		return t.With(c, t.Promise.Next(c.WaitingSince, band.Of(v.Scene), now, v.Left), band.Care(t.Care, c, events, v.open))
	})
}

// changeWait notes what is told from now on, and shows it where that was not shown yet.
func (d *Desk) changeWait(ctx context.Context, c triage.Case, next func(band.Told) band.Told) error {
	after, err := d.Waits.Change(ctx, string(c.ID), func(t *band.Told) error {
		n := next(*t)
		if t.Equal(n) && t.Shown == t.Turn {
			return errSame
		}
		*t = n
		return nil
	})
	if errors.Is(err, errSame) || err == nil && after.Shown == after.Turn {
		return nil
	}
	if err != nil {
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

// errSame says that there is nothing new to tell.
var errSame = errors.New("desk: the same as before")

// endWait takes the band off the page of who waits no more, and forgets a conversation that is over.
func (d *Desk) endWait(ctx context.Context, id triage.CaseID, t band.Told) error {
	c, _, err := d.Store.Load(ctx, id)
	if errors.Is(err, triage.ErrUnknown) || err == nil && (c.Erased() || c.State == triage.Resolved || c.State == triage.Closed) {
		return d.Waits.Remove(ctx, string(id))
	}
	if err != nil || (t.Band == triage.BandNone || t.Band == "") && t.Shown == t.Turn || !c.WaitingSince.IsZero() {
		return err
	}
	return d.changeWait(ctx, c, func(t band.Told) band.Told { return t.With(c, band.Promise{Band: triage.BandNone}, t.Care) })
}
