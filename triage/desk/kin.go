package desk

import (
	"context"
	"errors"
	"slices"

	"madoguchi/triage"
	"madoguchi/triage/kin"
	"madoguchi/triage/staff"
)

// butGone is an error but where the case is no more.
func butGone(err error) error {
	if errors.Is(err, triage.ErrUnknown) {
		return nil
	}
	return err
}

// Relation is how two cases belong together.
type Relation struct {
	Other  triage.CaseID
	As     string // one of triage.LinkKinds: what the other case is to this one
	Sure   string // maybe or likely
	Reason string
}

// Relate writes into two cases that they belong together, and why. It is for who may act in the one and look at the other. A
// second person must look before it counts as certain; and a relation joins nothing: not the words, not the answers.
func (d *Desk) Relate(ctx context.Context, p staff.Person, id triage.CaseID, r Relation) error {
	switch {
	case !slices.Contains(triage.LinkKinds, r.As):
		return bad("どのようにつながるのかを選んでください。")
	case r.Sure != triage.SureMaybe && r.Sure != triage.SureLikely:
		return bad("どのくらい確かかを選んでください。確かだと言えるのは、もう一人が確かめたあとです。")
	case r.Other == id:
		return bad("同じ事案です。")
	}
	if err := words(r.Reason, maxReason); err != nil {
		return bad("なぜそう考えるかを書いてください。")
	}
	l := triage.Link{Case: r.Other, As: r.As, Sure: r.Sure, By: p.Login, At: d.Clock.Now()}
	return d.relate(ctx, p, id, l, r.Reason, "link", func(c triage.Case, old triage.Link, held bool) error {
		if held && old.Sure == triage.SureCertain {
			return refuse(triage.CodeState, "もう二人で確かめています。")
		}
		return nil
	})
}

// Agree makes a relation certain: a second person has looked, and thinks so too.
func (d *Desk) Agree(ctx context.Context, p staff.Person, id triage.CaseID, r Relation) error {
	return d.relate(ctx, p, id, triage.Link{Case: r.Other, As: r.As, Sure: triage.SureCertain, Second: p.Login}, "", "link_agree",
		func(_ triage.Case, old triage.Link, held bool) error {
			switch {
			case !held:
				return triage.ErrUnknown
			case old.By == p.Login:
				return refuse(triage.CodeTwoPersons, "ほかの人が確かめてください。つながりを書いた人とは別の人です。")
			case old.Sure == triage.SureCertain:
				return refuse(triage.CodeState, "もう二人で確かめています。")
			}
			return nil
		})
}

// Unrelate takes a relation back in both cases: it was found to be wrong. One that two people are certain of keeps somebody from
// the other side, or may: it is taken back by a lead who has had neither.
func (d *Desk) Unrelate(ctx context.Context, p staff.Person, id triage.CaseID, r Relation) error {
	if err := words(r.Reason, maxReason); err != nil {
		return bad("なぜ取り消すかを書いてください。")
	}
	return d.relate(ctx, p, id, triage.Link{Case: r.Other, As: r.As, Off: true}, r.Reason, "link_off",
		func(_ triage.Case, old triage.Link, held bool) error {
			switch {
			case !held:
				return triage.ErrUnknown
			case old.Sure == triage.SureCertain:
				return d.disinterested(ctx, p, id, r.Other)
			}
			return nil
		})
}

// disinterested refuses who gains by it that the two cases belong together no more: whoever has, or had, a part in one of them or of
// their families; and whoever is no lead.
func (d *Desk) disinterested(ctx context.Context, p staff.Person, cases ...triage.CaseID) error {
	all, err := d.kinsfolk(ctx, cases...)
	if err != nil {
		return err
	}
	if !leads(p) || slices.Contains(partners(all), p.Login) {
		return refuse(triage.CodeTwoPersons, "二人で確かめたつながりです。取り消せるのは、どちらの相談も受け持ったことのない、コーディネーターか統括です。")
	}
	return nil
}

// relate writes a link into both cases. The other one comes second: where that fails the act is done again, and writes what
// is missing.
func (d *Desk) relate(ctx context.Context, p staff.Person, id triage.CaseID, l triage.Link, reason, what string,
	check func(c triage.Case, old triage.Link, held bool) error) error {
	other, _, err := d.Store.Load(ctx, l.Case)
	if err != nil {
		return err
	}
	if err := mayLook(p, other); err != nil {
		return d.keptOut(ctx, p, other, err)
	}
	write := func(id triage.CaseID, l triage.Link, may func(staff.Person, triage.Case) error, check func(triage.Case, triage.Link, bool) error) (triage.Link, error) {
		_, err := d.perform(ctx, p, id, act{what: what, ref: string(l.Case), reason: l.As, may: may, erased: true,
			do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
				old, held := linked(c, l.Case, l.As)
				if err := check(c, old, held); err != nil {
					return nil, err
				}
				if held && l.By == "" {
					l.By, l.At, l.Reason = old.By, old.At, old.Reason
				}
				e := d.event(p, triage.KindState)
				if reason != "" {
					var err error
					if l.Reason, err = d.scrubbed(ctx, id, reason); err != nil {
						return nil, err
					}
				}
				e.Text, e.Link = l.Reason, &l
				return []triage.Event{e}, nil
			}})
		return l, err
	}
	l, err = write(id, l, mayAct, check)
	if err != nil {
		return err
	}
	mirror := l.Mirror(id)
	_, err = write(l.Case, mirror, mayLook, func(triage.Case, triage.Link, bool) error { return nil })
	return err
}

