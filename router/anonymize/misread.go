package anonymize

import (
	"slices"
	"strings"

	"madoguchi/triage/japanese"
)

// misread returns the digit that a scanner took for the letter r, or 0.
func misread(r rune) rune {
	switch r {
	case 'O', 'o':
		return '0'
	case 'l', 'I', '|':
		return '1'
	case 'S':
		return '5'
	case 'B':
		return '8'
	case 'Z':
		return '2'
	}
	return 0
}

// likeGroup is what scanners read for 組.
const likeGroup = "粗紐絹絈狙租"

// inDigits returns the view with what a scanner misread in numbers as it was written, and whether there was any: O80-0147-22S9,
// 2-1l-6, 6一12一1, l年4組. What begins with a letter that codes begin with, and words with letters of their own, stay.
func inDigits(v japanese.View) (japanese.View, bool) {
	if !slices.ContainsFunc(v.Runes, func(r rune) bool {
		return digitLike(r) || strings.ContainsRune(likeGroup, r) || r == 'ハ' || r == 'ニ' || r == 'T'
	}) {
		return v, false
	}
	rs := slices.Clone(v.Runes)
	found := false
	for i := 0; i < len(rs); {
		j := i
		for j < len(rs) && (digit(rs[j]) || rs[j] == '-' || misread(rs[j]) != 0 || stroke(rs, j)) {
			j++
		}
		if j > i && numbersOf(rs, i, j) {
			found = true
		}
		if r := unitMisread(rs, j); r != 0 {
			rs[j], found = r, true
		}
		i = max(j, i+1)
	}
	if !found {
		return v, false
	}
	n := -1
	return v.Map(func([]rune, int) rune { n++; return rs[n] }), true
}

// unitMisread returns the unit, or the number in kanji, that a scanner read wrongly at i, or 0: 3丁日, 3T目, 3年2紐, 三年四粗, 西ハ丁目.
func unitMisread(rs []rune, i int) rune {
	number := func(i int) bool { return i >= 0 && (digitLike(rs[i]) || numeral(rs[i])) }
	switch r := after(rs, i-1); {
	case r == '日' && i > 1 && rs[i-1] == '丁' && number(i-2):
		return '目'
	case (r == 'T' || r == '了') && number(i-1) && strings.ContainsRune("目日", after(rs, i)):
		return '丁'
	case strings.ContainsRune(likeGroup, r) && r != 0 && i > 1 && (number(i-1) || upper(rs[i-1])) && rs[i-2] == '年':
		return '組'
	case (r == 'ハ' || r == 'ニ') && strings.ContainsRune("年組丁条番号", after(rs, i)) && (i == 0 || japanese.ClassOf(rs[i-1]) != japanese.Katakana) && after(rs, i) != 0:
		return map[rune]rune{'ハ': '八', 'ニ': '二'}[r]
	}
	return 0
}

// stroke reports whether a 一 or ー at i joins two digits as a dash does.
func stroke(rs []rune, i int) bool {
	return (rs[i] == '一' || rs[i] == 'ー') && i > 0 && digitLike(rs[i-1]) && digitLike(after(rs, i))
}

func digitLike(r rune) bool { return digit(r) || r != '|' && misread(r) != 0 }

// numbersOf writes the digits of a number from i to j in the place of what was misread, and reports whether there was any.
func numbersOf(rs []rune, i, j int) bool {
	before := rune(0)
	if i > 0 {
		before = rs[i-1]
	}
	era := strings.ContainsRune("HSRhsr", before) && (i == 1 || !word(rs[max(0, i-2)])) // H2l.3.4
	within := strings.ContainsRune("./", before) && i > 1 && digit(rs[i-2])
	if !era && !within && (letter(before) || strings.ContainsRune("_@.#/", before)) || j < len(rs) && (letter(rs[j]) || strings.ContainsRune("_@", rs[j])) {
		return false
	}
	alone := !slices.ContainsFunc(rs[i:j], digit)
	if alone && !(j == i+1 && strings.ContainsRune("lI", rs[i]) && isOne(rs, i)) {
		return false
	}
	found, phone := false, shapedAsPhone(rs[i:j])
	for k := i; k < j; k++ {
		d := misread(rs[k])
		switch edge := (k == i || rs[k-1] == '-') && (k+1 == j || digit(rs[k+1])) || k+1 == j; {
		case stroke(rs, k):
			rs[k], found = '-', true
		case d != 0 && (phone || !(edge && strings.ContainsRune("SBZ", rs[k]))):
			rs[k], found = d, true
		}
	}
	return found
}

// shapedAsPhone reports whether a number has as many digits, and dashes, as a telephone's: O9O-1234-S678.
func shapedAsPhone(rs []rune) bool {
	digits, dashes := 0, 0
	for _, r := range rs {
		if digit(r) || misread(r) != 0 {
			digits++
		} else {
			dashes++
		}
	}
	return (digits == 10 || digits == 11) && dashes == 2 && (rs[0] == '0' || misread(rs[0]) == '0')
}

// isOne reports whether the letter at i, which stands alone, is a one: l年4組, 6のl.
func isOne(rs []rune, i int) bool {
	for _, unit := range []string{"年", "ねん", "組", "くみ", "丁目", "番", "月", "日"} {
		if u := []rune(unit); i+len(u) < len(rs) && slices.Equal(rs[i+1:i+1+len(u)], u) {
			return true
		}
	}
	return i > 1 && rs[i-1] == 'の' && digit(rs[i-2])
}
