// Package serious is the road of a serious case (重大事態): who decides that it is one, and the steps from the school by way
// of the board and the mayor to the inquiry, its result, what the family says to it, a second inquiry, the council and the
// citizens.
//
// A road is data, of the nation and of the city over it, and where a case stands on it is one pure function of the road and
// the case (Road.Of): a step is taken where a person wrote so, or where the duty that asks for it was done. The program
// never decides that a case is serious, and never that it is not: it proposes where rules found reason to ask, and from a
// declaration of a child or a parent on the road is there without anybody's yes. A city that asks for a step that others do
// not has it in its file; a step that no file has does not exist.
package serious

import (
	"slices"
	"strings"

	"madoguchi/triage"
	"madoguchi/triage/duty"
)

// The stages of a road.
const (
	AtRisk  = "risk"    // before it is serious: what goes out where it might become so
	Onwards = "serious" // from a decision or a declaration on
)

// Readers of a deliverable, each with a text of their own.
var Readers = []string{"family", "mayor", "council", "citizens"}

// public are the readers whose text must not name anybody, not even by a placeholder.
var public = []string{"council", "citizens"}

// Bodies that take a step.
var Bodies = []string{"school", "board", "mayor", "inquiry", "family", "desk", "team"}

// Step is one step of a road.
type Step struct {
	Key         string
	Title       string
	Body        string // who takes it: one of Bodies
	Deliverable string // what comes out of it: 発生報告, 調査結果報告書; may be empty
	Items       []string
	Hint        string
	Source      string    // document:line, or the article of a law
	Stage       string    // AtRisk or Onwards
	Duty        string    // key of the rule that asks for it, where one does
	Needs       string    // STEP.CHOICE: it is on the road only where that was decided
	Optional    bool      // nobody has to: a family may write what it thinks
	Readers     []string  // who gets a version of the deliverable
	Choices     []Choice  // where it is a decision
	Due         duty.Term // from the step before it; zero where no rule gives one, or Duty does
}

// Choice is one way to decide.
type Choice struct{ Key, Say string }

// Road is the road of a city.
type Road struct {
	DecidedBy string // school or board; empty where the city has not said
	Opinion   string // whose opinion is heard before; empty where the city asks for none
	Source    string
	Ask       string // key of the rule that asks whether it is serious
	Steps     []Step
}

// Stand is where a case is with one step.
type Stand struct {
	Step
	On      string // the day on which it was taken, or ""
	Choice  string // what was decided
	Said    string // the same, in words
	Note    string
	By      string
	Owed    triage.Duty // the duty that asks for it, where it is open
	Written map[string]triage.Version
}

// Taken reports whether the step was taken.
func (s Stand) Taken() bool { return s.On != "" }

// Standing is where a case is on the road.
type Standing struct {
	Proposed bool     // rules found reason to ask whether it is serious, and nobody has answered yet
	Why      []string // the facts for which they ask
	Serious  bool     // it is treated as one
	Declared bool     // because a child or a parent said so
	Who      string   // child or parent, where that was written down
	Steps    []Stand  // those that are on the road of this case
}

// Next is the first step that is to be taken, or nil.
func (s Standing) Next() *Stand {
	if !s.Serious {
		return nil
	}
	for i := range s.Steps {
		if x := s.Steps[i]; x.Stage == Onwards && !x.Taken() && !x.Optional {
			return &s.Steps[i]
		}
	}
	return nil
}

// Step returns the step of that key.
func (s Standing) Step(key string) (Stand, bool) {
	i := slices.IndexFunc(s.Steps, func(x Stand) bool { return x.Key == key })
	if i < 0 {
		return Stand{}, false
	}
	return s.Steps[i], true
}

// Of returns where the case stands.
func (r Road) Of(c triage.Case) Standing {
	s := Standing{}
	for _, o := range c.Observed {
		switch o.Kind {
		case duty.Declared:
			s.Serious, s.Declared, s.Who = true, true, o.Who
		case duty.Serious:
			s.Serious = true
		}
	}
	if d, ok := dutyOf(c, r.Ask); ok {
		s.Serious = s.Serious || !d.DoneAt.IsZero() && d.Decision == "serious"
		if s.Proposed = !s.Serious && d.DoneAt.IsZero(); s.Proposed {
			s.Why = d.Why
		}
	}
	chosen := map[string]string{}
	for _, x := range r.Steps {
		if key, choice, needs := strings.Cut(x.Needs, "."); needs && chosen[key] != choice {
			continue
		}
		at := x.of(c)
		if x.Duty == r.Ask && r.Ask != "" && s.Serious && !at.Taken() { // it was settled another way
			at.On, at.Choice = settled(c)
			at.Said = x.say(at.Choice)
		}
		chosen[x.Key] = at.Choice
		s.Steps = append(s.Steps, at)
	}
	return s
}

// settled is the day from which a case was treated as serious.
func settled(c triage.Case) (on, choice string) {
	for _, o := range c.Observed {
		if (o.Kind == duty.Serious || o.Kind == duty.Declared) && (on == "" || o.On < on) {
			on = o.On
		}
	}
	return on, "serious"
}

// of is where the case is with the step.
func (x Step) of(c triage.Case) Stand {
	at := Stand{Step: x, Written: map[string]triage.Version{}}
	for _, v := range c.Versions {
		if v.Step == x.Key {
			at.Written[v.Reader] = v
		}
	}
	for _, key := range []string{x.Duty, Due(x.Key)} {
		d, ok := dutyOf(c, key)
		switch {
		case !ok || d.Decision == duty.Met || d.Decision == duty.Restarted:
		case d.DoneAt.IsZero():
			at.Owed = d
		case at.On == "":
			at.On, at.Choice, at.Note, at.By = d.DoneAt.In(triage.JST).Format("2006-01-02"), d.Decision, d.Reason, d.By
		}
	}
	if i := slices.IndexFunc(c.Steps, func(s triage.Step) bool { return s.Key == x.Key }); i >= 0 {
		s := c.Steps[i]
		at.On, at.Choice, at.Note, at.By = s.On, s.Choice, s.Note, s.By
	}
	at.Said = x.say(at.Choice)
	return at
}

// say is a choice in words.
func (x Step) say(choice string) string {
	for _, k := range x.Choices {
		if k.Key == choice {
			return k.Say
		}
	}
	return ""
}

// Due is the name of the duty that asks for a step which no rule of the city asks for.
func Due(step string) string { return "step:" + step }

func dutyOf(c triage.Case, what string) (triage.Duty, bool) {
	i := slices.IndexFunc(c.Duties, func(d triage.Duty) bool { return what != "" && d.What == what })
	if i < 0 {
		return triage.Duty{}, false
	}
	return c.Duties[i], true
}
