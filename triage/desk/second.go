package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/duty"
	"madoguchi/triage/staff"
)

// The duties that the desk owes itself.
const (
	dutySecond  = "second_person" // an emergency has two
	dutyApart   = "other_side"    // one person has both sides of a matter
	dutySilent  = "no_answer"     // an emergency has not been answered by who has it
	dutyPromise = "promised"      // the seeker was told when they are spoken with again
)

const silentTitle = "緊急の担当に声をかけ、返事を確かめる"

// pairs are the duties that no emergency is one person's alone, and that nobody has both sides: made where it is so, done where
// it is so no longer.
func (d *Desk) pairs(ctx context.Context, c triage.Case) ([]triage.Event, error) {
	if c.Erased() {
		return nil, nil
	}
	if out, err := d.shutOut(ctx, c); err != nil || len(out) > 0 {
		return out, err
	}
	alone := paired(c) && (c.Second == "" || d.profiles(ctx)[c.Second].Away(d.Clock.Now()))
	opposed, err := d.opposed(ctx, c)
	if err != nil {
		return nil, err
	}
	both := slices.Contains(opposed, c.Assignee) || slices.Contains(opposed, c.Second)
	silent := !c.LeaseUntil.IsZero() && slices.ContainsFunc(c.Duties, func(x triage.Duty) bool { return x.What == dutySilent && x.DoneAt.IsZero() })
	return slices.Concat(d.holds(c, dutySilent, silentTitle, silent), d.holds(c, dutySecond, "緊急の相談に、二人目をつける", alone),
		d.holds(c, dutyApart, "相手側の相談と同じ人が受け持っています。担当を分ける", both)), nil
}

// paired reports whether the case is one that has to have two.
func paired(c triage.Case) bool {
	return c.Severity == triage.Emergency && c.Assignee != "" && (c.State == triage.Open || c.State == triage.HandedOff)
}

// returns is when the second of an emergency is there again who is away now; the zero time where nobody is.
func (d *Desk) returns(ctx context.Context, c triage.Case) time.Time {
	if !paired(c) || c.Second == "" {
		return time.Time{}
	}
	if x := d.profiles(ctx)[c.Second]; x.Away(d.Clock.Now()) {
		return x.AwayUntil
	}
	return time.Time{}
}

// pairAgain writes into the emergencies of which that person is the second that they are away from now on, or back: the next sweep
// looks whether there are two.
func (d *Desk) pairAgain(ctx context.Context, login, say string) error {
	return d.seconding(ctx, login, d.each, func(c triage.Case) error {
		e := d.event(staff.Person{}, triage.KindState)
		e.From, e.Text = triage.System, say
		for {
			c, _, err := d.Store.Load(ctx, c.ID)
			if err != nil {
				return butGone(err)
			}
			if _, err = d.Store.Append(ctx, c, e); !errors.Is(err, triage.ErrConflict) {
				return err
			}
		}
	})
}

