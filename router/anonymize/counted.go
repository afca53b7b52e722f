package anonymize

import (
	"strings"

	"madoguchi/triage/japanese"
)

// Small children, and those who learn Japanese, write numbers as they sound: さんねんにくみ, ろくがつのみっか, roku no san.

// units are how the numbers below ten sound, the longest first where one begins another.
var units = []struct {
	word  string
	latin string
	value int
}{
	{"きゅう", "kyuu", 9}, {"いち", "ichi", 1}, {"さん", "san", 3}, {"よん", "yon", 4}, {"ろく", "roku", 6}, {"しち", "shichi", 7}, {"なな", "nana", 7}, {"はち", "hachi", 8}, {"にい", "nii", 2},
	{"に", "ni", 2}, {"ご", "go", 5}, {"し", "shi", 4}, {"よ", "yo", 4}, {"く", "kyu", 9}, {"く", "ku", 9},
}

// says reports whether what stands at i sounds as the hiragana of word.
func (s *scan) says(i int, word string) bool {
	return i >= 0 && i < len(s.rs) && strings.HasPrefix(s.heard[s.offsets[i]:], word)
}

// said returns the number below a hundred that is written at i as it sounds, and its end, which is i where there is none.
func (s *scan) said(i int) (value, end int) {
	value, end = s.unit(i)
	if !s.says(end, "じゅう") {
		return value, end
	}
	if end == i {
		value = 1
	}
	more, last := s.unit(end + 3)
	if last == end+3 {
		more = 0
	}
	return value*10 + more, last
}

// unit returns the number below ten that is written at i as it sounds, and its end, which is i where there is none.
func (s *scan) unit(i int) (value, end int) {
	switch r := s.rune(i); japanese.ToHiragana(r) {
	case 'き', 'い', 'さ', 'よ', 'ろ', 'し', 'な', 'は', 'に', 'ご', 'く', 'k', 'i', 's', 'y', 'r', 'n', 'h', 'g', 'K', 'I', 'S', 'Y', 'R', 'N', 'H', 'G':
	default:
		return 0, i
	}
	latin := letter(s.rune(i))
	if latin && letter(s.rune(i-1)) {
		return 0, i
	}
	for _, u := range units {
		if !latin && s.says(i, u.word) {
			return u.value, i + len([]rune(u.word))
		}
		if end := s.spelt(i, u.latin); latin && end > i && (!letter(s.rune(end)) || s.one(end, "nen", "kumi") > 0) {
			return u.value, end
		}
	}
	return 0, i
}

// spelt returns the end of a word in Latin letters at i, perhaps with spaces between its syllables: ro ku; or i.
func (s *scan) spelt(i int, word string) int {
	j := i
	for _, r := range word {
		if j > i && s.rune(j) == ' ' && strings.ContainsRune("aiueo", s.rune(j-1)) {
			j++
		}
		if s.rune(j)|0x20 != r {
			return i
		}
		j++
	}
	return j
}

// counted returns the number that is written at i in digits, in kanji or as it sounds, and its end, which is i where there is none.
func (s *scan) counted(i int) (value, end int) {
	for end = i; digit(s.rune(end)) && end < i+2; end++ {
		value = value*10 + int(s.rs[end]-'0')
	}
	if end > i || digit(s.rune(i-1)) {
		return value, end
	}
	if k := strings.IndexRune("〇一二三四五六七八九", s.rune(i)); k >= 0 && s.rune(i) != 0 && !numeral(s.rune(i+1)) && !numeral(s.rune(i-1)) {
		return k / len("一"), i + 1
	}
	if n := daiji(s.rune(i)); n > 0 {
		return n, i + 1
	}
	return s.said(i)
}

