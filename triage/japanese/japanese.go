// Package japanese makes Japanese as people type it comparable, and never loses the way back to what they typed.
//
// Children write 死にたい as ﾀﾋにたい, し に た い or しにたぁい, names in half-width kana, telephone numbers with a letter O.
// A View is such a text in one canonical writing, with the rune offsets of the input beside every rune, so that whoever
// finds something in the view can point at the very characters of the input. Unicode's NFKC alone does not do: it knows
// neither kanji digits nor variant characters (髙 and 高), and it keeps invisible characters.
//
// The tokenizer is kagome with the IPA dictionary. The dictionary takes about half a second to load; it is loaded in the
// background. What it costs is bounded for any text: runs of one class of characters and the window that the lattice sees
// are capped, since 8,000 repeated katakana would otherwise hold a core for a third of a second.
//
// The dictionary's notice is in NOTICE-ipadic.txt and ships with the program.
package japanese

import "unicode"

// Class is the script of a character.
type Class uint8

// The classes. Other is whatever a reader of Japanese cannot read: other scripts, control and private-use characters.
const (
	Other Class = iota
	Space
	Kanji
	Hiragana
	Katakana
	Latin
	Digit
	Punct
	Emoji
)

// ClassOf returns the class of r. The long vowel mark is katakana; 々, 〆 and ヶ count as kanji where names have them.
func ClassOf(r rune) Class {
	switch {
	case r < 0x80:
		return classOfASCII(r)
	case r >= 0x3041 && r <= 0x3096 || r == 'ゝ' || r == 'ゞ' || r == 'ゟ':
		return Hiragana
	case r >= 0x30a1 && r <= 0x30fa || r == 'ー' || r == 'ヽ' || r == 'ヾ' || r >= 0x31f0 && r <= 0x31ff || r >= 0xff66 && r <= 0xff9f:
		return Katakana
	case r >= 0x4e00 && r <= 0x9fff || r == '々' || r == '〆' || r == '〇' || unicode.Is(unicode.Han, r):
		return Kanji
	case r >= '０' && r <= '９':
		return Digit
	case unicode.IsSpace(r):
		return Space
	case unicode.Is(unicode.Latin, r):
		return Latin
	case r >= 0x2190 && r <= 0x2bff || r >= 0x1f000 && r <= 0x1faff || r == 0x20e3 || unicode.Is(unicode.Variation_Selector, r):
		return Emoji
	case unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.Is(unicode.Mn, r):
		return Punct
	case unicode.Is(unicode.Cf, r):
		return Space // invisible
	case unicode.IsDigit(r) || unicode.IsNumber(r):
		return Digit
	}
	return Other
}

func classOfASCII(r rune) Class {
	switch {
	case r >= '0' && r <= '9':
		return Digit
	case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
		return Latin
	case r == ' ' || r >= '\t' && r <= '\r':
		return Space
	case r < ' ' || r == 0x7f:
		return Other
	}
	return Punct
}

// Invisible reports whether r shows nothing: zero-width and bidirectional controls, variation selectors, fillers.
func Invisible(r rune) bool {
	switch {
	case r < 0xad:
		return false
	case r == 0xad, r == 0x34f, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0, r == 0x20e3:
		return true
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r)
}
