package assess

import (
	"strings"
	"unicode"

	"madoguchi/triage/japanese"
)

// text is what the rules read: one writing for everything that sounds or looks the same, without spaces, marks and long
// vowels. katakana is hiragana, small vowels that lengthen are gone, ぢ is じ.
type text struct {
	view   japanese.View
	clause []int32 // rune → number of its clause; marks, spaces and emoji divide
	phrase []int32 // rune → number of its sentence
}

func fold(s string) text {
	v := japanese.Fold(s)
	spaced := v.Spaced()
	t := text{clause: make([]int32, 0, v.Len()), phrase: make([]int32, 0, v.Len())}
	var clause, phrase int32
	var k kana
	t.view = v.Map(func(rs []rune, i int) rune {
		r := japanese.ToHiragana(unicode.ToLower(rs[i]))
		switch {
		case strings.ContainsRune("。!?\n", r):
			clause++
			phrase++
			return -1
		case strings.ContainsRune("、,…", r):
			clause++
			return -1
		case r == 'ー' || r == '〜' || r == '~' || r == '゛':
			return -1
		case r == 'w' && (i == 0 || !latin(rs[i-1])) && (i+1 == len(rs) || !latin(rs[i+1])):
			return -1 // laughter
		case r == '○' || r == '◯' || r == '●':
			// censored letters stay
		case japanese.ClassOf(r) == japanese.Space:
			if !spaced {
				clause++
			}
			return -1
		case japanese.ClassOf(r) == japanese.Emoji:
			clause++
			return -1
		case japanese.ClassOf(r) == japanese.Punct:
			return -1
		}
		c := k.add(r)
		if c < 0 {
			return -1
		}
		t.clause = append(t.clause, clause)
		t.phrase = append(t.phrase, phrase)
		return c
	})
	return t
}

// kana folds characters by their sound, one after another.
type kana struct {
	last rune
	run  int
}

// add returns r as it is read behind the characters before it, or -1 where it adds nothing.
func (k *kana) add(r rune) rune {
	c, drop := sound(r, k.last)
	if drop {
		return -1
	}
	if c == k.last && japanese.ClassOf(c) == japanese.Hiragana {
		if k.run++; k.run >= 2 {
			return -1 // しにたいいい is しにたいい
		}
	} else {
		k.run = 0
	}
	k.last = c
	return c
}

// spelling is fold of a term of the rules: the same for what the rules are written with, and much cheaper.
func spelling(s string) string {
	var k kana
	return strings.Map(func(r rune) rune {
		switch r = japanese.ToHiragana(unicode.ToLower(r)); {
		case r == 'ー' || r == '〜' || r == '-' || r == '、' || r == '。' || r == '?' || r == ',' || r == '!':
			return -1
		}
		return k.add(r)
	}, s)
}

const rows = "あかさたなはまやらわがざだばぱぁゃいきしちにひみりぎじびぴぃうくすつぬふむゆるぐずぶぷぅゅえけせてねへめれげぜでべぺぇおこそとのほもよろごぞどぼぽぉょを"

// sound returns the canonical kana, or true where r only lengthens the vowel before it.
func sound(r, last rune) (rune, bool) {
	switch r {
	case 'ぢ':
		return 'じ', false
	case 'づ':
		return 'ず', false
	case 'ゃ', 'ゅ', 'ょ', 'ゎ':
		return r + 1, false
	case 'ぁ', 'ぃ', 'ぅ', 'ぇ', 'ぉ':
		if vowel(last) == vowel(r) {
			return 0, true
		}
		return r + 1, false
	}
	return r, false
}

// vowel returns 1–5 for the vowel that a kana ends with, 0 for what is no kana.
func vowel(r rune) int {
	switch i := strings.IndexRune(rows, r); {
	case i < 0:
		return 0
	case i < strings.Index(rows, "い"):
		return 1
	case i < strings.Index(rows, "う"):
		return 2
	case i < strings.Index(rows, "え"):
		return 3
	case i < strings.Index(rows, "お"):
		return 4
	}
	return 5
}

// latin reports whether r is a letter other than the w of laughter.
func latin(r rune) bool { return r != 'w' && r != 'W' && japanese.ClassOf(r) == japanese.Latin }
