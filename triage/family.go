package triage

import (
	"slices"
	"strings"
)

// ToGuardian is the recipient of a consent where the child's family is told: alone, whoever looks after her; with a colon and
// one of Whoms behind it, that person and nobody else. The family has no page here: a person of the desk tells it, in the
// very words that the child has read, and writes down how.
const ToGuardian = "guardian"

// Whoms lists those of a family who can be told alone.
var Whoms = []string{"mother", "father", "other"}

// Guardian is the recipient of a consent for the family, or for one of Whoms.
func Guardian(whom string) string {
	if whom == "" {
		return ToGuardian
	}
	return ToGuardian + ":" + whom
}

// Family reports whether a consent's recipient is the child's family or somebody of it, and who; "" is whoever looks after
// her.
func Family(to string) (whom string, ok bool) {
	if to == ToGuardian {
		return "", true
	}
	whom, ok = strings.CutPrefix(to, ToGuardian+":")
	return whom, ok && slices.Contains(Whoms, whom)
}

// reaches reports whether a no to telling a is one to telling b as well: they are the same, or one is of the other.
func reaches(a, b string) bool {
	if a == b {
		return true
	}
	x, family := Family(a)
	y, too := Family(b)
	return family && too && (x == "" || y == "")
}

// agree takes in that a second person is content with telling the family.
func (c *Case) agree(e Event) {
	i := slices.IndexFunc(c.Consents, func(k Consent) bool { return k.ID == e.Consent.ID })
	if i >= 0 && e.From == Counselor && c.Consents[i].Agreed == "" {
		c.Consents[i].Agreed, c.Consents[i].AgreedAt = e.Consent.Agreed, e.At
	}
}

// Kinds of the duties before and after the family is told.
const (
	DutyAgreeFamily = "agree_family" // a supervisor looks at it
	DutyTellFamily  = "tell_family"  // somebody of the desk tells it
)

// Spoken reports whether a hand-off is told by a person of the desk to the child's family, with the child's will: it is on its
// way until its Notice says that it was told.
func (h Handoff) Spoken() bool { return h.Recipient == ToGuardian && h.Level == LevelNamed }

// Kinds of an observation about a child's home.
const (
	ObservedAbused       = "abused"         // 虐待の疑い
	ObservedGuardianCare = "guardian_care"  // 保護者注意: the family is told nothing
	ObservedGuardianEase = "guardian_clear" // and that this is over
)

// Observes reports whether somebody wrote that down.
func (c Case) Observes(kind string) bool {
	return slices.ContainsFunc(c.Observed, func(o Observed) bool { return o.Kind == kind })
}

// Careful reports whether somebody wrote down that the family must hear nothing (保護者注意): the child runs from it, is afraid of
// it, or must not be found by it.
func (c Case) Careful() bool {
	for _, o := range slices.Backward(c.Observed) {
		switch o.Kind {
		case ObservedGuardianEase:
			return false
		case ObservedGuardianCare:
			return true
		}
	}
	return false
}
