package city

import (
	"fmt"
	"slices"
	"strings"

	"madoguchi/triage/duty"
	"madoguchi/triage/serious"
)

// Serious is what a file says of serious cases (重大事態): who decides, and the steps of the road; see serious.Road. A step of
// the city with the key of one of the nation's takes its place; any other one stands after the step that it names.
type Serious struct {
	DecidedBy string     `yaml:"decided_by"` // school or board; empty where the city does not say
	Opinion   string     `yaml:"opinion"`    // whose opinion is heard before
	Source    string     `yaml:"source"`
	Steps     []RoadStep `yaml:"steps"`
}

// RoadStep is one step; see serious.Step.
type RoadStep struct {
	Key         string   `yaml:"key"`
	After       string   `yaml:"after"`
	What        string   `yaml:"what"`
	Body        string   `yaml:"body"`
	Deliverable string   `yaml:"deliverable"`
	Items       []string `yaml:"items"`
	Hint        string   `yaml:"hint"`
	Source      string   `yaml:"source"`
	Stage       string   `yaml:"stage"`
	Duty        string   `yaml:"duty"`
	Due         Term     `yaml:"due"`
	Needs       string   `yaml:"needs"`
	Optional    bool     `yaml:"optional"`
	Readers     []string `yaml:"readers"`
	Decide      []Choice `yaml:"decide"`
}

// PlanRule says that a plan of support is made for each case (対処プラン), and of what sorts its parts are. A city that asks
// for none has none.
type PlanRule struct {
	Name   string   `yaml:"name"`
	Source string   `yaml:"source"`
	Sorts  []Choice `yaml:"sorts"`
}

// Asked reports whether the city asks for a plan.
func (p PlanRule) Asked() bool { return len(p.Sorts) > 0 }

// seriousAsk is the rule that asks whether a case is serious.
const seriousAsk = "serious_ask"

// Road is the road of serious cases, the nation's with the city's steps.
func (c *City) Road() serious.Road {
	r := serious.Road{DecidedBy: c.Serious.DecidedBy, Opinion: c.Serious.Opinion, Source: c.Serious.Source, Ask: seriousAsk}
	rules := c.Rules()
	for _, x := range c.Serious.Steps {
		s := serious.Step{Key: x.Key, Title: x.What, Body: x.Body, Deliverable: x.Deliverable, Items: x.Items, Hint: x.Hint, Source: x.Source,
			Stage: x.Stage, Duty: x.Duty, Due: c.term(x.Due), Needs: x.Needs, Optional: x.Optional, Readers: x.Readers}
		if s.Stage == "" {
			s.Stage = serious.Onwards
		}
		if s.Body == "" {
			s.Body = r.DecidedBy // of the decision itself
		}
		for _, k := range x.Decide {
			s.Choices = append(s.Choices, serious.Choice(k))
		}
		if rule, ok := rules.Rule(x.Duty); ok && len(s.Choices) == 0 {
			for _, k := range rule.Decide {
				s.Choices = append(s.Choices, serious.Choice(k))
			}
		}
		r.Steps = append(r.Steps, s)
	}
	return r
}

// overRoad lays the city's road over the nation's.
func (c *City) overRoad(base *City) {
	own := c.Serious.Steps
	c.Serious.Steps = slices.Clone(base.Serious.Steps)
	at := func(key string) int {
		return slices.IndexFunc(c.Serious.Steps, func(x RoadStep) bool { return x.Key == key })
	}
	for _, s := range own {
		if i := at(s.Key); i >= 0 {
			c.Serious.Steps[i] = s
		} else if i := at(s.After); i >= 0 || s.After == "" {
			c.Serious.Steps = slices.Insert(c.Serious.Steps, i+1, s)
		}
	}
	if !c.Plan.Asked() {
		c.Plan = base.Plan
	}
}

// judgeRoad finds what is wrong with the steps that stand in one file; base is nil where it is the nation's own.
func (c *City) judgeRoad(j *judge, own Serious, base *City) {
	rs := c.Rules()
	j.need(slices.Contains([]string{"", duty.School, duty.Board}, own.DecidedBy), ".serious.decided_by", "school or board, or nothing where the city does not say")
	j.need(own.DecidedBy == "" || own.Source != "", ".serious", "source: who says who decides")
	seen := map[string]bool{}
	for i, s := range own.Steps {
		path := fmt.Sprintf(".serious.steps.%d", i)
		j.need(idForm.MatchString(s.Key) && !seen[s.Key], path, "a key of its own in lower-case letters")
		seen[s.Key] = true
		j.need(s.What != "" && s.Source != "", path, "what and source")
		j.need(slices.Contains(serious.Bodies, s.Body) || s.Body == "" && s.Duty == seriousAsk, path+".body", "body: one of "+strings.Join(serious.Bodies, ", "))
		j.need(slices.Contains([]string{"", serious.AtRisk, serious.Onwards}, s.Stage), path+".stage", "risk or serious")
		for _, r := range s.Readers {
			j.need(slices.Contains(serious.Readers, r), path+".readers", "one of "+strings.Join(serious.Readers, ", "))
		}
		_, known := rs.Rule(s.Duty)
		j.need(s.Duty == "" || known, path+".duty", "the key of a duty")
		j.need(s.Due == "" || s.Duty == "", path+".due", "a term, or a duty that has one; not both")
		if s.Needs != "" {
			j.need(c.decided(s), path+".needs", "STEP.CHOICE of a step before it")
		}
		if base != nil {
			c.judgeStep(j, path, s, base)
		}
	}
}

// judgeStep holds a step of the city to the nation's of the same key; one of its own must stand somewhere.
func (c *City) judgeStep(j *judge, path string, s RoadStep, base *City) {
	i := slices.IndexFunc(base.Serious.Steps, func(x RoadStep) bool { return x.Key == s.Key })
	if i < 0 {
		j.need(s.After == "" || slices.ContainsFunc(c.Serious.Steps, func(x RoadStep) bool { return x.Key == s.After }), path+".after", "the key of a step")
		return
	}
	b := base.Serious.Steps[i]
	j.need(s.Duty == b.Duty && (!s.Optional || b.Optional) && (s.Needs == "" || s.Needs == b.Needs), path, "what the national layer asks for at this step: its duty, and no exception of its own")
	j.need(holds(s.Readers, b.Readers), path+".readers", "all readers that the national layer gives the deliverable to")
	j.need(b.Due == "" || s.Due != "" && c.never(s.Due, b.Due), path+".due", "a term that ends never later than the national layer's "+string(b.Due))
}

// decided reports whether a step before this one decides what it needs.
func (c *City) decided(s RoadStep) bool {
	key, choice, _ := strings.Cut(s.Needs, ".")
	for _, x := range c.Road().Steps {
		if x.Key == s.Key {
			return false
		}
		if x.Key == key {
			return slices.ContainsFunc(x.Choices, func(k serious.Choice) bool { return k.Key == choice })
		}
	}
	return false
}
