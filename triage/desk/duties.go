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

// ruled returns the events by which the rules change the case's duties now.
func (d *Desk) ruled(c triage.Case, events []triage.Event) []triage.Event {
	var all []triage.Event
	for _, x := range d.rules.Owe(c, events, d.City, d.Clock.Now()) {
		e := d.event(staff.Person{}, triage.KindDuty)
		e.ID, e.From, e.Duty, e.Text = duty.EventID(x), triage.System, &x, x.Title
		switch x.Decision {
		case duty.Met:
			e.Text = "済みました：" + x.Title
		case duty.Restarted:
			e.Text = "はじめから数え直します：" + x.Title
		}
		all = append(all, e)
	}
	return all
}

// owing is the case with the duties that the rules give it now, whether or not a sweep has written them down yet.
func (d *Desk) owing(c triage.Case, events []triage.Event) triage.Case {
	now := c
	for _, e := range d.ruled(c, events) {
		now = now.With(e)
	}
	c.Duties = now.Duties
	return c
}

// Done is how a person did a duty.
type Done struct {
	What     string // the duty's
	Decision string // one of the rule's, where it asks for a decision
	Reason   string
	Turn     int // of a duty that comes again, the one that is meant; 0 is the present one
}

// Fulfil writes down that what a rule asks for was done, or decided, by whom and why. A duty of the leads is theirs, and so is
// the decision that nobody need be told; every other one is for who has the case, and for the leads. What has a verb of its own (an answer, a
// countersign) is done by that.
func (d *Desk) Fulfil(ctx context.Context, p staff.Person, id triage.CaseID, done Done) (triage.Case, error) {
	if err := words(done.Reason, maxReason); err != nil {
		return triage.Case{}, bad("どうしたか、なぜそうしたかを書いてください。")
	}
	may := mayAct
	if done.What == Alarm {
		may = mayTake // whoever sees it may say that they have
	}
	return d.perform(ctx, p, id, act{what: "duty", ref: done.What, reason: done.Decision, may: may, erased: true,
		do: func(c triage.Case, events []triage.Event) ([]triage.Event, error) {
			pending := d.ruled(c, events)
			now := d.owing(c, events)
			i := slices.IndexFunc(now.Duties, func(x triage.Duty) bool { return x.What == done.What })
			if i < 0 {
				return nil, triage.ErrUnknown
			}
			x := now.Duties[i]
			if err := d.fulfillable(p, x, done); err != nil {
				return nil, err
			}
			e := d.event(p, triage.KindDuty)
			var err error
			if e.Text, err = d.scrubbed(ctx, id, done.Reason); err != nil {
				return nil, err
			}
			x.DoneAt, x.By, x.Decision, x.Reason = e.At, p.Login, done.Decision, e.Text
			e.Duty = &x
			return append(pending, e), nil
		}})
}

// fulfillable reports why the person cannot do that duty so.
func (d *Desk) fulfillable(p staff.Person, x triage.Duty, done Done) error {
	r, known := d.rules.Rule(x.What)
	decision := done.Decision
	again := x.Turn > 1 && !r.Every.IsZero() && d.Clock.Now().Sub(x.Since) < twice // the same act, said twice
	switch {
	case x.Turn == 0:
		return refuse(triage.CodeState, "この期限は、その操作をすると済みます。")
	case !x.DoneAt.IsZero(), done.Turn != 0 && done.Turn != x.Turn, done.Turn == 0 && again:
		return refuse(triage.CodeState, "この期限は、もう済んでいます。")
	case r.Lead && !leads(p):
		return refuse(triage.CodeState, "伝えたことを、いつ、だれに、何と言われたかと記録すると済みます。伝えなくてよいと決めるのは、コーディネーターか統括です。")
	case (x.Owner == duty.Coordinator || x.Owner == duty.Supervisor) && !leads(p):
		return forbidden()
	case known && len(r.Decide) > 0 && !slices.ContainsFunc(r.Decide, func(c duty.Choice) bool { return c.Key == decision }),
		(!known || len(r.Decide) == 0) && decision != "":
		return bad("どう決めたかを、選択肢から選んでください。")
	}
	return nil
}