// seconding visits, of those that each gives, the emergencies of which that person is the second.
func (d *Desk) seconding(ctx context.Context, login string, each func(context.Context, triage.Query, func(triage.Case) error) error,
	visit func(triage.Case) error) error {
	for _, state := range []triage.State{triage.Open, triage.HandedOff} {
		err := each(ctx, triage.Query{State: state}, func(c triage.Case) error {
			if c.Second != login || !paired(c) {
				return nil
			}
			return visit(c)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// eachOf is eachFor of that person.
func (d *Desk) eachOf(p staff.Person) func(context.Context, triage.Query, func(triage.Case) error) error {
	return func(ctx context.Context, q triage.Query, visit func(triage.Case) error) error {
		return d.eachFor(ctx, p, q, visit)
	}
}

// shutOut keeps by name out of the case who has it and cannot see it any more, since the words name a school that they belong to:
// it is somebody else's to take.
func (d *Desk) shutOut(ctx context.Context, c triage.Case) ([]triage.Event, error) {
	var all []triage.Event
	for _, login := range []string{c.Assignee, c.Second} {
		p, err := d.People.Person(ctx, login)
		switch {
		case login == "" || errors.Is(err, staff.ErrUnknown) || err == nil && (!barred(p, c) || c.Bars(login)):
			continue
		case err != nil:
			return nil, triage.ErrUnavailable
		}
		e := d.event(staff.Person{}, triage.KindAssignment)
		e.ID, e.From, e.DueAt = "shut_out:"+login+":"+strconv.FormatInt(c.Version, 10), triage.System, d.readBy(c)
		e.Bar = &triage.Bar{Login: login, Why: triage.BarNamed}
		all = append(all, e)
	}
	return all, nil
}

// holds makes a duty of the leads where something is so, and ends it where it is not.
func (d *Desk) holds(c triage.Case, kind, title string, so bool) []triage.Event {
	i := slices.IndexFunc(c.Duties, func(x triage.Duty) bool { return x.What == kind })
	open := i >= 0 && c.Duties[i].DoneAt.IsZero()
	if so == open {
		return nil
	}
	e := d.tell(kind, "", title, d.Clock.Now(), duty.Coordinator)
	e.Duty.What = kind
	e.ID = "duty:" + kind + ":" + strconv.FormatInt(c.Version, 10)
	if i >= 0 {
		e.Duty.Turn = c.Duties[i].Turn + 1
	}
	if !so {
		x := c.Duties[i]
		x.DoneAt, x.Decision = e.At, duty.Met
		e.Duty, e.Text = &x, "済みました："+title
	}
	return []triage.Event{e}
}

// secondID is the event by which somebody on call was paged as the second, once for each time that one is wanted.
func secondID(x triage.Duty) string { return "second:" + strconv.FormatInt(x.Since.UnixNano(), 10) }

// seconded pages who is on call as the second, where an emergency has one person and nobody else is there. Whom an alarm calls
// is called by that.
func (d *Desk) seconded(ctx context.Context, c triage.Case, events []triage.Event) []triage.Event {
	i := slices.IndexFunc(c.Duties, func(x triage.Duty) bool { return x.What == dutySecond && x.DoneAt.IsZero() })
	if _, _, rings := alarm(c, events); i < 0 || rings || triage.Happened(events, secondID(c.Duties[i])) {
		return nil
	}
	if d.anyThere(ctx, func(x staff.Person) bool { return x.Login != c.Assignee && sees(c)(x) }) {
		return nil // whoever is there hears it from the pages
	}
	if _, _, ok := d.City.Called(0, c.Bars); !ok || d.Pager == nil {
		return nil
	}
	e := d.event(staff.Person{}, triage.KindDuty)
	e.ID, e.From, e.Duty = secondID(c.Duties[i]), triage.System, &c.Duties[i]
	e.Text = "緊急の相談に、二人目がいません。"
	return []triage.Event{d.paged(ctx, c, e, 0)}
}

// renew gives the assignee their time for a first answer anew while they are at work on the case: a page in sight, words
// half written. It says so once in half a lease, so that the case does not fill with it.
func (d *Desk) renew(ctx context.Context, p staff.Person, c triage.Case) {
	now, lease := d.Clock.Now(), d.lease()
	if c.LeaseUntil.IsZero() || c.Assignee != p.Login || c.LeaseUntil.Sub(now) > lease/2 || !now.Before(c.LeaseUntil) {
		return
	}
	e := d.event(p, triage.KindAssignment)
	e.ID = "renew:" + strconv.FormatInt(c.LeaseUntil.UnixNano(), 10)
	e.Assignment = &triage.Assignment{Do: triage.DoRenew, Until: now.Add(lease)}
	_, _ = d.Store.Append(ctx, c, e) // whoever was faster did more than look
}

// kept is the event by which a case in danger stays with who has it although the time for a first answer is over.
func (d *Desk) kept(c triage.Case, at time.Time) triage.Event {
	e := d.event(staff.Person{}, triage.KindDuty)
	e.ID, e.From = keptID(c), triage.System
	e.Text = "時間内に返事がありません。緊急なので、担当は変えていません。担当と二人目に、声をかけてください。"
	e.Duty = &triage.Duty{Kind: dutySilent, What: dutySilent, Title: silentTitle, DueAt: at, Since: at, Turn: 1, Owner: duty.Coordinator}
	return e
}

func keptID(c triage.Case) string { return "kept:" + strconv.FormatInt(c.LeaseUntil.UnixNano(), 10) }
