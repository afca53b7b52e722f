package desk

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/duty"
	"madoguchi/triage/meeting"
	"madoguchi/triage/staff"
)

// Meetings keeps the records of meetings; see package shelf.
type Meetings interface {
	Find(ctx context.Context, id string) (meeting.Record, error)
	Change(ctx context.Context, id string, f func(*meeting.Record) error) (meeting.Record, error)
	All(ctx context.Context) (map[string]meeting.Record, error)
}

// hardCase is the fact of a city's file that makes a case a 困難ケース; a city that has no such fact has no such topic.
const hardCase = "hard"

// sits reports whether that role sits in the meeting: all of the staff (asahikawa-model:54), and the board's people.
func sits(r triage.Role) bool {
	return slices.Contains([]triage.Role{triage.Psychologist, triage.SocialWorker, triage.Coordinator, triage.Supervisor, triage.Lawyer, triage.Board}, r)
}

// Table lists who may sit in a meeting.
func (d *Desk) Table(ctx context.Context, p staff.Person) ([]staff.Person, error) {
	if !leads(p) {
		return nil, forbidden()
	}
	all, err := d.everybody(ctx)
	return slices.DeleteFunc(all, func(x staff.Person) bool { return !sits(x.Role) }), err
}

// Meetings lists the meetings in which the person takes part, the leads' all, the newest first.
func (d *Desk) Meetings(ctx context.Context, p staff.Person) ([]meeting.Record, error) {
	if err := d.record(ctx, p, "meetings", "", "", ""); err != nil {
		return nil, err
	}
	all, err := d.Minutes.All(ctx)
	if err != nil {
		return nil, err
	}
	out := []meeting.Record{}
	for _, r := range all {
		if tookPart(p, r) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b meeting.Record) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.ID, b.ID)) })
	for i := range out {
		out[i].Done, err = d.shown(ctx, p, out[i].Done)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func tookPart(p staff.Person, r meeting.Record) bool {
	return leads(p) || sits(p.Role) && slices.Contains(r.People, p.Login)
}

// shown leaves out what was decided on cases that are kept from the person.
func (d *Desk) shown(ctx context.Context, p staff.Person, done []meeting.Decided) ([]meeting.Decided, error) {
	var out []meeting.Decided
	for _, x := range done {
		c, _, err := d.Store.Load(ctx, x.Case)
		if butGone(err) != nil {
			return nil, err
		}
		if !barred(p, c) {
			out = append(out, x)
		}
	}
	return out, nil
}

// CallMeeting begins a meeting of these people. The one who calls it sits in it.
func (d *Desk) CallMeeting(ctx context.Context, p staff.Person, logins []string) (meeting.Record, error) {
	if !leads(p) {
		return meeting.Record{}, forbidden()
	}
	people := []string{p.Login}
	for _, login := range logins {
		x, err := d.People.Person(ctx, login)
		switch {
		case errors.Is(err, staff.ErrUnknown) || err == nil && !sits(x.Role):
			return meeting.Record{}, bad("会議に出る人を、一覧から選んでください。")
		case err != nil:
			return meeting.Record{}, triage.ErrUnavailable
		case !slices.Contains(people, x.Login):
			people = append(people, x.Login)
		}
	}
	all, err := d.Minutes.All(ctx)
	if err != nil {
		return meeting.Record{}, err
	}
	now := d.Clock.Now()
	r := meeting.Record{ID: strings.ToLower(rand.Text()), On: now.In(triage.JST).Format(time.DateOnly), Since: meeting.Last(all, now), At: now, By: p.Login, People: people}
	if err := d.record(ctx, p, "meeting_begin", "", r.ID, ""); err != nil {
		return meeting.Record{}, err
	}
	return d.Minutes.Change(ctx, r.ID, func(x *meeting.Record) error { *x = r; return nil })
}

// Pack is what lies before one person in a meeting.
type Pack struct {
	Record meeting.Record
	Items  []meeting.Item
	Now    time.Time
}

// Pack returns what lies before the person in a meeting: numbers, reasons and duties, no words; and nothing of what is kept
// from them. Once the meeting has ended only what it decided is told.
func (d *Desk) Pack(ctx context.Context, p staff.Person, id string) (Pack, error) {
	r, err := d.Minutes.Find(ctx, id)
	if err != nil {
		return Pack{}, err
	}
	if !tookPart(p, r) {
		return Pack{}, triage.ErrUnknown
	}
	if err := d.record(ctx, p, "meeting_look", "", r.ID, ""); err != nil {
		return Pack{}, err
	}
	k := Pack{Record: r, Now: d.Clock.Now()}
	if k.Record.Done, err = d.shown(ctx, p, r.Done); err != nil || r.Ended() {
		return k, err
	}
	papers, err := d.papers(ctx, p, r.Since)
	k.Items = meeting.Agenda(papers, r.Since, k.Now)
	return k, err
}

// papers lays out every case that is not kept from the person and may be before a meeting since the last one.
func (d *Desk) papers(ctx context.Context, p staff.Person, since time.Time) ([]meeting.Paper, error) {
	var all []meeting.Paper
	err := d.eachFor(ctx, p, triage.Query{}, func(c triage.Case) error {
		if meeting.Past(c, since) {
			return nil
		}
		c, events, err := d.Store.Load(ctx, c.ID)
		if err == nil {
			all = append(all, d.paper(c, events))
		}
		return butGone(err)
	})
	return all, err
}

func (d *Desk) paper(c triage.Case, events []triage.Event) meeting.Paper {
	return meeting.Paper{Case: d.owing(c, events), Hard: d.rules.Grounds(hardCase, c, events),
		Unmet: Unmet(c.Observed, c.Watched(d.terms.WatchPeriod), d.today())}
}

// Decision is what a meeting decided on a case.
type Decision struct {
	Case     triage.CaseID
	Decision string   // one of meeting.Choices, or article23.CHOICE of that rule
	Reason   string   // why; it stands in the case
	Deciders []string // logins, of those who took part; empty: all of them from whom the case is not kept
}

const article23 = meeting.Article23 + "."

// Decide writes into the case what a meeting decided, by whom and why, and into the meeting's own record that it did. With it
// the case was before this week's meeting; and a decision under article 23 is that duty's, done in the same act.
func (d *Desk) Decide(ctx context.Context, p staff.Person, id string, x Decision) (meeting.Record, error) {
	r, err := d.Minutes.Find(ctx, id)
	if err != nil {
		return r, err
	}
	if !leads(p) {
		return r, forbidden()
	}
	if r.Ended() {
		return r, refuse(triage.CodeState, "この会議は、もう終わっています。")
	}
	if err := words(x.Reason, maxReason); err != nil {
		return r, bad("なぜそう決めたかを書いてください。")
	}
	choice, ruled := strings.CutPrefix(x.Decision, article23)
	rule, _ := d.rules.Rule(meeting.Article23)
	if ruled && !slices.ContainsFunc(rule.Decide, func(c duty.Choice) bool { return c.Key == choice }) ||
		!ruled && !slices.ContainsFunc(meeting.Choices, func(c meeting.Choice) bool { return c.Key == x.Decision }) {
		return r, bad("どう決めたかを、選択肢から選んでください。")
	}
	done := meeting.Decided{Case: x.Case, At: d.Clock.Now(), By: p.Login, Decision: x.Decision}
	_, err = d.perform(ctx, p, x.Case, act{what: "meeting_decide", ref: r.ID, reason: x.Decision, may: mayLead,
		do: func(c triage.Case, events []triage.Event) ([]triage.Event, error) {
			if done.Deciders, err = d.deciders(ctx, c, r, x.Deciders); err != nil {
				return nil, err
			}
			done.Topics = nil
			for _, i := range meeting.Agenda([]meeting.Paper{d.paper(c, events)}, r.Since, done.At) {
				done.Topics = i.Topics
			}
			return d.decided(ctx, p, c, events, r, done, x.Reason)
		}})
	if err != nil {
		return r, err
	}
	return d.Minutes.Change(ctx, r.ID, func(r *meeting.Record) error {
		r.Done = append(r.Done, done)
		return nil
	})
}

// deciders are who decided: none from whom the case is kept, and nobody who was not there.
func (d *Desk) deciders(ctx context.Context, c triage.Case, r meeting.Record, asked []string) ([]string, error) {
	var may []string
	for _, login := range r.People {
		x, err := d.People.Person(ctx, login)
		if errors.Is(err, staff.ErrUnknown) {
			continue
		}
		if err != nil {
			return nil, triage.ErrUnavailable
		}
		if !barred(x, c) {
			may = append(may, login)
		}
	}
	for _, login := range asked {
		if !slices.Contains(may, login) {
			return nil, bad("決めた人は、会議に出ていて、この事案から外れていない人です。")
		}
	}
	if len(asked) > 0 {
		may = slices.Compact(slices.Sorted(slices.Values(asked)))
	}
	if len(may) == 0 {
		return nil, bad("決めた人がいません。")
	}
	return may, nil
}

// decided are the events of a decision.
func (d *Desk) decided(ctx context.Context, p staff.Person, c triage.Case, events []triage.Event, r meeting.Record, x meeting.Decided, reason string) ([]triage.Event, error) {
	text, err := d.scrubbed(ctx, c.ID, reason)
	if err != nil {
		return nil, err
	}
	all := d.ruled(c, events)
	now := d.owing(c, events)
	e := d.event(p, triage.KindState)
	e.Text = text
	e.Minute = &triage.Minute{Meeting: r.ID, On: r.On, Deciders: x.Deciders, Decision: x.Decision}
	for _, t := range x.Topics {
		e.Minute.Topics = append(e.Minute.Topics, string(t))
	}
	all = append(all, e)
	fulfil := func(what, decision string) bool {
		i := slices.IndexFunc(now.Duties, func(u triage.Duty) bool { return u.What == what && u.DoneAt.IsZero() })
		if i < 0 {
			return false
		}
		u := now.Duties[i]
		u.DoneAt, u.By, u.Decision, u.Reason = x.At, p.Login, decision, text
		f := d.event(p, triage.KindDuty)
		f.Text, f.Duty = text, &u
		all = append(all, f)
		return true
	}
	if choice, ok := strings.CutPrefix(x.Decision, article23); ok && !fulfil(meeting.Article23, choice) {
		return nil, refuse(triage.CodeState, "この事案には、いま決める23条の措置がありません。")
	}
	fulfil(meeting.Weekly, "")
	return all, nil
}

// EndMeeting ends a meeting. Nothing is decided in it any more.
func (d *Desk) EndMeeting(ctx context.Context, p staff.Person, id string) (meeting.Record, error) {
	r, err := d.Minutes.Find(ctx, id)
	if err != nil {
		return r, err
	}
	if !leads(p) {
		return r, forbidden()
	}
	if r.Ended() {
		return r, nil
	}
	if err := d.record(ctx, p, "meeting_end", "", id, ""); err != nil {
		return r, err
	}
	return d.Minutes.Change(ctx, id, func(r *meeting.Record) error {
		if !r.Ended() {
			r.EndedAt, r.EndedBy = d.Clock.Now(), p.Login
		}
		return nil
	})
}
