package phrase

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// group writes the 20 digits and their check digit in seven groups of three.
func group(secret uint64) string {
	d := fmt.Sprintf("%020d", secret)
	d += string('0' + rune(verhoeff(d)))
	groups := make([]string, 0, Words)
	for i := 0; i < len(d); i += 3 {
		groups = append(groups, d[i:i+3])
	}
	return strings.Join(groups, " ")
}

// fromDigits reads 21 digits, half or full width, among any spaces and punctuation. A letter makes it no digits at all.
func fromDigits(text string) (secret uint64, ok bool) {
	d := make([]byte, 0, 21)
	for _, r := range text {
		switch {
		case r >= '０' && r <= '９':
			r -= '０' - '0'
			fallthrough
		case r >= '0' && r <= '9':
			if len(d) == 21 {
				return 0, false
			}
			d = append(d, byte(r))
		case r == 'ー' || r == 'ｰ': // a Japanese keyboard's dash
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return 0, false
		}
	}
	if len(d) != 21 || verhoeff(string(d[:20])) != d[20]-'0' {
		return 0, false
	}
	secret, err := strconv.ParseUint(string(d[:20]), 10, 64)
	return secret, err == nil
}

// verhoeff returns the check digit of J. Verhoeff (Error Detecting Decimal Codes, 1969): the digits, each permuted by its
// place, multiplied in the group of the symmetries of a pentagon, whose order of factors matters.
func verhoeff(digits string) byte {
	var c byte
	for i := range len(digits) {
		c = dihedral(c, permute(digits[len(digits)-1-i]-'0', (i+1)%8))
	}
	// The inverse: a turn is undone by the turn back, a mirroring by itself.
	if c < 5 {
		return (5 - c) % 5
	}
	return c
}

// dihedral multiplies in D5: 0–4 are turns, 5–9 mirrorings.
func dihedral(a, b byte) byte {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return (a+b-5)%5 + 5
	case b < 5:
		return (a-5+5-b)%5 + 5
	}
	return (a - b + 5) % 5
}

// permute applies Verhoeff's permutation to a digit the given number of times.
func permute(d byte, times int) byte {
	for range times {
		d = "\x01\x05\x07\x06\x02\x08\x03\x00\x09\x04"[d]
	}
	return d
}
