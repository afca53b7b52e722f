package triage

import "slices"

// Teller is what staff asked who came or phoned, in codes. It holds no words.
type Teller struct {
	Who     string `json:"who,omitempty"`     // self, guardian, friend, school, neighbour, other; "" was not asked
	Safe    string `json:"safe,omitempty"`    // whether the child is safe at this moment: yes, unknown, no; "" was not asked
	Unnamed bool   `json:"unnamed,omitempty"` // wishes that nobody be told who they are
	// Telling is what they said on the spot when asked whether the school may be told: yes, no; "" was not asked. It is no
	// consent: that names a school and what it would read.
	Telling string `json:"telling,omitempty"`
}

// The codes of a Teller, in the order in which they are asked.
var (
	TellerWho     = []string{"self", "guardian", "friend", "school", "neighbour", "other"}
	TellerSafe    = []string{"yes", "unknown", "no"}
	TellerTelling = []string{"yes", "no"}
)

// Valid reports whether each code is one of its list, or empty.
func (t Teller) Valid() bool {
	in := func(code string, codes []string) bool { return code == "" || slices.Contains(codes, code) }
	return in(t.Who, TellerWho) && in(t.Safe, TellerSafe) && in(t.Telling, TellerTelling)
}

// About is whom the words are about, in the seekers' codes, or "" where that does not follow.
func (t Teller) About() string {
	switch t.Who {
	case "self", "friend":
		return t.Who
	}
	return ""
}

// seeks reports whether that is who seeks help in the case, or the child whom it is about. Who phones about a child who writes is
// somebody else: where a case does not know whose it is, the child's.
func (c Case) seeks(t *Teller) bool {
	return t == nil || t.Who == "" || t.Who == "self" || c.Teller != nil && c.Teller.Who == t.Who
}

// aside reports whether the event that the case takes in is what staff wrote down of somebody else than its seeker.
func (c Case) aside(e Event) bool { return c.Version > 1 && !c.seeks(e.Teller) }

// HeardFrom reports whether the seeker of the case said something: in writing, by telephone, or to somebody who wrote it down.
// What somebody else said about them is no sign of them.
func (c Case) HeardFrom(e Event) bool {
	if e.Call != nil {
		return e.Call.Outcome == CallAnswered && !slices.ContainsFunc(c.Calls, func(x Call) bool { return x.ID == e.Call.ID && x.Of != "" })
	}
	return e.Kind == KindMessage && e.From == Seeker && e.Corrects == "" && c.seeks(e.Teller)
}

// Weigh raises a judgement by what the teller was asked: who is not safe now is in danger, whatever the words say; and who
// speaks for somebody else is a third party. Like every rule it only raises.
func (t Teller) Weigh(j Judgement) Judgement {
	j.Flags, j.Reasons = slices.Clone(j.Flags), slices.Clone(j.Reasons)
	fired := func(f Flag, rule string) {
		j.Flags = union(j.Flags, []Flag{f})
		j.Reasons = append(j.Reasons, Reason{Flag: f, Rule: rule})
	}
	if t.Safe == "no" {
		fired(Other, "told.not_safe")
		if Emergency.Rank() < j.Severity.Rank() {
			j.Severity = Emergency
		}
	}
	if t.Who != "" && t.Who != "self" {
		fired(ThirdParty, "told.by_another")
	}
	return j
}
