package anonymize

import (
	"slices"
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
		for start > 0 && (numeral(s.rs[start-1]) || letter(s.rs[start-1])) && j-start < 3 {
			start--
		}
		if s.rs[start] == '一' && start == j-1 && !strings.ContainsRune("年の生", s.rune(s.spaceBack(start)-1)) && s.one(i+1, "の担任", "の先生", "の子", "のみんな", "の女子", "の男子", "の生徒", "の教室") == 0 {
			return // 一組
		}
	default:
		start = s.groupBack(j, i+1)
	}
	if start == j {
		return
	}
	alone := start
	start = s.gradeBack(s.course(s.gradeBack(start)))
	if start == alone && s.one(i+1, pairs...) > 0 {
		return // 二組の布団
	}
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
	if start == alone {
		end = s.yearBehind(end)
		start = s.groupBack(start, len(s.rs)) // うさぎ2組
	}
	s.add(start, end, TypeClass, 0.9)
}

// pairs are what 組 counts.
var pairs = []string{"の布団", "のふとん", "のペア", "のカップル", "の夫婦", "の親子", "のコンビ", "の家族", "の双子", "のトランプ", "の手袋", "ずつ", "だけの"}

// course returns where the course begins whose class begins at i, 普通科1年C組, or i.
func (s *scan) course(i int) int {
	start := s.back(i, "コース")
	named := start < i || s.rune(i-1) == '科'
	for named && start > 0 && i-start < 7 && s.class(start-1) == japanese.Kanji && !strings.ContainsRune("校高中小年生", s.rs[start-1]) {
		start--
	}
	if i-start < 3 {
		return i
	}
	return start
}

// eraBack reports whether the number at i is a year of an era: 令和|6年.
func (s *scan) eraBack(i int) bool { return s.before(i, 2, "令和", "平成", "昭和") }

// exercises are words in front of the number of an exercise, a chapter or a page.
var exercises = []string{"問", "問題", "例題", "章", "節", "頁", "ページ", "問題集", "ドリル", "ワーク", "プリント", "教科書", "テキスト", "課題", "演習", "単元"}

// exercise reports whether the number at i is that of an exercise: 大問|4の1, ドリルの|4の2.
func (s *scan) exercise(i int) bool {
	k := s.spaceBack(i)
	k -= s.one(k-1, "の")
	if s.one(s.digits(i), "年", "ねん", "組", "くみ") > 0 {
		return false
	}
	return slices.ContainsFunc(exercises, func(w string) bool { return s.back(k, w) < k })
}

// careGroup judges the name of a small class: ひまわり学級.
func (s *scan) careGroup(i int) {
	if start := s.groupBack(i, i+2); i-start >= 2 && s.class(i-1) != japanese.Kanji {
		s.add(s.gradeBack(start), i+2, TypeClass, 0.8)
	}
}

// kanaClass judges 四ねん一くみ: a number, and in front of it perhaps the year.
func (s *scan) kanaClass(i int) {
	number := i - 1
	if digit(s.rs[number]) && digit(s.rune(number-1)) {
		number--
	}
	if start := s.gradeBack(number); start < number || digit(s.rs[number]) { // a letter is a class behind its year only
		end := i + 2
		if start == number {
			end = s.yearBehind(end)
		}
		s.add(start, end, TypeClass, 0.9)
	}
}

