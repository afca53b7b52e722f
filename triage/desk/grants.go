package desk

import (
	"cmp"
	"context"
	"errors"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/audit"
	"madoguchi/triage/duty"
	"madoguchi/triage/grant"
	"madoguchi/triage/staff"
)

// dutyLook is the duty of the leads to look, within a day, at what somebody opened with nobody else there.
const dutyLook = "look_reveal"

// askReveal writes down the wish to open what two people open. In an emergency with no lead there but the asker it is granted
// at once: a child is in danger, and there is nobody to ask. Whether it is an emergency is the asker's own decision too, and
// written down like this one.
func (d *Desk) askReveal(ctx context.Context, p staff.Person, c triage.Case, events []triage.Event, what, reason string) (grant.Grant, error) {
	if err := words(reason, maxReason); err != nil {
		return grant.Grant{}, bad("開く理由を選んでください。")
	}
	if err := d.present(ctx, c, events, what); err != nil {
		return grant.Grant{}, err // nobody is asked to approve what is not there
	}
	reason, why, err := d.why(ctx, p, c, reason)
	if err != nil {
		return grant.Grant{}, err
	}
	others, err := d.approvers(ctx, p, c)
	if err != nil {
		return grant.Grant{}, err
	}
	return d.ask(ctx, p, grant.Grant{For: grant.Reveal, Case: c.ID, What: what, Reason: reason, Why: why, By: p.Login,
		Alone: len(others) == 0 && c.Severity == triage.Emergency})
}

// ask writes a grant to the audit, to the register and to its case.
func (d *Desk) ask(ctx context.Context, p staff.Person, g grant.Grant) (grant.Grant, error) {
	what := "grant_ask"
	if g.Alone {
		what = "grant_alone"
	}
	g.ID = grant.NewID()
	if err := d.enter(ctx, p, entryOf(g, what)); err != nil {
		return grant.Grant{}, err
	}
	g, err := d.Register.Ask(ctx, g)
	if err != nil || g.Case == "" {
		return g, err
	}
	if err := d.note(ctx, p, g, what); err != nil || !g.Alone {
		return g, err
	}
	return g, d.warn(ctx, p, g)
}

// warn makes it a duty of the leads to look at what somebody opens alone, and tells whoever is on call at once that there is
// something to look at. It takes nothing back: what cannot be sent is written down, and the duty stays.
func (d *Desk) warn(ctx context.Context, p staff.Person, g grant.Grant) error {
	c, _, err := d.Store.Load(ctx, g.Case)
	if err != nil {
		return err
	}
	e := d.event(staff.Person{}, triage.KindDuty)
	e.ID, e.From, e.Text = "grant:"+g.ID+":warn", triage.System, "ほかにだれもいないので、一人で開くことになりました。"
	e.Duty = &triage.Duty{Kind: dutyLook, What: dutyLook + ":" + g.ID, DueAt: e.At.Add(24 * time.Hour), Owner: duty.Coordinator}
	out := d.outOf(ctx, c)
	who, by, ok := d.City.Texted(0, func(login string) bool { return login == p.Login || out(login) })
	if ok && d.Pager != nil {
		e = d.reached(ctx, e, who, by)
	}
	_, err = d.perform(ctx, p, g.Case, act{may: known, erased: true,
		do: func(triage.Case, []triage.Event) ([]triage.Event, error) { return []triage.Event{e}, nil }})
	return err
}

// entryOf is what the audit says of a grant.
func entryOf(g grant.Grant, what string) audit.Entry {
	return audit.Entry{Act: what, Case: g.Case, Ref: g.ID, Reason: cmp.Or(g.What, g.Ground), Why: g.Why}
}

