package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/roster"
	"madoguchi/triage/staff"
)

// Suggestion is who should get a case, and why. It binds nobody.
type Suggestion struct {
	Way     roster.Way    // through the city's tree of routes
	Wanted  triage.Wanted // what the seeker wishes: as a person wrote it down, or in the seeker's own words
	Heard   bool          // it is in the seeker's own words, and nobody has written it down
	Picks   []roster.Pick // who answers, best first
	Seconds []roster.Pick // who could stand beside the assignee now
	Paged   bool          // and somebody on call is paged then
	Alone   bool          // it is an emergency, and nobody else is there who could
	Bars    []triage.Bar  // who is kept out
}

// Suggest says who should get the case, best first, with what speaks for and against each. It is written down as a look.
func (d *Desk) Suggest(ctx context.Context, p staff.Person, id triage.CaseID) (Suggestion, error) {
	v, err := d.Case(ctx, p, id)
	if err != nil {
		return Suggestion{}, err
	}
	return d.SuggestFor(ctx, p, v)
}

// SuggestFor is the same of a case that the person has before them.
func (d *Desk) SuggestFor(ctx context.Context, p staff.Person, v View) (Suggestion, error) {
	team, err := d.team(ctx, p)
	if err != nil {
		return Suggestion{}, err
	}
	return d.suggest(ctx, team, v.Case, v.Timeline)
}

func (d *Desk) suggest(ctx context.Context, team []mate, c triage.Case, events []triage.Event) (Suggestion, error) {
	people, err := d.sharers(ctx, team, c)
	if err != nil {
		return Suggestion{}, err
	}
	s := Suggestion{Way: roster.Find(d.City.Tree(), c), Bars: c.Barred}
	s.Wanted, s.Heard = wanted(c, events)
	a := roster.Ask{Roles: s.Way.Roles, Wanted: s.Wanted, Grave: c.Severity.Rank() <= triage.Urgent.Rank()}
	if a.Former, a.FormerAt, err = d.former(ctx, c, events); err != nil {
		return Suggestion{}, err
	}
	s.Picks = roster.Suggest(a, people, d.City.Sharing(), d.Clock.Now())
	s.Seconds = roster.Seconds(s.Picks, c.Assignee)
	s.Paged = d.Pages()
	s.Alone = c.Severity == triage.Emergency && c.Second == "" && len(s.Seconds) == 0
	return s, nil
}

// former is who spoke with the seeker before, and when they last did: in this case, or where nobody had it yet, in one of which two
// people are certain that it is the same child's.
func (d *Desk) former(ctx context.Context, c triage.Case, events []triage.Event) (login string, at time.Time, err error) {
	if login = cmp.Or(c.Assignee, c.Former); login != "" {
		return login, lastSaid(events, login), nil
	}
	for _, l := range c.Links {
		if l.As != triage.LinkChild || l.Sure != triage.SureCertain {
			continue
		}
		other, said, err := d.Store.Load(ctx, l.Case)
		if butGone(err) != nil {
			return "", time.Time{}, err
		}
		who := cmp.Or(other.Assignee, other.Former)
		if when := lastSaid(said, who); err == nil && who != "" && when.After(at) {
			login, at = who, when
		}
	}
	return login, at, nil
}

// lastSaid is when that person last said something to the seeker.
func lastSaid(events []triage.Event, login string) (at time.Time) {
	for _, e := range events {
		if e.By == login && e.Said > 0 {
			at = e.At
		}
	}
	return at
}

// mate is one of those who answer, with what they have in hand.
type mate struct {
	who  staff.Person
	load roster.Person
}

