package anonymize

import (
	"slices"
	"strings"

	"madoguchi/triage/japanese"
)

// homes are words that say where somebody lives.
var homes = []string{"住所", "自宅", "うちは", "家は", "住まい", "じゅうしょ"}

// maxAddress is how many runes the numbers of an address may take.
const maxAddress = 24

// address judges what may be the numbers of an address that begins at i, and takes the quarter in front and the house
// behind. Prefecture and city stay in the text.
func (s *scan) address(i int) {
	if s.rs[i] == '0' {
		return // 直通052-…
	}
	j, strong, last := i, false, i
	for j < len(s.rs) && j < i+maxAddress {
		k := j
		for k < len(s.rs) && numeral(s.rs[k]) {
			k++
		}
		if k == j || s.rune(j-1) == 'の' && j > i && (s.one(k, floors...) > 0 || digit(s.rs[i]) && !digit(s.rs[j])) {
			break // 2-14-7|の2階, 118番地|の一軒家, 1-6|の五十畑
		}
		last = k
		j = k
		if u := s.one(k, "丁目の", "丁目", "ちょうめの", "ちょうめ", "番地の", "の番地", "のばんち", "番地", "ばんち", "番町", "番の", "番", "条通", "条", "じょうの", "じょう", "号線", "号室", "号棟", "号", "線", "ばんの", "ばん", "ごうしつ", "ごう"); u > 0 {
			unit := s.text(k, k+u)
			strong = strong || strings.HasPrefix(unit, "丁目") || strings.HasPrefix(unit, "ちょうめ") || unit == "ばんち" || strings.HasSuffix(unit, "番地") || unit == "番地の" || unit == "のばんち" || unit == "号室" ||
				strings.HasPrefix(unit, "番") && numeral(s.rune(k+u)) || unit == "条" && s.one(k+u, "西", "東", "南", "北") > 0 && numeral(s.rune(k+u+1)) ||
				unit == "条" && numeral(s.rune(k+u))
			last, j = k+u, k+u
			if s.rune(j) == '-' && digit(s.rune(j+1)) {
				j++ // 1丁目-9
			}
		} else if s.rune(k) == '-' || s.rune(k) == 'の' && digit(s.rune(k+1)) || s.rune(k) == 'ノ' && numeral(s.rune(k+1)) {
			j++
			if digit(s.rune(j)) && s.one(i-1, "町", "台", "丘", "通", "区", "村", "条", "野") > 0 {
				strong = true
			}
		}
		j = s.skip(j, " 西東南北右左", 2)
	}
	if end := s.triple(i); end > i && (s.class(i-1) == japanese.Kanji && s.quarter(i-1) && (s.clauseStart(i-1) || i > 1 && s.quarter(i-2)) && !s.before(i, 6, "番号", "電話", "携帯", "平成", "令和", "昭和", "結果", "試合", "背番") || s.kanaQuarter(i) < i) {
		strong, last = true, max(last, end)
	}
	strong = strong || strings.ContainsRune(s.text(i, last), '-') && s.inTown(i)
	if !strong && !(strings.ContainsAny(s.text(i, last), "-の") && (s.class(i-1) == japanese.Kanji || s.back(i, "通り") < i) && (s.before(i, 14, homes...) || s.is(last, "に住"))) && !s.hamlet(i) {
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
	start = s.behindLabel(start, i)
	if s.rs[last-1] == 'の' {
		last--
	}
	for start < i && s.rs[start] == ' ' {
		start++
	}
	s.add(start, s.house(s.wing(last)), TypeAddress, 0.9)
}

// floors are what is counted behind an address, and is no part of it.
var floors = []string{"階", "軒", "人", "つ", "匹", "台", "戸", "部屋", "件", "本", "枚", "回", "歳", "才", "年", "月", "時", "分", "円"}

// inTown reports whether the kanji in front of i are a quarter's name, with the city it is in before them: 日向市塩見原|7-3.
func (s *scan) inTown(i int) bool {
	k := s.spaceBack(i)
	end := k
	for k > 0 && s.quarter(k-1) && !strings.ContainsRune("市区郡", s.rs[k-1]) {
		k--
	}
	return end-k >= 2 && s.class(k) == japanese.Kanji && strings.ContainsRune("市区郡", s.rune(k-1)) && s.class(k-2) == japanese.Kanji
}

// hamlet reports whether the kanji in front of i name a place by its 字: 岩木沢字野脇, and not 赤字.
func (s *scan) hamlet(i int) bool {
	for k := i - 1; s.class(k) == japanese.Kanji || s.rune(k) == 'の' && k < i-1 && s.class(k-1) == japanese.Kanji; k-- {
		if s.rs[k] == '字' {
			return k < i-1 && s.class(k-1) == japanese.Kanji && !strings.ContainsRune("漢赤黒文数名習活点苗十", s.rs[k-1]) ||
				k < i-2 && s.class(k-1) != japanese.Kanji && s.class(k-1) != japanese.Hiragana // 字中畑1187の3
		}
	}
	return false
}

// quarter reports whether rune i may be part of a quarter's name.
func (s *scan) quarter(i int) bool {
	r := s.rs[i]
	if strings.ContainsRune("市県都府郡", r) && s.class(i+1) != japanese.Space || r == '道' && s.rune(i-1) == '海' {
		return false
	}
	if r == 'が' || r == 'の' { // 南が丘
		return s.class(i-1) == japanese.Kanji && strings.ContainsRune("丘台原浜森里杜岡出宮坂葉前沢内木島谷山野瀬本元越寺橋井池窪脇平津戸崎尾根関", s.rune(i+1)) && !strings.ContainsRune("家駅店校塾私僕俺隣", s.rs[i-1])
	}
	c := s.class(i)
	return c == japanese.Kanji || c == japanese.Katakana || r == 'り' && s.rune(i-1) == '通' && numeral(s.rune(i+1)) // 本郷通り9丁目
}

// house returns the end of a building's name and room that follow at i.
func (s *scan) house(i int) int {
	j := s.skip(i, " 、の", 1)
	if s.rune(j) == '第' && digit(s.rune(j+1)) { // 第3寮12号
		j = s.digits(j + 1)
	}
	k := j
	for k < len(s.rs) && k < j+16 {
		c := s.class(k)
		if c != japanese.Kanji && c != japanese.Katakana && c != japanese.Latin && !(c == japanese.Hiragana && s.kanaHouse(k)) {
			break
		}
		k++
	}
	if k == j {
		return i
	}
	name := s.text(j, k)
	if strings.Contains(name, "電話") || strings.Contains(name, "携帯") || strings.Contains(name, "連絡") {
		return i
	}
	end := s.rooms(k)
	if s.rune(j-1) == 'の' && !houseName(name) {
		return i
	}
	if houseName(name) || end-k >= 3 || k-j >= 3 && s.class(j) == japanese.Katakana && strings.ContainsRune("館舎邸坊", s.rs[k-1]) {
		return end
	}
	return i
}

// kanaHouse reports whether the hiragana around k are the name of a house, as far as its 荘: あけぼの荘.
func (s *scan) kanaHouse(k int) bool {
	for n := 0; n < 8 && s.class(k) == japanese.Hiragana; n++ {
		k++
	}
	return s.one(k, "荘", "団地", "ハイツ", "コーポ", "マンション", "アパート", "住宅") > 0
}

// rooms returns the end of the numbers of block, floor and room that follow at i: 3-204, B-103, 7号棟405, 2階.
func (s *scan) rooms(i int) int {
	end := i
	for n := 0; n < 3; n++ {
		k := end
		if n > 0 && s.rune(k) == '-' || n == 0 && s.rune(k) == '-' && s.class(k-1) == japanese.Latin {
			k++
		}
		first := k
		for digit(s.rune(k)) {
			k++
		}
		if k == first {
			break
		}
		end = k + s.one(k, "号室", "号棟", "号館", "号", "棟", "階")
	}
	return end
}

// block judges a room by its block, where nothing else of the address is said: 7号棟の405.
func (s *scan) block(i int) {
	k := i
	for digit(s.rune(k)) {
		k++
	}
	u := s.one(k, "号棟", "号館", "棟", "とう")
	if s.is(k, "階") && s.before(i, 8, "うち", "家", "部屋", "アパート", "マンション", "団地", "住") {
		u = 1
	}
	if k == i || k > i+2 || u == 0 {
		return
	}
	k = s.skip(k+u, " の", 1)
	end := k
	for digit(s.rune(end)) {
		end++
	}
	if n := end - k; n < 3 || n > 4 {
		return
	}
	for _, w := range []string{"社宅", "官舎", "宿舎", "寮", "教員住宅", "職員住宅"} {
		i = s.back(i, w)
	}
	s.add(i, end+s.one(end, "号室", "ごうしつ", "号"), TypeAddress, 0.7)
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
			if s.rune(j) != '-' && s.rune(j) != 'の' && s.rune(j) != 'ノ' {
				return i
			}
			j++
		}
	}
	if s.rune(j) == '-' && s.wing(j) == j || s.rune(j) == 'の' && numeral(s.rune(j+1)) && s.one(j+2, "階", "つ", "人") == 0 || numeral(s.rune(j-1)) && s.one(j, "つ", "人") > 0 {
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
	streets := s.text(start, i)
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
	first := s.digits(i)
	end := first
	if s.rune(end) == '-' && digit(s.rune(end+1)) { // 3-407
		end = s.digits(end + 1)
	}
	at := i
	if s.rune(at-1) == '-' && letter(s.rune(at-2)) { // C-1102
		at -= 2
	}
	at = s.spaceBack(at)
	if s.rune(at-1) == 'の' {
		at--
	}
	known := slices.ContainsFunc([]string{"住宅", "団地", "荘", "ハイツ", "コーポ", "マンション", "アパート"}, func(h string) bool {
		k := s.back(at, h)
		return k < at && native(s.class(k-1))
	}) && s.class(at-1) != japanese.Hiragana
	start := at
	for known && start > 0 && at-start < 12 && native(s.class(start-1)) && s.token(start-1) != nil && s.token(start-1).Part != japanese.Particle {
		start--
	}
	if !known || at-start < 4 && s.rune(at-1) != '荘' || at-start < 3 {
		known, start = false, i
	}
	for _, o := range s.out {
		known = known || o.t == TypePlace && o.end == at && houseName(s.text(o.start, o.end))
	}
	if n := end - i; s.rs[i] == '0' || end == first && (n < 3 && s.rune(at-1) != '荘' || n > 4) || end > first && (!known || n > 8) {
		return
	}
	unit := s.one(end, "号室", "号")
	if known || unit > 0 && (s.class(i-1) == japanese.Space || s.class(i-1) == japanese.Punct) {
		if unit == 0 && s.one(end, "円", "人", "分", "時", "歳", "才", "さい", "月", "日", "階", "世帯", "件", "kg", "cm", "年", "m", "メ", "個", "回", "点", "番目", "%") > 0 {
			return
		}
		s.add(start, end+unit, TypeAddress, 0.7)
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
	first := s.text(i, k)
	if kana := s.kanaShop(k, false); end == k && kana > k && slices.Contains([]string{"コーポ", "ハイツ", "メゾン", "レジデンス"}, first) {
		s.add(i, kana, TypePlace, 0.7) // コーポすみれの一階
		return
	}
	if end == k || end > k+3 || s.a.words.generic(s.text(k, end)) || s.a.words.stop[s.text(k, end)] {
		return
	}
	for _, h := range []string{"コーポ", "ハイツ", "メゾン", "パークサイド", "レジデンス", "カーサ", "パレス", "グランド", "シャトー", "ヴィラ", "ライオンズ"} {
		if strings.HasSuffix(first, h) {
			s.add(i, end, TypePlace, 0.7)
			return
		}
	}
}

// houses are words in the names of the buildings in which people live.
var houses = []string{"ニュータウン", "リバーサイド", "パークサイド", "ガーデン", "ヴィラ", "シャトー", "ドミール", "社宅", "官舎", "宿舎", "カーサ", "テラス", "マンション", "ハイツ", "コーポ", "アパート", "荘", "メゾン", "レジデンス", "団地", "パレス", "ハイム", "ビル", "コート", "タワー", "ヒルズ", "ハウス", "号棟", "県営", "市営", "町営", "都営", "住宅", "寮"}

func houseName(name string) bool {
	for _, h := range houses {
		if strings.Contains(name, h) {
			return true
		}
	}
	return false
}
