package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"madoguchi/triage"
	"madoguchi/triage/assess"
	"madoguchi/triage/assess/gold"
	"madoguchi/triage/assess/model"
)

const heads = 17

// How the weights are learned: logistic regression by AdaGrad.
const (
	rounds   = 24
	settled  = 8 // rounds after which the weights are those of all rounds since, on average
	rate     = 1
	decay    = 5e-5 // of a weight, each time that its piece is seen
	ease     = 1    // keeps what was seen a few times from being learned by heart
	rarest   = 2    // messages that a piece stands in at least
	sensible = 2    // how much more than another piece a sense counts
	known    = 2    // and what a rule knows
	smallest = 0.02 // weights of a piece below this are left out
	unheard  = 0.5  // the share of the pieces that the learner does not hear, others each time: no wording is all that it goes by
)

// example is a message as the learner sees it.
type example struct {
	windows []window
	want    [heads]int8
	writer  int
	message int
}

// window is the pieces of some clauses: n of them are what Length counts.
type window struct {
	ids []int32
	n   int
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
		e := example{writer: writers[m.Writer()], message: v.message, windows: c.windows(v.clauses)}
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

// windows returns the windows of a text.
func (c *corpus) windows(clauses []spoken) (out []window) {
	own := make([]window, len(clauses))
	behind := make([][]int32, len(clauses))
	var before []model.Sense
	for i, s := range clauses {
		s.Pieces(func(key uint32, _, _ int) {
			own[i].ids = c.piece(own[i].ids, key, 1)
			own[i].n++
		})
		found := c.senses.In(s.Sound)
		c.senses.Pieces(found, func(key uint32, _, _ int) { own[i].ids = c.piece(own[i].ids, key, sensible) })
		for _, k := range s.marks {
			own[i].ids = c.piece(own[i].ids, k.Key, known)
		}
		if i > 0 {
			c.senses.Across(before, found, func(key uint32, _, _ model.Sense) { behind[i] = c.piece(behind[i], key, sensible) })
		}
		before = found
	}
	for from := range own {
		w := window{}
		for to := from; to < min(from+3, len(own)); to++ {
			w.ids, w.n = slices.Concat(w.ids, own[to].ids), w.n+own[to].n
			if to > from {
				w.ids = append(w.ids, behind[to]...)
			}
			out = append(out, w)
		}
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

// learner holds the weights of all heads while they are learned.
type learner struct {
	w, g        [][heads]float32
	bias, biasG [heads]float32
	value       []float32
	heard       map[int]window // of the example that is learned from: what is heard of a window
}

func (l *learner) score(w window, h int) float32 {
	var z float32
	for _, id := range w.ids {
		z += l.w[id][h] * l.value[id]
	}
	return z/model.Length(w.n) + l.bias[h]
}

// best returns the window with the highest score, and the score.
func (l *learner) best(e example, h int) (int, float32) {
	at, top := -1, float32(math.Inf(-1))
	for i, w := range e.windows {
		if s := l.score(w, h); s > top {
			at, top = i, s
		}
	}
	return at, top
}

// learnFrom moves the weights toward what the examples want, in an order that is always the same.
func (c *corpus) learnFrom(which []int) *learner {
	l := &learner{w: make([][heads]float32, len(c.keys)), g: make([][heads]float32, len(c.keys)), value: c.value}
	for h := range l.bias {
		l.bias[h] = -2
	}
	rng := rand.New(rand.NewPCG(1, 2))
	order := slices.Clone(which)
	sum := &learner{w: make([][heads]float32, len(c.keys)), value: c.value}
	for round := range rounds {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			l.heard = map[int]window{}
			for h := range heads {
				l.step(c.examples[i], h, rng)
			}
		}
		if round >= settled {
			sum.add(l, 1/float32(rounds-settled))
		}
	}
	return sum
}

// add adds a share of the weights of x.
func (l *learner) add(x *learner, share float32) {
	for h := range heads {
		l.bias[h] += share * x.bias[h]
	}
	for i := range l.w {
		for h := range heads {
			l.w[i][h] += share * x.w[i][h]
		}
	}
}

// hear returns what is heard of a window, the same for every head.
func (l *learner) hear(e example, at int, rng *rand.Rand) window {
	w, ok := l.heard[at]
	if !ok {
		w.n = e.windows[at].n
		for _, id := range e.windows[at].ids {
			if rng.Float32() >= unheard {
				w.ids = append(w.ids, id)
			}
		}
		l.heard[at] = w
	}
	return w
}

// step moves the weights of a head toward what it should say of an example, by the window that speaks most for it.
func (l *learner) step(e example, h int, rng *rand.Rand) {
	if e.want[h] < 0 {
		return
	}
	at, _ := l.best(e, h)
	if at < 0 {
		return
	}
	w := l.hear(e, at, rng)
	z := (l.score(w, h)-l.bias[h])/(1-unheard) + l.bias[h]
	p := 1 / (1 + float32(math.Exp(float64(-z))))
	d := p - float32(e.want[h])
	if d > -0.02 && d < 0.02 {
		return
	}
	x := 1 / (1 - unheard) / model.Length(w.n)
	l.biasG[h] += d * d
	l.bias[h] -= rate * d / float32(math.Sqrt(float64(l.biasG[h]))+ease)
	for _, id := range w.ids {
		g := d * x * l.value[id]
		l.g[id][h] += g * g
		l.w[id][h] -= rate*g/float32(math.Sqrt(float64(l.g[id][h]))+ease) + decay*l.w[id][h]
	}
}

// rows returns the pieces that matter, and their weights.
func (c *corpus) rows(l *learner) (keys []uint32, rows [][heads]float32) {
	for id, w := range l.w {
		for h := range w {
			w[h] *= c.value[id]
		}
		if slices.ContainsFunc(w[:], func(x float32) bool { return x > smallest || x < -smallest }) {
			keys, rows = append(keys, c.keys[id]), append(rows, w)
		}
	}
	return keys, rows
}

// folds is how many groups of writers are left out, one after the other.
const folds = 10

// apart learns once without each group of writers.
func (c *corpus) apart() (learned [folds]*learner) {
	var both sync.WaitGroup
	for half := range 2 {
		both.Go(func() {
			for fold := half; fold < folds; fold += 2 {
				learned[fold] = c.learnFrom(c.without(fold))
			}
		})
	}
	both.Wait()
	return learned
}

// leftOut returns the scores of all messages for every head, each by what was learned without its writer.
func (c *corpus) leftOut(learned [folds]*learner) (scored [heads][]score) {
	for fold, l := range learned {
		for i := 0; i < len(c.examples); i += 2 { // as written
			e := c.examples[i]
			if e.writer%folds != fold {
				continue
			}
			for h := range heads {
				if _, z := l.best(e, h); e.want[h] >= 0 && len(e.windows) > 0 {
					scored[h] = append(scored[h], score{z, int(e.want[h]), e.message})
				}
			}
		}
	}
	return scored
}

// without returns the examples of all writers but those of a fold.
func (c *corpus) without(fold int) (rest []int) {
	for i, e := range c.examples {
		if e.writer%folds != fold {
			rest = append(rest, i)
		}
	}
	return rest
}

// choose returns what is to be added to the bias of every head, by the scores of writers who were left out.
func choose(messages []gold.Message, scored [heads][]score) [heads]float32 {
	var add [heads]float32
	for h := range scored {
		add[h] = -threshold(scored[h], weight(h))
		switch model.Heads[h] {
		case "emergency":
			add[h] = -above(scored[h], haste, func(s score) bool { return messages[s.message].Severity == triage.Urgent })
		case "suicide":
			add[h] = -above(scored[h], 1-silence, func(s score) bool { return s.want == 1 })
		}
	}
	return add
}

// haste is the share of urgent messages that may be taken for what happens now: somebody reads them today all the same.
const haste = 0.05

// silence is the share of messages on suicide that the model alone may not hear as that: one in twenty, as is asked of all of it.
const silence = 0.05

// above returns the score above which a share of those lie that count.
func above(scored []score, share float64, counts func(score) bool) float32 {
	var all []float32
	for _, s := range scored {
		if counts(s) {
			all = append(all, s.score)
		}
	}
	slices.Sort(all)
	return all[int(float64(len(all))*(1-share))]
}

// weight returns how much a miss weighs against a false alarm: more where it costs a life.
func weight(h int) float64 {
	switch model.Heads[h] {
	case "urgent":
		return 3
	case "soon":
		return 2
	}
	return 1
}

// doubt returns the share of harmless messages that may score above what is called sure: more where a miss costs a life, and
// for what any grave matter is heard by.
func doubt(h int) float64 {
	switch model.Heads[h] {
	case "suicide", "urgent":
		return 0.08
	}
	return 0.05
}

// certain returns the score of every head above which no more than doubt of the routine messages lie, those apart that were
// written to mislead: the rules know them. It is as from the bias chosen, and never below zero.
func certain(messages []gold.Message, scored [heads][]score, bias [heads]float32) [heads]float32 {
	var sure [heads]float32
	for h := range scored {
		sure[h] = max(0, bias[h]+above(scored[h], doubt(h), func(s score) bool {
			m := messages[s.message]
			return m.Severity == triage.Routine && !slices.Contains(m.Tags, "hn")
		}))
	}
	return sure
}
