package triage

import (
	"strings"
	"time"
)

// SafetyPlan is what a child and a counselor agreed for when it gets hard (安全プラン), each part in a few words. All of it is
// anonymized.
type SafetyPlan struct {
	Signs   string    `json:"signs,omitempty"`   // by which she notices
	Helps   string    `json:"helps,omitempty"`   // what makes it a little lighter
	People  string    `json:"people,omitempty"`  // with whom she can speak
	Places  string    `json:"places,omitempty"`  // where she is safe
	Numbers string    `json:"numbers,omitempty"` // where somebody answers
	By      string    `json:"by"`                // set by the fold
	At      time.Time `json:"at"`                // set by the fold
}

// SafetyPart is one part of a plan, with its words.
type SafetyPart struct{ Key, Label, Text string }

// Parts lists the parts in the form's order, also those without words.
func (s SafetyPlan) Parts() []SafetyPart {
	return []SafetyPart{{"signs", "つらくなる前のしるし", s.Signs}, {"helps", "少し楽になること", s.Helps}, {"people", "話せる人", s.People},
		{"places", "安心できる場所", s.Places}, {"numbers", "電話や文字で話せるところ", s.Numbers}}
}

// Say tells the parts that have words, a line each.
func (s SafetyPlan) Say() string {
	var lines []string
	for _, p := range s.Parts() {
		if p.Text != "" {
			lines = append(lines, p.Label+"："+p.Text)
		}
	}
	return strings.Join(lines, "\n")
}

// safety takes in what was agreed for when it gets hard. The latest plan holds.
func (c *Case) safety(e Event) {
	if s := e.Safety; s != nil {
		plan := *s
		plan.By, plan.At = e.By, e.At
		c.Safety = &plan
	}
}