// meantime are the duties that mean something only while somebody speaks with the seeker. What a law or the city asks for, what the
// child was promised of a school, and whom somebody has to hear of, a closed case owes as before.
var meantime = []string{dutyReassess, dutyPromise, dutyAskAgain}

// pointless are the events by which a case that is closed ends these, with the reason for which it is.
func (d *Desk) pointless(p staff.Person, c triage.Case, ch triage.Change) []triage.Event {
	var events []triage.Event
	for _, x := range c.Duties {
		if ch.To == triage.Closed && x.DoneAt.IsZero() && slices.Contains(meantime, x.Kind) {
			e := d.event(p, triage.KindDuty)
			x.DoneAt, x.By, x.Decision, x.Reason = e.At, p.Login, duty.Closed, ch.Reason
			e.Duty, e.Text = &x, "事案を終えたので、なくなりました："+x.Title
			events = append(events, e)
		}
	}
	return events
}

// MayFulfil reports whether the person, who may act in the case, may do that duty; an alarm is for whoever may take a case.
func (d *Desk) MayFulfil(p staff.Person, x triage.Duty) bool {
	if x.What == Alarm && x.DoneAt.IsZero() {
		return leads(p) || counsels(p)
	}
	r, _ := d.rules.Rule(x.What)
	return x.Turn > 0 && x.DoneAt.IsZero() && (leads(p) || x.Owner != duty.Coordinator && x.Owner != duty.Supervisor && !r.Lead)
}

// Rule returns the rule of a duty, with its decisions, its hint and the numbers to show.
func (d *Desk) Rule(what string) (duty.Rule, bool) { return d.rules.Rule(what) }

// Owed is a duty that is open, with its case.
type Owed struct {
	Case triage.Case
	triage.Duty
	Level  int    // how far it has climbed: 0 with its owner, 1 with the coordinator, 2 with the supervisor
	Holder string // who has to see to it now
}

// calm is 0 for an alarm and 1 for every other duty.
func calm(o Owed) int {
	if o.What == Alarm {
		return 0
	}
	return 1
}

// Duties lists what is owed, alarms first, then what is due the longest: of one's own cases, and for the leads of all. With
// overdue it lists only that. It holds at most triage.MaxPage.
func (d *Desk) Duties(ctx context.Context, p staff.Person, overdue bool) ([]Owed, error) {
	q := triage.Query{Erased: leads(p)}
	switch {
	case counsels(p):
		q.Assignee = p.Login
	case !leads(p):
		return nil, forbidden()
	}
	if err := d.record(ctx, p, "duties", "", "", ""); err != nil {
		return nil, err
	}
	now := d.Clock.Now()
	all := []Owed{}
	err := d.eachFor(ctx, p, q, func(c triage.Case) error {
		for _, x := range d.View(c).Duties() {
			if x.DoneAt.IsZero() && (!overdue || x.Overdue(now)) {
				all = append(all, Owed{c, x, duty.Level(x, now), duty.Holder(x, c, now)})
			}
		}
		return nil
	})
	slices.SortStableFunc(all, func(a, b Owed) int {
		return cmp.Or(calm(a)-calm(b), a.DueAt.Compare(b.DueAt), cmp.Compare(a.Case.ID, b.Case.ID), cmp.Compare(a.What, b.What))
	})
	return all[:min(len(all), triage.MaxPage)], err
}

// climbs are the moments at which an open duty is said to be overdue, each once: when its time has passed, and when it
// reaches the supervisor.
func climbs(x triage.Duty) []climb {
	if !x.DoneAt.IsZero() {
		return nil
	}
	steps := []climb{{"overdue", x, x.DueAt, "期限をすぎました。"}}
	if !x.ClimbAt.IsZero() && x.Owner != duty.Coordinator && x.Owner != duty.Supervisor {
		steps = append(steps, climb{"climbed", x, x.ClimbAt, "期限をすぎたまま、統括に上がりました。"})
	}
	return steps
}

type climb struct {
	step string
	duty triage.Duty
	at   time.Time
	say  string
}

func (k climb) id() string {
	return k.step + ":" + k.duty.What + ":" + strconv.FormatInt(k.duty.DueAt.UnixNano(), 10)
}
