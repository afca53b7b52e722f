package main

import (
	"cmp"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"madoguchi/router/anonymize"
)

// clues are the examples as the learner sees them.
type clues struct {
	each      int       // clues of a character
	sentences [][]int32 // the places of the clues of each example
	labels    [][]uint8
	keys      []key // of the clues that are not rare, as they come
}

// key is a clue.
type key struct {
	key   uint32
	seen  int32 // times
	place int32 // where the learner has its weights
	first int   // which clue of all it was when it came
}

// rare is the place of all clues that are rare.
func (c *clues) rare() int { return len(c.keys) }

// newClues returns the clues of the examples but of those of which folding joins characters: the labels are elsewhere.
func newClues(a *anonymize.Anonymizer, examples []example) *clues {
	c := &clues{}
	found := make([][]uint32, len(examples))
	each(len(examples), func(i int) {
		if view, keys, _ := a.Clues(string(examples[i].text)); len(view) == len(examples[i].text) {
			found[i] = keys
		}
	})
	for i, e := range examples {
		if len(found[i]) > 0 {
			c.each = len(found[i]) / len(e.text)
			c.labels, c.sentences = append(c.labels, e.labels), append(c.sentences, make([]int32, len(found[i])))
		}
	}
	found = slices.DeleteFunc(found, func(keys []uint32) bool { return len(keys) == 0 })
	c.arrange(found)
	return c
}

// parts is how many parts the clues are counted in: the table of one fits into the cache.
const parts = 16

// arrange counts the clues and gives them their places: those that are seen often stand together, so that the processor has them
// at hand.
func (c *clues) arrange(found [][]uint32) {
	var all [parts][]key
	each(parts, func(part int) { all[part] = c.count(found, uint32(part)) })
	for _, keys := range all {
		for _, k := range keys {
			if k.seen >= rarest {
				c.keys = append(c.keys, k)
			}
		}
	}
	slices.SortFunc(c.keys, func(a, b key) int { return cmp.Or(cmp.Compare(b.seen, a.seen), cmp.Compare(a.first, b.first)) })
	var places [parts][]int32
	for part, keys := range all {
		places[part] = slices.Repeat([]int32{int32(c.rare())}, len(keys))
	}
	for i := range c.keys {
		k := &c.keys[i]
		part := k.key % parts
		places[part][k.place], k.place = int32(i), int32(i)
	}
	slices.SortFunc(c.keys, func(a, b key) int { return cmp.Compare(a.first, b.first) })
	each(len(found), func(i int) {
		for n, k := range found[i] {
			c.sentences[i][n] = places[k%parts][c.sentences[i][n]]
		}
	})
}

// count counts the clues of a part, and numbers them as they come.
func (c *clues) count(found [][]uint32, part uint32) (keys []key) {
	numbers := map[uint32]int32{}
	at := 0
	for i, line := range found {
		for n, k := range line {
			if k%parts != part {
				continue
			}
			number, old := numbers[k]
			if !old {
				number = int32(len(keys))
				numbers[k], keys = number, append(keys, key{key: k, place: number, first: at + n})
			}
			keys[number].seen++
			c.sentences[i][n] = number
		}
		at += len(line)
	}
	return keys
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
