package triage

import "slices"

// Step is that a step on the road of a serious case was taken. Which steps there are, who takes them and by when is for the
// city's rules to say; the case only remembers that one was taken, on which day, and what was decided by it. The latest of a
// key holds.
type Step struct {
	Key    string `json:"key"`
	On     string `json:"on"`               // 2026-12-01
	Choice string `json:"choice,omitempty"` // where the step is a decision
	Note   string `json:"note,omitempty"`   // what was found, decided or handed over; anonymized
	By     string `json:"by,omitempty"`     // login of who wrote it down
	Off    bool   `json:"off,omitempty"`    // it was written down by mistake
}

// Version is the text of a step's deliverable as one reader gets it. What a family is told is not what citizens read.
type Version struct {
	Step   string `json:"step"`
	Reader string `json:"reader"` // family, mayor, council, citizens
	Text   string `json:"text"`   // anonymized
	Same   string `json:"same,omitempty"`
	By     string `json:"by,omitempty"`
}

// PlanItem is one thing that a school and the desk said they would do for a child (対処プラン). The latest of an ID holds.
type PlanItem struct {
	ID   string `json:"id"`
	Sort string `json:"sort,omitempty"` // support, sharing, roles, prevention
	Text string `json:"text,omitempty"` // anonymized
	Who  string `json:"who,omitempty"`  // whose part it is; anonymized
	Done string `json:"done,omitempty"` // the day on which it was done
	Off  bool   `json:"off,omitempty"`  // it is not to be done any more
}

// WatchOver is that a body set a longer watch for this case than the city's rules ask for (ashiya-policy:119).
type WatchOver struct {
	Months int    `json:"months"`
	Body   string `json:"body"`   // school or board
	Reason string `json:"reason"` // anonymized
}

// road takes in what happens on the way of a serious case and of the plan for a child.
func (c *Case) road(e Event) {
	if s := e.Step; s != nil {
		c.Steps = slices.DeleteFunc(slices.Clone(c.Steps), func(x Step) bool { return x.Key == s.Key })
		if !s.Off {
			c.Steps = append(c.Steps, *s)
		}
	}
	if v := e.Version; v != nil {
		c.Versions = slices.DeleteFunc(slices.Clone(c.Versions), func(x Version) bool { return x.Step == v.Step && x.Reader == v.Reader })
		c.Versions = append(c.Versions, *v)
	}
	if p := e.Plan; p != nil {
		c.plan(*p)
	}
	if w := e.WatchOver; w != nil {
		longer := *w
		c.WatchOver = &longer
	}
}

func (c *Case) plan(p PlanItem) {
	c.Plan = slices.Clone(c.Plan)
	i := slices.IndexFunc(c.Plan, func(x PlanItem) bool { return x.ID == p.ID })
	switch {
	case i < 0 && !p.Off:
		c.Plan = append(c.Plan, p)
	case i >= 0 && p.Off:
		c.Plan = slices.Delete(c.Plan, i, i+1)
	case i >= 0 && p.Text == "": // only whether it is done
		c.Plan[i].Done = p.Done
	case i >= 0:
		c.Plan[i] = p
	}
}

// Watched is how long the case is watched before it may be judged: the city's period, or the longer one that a body set.
func (c Case) Watched(city Period) Period {
	if c.WatchOver != nil && c.WatchOver.Months > city.Months {
		city.Months = c.WatchOver.Months
	}
	return city
}