// note writes to the case what happens with a grant.
func (d *Desk) note(ctx context.Context, p staff.Person, g grant.Grant, step string) error {
	_, err := d.perform(ctx, p, g.Case, act{may: known, erased: true,
		do: func(triage.Case, []triage.Event) ([]triage.Event, error) {
			e := d.event(p, triage.KindReveal)
			e.ID = "grant:" + g.ID + ":" + step
			e.Reveal = &triage.Reveal{Placeholder: g.What, Reason: g.Reason, Step: step}
			return []triage.Event{e}, nil
		}})
	return err
}

// approvers are the leads who are there, for whom the case is, and who could say yes now: who has not signed in strongly cannot,
// and a child in danger does not wait for them. The person is none of them.
func (d *Desk) approvers(ctx context.Context, p staff.Person, c triage.Case) ([]staff.Person, error) {
	present, err := d.People.Present(ctx)
	if err != nil {
		return nil, triage.ErrUnavailable
	}
	var others []staff.Person
	for _, x := range present {
		if leads(x) && x.Strong && x.Login != p.Login && !barred(x, c) {
			others = append(others, x)
		}
	}
	return others, nil
}

// Grants lists the grants that the person has to do with: their own, and for a lead everybody's.
func (d *Desk) Grants(ctx context.Context, p staff.Person) ([]grant.Grant, error) {
	if err := d.record(ctx, p, "grants", "", "", ""); err != nil {
		return nil, err
	}
	list, err := d.Register.List(ctx)
	if err != nil {
		return nil, err
	}
	var mine []grant.Grant
	for _, g := range list {
		if (g.By == p.Login || leads(p)) && (g.Case == "" || !d.Hidden(ctx, p, g.Case)) {
			mine = append(mine, g)
		}
	}
	return mine, nil
}

// grantOf returns a grant that the person may know of.
func (d *Desk) grantOf(ctx context.Context, p staff.Person, id string) (grant.Grant, error) {
	g, err := d.Register.Find(ctx, id)
	if errors.Is(err, grant.ErrUnknown) || err == nil && (g.By != p.Login && !leads(p) || g.Case != "" && d.Hidden(ctx, p, g.Case)) {
		return grant.Grant{}, triage.ErrUnknown
	}
	return g, err
}

// Approve grants what another person has asked for. It takes a lead who has signed in strongly; or the asker tells who, over
// the telephone, has read them the one-time code of their own device.
func (d *Desk) Approve(ctx context.Context, p staff.Person, id string, spoken Spoken) (grant.Grant, error) {
	g, err := d.grantOf(ctx, p, id)
	if err != nil {
		return g, err
	}
	approver := p
	if spoken.By != "" {
		if approver, err = d.colleague(ctx, spoken.By, triage.Coordinator, triage.Supervisor); err != nil {
			return g, err
		}
		if g.Case != "" && d.Hidden(ctx, approver, g.Case) {
			return g, forbidden()
		}
	}
	switch {
	case !leads(approver):
		return g, forbidden()
	case approver.Login == g.By:
		return g, refuse(triage.CodeTwoPersons, "自分で頼んだことは、自分では認められません。もう一人の確認が要ります。")
	case spoken.By == "" && !approver.Strong:
		return g, refuse(triage.CodeTwoPersons, "認めるには、ワンタイムコードかパスキーでサインインしてください。")
	}
	if g.State(d.Register.Now()) != grant.Asked {
		return g, decided()
	}
	if spoken.By != "" {
		if err := d.heard(ctx, p, g, approver, spoken.Code); err != nil {
			return g, err
		}
	}
	what := "grant_approve"
	if spoken.By != "" {
		what = "grant_approve_spoken"
	}
	return d.decide(ctx, p, g, what, approver, func(x *grant.Grant) { x.Approver, x.Spoken = approver.Login, spoken.By != "" })
}

