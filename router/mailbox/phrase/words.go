package phrase

import (
	"strings"
	"unicode"
)

// longest is the most letters that a word may be written with: four kana, each followed by a mark of length.
const longest = 8

// limit is the most letters of seven words, and effort the most words that are tried on them: many times what a phrase
// takes, and less than a millisecond or two for what was made up to be slow.
const (
	limit  = Words * longest
	effort = 10_000
)

// fromWords reads the words as they are divided, and where that gives anything else than seven known words, all the
// letters without regard to spaces.
func fromWords(text string) (uint64, error) {
	v := vocab()
	parts := divide(text)
	if len(parts) == Words {
		var numbers [Words]uint16
		known := true
		for i, p := range parts {
			n, ok := v.number[string(shorten(letters(p)))]
			numbers[i], known = n, known && ok
		}
		if known {
			if secret, ok := join(numbers); ok {
				return secret, nil
			}
			return 0, ErrMistyped
		}
	}
	return v.segment(letters(strings.Join(parts, "")))
}

// segment divides letters into seven words in every possible way and returns the secret of the only way that the check
// lets pass. Where two secrets pass, it is better to ask again than to open a stranger's.
func (v *vocabulary) segment(text []rune) (uint64, error) {
	if len(text) == 0 || len(text) > limit {
		return 0, ErrMistyped
	}
	s := segmentation{vocabulary: v, text: text, dead: make(map[[2]int]bool)}
	s.from(0, 0)
	if s.found != 1 || s.tried > effort {
		return 0, ErrMistyped
	}
	return s.secret, nil
}

type segmentation struct {
	*vocabulary
	text    []rune
	numbers [Words]uint16
	dead    map[[2]int]bool // (place, words so far) from which no division leads to the end
	tried   int
	found   int
	secret  uint64
}

// from tries every word at place i as number k of the phrase, and reports whether any division reached the end.
func (s *segmentation) from(i, k int) (reached bool) {
	if k == Words {
		if i != len(s.text) {
			return false
		}
		if secret, ok := join(s.numbers); ok && (s.found == 0 || secret != s.secret) {
			s.secret = secret
			s.found++
		}
		return true
	}
	if s.dead[[2]int{i, k}] {
		return false
	}
	for end := i + 1; end <= min(i+longest, len(s.text)); end++ {
		if end < len(s.text) && s.text[end] == 'ー' {
			continue // it belongs to the letter before it
		}
		if s.tried++; s.tried > effort {
			return reached
		}
		if n, ok := s.number[string(shorten(s.text[i:end]))]; ok {
			s.numbers[k] = n
			reached = s.from(end, k+1) || reached
		}
	}
	if !reached {
		s.dead[[2]int{i, k}] = true
	}
	return reached
}

// divide cuts the text at whatever is neither a letter nor a mark of one.
func divide(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !mark(r) })
}

// mark reports whether r belongs to the letter before it: the combining and the half-width (han)dakuten, and dashes, which
// stand for a long vowel when they follow a letter.
func mark(r rune) bool {
	switch r {
	case '\u3099', '\u309a', '゛', '゜', 'ﾞ', 'ﾟ', 'ー', 'ｰ':
		return true
	}
	return false
}

// letters folds a text, but for the length of its vowels, to the plain large hiragana and ー. Whatever is no kana stays,
// and so belongs to no word.
func letters(text string) []rune {
	out := make([]rune, 0, len(text)/3)
	for _, r := range text {
		if i := halfWidth(r); i >= 0 {
			r = halfKana[i]
		}
		if r >= 'ァ' && r <= 'ヶ' {
			r -= 'ァ' - 'ぁ'
		}
		switch {
		case r == 'ー' || !mark(r):
			out = append(out, plain(r))
		}
	}
	return out
}

// halfKana are the full-width forms of U+FF66 (ｦ) to U+FF9D (ﾝ).
var halfKana = [...]rune{
	'を', 'ぁ', 'ぃ', 'ぅ', 'ぇ', 'ぉ', 'ゃ', 'ゅ', 'ょ', 'っ', 'ー', 'あ', 'い', 'う', 'え', 'お', 'か', 'き', 'く', 'け', 'こ', 'さ', 'し', 'す', 'せ',
	'そ', 'た', 'ち', 'つ', 'て', 'と', 'な', 'に', 'ぬ', 'ね', 'の', 'は', 'ひ', 'ふ', 'へ', 'ほ', 'ま', 'み', 'む', 'め', 'も', 'や', 'ゆ', 'よ', 'ら',
	'り', 'る', 'れ', 'ろ', 'わ', 'ん',
}

func halfWidth(r rune) int {
	if r < 'ｦ' || r > 'ﾝ' {
		return -1
	}
	return int(r - 'ｦ')
}

// plain takes voice and smallness from a hiragana. The block U+3041–U+3096 is laid out in pairs and triples.
func plain(r rune) rune {
	switch {
	case r >= 'ぁ' && r <= 'お' && r%2 == 'ぁ'%2, r == 'っ', r == 'ゃ', r == 'ゅ', r == 'ょ', r == 'ゎ':
		return r + 1
	case r >= 'か' && r <= 'ぢ' && r%2 == 'が'%2, r == 'づ', r == 'で', r == 'ど':
		return r - 1
	case r >= 'は' && r <= 'ぽ':
		return r - (r-'は')%3
	case r == 'ゔ':
		return 'う'
	case r == 'ゕ':
		return 'か'
	case r == 'ゖ':
		return 'け'
	}
	return r
}

// The rows of the syllabary by their vowel.
const (
	rowA = "あかさたなはまやらわ"
	rowI = "いきしちにひみり"
	rowU = "うくすつぬふむゆる"
	rowE = "えけせてねへめれ"
	rowO = "おこそとのほもよろを"
)

// shorten takes away what only makes a vowel longer: ー, and あ after a, い after i and e, う after u and o, え after e,
// お after o.
func shorten(word []rune) []rune {
	out := make([]rune, 0, len(word))
	var row string
	for _, r := range word {
		if r == 'ー' || lengthens(r, row) {
			continue
		}
		out, row = append(out, r), ""
		for _, in := range []string{rowA, rowI, rowU, rowE, rowO} {
			if strings.ContainsRune(in, r) {
				row = in
			}
		}
	}
	return out
}

func lengthens(r rune, row string) bool {
	switch r {
	case 'あ':
		return row == rowA
	case 'い':
		return row == rowI || row == rowE
	case 'う':
		return row == rowU || row == rowO
	case 'え':
		return row == rowE
	case 'お':
		return row == rowO
	}
	return false
}
