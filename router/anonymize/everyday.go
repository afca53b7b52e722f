package anonymize

import (
	"slices"
	"strings"

	"madoguchi/triage/japanese"
)

// Children write without kanji, and then most words sound like somebody: すず, れい, はじめ. The list everyday.txt says which
// sounds are words too. A word that is no listed name is nobody, unless it is called so; one that is both is somebody only
// where a person is meant: called さん, doing or suffering what only people do, or found by the learned part for certain.

// longestWord is the length of the longest word that the lists are asked for, in runes.
const longestWord = 7

// look looks up every part of the view in the lists: marks says for each rune which lists of names have a name that begins,
// goes on or ends there, three bits for each of the four lists; usual is the longest everyday word at each rune. Kana is
// looked up as hiragana.
func (s *scan) look() {
	s.kana = make([]rune, len(s.rs))
	for i, r := range s.rs {
		s.kana[i] = japanese.ToHiragana(r)
	}
	s.marks, s.usual, s.sounds = make([]uint32, len(s.rs)), make([]run, len(s.rs)), make([]sound, len(s.rs))
	n := s.a.names
	for i, r := range s.kana {
		if s.class(i) == japanese.Kanji {
			if k := n.kinds[string(r)] &^ common; k&(family|given) != 0 {
				s.sound(i, 1, k)
				s.mark(i, 1, k)
			}
		}
		if i+1 == len(s.kana) {
			break
		}
		lengths := n.lengths[[2]rune(s.kana[i:])]
		for l := min(longestWord, len(s.kana)-i); l >= 2; l-- {
			if lengths&(1<<l) == 0 {
				continue
			}
			k := n.kinds[s.spoken(i, i+l)]
			if k&common != 0 {
				for j := i; j < i+l; j++ {
					if w := s.usual[j]; l > w.end-w.start {
						s.usual[j] = run{i, i + l}
					}
				}
			}
			if k&^common != 0 {
				s.sound(i, l, k)
				s.mark(i, l, k&^(common|today))
			}
		}
	}
	s.repeated()
}

// mark marks the name of l runes at i in the lists of k.
func (s *scan) mark(i, l int, k kind) {
	for list := range 4 {
		if k&(1<<list) == 0 {
			continue
		}
		s.marks[i] |= begins << (3 * list)
		for j := i + 1; j < i+l-1; j++ {
			s.marks[j] |= within << (3 * list)
		}
		s.marks[i+l-1] |= ends << (3 * list)
	}
}

// word reports whether the kana from start to end are an everyday word, also with お or ご in front.
func (s *scan) word(start, end int) bool {
	n := s.a.names
	return n.is(s.spoken(start, end), common) ||
		end-start >= 3 && (s.kana[start] == 'お' || s.kana[start] == 'ご') && n.is(s.spoken(start+1, end), common)
}

// everyday reports whether words are, written in kana, an everyday word.
func (a *Anonymizer) everyday(words string) bool {
	kana := japanese.HiraganaOf(japanese.Fold(words).Dense().String())
	return !hasKanji(words) && (a.names.is(kana, common) || a.words.kanaStop[kana])
}

// nobody reports whether the hiragana from start to end are an everyday word, or a piece of one, and nothing says that
// a person is meant.
func (s *scan) nobody(start, end int) bool {
	if s.class(start) != japanese.Hiragana {
		return false
	}
	if w := s.usual[start]; w.start == start && w.end >= end+2 && s.class(w.end-1) == japanese.Hiragana {
		return true // しょう|がくせい
	}
	if w := s.usual[end-1]; w.start > start && w.end > end+1 && w.end-w.start >= 3 && !s.a.words.modernKana[s.spoken(start, end)] {
		return true // あさ|ごはん
	}
	if s.personal(start, end) {
		return false
	}
	if t := s.token(start); t.Start == start && t.End == end+1 && t.Part == japanese.Adverb {
		return true // まさに
	}
	if s.kana[end-1] == 'の' && s.a.words.kanaStop[s.spoken(start, end-1)] {
		return true // わたしの
	}
	return s.word(start, end) && !(s.act(start) && s.a.words.modernKana[s.spoken(start, end)])
}

// within reports whether the honorific from start to end is part of one longer word, as さん is of たくさん and さま of
// おさまる.
func (s *scan) within(start, end int) bool {
	w, t := s.usual[start], s.token(start)
	return w.start < start && w.end >= end || t.Start < start && t.End >= end && t.Known && t.End-t.Start >= 4
}

