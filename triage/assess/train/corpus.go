package main

import (
	"cmp"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

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

// clause is the pieces of a clause by their places: n of its own are what Length counts, behind are those that it has with the
// one before.
type clause struct {
	own, behind []int32
	n           int
}

// corpus is what there is to learn from.
type corpus struct {
	pieces   map[uint32]*piece // by key
	learned  []*piece          // those that the examples have, as they come
	value    []float32         // how much a piece counts, by its place
	examples []example
}

// piece is a piece that messages have as they are written.
type piece struct {
	key            uint32
	messages, last int   // how many have it, and which was the last
	place          int32 // among those of the learner, -1 where it is too rare to learn from
	come           bool  // some example had it
}

// newCorpus makes two examples of every message: as it is written, and in kana.
func newCorpus(messages []gold.Message, texts [][]model.Clause, r model.Readings, senses model.Senses) *corpus {
	c := &corpus{pieces: map[uint32]*piece{}}
	plain, kana := make([][]heard, len(texts)), make([][]heard, len(texts))
	each(len(texts), func(i int) {
		var written, sound []spoken
		for _, x := range texts[i] {
			s := r.Sound(x.Runes)
			written = append(written, spoken{s, x.Marks})
			sound = append(sound, spoken{r.Sound(s.Spoken()), marks(string(s.Spoken()))})
		}
		plain[i], kana[i] = hear(written, senses), hear(sound, senses)
	})
	c.arrange(plain)
	writers := map[string]int{}
	for i, m := range messages {
		if _, ok := writers[m.Writer()]; !ok {
			writers[m.Writer()] = len(writers)
		}
		for _, clauses := range [][]heard{plain[i], kana[i]} {
			e := example{writer: writers[m.Writer()], message: i}
			for _, x := range clauses {
				e.clauses = append(e.clauses, clause{c.places(x.own), c.places(x.behind), x.n})
			}
			for h := range e.want {
				e.want[h] = int8(target(m, h))
			}
			c.examples = append(c.examples, e)
		}
	}
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

// heard is a clause by the keys of its pieces.
type heard struct {
	own, behind []counted
	n           int
}

// counted is a key, and how much its piece counts.
type counted struct {
	key   uint32
	value float32
}

// hear returns the pieces of the clauses of a text.
func hear(clauses []spoken, senses model.Senses) []heard {
	out := make([]heard, len(clauses))
	var before []model.Sense
	for i, s := range clauses {
		x := &out[i]
		s.Pieces(func(key uint32, _, _ int) { x.own = append(x.own, counted{key, 1}) })
		x.n = len(x.own)
		found := senses.In(s.Sound)
		senses.Pieces(found, func(key uint32, _, _ int) { x.own = append(x.own, counted{key, sensible}) })
		for _, k := range s.marks {
			x.own = append(x.own, counted{k.Key, known})
		}
		if i > 0 {
			senses.Across(before, found, func(key uint32, _, _ model.Sense) { x.behind = append(x.behind, counted{key, sensible}) })
		}
		before = found
	}
	return out
}

// arrange counts the pieces of the messages and gives them their places: those of many messages stand together, so that the
// processor has them at hand.
func (c *corpus) arrange(messages [][]heard) {
	var all []*piece
	for i, clauses := range messages {
		for _, x := range clauses {
			for _, k := range slices.Concat(x.own, x.behind) {
				p := c.pieces[k.key]
				if p == nil {
					p = &piece{key: k.key, last: -1, place: -1}
					c.pieces[k.key], all = p, append(all, p)
				}
				if p.last != i {
					p.last = i
					p.messages++
				}
			}
		}
	}
	all = slices.DeleteFunc(all, func(p *piece) bool { return p.messages < rarest })
	slices.SortStableFunc(all, func(a, b *piece) int { return cmp.Compare(b.messages, a.messages) })
	for i, p := range all {
		p.place = int32(i)
	}
	c.value = make([]float32, len(all))
}

// places returns the places of pieces, but of those that are too rare to learn from.
func (c *corpus) places(pieces []counted) []int32 {
	all := make([]int32, 0, len(pieces))
	for _, k := range pieces {
		p := c.pieces[k.key]
		if p == nil || p.place < 0 {
			continue
		}
		if !p.come {
			p.come, c.value[p.place], c.learned = true, k.value, append(c.learned, p)
		}
		all = append(all, p.place)
	}
	return all
}

func (c *corpus) all() []int {
	all := make([]int, len(c.examples))
	for i := range all {
		all[i] = i
	}
	return all
}

// each calls f with every number below n, on all processors.
func each(n int, f func(i int)) {
	var all errgroup.Group
	all.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		all.Go(func() error {
			f(i)
			return nil
		})
	}
	_ = all.Wait() // none fails
}
