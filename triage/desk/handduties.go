package desk

import (
	"context"
	"slices"
	"strconv"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/duty"
	"madoguchi/triage/staff"
	"madoguchi/triage/telling"
)

// Kinds of the duties that a hand-off brings.
const (
	DutyAcknowledge = triage.DutyAcknowledge
	DutyAnswer      = triage.DutyAnswer
	DutyCountersign = "countersign" // a second person looks at an emergency

	dutyAskAgain   = "ask_again"   // a small child is asked once more after a night
	dutyTellChild  = "tell_child"  // the child hears that somebody was told without her
	dutyTellResult = "tell_result" // and what the school did
	dutyCheckWeek  = "check_1w"    // うまくいってる？
	dutyCheckMonth = "check_4w"
	dutyHelp       = "help" // the school asks for people
	dutyLeak       = "leak" // a hand-off went where it should not
)

const day = 24 * time.Hour

// receiveWithin is how soon a hand-off must be received: where it is urgent, before the next lesson.
func (d *Desk) receiveWithin(c triage.Case, level triage.ConsentLevel) time.Duration {
	urgent := d.City.Terms.AcknowledgeUrgent.Value()
	if urgent > 0 && (level == triage.LevelEmergency || c.Severity.Rank() <= triage.Urgent.Rank()) {
		return urgent
	}
	return d.terms.AcknowledgeWithin
}

// duties are what a hand-off makes due.
func (d *Desk) duties(h triage.Handoff) []triage.Event {
	var events []triage.Event
	due := func(kind string, at time.Time) {
		if !at.IsZero() {
			events = append(events, d.duty(kind, h.ID, at, time.Time{}))
		}
	}
	due(DutyAcknowledge, h.ReceiveBy)
	due(DutyAnswer, h.AnswerBy)
	if h.Spoken() {
		e := d.tell(triage.DutyTellFamily, h.ID, "保護者に、本人に見せた文のとおりに話す。話したら、いつ、どのように話し、何と言われたかを書く",
			d.Clock.Now().Add(MaxWait), duty.Assignee)
		e.Duty.Turn = 0 // TellFamily does it
		events = append(events, e)
	}
	if h.Level == triage.LevelEmergency {
		within := d.terms.CountersignWithin
		if within <= 0 {
			within = day // an emergency without a second pair of eyes is not left to a city's silence
		}
		due(DutyCountersign, d.Clock.Now().Add(within))
		events = append(events, d.tellChild(h))
	}
	return events
}

// tellChild makes it a duty that the child hears what was told without her.
func (d *Desk) tellChild(h triage.Handoff) triage.Event {
	return d.tell(dutyTellChild, h.ID, "本人に聞く前に伝えたことを、本人に話す（そばに人がいないとき）", d.Clock.Now().Add(day), duty.Assignee)
}

// tell is a duty towards somebody, which a person says that they did.
func (d *Desk) tell(kind, ref, title string, due time.Time, owner string) triage.Event {
	e := d.event(staff.Person{}, triage.KindDuty)
	e.From, e.Text = triage.System, title
	e.Duty = &triage.Duty{Kind: kind, What: kind + ":" + ref, DueAt: due, Owner: owner, ClimbAt: d.City.Climb(due),
		Title: title, Since: d.Clock.Now(), Turn: 1}
	return e
}

func (d *Desk) duty(kind, handoff string, due, done time.Time) triage.Event {
	e := d.event(staff.Person{}, triage.KindDuty)
	e.From = triage.System
	owner := duty.School
	if kind == DutyCountersign {
		owner = duty.Coordinator
	}
	e.Duty = &triage.Duty{Kind: kind, What: kind + ":" + handoff, DueAt: due, DoneAt: done, Owner: owner, ClimbAt: d.City.Climb(due)}
	return e
}

// fulfil returns the events by which the open duties of those kinds of a hand-off are done.
func (d *Desk) fulfil(c triage.Case, handoff string, kinds ...string) []triage.Event {
	var events []triage.Event
	for _, x := range c.Duties {
		if x.DoneAt.IsZero() && slices.Contains(kinds, x.Kind) && x.What == x.Kind+":"+handoff {
			events = append(events, d.duty(x.Kind, handoff, x.DueAt, d.Clock.Now()))
		}
	}
	return events
}

