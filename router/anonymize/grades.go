package anonymize

import (
	"slices"
	"strings"

	"madoguchi/triage/japanese"
)

// A class is said with its year, in front or behind, and the two are written as one: 中2の3組, 第3学年2組, 年長さくら組, 1年7HR, F組の2年.

// stages are how a kindergarten calls its years.
var stages = []string{"年長", "年中", "年少", "ねんちょう", "ねんちゅう", "ねんしょう"}

// yearUnits stand behind the number of a year, the longest first where one ends another.
var yearUnits = []string{"ねんせい", "年生", "学年", "年次", "ねん", "年"}

// gradeBack returns where the year begins that stands in front of a class's name at i, 中2の|3組; or i.
func (s *scan) gradeBack(i int) int {
	end := s.spaceBack(i)
	for _, w := range stages {
		if k := s.back(end, w); k < end {
			return k
		}
	}
	if end > 0 && strings.ContainsRune("の・-ー、", s.rs[end-1]) {
		end = s.spaceBack(end - 1)
	}
	for _, w := range yearUnits {
		k := s.back(end, w)
		if k == end {
			continue
		}
		k = s.spaceBack(k)
		start := s.countedBack(k)
		if start == k {
			return i
		}
		if w == "学年" && s.rune(start-1) == '第' {
			return start - 1
		}
		return s.stageBack(start)
	}
	if start := s.countedBack(end); start == end-1 && s.stageBack(start) < start {
		return s.stageBack(start)
	}
	return i
}

// countedBack returns where the number of a year begins that ends before i, in digits, in kanji or as it sounds; or i.
func (s *scan) countedBack(i int) int {
	if r := s.rune(i - 1); numeral(r) || daiji(r) > 0 {
		if numeral(s.rune(i - 2)) {
			return i
		}
		return i - 1
	}
	for _, n := range []string{"いち", "に", "さん", "よん", "よ", "し", "ご", "ろく", "なな", "はち"} {
		if k := s.back(i, n); k < i {
			return k
		}
	}
	return i
}

// daiji returns the number that a kanji of documents stands for, or 0.
func daiji(r rune) int {
	switch r {
	case '壱':
		return 1
	case '弐':
		return 2
	case '参':
		return 3
	}
	return 0
}

// stageBack returns where the kind of school begins whose year's number stands at i, 中|2; or i.
func (s *scan) stageBack(i int) int {
	if c := s.class(i - 2); strings.ContainsRune("小中高", s.rune(i-1)) && i > 0 && c != japanese.Kanji && c != japanese.Katakana {
		return i - 1
	}
	return i
}

// yearBehind returns the end of the year that stands behind a class's name, which ends at i: F組の2年, 3くみ3ねん; or i.
func (s *scan) yearBehind(i int) int {
	k := s.skip(i, "の ", 1)
	year, end := s.counted(k)
	u := s.one(end, yearUnits...)
	if end == k || u == 0 || year > 9 || s.one(end+u, "間", "かん", "前", "まえ", "後", "ぶり", "連", "目", "以", "も", "半") > 0 || numeral(s.rune(end+u)) {
		return i
	}
	return end + u
}

// yearClass judges a class behind its year, which begins at i, by the word that ends it: 1年7HR, 2年8H, 3年う組, 2年Aクラス.
func (s *scan) yearClass(i int) {
	year, j := s.counted(i)
	u := s.one(j, yearUnits...)
	if j == i || u == 0 || year < 1 || year > 9 || s.eraBack(i) {
		return
	}
	k := s.skip(j+u, " の・-", 1)
	n := s.digits(k)
	end := n
	if n > k && n <= k+2 {
		end += s.one(n, "ホームルーム", "ホーム", "ルーム", "HR", "Hr", "hr", "H", "R")
	} else if native(s.class(k)) && !strings.ContainsRune("間生後前目毎代末初度中内以頃の同別", s.rs[k]) || letter(s.rune(k)) {
		n = k + 1
		if end = n + s.one(n, "組"); s.one(end, "ん", "む", "み", "ま", "め", "も", "織", "合", "体") > 0 {
			return // 三年が組んで
		}
		if letter(s.rs[k]) {
			end = n + s.one(n, "クラス")
		}
		if letter(s.rs[k]) && s.class(i) == japanese.Kanji && s.classEnds(n) {
			s.add(s.stageBack(i), n, TypeClass, 0.7) // 二年B
		}
	}
	if c := s.class(end); end > n && c != japanese.Latin && !(c == japanese.Katakana && s.class(end-1) == c) {
		s.add(s.stageBack(i), end, TypeClass, 0.8)
	}
}

