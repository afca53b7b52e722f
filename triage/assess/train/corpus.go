package main

import (
	"madoguchi/triage/assess"
	"madoguchi/triage/assess/gold"
	"madoguchi/triage/assess/model"
)

const heads = 17

// example is a message as the learner sees it.
type example struct {
	clauses []clause
	want    [heads]int8
	writer  int
	message int
}

// clause is the pieces of a clause: n of its own are what Length counts, behind are those that it has with the one before.
type clause struct {
	own, behind []int32
	n           int
}

type corpus struct {
	keys     []uint32
	value    []float32 // how much a piece counts
	senses   model.Senses
	ids      map[uint32]int32
	seen     map[uint32]int // piece → messages
	examples []example
	writers  int
}

// newCorpus makes two examples of every message: as it is written, and in kana.
func newCorpus(messages []gold.Message, texts [][]model.Clause, r model.Readings, senses model.Senses) *corpus {
	c := &corpus{senses: senses, ids: map[uint32]int32{}, seen: map[uint32]int{}}
	type variant struct {
		message int
		clauses []spoken
	}
	var variants []variant
	last := map[uint32]int{}
	for i, clauses := range texts {
		var plain, kana []spoken
		for _, x := range clauses {
			s := r.Sound(x.Runes)
			plain = append(plain, spoken{s, x.Marks})
			kana = append(kana, spoken{r.Sound(s.Spoken()), marks(string(s.Spoken()))})
		}
		variants = append(variants, variant{i, plain}, variant{i, kana})
		note := func(key uint32, _, _ int) {
			if last[key] != i+1 {
				last[key] = i + 1
				c.seen[key]++
			}
		}
		var before []model.Sense
		for k, s := range plain {
			s.Pieces(note)
			for _, k := range s.marks {
				note(k.Key, 0, 0)
			}
			found := senses.In(s.Sound)
			senses.Pieces(found, note)
			if k > 0 {
				senses.Across(before, found, func(key uint32, _, _ model.Sense) { note(key, 0, 0) })
			}
			before = found
		}
	}
	writers := map[string]int{}
	for _, v := range variants {
		m := messages[v.message]
		if _, ok := writers[m.Writer()]; !ok {
			writers[m.Writer()] = len(writers)
		}
		e := example{writer: writers[m.Writer()], message: v.message, clauses: c.heard(v.clauses)}
		for h := range e.want {
			e.want[h] = int8(target(m, h))
		}
		c.examples = append(c.examples, e)
	}
	c.writers = len(writers)
	return c
}

// spoken is a clause by its sound, with what the rules know of it.
type spoken struct {
	model.Sound
	marks []model.Mark
}

// marks returns what the rules know of a clause.
func marks(s string) []model.Mark {
	var all model.Clause
	for _, c := range assess.Clauses(s) {
		for _, m := range c.Marks {
			all.Mark(0, 0, []uint32{m.Key})
		}
	}
	return all.Marks
}

// heard returns the pieces of the clauses of a text.
func (c *corpus) heard(clauses []spoken) []clause {
	out := make([]clause, len(clauses))
	var before []model.Sense
	for i, s := range clauses {
		x := &out[i]
		s.Pieces(func(key uint32, _, _ int) {
			x.own = c.piece(x.own, key, 1)
			x.n++
		})
		found := c.senses.In(s.Sound)
		c.senses.Pieces(found, func(key uint32, _, _ int) { x.own = c.piece(x.own, key, sensible) })
		for _, k := range s.marks {
			x.own = c.piece(x.own, k.Key, known)
		}
		if i > 0 {
			c.senses.Across(before, found, func(key uint32, _, _ model.Sense) { x.behind = c.piece(x.behind, key, sensible) })
		}
		before = found
	}
	return out
}

// piece adds a piece to ids, unless it is too rare to learn from.
func (c *corpus) piece(ids []int32, key uint32, value float32) []int32 {
	if c.seen[key] < rarest {
		return ids
	}
	id, ok := c.ids[key]
	if !ok {
		id = int32(len(c.keys))
		c.ids[key] = id
		c.keys, c.value = append(c.keys, key), append(c.value, value)
	}
	return append(ids, id)
}

func (c *corpus) all() []int {
	all := make([]int, len(c.examples))
	for i := range all {
		all[i] = i
	}
	return all
}
