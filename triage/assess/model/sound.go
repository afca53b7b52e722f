package model

import "strings"

// maxPiece is the length of the longest piece, in characters.
const maxPiece = 5

// maxWord is the length of the longest word with a reading, in runes.
const maxWord = 6

// Readings says how words with kanji are read, in the folded kana of package assess.
type Readings map[string][]rune

// ParseReadings reads lines of word, tab, reading.
func ParseReadings(text string) Readings {
	r := Readings{}
	for line := range strings.Lines(text) {
		if word, reading, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			r[word] = []rune(reading)
		}
	}
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

// Len returns the number of runes as written.
func (s Sound) Len() int { return len(s.written) }

// Spoken returns the clause by its sound.
func (s Sound) Spoken() []rune { return s.runes }

// Sound reads a clause: the longest known words first.
func (r Readings) Sound(written []rune) Sound {
	s := Sound{written: written, runes: make([]rune, 0, len(written)+4), plain: true}
	for i := 0; i < len(written); {
		n := 1
		if c := written[i]; c < 'ぁ' || c > 'ゖ' {
			for n = min(maxWord, len(written)-i); n > 0; n-- {
				if reading, ok := r[string(written[i:i+n])]; ok {
					for _, c := range reading {
						s.add(c, i, i+n)
					}
					s.plain = false
					break
				}
			}
			if n > 0 {
				i += n
				continue
			}
			n = 1
		}
		s.add(written[i], i, i+n)
		i++
	}
	return s
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
