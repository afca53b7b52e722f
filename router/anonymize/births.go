package anonymize

import (
	"strings"
)

// birth judges a date that begins at i.
func (s *scan) birth(i int) {
	if i > 0 && letter(s.rs[i-1]) {
		return
	}
	j := i + s.one(i, "平成", "昭和", "令和", "西暦", "へいせい", "しょうわ", "れいわ", "H", "S", "R")
	parts := 0
	for j < len(s.rs) && parts < 3 {
		k := j
		for k < len(s.rs) && k < j+8 && (numeral(s.rs[k]) || parts > 0 && strings.ContainsRune("lIO", s.rs[k])) { // as a scanner reads 1 and 0
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
			continue
		}
		if s.rune(j) == ' ' && strings.ContainsRune("年月日", s.rune(j+1)) {
			j++
		}
		if u := s.rune(j); strings.ContainsRune("年月日/-.", u) && u != 0 && (strings.ContainsRune("年月日", u) || numeral(s.rune(j+1))) {
			j++
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
	if parts < 2 && !compact {
		return
	}
	k := j
	for strings.ContainsRune(" (（", s.rune(k)) && s.rune(k) != 0 {
		k++
	}
	after := s.one(k, "に生まれ", "にうまれ", "の生まれ", "のうまれ", "生まれ", "うまれ", "産まれ", "生れ", "誕生") > 0 ||
		s.is(k, "生") && s.one(k+1, "徒", "活", "き", "物", "理", "命", "放") == 0
	if after || s.before(i, 10, "生年月日", "誕生日", "たんじょうび", "生まれ", "生れ", "バースデー") {
		s.add(s.yearBack(i), j, TypeDateOfBirth, 1)
	} else if parts == 3 && s.longAgo(i) {
		s.add(i, j, TypeDateOfBirth, 0.6)
	}
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
	return s.is(i, "19") && digit(s.rune(i+2)) && digit(s.rune(i+3)) && !digit(s.rune(i+4)) || s.is(i, "201") && digit(s.rune(i+3)) && !digit(s.rune(i+4))
}