func linked(c triage.Case, other triage.CaseID, as string) (triage.Link, bool) {
	i := slices.IndexFunc(c.Links, func(l triage.Link) bool { return l.Case == other && l.As == as })
	if i < 0 {
		return triage.Link{}, false
	}
	return c.Links[i], true
}

// apart leaves out the links to cases that are kept from the person, and what happened to those links: that there is another
// side is itself news.
func (d *Desk) apart(ctx context.Context, p staff.Person, c triage.Case, events []triage.Event) (triage.Case, []triage.Event, error) {
	kept := map[triage.CaseID]bool{}
	for _, e := range events {
		if e.Link == nil {
			continue
		}
		if _, asked := kept[e.Link.Case]; asked {
			continue
		}
		other, _, err := d.Store.Load(ctx, e.Link.Case)
		if butGone(err) != nil {
			return c, nil, err
		}
		kept[e.Link.Case] = err != nil || barred(p, other)
	}
	if len(kept) == 0 {
		return c, events, nil
	}
	c.Links = slices.DeleteFunc(slices.Clone(c.Links), func(l triage.Link) bool { return kept[l.Case] })
	return c, slices.DeleteFunc(slices.Clone(events), func(e triage.Event) bool { return e.Link != nil && kept[e.Link.Case] }), nil
}

// Kin is what may belong to a case.
type Kin struct {
	Case      triage.Case
	Links     []triage.Link
	Proposals []Proposal
}

// Proposal is a case that may tell of the same thing, with what speaks for it.
type Proposal struct {
	kin.Proposal
	Case triage.Case
}

// kinDays is how far back cases are compared with one another.
const kinDays = 120

// Kin proposes which cases may tell of the same thing as this one: by school, days, matter and rarer words. Nothing follows
// from a proposal but that a person looks. Cases that the person may not look at are not proposed.
func (d *Desk) Kin(ctx context.Context, p staff.Person, id triage.CaseID) (Kin, error) {
	c, events, err := d.Store.Load(ctx, id)
	if err != nil {
		return Kin{}, err
	}
	if err := mayAct(p, c); err != nil {
		return Kin{}, d.keptOut(ctx, p, c, err)
	}
	if err := d.record(ctx, p, "kin", id, "", ""); err != nil {
		return Kin{}, err
	}
	one := kin.Draw(c, events)
	since := c.OpenedAt.AddDate(0, 0, -kinDays)
	cases, sketches := map[triage.CaseID]triage.Case{}, []kin.Sketch{one}
	err = d.eachFor(ctx, p, triage.Query{}, func(x triage.Case) error {
		if x.ID == id || x.LastAt.Before(since) || mayLook(p, x) != nil || slices.ContainsFunc(c.Links, func(l triage.Link) bool { return l.Case == x.ID }) {
			return nil
		}
		_, events, err := d.Store.Load(ctx, x.ID)
		if err == nil {
			cases[x.ID], sketches = x, append(sketches, kin.Draw(x, events))
		}
		return butGone(err)
	})
	if err != nil {
		return Kin{}, err
	}
	k := Kin{}
	for _, x := range kin.Propose(one, sketches) {
		k.Proposals = append(k.Proposals, Proposal{x, cases[x.Other]})
	}
	k.Case, _, err = d.apart(ctx, p, c, events)
	k.Links = k.Case.Links
	return k, err
}

// Cast says which role the person behind a placeholder has in the matter; an empty role takes it back.
func (d *Desk) Cast(ctx context.Context, p staff.Person, id triage.CaseID, part triage.Part) (triage.Case, error) {
	switch {
	case !placeholderForm.MatchString(part.Who):
		return triage.Case{}, bad("だれのことかを、[人物A] のような印で選んでください。")
	case part.Role != "" && !slices.Contains(triage.PartRoles, part.Role):
		return triage.Case{}, bad("その立場はありません。")
	}
	return d.perform(ctx, p, id, act{what: "part", reason: part.Role, may: mayAct, erased: true,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			if slices.Contains(c.Parts, part) {
				return nil, nil
			}
			if !slices.ContainsFunc(c.Parts, func(x triage.Part) bool { return x.Who == part.Who }) {
				if err := d.stand(ctx, id, part.Who); err != nil {
					return nil, err
				}
			}
			e := d.event(p, triage.KindState)
			e.Part = &part
			return []triage.Event{e}, nil
		}})
}
