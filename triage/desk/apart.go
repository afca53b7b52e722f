package desk

import (
	"context"
	"errors"
	"slices"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// barred reports whether the case is not there for that person: they are kept out of it by name, or they belong to a school
// that it has to do with or that its words name.
func barred(p staff.Person, c triage.Case) bool {
	return c.Bars(p.Login) || slices.ContainsFunc(c.Schools(), p.Belongs) || slices.ContainsFunc(c.Named, p.Belongs)
}

// keptFrom reports whether the case is not there for one of those people who are of that kind.
func keptFrom(c triage.Case, people []staff.Person, is func(staff.Person) bool) bool {
	return slices.ContainsFunc(people, func(p staff.Person) bool { return is(p) && barred(p, c) })
}

// keptOut writes down that somebody tried to reach a case that they are kept out of. They are told nothing of it.
func (d *Desk) keptOut(ctx context.Context, p staff.Person, c triage.Case, err error) error {
	if !errors.Is(err, triage.ErrUnknown) || !barred(p, c) {
		return err
	}
	if written := d.record(ctx, p, "kept_out", c.ID, "", ""); written != nil {
		return written
	}
	return err
}

// Hidden reports whether the case is kept from that person, for lists that other rooms make; so is one of which that cannot be
// told. A case that is gone is kept from nobody.
func (d *Desk) Hidden(ctx context.Context, p staff.Person, id triage.CaseID) bool {
	c, _, err := d.Store.Load(ctx, id)
	return butGone(err) != nil || barred(p, c)
}

// eachFor visits every case of a query once, but those that the person is kept out of: they are not even counted.
func (d *Desk) eachFor(ctx context.Context, p staff.Person, q triage.Query, visit func(triage.Case) error) error {
	return d.each(ctx, q, func(c triage.Case) error {
		if barred(p, c) {
			return nil
		}
		return visit(c)
	})
}

// Bar keeps somebody out of the case, or lets them in again: a lead anybody, and everybody themselves. From then on there is
// nothing of it for them: in no list, count, search, notice or address. What they had goes back to the queue.
// Somebody at a school may be named by her office alone, or beside her login, so that nobody calls her about the case.
func (d *Desk) Bar(ctx context.Context, p staff.Person, id triage.CaseID, b triage.Bar) error {
	if b.Login == "" && b.Post == "" {
		b.Login = p.Login
	}
	self := b.Login == p.Login
	if b.Off {
		b.Why = ""
	}
	switch {
	case self && !b.Off && b.Why == "":
		b.Why = triage.BarSelf
	case !b.Off && !slices.Contains(triage.BarReasons, b.Why):
		return bad("外す理由を選んでください。")
	}
	may := mayLook
	if !self || b.Off {
		may = mayLead
	}
	_, err := d.perform(ctx, p, id, act{what: "bar", ref: b.Login, reason: b.Why, may: may, erased: true,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			kept := slices.IndexFunc(c.Barred, b.Same)
			if b.Off && kept < 0 || !b.Off && kept >= 0 && (b.Post == "" || b.Post == c.Barred[kept].Post) {
				return nil, nil
			}
			e := d.event(p, triage.KindAssignment)
			e.Bar = &b
			if b.Off {
				return []triage.Event{e}, nil
			}
			if err := d.placed(ctx, &b); err != nil {
				return nil, err
			}
			if err := d.ledBy(ctx, c, b.Login); err != nil {
				return nil, err
			}
			if b.Login != "" && b.Login == c.Assignee {
				e.DueAt = d.readBy(c)
			}
			return d.unopened(ctx, p, c.With(e), e)
		}})
	return err
}

// ledBy refuses to keep the last lead out: a case that nobody answers for is nobody's.
func (d *Desk) ledBy(ctx context.Context, c triage.Case, without string) error {
	people, err := d.everybody(ctx)
	if err != nil {
		return err
	}
	led := func(x staff.Person) bool { return leads(x) && !barred(x, c) }
	if !slices.ContainsFunc(people, func(x staff.Person) bool { return x.Login == without && led(x) }) {
		return nil
	}
	if slices.ContainsFunc(people, func(x staff.Person) bool { return x.Login != without && led(x) }) {
		return nil
	}
	return refuse(triage.CodeState, "この人を外すと、責任を持って見る人がいなくなります。先に、ほかのコーディネーターか統括のアカウントが要ります。")
}

