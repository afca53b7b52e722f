package anonymize

import (
	"slices"
	"strings"

	"madoguchi/triage/japanese"
)

// birth judges a date that begins at i.
func (s *scan) birth(i int) {
	if i > 0 && letter(s.rs[i-1]) {
		return
	}
	j := i + s.one(i, "平成", "昭和", "令和", "西暦", "へいせい", "しょうわ", "れいわ", "H", "S", "R")
	if j > i+1 {
		j = s.skip(j, " ", 1) // れいわ 7ねん
	} else if j == i+1 && s.is(j, ".") && digit(s.rune(j+1)) {
		j++ // H.24.11.8
	} else if j == i && s.one(i, "平", "昭", "令") > 0 && numeral(s.rune(i+1)) {
		j++ // 平24・11・8
	}
	parts, unit := 0, rune(0)
	for j < len(s.rs) && parts < 3 {
		k := j
		for k < len(s.rs) && k < j+8 && (numeral(s.rs[k]) || (parts > 0 || k > j) && strings.ContainsRune("lIO", s.rs[k])) { // as a scanner reads 1 and 0
			k++
		}
		if k == j {
			break
		}
		parts++
		j = k
		if n := s.one(j, "ねん", "がつ", "にち", "か"); n > 0 {
			last := s.rs[j] == 'に' || s.rs[j] == 'か'
			if j += n; last {
				break
			}
			if s.rune(j) == ' ' && numeral(s.rune(j+1)) {
				j++
			}
			continue
		}
		if s.rune(j) == ' ' && strings.ContainsRune("年月日", s.rune(j+1)) {
			j++
		}
		if u := s.rune(j); strings.ContainsRune("年月日/-.・", u) && u != 0 && (strings.ContainsRune("年月日", u) || numeral(s.rune(j+1))) {
			unit = u
			j++
			if u == '年' {
				j = s.otherYear(j)
			}
			if strings.ContainsRune(" の", s.rune(j)) && numeral(s.rune(j+1)) {
				j++
			}
			if u == '日' {
				break
			}
			continue
		}
		break
	}
	compact := parts == 1 && j-i >= 8
	if parts == 1 && (unit == '年' && j-i >= 4 || unit == '月') && s.one(j, "生まれ", "うまれ", "産まれ", "生れ") > 0 { // 平成22年生まれ, 8月うまれ
		s.add(i, j, TypeDateOfBirth, 1)
		return
	}
	if parts < 2 && !compact || unit == '年' && s.rune(j-1) == '年' && parts > 1 {
		return // 3・4年|生
	}
	asked := s.before(i, 15, birthLabels...) && !s.before(i, 15, "。", "会", "パーティ", "プレゼント") // 誕生日いつって聞かれて1月15日
	if s.bornAfter(j) || s.before(i, 10, birthLabels...) || asked {
		s.add(s.yearBack(i), j, TypeDateOfBirth, 1)
	} else if parts == 3 && (s.longAgo(i) || s.bracketsOf(i, j)) {
		s.add(i, j, TypeDateOfBirth, 0.6)
	}
}

// bracketsOf reports whether the day from i to end stands alone in brackets behind somebody's name: 佐藤花(令和2年9月1日).
func (s *scan) bracketsOf(i, end int) bool {
	k := s.spaceBack(i - 1)
	if s.rune(i-1) != '(' || s.rune(s.skip(end, "生", 1)) != ')' || k == 0 {
		return false
	}
	start := k
	for start > 0 && k-start < 6 && s.class(start-1) == japanese.Kanji {
		start--
	}
	for n := 2; n <= min(k, 3); n++ {
		if h, ok := s.a.words.honorific(s.rs, k-n); ok && h.n == n && !h.weak {
			return true // はなちゃん(…)
		}
	}
	family, given, ok := s.a.names.split(s.text(start, k))
	return ok && k-start >= 3 && family != "" && given != "" && !s.a.words.stopSuffix(given)
}

// otherYear skips the same year by the other count at i: 平成23年（2011年）4月5日.
func (s *scan) otherYear(i int) int {
	j := i + s.one(i, "(", "（")
	if j == i {
		return i
	}
	for j < i+8 && (numeral(s.rune(j)) || s.one(j, "平", "成", "令", "和", "昭", "西", "暦", "元", "H", "R", "S") > 0) {
		j++
	}
	j += s.one(j, "年")
	if n := s.one(j, ")", "）"); n > 0 {
		return j + n
	}
	return i
}

// birthLabels are words behind which somebody's birthday stands.
var birthLabels = []string{"生年月日", "誕生日", "たんじょうび", "生まれ", "うまれ", "産まれ", "生れ", "バースデー", "バースデイ", "bday", "Bday", "b-day", "birthday", "Birthday",
	"たん生日", "たんじょう日", "誕じょうび", "誕じょう日", "誕生び", "せいねんがっぴ", "生ねん月日", "生まれた日", "うまれた日", "tanjoubi", "tanjobi"}

