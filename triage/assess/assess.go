// Package assess judges how soon a person must read a text: flags, a severity, and the words that are the reason.
//
// It reads the original words, before anything is redacted, and it is pure. A child's danger must not be missed, so rules
// only raise: a modifier (play, hyperbole, negation, an animal) takes away only the evidence that stands in its own
// clause, and 「死ぬほど笑われて、もう死にたい」 stays urgent. Text that says little is soon; routine needs positive evidence:
// thanks, a question about the desk, a test, everyday matters, or clearly innocent use of a dangerous word.
//
// A learned model stands beside the rules and may only raise: alone to soon, and further only where it is sure. Emergency is
// for the rules to say (the means at hand, the place, what is done or under way) and, of what is urgent already, for the model.
//
// Whether danger to oneself is called so is another question than how soon somebody reads a text, and never changes the answer to
// that: a wish that is said plainly is; of anything else the model has to hear enough, and more where the text tells of another
// occasion, a farewell, a lesson, what was long ago (the file of rules that is named so).
//
// The rules are data (the YAML files of this package), each with examples that it must match and must not match; the
// tests run every example, also in katakana, half-width, spaced out and with an emoji behind it.
package assess

import (
	"sync"

	"madoguchi/triage"
)

// Assessor judges texts. It may be used by many goroutines.
type Assessor struct {
	lexicon *lexicon
}

// rules are the rules that are built in, compiled when they are first asked for. Nothing changes them.
var rules = sync.OnceValues(load)

// New returns an Assessor of the rules that are built in, which all assessors of a process share. It fails only if the rules
// themselves are wrong.
func New() (*Assessor, error) {
	l, err := rules()
	if err != nil {
		return nil, err
	}
	return &Assessor{l}, nil
}

// Assess judges a text. The offsets of the reasons count runes of text.
func (a *Assessor) Assess(text string) triage.Judgement {
	return a.lexicon.judge(text)
}
