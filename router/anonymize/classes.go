package anonymize

import (
	"strings"

	"madoguchi/triage/japanese"
)

// group judges a class's name that ends with 組 at i.
func (s *scan) group(i int) {
	j := s.spaceBack(i)
	year := j > 1 && (numeral(s.rs[j-1]) || upper(s.rs[j-1])) && s.rs[j-2] == '年' // 2年C組|みさき
	if s.one(i+1, "織", "み", "合", "体") > 0 && !year {
		return
	}
	start := j
	switch {
	case j > 0 && (numeral(s.rs[j-1]) || letter(s.rs[j-1])):
		for start > 0 && (numeral(s.rs[start-1]) || letter(s.rs[start-1])) && j-start < 2 {
			start--
		}
		if s.rs[start] == '一' && start == j-1 && !strings.ContainsRune("年の生", s.rune(s.spaceBack(start)-1)) {
			return // 一組
		}
	default:
		for n := range s.a.words.groups {
			if k := j - len([]rune(n)); k >= 0 && s.is(k, n) && j-k > j-start {
				start = k
			}
		}
	}
	if start == j {
		return
	}
	// the grade in front belongs to it
	k := s.spaceBack(start)
	if s.rune(k-1) == 'の' {
		k = s.spaceBack(k - 1)
	}
	if s.rune(k-1) == '生' {
		k--
	}
	if s.rune(k-1) == '年' {
		k = s.spaceBack(k - 1)
		if k > 0 && numeral(s.rs[k-1]) {
			start = k - 1
		}
	} else if k < start && digit(s.rune(k-1)) && strings.ContainsRune("小中高", s.rune(k-2)) {
		start = k - 2 // 中2のB組
	}
	start = s.course(start)
	end := i + 1
	if j := s.skip(end, "の ", 2); numeral(s.rune(j)) {
		k := j
		for numeral(s.rune(k)) {
			k++
		}
		if s.is(k, "番") {
			end = k + 1
		}
	}
	s.add(start, end, TypeClass, 0.9)
}

// course returns where the course begins whose class begins at i, 普通科1年C組, or i.
func (s *scan) course(i int) int {
	start := i
	for s.rune(i-1) == '科' && start > 0 && i-start < 6 && s.class(start-1) == japanese.Kanji && !strings.ContainsRune("校高中小", s.rs[start-1]) {
		start--
	}
	if i-start < 3 {
		return i
	}
	return start
}

// careGroup judges the name of a small class: ひまわり学級.
func (s *scan) careGroup(i int) {
	for n := range s.a.words.groups {
		if rs := []rune(n); len(rs) >= 2 && s.is(i-len(rs), n) && s.class(i-1) != japanese.Kanji {
			s.add(i-len(rs), i+2, TypeClass, 0.8)
		}
	}
}

// kanaClass judges 四ねん一くみ: a number, and in front of it perhaps the year.
func (s *scan) kanaClass(i int) {
	start := i - 1
	if j := start; s.is(j-2, "ねん") && numeral(s.rune(j-3)) {
		start = j - 3
	} else if s.rune(j-1) == '年' && numeral(s.rune(j-2)) {
		start = j - 2
	}
	if start < i-1 || digit(s.rs[start]) { // a letter is a class behind its year only
		s.add(start, i+2, TypeClass, 0.9)
	}
}

// spokenClass judges ろくねんいちくみ: the year and the number as they are said.
func (s *scan) spokenClass(i int) {
	number := func(end int) int {
		for _, n := range []string{"いち", "に", "さん", "よん", "よ", "し", "ご", "ろく"} {
			if k := s.back(end, n); k < end {
				return k
			}
		}
		return end
	}
	n := number(i)
	if k := s.back(n, "ねん"); n < i && k < n {
		if start := number(k); start < k {
			s.add(start, i+2, TypeClass, 0.8)
		}
	}
}

// back returns where the word begins that ends at i; i where it is another.
func (s *scan) back(i int, word string) int {
	if k := i - len([]rune(word)); k >= 0 && s.is(k, word) {
		return k
	}
	return i
}

func (s *scan) spaceBack(i int) int {
	for i > 0 && s.rs[i-1] == ' ' {
		i--
	}
	return i
}

// classNumber judges 2の3, 3-2, 2年B, 3A.
func (s *scan) classNumber(i int) {
	if s.class(i) == japanese.Kanji && s.class(i-1) != japanese.Kanji && s.rune(i+1) == 'の' && i+2 < len(s.rs) && s.class(i+2) == japanese.Kanji && numeral(s.rs[i+2]) &&
		(s.one(i+3, "の担", "の教", "です", "だ", "にい", "の人") > 0 || s.rune(i+3) == 'の' && !numeral(s.rune(i+4))) {
		s.add(i, i+3, TypeClass, 0.7) // 三の二
		return
	}
	if !digit(s.rs[i]) || s.rs[i] > '6' || s.rs[i] == '0' {
		return
	}
	sep := s.rune(i + 1)
	k := i + 2
	if strings.ContainsRune("ABCEH", sep) && !word(s.rune(i-1)) && !word(s.rune(k)) && s.one(k, "の", "です", "だ", "に", "で", "なん", "全員", "担任", "女子", "男子", "、", "。") > 0 && s.one(k+1, "鉛", "えん", "芯", "しん") == 0 {
		s.add(i, k, TypeClass, 0.6) // 3A
		return
	}
	if sep == '年' {
		if c := s.rune(k); letter(c) && !letter(s.rune(k+1)) {
			s.add(i, k+1, TypeClass, 0.7)
		}
		return
	}
	if sep != 'の' && sep != '-' && sep != 'ノ' {
		return
	}
	end := k
	for end < len(s.rs) && (digit(s.rs[end])) {
		end++
	}
	if end == k && s.rune(k) >= 'A' && s.rune(k) <= 'H' {
		end++
	}
	if end == k || end > k+2 || letter(s.rune(end)) || s.rune(end) == '-' || s.rune(i-1) == '-' || letter(s.rune(i-1)) {
		return
	}
	if s.one(end, "月", "日", "時", "分", "番", "丁", "乗", "倍", "割", "回", "本", "人", "つ", "点", "位", "対", "勝", "敗", "条", "円", "個", "枚", "年", "秒", "歳", "才", "週", "か", "ヶ", "%", "で負", "で勝", "でまけ", "でかっ", "だった", ".") > 0 {
		return
	}
	score := 0.7
	if sep == '-' && !(s.rune(i-1) == '(' && s.rune(end) == ')') && s.one(end, "の", "です", "だ", "に", "、", "組", "在", "で", " ", "担", "全員", "女子", "男子", "生徒") == 0 && end != len(s.rs) && !letter(s.rs[end-1]) && !(strings.ContainsRune("小中高", s.rune(i-1)) || s.rune(end) == '。' && s.before(i, 8, "中の", "高の", "小の", "校の", "クラス")) {
		return
	}
	if sep == '-' && s.before(i, 8, "試合", "スコア", "サッカー", "野球", "結果") {
		return
	}
	s.add(i, end, TypeClass, score)
}
