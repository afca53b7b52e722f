// Package phrase writes a 64-bit secret as something that a child can copy by hand, and reads it again however it was
// copied.
//
// Seven words of a list of 1,024 carry 70 bits: the secret and six check bits. The same secret is also 21 digits, for a
// telephone's keys or a letter: its decimal value in 20, and one of Verhoeff's check digits, in seven groups of three.
//
// The words (words.txt) are of two to four kana, everyday things that a seven-year-old knows: animals, plants, food,
// weather, play. Left out on purpose are the body, violence and what a person could harm herself with, school, family,
// words that children are insulted by, and names that people bear. The list is part of every code that anybody wrote
// down: its order and its words never change.
//
// Reading forgives what a hand and a keyboard do. Katakana, half and full width, voiced and unvoiced (か, が), small and
// large (つ, っ), a long vowel written as ー, as a vowel or not at all (ぼーし, ぼうし, ぼし), spaces, line breaks and
// punctuation make no difference, nor does leaving out every space. So that no slip turns one word into another, any two
// words stay two slips (letters changed, missing, added or swapped) apart even after all of this was folded away.
//
// The check bits are a CRC by x⁶+x+1. They find 98.5 % of the changes of one word into another (1,008 of 1,023, at every
// place) and of any two words exchanged; the digits find every single wrong digit and every exchange of neighbours. The
// check is public arithmetic: it tells a slip from a code and gives no hint of which codes exist.
package phrase

import (
	_ "embed"
	"errors"
	"strings"
	"sync"
)

// Words is how many words a phrase has.
const Words = 7

// ErrMistyped is what cannot be a code: too few words, an unknown word, or one that the check finds wrong. It never says
// which, because it would repeat a part of a secret.
var ErrMistyped = errors.New("phrase: not a code")

//go:embed words.txt
var list string

// vocabulary is the list, and each word's number by its folded form.
type vocabulary struct {
	words  []string
	number map[string]uint16
}

var vocab = sync.OnceValue(func() *vocabulary {
	v := &vocabulary{words: strings.Fields(list), number: make(map[string]uint16, 1024)}
	for i, w := range v.words {
		v.number[string(shorten(letters(w)))] = uint16(i)
	}
	return v
})

// Encode returns the secret as seven words with a space between them, and as 21 digits in seven groups of three.
func Encode(secret uint64) (words, digits string) {
	return strings.Join(spell(secret), " "), group(secret)
}

// Decode reads words or digits in any writing.
func Decode(text string) (uint64, error) {
	if secret, ok := fromDigits(text); ok {
		return secret, nil
	}
	return fromWords(text)
}

// Bucket returns the number of the phrase's first word: the secret's ten highest bits.
func Bucket(secret uint64) uint16 { return uint16(secret >> 54) }

// spell splits secret‖check into seven numbers of ten bits, highest first.
func spell(secret uint64) []string {
	v, out := vocab(), make([]string, 0, Words)
	for i := range Words - 1 {
		out = append(out, v.words[secret>>(54-10*i)&1023])
	}
	return append(out, v.words[(secret&15)<<6|uint64(check(secret))])
}

// join is the reverse of spell; ok is false where the check is wrong.
func join(numbers [Words]uint16) (secret uint64, ok bool) {
	for i := range Words - 1 {
		secret |= uint64(numbers[i]) << (54 - 10*i)
	}
	last := numbers[Words-1]
	secret |= uint64(last >> 6)
	return secret, byte(last&63) == check(secret)
}

// check is the remainder of secret·x⁶ by x⁶+x+1, a primitive polynomial: its powers repeat after 63 places, further than
// any two words are apart, so that an exchange is found as surely as a change.
func check(secret uint64) byte {
	var r byte
	for i := 63; i >= 0; i-- {
		top := r>>5 ^ byte(secret>>i)&1
		r = r << 1 & 63
		if top == 1 {
			r ^= 0b11
		}
	}
	return r
}
