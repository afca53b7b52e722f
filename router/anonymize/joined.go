package anonymize

import (
	"slices"
	"strings"

	"madoguchi/triage/japanese"
)

// Who stands close to somebody else, to a title or to a number.

// ways are how names of friends end, beside those of the list.
var ways = []string{"ちゃん", "っち", "くん", "ぴょん", "ー"}

// singly returns the people whom a spot is about: 牧|と|幸, もりりん|と|おがっち, without the particle in front
// and what is cried behind them: の|たっ, しげぽん|うざすぎ.
func (s *scan) singly(f spot) []spot {
	if s.tokens == nil {
		return []spot{f}
	}
	if t := s.token(f.start); s.rs[f.start] == 'の' && f.end-f.start >= 3 && f.start > 0 && native(s.class(f.start-1)) && t.Start == f.start && t.End == f.start+1 && t.Part == japanese.Particle && s.begins(f.start+1) && !s.begins(f.start) {
		f.start++
	}
	for k := f.start + 3; k < f.end; k++ {
		if s.a.words.cries.at(s.rs, k) > 0 && s.friend(f.start, k) && !s.friend(f.start, f.end) {
			f.end = k
		}
	}
	for k := f.start + 1; k+1 < f.end; k++ {
		if s.rs[k] != 'と' {
			continue
		}
		kanji := s.class(k-1) == japanese.Kanji && s.class(k+1) == japanese.Kanji
		if kanji || s.friend(f.start, k) && s.friend(k+1, f.end) && s.begins(k+1) && !s.listedName(s.spoken(f.start, f.end)) {
			rest := f
			f.end, rest.start = k, k+1
			return append([]spot{f}, s.singly(rest)...)
		}
	}
	return []spot{f}
}

// begins reports whether the learned part takes the character at i for the first of a name rather than for a later one.
func (s *scan) begins(i int) bool { return s.guesses != nil && s.guesses[i][1] > s.guesses[i][2] }

// friend reports whether a friend may be called by what stands from start to end.
func (s *scan) friend(start, end int) bool {
	name := s.spoken(start, end)
	return end-start >= 2 && (s.listedName(name) || s.nickname(name) || slices.ContainsFunc(ways, func(w string) bool { return strings.HasSuffix(name, w) && len(name) > len(w)+2 }))
}

// callers finds who is named right in front of a telephone number: 荻080-….
func (s *scan) callers() {
	for _, o := range slices.Clone(s.out) {
		if o.t != TypePhone {
			continue
		}
		end := s.spaceBack(o.start)
		start := end
		for s.class(start-1) == japanese.Kanji && end-start < 4 {
			start--
		}
		if name := s.text(start, end); end > start && s.a.names.is(name, family) && !s.a.words.stop[name] && !s.a.words.everyday[name] && s.class(start-1) != japanese.Kanji && !s.called(start) {
			s.put(start, end, TypePerson, 0.6)
		}
	}
}

// teaches reports whether the kana from start to the 先生 of n runes at i are what a teacher is called, though they are an everyday
// word: べに先生が. Words for what a teacher does, or where, name none.
func (s *scan) teaches(start, i, n int) bool {
	name, w := s.spoken(start, i), s.a.words
	return s.one(i, "先生", "せんせい") == n && s.clauseStart(start) && s.slot(i+n) && s.usual[start] == run{start, i} && !s.functional(start, i) &&
		!w.times[name] && !w.kanaStop[name] && !w.stop[name] && !w.generic(name) && !w.owner(name) && !slices.Contains(faculties, name)
}

// faculties are words in front of 先生 that say which teacher it is.
var faculties = []string{"ほけん", "たんにん", "こうちょう", "きょうとう", "がっこう", "じゅく", "おとこ", "おんな", "えいご", "こくご", "さんすう", "すうがく", "りか", "しゃかい", "たいいく", "おんがく", "びじゅつ", "ずこう", "かていか", "しょどう", "すいえい", "たいそう", "ぴあの", "だんす",
	"ぶかつ", "ふく", "もと", "せんにん", "しんにん", "しゅにん", "こもん", "きょうし", "おいしゃ", "いしゃ", "はいしゃ", "むかし", "みんな", "ともだち", "だいすき", "くらす", "やくそく", "そうだん", "しょくいん", "わかて", "べてらん", "たん", "よる", "あさ", "ひる"}