// team are all who answer, with what they have in hand as far as the person may know of it.
func (d *Desk) team(ctx context.Context, p staff.Person) ([]mate, error) {
	everybody, err := d.everybody(ctx)
	if err != nil {
		return nil, err
	}
	present, err := d.People.Present(ctx)
	if err != nil {
		return nil, triage.ErrUnavailable
	}
	cases, grave := map[string]int{}, map[string]int{}
	for _, state := range []triage.State{triage.Open, triage.HandedOff} {
		err := d.eachFor(ctx, p, triage.Query{State: state}, func(c triage.Case) error {
			cases[c.Assignee]++
			if c.Severity.Rank() <= triage.Urgent.Rank() {
				grave[c.Assignee]++
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	profiles := d.profiles(ctx)
	var team []mate
	for _, x := range everybody {
		if !slices.Contains(answering, x.Role) {
			continue
		}
		here := slices.ContainsFunc(present, func(y staff.Person) bool { return y.Login == x.Login })
		team = append(team, mate{x, roster.Person{Login: x.Login, Role: x.Role, Profile: profiles[x.Login], Here: here,
			Cases: cases[x.Login], Grave: grave[x.Login]}})
	}
	return team, nil
}

// sharers are those of the team who may be given the case.
func (d *Desk) sharers(ctx context.Context, team []mate, c triage.Case) ([]roster.Person, error) {
	opposed, err := d.opposed(ctx, c)
	if err != nil {
		return nil, err
	}
	var people []roster.Person
	for _, x := range team {
		if !barred(x.who, c) && !slices.Contains(opposed, x.who.Login) {
			people = append(people, x.load)
		}
	}
	return people, nil
}

// Burden says what speaks against the person having more than they have now: a second emergency, more cases than the city's
// number. They hear of it when they take a case, so that they can ask somebody else; nothing is refused for it.
func (d *Desk) Burden(ctx context.Context, p staff.Person) []string {
	cases, emergencies := 0, 0
	for _, state := range []triage.State{triage.Open, triage.HandedOff} {
		err := d.eachFor(ctx, p, triage.Query{State: state, Assignee: p.Login}, func(c triage.Case) error {
			cases++
			if c.Severity == triage.Emergency {
				emergencies++
			}
			return nil
		})
		if err != nil {
			return nil // an aid
		}
	}
	var all []string
	if emergencies > 1 {
		all = append(all, fmt.Sprintf("緊急の相談を、いま%d件受け持っています。ほかの人に替われないか、声をかけてください。", emergencies))
	}
	if most := cmp.Or(d.Profile(ctx, p.Login).Most, d.City.Terms.MostCases); most > 0 && cases > most {
		all = append(all, fmt.Sprintf("受け持ちが%d件になりました（めやす%d件）。ほかの人に替われないか、声をかけてください。", cases, most))
	}
	return all
}

// Warned says what speaks against giving a case to the colleague now: that they are away, or rest. Whoever gives it to them hears of
// it, so that they can choose somebody else; nothing is refused for it.
func (d *Desk) Warned(ctx context.Context, login string) []string {
	switch x, now := d.Profile(ctx, login), d.Clock.Now(); {
	case x.Away(now):
		return []string{login + "さんは、" + x.SayAway() + "。ほかの人にも声をかけてください。"}
	case x.Resting(now):
		return []string{login + "さんは、大変な相談のあとの休む時間です（" + x.RestUntil.In(triage.JST).Format("15:04") + "まで）。ほかの人にも声をかけてください。"}
	}
	return nil
}

// wanted is whom the seeker wishes for: what a person wrote down, and what the seeker said since.
func wanted(c triage.Case, events []triage.Event) (triage.Wanted, bool) {
	var w triage.Wanted
	var since []string
	lang := ""
	for _, e := range visible(c, events) {
		switch {
		case e.Wanted != nil:
			w, since = *e.Wanted, nil
		case e.Kind == triage.KindMessage && e.From == triage.Seeker:
			since, lang = append(since, e.Text), e.Lang
		}
	}
	h := roster.Heard(since...)
	if h.Woman || h.Man {
		w.Woman, w.Man = h.Woman, h.Man
	}
	w.Change = w.Change || h.Change
	if w.Language == "" {
		h.Language = roster.Language(lang, since...)
		w.Language = h.Language
	}
	return w, h.Woman || h.Man || h.Change || h.Language != ""
}

// Want writes down whom the seeker wishes for.
func (d *Desk) Want(ctx context.Context, p staff.Person, id triage.CaseID, w triage.Wanted) (triage.Case, error) {
	if w.Woman && w.Man {
		return triage.Case{}, bad("女の人か男の人の、どちらかを選んでください。")
	}
	if len(w.Language) > 35 || strings.ContainsFunc(w.Language, func(r rune) bool { return r != '-' && (r < '0' || r > 'z') }) {
		return triage.Case{}, bad("言葉は、en や pt-BR のような記号で書いてください。")
	}
	return d.perform(ctx, p, id, act{what: "want", may: mayAdd,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			if w.Change && c.Assignee != "" && !slices.Contains(w.Not, c.Assignee) {
				w.Not = append(w.Not, c.Assignee)
			}
			e := d.event(p, triage.KindAssignment)
			e.Wanted = &w
			return []triage.Event{e}, nil
		}})
}

// Mate is somebody of the desk, as everybody there sees them.
type Mate struct {
	roster.Person
	OnShift, Resting bool
}

// Mates lists who answers, those who are there first.
func (d *Desk) Mates(ctx context.Context, p staff.Person) ([]Mate, error) {
	if !leads(p) && !counsels(p) {
		return nil, forbidden()
	}
	team, err := d.team(ctx, p)
	if err != nil {
		return nil, err
	}
	now := d.Clock.Now()
	mates := []Mate{}
	for _, x := range team {
		mates = append(mates, Mate{x.load, x.load.OnShift(now), x.load.Resting(now)})
	}
	rank := func(m Mate) int {
		switch {
		case m.Here:
			return 0
		case m.OnShift:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(mates, func(a, b Mate) int { return cmp.Or(rank(a)-rank(b), cmp.Compare(a.Login, b.Login)) })
	return mates, nil
}

// maxCallMe is the longest name to be called by, in characters.
const maxCallMe = 20

// MostShifts is how many shifts somebody may have.
const MostShifts = 14

// SetProfile says what counts for somebody when work is shared out: one's own, or for a lead anybody's. The breather of a
// person is nobody's to set, and that they are away is MarkAway's.
func (d *Desk) SetProfile(ctx context.Context, p staff.Person, login string, x roster.Profile) error {
	login = cmp.Or(login, p.Login)
	switch {
	case login != p.Login && !leads(p) || !leads(p) && !counsels(p):
		return forbidden()
	case d.Roster == nil:
		return triage.ErrUnavailable
	case x.Woman && x.Man, x.Most < 0 || x.Most > 999, len(x.Languages) > 20, optional(x.CallMe, maxCallMe) != nil, len(x.Shifts) > MostShifts:
		return bad("入力を確かめてください。")
	case slices.ContainsFunc(x.Shifts, func(s roster.Shift) bool { return !s.Sound() }):
		return bad("勤務は、曜日と、始まりと終わりの時刻（ちがう時刻）を書いてください。")
	}
	if _, err := d.colleague(ctx, login, answering...); err != nil {
		return err
	}
	if err := d.record(ctx, p, "profile", "", login, ""); err != nil {
		return err
	}
	_, err := d.Roster.Change(ctx, login, func(was *roster.Profile) error {
		x.RestUntil, x.AwayUntil = was.RestUntil, was.AwayUntil
		*was = x
		return nil
	})
	return err
}

// Profile is what somebody says of themselves.
func (d *Desk) Profile(ctx context.Context, login string) roster.Profile {
	return d.profiles(ctx)[login]
}

// fewest is how many have to be there so that an emergency has its two (できる限り2人以上, as the health ministry's guide for
// consultation by messages asks). Below it the desk stays open.
const fewest = 2

// There counts who answers and is there.
func (d *Desk) There(ctx context.Context) (int, error) {
	present, err := d.People.Present(ctx)
	if err != nil {
		return 0, triage.ErrUnavailable
	}
	n := 0
	for _, x := range present {
		if leads(x) || counsels(x) {
			n++
		}
	}
	return n, nil
}

// TooFew reports whether the desk is short of a second person just now. It closes nothing; a person decides.
func (d *Desk) TooFew(ctx context.Context) bool {
	n, err := d.There(ctx)
	return err == nil && n < fewest && d.anyOpen(d.Clock.Now())
}

// Pages reports whether somebody on call can be paged at all, for texts that must not claim it otherwise.
func (d *Desk) Pages() bool { return d.Pager != nil && len(d.City.OnCall) > 0 }

func (d *Desk) anyOpen(now time.Time) bool {
	for channel := range d.City.Channels {
		if d.City.OpenAt(channel, now) {
			return true
		}
	}
	return false
}
