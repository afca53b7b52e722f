package desk

import (
	"context"
	"errors"
	"slices"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/staff"
)

// placed finds who is to be kept out, and at which school, if at one, she is.
func (d *Desk) placed(ctx context.Context, b *triage.Bar) error {
	if b.Login != "" {
		x, err := d.People.Person(ctx, b.Login)
		switch {
		case errors.Is(err, staff.ErrUnknown):
			return bad("その人は、ここにいません。")
		case err != nil:
			return triage.ErrUnavailable
		}
		if b.School = ""; x.Role == triage.School {
			b.School = x.School
		}
	}
	s, ok := d.City.SchoolByID(b.School)
	if b.Post != "" && (!ok || !slices.ContainsFunc(s.Deputies, func(x city.Deputy) bool { return x.Who == b.Post })) {
		return bad("その職は、その学校の連絡先にありません。")
	}
	return nil
}

// shut reports whether nobody at the school could open what is sent there: it has accounts, and each is kept out of the case. One
// without any gets a link.
func (d *Desk) shut(ctx context.Context, c triage.Case, school string) (bool, error) {
	if d.Accounts == nil {
		return false, nil
	}
	people, err := d.everybody(ctx)
	if err != nil {
		return false, err
	}
	there := slices.DeleteFunc(people, func(p staff.Person) bool { return p.Role != triage.School || p.School != school })
	return len(there) > 0 && !slices.ContainsFunc(there, func(p staff.Person) bool { return !barred(p, c) }), nil
}

// opens refuses to tell a school where nobody may read it, and names the other way.
func (d *Desk) opens(ctx context.Context, c triage.Case, school string) error {
	s, ok := d.City.SchoolByID(school)
	if !ok {
		return nil
	}
	shut, err := d.shut(ctx, c, school)
	if err != nil || !shut {
		return err
	}
	return refuse(triage.CodeState, "この学校で開ける人は、みなこの事案から外れています。送っても、だれにも読めません。学校を通さずに、"+d.City.Runs(s).Who+
		"に伝えてください。学校に伝えるときは、関わりのない人のアカウントを、先に管理者に作ってもらってください。")
}

// unopened are the events by which somebody is kept out, and with her what she alone could have opened is called back: a school
// where nobody may read it has not been told.
func (d *Desk) unopened(ctx context.Context, p staff.Person, c triage.Case, out triage.Event) ([]triage.Event, error) {
	events := []triage.Event{out}
	for _, h := range c.Handoffs {
		if h.Recipient != ToSchool || h.State != triage.HandoffSent || h.Read() {
			continue
		}
		shut, err := d.shut(ctx, c, h.School)
		if err != nil {
			return nil, err
		}
		if shut {
			e := d.event(p, triage.KindHandoff)
			e.Text = "学校で開ける人が、みなこの事案から外れたので、取り消しました。"
			e.Handoff = &triage.Handoff{ID: h.ID, State: triage.HandoffRecalled, Recall: e.Text}
			events = append(events, e)
		}
	}
	return events, nil
}
