package anonymize

import (
	"strings"

	"madoguchi/triage/japanese"
)

// Numbers that somebody saw or was given, and that have no label right in front of them: the end of a plate, a document's number,
// the seat in class, a telephone number in pieces, a room.

// loose finds them.
func (s *scan) loose() {
	for i, r := range s.rs {
		switch {
		case s.class(i) == japanese.Hiragana:
			s.plateEnd(i)
		case r == '第':
			s.document(i)
		case digit(r) && !digit(s.rune(i-1)):
			s.seat(i)
			s.roomOf(i)
		}
		if n := s.one(i, "内線"); n > 0 {
			j := s.skip(i+n, "はの番号:： ", 3)
			s.add(j, s.digits(j), TypePhone, 0.8)
		}
		if n := s.one(i, "下4けた", "下4桁", "下四けた", "下四桁", "しも4けた", "市外局番なし"); n > 0 {
			j := s.skip(i+n, "はがで番号:： ", 3)
			if end := s.pairEnd(j); end-j >= 4 && end-j <= 9 {
				s.add(j, end, TypePhone, 0.8)
			}
		}
		if n := s.one(i, "番地は", "ばんちは"); n > 0 {
			if end := s.pairEnd(i + n); end > i+n {
				s.add(i, end, TypeAddress, 0.8)
			}
		}
		if n := s.one(i, "記号"); n > 0 {
			s.insured(i, i+n)
		}
		s.pieces(i)
		s.houseRoom(i)
		s.labelledClass(i)
		s.girlsSchool(i)
	}
}

// insured judges the two numbers of who is insured, of which the first stands at i behind its label at start: 記号31 番号70456.
func (s *scan) insured(start, i int) {
	i = s.skip(i, " :はが", 2)
	j := s.digits(i)
	k := s.skip(j, " 、・の", 2)
	if n := s.one(k, "番号"); j > i && n > 0 {
		k = s.skip(k+n, " :はが", 2)
		if end := s.digits(k); end > k+1 {
			s.add(start, end, TypeIDNumber, 0.9)
		}
	}
}

// pairEnd returns the end of one number or two with a dash or の between that begin at i; or i.
func (s *scan) pairEnd(i int) int {
	end := s.digits(i)
	if r := s.rune(end); end > i && (r == '-' || r == 'の') && digit(s.rune(end+1)) {
		return s.digits(end + 1)
	}
	return end
}

// houseRoom judges a building whose name begins at i with what it is, and its room: メゾンあおい 105, アパートニューリバー203.
func (s *scan) houseRoom(i int) {
	if s.class(i) != japanese.Katakana || s.class(i-1) == japanese.Katakana {
		return
	}
	n := s.one(i, "レオパレス21", "コーポ", "ハイツ", "メゾン", "パークサイド", "レジデンス", "カーサ", "パレス", "グランド", "シャトー", "ヴィラ", "ライオンズ", "アパート", "マンション", "サン", "ドミール", "フラット", "グリーン", "ニュー", "エステート", "シティ")
	k := i + n
	for k < i+14 && (native(s.class(k)) || s.rune(k) == '・') && (s.class(k) == japanese.Katakana || s.class(k) == japanese.Kanji || s.rs[k] == 'の' && native(s.class(k+1)) || s.token(k) != nil && s.token(k).Part != japanese.Particle) {
		k++
	}
	at := s.skip(k, " ", 1)
	if letter(s.rune(at)) {
		at = s.skip(at+1, "-", 1)
	}
	end := s.digits(at)
	if l := end - at; n == 0 || k < i+n+2 || l < 3 || l > 4 || s.rs[at] == '0' || s.one(end, "円", "人", "m", "メ", "個", "回", "点", "年", "kg", "キロ", "cm", "件", "本", "枚") > 0 {
		return
	}
	s.add(i, end+s.one(end, "号室", "号"), TypeAddress, 0.8)
}

// labelledClass judges what a form says the class is: 組 B /.
func (s *scan) labelledClass(i int) {
	n := s.one(i, "組", "クラス")
	j := s.skip(i+n, " :：", 2)
	if n == 0 || j == i+n || numeral(s.rune(i-1)) || letter(s.rune(i-1)) || native(s.class(i-1)) {
		return
	}
	end := s.digits(j)
	if end == j && upper(s.rune(j)) {
		end++
	}
	if c := s.class(end); end > j && end <= j+2 && (c == japanese.Space || c == japanese.Punct) && s.rune(end) != '-' {
		s.add(j, end, TypeClass, 0.8)
	}
}

