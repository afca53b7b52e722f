package city

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/roster"
)

// Stated is one thing that the city's own policy says: where, from when, and which parts of the file carry it. Subjects that no
// line states are off; see Unsaid.
type Stated struct {
	Key    string   `yaml:"key"`    // one of subjects
	Say    string   `yaml:"say"`    // what the policy says, in its own words where that is short
	Source string   `yaml:"source"` // document:line
	From   Date     `yaml:"from"`   // the day from which it holds
	By     []string `yaml:"by"`     // duties.KEY, facts.KEY, retention.KEY, channels.KEY, agenda.KEY, terms.KEY or contact; none where people carry it
}

// Yearly is something that the city does every year in certain months, for no case in particular.
type Yearly struct {
	Key    string `yaml:"key"`
	What   string `yaml:"what"`
	Months []int  `yaml:"months"` // 1 to 12
	Source string `yaml:"source"`
	From   Date   `yaml:"from"`
	Ask    string `yaml:"ask"` // what of it is an assumption that the city has to confirm
}

// subjects are what the policies of cities speak of. A policy that leaves one out has no rule there.
var subjects = []string{"run_by", "staff", "contact", "hours", "channels", "scope", "who_may_come", "hard_case", "weekly_report",
	"weekly_meeting", "school_to_board", "inside_school", "emergency_team", "resolution", "watch", "plan", "recognition",
	"forms_of_bullying", "serious_life", "serious_absence", "decided_by", "declaration", "serious_report", "inquiry", "tell_family",
	"reinquiry", "police", "agencies", "questionnaires", "school_hearing", "continuity_sheet", "hearing_form", "disclosure", "bodies",
	"yearly_report", "school_committee", "informer", "several_schools", "net", "records", "night_cover", "handoff_consent"}

// Says returns what the city's policy states of a subject.
func (c *City) Says(subject string) (Stated, bool) {
	i := slices.IndexFunc(c.Policy, func(s Stated) bool { return s.Key == subject })
	if i < 0 {
		return Stated{}, false
	}
	return c.Policy[i], true
}

// Unsaid lists the subjects on which the city's policy says nothing: what hangs on them is off, or comes from the national layer.
func (c *City) Unsaid() []string {
	var keys []string
	for _, s := range subjects {
		if _, ok := c.Says(s); !ok {
			keys = append(keys, s)
		}
	}
	return keys
}

// Turn is one time at which something of the year is to be done.
type Turn struct {
	Yearly
	By time.Time // the end of the month, the only precision that sources give
}

