package main

import (
	"math"
	"math/rand/v2"
	"slices"

	"madoguchi/triage"
	"madoguchi/triage/assess/gold"
	"madoguchi/triage/assess/model"
)

const heads = 16

// How the weights are learned: logistic regression by AdaGrad.
const (
	rounds   = 24
	rate     = 0.25
	decay    = 2e-5 // of a weight, each time that its piece is seen
	rarest   = 2    // messages that a piece stands in at least
	smallest = 0.02 // weights of a piece below this are left out
)

// example is a message as the learner sees it.
type example struct {
	windows [][]int32 // pieces of each window
	want    [heads]int8
	writer  int
	message int
}

type corpus struct {
	keys     []uint32
	examples []example
	writers  int
}

// newCorpus makes two examples of every message: as it is written, and in kana.
func newCorpus(messages []gold.Message, texts [][][]rune, r model.Readings) *corpus {
	c := &corpus{}
	ids := map[uint32]int32{}
	seen := map[uint32]int{} // piece → messages
	last := map[uint32]int{}
	type variant struct {
		message int
		clauses []model.Sound
	}
	var variants []variant
	for i, clauses := range texts {
		var plain, kana []model.Sound
		for _, rs := range clauses {
			s := r.Sound(rs)
			plain = append(plain, s)
			kana = append(kana, r.Sound(s.Spoken()))
		}
		variants = append(variants, variant{i, plain}, variant{i, kana})
		for _, s := range plain {
			s.Pieces(func(key uint32, _, _ int) {
				if last[key] != i+1 {
					last[key] = i + 1
					seen[key]++
				}
			})
		}
	}
	writers := map[string]int{}
	for _, v := range variants {
		m := messages[v.message]
		if _, ok := writers[m.Writer()]; !ok {
			writers[m.Writer()] = len(writers)
		}
		e := example{writer: writers[m.Writer()], message: v.message}
		for h := range e.want {
			e.want[h] = int8(target(m, h))
		}
		pieces := make([][]int32, len(v.clauses))
		for i, s := range v.clauses {
			s.Pieces(func(key uint32, _, _ int) {
				if seen[key] < rarest {
					pieces[i] = append(pieces[i], -1)
					return
				}
				id, ok := ids[key]
				if !ok {
					id = int32(len(c.keys))
					ids[key] = id
					c.keys = append(c.keys, key)
				}
				pieces[i] = append(pieces[i], id)
			})
		}
		for from := range pieces {
			for to := from + 1; to <= min(from+3, len(pieces)); to++ {
				e.windows = append(e.windows, slices.Concat(pieces[from:to]...))
			}
		}
		c.examples = append(c.examples, e)
	}
	c.writers = len(writers)
	return c
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
	w, g         [][heads]float32
	bias, biasG  [heads]float32
	positiveCost [heads]float32
}

func (l *learner) score(window []int32, h int) float32 {
	var z float32
	for _, id := range window {
		if id >= 0 {
			z += l.w[id][h]
		}
	}
	return z/model.Length(len(window)) + l.bias[h]
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
	l := &learner{w: make([][heads]float32, len(c.keys)), g: make([][heads]float32, len(c.keys))}
	for h := range l.positiveCost {
		l.positiveCost[h] = 2
		if grave(h) {
			l.positiveCost[h] = 3
		}
		l.bias[h] = -2
	}
	rng := rand.New(rand.NewPCG(1, 2))
	order := slices.Clone(which)
	for range rounds {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			for h := range heads {
				l.step(c.examples[i], h)
			}
		}
	}
	return l
}

func (l *learner) step(e example, h int) {
	if e.want[h] < 0 {
		return
	}
	at, z := l.best(e, h)
	if at < 0 {
		return
	}
	p := 1 / (1 + float32(math.Exp(float64(-z))))
	d := p - float32(e.want[h])
	if e.want[h] == 1 {
		d *= l.positiveCost[h]
	}
	if d > -0.02 && d < 0.02 {
		return
	}
	w := e.windows[at]
	x := 1 / model.Length(len(w))
	l.biasG[h] += d * d
	l.bias[h] -= rate * d / float32(math.Sqrt(float64(l.biasG[h]))+1e-6)
	for _, id := range w {
		if id < 0 {
			continue
		}
		g := d * x
		l.g[id][h] += g * g
		l.w[id][h] -= rate*g/float32(math.Sqrt(float64(l.g[id][h]))+1e-6) + decay*l.w[id][h]
	}
}

// fit learns from the examples and returns the pieces that matter, their weights, and the bias.
func (c *corpus) fit(which []int) (keys []uint32, rows [][heads]float32, bias [heads]float32) {
	l := c.learnFrom(which)
	for id, w := range l.w {
		if slices.ContainsFunc(w[:], func(x float32) bool { return x > smallest || x < -smallest }) {
			keys, rows = append(keys, c.keys[id]), append(rows, w)
		}
	}
	return keys, rows, l.bias
}

// leftOut returns the scores of all messages for every head, each by what was learned without its writer.
func (c *corpus) leftOut() (scored [heads][]score) {
	for writer := range c.writers {
		var rest []int
		for i, e := range c.examples {
			if e.writer != writer {
				rest = append(rest, i)
			}
		}
		l := c.learnFrom(rest)
		for i := 0; i < len(c.examples); i += 2 { // as written
			e := c.examples[i]
			if e.writer != writer {
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

// choose returns what is to be added to the bias of every head, by the scores of writers who were left out.
func choose(scored [heads][]score) [heads]float32 {
	var add [heads]float32
	for h := range scored {
		beta2 := 0.25
		if grave(h) {
			beta2 = 1
		}
		add[h] = -threshold(scored[h], beta2)
	}
	return add
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
		var calm []float32
		for _, s := range scored[h] {
			if m := messages[s.message]; m.Severity == triage.Routine && !slices.Contains(m.Tags, "hn") {
				calm = append(calm, s.score)
			}
		}
		slices.Sort(calm)
		sure[h] = max(0, calm[int(float64(len(calm))*(1-doubt(h)))]+bias[h])
	}
	return sure
}
