package model

import (
	"maps"
	"slices"
	"strings"

	"madoguchi/triage/sieve"
)

// Senses are words that mean much the same. What stands in one clause or in two neighbours is read together: somebody's
// father and a blow say more than each alone, in whatever words.
//
// The words come from train/senses.txt; senses.tsv holds them as the assessor folds them, with their readings.
type Senses struct {
	names []string
	words map[uint32][]uint8 // key of a spelling → senses
	some  sieve.Sieve        // of the keys
	first sieve.Sieve        // of the keys of their first runes
	long  int                // runes of the longest spelling
	tail  []bool             // senses that are read only behind another: passive, negation, a wish, hearsay
}

// tails are the senses that say something of the word before them.
var tails = map[string]bool{"passive": true, "neg": true, "wish": true, "hearsay": true}

// near is how many runes behind a word its ending may begin.
const near = 3

// ParseSenses reads lines of sense, tab, words with spaces between.
func ParseSenses(text string) Senses {
	s := Senses{words: map[uint32][]uint8{}}
	var first []uint32
	for line := range strings.Lines(text) {
		name, words, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			continue
		}
		n := uint8(len(s.names))
		s.names, s.tail = append(s.names, name), append(s.tail, tails[name])
		for word := range strings.FieldsSeq(words) {
			rs := []rune(word)
			key := keyOf(rs)
			s.words[key] = append(s.words[key], n)
			first = append(first, keyOf(rs[:1]))
			s.long = max(s.long, len(rs))
		}
	}
	s.first, s.some = sieve.Of(first), sieve.Of(slices.Collect(maps.Keys(s.words)))
	return s
}

// Sense is where a sense stands in a clause: runes as written.
type Sense struct {
	sense      uint8
	start, end int
}

// In returns the senses of a clause, each once, in the order in which they stand.
func (s Senses) In(x Sound) []Sense {
	found := s.scan(x.runes, func(i, j int) (int, int) { return int(x.from[i]), int(x.to[j-1]) }, nil)
	if !x.plain {
		found = s.scan(x.written, func(i, j int) (int, int) { return i, j }, found)
	}
	for i := 1; i < len(found); i++ { // both readings in one order
		for j := i; j > 0 && found[j].start < found[j-1].start; j-- {
			found[j], found[j-1] = found[j-1], found[j]
		}
	}
	return found
}

// scan adds to found what stands in one reading of a clause.
func (s Senses) scan(rs []rune, span func(i, j int) (int, int), found []Sense) []Sense {
	for i, r := range rs {
		if !s.first.Has(hash(seed, r)) {
			continue
		}
		key := seed
		for j := i; j < min(i+s.long, len(rs)); j++ {
			key = hash(key, rs[j])
			if !s.some.Has(key) {
				continue
			}
			for _, n := range s.words[key] {
				start, end := span(i, j+1)
				found = s.note(found, Sense{n, start, end})
			}
		}
	}
	return found
}

// note adds x where its sense is new, or an ending that can be of another word.
func (s Senses) note(found []Sense, x Sense) []Sense {
	for i, y := range found {
		if y.sense == x.sense && (!s.tail[x.sense] || y.start == x.start) {
			if y.start == x.start && x.end > y.end {
				found[i].end = x.end
			}
			return found
		}
	}
	return append(found, x)
}

// Pieces calls f with what the senses of a clause say: each of them, each with its ending, and two together.
func (s Senses) Pieces(found []Sense, f func(key uint32, start, end int)) {
	for i, x := range found {
		if s.tail[x.sense] {
			continue
		}
		f(pair(x.sense, 255), x.start, x.end)
		var done [4]uint8
		n := 0
		for _, y := range found {
			if s.tail[y.sense] && y.start >= x.end-1 && y.start <= x.end+near && n < len(done) && !slices.Contains(done[:n], y.sense) {
				done[n] = y.sense
				n++
				f(pair(x.sense, y.sense), x.start, y.end)
			}
		}
		for _, y := range found[i+1:] {
			if !s.tail[y.sense] {
				f(pair(x.sense, y.sense), x.start, x.end)
			}
		}
	}
}

// Across calls f with the senses of two clauses, one behind the other.
func (s Senses) Across(before, behind []Sense, f func(key uint32, before, behind Sense)) {
	for _, x := range before {
		for _, y := range behind {
			if !s.tail[x.sense] && !s.tail[y.sense] && x.sense != y.sense {
				f(pair(x.sense, y.sense), x, y)
			}
		}
	}
}

// pair is the key of two senses, 255 of none.
func pair(a, b uint8) uint32 {
	return hash(hash(hash(seed^0x51ed270b, 's'), rune(a)+0x110000), rune(b)+0x110000)
}