// stageClass judges a class whose year is said with the kind of school at i: 中3C, 高二B, 小5の2くみ.
func (s *scan) stageClass(i int) {
	if c := s.class(i - 1); c == japanese.Kanji || c == japanese.Katakana {
		return
	}
	year, j := s.counted(i + 1)
	if j != i+2 || year < 1 || year > 6 {
		return
	}
	k := s.skip(j, "-のノ", 1)
	if r := s.rune(k) &^ 0x20; r >= 'A' && r <= 'H' && !word(s.rune(k+1)) && s.rune(k+1) != '-' {
		s.add(i, k+1+s.one(k+1, "組", "クラス"), TypeClass, 0.7)
		return
	}
	_, end := s.counted(k)
	if k > j && end > k && s.class(j-1) == japanese.Kanji && !numeral(s.rune(end)) && s.classEnds(end) {
		s.add(i, end, TypeClass, 0.7) // 中三の二
	}
}

// nurseryYear judges a group of a kindergarten behind its year at i, without 組: 年中りす.
func (s *scan) nurseryYear(i int) {
	k := s.skip(i+s.one(i, stages...), " の", 1)
	if end := s.classWord(k); k > i+1 && end >= k+2 && s.classEnds(end) {
		s.add(i, end, TypeClass, 0.7)
	}
}

// homeRoom judges a class by its number and the word for it: 17HR, 2-7HR.
func (s *scan) homeRoom(i int) {
	end := s.pairEnd(i)
	if u := s.one(end, "HR", "ホームルーム"); u > 0 && end-i >= 2 && end-i <= 4 && !letter(s.rune(end+u)) {
		s.add(i, end+u, TypeClass, 0.8)
	}
}

// nursery are words behind 組 that say that it is a group of small children.
var nursery = []string{"の先生", "のせんせい", "担任", "の担任", "の子", "のこ", "の園児", "の保護者", "の母", "のおともだち", "のお友", "のおへや", "のお部屋", "さん"}

// notGroups are words in front of 組 that say who they are, and name no group.
var notGroups = []string{"いじめ", "いじめっこ", "やんちゃ", "ふたり", "さんにん", "おとな", "こども", "いつも", "うち", "あさ", "よる", "なかま", "おとこ", "おんな", "ヤンキー", "イケメン", "マジメ", "まじめ", "バカ", "ばか"}

// colours are words of everyday by which groups are called.
var colours = []string{"あか", "あお", "しろ", "きいろ", "みどり", "もも", "ぴんく"}

// groupBack returns where the name of a group of small children begins that ends before j, as a list has it or what stands
// behind its 組 at i tells: くじら|組の先生; or j. One kana names a class only behind its year.
func (s *scan) groupBack(j, i int) int {
	start := j
	for n := range s.a.words.groups {
		if k := j - len([]rune(n)); k < start && s.says(k, n) && (j-k > 1 || s.class(k) == japanese.Kanji || s.one(k-1, "年", "ん", "の") > 0 && s.gradeBack(k) < k || k == 0) {
			start = k
		}
	}
	c := s.class(j - 1)
	if start < j || c != japanese.Hiragana && c != japanese.Katakana || s.one(i, nursery...) == 0 {
		return start
	}
	for start > 0 && j-start < 6 && (s.class(start-1) == c || s.rs[start-1] == 'ー') && !strings.ContainsRune("のはをにがでとも", s.rs[start-1]) {
		start--
	}
	name, w := s.text(start, j), s.a.words
	if j-start < 2 || j-start > 5 || w.generic(name) || w.owner(name) || w.stop[name] || w.kanaStop[name] && !slices.Contains(colours, name) || slices.Contains(notGroups, name) {
		return j
	}
	return start
}
