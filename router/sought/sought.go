// Package sought says whether a case names somebody who is looked for, and how. It compares writings and keeps nothing.
//
// Both sides are brought to one writing first (package japanese): full width, variant kanji, katakana, spaces inside a name
// and dashes inside a number make no difference. A name is found in another writing than its own only where the case knows
// its reading, so who looks for somebody gives the name in kanji and in kana. In doubt a case is found: two people look at
// what was found, and nobody else learns of it.
package sought

import (
	"slices"
	"strings"
	"unicode/utf8"

	"madoguchi/triage"
	"madoguchi/triage/japanese"
)

// Case is what the wall keeps of a case.
type Case struct {
	Contacts []string // the addresses that the seeker was heard at
	People   []string // whom the case's placeholders stand for, in every writing that it knows
	Texts    []string // what came, as it came
}

// Matcher looks for one person. It is safe for concurrent use.
type Matcher struct {
	whole   []string // folded names
	parts   []string // family and given names
	numbers []string // digits, with and without the country's code
}

// The shortest writings that say enough.
const (
	minWhole  = 4 // runes of a name that nobody parted, to count as whole
	minPart   = 2 // runes of a part that is looked for inside texts
	minNumber = 7 // digits
)

// New returns a matcher.
func New(s triage.Sought) *Matcher {
	m := &Matcher{}
	for _, name := range s.Names {
		parts := strings.Fields(name)
		whole := fold(name)
		if len(parts) > 1 || utf8.RuneCountInString(whole) >= minWhole {
			m.whole = append(m.whole, whole)
		} else {
			m.parts = append(m.parts, whole)
		}
		if len(parts) > 1 {
			for _, part := range parts {
				m.parts = append(m.parts, fold(part))
			}
		}
	}
	for _, number := range s.Numbers {
		for d := range strings.SplitSeq(digits(number), "|") {
			if len(d) >= minNumber {
				m.numbers = append(m.numbers, d)
			}
		}
	}
	empty := func(s string) bool { return s == "" }
	m.whole, m.parts = slices.DeleteFunc(m.whole, empty), slices.DeleteFunc(m.parts, empty)
	return m
}

// Empty reports whether nothing is looked for.
func (m *Matcher) Empty() bool { return len(m.whole)+len(m.parts)+len(m.numbers) == 0 }

// Match returns the ways in which the case names who is looked for, the surest first.
func (m *Matcher) Match(c Case) []triage.Match {
	found := map[triage.Match]bool{}
	for _, contact := range c.Contacts {
		if m.number(contact) || m.in(m.whole, fold(contact)) {
			found[triage.MatchContact] = true
		}
	}
	for _, person := range c.People {
		name := trimHonorific(fold(person))
		found[triage.MatchFull] = found[triage.MatchFull] || slices.Contains(m.whole, name)
		found[triage.MatchPart] = found[triage.MatchPart] || slices.Contains(m.parts, name)
	}
	for _, text := range c.Texts {
		folded := fold(text)
		found[triage.MatchNumber] = found[triage.MatchNumber] || m.number(text)
		found[triage.MatchFull] = found[triage.MatchFull] || m.in(m.whole, folded)
		found[triage.MatchPart] = found[triage.MatchPart] || m.in(m.parts, folded)
	}
	var out []triage.Match
	for _, way := range triage.Matches {
		if found[way] {
			out = append(out, way)
		}
	}
	return out
}

// in reports whether one of the names, if it says enough, stands in the folded text.
func (*Matcher) in(names []string, text string) bool {
	return slices.ContainsFunc(names, func(n string) bool {
		return utf8.RuneCountInString(n) >= minPart && strings.Contains(text, n)
	})
}

func (m *Matcher) number(text string) bool {
	in := digits(text)
	return slices.ContainsFunc(m.numbers, func(n string) bool { return strings.Contains(in, n) })
}

// fold brings a text to the writing in which names are compared.
func fold(text string) string {
	dense := strings.ToLower(japanese.HiraganaOf(japanese.Fold(text).Dense().String()))
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("・-.,'", r) {
			return -1
		}
		return r
	}, dense)
}

// digits returns the numbers in a text, parted by '|', a Japanese one without the code of the country.
func digits(text string) string {
	var b strings.Builder
	rs := japanese.Fold(text).Dense().Runes
	for i, r := range rs {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case strings.ContainsRune("-().‐ー", r) && i > 0:
		default:
			b.WriteByte('|')
			if r == '+' {
				b.WriteByte('+')
			}
		}
	}
	return strings.ReplaceAll(b.String(), "+81", "0")
}

// trimHonorific drops さん and the like from the end of a folded name.
func trimHonorific(name string) string {
	for _, h := range []string{"ちゃん", "くん", "さん", "君", "様", "さま", "先生", "せんせい"} {
		if stem, ok := strings.CutSuffix(name, h); ok && stem != "" {
			return stem
		}
	}
	return name
}
