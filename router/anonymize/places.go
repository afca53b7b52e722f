package anonymize

import (
	"strings"

	"madoguchi/triage/japanese"
)

// places finds schools, classes, addresses and named places.
func (s *scan) places() {
	s.tokenize()
	s.gazetteer()
	for i, r := range s.rs {
		s.houseFirst(i)
		s.initials(i)
		switch {
		case r == '組':
			s.group(i)
		case r == '学' && s.rune(i+1) == '級':
			s.careGroup(i)
		case r == 'く' && s.rune(i+1) == 'み' && numeral(s.rune(i-1)):
			s.kanaClass(i)
		case r == 'く' && s.rune(i+1) == 'み':
			s.spokenClass(i)
		case numeral(r) && !numeral(s.rune(i-1)):
			s.address(i)
			s.classNumber(i)
			s.room(i)
		case r == '上' || r == '下' || r == '入':
			s.kyoto(i)
		}
		for _, suffix := range s.a.words.suffixes[r] {
			if s.is(i, suffix.text) {
				s.named(i, suffix)
			}
		}
	}
}

// group judges a class's name that ends with 組 at i.
func (s *scan) group(i int) {
	if s.one(i+1, "織", "み", "合", "長", "体") > 0 && !s.is(i+1, "長") {
		return
	}
	j := s.spaceBack(i)
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
	if start < i-1 || digit(s.rs[start]) {
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
	if sep == '-' && !(s.rune(i-1) == '(' && s.rune(end) == ')') && s.one(end, "の", "です", "だ", "に", "、", "組", "在", "で", " ", "担") == 0 && end != len(s.rs) && !letter(s.rs[end-1]) {
		return
	}
	if sep == '-' && s.before(i, 8, "試合", "スコア", "サッカー", "野球", "結果") {
		return
	}
	s.add(i, end, TypeClass, score)
}

// homes are words that say where somebody lives.
var homes = []string{"住所", "自宅", "うちは", "家は", "住まい", "じゅうしょ"}

// maxAddress is how many runes the numbers of an address may take.
const maxAddress = 24

// address judges what may be the numbers of an address that begins at i, and takes the quarter in front and the house
// behind. Prefecture and city stay in the text.
func (s *scan) address(i int) {
	j, strong, last := i, false, i
	for j < len(s.rs) && j < i+maxAddress {
		k := j
		for k < len(s.rs) && numeral(s.rs[k]) {
			k++
		}
		if k == j {
			break
		}
		last = k
		j = k
		if u := s.one(k, "丁目の", "丁目", "ちょうめの", "ちょうめ", "番地の", "番地", "ばんち", "番町", "番の", "番", "条通", "条", "号線", "号室", "号棟", "号", "線"); u > 0 {
			unit := string(s.rs[k : k+u])
			strong = strong || strings.HasPrefix(unit, "丁目") || strings.HasPrefix(unit, "ちょうめ") || unit == "ばんち" || strings.HasPrefix(unit, "番地") || unit == "号室" ||
				strings.HasPrefix(unit, "番") && numeral(s.rune(k+u)) || unit == "条" && s.one(k+u, "西", "東", "南", "北") > 0 && numeral(s.rune(k+u+1)) ||
				unit == "条" && numeral(s.rune(k+u))
			last, j = k+u, k+u
		} else if s.rune(k) == '-' || s.rune(k) == 'の' && digit(s.rune(k+1)) {
			j++
			if digit(s.rune(j)) && s.one(i-1, "町", "台", "丘", "通", "区", "村", "条", "野") > 0 {
				strong = true
			}
		}
		j = s.skip(j, " 西東南北", 2)
	}
	if end := s.triple(i); end > i && (s.class(i-1) == japanese.Kanji && s.quarter(i-1) && s.quarter(i-2) && !s.before(i, 6, "番号", "電話", "携帯", "平成", "令和", "昭和", "結果", "試合", "背番") || s.kanaQuarter(i) < i) {
		strong, last = true, max(last, end)
	}
	if !strong && !(strings.ContainsRune(string(s.rs[i:last]), '-') && s.class(i-1) == japanese.Kanji && (s.before(i, 14, homes...) || s.before(i, 8, "字") || s.is(last, "に住"))) {
		return
	}
	start := s.spaceBack(i)
	for start > 0 && s.quarter(start-1) {
		start--
	}
	start = min(start, s.kanaQuarter(start))
	if c := s.class(start - 1); c == japanese.Hiragana { // さくら台
		if k := s.kanaWord(start); k < start && start < i && strings.ContainsRune("台丘野町ヶ園通", s.rs[start]) {
			start = k
		}
	}
	start += s.one(start, "自宅住所", "現住所", "住所", "自宅", "所在地")
	for start < i && s.rs[start] == ' ' {
		start++
	}
	s.add(start, s.house(last), TypeAddress, 0.9)
}

// quarter reports whether rune i may be part of a quarter's name.
func (s *scan) quarter(i int) bool {
	r := s.rs[i]
	if strings.ContainsRune("市県都府郡", r) && s.class(i+1) != japanese.Space || r == '道' && s.rune(i-1) == '海' {
		return false
	}
	if r == 'が' || r == 'の' { // 南が丘
		return s.class(i-1) == japanese.Kanji && strings.ContainsRune("丘台原浜森里杜岡出宮坂葉", s.rune(i+1))
	}
	c := s.class(i)
	return c == japanese.Kanji || c == japanese.Katakana
}

// house returns the end of a building's name and room that follow at i.
func (s *scan) house(i int) int {
	j := s.skip(i, " 、の", 1)
	k := j
	for k < len(s.rs) && k < j+16 {
		c := s.class(k)
		if c != japanese.Kanji && c != japanese.Katakana && c != japanese.Latin {
			break
		}
		k++
	}
	if k == j {
		return i
	}
	name := string(s.rs[j:k])
	end := k
	for digit(s.rune(end)) {
		end++
	}
	if end > k {
		end += s.one(end, "号室", "号棟", "号館", "号")
		for digit(s.rune(end)) {
			end++
		}
	}
	if s.rune(j-1) == 'の' && !houseName(name) {
		return i
	}
	if houseName(name) {
		return end
	}
	if end-k >= 3 {
		return end
	}
	return i
}

// suffix is a word that ends the name of a school or a place.
type suffix struct {
	text string
	t    Type
	out  bool // the word itself stays in the text: what is high or deep must be seen
}

// named judges a name that ends with the suffix at i.
func (s *scan) named(i int, x suffix) {
	end := i + len([]rune(x.text))
	if s.class(i) == japanese.Hiragana {
		s.kanaPlace(i, x)
		return
	}
	if x.t == TypeSchool && len([]rune(x.text)) == 1 {
		s.shortSchool(i, end)
		return
	}
	if s.class(end) == japanese.Kanji && s.one(end, "前", "裏", "横", "内", "側", "近", "行", "方", "生", "名", "在", "一", "二", "三", "児", "卒", "校", "時", "時代", "入", "側", "付") == 0 && len([]rune(x.text)) == 1 {
		return
	}
	start := s.nameBack(i)
	if start == i && len([]rune(x.text)) > 1 {
		start = s.kanaRun(i)
	}
	if start == i {
		return
	}
	name := string(s.rs[start:i])
	if s.a.words.generic(name) || len([]rune(name)) == 1 && x.t == TypePlace && s.class(start) == japanese.Kanji && !s.nameToken(start) {
		return
	}
	if x.out {
		if s.a.names.is(name+x.text, family|given) || s.a.words.city(name+x.text) {
			return // 片山, 高橋, 旭川
		}
		end = i
	}
	score := 0.8
	if s.class(start) == japanese.Hiragana {
		score = 0.6
	}
	s.add(start, end, x.t, score)
}

// kanaRun returns where the hiragana before i begin, where they begin a clause and hold no particle: みどりがおか小学校.
func (s *scan) kanaRun(i int) int {
	b := i
	for b > 0 && s.class(b-1) == japanese.Hiragana && i-b < 9 {
		if strings.ContainsRune("のはをにもへ", s.rs[b-1]) && i-b < 7 && (i-b < 2 || b < 2) {
			return i
		}
		b--
	}
	first := s.token(b)
	if i-b < 3 || i-b > 8 || b > 0 && s.class(b-1) == japanese.Kanji || first == nil || first.Part == japanese.Verb || first.Part == japanese.Pronoun ||
		first.Part == japanese.Adjective || first.Part == japanese.Adverb || first.Part == japanese.Particle || s.a.words.generic(string(s.rs[b:i])) {
		return i
	}
	return b
}

// shortSchool judges 若草中, 緑風高: a proper name in front, and not 授業中.
func (s *scan) shortSchool(i, end int) {
	if s.one(end, "の", "に", "で", "、", "。", " ", "です", "へ", "から", "と", "出身", "在", "一年", "二年", "三年", "や", "じゃ", "だ", "って", "ん", "も", "が", "は", "を", "ば", "さ", "受", "落", "卒", "入", "行", "通", "時代") == 0 && !digit(s.rune(end)) && end != len(s.rs) {
		return
	}
	start := s.nameBack(i)
	if i-start == 1 && strings.ContainsRune("東西南北", s.rs[start]) && s.class(start-1) != japanese.Kanji && s.one(end, "の", "です", "に", "で", "出身") > 0 {
		s.add(start, end, TypeSchool, 0.6) // 西高
		return
	}
	if i-start == 1 && strings.ContainsRune("一二三四五六七八九", s.rs[start]) && s.class(start-1) != japanese.Kanji && s.one(end, "の", "です", "に", "で", "へ", "から", "と", "出身") > 0 {
		s.add(start, end, TypeSchool, 0.6) // 六中
		return
	}
	if i-start < 2 {
		return
	}
	name := string(s.rs[start:i])
	if name == "附属" || name == "付属" {
		s.add(start, end, TypeSchool, 0.6)
		return
	}
	proper := s.a.names.is(name, family) || s.proper(start, i) || s.rune(end) == 'の' && i-start == 2 && s.clauseStart(start) && s.token(start).Part != japanese.NounAction && s.token(start).Part != japanese.NounAdverb
	if !proper || s.a.words.generic(name) {
		return
	}
	s.add(start, end, TypeSchool, 0.6)
}

// proper reports whether the dictionary takes the words from start to end for a proper name.
func (s *scan) proper(start, end int) bool {
	t := s.token(start)
	if t == nil || t.Start != start {
		return false
	}
	p := t.Part
	return (p.Name() || p == japanese.Region || p == japanese.ProperNoun || p == japanese.Organization) && t.End <= end+1
}

func (s *scan) nameToken(i int) bool {
	t := s.token(i)
	return t != nil && (t.Part.Name() || t.Part == japanese.Region || t.Part == japanese.ProperNoun)
}

func (s *scan) tokenize() {
	if s.tokens != nil {
		return
	}
	s.tokens = s.a.tokens.Tokens(s.rs)
	s.at = make([]int32, len(s.rs))
	for n, t := range s.tokens {
		for i := t.Start; i < t.End; i++ {
			s.at[i] = int32(n)
		}
	}
}

func (s *scan) token(i int) *japanese.Token {
	if i < 0 || i >= len(s.at) || len(s.tokens) == 0 {
		return nil
	}
	return &s.tokens[s.at[i]]
}
