package anonymize

import (
	"strings"

	"madoguchi/triage/japanese"
)

// maxNickname is the length, in runes, up to which an unknown word of kana is taken for a name.
const maxNickname = 6

// clauses finds names of kana that begin a sentence or stand behind a mark, and act or are acted on: りこがグループから抜けた.
// Where the dictionary makes crumbs of a word, or knows it as a name, it is one; 夢 and 空 in kana stay, as lists say.
func (s *scan) clauses() {
	for i := range s.rs {
		if c := s.class(i); c != japanese.Hiragana && c != japanese.Katakana || !s.clauseStart(i) {
			continue
		}
		for l := maxNickname; l >= 2; l-- {
			if end := i + l; end < len(s.rs) && s.kanaActor(i, end) {
				s.add(i, end, TypePerson, 0.45)
				break
			}
		}
	}
}

// clauseStart reports whether a clause begins at i, or a name was joined to another there: あやかとまなが.
func (s *scan) clauseStart(i int) bool {
	if i == 0 {
		return true
	}
	switch s.class(i - 1) {
	case japanese.Space, japanese.Emoji:
		return true
	case japanese.Punct:
		return s.rs[i-1] != '・' && s.rs[i-1] != '-' && s.rs[i-1] != '[' && s.rs[i-1] != ']'
	}
	if s.ends != nil && s.ends[i-1] && strings.ContainsRune("とやがにはも", s.rs[i-1]) {
		return true
	}
	if s.rs[i-1] == 'は' && i >= 2 { // 前は, 今は
		return s.rs[i-2] == '前' || s.rs[i-2] == '今'
	}
	return false
}

// kanaActor reports whether the kana from start to end, which begin a clause, are somebody's name.
func (s *scan) kanaActor(start, end int) bool {
	if s.rs[end-1] == 'の' && end-start > 3 && s.one(end-3, "ている", "でいる", "てる") > 0 || s.one(end-2, "るの", "たの", "いの") > 0 && end-start > 2 && !s.a.names.is(s.text(start, end), givenKana) {
		return false
	}
	if s.one(end-3, "になる", "にする", "がある", "がいる") > 0 && end-start > 3 {
		return false
	}
	c := s.class(start)
	for i := start; i < end; i++ {
		if s.class(i) != c && s.rs[i] != 'ー' {
			return false
		}
	}
	if c == japanese.Katakana && (s.class(end) == c || s.rs[end] == 'ー') || strings.ContainsRune("ぁぃぅぇぉゃゅょっんーをァィゥェォャュョッンヲ", s.rs[start]) {
		return false
	}
	word := s.spoken(start, end)
	w := s.a.words
	if w.kanaStop[word] || w.nickStop[word] || w.stop[word] || w.danger[word] || w.stopSuffix(word) {
		return false
	}
	if !s.slot(end) && s.rune(end+1) == 'っ' || s.nobody(start, end) {
		return false
	}
	listed := s.a.names.is(word, familyKana|givenKana)
	particle := s.one(end, "が", "に", "と", "から", "のせい", "ばっか", "らに", "たちに", "たちが", "って", "のやつ", "の家", "のいえ") > 0
	loose := particle || s.one(end, "は", "も", "を", "、", "の", "や") > 0
	first := s.token(start)
	if first != nil && first.Known && first.End > end && first.End-first.Start >= 4 { // ありがとう is no あり and no ありが
		return false
	}
	if first == nil || first.Start != start || c == japanese.Hiragana && s.straddles(end) && !listed {
		return false
	}
	whole := first.End == end && first.Known
	switch {
	case s.rs[end-1] == 'ー' && c == japanese.Hiragana:
		return end-start >= 3 && loose && s.act(start)
	case whole && first.Part.Name(), c == japanese.Katakana && s.a.words.foreign[s.text(start, end)]:
		return loose
	case listed && first.Part == japanese.Verb && first.End < end && strings.ContainsRune("のてで", s.rs[end-1]):
		return false
	case listed && !whole:
		return loose && !s.functional(start, end) && (particle || end-start >= 3 || s.act(start))
	case listed && whole:
		return (end-start >= 3 || c == japanese.Katakana || s.a.words.modernKana[word]) && particle && s.act(start) && (first.Part == japanese.Verb || first.Part == japanese.NounAction || first.Part == japanese.Noun || s.a.words.modernKana[word] || c == japanese.Katakana)
	case whole:
		return false
	case c == japanese.Katakana:
		return !first.Known && first.End >= end && particle && s.act(start) && end-start <= 5
	}
	return end-start >= 3 && particle && s.act(start) && s.crumbs(start, end)
}

