package anonymize

import (
	"slices"
	"strings"

	"madoguchi/triage/japanese"
)

// maxKanaPlace is how many kana the name of a school or a place may have.
const maxKanaPlace = 9

// kanaPlace judges the name of a school or a place that a small child writes in hiragana, its last word with it:
// たんぽぽこうえん, ひがししょうがっこう. It ends at i, where x begins.
func (s *scan) kanaPlace(i int, x suffix) {
	end := i + len([]rune(x.text))
	if t := s.token(i); x.out && (t.Part == japanese.Verb && t.Known) {
		return // ころばし|に
	}
	if s.class(end) == japanese.Hiragana && s.one(end, "の", "に", "で", "へ", "を", "が", "は", "と", "も", "か", "や", "だ", "な", "み", "ま") == 0 {
		return
	}
	start := i
	for start > 0 && i-start < maxKanaPlace && s.class(start-1) == japanese.Hiragana && !s.particle(start-1, i) {
		start--
	}
	if x.t == TypeSchool {
		start = min(start, s.ofKana(i)) // うみのほし|しょうがっこう
	}
	w := s.a.words
	if k := s.back(i, "の"); x.t == TypeSchool && k < i && s.one(end, "の1", "の2", "の3", "の4", "の5", "の6", "のいち", "のに", "のさん", "です", "にかよ") > 0 {
		if t := s.token(k - 1); t != nil && t.End == k && t.Part == japanese.Noun && s.clauseStart(t.Start) && s.class(t.Start) == japanese.Hiragana {
			if !s.whose(t.Start, k) {
				s.add(t.Start, end, x.t, 0.6) // つくしのしょうがっこうの1ねん
				return
			}
		}
	}
	name := s.text(start, i)
	if i-start < 2 || w.generic(name) || w.times[name] || w.owner(name) || w.stop[name] || strings.HasSuffix(name, "の") || s.class(start-1) == japanese.Kanji && s.class(start) == japanese.Hiragana {
		return
	}
	for _, l := range w.leading {
		if l == name {
			return
		}
	}
	ends := strings.ContainsRune("たるくうすつぬむぶぐ", s.rs[i-1]) // as a clause does that says which park
	for j := start; j < i; j++ {
		t := s.token(j)
		if t == nil || t.Start != j || t.End-t.Start < 2 {
			continue
		}
		if t.Part == japanese.Verb && ends || t.Part == japanese.Adjective || t.Part == japanese.Pronoun || t.Part == japanese.Adverb && t.End-t.Start > 2 {
			return
		}
	}
	if x.out {
		end = i // what is high or deep stays
	}
	s.add(start, end, x.t, 0.6)
}

// particle reports whether the kana at i is the particle in front of the word that goes on to end.
func (s *scan) particle(i, end int) bool {
	if !strings.ContainsRune("のはをにもへでがと", s.rs[i]) {
		return false
	}
	if s.rs[i] == 'を' {
		return true
	}
	if s.rs[i] == 'が' && s.one(i+1, "おか", "はま", "もり", "はら", "さと", "だい") > 0 {
		return false // みどりがおか
	}
	if c := s.class(i - 1); c == japanese.Space || c == japanese.Punct {
		return false // nothing stands in front of it
	}
	t := s.token(i)
	return t != nil && t.Part == japanese.Particle && t.Start <= i && end-i > 2
}

// side returns where a word begins that ends before i and says which of several schools it is, with nothing in front: きた|しょう,
// だいに|ちゅう; or i.
func (s *scan) side(i int) int {
	for _, w := range []string{"ひがし", "にし", "みなみ", "きた", "だいいち", "だいに", "だいさん", "ちゅうおう"} {
		if k := s.back(i, w); k < i && (s.class(k-1) != japanese.Hiragana || s.particleAt(k-1)) {
			return k
		}
	}
	return i
}

// kanaSchool judges the short name of a school that a small child writes: ひばりしょうの1ねん, みどりちゅう 2の3.
func (s *scan) kanaSchool(i int) {
	n := s.one(i, "しょう", "ちゅう")
	if n == 0 || s.class(i-1) != japanese.Hiragana || s.one(i-1, "で", "ま", "っ", "い", "む", "ゆ") > 0 {
		return
	}
	k := i + n
	next := k + s.one(k, "の", " ", "、")
	grade, after := s.counted(next)
	year := grade >= 1 && grade <= 6 && s.one(after, "ねん", "年", "の", "-", " ", "nen") > 0
	sides := s.side(i) < i && s.one(k, "の", "に", "へ", "から", "で", "いか", "です", "、", "。", " ", ")") > 0 && n == 3
	if !year && !sides && s.one(k, "いくとき", "にいく", "にいって", "にかよ", "のせんせい", "です", "の3かい", "の2かい") == 0 {
		return
	}
	start := i
	for start > 0 && i-start < maxKanaPlace && s.class(start-1) == japanese.Hiragana && !s.particle(start-1, i) {
		start--
	}
	if name := s.text(start, i); i-start >= 2 && !s.a.words.generic(name) && !s.a.words.stop[name] && !s.a.words.times[name] {
		s.add(start, k, TypeSchool, 0.6)
	}
}

// ownSchools finds the schools of which small children say that they are, in kana alone and shortly, at the beginning of what they
// say and before a name: さくらのしょうの|やまね.
func (s *scan) ownSchools() {
	for k, o := range slices.Clone(s.out) {
		if o.t != TypePerson {
			continue
		}
		if n := s.one(o.start, "しょうの", "ちゅうの"); n > 0 && o.end-o.start > n+1 {
			o.start += n // the school's last word is none of the name
			s.out[k].start = o.start
		}
		of := s.back(o.start, "の")
		i := min(s.back(of, "しょう"), s.back(of, "ちゅう"))
		if of == o.start || i == of {
			continue
		}
		start := i
		for start > 0 && s.class(start-1) == japanese.Hiragana {
			start--
		}
		if n := i - start; n >= 2 && n <= maxKanaPlace && s.clauseStart(start) && !strings.ContainsRune("でまっじ", s.rs[i-1]) && !s.a.words.times[s.text(start, of)] {
			s.add(start, of, TypeSchool, 0.7)
		}
	}
}
