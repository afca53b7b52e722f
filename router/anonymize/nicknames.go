package anonymize

import (
	"strings"
	"unicode/utf8"

	"madoguchi/triage/japanese"
)

// nicks are words for what somebody is called, and calls says that somebody is called so.
var (
	nicks = phrasesIn([]string{"あだ名", "あだな", "アダ名", "渾名", "ニックネーム", "呼び名", "よび名", "よびな", "通称"})
	calls = []string{"呼ば", "よば", "呼ん", "よん", "呼び", "からか", "あだ名", "ニックネーム"}
)

// maxCalled is how many runes what somebody is called by may have.
const maxCalled = 8

// nicknamed finds what somebody is called, which no list has: あだ名ががりぞう, 「ぴよ吉」と呼ばれ, チョコべえとからかわれる.
func (s *scan) nicknamed() {
	for i, r := range s.rs {
		if n := nicks.at(s.rs, i); n > 0 {
			if k := s.skip(i+n, "はが:：= 「『", 1); k > i+n {
				s.nickAfter(k)
			}
		}
		switch {
		case r == '」' || r == '』':
			s.quotedNick(i)
		case r == 'と' && (s.one(i+1, calls...) > 0 || s.is(i, "とか") && s.one(i+2, calls...) > 0), r == 'っ' && s.is(i, "って") && s.one(i+2, calls...) > 0:
			s.nickBefore(i)
		}
	}
}

// nickAfter judges what stands behind the word for it at i.
func (s *scan) nickAfter(i int) {
	i = s.skip(i, " 「『", 1)
	quoted := s.rune(i-1) == '「' || s.rune(i-1) == '『'
	end := i
	for end < len(s.rs) && end-i < maxCalled && (native(s.class(end)) || s.rs[end] == 'ー') && (quoted || end < i+2 || s.one(end, "から", "って", "です", "だ", "で", "に", "と", "を", "の", "は", "が", "も", "なん", "つけ") == 0) {
		end++
	}
	if quoted && s.rune(end) != '」' && s.rune(end) != '』' || s.class(i) == japanese.Kanji && !quoted {
		return
	}
	s.addNick(i, end)
}

// quotedNick judges what is quoted as far as i, where the sentence says that somebody is called so.
func (s *scan) quotedNick(i int) {
	start := i
	for start > 0 && i-start <= maxCalled && (native(s.class(start-1)) || s.rs[start-1] == 'ー') {
		start--
	}
	if r := s.rune(start - 1); r != '「' && r != '『' {
		return
	}
	k := i + 1
	for s.rune(k) == '「' || s.rune(k) == '、' || s.rune(k) == 'や' { // of several
		for k++; k < len(s.rs) && s.rs[k] != '」'; k++ {
		}
		k++
	}
	k += s.one(k, "などと", "とか", "って", "と", "の", "等の", "などの", "という", "っていう")
	if s.one(k, calls...) > 0 || nicks.at(s.rs, min(k, len(s.rs)-1)) > 0 {
		s.addNick(start, i)
	}
}

// nickBefore judges the kana that end before the と at i.
func (s *scan) nickBefore(i int) {
	start := i
	for start > 0 && i-start < maxCalled && (s.class(start-1) == japanese.Hiragana || s.class(start-1) == japanese.Katakana || s.rs[start-1] == 'ー') {
		if i-start >= 2 && s.particleAt(start-1) && s.token(start-1).Part == japanese.Particle && s.token(start-1).End == start {
			break
		}
		start--
	}
	if i-start <= 6 && i-start >= 3 && s.class(start-1) != japanese.Kanji {
		s.addNick(start, i)
	}
}

// nickEnd reports whether what somebody is called ends as only that does: チョコべえ, がりぞう, ぴよ吉.
func (s *scan) nickEnd(kana string) bool {
	for _, e := range []string{"べえ", "ぞう", "ごろう", "きち", "たろう", "すけ", "ぼう", "っち", "ちょ", "っぴ"} {
		if stem, ok := strings.CutSuffix(kana, e); ok && utf8.RuneCountInString(stem) >= 2 && !hasKanji(stem) && !s.a.names.is(kana, common) {
			return true
		}
	}
	return false
}

// addNick adds what somebody is called from start to end, unless it is a word, or words, that say what they are: へんなやつ, ゴミ.
func (s *scan) addNick(start, end int) {
	w := s.a.words
	text, kana := s.text(start, end), s.spoken(start, end)
	if end-start < 2 || end > len(s.rs) || w.stop[text] || w.kanaStop[kana] || w.generic(text) || w.danger[text] || w.stopSuffix(text) || s.covered(start) && s.covered(end-1) {
		return
	}
	if s.nickEnd(kana) {
		s.add(start, end, TypePerson, 0.5)
		return
	}
	if s.called(end) || s.a.names.is(kana, common) && !s.listedName(kana) {
		return
	}
	unknown := false
	for i := start; i < end; {
		t := s.token(i)
		if t.Start != i || t.End > end {
			return
		}
		switch n := t.End - t.Start; {
		case t.Part == japanese.Adjective, t.Part == japanese.Pronoun, t.Part == japanese.Auxiliary && n >= 2, t.Part == japanese.Verb && n >= 3, t.Part == japanese.Adverb, t.Part == japanese.Interjection:
			return
		case t.Known && n == end-start && !t.Part.Name():
			return
		case n >= 2 && t.Known && s.class(i) == japanese.Kanji && !t.Part.Name():
			return // 加湿|器
		case t.Part == japanese.Particle && i > start && (s.rs[i] == 'を' || s.class(t.End) == japanese.Kanji):
			return // ばい菌の人
		}
		unknown = unknown || !t.Known || t.Part.Name() || t.End-t.Start == 1
		i = t.End
	}
	if unknown {
		s.add(start, end, TypePerson, 0.5)
	}
}
