package anonymize

import (
	"slices"
	"strings"

	"madoguchi/triage/japanese"
)

// What stands beside a name tells another: how it is read, how it is written, who else it was, what is called after it.

// bracketed: what stands in brackets behind a name, in kana or Latin letters, is how it is read or written.
func (s *scan) bracketed() {
	for i, r := range s.rs {
		if r != '(' || i == 0 || s.ends == nil || !s.ends[i] {
			continue
		}
		k := i + 1
		for c := s.class(k); k < i+28 && k < len(s.rs) && (c == japanese.Hiragana || c == japanese.Katakana || c == japanese.Latin || s.rs[k] == ' ' || s.rs[k] == 'ー' || s.rs[k] == '・'); c = s.class(k) {
			k++
		}
		if s.rune(k) == ')' && k > i+2 && !s.a.words.generic(s.text(i+1, k)) && !s.a.words.stop[japanese.HiraganaOf(s.text(i+1, k))] {
			s.add(i+1, k, TypePerson, 0.6)
		}
	}
}

// writtenAs: 宇宙と書いてこすもです, a name by its characters and its sound.
func (s *scan) writtenAs() {
	for i := range s.rs {
		n := s.one(i, "と書いて", "とかいて", "って書いて", "ってかいて")
		if n == 0 {
			continue
		}
		start := i
		for start > 0 && i-start < 4 && s.class(start-1) == japanese.Kanji {
			start--
		}
		end := i + n
		for end < len(s.rs) && end-i-n < 6 && (s.class(end) == japanese.Hiragana || s.class(end) == japanese.Katakana) && s.one(end, "です", "と読", "とよ", "って") == 0 {
			end++
		}
		said := s.one(end, "です", "と読", "とよ", "って") > 0 || (end == len(s.rs) || s.class(end) == japanese.Punct) && s.listedName(s.text(i+n, end)) && s.token(i+n).Part != japanese.Verb
		if start < i && end > i+n+1 && said {
			s.add(start, i, TypePerson, 0.8)
			s.add(i+n, end, TypePerson, 0.8)
		}
	}
}

// bothOf: of 一戸も工藤も, where one is a person, so is the other.
func (s *scan) bothOf() {
	for i := 2; i < len(s.rs); i++ {
		if s.rs[i] != 'も' || s.ends == nil || s.ends[i] || s.class(i-1) != japanese.Kanji {
			continue
		}
		start := i
		for start > 0 && i-start < 3 && s.class(start-1) == japanese.Kanji {
			start--
		}
		next := i + 1
		for next < len(s.rs) && next-i < 5 && s.class(next) == japanese.Kanji {
			next++
		}
		if words := s.text(start, i); i-start >= 2 && s.class(start-1) != japanese.Kanji && next > i+2 && s.rune(next) == 'も' && s.ends[next] && !s.a.words.stop[words] && !s.a.words.generic(words) {
			s.add(start, i, TypePerson, 0.6)
		}
	}
}

// broken finds a name that goes on in the next line, where that says by itself that it is somebody's: たけ⏎る|くん.
func (s *scan) broken() {
	for i := 1; i+1 < len(s.rs); i++ {
		if s.rs[i] != '\n' || !native(s.classes[i-1]) || !native(s.classes[i+1]) {
			continue
		}
		for start := max(0, i-3); start < i; start++ {
			if end := s.brokenEnd(start, i); end > i {
				s.add(start, end, TypePerson, 0.5)
				break
			}
		}
	}
}

// brokenEnd returns the end of a name that begins at start and is broken by the line's end at i, or i.
func (s *scan) brokenEnd(start, i int) int {
	for end := min(len(s.rs), i+4); end > i+1; end-- {
		name := s.spoken(start, i) + s.spoken(i+1, end)
		n := end - start - 1
		if slices.ContainsFunc(s.classes[start:end], func(c japanese.Class) bool { return !native(c) && c != japanese.Space }) || strings.ContainsRune(name, '\n') || !s.listedName(name) || s.a.words.stop[name] {
			continue
		}
		if s.called(end) && n >= 2 && !s.covered(start-1) && (n >= 3 || s.clauseStart(start)) {
			return end
		}
		if s.clauseStart(start) && (n >= 3 || s.class(start) == japanese.Kanji) && s.one(end, "が", "に", "と", "は", "から") > 0 && s.act(end) && !s.a.names.is(name, common) && !s.a.words.kanaStop[name] {
			return end
		}
	}
	return i
}

