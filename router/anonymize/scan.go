package anonymize

import (
	"slices"
	"strings"
	"unicode/utf8"

	"madoguchi/router/anonymize/tagger"
	"madoguchi/triage/japanese"
)

// scan looks at one view of a text.
type scan struct {
	a       *Anonymizer
	rs      []rune
	written string           // rs
	heard   string           // rs in hiragana
	offsets []int32          // rune → where it begins in written, and in heard
	classes []japanese.Class // of each rune
	spaced  bool             // the spaces of this view say nothing
	// unlearned is set where the learned part is told nothing: it knows words in hiragana, and they are in another view.
	unlearned bool
	tokens    []japanese.Token
	at        []int32 // rune → its token
	kana      []rune  // rs in hiragana
	marks     []uint32
	usual     []run // rune → the longest everyday word that it is in
	sounds    []sound
	guesses   []tagger.Scores // what the learned part says of each rune
	acts      []bool          // rune → its sentence tells what somebody did
	out       []spot
	taken     []bool // rune → something was found there
	ends      []bool // rune → a person ends in front of it
}

func newScan(a *Anonymizer, v japanese.View) *scan {
	n := len(v.Runes)
	s := &scan{a: a, rs: v.Runes, offsets: make([]int32, n+1), classes: make([]japanese.Class, n)}
	written := make([]byte, 0, 3*n)
	for i, r := range v.Runes {
		s.classes[i] = japanese.ClassOf(r)
		written = utf8.AppendRune(written, r)
		s.offsets[i+1] = int32(len(written))
	}
	s.written = string(written)
	s.heard = japanese.HiraganaOf(s.written)
	return s
}

// text is what is written from start to end.
func (s *scan) text(start, end int) string { return s.written[s.offsets[start]:s.offsets[end]] }

// spoken is what is written from start to end, in hiragana, which takes as many bytes as katakana.
func (s *scan) spoken(start, end int) string { return s.heard[s.offsets[start]:s.offsets[end]] }

func (s *scan) add(start, end int, t Type, score float64) {
	if t == TypePerson && start > 0 && end-start >= 2 && s.rs[start] == '日' && strings.ContainsRune("昨今明毎先", s.rs[start-1]) {
		start++ // 昨日|原
	}
	if t == TypePerson && s.is(start, "日生") && numeral(s.rune(start-1)) {
		return // 十月十二|日生
	}
	if t == TypePhone && start < end && start > 0 && strings.ContainsRune("(（", s.rs[start-1]) && strings.ContainsAny(s.text(start, end), ")）") {
		start-- // (0166)00-0000
	}
	if start < end && start >= 0 && end <= len(s.rs) && !(t == TypePerson && s.nobodys(start, end)) {
		s.put(start, end, t, score)
	}
}

// put is add for what stands as a name, whatever the learned part says of it.
func (s *scan) put(start, end int, t Type, score float64) {
	if start < end {
		s.out = append(s.out, spot{start, end, t, score})
		if s.taken == nil {
			s.taken, s.ends = make([]bool, len(s.rs)), make([]bool, len(s.rs)+1)
		}
		for i := start; i < end; i++ {
			s.taken[i] = true
		}
		s.ends[end] = s.ends[end] || t == TypePerson
	}
}

// is reports whether word stands at i.
func (s *scan) is(i int, word string) bool {
	return i >= 0 && i < len(s.rs) && strings.HasPrefix(s.written[s.offsets[i]:], word)
}

// one returns the length of the first of words that stands at i, or 0.
func (s *scan) one(i int, words ...string) int {
	if i < 0 || i >= len(s.rs) {
		return 0
	}
	rest := s.written[s.offsets[i]:]
	for _, w := range words {
		if n := len(w); n <= len(rest) && rest[n-1] == w[n-1] && rest[:n] == w { // the last byte tells most of them apart
			return utf8.RuneCountInString(w)
		}
	}
	return 0
}

// before reports whether one of words ends in the n runes before i.
func (s *scan) before(i, n int, words ...string) bool {
	text := s.text(max(0, i-n), i)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

func (s *scan) class(i int) japanese.Class {
	if i < 0 || i >= len(s.rs) {
		return japanese.Space
	}
	return s.classes[i]
}

func (s *scan) rune(i int) rune {
	if i < 0 || i >= len(s.rs) {
		return 0
	}
	return s.rs[i]
}