// whose may stand between a day and the word that says that somebody was born then: 11月8日おれの誕生日.
var whose = []string{"が", "は", "って", "、", " ", "おれの", "俺の", "わたしの", "私の", "ぼくの", "僕の", "うちの", "自分の", "あたしの", "(", "（"}

// maxOwner is how many runes may say whose birthday it is.
const maxOwner = 10

// bornAfter reports whether what stands at i says of the day in front of it that somebody was born then.
func (s *scan) bornAfter(i int) bool {
	k := i
	for range 3 {
		k += s.one(k, whose...)
	}
	for ; k < i+maxOwner && k < len(s.rs) && !strings.ContainsRune("。、\n!?", s.rs[k]); k++ {
		if n := s.one(k, birthLabels...); n > 0 && (k == i || s.rs[k-1] == 'の' || s.rs[k-1] == 'お' || s.one(k-1, whose...) > 0) && s.one(k, "生まれ", "うまれ", "産まれ", "生れ") == 0 {
			return s.one(k+n, "会", "かい", "パ", "プレ", "ケ") == 0
		}
	}
	if k := i + s.one(i, "に", "で"); k > i { // 11月8日で10さいになる
		if _, end := s.counted(k); end > k && s.one(end, "さい", "歳", "才") > 0 && s.one(end+1+s.one(end, "さい")/2, "にな", "です", "だ", "の誕", "」", "』", "って") > 0 {
			return true
		}
	}
	k = s.skip(i, " (（", 3)
	return s.one(k, "に生まれ", "にうまれ", "の生まれ", "のうまれ", "生まれ", "うまれ", "産まれ", "生れ", "誕生") > 0 ||
		s.is(k, "生") && s.one(k+1, "徒", "活", "き", "物", "理", "命", "放") == 0
}

// feasts are days that have a name: 二〇一一年の大みそかに生まれ.
var feasts = []string{"大みそか", "大晦日", "おおみそか", "元日", "元旦", "クリスマスイブ", "クリスマス", "ひな祭り", "ひなまつり", "こどもの日", "七夕", "節分", "バレンタイン"}

var feastPhrases = phrasesIn(feasts)

// feastBirth judges a birthday by its year and the feast at i.
func (s *scan) feastBirth(i int) {
	n := feastPhrases.at(s.rs, i)
	if n == 0 || !s.bornAfter(i+n) && !(s.before(i, 7, "誕生日が", "誕生日は", "たんじょうびが", "たんじょうびは", "バースデーは") && s.one(i+n, "会", "かい", "パ", "プレ", "ケ", "に") == 0) {
		return
	}
	start := i
	if k := i - s.one(i-1, "の"); s.rune(k-1) == '年' {
		for start = k - 1; start > 0 && numeral(s.rs[start-1]); start-- {
		}
		start -= s.one(start-2, "平成", "令和", "昭和")
	}
	s.add(start, i+n, TypeDateOfBirth, 1)
}

// months are how the months begin in English.
var months = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// englishBirth judges a birthday at i that begins with the month in English: August 19, 2017.
func (s *scan) englishBirth(i int) {
	j := i
	for letter(s.rune(j)) {
		j++
	}
	if j < i+3 || !slices.Contains(months, strings.ToLower(s.text(i, i+3))) || !s.before(i, 12, birthLabels...) {
		return
	}
	end := s.skip(j, ". ", 2)
	for digit(s.rune(end)) {
		end++
	}
	if !digit(s.rune(end - 1)) {
		return
	}
	if k := s.skip(end+s.one(end, "st", "nd", "rd", "th"), ", ", 2); digit(s.rune(k)) && digit(s.rune(k+3)) && !digit(s.rune(k+4)) {
		end = k + 4
	}
	s.add(i, end, TypeDateOfBirth, 1)
}

// yearBack returns where the year begins that is said before the day at i, 2013年生まれの五月三日, or i.
func (s *scan) yearBack(i int) int {
	for _, w := range []string{"年生まれの", "年生まれ、", "年うまれの", "年生まれで"} {
		at := i - len([]rune(w))
		if !s.is(at, w) {
			continue
		}
		for at > 0 && (numeral(s.rs[at-1])) {
			at--
		}
		return at - s.one(at-2, "平成", "令和", "昭和")
	}
	return i
}

// longAgo reports whether the date at i lies so far back that it is hardly of what happened: of 昭和, of 平成, or before 2020.
func (s *scan) longAgo(i int) bool {
	if s.one(i, "平成", "昭和", "へいせい", "しょうわ") > 0 || s.one(i, "H", "S") > 0 && digit(s.rune(i+1)) {
		return true
	}
	return s.is(i, "19") && digit(s.rune(i+2)) && digit(s.rune(i+3)) && !digit(s.rune(i+4)) || s.one(i, "200", "201") > 0 && digit(s.rune(i+3)) && !digit(s.rune(i+4))
}