// germs: 「ほのか菌」 is called after somebody.
func (s *scan) germs() {
	for i := 2; i < len(s.rs); i++ {
		if s.rs[i] != '菌' {
			continue
		}
		start := i
		for c := s.class(start - 1); start > 0 && i-start < 5 && c == s.class(i-1) && (c == japanese.Hiragana || c == japanese.Katakana || c == japanese.Kanji); c = s.class(start - 1) {
			start--
		}
		words := s.text(start, i)
		if (s.class(start-1) == japanese.Punct || s.class(start-1) == japanese.Space || s.a.names.is(words, family|given|familyKana|givenKana)) && i-start >= 2 && !s.a.words.stop[words] && !s.germ(words) {
			s.add(start, i, TypePerson, 0.6)
		}
	}
}

// germ reports whether there is such a germ.
func (s *scan) germ(words string) bool {
	for _, w := range []string{"ばい", "バイ", "細", "雑", "病原", "大腸", "乳酸", "納豆", "殺", "除", "抗", "滅", "ウイルス", "ピロリ", "ビフィズス", "サルモネラ", "インフル", "コロナ", "結核", "赤痢", "水虫"} {
		if strings.HasPrefix(words, w) {
			return true
		}
	}
	return false
}

// kin finds who is called by what they are to somebody, or by their class, and a given name in kana: 妹のことねが, 5年1組のげんた.
func (s *scan) kin() {
	for i := range s.rs {
		if n := s.a.words.kin.at(s.rs, i); n > 0 {
			s.givenAt(i + n + s.one(i+n, "の"))
		}
	}
	for _, x := range slices.Clone(s.out) {
		if x.t == TypeClass && s.rune(x.end) == 'の' {
			s.givenAt(x.end + 1)
			s.familyAt(x.end + 1)
		}
	}
}

// givenAt adds a given name in kana that begins at i, where a word ends behind it.
func (s *scan) givenAt(i int) {
	for l := 5; l >= 2; l-- {
		if end := i + l; s.given(i, end) && (end == len(s.rs) || s.class(end) != s.class(end-1) && s.class(end) != japanese.Hiragana && s.class(end) != japanese.Kanji ||
			s.one(end, "が", "は", "に", "を", "も", "から", "って", "です", "だ", "ね", "んち", "と") > 0) {
			s.add(i, end, TypePerson, 0.5)
			return
		}
	}
}

// familyAt adds a listed family name of one kanji that begins at i, where nothing else follows: 2組の岸。
func (s *scan) familyAt(i int) {
	if s.class(i) != japanese.Kanji || s.class(i+1) == japanese.Kanji || !s.slot(i+1) {
		return
	}
	if name := string(s.rs[i]); s.a.names.is(name, family) && !s.a.words.stop[name] && !s.a.words.danger[name] && !everydayOne(name) {
		s.add(i, i+1, TypePerson, 0.6)
	}
}

// given reports whether the kana between start and end are a given name and no word.
func (s *scan) given(start, end int) bool {
	if start < 0 || end > len(s.rs) {
		return false
	}
	c, word, w := s.class(start), s.spoken(start, end), s.a.words
	for i := start; i < end; i++ {
		if s.class(i) != c && s.rs[i] != 'ー' {
			return false
		}
	}
	return (c == japanese.Hiragana || c == japanese.Katakana && s.class(end) != c) && (s.a.names.is(word, givenKana) || w.modernKana[word]) &&
		!w.kanaStop[word] && !w.nickStop[word] && !w.stop[word] && !w.danger[word] && !w.stopSuffix(word) && !s.functional(start, end)
}

// founded: what a town or a prefecture keeps has that before its name: 市立みなと病院.
func (s *scan) founded() {
	for n, x := range s.out {
		if x.t != TypeSchool && x.t != TypePlace || x.start < 2 {
			continue
		}
		if k := s.one(x.start-2, "県立", "市立", "町立", "村立", "区立", "私立", "都立", "府立", "道立", "国立"); k > 0 {
			s.out[n].start -= k
		}
	}
}

