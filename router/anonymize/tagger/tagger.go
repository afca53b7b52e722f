// Package tagger says which characters of a text belong to the name of a person, a school or a place, where no rule
// foresaw the wording.
//
// It is a linear chain: every clue at a character (the characters around it, its word and the words beside it, whether a
// list of names has it) has a weight for every label, and every pair of neighbouring labels has one. The weights were
// learned from the written sentences of this repository by the command madoguchi/router/anonymize/train, which writes
// weights.bin anew and always the same. There is nothing else in it: no list of words, no state, nothing from outside.
//
// What it gives is a probability for each character, so that whoever uses it decides how much doubt is enough.
package tagger

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"errors"
	"math"

	"madoguchi/triage/sieve"
)

//go:embed weights.bin
var weights []byte

// The labels. A name begins with First and goes on with the label behind it.
const (
	Outside = iota
	PersonFirst
	PersonMore
	SchoolFirst
	SchoolMore
	PlaceFirst
	PlaceMore
	Labels
)

// Scores has a number for every label.
type Scores [Labels]float32

// Links has a weight for every label (first index) followed by another.
type Links [Labels]Scores

// Tagger labels texts. It may be used by many goroutines.
type Tagger struct {
	slots []slot      // open addressing; the length is a power of two
	some  sieve.Sieve // of their keys
	scale Scores      // of a step of weight
	steps Links       // the powers of the links
}

// slot holds a clue and its weights side by side: most of a text's time goes into waiting for them. A weight is a byte above
// nothing; the last byte is 1 where the slot is full, so that their sum counts them.
type slot struct {
	key     uint32
	weights [2]uint32
}

// nothing is the byte of a weight of 0.
const nothing = 128

func (s *slot) full() bool { return s.weights[1]>>24 != 0 }

// New returns the tagger that is built in.
func New() (*Tagger, error) { return Parse(weights) }

// head is what stands in front of the weights.
type head struct {
	Rows  uint32
	Scale Scores
	Links Links
}

// Parse reads weights as Marshal writes them.
func Parse(weights []byte) (*Tagger, error) {
	r := bytes.NewReader(weights)
	var h head
	if binary.Read(r, binary.LittleEndian, &h) != nil || r.Len() != int(h.Rows)*(4+Labels) {
		return nil, errors.New("tagger: weights are cut short")
	}
	keys := make([]uint32, h.Rows)
	rows := make([]int8, h.Rows*Labels) // read as one: by the row it takes many times as long
	if binary.Read(r, binary.LittleEndian, keys) != nil || binary.Read(r, binary.LittleEndian, rows) != nil {
		return nil, errors.New("tagger: weights are cut short")
	}
	n := 1024
	for n*3 < 4*len(keys) {
		n *= 2
	}
	t := &Tagger{slots: make([]slot, n), some: sieve.Of(keys), scale: h.Scale, steps: h.Links.powers()}
	for row, key := range keys {
		i := int(key) & (n - 1)
		for t.slots[i].full() {
			i = (i + 1) & (n - 1)
		}
		weights := [8]byte{Labels: 1}
		for l, w := range rows[row*Labels : row*Labels+Labels] {
			weights[l] = byte(int(w) + nothing)
		}
		t.slots[i] = slot{key, [2]uint32{binary.LittleEndian.Uint32(weights[:4]), binary.LittleEndian.Uint32(weights[4:])}}
	}
	return t, nil
}

// Marshal writes weights: what Parse reads. Row n belongs to key n; no key may stand twice.
func Marshal(keys []uint32, rows []Scores, links Links) []byte {
	h := head{Rows: uint32(len(keys)), Links: links}
	for l := range h.Scale {
		var top float32
		for _, r := range rows {
			top = max(top, r[l], -r[l])
		}
		if h.Scale[l] = top / 127; top == 0 {
			h.Scale[l] = 1
		}
	}
	var b bytes.Buffer
	write := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) } // a buffer takes everything
	write(h)
	write(keys)
	for _, r := range rows {
		for l, w := range r {
			write(int8(math.Round(float64(w / h.Scale[l]))))
		}
	}
	return b.Bytes()
}