// Year lists what falls due after from and until to, in order.
func (c *City) Year(from, to time.Time) []Turn {
	var all []Turn
	for _, y := range c.Agenda {
		for _, m := range y.Months {
			for year := from.In(triage.JST).Year() - 1; year <= to.In(triage.JST).Year(); year++ {
				by := time.Date(year, time.Month(m)+1, 1, 0, 0, 0, 0, triage.JST)
				if by.After(from) && !by.After(to) && by.After(y.From.Value()) {
					all = append(all, Turn{y, by})
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Turn) int { return a.By.Compare(b.By) })
	return all
}

func (c *City) judgePolicy(j *judge) {
	seen := map[string]bool{}
	for i, s := range c.Policy {
		path := fmt.Sprintf(".policy.%d", i)
		j.need(slices.Contains(subjects, s.Key), path, "key: one of "+strings.Join(subjects, ", "))
		j.need(!seen[s.Key], path, "each subject once; "+s.Key+" is there twice")
		j.need(s.Say != "" && s.Source != "" && s.From != "", path, "say, source (document:line) and from: the day from which it holds")
		for _, by := range s.By {
			j.need(c.Has(by), path+".by", fmt.Sprintf("what this file or the nation has, such as duties.article23, not %q", by))
		}
		seen[s.Key] = true
	}
	for i, y := range c.Agenda {
		path := fmt.Sprintf(".agenda.%d", i)
		j.need(idForm.MatchString(y.Key) && y.What != "" && y.Source != "" && y.From != "", path, "key, what, source and from")
		j.need(len(y.Months) > 0 && !slices.ContainsFunc(y.Months, func(m int) bool { return m < 1 || m > 12 }), path+".months", "months from 1 to 12")
	}
}

// Has reports whether the city has, in its own file or from the nation, what a name such as duties.hottoribon speaks of.
func (c *City) Has(name string) bool {
	part, key, _ := strings.Cut(name, ".")
	switch part {
	case "duties":
		return slices.ContainsFunc(c.Duties, func(d Duty) bool { return d.Key == key })
	case "facts":
		return slices.ContainsFunc(c.Facts, func(f Fact) bool { return f.Key == key })
	case "retention":
		return slices.ContainsFunc(c.Retention, func(r Retention) bool { return r.Key == key })
	case "numbers":
		return slices.ContainsFunc(c.Numbers, func(n Number) bool { return n.Key == key })
	case "policy":
		_, ok := c.Says(key)
		return ok
	case "agenda":
		return slices.ContainsFunc(c.Agenda, func(y Yearly) bool { return y.Key == key })
	case "channels":
		_, ok := c.Channels[key]
		return ok
	case "serious":
		return key == "decided_by" && c.Serious.DecidedBy != "" || slices.ContainsFunc(c.Serious.Steps, func(x RoadStep) bool { return x.Key == key })
	case "terms":
		return key == "watch_months" && c.Terms.WatchMonths > 0
	case "contact":
		return key == "" && c.Contact.Name != ""
	case "closed":
		return key == "" && (c.Closed.Holidays || len(c.Closed.Days) > 0)
	}
	return false
}

// exampleAt is when the texts of examples are written: a working morning.
var exampleAt = time.Date(2026, 12, 1, 10, 0, 0, 0, triage.JST)

// judgeExamples runs the file's examples: each text is judged, routed and put under the duties as the desk would do it.
func (c *City) judgeExamples(j *judge, a Assessor) {
	for i, e := range c.Examples {
		path := fmt.Sprintf(".examples.%d", i)
		want := triage.Severity(e.Severity)
		if !j.need(want.Valid(), path, "severity: one of emergency, urgent, soon, routine") || a == nil {
			continue
		}
		got := a.Assess(e.Text)
		j.need(got.Severity.Rank() <= want.Rank(), path, fmt.Sprintf("severity %s, but the rules say %s", want, got.Severity))
		for _, f := range e.Flags {
			j.need(slices.Contains(got.Flags, triage.Flag(f)), path+".flags", fmt.Sprintf("%s among the flags, but the rules find %v", f, got.Flags))
		}
		k, wrote := triage.Case{ID: "example", Channels: []string{"chat"}}, triage.Event{ID: "1", Seq: 1, At: exampleAt, Kind: triage.KindMessage,
			From: triage.Seeker, Channel: "chat", Judgement: &got}
		k = k.With(wrote)
		if e.Branch != "" {
			branch := c.branch(k)
			j.need(branch == e.Branch, path+".branch", fmt.Sprintf("branch %s, but the text comes to %s", e.Branch, branch))
		}
		var owed []string
		for _, d := range c.Rules().Owe(k, []triage.Event{wrote}, c, exampleAt) {
			owed = append(owed, d.What)
		}
		for _, d := range e.Duties {
			j.need(slices.Contains(owed, d), path+".duties", fmt.Sprintf("%s among the duties, but what is owed is %v", d, owed))
		}
		for _, d := range e.Not {
			j.need(!slices.Contains(owed, d), path+".not", fmt.Sprintf("%s not among the duties, but what is owed is %v", d, owed))
		}
	}
}

// branch is the last branch of the tree that takes the case.
func (c *City) branch(k triage.Case) string {
	last := ""
	for _, s := range roster.Find(c.Tree(), k).Steps {
		if s.Taken {
			last = s.Key
		}
	}
	return last
}