// doubled finds who is called by one kana and っちゃん, where a clause begins or の is in front, 孫のいっちゃんが, or by most of a family
// name: やまもっちゃん.
func (s *scan) doubled() {
	for i, r := range s.rs {
		for n := 2; n <= 3 && r == 'っ' && s.is(i, "っちゃん"); n++ {
			if s.class(i-n) == japanese.Hiragana && s.class(i-n+1) == japanese.Hiragana && s.most(s.text(max(0, i-n), i)) {
				s.add(i-n, i+4, TypePerson, 0.6)
			}
		}
		end := i + 5
		if !s.is(i+1, "っちゃん") || s.class(i) != japanese.Hiragana || strings.ContainsRune("おぼめむちじ", s.rs[i]) || !s.clauseStart(i) && s.rune(i-1) != 'の' && s.rune(i-1) != 'と' {
			continue
		}
		if end == len(s.rs) || s.class(end) == japanese.Punct || s.one(end, "が", "は", "に", "を", "と", "も", "の", "って", "から") > 0 {
			s.add(i, end, TypePerson, 0.6)
		}
	}
}

// most reports whether a listed family name is but one kana longer.
func (s *scan) most(stem string) bool {
	for _, r := range "とりだたかやらきしのまみはらわなぎざじち" {
		if s.a.names.is(stem+string(r), familyKana) {
			return true
		}
	}
	return false
}

// maxRest is how many runes of a name in katakana may be missing.
const maxRest = 5

// wholeKatakana lets a name in katakana go on as far as the word, where the dictionary knows none of it: オレク|サンドル.
func (s *scan) wholeKatakana() {
	for _, o := range slices.Clone(s.out) {
		if o.t != TypePerson || s.class(o.end-1) != japanese.Katakana || s.class(o.end) != japanese.Katakana || s.covered(o.end) {
			continue
		}
		end := o.end
		for s.class(end) == japanese.Katakana {
			end++
		}
		parts := strings.ContainsRune(s.text(o.start, o.end), '・') // アリ・ハッ|サン
		if t := s.token(o.end); !s.unlearned && end-o.end <= maxRest && (parts || !t.Known && t.Start < o.end) {
			s.add(o.end, end, TypePerson, 0.5)
		}
	}
}

// read finds a name of kanji with its reading in brackets, in kana, behind who it is: 弟の騎士(ないと).
func (s *scan) read() {
	for i, r := range s.rs {
		if r != '(' || s.class(i-1) != japanese.Kanji {
			continue
		}
		end := i + 1
		for s.class(end) == japanese.Hiragana || s.class(end) == japanese.Katakana || s.rune(end) == 'ー' {
			end++
		}
		start := i
		for start > 0 && i-start < 4 && s.class(start-1) == japanese.Kanji {
			start--
		}
		start = s.trimLeft(start, i)
		kana, w := s.spoken(i+1, end), s.a.words
		if n := end - i - 1; s.rune(end) != ')' || n < 2 || n > 6 || i-start > 3 || start == i || w.stop[s.text(start, i)] || w.stop[kana] || w.kanaStop[kana] || w.generic(kana) || w.generic(s.text(start, i)) {
			continue
		}
		if s.afterRole(start) && s.rune(start-1) == 'の' || w.modernKana[kana] || s.a.names.is(s.text(start, i), given) && s.a.names.is(kana, givenKana) {
			s.add(start, i, TypePerson, 0.6)
			s.add(i+1, end, TypePerson, 0.6)
		}
	}
}

// signed finds who signs with a given name in kana, behind a space at the end: もうむり　くるみ.
func (s *scan) signed() {
	end := len(s.rs)
	for end > 0 && s.class(end-1) == japanese.Punct {
		end--
	}
	start := end
	for start > 0 && (s.class(start-1) == japanese.Hiragana || s.class(start-1) == japanese.Katakana) {
		start--
	}
	if n := end - start; n < 2 || n > 5 || start == 0 || s.class(start-1) != japanese.Space {
		return
	}
	if t := s.token(start); t.Part == japanese.Verb && t.Known {
		return // ろうかで たつの
	}
	name, w := s.spoken(start, end), s.a.words
	if (w.modernKana[name] || s.a.names.is(name, givenKana) && !s.a.names.is(name, common)) && !w.kanaStop[name] && !w.danger[name] {
		s.add(start, end, TypePerson, 0.5)
	}
}

// withPlace: a name in kana that goes on with what a place is called by is the place's: ほくと|予備校.
func (s *scan) withPlace() {
	for _, o := range slices.Clone(s.out) {
		if o.t != TypePerson || o.end >= len(s.rs) || s.class(o.end) != japanese.Kanji || s.class(o.end-1) == japanese.Kanji || s.class(o.end-1) == japanese.Space {
			continue
		}
		for _, x := range s.a.words.suffixes[s.rs[o.end]] {
			if n := len([]rune(x.text)); n >= 2 && !x.out && s.is(o.end, x.text) {
				s.add(o.start, o.end+n, x.t, 0.6)
			}
		}
	}
}
