// Package duty is the clock of the desk: what has to be done in a case by law and by the city's own rules, by whom, and by
// when.
//
// A rule is data: it arises where facts of the case are so, has a source that can be looked up, an owner, and a term. The
// engine is one pure function, Rules.Owe: of the case, its events, the rules, the city's calendar and the time. It never
// asks a clock, so that a year of a city's rules can be run in a moment, and the same events always give the same duties.
//
// What it finds becomes events of the case, and from then on the case itself tells what is owed: a rule that is taken out
// of a file takes no duty away. Rules only add. A duty ends in four ways: a person did it and wrote how; an act that the
// rule itself names did it (the police were told), or ended its coming again; what it counted from began anew, as a watch
// does when the act happens again; or what it rests on, a fact of All, is so no longer (who was told was called back, a hard
// case is none any more). What telling somebody did is owed again, by the same time, once that was called back. Nothing else
// lowers or ends one, and no rule can touch what another one found.
//
// What is overdue climbs: from its owner to the coordinator, and from there to the supervisor.
package duty

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
)

// Rule asks for something to be done.
type Rule struct {
	Key    string // article23; the duty's What
	What   string // what is to be done, in Japanese
	Source string // document:line, or the article of a law
	Hint   string // what to mind, or empty

	Any    []Fact // it arises where one of these is so,
	All    []Fact // and all of these,
	Unless []Fact // and none of these

	Owner string  // assignee, coordinator, supervisor, school or board
	Shown bool    // of a school's: it sees the duty with its hand-off; any other one a person tells it of
	Due   Term    // from when it arose
	Watch bool    // Due is the city's watch period: a body may have set a longer one for the case
	Keep  []Class // where given, it is due when the longest of these that the case is of ends, and not by Due
	Climb Term    // from when it was due until it reaches the supervisor

	Met     []Fact   // these acts do it
	Decide  []Choice // it is a decision between these
	Lead    bool     // which is a lead's: whoever has the case does it by one of the acts in Met
	Every   Term     // it comes again so long after it was done, by the end of that day where it counts days,
	Workday bool     // what people meet for: where its day is none on which the desk works, it is due on the next
	Until   []Fact   // until one of these is so: a turn after the first is over then, unless its time has passed already

	Renews   bool // it arises again where one of Any is heard of again after it was done
	Restarts bool // it counts from its facts as they are now: where they begin anew, so does it

	Numbers []string // keys of the telephone numbers that are shown with it
}

// Choice is one way to decide.
type Choice struct{ Key, Say string }

// Rules are all rules of a city, the nation's among them.
type Rules struct {
	Facts  []Derived // in an order in which each names only earlier ones
	Duties []Rule
}

// Owners of a duty.
const (
	Assignee    = "assignee"
	Coordinator = "coordinator"
	Supervisor  = "supervisor"
	School      = "school"
	Board       = "board"
)

// Owners lists them.
var Owners = []string{Assignee, Coordinator, Supervisor, School, Board}

// Decisions of the machine, where it saw that a duty is done.
const (
	Met       = "met"       // an act that the rule names did it
	Restarted = "restarted" // what it counted from began anew
	Closed    = "closed"    // the case was closed, and it means nothing any more
)

// Rule returns the rule of that key.
func (rs Rules) Rule(key string) (Rule, bool) {
	i := slices.IndexFunc(rs.Duties, func(r Rule) bool { return r.Key == key })
	if i < 0 {
		return Rule{}, false
	}
	return rs.Duties[i], true
}

// Owe returns what changes in the case's duties now, in order: new ones, and those that are done. Applied to the case
// (triage.Case.With), nothing is left to change.
func (rs Rules) Owe(c triage.Case, events []triage.Event, cal Calendar, now time.Time) []triage.Duty {
	f := rs.know(c, events)
	var all []triage.Duty
	for _, r := range rs.Duties {
		if r.Watch {
			r.Due.Months = c.Watched(triage.Period{Months: r.Due.Months}).Months
		}
		all = append(all, r.owe(c, f, cal, now)...)
	}
	return all
}

