// Package model says which flags a text carries by the pieces that it is made of, where no rule foresaw the wording.
//
// It is linear: every piece of one to five characters has a weight for every head (a flag, or a severity that the text
// reaches), and the weights were learned from the labelled messages of this repository by the command
// madoguchi/triage/assess/train, which writes weights.bin, words.tsv and senses.tsv anew and always the same. Pieces are
// what was seen; the senses (a parent, a blow, to be left out) carry that over to words that were not, and so does what the
// rules know of a clause, right or wrong: the marks. There is nothing else in it: no state, nothing from outside.
//
// A text is read in windows of at most three clauses, and the window with the highest score counts. So whatever stands in
// other clauses, an apology or 「大丈夫です」, cannot outweigh what was found: more clauses never lower a score. The model has
// no way to say that something is harmless; whoever uses it can only be raised by it.
//
// A text is read twice: as it is written and by its sound, since the same child writes 殴られた and なぐられた. words.tsv holds
// the readings, from the IPA dictionary.
package model

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"

	"madoguchi/triage/sieve"
)

//go:embed weights.bin
var weights []byte

//go:embed words.tsv
var words string

//go:embed senses.tsv
var senses string

// Heads are what the model decides: the flags, and the severities that a text reaches at least.
var Heads = strings.Fields("suicide self_harm violence sexual extortion abuse_home absence sns_spread exclusion verbal property " +
	"multi_school third_party other emergency urgent soon")

// heads is the number of Heads.
const heads = 17

// MaxClauses is how many clauses a window has at most.
const MaxClauses = 3

// Clause is a clause of a text: its runes, and what the rules know of it.
type Clause struct {
	Runes []rune
	Marks []Mark
}

// Mark is a place of a clause that a rule knows: runes Start to End.
type Mark struct {
	Key        uint32
	Start, End int
}

// MarkKey returns the key of what is known by a name.
func MarkKey(name string) uint32 {
	key := seed ^ 0x3c6ef372
	for _, r := range name {
		key = hash(key, r)
	}
	return key
}

// Mark adds what stands at runes start to end, each key once.
func (c *Clause) Mark(start, end int, keys []uint32) {
	for _, k := range keys {
		if !slices.ContainsFunc(c.Marks, func(m Mark) bool { return m.Key == k }) {
			c.Marks = append(c.Marks, Mark{k, start, end})
		}
	}
}

// Model judges texts. It may be used by many goroutines.
type Model struct {
	readings Readings
	senses   Senses
	slots    []slot         // open addressing; the length is a power of two
	some     sieve.Sieve    // of their keys
	scale    [heads]float32 // of a step of weights
	bias     [heads]float32 // a window is found where its score is above zero
	sure     [heads]float32 // and is sure where it is above this
}

// slot holds a piece and its weights side by side: most of a text's time goes into waiting for them.
type slot struct {
	key    uint32
	full   bool
	weight [heads]int8
}

// Found is a head that a window speaks for.
type Found struct {
	Head  int     // of Heads
	Score float32 // above 0
	Sure  bool    // hardly a harmless message of a writer unknown to the learner scores as high
	// Clause, Start and End tell where the heaviest words stand: runes Start to End of that clause.
	Clause, Start, End int
}

// Lean is how much a text speaks for each of Heads.
type Lean [heads]float32

// Of returns how much it speaks for a head by its name.
func (l Lean) Of(name string) float32 {
	if h := slices.Index(Heads, name); h >= 0 {
		return l[h]
	}
	return -math.MaxFloat32
}

// New returns the model that is built in.
func New() (*Model, error) {
	return Parse(weights, words, senses)
}

// Parse reads a model: weights as Marshal writes them, words as the lines of Readings, senses as those of Senses.
func Parse(weights []byte, words, senses string) (*Model, error) {
	m := &Model{readings: ParseReadings(words), senses: ParseSenses(senses)}
	r := bytes.NewReader(weights)
	var rows uint32
	if binary.Read(r, binary.LittleEndian, &rows) != nil || binary.Read(r, binary.LittleEndian, &m.scale) != nil ||
		binary.Read(r, binary.LittleEndian, &m.bias) != nil || binary.Read(r, binary.LittleEndian, &m.sure) != nil || r.Len() != int(rows)*(4+heads) {
		return nil, errors.New("model: weights are cut short")
	}
	keys := make([]uint32, rows)
	all := make([]int8, int(rows)*heads) // read as one: by the row it takes many times as long
	if binary.Read(r, binary.LittleEndian, keys) != nil || binary.Read(r, binary.LittleEndian, all) != nil {
		return nil, errors.New("model: weights are cut short")
	}
	n := 1024
	for n*3 < 4*len(keys) {
		n *= 2
	}
	m.slots, m.some = make([]slot, n), sieve.Of(keys)
	for row, k := range keys {
		*m.slot(k) = slot{k, true, [heads]int8(all[row*heads:])}
	}
	return m, nil
}

// slot returns the slot of a piece, or the empty one where it would be.
func (m *Model) slot(key uint32) *slot {
	mask := len(m.slots) - 1
	i := int(key) & mask
	for m.slots[i].full && m.slots[i].key != key {
		i = (i + 1) & mask
	}
	return &m.slots[i]
}

