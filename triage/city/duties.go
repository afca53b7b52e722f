package city

import (
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/duty"
)

// Fact is a fact that the city's duties ask for, made of others; see duty.Derived.
type Fact struct {
	Key         string   `yaml:"key"`
	Name        string   `yaml:"name"` // as people call it: 困難ケース
	Any         []string `yaml:"any"`
	After       string   `yaml:"after"`
	AbsentTotal int      `yaml:"absent_total"`
	AbsentRun   int      `yaml:"absent_run"`
	EndedBy     []string `yaml:"ended_by"`
	Source      string   `yaml:"source"`
}

// Duty is a rule that asks for something to be done; see duty.Rule.
type Duty struct {
	Key      string   `yaml:"key"`
	What     string   `yaml:"what"`
	Source   string   `yaml:"source"`
	Hint     string   `yaml:"hint"`
	Any      []string `yaml:"any"`
	All      []string `yaml:"all"`
	Unless   []string `yaml:"unless"`
	Owner    string   `yaml:"owner"`
	Shown    bool     `yaml:"shown"`
	Due      Term     `yaml:"due"`
	Climb    Term     `yaml:"climb"`
	Met      []string `yaml:"met"`
	Decide   []Choice `yaml:"decide"`
	Lead     bool     `yaml:"lead_decides"`
	Every    Term     `yaml:"every"`
	Workday  bool     `yaml:"workday"` // due on a day on which the desk works, or on the next one
	Until    []string `yaml:"until"`
	Renews   bool     `yaml:"renews"`
	Restarts bool     `yaml:"restarts"`
	Numbers  []string `yaml:"numbers"`
}

// Choice is one way to decide.
type Choice struct {
	Key string `yaml:"key"`
	Say string `yaml:"say"`
}

// Rules are the duties of the city and of the nation beneath it, in the form that the engine runs.
func (c *City) Rules() duty.Rules {
	var rs duty.Rules
	for _, f := range c.Facts {
		rs.Facts = append(rs.Facts, duty.Derived{Key: duty.Fact(f.Key), Any: facts(f.Any), After: duty.Fact(f.After),
			AbsentTotal: f.AbsentTotal, AbsentRun: f.AbsentRun, EndedBy: facts(f.EndedBy), Source: f.Source})
	}
	for _, d := range c.Duties {
		climb := d.Climb
		if climb == "" {
			climb = c.Terms.ClimbAfter
		}
		r := duty.Rule{Key: d.Key, What: d.What, Source: d.Source, Hint: d.Hint, Any: facts(d.Any), All: facts(d.All),
			Unless: facts(d.Unless), Owner: d.Owner, Shown: d.Shown, Due: c.term(d.Due), Watch: d.Due == "watch", Climb: c.term(climb), Met: facts(d.Met), Lead: d.Lead,
			Every: c.term(d.Every), Workday: d.Workday, Until: facts(d.Until), Renews: d.Renews, Restarts: d.Restarts, Numbers: d.Numbers}
		for _, k := range d.Decide {
			r.Decide = append(r.Decide, duty.Choice(k))
		}
		if d.Due == "keep" {
			if r.Keep = c.classes(); len(r.Keep) == 0 {
				continue // nobody has said how long: nothing is ever due
			}
		}
		rs.Duties = append(rs.Duties, r)
	}
	return rs
}

func facts(names []string) []duty.Fact {
	var all []duty.Fact
	for _, n := range names {
		all = append(all, duty.Fact(n))
	}
	return all
}

// FactName is how people call a fact that the file itself names, or "".
func (c *City) FactName(key string) string {
	for _, f := range c.Facts {
		if f.Key == key {
			return f.Name
		}
	}
	return ""
}

// term resolves the words of a term by the city's numbers.
func (c *City) term(t Term) duty.Term {
	switch t {
	case "at_once":
		return duty.Term{Span: c.Terms.AtOnce.Value()}
	case "promptly":
		if c.Terms.Promptly != "promptly" {
			return c.term(c.Terms.Promptly)
		}
		return duty.Term{}
	case "watch":
		return duty.Term{Months: c.Terms.WatchMonths}
	}
	v, _ := t.parse()
	return v
}

// Climb is when a duty that was due at that time, and is not done, reaches the supervisor; zero where the city says nothing.
func (c *City) Climb(due time.Time) time.Time {
	t := c.term(c.Terms.ClimbAfter)
	if t.IsZero() || due.IsZero() {
		return time.Time{}
	}
	return t.After(due, c)
}

// AnswersByDay reports whether an answer to such words is due in days on which the desk works.
func (c *City) AnswersByDay(s triage.Severity) bool {
	return c.term(c.Terms.AnswerWithin[string(s)]).Business > 0
}

// Works reports whether the desk works on t's day, a weekday that the city has not closed, and when its telephone closes
// on it.
func (c *City) Works(t time.Time) (closes time.Time, ok bool) {
	t = t.In(triage.JST)
	if c.closedOn("phone", t) || t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		return time.Time{}, false
	}
	latest := 0
	for _, s := range c.Channels["phone"].Hours {
		if to, _ := s.To.minutes(); slices.Contains(s.Days, weekdays[t.Weekday()]) {
			latest = max(latest, to)
		}
	}
	if latest == 0 {
		return time.Time{}, false
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, latest, 0, 0, triage.JST), true
}