// owe is what one rule changes. It looks at its own duty and at no other.
func (r Rule) owe(c triage.Case, f Facts, cal Calendar, now time.Time) []triage.Duty {
	var changes []triage.Duty
	var last triage.Duty
	if i := slices.IndexFunc(c.Duties, func(d triage.Duty) bool { return d.What == r.Key }); i >= 0 {
		last = c.Duties[i]
	}
	so, why, holds := r.holds(f)
	for {
		if last.Turn > 0 && last.DoneAt.IsZero() {
			end, ended := r.ends(last, f, so, holds, cal, now)
			if !ended {
				return changes
			}
			last = end
		} else {
			next, begins := r.next(last, f, so, cal)
			if !holds || !begins {
				return changes
			}
			next.Why = why
			last = next
		}
		changes = append(changes, last)
	}
}

// holds reports whether the rule's facts are so: since when, when they were last heard of, and which of Any they are.
func (r Rule) holds(f Facts) (Known, []string, bool) {
	var so Known
	var why []string
	for _, name := range r.Any {
		k, ok := f[name]
		if !ok {
			continue
		}
		if len(why) == 0 || k.First.Before(so.First) {
			so.First = k.First
		}
		if k.Last.After(so.Last) {
			so.Last = k.Last
		}
		why = append(why, string(name))
	}
	if len(r.Any) > 0 && len(why) == 0 {
		return Known{}, nil, false
	}
	for _, name := range r.All {
		k, ok := f[name]
		if !ok {
			return Known{}, nil, false
		}
		if k.First.After(so.First) {
			so.First = k.First
		}
		if len(r.Any) == 0 && k.Last.After(so.Last) {
			so.Last = k.Last
		}
		why = append(why, string(name))
	}
	for _, name := range r.Unless {
		if _, ok := f[name]; ok {
			return Known{}, nil, false
		}
	}
	if so.Last.Before(so.First) {
		so.Last = so.First
	}
	return so, why, len(why) > 0
}

// ends reports whether an open duty is over by itself, and how.
func (r Rule) ends(d triage.Duty, f Facts, so Known, holds bool, cal Calendar, now time.Time) (triage.Duty, bool) {
	if end, ok := r.met(d, f); ok {
		return end, true
	}
	if end, ok := r.until(f); ok && d.Turn > 1 && !r.Every.IsZero() && f[end].First.Before(d.DueAt) {
		d.DoneAt, d.By, d.Decision, d.Reason = f[end].Last, f[end].By, Met, string(end)
		return d, true
	}
	if !r.Restarts && r.groundless(f) {
		d.DoneAt, d.Decision = now, triage.Waived
		return d, true
	}
	if r.Restarts && (!holds || !so.First.Equal(d.Since) || r.outgrown(d, f, so, cal)) {
		d.DoneAt, d.Decision = now, Restarted
		return d, true
	}
	return d, false
}

// groundless reports whether something that the duty rests on is so no longer.
func (r Rule) groundless(f Facts) bool {
	return slices.ContainsFunc(r.All, func(name Fact) bool { _, ok := f[name]; return !ok })
}

// calledBack reports whether the duty was done, or was over, because somebody had been told who has not been told any more.
func calledBack(d triage.Duty, f Facts) bool {
	_, ok := f[Fact(d.Reason)]
	return d.Decision == Met && strings.HasPrefix(d.Reason, "told.") && !ok
}

// anew is since when what ended for want of a ground is owed again.
func anew(last triage.Duty, so Known) time.Time {
	for _, t := range []time.Time{so.First, so.Last} {
		if t.After(last.DoneAt) {
			return t
		}
	}
	return last.DoneAt
}