// followed are the duties towards the child once a school says what it does, or her family was told: she hears it, and is
// asked after one week and after four how it goes.
func (d *Desk) followed(c triage.Case, handoff, first string) []triage.Event {
	now := d.Clock.Now()
	var events []triage.Event
	for _, x := range []struct {
		kind, title string
		due         time.Duration
		again       bool
	}{
		{dutyTellResult, first, day, true},
		{dutyCheckWeek, "1週間後に、本人に「うまくいってる？」ときく", 7 * day, false},
		{dutyCheckMonth, "4週間後に、本人に「うまくいってる？」ときく", 28 * day, false},
	} {
		i := slices.IndexFunc(c.Duties, func(y triage.Duty) bool { return y.What == x.kind+":"+handoff })
		if i >= 0 && (!x.again || c.Duties[i].DoneAt.IsZero()) {
			continue
		}
		e := d.tell(x.kind, handoff, x.title, now.Add(x.due), duty.Assignee)
		if i >= 0 {
			e.Duty.Turn = c.Duties[i].Turn + 1
		}
		events = append(events, e)
	}
	return events
}

// ladder is who is called about a hand-off that nobody receives, and from when on. Nobody who is kept out of the case is.
func (d *Desk) ladder(c triage.Case, h triage.Handoff, due time.Time) []telling.Rung {
	s, _ := d.City.SchoolByID(h.School)
	var deputies []telling.Contact
	for _, x := range s.Deputies {
		if !c.Spares(h.School, x.Who) {
			deputies = append(deputies, telling.Contact(x))
		}
	}
	every := d.City.Terms.LadderEvery.Value()
	if every <= 0 {
		every = time.Hour
	}
	return telling.Ladder(deputies, telling.Contact(d.City.Runs(s)), due, every)
}

// Calling returns who is to be called now about a hand-off that nobody has received in time, if anybody is.
func (d *Desk) Calling(c triage.Case, h triage.Handoff) (telling.Rung, bool) {
	i := slices.IndexFunc(c.Duties, func(x triage.Duty) bool { return x.What == DutyAcknowledge+":"+h.ID && x.DoneAt.IsZero() })
	if i < 0 {
		return telling.Rung{}, false
	}
	return telling.Now(d.ladder(c, h, c.Duties[i].DueAt), d.Clock.Now())
}

// climbs are the moments at which an open duty of the case is said to be overdue: those of every duty, and for a hand-off
// that nobody receives each person who is to be called next.
func (d *Desk) climbs(c triage.Case, x triage.Duty) []climb {
	steps := climbs(x)
	if x.Kind != DutyAcknowledge || !x.DoneAt.IsZero() {
		return steps
	}
	i := slices.IndexFunc(c.Handoffs, func(h triage.Handoff) bool { return x.What == DutyAcknowledge+":"+h.ID })
	if i < 0 {
		return steps
	}
	s, _ := d.City.SchoolByID(c.Handoffs[i].School)
	for _, r := range d.ladder(c, c.Handoffs[i], x.DueAt) {
		n := slices.IndexFunc(s.Deputies, func(x city.Deputy) bool { return x.Who == r.Who && !r.Last })
		if n < 0 {
			n = len(s.Deputies)
		}
		say := "受け取りがありません。次に電話する相手：" + r.Who
		if r.Reach != "" {
			say += "（" + r.Reach + "）"
		}
		if r.Out != "" {
			say += "。時間外は" + r.Out
		}
		steps = append(steps, climb{"rung" + strconv.Itoa(n), x, r.From, say + "。"})
	}
	return steps
}

// Countersign is a lead's look at an emergency hand-off of somebody else, afterwards.
func (d *Desk) Countersign(ctx context.Context, p staff.Person, id triage.CaseID, handoff string) (triage.Case, error) {
	may := func(p staff.Person, c triage.Case) error {
		if err := known(p, c); err != nil || leads(p) {
			return err
		}
		return forbidden()
	}
	return d.perform(ctx, p, id, act{what: "countersign", ref: handoff, may: may, erased: true,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			h, ok := c.HandoffByID(handoff)
			if !ok {
				return nil, triage.ErrUnknown
			}
			if h.By == p.Login {
				return nil, refuse(triage.CodeTwoPersons, "確認するのは、送った人とは別の人です。")
			}
			events := d.fulfil(c, handoff, DutyCountersign)
			if len(events) == 0 {
				return nil, refuse(triage.CodeState, "この引き継ぎの確認は、もう済んでいるか、要りません。")
			}
			for i := range events {
				events[i].From, events[i].By = triage.Counselor, p.Login
			}
			return events, nil
		}})
}
