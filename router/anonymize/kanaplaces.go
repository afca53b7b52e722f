package anonymize

import (
	"strings"

	"madoguchi/triage/japanese"
)

// maxKanaPlace is how many kana the name of a school or a place may have.
const maxKanaPlace = 9

// kanaPlace judges the name of a school or a place that a small child writes in hiragana, its last word with it:
// たんぽぽこうえん, ひがししょうがっこう. It ends at i, where x begins.
func (s *scan) kanaPlace(i int, x suffix) {
	end := i + len([]rune(x.text))
	if s.class(end) == japanese.Hiragana && s.one(end, "の", "に", "で", "へ", "を", "が", "は", "と", "も", "か", "や", "だ", "な", "み", "ま") == 0 {
		return
	}
	start := i
	for start > 0 && i-start < maxKanaPlace && s.class(start-1) == japanese.Hiragana && !s.particle(start-1, i) {
		start--
	}
	name := string(s.rs[start:i])
	w := s.a.words
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

// kanaQuarter returns where a quarter's name in kana begins that ends before i, the numbers of an address: さくらまち2ちょうめ.
func (s *scan) kanaQuarter(i int) int {
	if s.one(i-2, "まち", "ちょう", "だい", "むら", "おか", "はら", "はま", "もり", "さと") == 0 && s.one(i-3, "ちょう", "どおり") == 0 {
		return i
	}
	start := i
	for start > 0 && i-start < maxKanaPlace && s.class(start-1) == japanese.Hiragana && !s.particle(start-1, i) {
		start--
	}
	if i-start < 4 {
		return i
	}
	return start
}

// triple returns the end of three numbers with dashes or の between that begin at i, and nothing else does: 2-3-8; or i.
func (s *scan) triple(i int) int {
	j := i
	for n := range 3 {
		k := j
		for k < j+4 && numeral(s.rune(k)) {
			k++
		}
		if k == j || numeral(s.rune(k)) {
			return i
		}
		if j = k; n < 2 {
			if s.rune(j) != '-' && s.rune(j) != 'の' {
				return i
			}
			j++
		}
	}
	if s.rune(j) == '-' || s.rune(j) == 'の' && numeral(s.rune(j+1)) {
		return i
	}
	return j
}

// kyoto judges an address by its streets: 烏丸通三条上ル.
func (s *scan) kyoto(i int) {
	n := s.one(i, "上ル", "下ル", "上る", "下る", "入ル", "入る")
	if n == 0 {
		return
	}
	start := i
	for start > 0 && i-start < 16 && s.class(start-1) == japanese.Kanji && !strings.ContainsRune("市府", s.rs[start-1]) {
		start--
	}
	streets := string(s.rs[start:i])
	ward := strings.ContainsRune(streets, '区')
	if !strings.ContainsAny(streets, "通条") || i-start < 4 && !ward {
		return
	}
	end := i + n
	for s.class(end) == japanese.Kanji || digit(s.rune(end)) {
		end++
	}
	s.add(start, end, TypeAddress, 0.9)
}

// room judges a room by its number: コーポ西浜の203, and 502号 at the beginning of a clause.
func (s *scan) room(i int) {
	end := i
	for digit(s.rune(end)) {
		end++
	}
	if n := end - i; n < 3 || n > 4 || s.rs[i] == '0' {
		return
	}
	house := strings.TrimSuffix(strings.TrimSuffix(string(s.rs[max(0, i-16):i]), " "), "の")
	at := i - (len([]rune(string(s.rs[max(0, i-16):i]))) - len([]rune(house)))
	known := false
	for _, o := range s.out {
		known = known || o.t == TypePlace && o.end == at && houseName(string(s.rs[o.start:o.end]))
	}
	unit := s.one(end, "号室", "号")
	if known || unit > 0 && (s.class(i-1) == japanese.Space || s.class(i-1) == japanese.Punct) {
		if unit == 0 && s.one(end, "円", "人", "年", "m", "メ", "個", "回", "点", "番目", "%") > 0 {
			return
		}
		s.add(i, end+unit, TypeAddress, 0.7)
	}
}

// houseFirst judges a building whose name begins with what it is: コーポ西浜.
func (s *scan) houseFirst(i int) {
	if s.class(i) != japanese.Katakana || s.class(i-1) == japanese.Katakana {
		return
	}
	k := i
	for k < len(s.rs) && s.class(k) == japanese.Katakana {
		k++
	}
	end := k
	for end < k+5 && s.class(end) == japanese.Kanji && !numeral(s.rs[end]) {
		end++
	}
	first := string(s.rs[i:k])
	if end == k || end > k+3 || s.a.words.generic(string(s.rs[k:end])) || s.a.words.stop[string(s.rs[k:end])] {
		return
	}
	for _, h := range []string{"コーポ", "ハイツ", "メゾン", "パークサイド", "レジデンス", "カーサ", "パレス", "グランド", "シャトー", "ヴィラ", "ライオンズ"} {
		if strings.HasSuffix(first, h) {
			s.add(i, end, TypePlace, 0.7)
			return
		}
	}
}

// initials judges two letters that stand for somebody's name: 児童T・K, A.Sさん.
func (s *scan) initials(i int) {
	if !upper(s.rs[i]) || word(s.rune(i-1)) || s.rune(i-1) == '・' || s.rune(i+1) != '・' && s.rune(i+1) != '.' || !upper(s.rune(i+2)) {
		return
	}
	end := i + 3
	if s.rune(end) == '.' {
		end++
	}
	_, called := s.a.words.honorific(s.rs, end)
	if word(s.rune(end)) || s.rune(end) == '・' || !called && !s.before(i, 3, "児童", "生徒", "男子", "女子", "担任", "教諭", "本人", "母", "父", "名前") {
		return
	}
	s.add(i, end, TypePerson, 0.7)
}

func upper(r rune) bool { return r >= 'A' && r <= 'Z' }

// houses are words in the names of the buildings in which people live.
var houses = []string{"マンション", "ハイツ", "コーポ", "アパート", "荘", "メゾン", "レジデンス", "団地", "パレス", "ハイム", "ビル", "コート", "タワー", "ヒルズ", "ハウス", "号棟"}

func houseName(name string) bool {
	for _, h := range houses {
		if strings.Contains(name, h) {
			return true
		}
	}
	return false
}
