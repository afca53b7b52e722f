package japanese

import "strings"

const kanjiDigits = "〇一二三四五六七八九"

func kanjiDigit(r rune) (rune, bool) {
	if r == '零' {
		return '0', true
	}
	if i := strings.IndexRune(kanjiDigits, r); i >= 0 {
		return '0' + rune(i/3), true // every one of them is three bytes long
	}
	return 0, false
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// numbers rewrites what stands in a number: kanji digits in runs of four or more, letters and circles that look like zero
// beside digits, and the long vowel mark as a dash between digits.
func (v *View) numbers() {
	rs := v.Runes
	any := false
	for _, r := range rs {
		if _, k := kanjiDigit(r); k || isDigit(r) {
			any = true
			break
		}
	}
	if !any {
		return
	}
	for i := 0; i < len(rs); {
		j, n := i, 0
		for j < len(rs) {
			if _, k := kanjiDigit(rs[j]); k || rs[j] == '○' || rs[j] == '◯' {
				n++
			} else if !(n > 0 && (rs[j] == '-' || rs[j] == 'ー' || rs[j] == 'の' || rs[j] == ' ' || isDigit(rs[j]))) {
				break
			}
			j++
		}
		if n >= 6 {
			for k := i; k < j; k++ {
				if d, ok := kanjiDigit(rs[k]); ok {
					rs[k] = d
				} else if rs[k] == '○' || rs[k] == '◯' {
					rs[k] = '0'
				} else if rs[k] == 'ー' {
					rs[k] = '-'
				}
			}
		}
		i = max(j, i+1)
	}
	at := func(i int) rune {
		if i >= 0 && i < len(rs) {
			return rs[i]
		}
		return 0
	}
	for i, r := range rs {
		before, after := isDigit(at(i-1)), isDigit(at(i+1))
		dashBefore := at(i-1) == '-' && isDigit(at(i-2))
		switch r {
		case 'O', 'o', '〇', '○', '◯', 'Ο', 'О':
			start := !before && ClassOf(at(i-1)) != Latin && after && isDigit(at(i+2))
			if before && (after || at(i+1) == '-') || dashBefore && after || start || dashBefore && at(i+1) == at(i) {
				rs[i] = '0'
			}
		case 'l', 'I', '|':
			if before && after {
				rs[i] = '1'
			}
		case 'ー', '一':
			if before && after {
				rs[i] = '-'
			}
		}
	}
}