// mayLead: for whoever answers for all cases.
func mayLead(p staff.Person, c triage.Case) error {
	if err := known(p, c); err != nil || leads(p) {
		return err
	}
	return forbidden()
}

// everybody returns who works here; only who is there, where the house keeps no list.
func (d *Desk) everybody(ctx context.Context) ([]staff.Person, error) {
	if d.Accounts == nil {
		people, err := d.People.Present(ctx)
		if err != nil {
			return nil, triage.ErrUnavailable
		}
		return people, nil
	}
	accounts, err := d.Accounts.List(ctx)
	if err != nil {
		return nil, triage.ErrUnavailable
	}
	var people []staff.Person
	for _, a := range accounts {
		if !a.Disabled {
			people = append(people, staff.Person{Login: a.Login, Role: a.Role, School: a.School, Posts: a.Posts})
		}
	}
	return people, nil
}

// opposed returns who speaks, or has spoken, with the other side of the case, or with that side's family.
func (d *Desk) opposed(ctx context.Context, c triage.Case) (logins []string, err error) {
	if len(c.Links) == 0 {
		return nil, nil
	}
	ours, err := d.kinsfolk(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	var others []triage.CaseID
	for _, x := range ours {
		others = append(others, x.OtherSides()...)
	}
	theirs, err := d.kinsfolk(ctx, others...)
	sure := surely(ours, c.ID)
	return partners(slices.DeleteFunc(theirs, func(x history) bool { return slices.Contains(sure, x.ID) })), err
}

// surely are the case and those of all that two people are certain belong to its family: who is linked as the other side as well is
// of one family all the same.
func surely(all []history, id triage.CaseID) []triage.CaseID {
	ids := []triage.CaseID{id}
	for i := 0; i < len(ids); i++ {
		for _, x := range all {
			for _, l := range x.Links {
				if x.ID == ids[i] && akin(l) && l.Sure == triage.SureCertain && !slices.Contains(ids, l.Case) {
					ids = append(ids, l.Case)
				}
			}
		}
	}
	return ids
}

// partners are those who have one of the cases or spoke with its seeker: in writing, by telephone, or as who took in what was told.
func partners(cases []history) (logins []string) {
	for _, x := range cases {
		logins = append(logins, x.Assignee, x.Second)
		for _, e := range x.events {
			told := e.Kind == triage.KindMessage && e.From == triage.Seeker && e.Corrects == ""
			if e.Said > 0 || e.Call != nil || told {
				logins = append(logins, e.By)
			}
		}
	}
	return slices.DeleteFunc(logins, func(login string) bool { return login == "" })
}

// history is a case with what happened in it.
type history struct {
	triage.Case
	events []triage.Event
}

// akin reports whether a link says that both cases are of one family: of the same child, of a parent, of a parent's child.
func akin(l triage.Link) bool {
	return slices.Contains([]string{triage.LinkChild, triage.LinkParent, triage.LinkChildOf}, l.As)
}

// kinsfolk returns the cases and all that belong to one family with them.
func (d *Desk) kinsfolk(ctx context.Context, ids ...triage.CaseID) (all []history, err error) {
	for i := 0; i < len(ids); i++ {
		if slices.Contains(ids[:i], ids[i]) {
			continue
		}
		c, events, err := d.Store.Load(ctx, ids[i])
		if errors.Is(err, triage.ErrUnknown) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, history{c, events})
		for _, l := range c.Links {
			if akin(l) {
				ids = append(ids, l.Case)
			}
		}
	}
	return all, nil
}

// impartial refuses who speaks with the other side: neither family could trust them.
func (d *Desk) impartial(ctx context.Context, login string, c triage.Case) error {
	opposed, err := d.opposed(ctx, c)
	if err == nil && slices.Contains(opposed, login) {
		return refuse(triage.CodeState, "相手側の相談を受け持った人は、この相談を受け持てません。別の人にお願いしてください。")
	}
	return err
}
