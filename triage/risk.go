package triage

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// RiskQuestion is one thing that a counselor finds out of a danger to life.
type RiskQuestion struct{ Key, Label, Means string }

// RiskQuestions are those that every form asks, in its order.
var RiskQuestions = []RiskQuestion{
	{"ideation", "念慮", "死にたい、消えたい気持ち"}, {"plan", "計画", "どうやって"}, {"means", "手段", "手元にある、手に入る"},
	{"when", "時", "いつと決めている"}, {"alone", "ひとりか", "いま、そばにだれもいない"}, {"holds", "止めるもの", "人、約束、楽しみ"},
}

// Answers to a RiskQuestion. What nobody asked, or what was not told, is unknown and never no.
const (
	RiskYes     = "yes"
	RiskNo      = "no"
	RiskUnknown = "unknown"
)

// Risk is what a counselor found of a danger to life (リスクの見立て). It changes no judgement by itself.
type Risk struct {
	Found map[string]string `json:"found"`          // by the key of each of RiskQuestions
	Note  string            `json:"note,omitempty"` // anonymized
	Again time.Time         `json:"again,omitzero"` // when it is found out anew; zero: no more
	By    string            `json:"by"`             // set by the fold
	At    time.Time         `json:"at"`             // set by the fold
}

// Whole reports whether every question has an answer, and nothing else has.
func (r Risk) Whole() bool {
	answered := func(q RiskQuestion) bool {
		return slices.Contains([]string{RiskYes, RiskNo, RiskUnknown}, r.Found[q.Key])
	}
	return len(r.Found) == len(RiskQuestions) && !slices.ContainsFunc(RiskQuestions, func(q RiskQuestion) bool { return !answered(q) })
}

// prepared are the questions whose answers say how near it is.
var prepared = []string{"plan", "means", "when"}

// High reports whether it has to be found out anew soon: something is prepared, or somebody who wants to die has not said that
// nothing is.
func (r Risk) High() bool {
	return slices.ContainsFunc(prepared, func(key string) bool {
		return r.Found[key] == RiskYes || r.Found["ideation"] == RiskYes && r.Found[key] != RiskNo
	})
}

// Grave reports whether plan, means and time are all there: a person is asked to raise the case to an emergency.
func (r Risk) Grave() bool {
	return !slices.ContainsFunc(prepared, func(key string) bool { return r.Found[key] != RiskYes })
}

// Over reports whether it need not be found out anew: nobody wants to die, and nothing is prepared.
func (r Risk) Over() bool {
	return r.Found["ideation"] == RiskNo && !slices.ContainsFunc(prepared, func(key string) bool { return r.Found[key] != RiskNo })
}

// Say tells the answers in a line.
func (r Risk) Say() string {
	var parts []string
	for _, q := range RiskQuestions {
		parts = append(parts, q.Label+"："+map[string]string{RiskYes: "はい", RiskNo: "いいえ", RiskUnknown: "わからない"}[r.Found[q.Key]])
	}
	return strings.Join(parts, "　")
}

// risk takes in what was found of a danger.
func (c *Case) risk(e Event) {
	if r := e.Risk; r != nil {
		found := *r
		found.Found, found.By, found.At = maps.Clone(r.Found), e.By, e.At
		c.Risks = append(slices.Clip(c.Risks), found)
	}
}