// saidClass judges a class that begins at i with its year: 1ねん うめぐみ, 4ねんたんぽぽ, さんのに, 2nen 1kumi, 3の松.
func (s *scan) saidClass(i int) {
	year, j := s.counted(i)
	if j == i || year < 1 || year > 6 {
		return
	}
	k := s.skip(j, " ", 1)
	if u := s.one(k, "ねん", "年", "nen"); u > 0 {
		k += u
		k += s.one(k, "せい", "生")
		k = s.skip(k, " の", 2)
		if end := s.className(k); end > k {
			s.add(i, end, TypeClass, 0.8)
		}
		return
	}
	u := s.one(k, "の", "ノ", "-", "no ")
	if u == 0 {
		return
	}
	k += u
	if end := s.classWord(k); end > k && s.class(k) == japanese.Kanji && digit(s.rs[i]) && s.classEnds(end) && s.class(i-1) != japanese.Kanji {
		s.add(i, end, TypeClass, 0.7) // 3-竹
	}
	_, end := s.said(k)
	if c := s.class(i - 1); end == k || digit(s.rs[i]) && (s.class(k) != japanese.Hiragana || s.one(k, "し", "く", "よ") > 0 && end == k+1) || s.class(i) == japanese.Kanji || c != japanese.Space && c != japanese.Punct && s.rune(i-1) != 'は' {
		return
	}
	if s.classEnds(end) || letter(s.rs[i]) && s.one(end, " no ", " desu", " ni ", " de ") > 0 {
		s.add(i, end, TypeClass, 0.7)
	}
}

// classEnds reports whether what stands at i may follow the name of a class.
func (s *scan) classEnds(i int) bool {
	return i == len(s.rs) || s.class(i) != japanese.Kanji && s.one(i, "の", "です", "だ", "に", "で", "から", "、", "。", " ") > 0
}

// className returns the end of what a class is called within its year, which begins at i: 1kumi, うめぐみ, たんぽぽ; or i.
func (s *scan) className(i int) int {
	if _, end := s.counted(i); end > i {
		k := s.skip(end, " ", 1)
		if u := s.one(k, "くみ", "ぐみ", "組", "kumi"); u > 0 {
			return k + u
		}
		return i
	}
	end := s.classWord(i)
	k := s.skip(end, " ", 1)
	if u := s.one(k, "ぐみ", "くみ", "組", "学級", "クラス", "くらす", "がっきゅう", "ルーム"); u > 0 && end > i {
		return k + u
	}
	if end > i && s.one(end, "の", "です") > 0 && end-i >= 2 {
		return end
	}
	return i
}

// classWord returns the end of the longest word at i that classes are named by, or i.
func (s *scan) classWord(i int) int {
	end := i
	for n := range s.a.words.groups {
		if k := len([]rune(n)); i+k > end && s.says(i, n) {
			end = i + k
		}
	}
	return end
}

// kanaGroup judges うめぐみ, whose last word begins at i.
func (s *scan) kanaGroup(i int) {
	end := i + max(2, s.one(i, "がっきゅう", "クラス"))
	start := s.groupBack(i, end)
	if start < i && !(s.is(i, "クラス") && (i-start == 1 || s.one(start, "特進", "進学") > 0)) {
		s.add(s.gradeBack(start), end, TypeClass, 0.7)
	}
}

// days are the days of a month that have names of their own.
var days = []string{"ついたち", "ふつか", "みっか", "よっか", "いつか", "むいか", "なのか", "ようか", "ここのか", "とおか", "じゅうよっか", "はつか", "にじゅうよっか"}

// saidBirth judges a birthday that begins at i as it sounds: ろくがつのみっか.
func (s *scan) saidBirth(i int) {
	month, j := s.said(i)
	if j == i || month > 12 || !s.says(j, "がつ") {
		return
	}
	j = s.skip(j+2, "の ", 1)
	end := j + s.one(j, days...)
	if end == j {
		if _, k := s.said(j); k > j && s.says(k, "にち") {
			end = k + 2
		}
	}
	if end > j && (s.before(i, 10, birthLabels...) || s.bornAfter(end)) {
		s.add(i, end, TypeDateOfBirth, 1)
	}
}