// heard spends the code that the approver read to the person. One that is wrong is written to the audit: whoever guesses is seen.
func (d *Desk) heard(ctx context.Context, p staff.Person, g grant.Grant, approver staff.Person, code string) error {
	err := d.People.Spoken(ctx, p.Login, approver.Login, code)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, staff.ErrSlow):
		return refuse(triage.CodeState, "続けて試されたので、少し待ってください。")
	case errors.Is(err, staff.ErrUnknown):
		e := entryOf(g, "grant_spoken_wrong")
		e.With = approver.Login
		if err := d.enter(ctx, p, e); err != nil {
			return err
		}
	}
	return refuse(triage.CodeTwoPersons, "そのコードは使えません。新しいコードを読んでもらってください。")
}

// Spoken is a one-time code that somebody read over the telephone.
type Spoken struct{ By, Code string }

// Refuse says no to what another person has asked for.
func (d *Desk) Refuse(ctx context.Context, p staff.Person, id string) (grant.Grant, error) {
	g, err := d.grantOf(ctx, p, id)
	if err != nil {
		return g, err
	}
	return d.decide(ctx, p, g, "grant_refuse", p, func(x *grant.Grant) { x.Approver, x.Refused = p.Login, true })
}

// decide writes down what a lead decides on a grant: by their own hand, or by that of who hears their code over the telephone.
func (d *Desk) decide(ctx context.Context, hand staff.Person, g grant.Grant, what string, lead staff.Person, f func(*grant.Grant)) (grant.Grant, error) {
	e := entryOf(g, what)
	if lead.Login != hand.Login {
		e.With = lead.Login
	}
	if err := d.enter(ctx, hand, e); err != nil {
		return g, err
	}
	g, err := d.Register.Decide(ctx, g.ID, func(x *grant.Grant) error { f(x); return nil })
	if errors.Is(err, grant.ErrDecided) {
		return g, decided()
	}
	if err != nil || g.Case == "" {
		return g, err
	}
	return g, d.note(ctx, lead, g, what)
}

func decided() error {
	return refuse(triage.CodeState, "もう決まっているか、期限が過ぎています。")
}

// UseGrant opens what was granted, for who asked and as long as the grant lasts. A grant that waits, was refused or has
// ended opens nothing, and says so by its state; so does one for a file, which File shows.
func (d *Desk) UseGrant(ctx context.Context, p staff.Person, id string) (Opened, error) {
	g, err := d.grantOf(ctx, p, id)
	if err != nil {
		return Opened{}, err
	}
	if g.For != grant.Reveal || g.By != p.Login || g.State(d.Register.Now()) != grant.Approved {
		return Opened{Grant: &g}, nil
	}
	c, _, err := d.Store.Load(ctx, g.Case)
	if err != nil {
		return Opened{}, err
	}
	if err := mayAct(p, c); err != nil { // what was granted to who had the case ends with it
		return Opened{}, err
	}
	if _, file := FileOf(g.What); file {
		return Opened{Grant: &g}, nil
	}
	value, err := d.open(ctx, p, entryOf(g, "reveal"))
	if err != nil {
		return Opened{}, err
	}
	return Opened{Value: value, Grant: &g}, d.note(ctx, p, g, "grant_use")
}

// LookAtGrant notes that a lead has looked at what somebody opened with nobody else there.
func (d *Desk) LookAtGrant(ctx context.Context, p staff.Person, id string) error {
	g, err := d.grantOf(ctx, p, id)
	if err != nil {
		return err
	}
	if !leads(p) {
		return forbidden()
	}
	if !g.Alone || g.By == p.Login {
		return refuse(triage.CodeTwoPersons, "ほかの人が一人で開いたものだけ、確認できます。")
	}
	if err := d.enter(ctx, p, entryOf(g, "grant_look")); err != nil {
		return err
	}
	if g, err = d.Register.Look(ctx, id, p.Login); err != nil || g.Case == "" {
		return err
	}
	_, err = d.perform(ctx, p, g.Case, act{may: known, erased: true,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			e := d.event(p, triage.KindDuty)
			e.ID, e.Duty = "grant:"+g.ID+":look", &triage.Duty{Kind: dutyLook, What: dutyLook + ":" + g.ID, DoneAt: e.At}
			return []triage.Event{e}, nil
		}})
	return err
}