// Find returns the heads that the clauses of a text speak for, each once. masked tells of a rune of a clause that it says
// nothing (jest, a dead pet); pieces with such a rune do not count. care tells of a clause how much more it takes to be sure
// with it. A head counts from short below its bound on: where words are missing.
//
// lean is how much the text speaks for each head, below zero where that was not found, and as low as it gets where there is
// nothing to read.
func (m *Model) Find(clauses []Clause, masked func(clause, i int) bool, care func(clause int) float32, short float32) (found []Found, lean Lean) {
	read := make([]clause, len(clauses))
	for c, x := range clauses {
		read[c] = m.read(x, func(i int) bool { return masked(c, i) })
		if c > 0 {
			m.senses.Across(read[c-1].senses, read[c].senses, func(key uint32, x, y Sense) {
				if s := m.slot(key); s.full && !masked(c-1, x.start) && !masked(c, y.start) {
					add(&read[c].behind, &s.weight)
				}
			})
		}
	}
	var best [heads]struct {
		score    float32
		from, to int
		sure     bool
	}
	for h := range lean {
		lean[h] = -math.MaxFloat32
	}
	for from := range clauses {
		var w [heads]float32
		n := 0
		var more float32
		for to := from; to < min(from+MaxClauses, len(clauses)); to++ {
			n += read[to].n
			more = max(more, care(to))
			for h := range w {
				w[h] += read[to].own[h]
				if to > from {
					w[h] += read[to].behind[h]
				}
				s := w[h]*m.scale[h]/Length(n) + m.bias[h] + short
				lean[h] = max(lean[h], s)
				if s > best[h].score {
					best[h].score, best[h].from, best[h].to = s, from, to+1
				}
				best[h].sure = best[h].sure || s > m.sure[h]+more
			}
		}
	}
	for h, b := range best {
		if b.score > 0 {
			f := heaviest(read, b.from, b.to, h)
			f.Score, f.Sure = b.score, b.sure
			found = append(found, f)
		}
	}
	return found, lean
}

// clause is a clause as it is read.
type clause struct {
	senses []Sense
	n      int            // pieces
	known  []known        // those that have weights
	silent []bool         // runes that say nothing
	own    [heads]float32 // weights of its pieces
	behind [heads]float32 // weights of its senses with those of the clause before
}

// known is a piece that has weights, and where it stands as written.
type known struct {
	weight     *[heads]int8
	start, end int
}

// read adds up the pieces of a clause.
func (m *Model) read(c Clause, masked func(i int) bool) clause {
	sound := m.readings.Sound(c.Runes)
	x := clause{senses: m.senses.In(sound), known: make([]known, 0, 4*len(c.Runes)), silent: make([]bool, len(c.Runes))}
	for i := range x.silent {
		x.silent[i] = masked(i)
	}
	quiet := slices.Contains(x.silent, true)
	m.pieces(sound, x.senses, c.Marks, func(key uint32, start, end int, short bool) {
		silent := quiet && slices.Contains(x.silent[start:end], true)
		if !silent && !short {
			x.n++
		}
		if !m.some.Has(key) {
			return
		}
		if s := m.slot(key); s.full {
			x.known = append(x.known, known{&s.weight, start, end})
			if !silent {
				add(&x.own, &s.weight)
			}
		}
	})
	return x
}

// pieces calls f with everything that a clause is made of; senses and marks do not make it longer.
func (m *Model) pieces(sound Sound, senses []Sense, marks []Mark, f func(key uint32, start, end int, short bool)) {
	sound.Pieces(func(key uint32, start, end int) { f(key, start, end, false) })
	m.senses.Pieces(senses, func(key uint32, start, end int) { f(key, start, end, true) })
	for _, k := range marks {
		f(k.Key, k.Start, k.End, true)
	}
}

func add(sum *[heads]float32, weight *[heads]int8) {
	for h, w := range weight {
		sum[h] += float32(w)
	}
}

// heaviest returns the words between two clauses that weigh most for head h.
func heaviest(read []clause, from, to, h int) Found {
	best, top := Found{Head: h, Clause: from, End: 1}, float32(math.Inf(-1))
	for c := from; c < to; c++ {
		share := make([]float32, len(read[c].silent))
		for _, x := range read[c].known {
			for i := x.start; i < x.end; i++ {
				share[i] += float32(x.weight[h]) / float32(x.end-x.start)
			}
		}
		var run float32
		start := 0
		for i, w := range share {
			if read[c].silent[i] {
				w = -1e6
			}
			if run <= 0 {
				run, start = 0, i
			}
			if run += w; run > top {
				top, best.Clause, best.Start, best.End = run, c, start, i+1
			}
		}
	}
	return best
}

// Length is what the weights of a window of n pieces are divided by. A few words count no more than they would in a sentence.
func Length(n int) float32 { return float32(math.Sqrt(float64(max(n, sentence)))) }

// sentence is how many pieces a sentence of about twenty characters has.
const sentence = 120

// Marshal writes weights: what Parse reads. rows go with keys.
func Marshal(keys []uint32, rows [][heads]float32, bias, sure [heads]float32) []byte {
	var scale [heads]float32
	for h := range scale {
		var top float32
		for _, r := range rows {
			top = max(top, r[h], -r[h])
		}
		if scale[h] = top / 127; scale[h] == 0 {
			scale[h] = 1
		}
	}
	var b bytes.Buffer
	write := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) } // a buffer takes everything
	write(uint32(len(keys)))
	write(scale)
	write(bias)
	write(sure)
	write(keys)
	for _, r := range rows {
		for h, w := range r {
			write(int8(math.Round(float64(w / scale[h]))))
		}
	}
	return b.Bytes()
}
