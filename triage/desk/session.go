package desk

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/duty"
	"madoguchi/triage/staff"
)

// longestPromise is how far ahead a seeker is promised something.
const longestPromise = 31 * day

// LeaveSession writes down what whoever comes next has to know: four short lines, each of which may be empty. A promise to
// the seeker becomes a duty of whoever has the case then.
func (d *Desk) LeaveSession(ctx context.Context, p staff.Person, id triage.CaseID, s triage.Session) (triage.Case, error) {
	if s.Complaint+s.View+s.Did+s.Next == "" && s.Promised.IsZero() {
		return triage.Case{}, bad("主訴・見立て・したこと・次の、どれかを書いてください。")
	}
	if err := d.promisable(s.Promised); err != nil {
		return triage.Case{}, err
	}
	for _, line := range []*string{&s.Complaint, &s.View, &s.Did, &s.Next} {
		if err := optional(*line, maxReason); err != nil {
			return triage.Case{}, err
		}
	}
	return d.perform(ctx, p, id, act{what: "session", may: mayNote, erased: true,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			left := s
			for _, line := range []*string{&left.Complaint, &left.View, &left.Did, &left.Next} {
				var err error
				if *line, err = d.scrubbed(ctx, id, *line); err != nil {
					return nil, err
				}
			}
			e := d.event(p, triage.KindNote)
			e.Session = &left
			return append([]triage.Event{e}, d.promise(c, s.Promised)...), nil
		}})
}

// NextTime stands in a text for when the seeker is spoken with next; see SayUntil.
const NextTime = "{次に話す時}"

// promisable reports why that time cannot be promised. The zero time is no promise.
func (d *Desk) promisable(at time.Time) error {
	now := d.Clock.Now()
	if !at.IsZero() && (!at.After(now) || at.Sub(now) > longestPromise) {
		return bad("次に話す時は、これから1か月のうちにしてください。")
	}
	return nil
}

// promise makes it a duty that the seeker is spoken with at that time, unless it is one already. The zero time is no promise.
func (d *Desk) promise(c triage.Case, at time.Time) []triage.Event {
	if at.IsZero() {
		return nil
	}
	e := d.tell(dutyPromise, "", "約束した時に、相談者と話す", at, duty.Assignee)
	e.Duty.What = dutyPromise + ":" + strconv.FormatInt(at.Unix(), 10)
	if i := slices.IndexFunc(c.Duties, func(x triage.Duty) bool { return x.What == e.Duty.What }); i >= 0 {
		if c.Duties[i].DoneAt.IsZero() {
			return nil
		}
		e.Duty.Turn = c.Duties[i].Turn + 1
	}
	return []triage.Event{e}
}

// keepsPromise are the events by which what the desk says keeps its promises: those of which the time is near.
func (d *Desk) keepsPromise(c triage.Case) []triage.Event {
	var events []triage.Event
	for _, x := range c.Duties {
		if x.Kind == dutyPromise && x.DoneAt.IsZero() && x.DueAt.Sub(d.Clock.Now()) <= time.Hour {
			e := d.event(staff.Person{}, triage.KindDuty)
			x.DoneAt, x.Decision = e.At, duty.Met
			e.From, e.Duty, e.Text = triage.System, &x, "済みました："+x.Title
			events = append(events, e)
		}
	}
	return events
}

// Passing is a case that somebody hands on at the end of their shift.
type Passing struct {
	Case triage.Case
	Left bool // what the next person has to know was written after the latest words
}

// Handover lists the person's own cases that are not over, and the emergencies of which they are the second, those first of which
// nothing has been left yet.
func (d *Desk) Handover(ctx context.Context, p staff.Person) ([]Passing, error) {
	if !leads(p) && !counsels(p) {
		return nil, forbidden()
	}
	if err := d.record(ctx, p, "handover", "", "", ""); err != nil {
		return nil, err
	}
	all := []Passing{}
	pass := func(c triage.Case) error {
		_, events, err := d.Store.Load(ctx, c.ID)
		if err == nil {
			all = append(all, Passing{c, left(c, events)})
		}
		return butGone(err)
	}
	err := d.eachFor(ctx, p, triage.Query{Assignee: p.Login}, func(c triage.Case) error {
		if c.Assignee == p.Login && (c.State == triage.Open || c.State == triage.HandedOff) {
			return pass(c)
		}
		return nil
	})
	if err == nil {
		err = d.seconding(ctx, p.Login, d.eachOf(p), pass)
	}
	slices.SortStableFunc(all, func(a, b Passing) int {
		return cmp.Or(truth(a.Left)-truth(b.Left), a.Case.Severity.Rank()-b.Case.Severity.Rank(), cmp.Compare(a.Case.ID, b.Case.ID))
	})
	return all, err
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// left reports whether nobody has said anything since the note was left.
func left(c triage.Case, events []triage.Event) bool {
	if c.Session == nil {
		return false
	}
	return !slices.ContainsFunc(events, func(e triage.Event) bool { return e.Kind == triage.KindMessage && e.At.After(c.Session.At) })
}

// SayInterim tells the seeker by one key that somebody has read and is thinking. It is no answer: who waits for one waits
// still, and the time for it runs on.
func (d *Desk) SayInterim(ctx context.Context, p staff.Person, id triage.CaseID, messageID string) (int64, error) {
	text := d.City.Text("talk.interim", "chat", d.Clock.Now(), nil)
	if text == "" {
		text = "読みました。いま考えています。"
	}
	return d.say(ctx, p, id, messageID, text, true, time.Time{})
}