// spokenClass judges ろくねんいちくみ: the year and the number as they are said.
func (s *scan) spokenClass(i int) {
	end := s.spaceBack(i)
	number := s.countedBack(end)
	if start := s.gradeBack(number); number < end && start < number {
		s.add(start, i+2, TypeClass, 0.8)
	} else if number < end && !s.is(number, "し") && s.clauseStart(number) && (i+2 == len(s.rs) || s.one(i+2, "の", "です", "だ", "に") > 0) {
		s.add(number, i+2, TypeClass, 0.7) // さんくみの
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
	if s.class(i) == japanese.Kanji && s.class(i-1) != japanese.Kanji && s.rune(i+1) == 'の' && i+2 < len(s.rs) && (numeral(s.rs[i+2]) || daiji(s.rs[i+2]) > 0) &&
		!numeral(s.rune(i-1)) && !numeral(s.rune(i+3)) && (i+3 == len(s.rs) || s.one(i+3, "、", "。", " ", "です", "だ", "にい", "で", "担", "男子", "女子", "全員", "って") > 0 || s.rune(i+3) == 'の' && !numeral(s.rune(i+4))) {
		s.add(i, i+3, TypeClass, 0.7) // 三の二
		return
	}
	if !digit(s.rs[i]) || s.rs[i] > '6' || s.rs[i] == '0' {
		return
	}
	sep := s.rune(i + 1)
	if sep == 'ー' {
		sep = '-' // 3ー2
	}
	k := i + 2
	if strings.ContainsRune("ABCEH", sep) && !word(s.rune(i-1)) && !word(s.rune(k)) && s.one(k, "の", "です", "だ", "に", "で", "なん", "全員", "担任", "女子", "男子", "、", "。") > 0 && s.one(k+1, "鉛", "えん", "芯", "しん") == 0 {
		s.add(i, k, TypeClass, 0.6) // 3A
		return
	}
	if sep == '年' {
		if c := s.rune(k); letter(c) && !word(s.rune(k+1)) && !s.eraBack(i) && s.rune(k+1) != '月' {
			s.add(i, k+1, TypeClass, 0.7)
		}
		return
	}
	if (sep == '・' || sep == '/') && digit(s.rune(k)) && !digit(s.rune(i-1)) && s.rune(i-1) != sep && s.one(k+1, "組", "の教室", "の担任", "の先生") > 0 {
		s.add(s.stageBack(i), k+1, TypeClass, 0.7)
		return
	}
	if sep != 'の' && sep != '-' && sep != 'ノ' {
		return
	}
	if strings.ContainsRune("いろはにほ", s.rune(k)) && sep == '-' && k < len(s.rs) && !word(s.rune(i-1)) && s.rune(i-1) != '-' && (k+1 == len(s.rs) || s.one(k+1, "の", "で", "に", "、", "。", " ", "組", "だ", "です") > 0) {
		s.add(s.stageBack(i), k+1, TypeClass, 0.7) // 4-ろ
		return
	}
	end := k
	for end < len(s.rs) && (digit(s.rs[end])) {
		end++
	}
	if r := s.rune(k) &^ 0x20; end == k && r >= 'A' && r <= 'H' {
		end++
	}
	if end == k || end > k+2 || letter(s.rune(end)) || s.rune(end) == '-' || s.rune(i-1) == '-' || letter(s.rune(i-1)) {
		return
	}
	if s.one(end, "月", "日", "時", "分", "番", "丁", "乗", "倍", "割", "回", "本", "人", "つ", "点", "位", "対", "勝", "敗", "条", "円", "個", "枚", "年", "秒", "歳", "才", "週", "か", "ヶ", "%", "で負", "で勝", "でまけ", "でかっ", "に負", "に勝", "に敗", "だった", "のページ", "ページ", "の問題", "の答え", "の式", "くらい", "ぐらい", "学期", "で割", "で逆", "で引", "で同点", ".") > 0 || s.rune(end) == '、' && sep == 'の' && digit(s.rune(end+1)) && s.one(s.digits(end+1), "番", "ばん") == 0 {
		return
	}
	score := 0.7
	if sep == '-' && !(s.rune(i-1) == '(' && s.rune(end) == ')') && s.one(end, "の", "です", "だ", "に", "、", "組", "在", "で", " ", "担", "全員", "女子", "男子", "生徒", "保護者", "副担", "学級", "クラス", "なん", "って言", "やけど", "やねん", "だけど", "\n", "学籍", "出席", "氏名", "名前", "番号") == 0 && !(i > 0 && s.taken != nil && s.taken[i-1]) && end != len(s.rs) && !letter(s.rs[end-1]) && !(s.clauseStart(i) && s.a.names.is(s.text(end, min(end+2, len(s.rs))), family)) && !(strings.ContainsRune("小中高", s.rune(i-1)) || s.rune(end) == '。' && s.before(i, 8, "中の", "高の", "小の", "校の", "クラス")) {
		return
	}
	if sep == '-' && (s.before(i, 8, "試合", "スコア", "サッカー", "野球", "結果") && !s.before(i, 4, "部") || s.before(i, 6, "ステージ", "レベル", "ゲーム", "マリオ", "ワールド", "球場", "大会", "決勝", "セット", "ドリル", "プリント", "ページ")) {
		return
	}
	s.add(s.stageBack(i), end, TypeClass, score)
}
