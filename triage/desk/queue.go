package desk

import (
	"context"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/duty"
	"madoguchi/triage/staff"
)

// Query chooses a page of the queue.
type Query struct {
	State    string // a state's name or all; empty is waiting
	Assignee string // a login; empty for everybody
	Limit    int    // 0 is triage.DefaultPage; at most triage.MaxPage
	Cursor   string
}

// Page is a page of the queue, most pressing first.
type Page struct {
	Cases []triage.Case
	Next  string // the cursor of the next page; empty at the end
}

// Queue lists the cases that the person may see: who counsels sees what waits and their own, whatever they ask for. A page
// may be shorter than its limit, and is the last only where Next is empty.
func (d *Desk) Queue(ctx context.Context, p staff.Person, q Query) (Page, error) {
	if err := d.record(ctx, p, "queue", "", "", ""); err != nil {
		return Page{}, err
	}
	return d.QueueAgain(ctx, p, q)
}

// QueueAgain is Queue without a line in the audit: for a page that stays open after a look that was written down. The
// caller sees to it that there was one, and that it does not last for ever.
func (d *Desk) QueueAgain(ctx context.Context, p staff.Person, q Query) (Page, error) {
	if !leads(p) && !counsels(p) {
		return Page{}, forbidden()
	}
	state := triage.State(q.State)
	switch {
	case q.State == "":
		state = triage.Waiting
	case q.State == "all":
		state = ""
	case !state.Valid():
		return Page{}, bad("そのような状態はありません。")
	}
	if q.Limit < 0 || q.Limit > triage.MaxPage {
		return Page{}, bad("一度に出せるのは200件までです。")
	}
	cases, next, err := d.Store.List(ctx, triage.Query{State: state, Assignee: q.Assignee, Erased: leads(p) && q.State == "all",
		Limit: q.Limit, Cursor: q.Cursor})
	if err != nil {
		return Page{}, err
	}
	page := Page{Cases: []triage.Case{}, Next: next}
	for _, c := range cases {
		if mayLook(p, c) == nil {
			page.Cases = append(page.Cases, c)
		}
	}
	return page, nil
}

// View is a case as somebody looks at it: as it is, and all that happened, oldest first.
type View struct {
	Case     triage.Case
	Timeline []triage.Event
	Now      time.Time // the desk's clock, for what is overdue

	climbs time.Time // when the answer, late, reaches the supervisor
}

// View is a case without its timeline.
func (d *Desk) View(c triage.Case) View { return View{Case: c, Now: d.Clock.Now(), climbs: d.late(c)} }

// Duties are what has to be done in the case, with the seeker's answer among them.
func (v View) Duties() []triage.Duty {
	var duties []triage.Duty
	if !v.Case.DueAt.IsZero() {
		duties = append(duties, triage.Duty{Kind: "answer", What: "answer", DueAt: v.Case.DueAt, Owner: duty.Assignee, ClimbAt: v.climbs})
	}
	return append(duties, v.Case.Duties...)
}

// late is when an answer that is late reaches the supervisor: late by as long again; where it is due in days on which the desk works,
// as every other duty does.
func (d *Desk) late(c triage.Case) time.Time {
	within := c.DueAt.Sub(c.WaitingSince)
	switch {
	case c.DueAt.IsZero() || within <= 0:
		return time.Time{}
	case d.City.AnswersByDay(c.Severity):
		return d.City.Climb(c.DueAt)
	}
	return c.DueAt.Add(within)
}

// Case shows a case.
func (d *Desk) Case(ctx context.Context, p staff.Person, id triage.CaseID) (View, error) {
	v, err := d.Again(ctx, p, id)
	if err != nil {
		return View{}, err
	}
	if err := d.record(ctx, p, "look", id, "", ""); err != nil {
		return View{}, err
	}
	return v, nil
}

// Again is Case without a line in the audit, as QueueAgain is Queue.
func (d *Desk) Again(ctx context.Context, p staff.Person, id triage.CaseID) (View, error) {
	c, events, err := d.Store.Load(ctx, id)
	if err != nil {
		return View{}, err
	}
	if err := mayLook(p, c); err != nil {
		return View{}, d.keptOut(ctx, p, c, err)
	}
	d.renew(ctx, p, c)
	owing := d.owing(c, events)
	owing, seen, err := d.apart(ctx, p, owing, heard(p, visible(c, events)))
	v := d.View(owing)
	v.Timeline = seen
	return v, err
}

// Visible returns the case as it is now if that person may see it in a list, and writes no audit: for the live stream
// of what a page shows already. Otherwise triage.ErrUnknown.
func (d *Desk) Visible(ctx context.Context, p staff.Person, id triage.CaseID) (triage.Case, error) {
	c, _, err := d.Store.Load(ctx, id)
	if err != nil {
		return triage.Case{}, err
	}
	if mayLook(p, c) != nil {
		return triage.Case{}, triage.ErrUnknown
	}
	return c, nil
}

// Listening writes down that the person goes on seeing the queue as it changes, as Queue does of one look at it.
func (d *Desk) Listening(ctx context.Context, p staff.Person) error {
	if !leads(p) && !counsels(p) {
		return forbidden()
	}
	return d.record(ctx, p, "listen", "", "", "")
}

// Watch sends the id of each case that changed; an empty id says to look at everything again.
func (d *Desk) Watch(ctx context.Context) (<-chan triage.CaseID, error) { return d.Store.Watch(ctx) }

// Doing shows the seeker what the person is doing; it goes out after half a minute unless said again. Only those who may
// answer are shown.
func (d *Desk) Doing(ctx context.Context, p staff.Person, id triage.CaseID, doing triage.Doing) error {
	switch doing {
	case triage.DoingWaiting, triage.DoingReading, triage.DoingWriting:
	default:
		return bad("そのような様子はありません。")
	}
	c, _, err := d.Store.Load(ctx, id)
	if err != nil {
		return err
	}
	if err := mayAct(p, c); err != nil {
		return err
	}
	if c.Erased() {
		return refuse(triage.CodeState, "この相談は、書いた人が取り下げています。")
	}
	if doing != triage.DoingWaiting {
		d.renew(ctx, p, c)
	}
	return d.Lamp.Show(ctx, id, doing)
}