// straddles reports whether a word of two characters or more lies across i.
func (s *scan) straddles(i int) bool {
	t := s.token(i)
	return t != nil && t.Start < i && t.Known && t.End-t.Start >= 2
}

// functional reports whether the run begins with a word that begins no name: それ, もう, ちゃんと, でも.
func (s *scan) functional(start, end int) bool {
	t := s.token(start)
	if t == nil || t.End > end || !t.Known || t.End-t.Start < 2 {
		return false
	}
	switch t.Part {
	case japanese.Pronoun, japanese.Adverb, japanese.Particle, japanese.Auxiliary, japanese.Interjection, japanese.Adjective:
		return true
	}
	return false
}

// crumbs reports whether the dictionary knows no word in the run that says something: りこぴん is り, こ, ぴん.
func (s *scan) crumbs(start, end int) bool {
	for i := start; i < end; {
		t := s.token(i)
		if t == nil || t.Start != i || t.End > end {
			return false
		}
		n := t.End - t.Start
		switch {
		case n >= 2 && t.Part == japanese.Verb && i == start:
			return false
		case !t.Known, t.Part.Name():
		case n >= 3, n == 2 && t.Part != japanese.Noun && t.Part != japanese.NounSuffix && t.Part != japanese.Region && t.Part != japanese.Verb:
			return false
		case n == 2 && start == i && end-t.End >= 2:
			return false
		case strings.ContainsRune("がはをでもへ", s.rs[i]) && i > start:
			return false
		}
		i = t.End
	}
	return true
}

// cries finds names that are cried out, or cursed, with no particle behind: だいすけうざい, 吉野がちでむり. みくみく is one said
// twice.
func (s *scan) cries() {
	for i := range s.rs {
		c := s.class(i)
		if c != japanese.Kanji && c != japanese.Hiragana && c != japanese.Katakana || !s.clauseStart(i) || s.covered(i) {
			continue
		}
		for l := min(maxNickname, len(s.rs)-i-1); l >= 2; l-- {
			end := i + l
			name := s.spoken(i, end)
			cry := s.a.words.cries.at(s.rs, end) > 0 && !s.functional(i, end) && s.listedName(name)
			twice := l == 4 && s.text(i, i+2) == s.text(i+2, end) && c != japanese.Kanji && s.listedName(name[:len(name)/2]) &&
				!s.functional(i, end) && s.slot(end) && (!s.commonWord(i, end) && !s.adverbs(i, end) || s.hopper(i, end))
			if (cry || twice) && !s.a.words.stop[name] && !s.a.words.kanaStop[name] && !s.a.words.everyday[name] && !s.a.words.danger[name] {
				s.add(i, end, TypePerson, 0.5)
				break
			}
		}
	}
}

func (s *scan) listedName(name string) bool {
	return s.a.names.is(name, family|given|familyKana|givenKana)
}

// hopper reports whether a doubled word, which is a noun of the dictionary, does something to somebody here: けんけんが…やぶいた.
func (s *scan) hopper(start, end int) bool {
	t := s.token(start)
	return t.Start == start && t.End == end && t.Part == japanese.Noun && s.act(start) && s.one(end, "が", "に", "と") > 0
}

// adverbs reports whether a doubled word is how something is done: どきどき.
func (s *scan) adverbs(start, end int) bool {
	t := s.token(start)
	return t != nil && t.End >= end && t.Known
}