// girlsSchool judges the short name of a school for girls that stands before the 女子 at i: 聖花女子を受ける.
func (s *scan) girlsSchool(i int) {
	if !s.is(i, "女子") || s.class(i+2) == japanese.Kanji && s.one(i+2, "受", "落", "高", "中", "学院", "志望", "合格") == 0 ||
		s.one(i+2, "受", "を受", "に受か", "に落", "に入", "に行", "に通", "高", "中", "学院", "の", "1年", "2年", "3年", "一年", "二年", "三年", "志望", "が第一", "合格", "に合格") == 0 {
		return
	}
	start := i
	for start > 0 && i-start < 3 && s.class(start-1) == japanese.Kanji {
		start--
	}
	if start == i {
		for start > 0 && i-start < maxKanaPlace && s.class(start-1) == japanese.Katakana {
			start--
		}
		start = s.back(start, "聖") // 聖マルタ
	}
	if s.class(start-1) == japanese.Kanji || i-start < 2 || s.a.words.generic(s.text(start, i)) || s.a.words.stop[s.text(start, i)] || s.commonWord(start, i) {
		return
	}
	s.add(start, i+2, TypeSchool, 0.6)
}

// digits returns the end of the digits that begin at i.
func (s *scan) digits(i int) int {
	for digit(s.rune(i)) {
		i++
	}
	return i
}

// plateKana are the kana of number plates.
const plateKana = "さすせそたちつてとなにぬねのはひふほまみむめもやゆよらりるろあいうえかきくけこをれわ"

// plateEnd judges the end of a number plate, which is what people remember: な 04-17, behind a word of cars or in front of one.
func (s *scan) plateEnd(i int) {
	j := s.skip(i+1, " ", 1)
	k := s.digits(j)
	end := s.digits(k + 1)
	if s.class(i-1) == japanese.Digit || !strings.ContainsRune(plateKana, s.rs[i]) || k-j > 2 || k == j || s.rune(k) != '-' && s.rune(k) != '・' || end == k+1 || end > k+3 {
		return
	}
	if s.before(i, 12, "番号", "ナンバー", "なんばー", "プレート", "車は", "車、", "の車", "車種", "車両") || s.one(end, "の車", "のくるま", "のナンバー", "の軽", "のバイク", "ナンバー") > 0 {
		s.add(i, end, TypeIDNumber, 0.8)
	}
}

// document judges the number of a document, 第20-1186号, a letter in front of it, and not 第3号.
func (s *scan) document(i int) {
	end, n := i+1, 0
	for digit(s.rune(end)) || s.rune(end) == '-' && digit(s.rune(end+1)) {
		if digit(s.rs[end]) {
			n++
		}
		end++
	}
	if n < 4 || s.rune(end) != '号' {
		return
	}
	start := i
	for start > 0 && i-start < 2 && letter(s.rs[start-1]) {
		start--
	}
	s.add(start, end+1, TypeIDNumber, 1)
}

// seat judges the number of a pupil in class that stands at i: 出席22番, 14ばん、しゅっせきばんごう.
func (s *scan) seat(i int) {
	end := s.digits(i)
	u := s.one(end, "番", "ばん")
	if end-i > 2 || u == 0 {
		return
	}
	k := s.skip(end+u, "、 がはって", 3)
	if s.back(i, "出席") < i || s.back(i, "しゅっせき") < i || s.one(k, "出席番号", "しゅっせきばんごう", "出席ばんごう", "しゅっせき番号") > 0 {
		s.add(i, end+u, TypeIDNumber, 0.9)
	}
}

// pieces finds a telephone number that is told in pieces: 最初が090、まん中が0638、おわりが1174.
func (s *scan) pieces(i int) {
	n := s.one(i, "最初", "さいしょ", "はじめ", "始め", "頭")
	if n == 0 {
		return
	}
	var found []run
	for j := i + n; j < len(s.rs) && len(found) < 3 && j < i+n+40; j++ {
		if !digit(s.rs[j]) {
			continue
		}
		end := s.digits(j)
		if l := end - j; l < 2 || l > 4 || len(found) == 0 && s.rs[j] != '0' || !strings.ContainsRune("がは、 ", s.rs[j-1]) {
			return
		}
		found = append(found, run{j, end})
		j = end
	}
	if len(found) < 3 {
		return
	}
	for _, x := range found {
		s.add(x.start, x.end, TypePhone, 0.8)
	}
}

// roomOf judges the number of a room by who is in it: 405の子が泣いてる, となりの106の人.
func (s *scan) roomOf(i int) {
	end := s.digits(i)
	if n := end - i; n < 3 || n > 4 || s.rs[end-2] != '0' || s.rs[i] == '0' || s.rs[end-1] == '0' {
		return
	}
	c := s.class(i - 1)
	if beside := s.before(i, 4, "となりの", "隣の", "上の", "下の", "うえの", "したの", "横の", "裏の"); !beside && c != japanese.Punct && c != japanese.Space {
		return
	}
	if s.one(end, "の子", "の人", "の部屋", "のへや", "のおじ", "のおば", "のお兄", "のお姉", "の赤ちゃん", "の住人", "の男", "の女", "の夫婦", "の家", "のうち", "のご") > 0 {
		s.add(i, end, TypeAddress, 0.7)
	}
}
