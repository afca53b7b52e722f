package assess

import "madoguchi/triage"

// Example is a text by which a rule is told: it has the rule's flag, and is at least as grave as the rule says; or it has not.
// An example without a flag is innocent.
type Example struct {
	Rule     string
	Text     string
	Flag     triage.Flag
	Severity triage.Severity
	Has      bool
}

// Examples returns the examples of all rules, and of what is innocent or calm. They teach the model too.
func Examples() []Example {
	l, err := rules()
	if err != nil {
		panic(err) // the rules are built in
	}
	var out []Example
	for _, r := range l.texts.Rules {
		for _, s := range r.Match {
			out = append(out, Example{r.ID, s, r.Flag, r.Severity, true})
		}
		for _, s := range r.Not {
			out = append(out, Example{r.ID, s, r.Flag, r.Severity, false})
		}
	}
	for _, list := range [][]innocentText{l.texts.Innocent, l.texts.Calm} {
		for _, x := range list {
			for _, s := range x.Match {
				out = append(out, Example{Rule: x.ID, Text: s, Severity: triage.Routine})
			}
		}
	}
	return out
}
