package desk

import (
	"context"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// defaultLease is how long a claimed case waits for its first answer where the city says nothing.
const defaultLease = 15 * time.Minute

func (d *Desk) lease() time.Duration {
	if d.terms.Lease > 0 {
		return d.terms.Lease
	}
	return defaultLease
}

func (d *Desk) assignment(p staff.Person, do, to string, until time.Time) []triage.Event {
	e := d.event(p, triage.KindAssignment)
	e.Assignment = &triage.Assignment{Do: do, To: to, Until: until}
	return []triage.Event{e}
}

// Claim takes a waiting case. Of two people who try, one has it and the other is told so.
func (d *Desk) Claim(ctx context.Context, p staff.Person, id triage.CaseID) (triage.Case, error) {
	c, err := d.perform(ctx, p, id, act{what: "claim", may: mayTake,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			switch {
			case c.State == triage.Waiting:
				if err := d.takes(ctx, p, c); err != nil {
					return nil, err
				}
				return d.assignment(p, triage.DoClaim, p.Login, d.Clock.Now().Add(d.lease())), nil
			case c.Assignee != "":
				return nil, refuse(triage.CodeClaimed, "この相談は、すでに受け持つ人がいます。")
			}
			return nil, refuse(triage.CodeState, "この相談は、いま待っていません。")
		}})
	if err == nil {
		d.light(ctx, id, triage.DoingReading)
	}
	return c, err
}

// takes reports why the person cannot take the case now: they speak with the other side, or rest after hard work while
// somebody else is there.
func (d *Desk) takes(ctx context.Context, p staff.Person, c triage.Case) error {
	if err := d.impartial(ctx, p.Login, c); err != nil {
		return err
	}
	return d.rested(ctx, p, c)
}

// receives reports why the colleague cannot be given the case. Who is kept out of it is like somebody who is not here.
func (d *Desk) receives(ctx context.Context, colleague staff.Person, c triage.Case) error {
	if barred(colleague, c) {
		return bad("その人は、この相談を受け持てません。")
	}
	return d.impartial(ctx, colleague.Login, c)
}

// readBy is when somebody must have read a case that is left to the queue now.
func (d *Desk) readBy(c triage.Case) time.Time {
	by, ok := d.terms.AnswerBy[c.Severity]
	if !ok {
		return time.Time{}
	}
	return by(d.Clock.Now())
}

// Release gives a case back to the queue.
func (d *Desk) Release(ctx context.Context, p staff.Person, id triage.CaseID) (triage.Case, error) {
	var before triage.Case
	var was []triage.Event
	c, err := d.perform(ctx, p, id, act{what: "release", may: mayDispose,
		do: func(c triage.Case, events []triage.Event) ([]triage.Event, error) {
			if c.Assignee == "" || c.State != triage.Open && c.State != triage.HandedOff {
				return nil, refuse(triage.CodeState, "この相談は、いま受け持つ人がいないか、終わっています。")
			}
			before, was = c, events
			news := d.assignment(p, triage.DoRelease, "", time.Time{})
			news[0].DueAt = d.readBy(c)
			return news, nil
		}})
	if err == nil {
		d.light(ctx, id, triage.DoingWaiting)
		d.rest(ctx, before, c, was)
	}
	return c, err
}

// Transfer hands a case to a colleague; to one who took it themself, it says that somebody else agrees. Where the seeker waits for
// an answer, the colleague has a lease like after a claim.
func (d *Desk) Transfer(ctx context.Context, p staff.Person, id triage.CaseID, to string) (triage.Case, error) {
	var before triage.Case
	var was []triage.Event
	after, err := d.perform(ctx, p, id, act{what: "transfer", may: mayDispose,
		do: func(c triage.Case, events []triage.Event) ([]triage.Event, error) {
			colleague, err := d.colleague(ctx, to, answering...)
			if err != nil {
				return nil, err
			}
			if err := d.receives(ctx, colleague, c); err != nil {
				return nil, err
			}
			if colleague.Login == c.Assignee && (entrusted(colleague, c) || colleague.Login == p.Login) {
				return nil, refuse(triage.CodeState, "その人が、すでに受け持っています。")
			}
			var until time.Time
			if !c.WaitingSince.IsZero() {
				until = d.Clock.Now().Add(d.lease())
			}
			before, was = c, events
			return d.assignment(p, triage.DoTransfer, colleague.Login, until), nil
		}})
	if err == nil {
		d.rest(ctx, before, after, was)
	}
	return after, err
}

// Join makes a person the case's second, who may answer as well. An empty login ends it. A lawyer is asked for advice by it: they
// may read and note, and are no second. The board of education is asked by a hand-off or at the meeting: nobody of it opens a case.
func (d *Desk) Join(ctx context.Context, p staff.Person, id triage.CaseID, login string) (triage.Case, error) {
	return d.perform(ctx, p, id, act{what: "second", may: mayDispose,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			if login == "" {
				return d.assignment(p, triage.DoSecond, "", time.Time{}), nil
			}
			second, err := d.colleague(ctx, login, append([]triage.Role{triage.Lawyer, triage.Board}, answering...)...)
			if err != nil {
				return nil, err
			}
			if err := d.receives(ctx, second, c); err != nil {
				return nil, err
			}
			switch {
			case second.Role == triage.Board:
				return nil, bad("教育委員会の人は、事案を開けません。教育委員会への引き継ぎか、会議で相談してください。")
			case second.Role == triage.Lawyer:
				return d.assignment(p, triage.DoConsult, second.Login, time.Time{}), nil
			case second.Login == c.Assignee:
				return nil, refuse(triage.CodeState, "その人が、すでに受け持っています。")
			}
			return d.assignment(p, triage.DoSecond, second.Login, time.Time{}), nil
		}})
}