// guessed returns what of the characters from start to end, which the learned part takes for a person with probability p,
// may be one: a piece of an everyday word is none, and a whole one only if p is high.
func (s *scan) guessed(start, end int, p float32) int {
	if end <= start {
		return start
	}
	for i := start; i < end; i++ {
		if s.class(i) != japanese.Hiragana {
			return end
		}
	}
	if s.asks(start) && !s.called(end) {
		return start
	}
	if end-start >= 3 && strings.ContainsRune("はがの", s.rs[end-1]) && s.word(start, end-1) && !s.listedName(s.spoken(start, end)) {
		end--
	}
	least := float32(0)
	if w := s.usual[start]; w.start < start && w.end-w.start >= 4 && w.end >= end-1 {
		least = 0.5 // さら|あらい
	}
	if s.phrase(start, end) && !s.called(end) && p < 0.97 {
		return start
	}
	first, last := s.token(start), s.token(end-1)
	if first.Part == japanese.Verb && first.Known && first.Start == start && first.End > end && first.End-first.Start >= 3 {
		least = max(least, 0.5) // はな|れる
	}
	if first.Start < start && first.Known && first.End-first.Start >= 3 || last.End > end && last.Known && last.End-last.Start >= 3 {
		least = max(least, 0.25)
	}
	if first.Known && (first.Part == japanese.Particle && first.Start == start || first.Part == japanese.Verb && first.Start < start) {
		least = max(least, 0.5) // ので|はない|か, で|きたの|は
	}
	if s.word(start, end) {
		switch text := s.spoken(start, end); {
		case s.a.words.modernKana[text] && !s.a.words.kanaStop[text]:
			least = max(least, 0.15)
		case s.listedName(text) && s.directed(end):
		case s.listedName(text):
			least = max(least, 0.3)
		default:
			least = max(least, 0.8)
		}
	}
	if p < least {
		return start
	}
	return end
}

// directed reports whether whoever stands before the particle at end does something to somebody, or has it done: かいりが…かけてきた,
// すずに…された.
func (s *scan) directed(end int) bool {
	if s.one(end, "が", "に", "から", "は") == 0 {
		return false
	}
	for j := end; j < len(s.rs) && !strings.ContainsRune("。、！？!?\n", s.rs[j]); j++ {
		if s.one(j, "てきた", "てくる", "てきて", "できた", "でくる", "てこない", "られた", "された", "られて", "されて", "られる", "される") > 0 {
			return true
		}
	}
	return false
}

// phrase reports whether the kana from start to end are several words that say what is done or how it is, and no listed name:
// やりた|がらず, あさになる|と.
func (s *scan) phrase(start, end int) bool {
	words, does, joined := 0, false, false
	for i := start; i < end; words++ {
		joined = joined || words > 0 && s.token(i).Part == japanese.Particle && s.token(i).End < end
		t := s.token(i)
		if t.Start != i || t.End > end || !t.Known || t.Part.Name() || t.Part == japanese.ProperNoun {
			return false
		}
		does = does || t.End-i >= 2 && (t.Part == japanese.Verb || t.Part == japanese.Adjective || t.Part == japanese.Adverb)
		i = t.End
	}
	if last := s.token(end - 1); strings.ContainsRune("とや", s.rs[end-1]) && last.Start == end-1 && s.listedName(s.spoken(start, last.Start)) {
		return false // もえ|と
	}
	return words >= 2 && does && (joined || s.token(start).End >= start+2) && !s.listedName(s.spoken(start, end))
}

// nobodyCalled reports whether the kana in front of an honorific at i are nobody's name: a time, or an everyday word that
// is no listed name and long, or stands in front of a title.
func (s *scan) nobodyCalled(start, i int, h honorific) bool {
	text := s.spoken(start, i)
	w := s.a.words
	if w.times[text] || w.times[strings.TrimSuffix(text, "の")] {
		return true
	}
	if s.class(start) != japanese.Hiragana || !s.word(start, i) || s.listedName(text) {
		return false
	}
	title := s.class(i) == japanese.Kanji || h.n >= 3
	if title && s.teaches(start, i, h.n) {
		return false
	}
	return title || i-start >= 4 || i-start >= 3 && s.is(i, "さん")
}

// asks reports whether a word begins there that asks, or that says when: nobody is called so.
func (s *scan) asks(start int) bool {
	rest := s.spoken(start, min(len(s.kana), start+4))
	return slices.ContainsFunc(s.a.words.asks, func(w string) bool { return strings.HasPrefix(rest, w) })
}
