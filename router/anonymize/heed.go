package anonymize

import (
	"cmp"
	"slices"
	"strings"

	"madoguchi/triage"
	"madoguchi/triage/japanese"
)

// Judge says what danger is in a text.
type Judge func(text string) triage.Judgement

// Heeding returns the Anonymizer with an ear for danger: where a text that judge finds urgent or worse would be found less so
// once its doubtful names are gone, those by which the danger was seen are no names. Who is called さん, or whose full name is
// written, is gone all the same.
func (a *Anonymizer) Heeding(judge Judge) *Anonymizer {
	b := *a
	b.judge = judge
	return &b
}

// firm is the score from which a name is one, whatever it sounds like.
const firm = 0.8

// maxTries is how often a text of at most longText characters is judged again, each time with one doubtful name less. Of a longer
// one, which nobody writes about one thing, all of them stay at once.
const (
	maxTries = 4
	longText = 2000
)

// heed returns spots without the doubtful ones by whose loss a danger would be seen less. Each spot is judged by what stands
// for it in the redacted text, so nothing is decided by a word alone.
func (a *Anonymizer) heed(in []rune, spots []spot) []spot {
	if a.judge == nil || !slices.ContainsFunc(spots, func(s spot) bool { return a.doubtful(in, s) }) {
		return spots
	}
	before := a.judge(string(in))
	if before.Severity.Rank() > triage.Urgent.Rank() {
		return spots
	}
	var seen []spot
	for _, s := range spots {
		if a.doubtful(in, s) && slices.ContainsFunc(before.Reasons, func(r triage.Reason) bool { return r.Start < s.end && s.start < r.End }) {
			seen = append(seen, s)
		}
	}
	less := func(spots []spot) bool { return a.judge(masked(in, spots)).Severity.Rank() > before.Severity.Rank() }
	if len(seen) == 0 || !less(spots) {
		return spots
	}
	slices.SortStableFunc(seen, func(x, y spot) int { return cmp.Compare(x.score, y.score) })
	kept := spots
	for tries := 0; len(seen) > 0; tries++ {
		n := 1
		if tries == maxTries || len(in) > longText {
			n = len(seen) // all of the rest at once
		}
		kept = slices.DeleteFunc(slices.Clone(kept), func(x spot) bool { return slices.Contains(seen[:n], x) })
		if !less(kept) {
			return kept
		}
		seen = seen[n:]
	}
	return spots // it is not for them that the danger is gone
}

// doubtful reports whether a spot may be no name at all: nobody is called so, and no list has it.
func (a *Anonymizer) doubtful(in []rune, s spot) bool {
	h, called := a.words.honorific(in, s.end)
	if called && s.t == TypePerson {
		return a.words.alsoEnds[string(h.text)] && japanese.ClassOf(in[s.start]) == japanese.Hiragana // れん|たん
	}
	if s.score >= firm || s.t != TypePerson && s.t != TypePlace && s.t != TypeSchool && s.t != TypeHandle {
		return false
	}
	words := string(in[s.start:s.end])
	return s.score < weak || japanese.ClassOf(in[s.start]) != japanese.Kanji || !a.names.is(words, family|given)
}

// masked is the text with something that stands for each spot.
func masked(in []rune, spots []spot) string {
	var b strings.Builder
	at := 0
	for _, s := range spots {
		b.WriteString(string(in[at:s.start]))
		b.WriteString("[" + labels[s.t] + number(s.t, 1) + "]")
		at = s.end
	}
	b.WriteString(string(in[at:]))
	return b.String()
}
