package router

import (
	"slices"
	"unicode"

	"madoguchi/router/anonymize"
)

// calling is what a passage is that gives a name to be called by (呼び名), and who wrote it.
type calling int

const (
	noCalling calling = iota
	toldCalling
	ownCalling // by the seeker, whom the page has told that it need not be the real one
)

// calledBy reads a name to be called by, as staff may see it.
//
// A family and a given name together are a placeholder, in whatever letters: a name alone in its box has nothing around it
// that would betray it, so that it is read as a form's box is, and not as a sentence. Of the rest, what is sure to be a name
// is one too, and so is every name that the case knows already. What a seeker made up in kana and what is only suspected
// (みずぽよ, ポチ) stays as it was typed, since it was asked for so that the child can be called by it. What staff heard
// on the telephone is somebody's name, and gets no such trust.
//
// A placeholder is no loss to who answers: the courier fills it in in what the child reads, and one key opens it.
func (c *censor) calledBy(name string, by calling, g *anonymize.Glossary) anonymize.Result {
	boxed := clone(g)
	if r := c.anonymizer.Redact(name, boxed, anonymize.Box); slices.ContainsFunc(r.Spans, func(s anonymize.Span) bool { return full(boxed, s) }) {
		*g = *boxed
		return r
	}
	strict := clone(g)
	r := c.anonymizer.Redact(name, strict, anonymize.Strict)
	if by == ownCalling && madeUp(name, r, g) {
		return c.anonymizer.Redact(name, g, anonymize.Readable)
	}
	*g = *strict
	return r
}

// full reports whether a span is of somebody whose family and given names are both known.
func full(g *anonymize.Glossary, s anonymize.Span) bool {
	return slices.ContainsFunc(g.Entries, func(e anonymize.Entry) bool { return e.Placeholder == s.Placeholder && e.Full != "" })
}

// madeUp reports whether the whole of a name is one word in kana of which nothing in the case has told so far.
func madeUp(name string, r anonymize.Result, before *anonymize.Glossary) bool {
	in := []rune(name)
	if len(r.Spans) != 1 || r.Spans[0].Start != 0 || r.Spans[0].End != len(in) {
		return false
	}
	if _, known := before.Words(r.Spans[0].Placeholder); known {
		return false
	}
	return !slices.ContainsFunc(in, func(x rune) bool { return !unicode.In(x, unicode.Hiragana, unicode.Katakana) && x != 'ー' })
}
