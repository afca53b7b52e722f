package desk

import (
	"context"
	"strconv"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/duty"
	"madoguchi/triage/staff"
)

// dutyReassess is that a danger to life is found out anew. The next form does it.
const dutyReassess = "reassess"

// AssessRisk writes down what a counselor found of a danger to life. When it is found out anew is theirs to say, else the city's
// terms say it (risk_again); last says that it need not be, which is so only where nobody wants to die and nothing is prepared.
// It raises and lowers nothing: where plan, means and time are all there the page asks a person to raise the case.
func (d *Desk) AssessRisk(ctx context.Context, p staff.Person, id triage.CaseID, r triage.Risk, last bool) (triage.Case, error) {
	now := d.Clock.Now()
	switch {
	case !r.Whole():
		return triage.Case{}, bad("六つとも、はい・いいえ・わからないの、どれかを選んでください。")
	case optional(r.Note, maxReason) != nil:
		return triage.Case{}, bad("メモが長すぎます。")
	case last && (!r.Over() || !r.Again.IsZero()):
		return triage.Case{}, bad("終わりにできるのは、死にたい気持ちがなく、計画・手段・時のどれもないと分かったときだけです。")
	case !r.Again.IsZero() && (!r.Again.After(now) || r.Again.Sub(now) > longestPromise):
		return triage.Case{}, bad("次に見立てる時は、これから1か月のうちにしてください。")
	}
	if r.Again.IsZero() && !last {
		within := d.City.RiskAgain(r)
		if within <= 0 {
			return triage.Case{}, bad("次に見立てる時を選んでください。")
		}
		r.Again = now.Add(within)
	}
	return d.perform(ctx, p, id, act{what: "risk", may: mayAct, erased: true,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			e := d.event(p, triage.KindAssessment)
			found := r
			var err error
			found.Note, err = d.scrubbed(ctx, id, r.Note)
			e.Text, e.Risk = found.Note, &found
			return append(append([]triage.Event{e}, d.reassessed(p, c)...), d.reassess(c, found.Again)...), err
		}})
}

// reassessed are the events by which a new form does what the one before asked for.
func (d *Desk) reassessed(p staff.Person, c triage.Case) []triage.Event {
	var events []triage.Event
	for _, x := range c.Duties {
		if x.Kind == dutyReassess && x.DoneAt.IsZero() {
			e := d.event(p, triage.KindDuty)
			x.DoneAt, x.By, x.Decision = e.At, p.Login, duty.Met
			e.Duty, e.Text = &x, "済みました："+x.Title
			events = append(events, e)
		}
	}
	return events
}

// reassess makes it a duty that it is found out anew by then. The zero time makes none.
func (d *Desk) reassess(c triage.Case, at time.Time) []triage.Event {
	if at.IsZero() {
		return nil
	}
	e := d.tell(dutyReassess, strconv.Itoa(len(c.Risks)+1), "リスクの見立てを、もう一度する", at, duty.Assignee)
	e.Duty.Turn = 0 // AssessRisk does it
	return []triage.Event{e}
}