// met reports whether an act that the rule names did the duty: one since it arose; in a later turn, one after the last.
func (r Rule) met(d triage.Duty, f Facts) (triage.Duty, bool) {
	for _, name := range r.Met {
		k, ok := f[name]
		if ok && (k.Last.After(d.Since) || d.Turn == 1 && k.Last.Equal(d.Since)) {
			d.DoneAt, d.By, d.Decision, d.Reason = k.Last, k.By, Met, string(name)
			return d, true
		}
	}
	return d, false
}

// until returns the fact that ends the rule's coming again, where one is so.
func (r Rule) until(f Facts) (Fact, bool) {
	i := slices.IndexFunc(r.Until, func(name Fact) bool { _, ok := f[name]; return ok })
	if i < 0 {
		return "", false
	}
	return r.Until[i], true
}

// next is the turn that begins now, if one does, after a last one that is done or never was.
func (r Rule) next(last triage.Duty, f Facts, so Known, cal Calendar) (triage.Duty, bool) {
	d := triage.Duty{Kind: r.Key, What: r.Key, Title: r.What, Source: r.Source, Owner: r.Owner, Turn: last.Turn + 1}
	term := r.Due
	switch {
	case last.Turn == 0:
		d.Since = so.First
	case calledBack(last, f):
		d.Since, d.DueAt, d.ClimbAt = last.Since, last.DueAt, last.ClimbAt
		return d, true
	case last.Decision == triage.Waived:
		d.Since = anew(last, so)
	case r.Restarts && (!so.First.Equal(last.Since) || (len(r.Keep) > 0 || r.Watch) && last.Decision == Restarted):
		d.Since = so.First
	case r.Renews && so.Last.After(last.DoneAt):
		d.Since = so.Last
	case !r.Every.IsZero():
		if _, over := r.until(f); over {
			return d, false
		}
		d.Since, term = last.DoneAt, r.Every.wholeDays()
	default:
		return d, false
	}
	if len(r.Keep) > 0 {
		if d.DueAt = r.kept(f, d.Since, cal).Until; d.DueAt.IsZero() {
			return d, false
		}
	} else {
		d.DueAt = term.After(d.Since, cal)
	}
	if r.Workday {
		d.DueAt = onWorkday(d.DueAt, cal)
	}
	if !r.Climb.IsZero() {
		d.ClimbAt = r.Climb.After(d.DueAt, cal)
	}
	return d, true
}

// EventID names the event by which a change of the engine is written, so that two who find the same write it once.
func EventID(d triage.Duty) string {
	if d.DoneAt.IsZero() {
		return fmt.Sprintf("rule:%s:%d:%d", d.What, d.Turn, d.DueAt.UnixNano())
	}
	return fmt.Sprintf("rule:%s:%d:%d:%s", d.What, d.Turn, d.DueAt.UnixNano(), d.Decision)
}

// Level is how far an open duty has climbed: 0 with its owner, 1 with the coordinator, 2 with the supervisor.
func Level(d triage.Duty, now time.Time) int {
	switch {
	case !d.Overdue(now):
		return 0
	case d.Owner == Coordinator || d.Owner == Supervisor, !d.ClimbAt.IsZero() && !now.Before(d.ClimbAt):
		return 2
	}
	return 1
}

// Holder is who has to see to an open duty now. Where nobody has the case, its coordinator has its duties; and what a school owes
// of which it knows nothing.
func Holder(d triage.Duty, c triage.Case, now time.Time) string {
	switch Level(d, now) {
	case 1:
		return Coordinator
	case 2:
		return Supervisor
	}
	if d.Owner == Assignee && c.Assignee == "" || d.Owner == School && !schoolKnows(c) {
		return Coordinator
	}
	return d.Owner
}

// schoolKnows reports whether a school was told of the case, or reported it itself.
func schoolKnows(c triage.Case) bool {
	return len(c.Reports) > 0 || slices.ContainsFunc(c.Handoffs, func(h triage.Handoff) bool {
		_, ok := knows(h)
		return ok && h.Recipient == School
	})
}
