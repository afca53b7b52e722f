package desk

import (
	"context"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/roster"
	"madoguchi/triage/staff"
)

// profiles returns what the staff say of themselves. It is an aid: where it cannot be had, nobody has said anything.
func (d *Desk) profiles(ctx context.Context) map[string]roster.Profile {
	if d.Roster == nil {
		return nil
	}
	all, err := d.Roster.All(ctx)
	if err != nil {
		return nil
	}
	return all
}

// rest begins a breather for those who leave an emergency that they have spoken in, whoever takes it from them. Nothing that they
// do for their other cases is touched by it; it is only that nothing new comes.
func (d *Desk) rest(ctx context.Context, before, after triage.Case, events []triage.Event) {
	breather := d.City.Terms.Breather.Value()
	if d.Roster == nil || breather <= 0 {
		return
	}
	until := d.Clock.Now().Add(breather)
	over := after.State != triage.Open && after.State != triage.HandedOff
	for _, login := range []string{before.Assignee, before.Second} {
		if login == "" || !spoke(events, login) || !over && (after.Assignee == login || after.Second == login) {
			continue
		}
		if worst(before, events, login, d.Clock.Now().Add(-restsAfter)) != triage.Emergency {
			continue
		}
		_, _ = d.Roster.Change(ctx, login, func(x *roster.Profile) error { // an aid, as above
			x.RestUntil = until
			return nil
		})
	}
}

// restsAfter is how long after an emergency it still is one that somebody rests from, whatever it was judged since.
const restsAfter = 24 * time.Hour

// worst is how grave the case has been at the worst since then, while that person had it.
func worst(c triage.Case, events []triage.Event, login string, since time.Time) triage.Severity {
	s, was := c.Severity, triage.Case{ID: c.ID}
	for _, e := range events {
		is := was.With(e)
		for _, x := range []triage.Case{was, is} {
			if !e.At.Before(since) && joined(staff.Person{Login: login}, x) {
				s = triage.Graver(s, x.Severity)
			}
		}
		was = is
	}
	return s
}

func spoke(events []triage.Event, login string) bool {
	for _, e := range events {
		if e.By == login && (e.Said > 0 && !e.Interim || e.Call != nil) {
			return true
		}
	}
	return false
}

// rested refuses a new case to who rests. Where a child is in danger and nobody else is there, the breather yields.
func (d *Desk) rested(ctx context.Context, p staff.Person, c triage.Case) error {
	all, now := d.profiles(ctx), d.Clock.Now()
	mine := all[p.Login]
	if !mine.Resting(now) || c.Former == p.Login {
		return nil
	}
	others := 0
	present, err := d.People.Present(ctx)
	if err != nil {
		return nil // it is not known that anybody else is there
	}
	for _, x := range present {
		free := !all[x.Login].Resting(now) && !all[x.Login].Away(now)
		if x.Login != p.Login && sees(c)(x) && free {
			others++
		}
	}
	if roster.May(mine, c.Severity, others, now) {
		return nil
	}
	return refuse(triage.CodeState, "大変な相談のあとの、休む時間です。"+mine.RestUntil.In(triage.JST).Format("15時04分")+"まで、新しい相談は受け持ちません。ほかに人がいて、見ています。")
}
