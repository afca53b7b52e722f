package model

import (
	"strings"

	"madoguchi/triage/sieve"
)

// maxPiece is the length of the longest piece, in characters.
const maxPiece = 5

// maxWord is the length of the longest word with a reading, in runes.
const maxWord = 6

// Readings says how words with kanji are read, in the folded kana of package assess.
type Readings struct {
	words map[string][]rune
	some  sieve.Sieve // of the keys of the words
}

// ParseReadings reads lines of word, tab, reading.
func ParseReadings(text string) Readings {
	r := Readings{words: map[string][]rune{}}
	var keys []uint32
	for line := range strings.Lines(text) {
		if word, reading, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			r.words[word] = []rune(reading)
			keys = append(keys, keyOf([]rune(word)))
		}
	}
	r.some = sieve.Of(keys)
	return r
}

// Sound is a clause by its sound.
type Sound struct {
	written []rune
	runes   []rune
	from    []int32 // rune of the sound → first rune as written
	to      []int32
	plain   bool // the sound is as it is written
}

// Spoken returns the clause by its sound.
func (s Sound) Spoken() []rune { return s.runes }

// Sound reads a clause: the longest known words first.
func (r Readings) Sound(written []rune) Sound {
	s := Sound{written: written, runes: make([]rune, 0, len(written)+4), plain: true}
	for i := 0; i < len(written); {
		if c := written[i]; c < 'ぁ' || c > 'ゖ' {
			if reading, length := r.longest(written[i:]); length > 0 {
				for _, c := range reading {
					s.add(c, i, i+length)
				}
				s.plain = false
				i += length
				continue
			}
		}
		s.add(written[i], i, i+1)
		i++
	}
	return s
}

// longest returns the reading of the longest known word that written begins with, and the word's length.
func (r Readings) longest(written []rune) (reading []rune, length int) {
	key := seed
	for n := range min(maxWord, len(written)) {
		if key = hash(key, written[n]); !r.some.Has(key) {
			continue
		}
		if found, ok := r.words[string(written[:n+1])]; ok {
			reading, length = found, n+1
		}
	}
	return reading, length
}

func (s *Sound) add(c rune, from, to int) {
	s.runes = append(s.runes, c)
	s.from = append(s.from, int32(from))
	s.to = append(s.to, int32(to))
}

// Pieces calls f with every piece of the clause: its key, and where it stands as written. A piece by its sound and the
// same piece as written have one key.
func (s Sound) Pieces(f func(key uint32, start, end int)) {
	pieces(s.runes, func(key uint32, i, j int) { f(key, int(s.from[i]), int(s.to[j-1])) })
	if !s.plain {
		pieces(s.written, func(key uint32, i, j int) { f(key^0x9e3779b9, i, j) })
	}
}

// seed is the key of nothing.
const seed = uint32(2166136261)

// hash returns the key of what key is of and r behind it.
func hash(key uint32, r rune) uint32 {
	key = (key ^ uint32(r)) * 16777619
	return key ^ key>>15
}

// keyOf returns the key of a word.
func keyOf(word []rune) uint32 {
	key := seed
	for _, r := range word {
		key = hash(key, r)
	}
	return key
}

// pieces calls f with every run of up to maxPiece runes; what begins or ends a clause counts as a piece of its own too.
func pieces(rs []rune, f func(key uint32, i, j int)) {
	for i := range rs {
		key := seed
		for j := i; j < min(i+maxPiece, len(rs)); j++ {
			key = hash(key, rs[j])
			f(key, i, j+1)
			if i == 0 && j > 0 {
				f(key^0x5bd1e995, i, j+1)
			}
			if j+1 == len(rs) && j > i {
				f(key^0xc2b2ae35, i, j+1)
			}
		}
	}
}