// Label returns for each character how likely each label is. clues has the same number of clues for each character, one
// character after the other.
func (t *Tagger) Label(clues []uint32, each int) []Scores {
	out := make([]Scores, len(clues)/each)
	some := make([]uint32, each)
	for c := range out {
		sum := t.sum(some[:t.some.Keep(some, clues[c*each:c*each+each])])
		for l, s := range sum {
			out[c][l] = float32(s) * t.scale[l]
		}
	}
	likely(out, &t.steps, nil)
	return out
}

// sum adds up the weights of keys, at most 257 of them: four labels at once, in two bytes each.
func (t *Tagger) sum(keys []uint32) (sum [Labels]int32) {
	const every2nd = 0x00ff00ff00ff00ff
	var even, odd uint64
	mask := len(t.slots) - 1
	for _, key := range keys {
		i := int(key) & mask
		for t.slots[i].full() && t.slots[i].key != key {
			i = (i + 1) & mask
		}
		w := uint64(t.slots[i].weights[0]) | uint64(t.slots[i].weights[1])<<32
		even += w & every2nd
		odd += w >> 8 & every2nd
	}
	found := int32(odd >> 48)
	for l := range sum {
		both := even
		if l%2 == 1 {
			both = odd
		}
		sum[l] = int32(both>>(l/2*16)&0xffff) - nothing*found
	}
	return sum
}

// Likely replaces the scores of a chain by the probabilities of the labels. Where pairs is given, the probability of every
// pair of neighbours is added to it.
func Likely(chain []Scores, links *Links, pairs *Links) {
	step := links.powers()
	likely(chain, &step, pairs)
}

// powers returns e to the power of every link.
func (l *Links) powers() (steps Links) {
	for a, row := range l {
		for b, w := range row {
			steps[a][b] = float32(math.Exp(float64(w)))
		}
	}
	return steps
}

func likely(chain []Scores, step *Links, pairs *Links) {
	if len(chain) == 0 {
		return
	}
	for i := range chain {
		top := chain[i][0]
		for _, s := range chain[i] {
			top = max(top, s)
		}
		for l, s := range chain[i] {
			chain[i][l] = float32(math.Exp(float64(s - top)))
		}
	}
	forward := make([]Scores, len(chain))
	forward[0] = chain[0]
	norm(&forward[0])
	for i := 1; i < len(chain); i++ {
		for a, p := range forward[i-1] {
			for b := range step[a] {
				forward[i][b] += p * step[a][b]
			}
		}
		for b := range forward[i] {
			forward[i][b] *= chain[i][b]
		}
		norm(&forward[i])
	}
	back := Scores{1, 1, 1, 1, 1, 1, 1}
	for i := len(chain) - 1; i >= 0; i-- {
		var next Scores // of what stands at i and behind it
		for b := range next {
			next[b] = chain[i][b] * back[b]
			chain[i][b] = forward[i][b] * back[b]
		}
		norm(&chain[i])
		norm(&next)
		if i == 0 {
			break
		}
		for a := range back {
			back[a] = 0
			for b := range next {
				back[a] += step[a][b] * next[b]
			}
		}
		if pairs != nil {
			addPairs(pairs, &forward[i-1], step, &next)
		}
	}
}

func addPairs(pairs *Links, before *Scores, step *Links, next *Scores) {
	var total float32
	for a, p := range before {
		for b, q := range next {
			total += p * step[a][b] * q
		}
	}
	for a, p := range before {
		for b, q := range next {
			pairs[a][b] += p * step[a][b] * q / total
		}
	}
}

func norm(s *Scores) {
	var sum float32
	for _, p := range s {
		sum += p
	}
	for l := range s {
		s[l] /= sum
	}
}
