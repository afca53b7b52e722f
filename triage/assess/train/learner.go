package main

import (
	"math"
	"math/rand/v2"
	"slices"

	"madoguchi/triage/assess/model"
)

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
	unheard  = 0.5  // the share of the pieces that half leaves out, others each time: no wording is all that it goes by
)

// learner holds the weights of all heads while they are learned: what a piece adds to a score, times how much it counts.
type learner struct {
	w, g        [][heads]float32
	bias, biasG [heads]float32
	value       []float32
	heard       []int32 // of the last window, kept for its room
}

// span is a window: clauses from to to, at most as many as the model reads at once.
type span struct{ from, to int }

// sum adds up the weights of pieces, four at a time: most of the learning goes into waiting for them.
func (l *learner) sum(ids []int32) (z [heads]float32) {
	for ; len(ids) >= 4; ids = ids[4:] {
		a, b, c, d := &l.w[ids[0]], &l.w[ids[1]], &l.w[ids[2]], &l.w[ids[3]]
		for h := range z {
			z[h] = z[h] + a[h] + b[h] + c[h] + d[h]
		}
	}
	for _, id := range ids {
		z = add(z, l.w[id])
	}
	return z
}

func add(a, b [heads]float32) [heads]float32 {
	for h := range a {
		a[h] += b[h]
	}
	return a
}

// windows calls f with the scores of every window of an example.
func (l *learner) windows(e example, f func(at span, score [heads]float32)) {
	own, behind := make([][heads]float32, len(e.clauses)), make([][heads]float32, len(e.clauses))
	for i, c := range e.clauses {
		own[i], behind[i] = l.sum(c.own), l.sum(c.behind)
	}
	for from := range e.clauses {
		var z [heads]float32
		n := 0
		for to := from; to < min(from+model.MaxClauses, len(e.clauses)); to++ {
			z, n = add(z, own[to]), n+e.clauses[to].n
			if to > from {
				z = add(z, behind[to])
			}
			score, long := l.bias, model.Length(n)
			for h := range score {
				score[h] += z[h] / long
			}
			f(span{from, to}, score)
		}
	}
}

// best returns for every head the window with the highest score, and the score.
func (l *learner) best(e example) (at [heads]span, top [heads]float32) {
	for h := range top {
		top[h] = float32(math.Inf(-1))
	}
	l.windows(e, func(s span, score [heads]float32) {
		for h, z := range score {
			if z > top[h] {
				at[h], top[h] = s, z
			}
		}
	})
	return at, top
}

// learnFrom moves the weights toward what the examples want, in an order that is always the same.
func (c *corpus) learnFrom(which []int) *learner {
	l := &learner{w: make([][heads]float32, len(c.value)), g: make([][heads]float32, len(c.value)), value: c.value}
	for h := range l.bias {
		l.bias[h] = -2
	}
	source := rand.NewPCG(1, 2)
	rng := rand.New(source)
	order := slices.Clone(which)
	sum := &learner{w: make([][heads]float32, len(c.value))}
	for round := range rounds {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			l.step(c.examples[i], source)
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

// hear returns what is heard of a window, until it hears the next.
func (l *learner) hear(e example, at span, rng *rand.PCG) (ids []int32, n int) {
	l.heard = l.heard[:0]
	for i := at.from; i <= at.to; i++ {
		l.heard = half(l.heard, e.clauses[i].own, rng)
		if i > at.from {
			l.heard = half(l.heard, e.clauses[i].behind, rng)
		}
		n += e.clauses[i].n
	}
	return l.heard, n
}

// half adds half of all to ids, as chance has it; without a branch, since no processor can guess which.
func half(ids, all []int32, rng *rand.PCG) []int32 {
	n := len(ids)
	ids = slices.Grow(ids, len(all))[:n+len(all)]
	for _, id := range all {
		ids[n] = id
		n += int(rng.Uint64() >> 55 & 1)
	}
	return ids[:n]
}

// step moves the weights toward what every head should say of an example, each by the window that speaks most for it. Heads that
// learn from the same window hear the same of it.
func (l *learner) step(e example, rng *rand.PCG) {
	if len(e.clauses) == 0 {
		return
	}
	var best [heads]span
	if len(e.clauses) > 1 {
		best, _ = l.best(e)
	}
	var done [heads]bool
	for first := range heads {
		if done[first] || e.want[first] < 0 {
			continue
		}
		ids, n := l.hear(e, best[first], rng)
		z, x := l.sum(ids), 1/(1-unheard)/model.Length(n)
		var d [heads]float32
		for h := first; h < heads; h++ {
			if best[h] != best[first] || e.want[h] < 0 {
				continue
			}
			done[h] = true
			p := 1 / (1 + float32(math.Exp(-float64(z[h]*x+l.bias[h]))))
			if d[h] = p - float32(e.want[h]); d[h] > -small && d[h] < small {
				d[h] = 0
			}
		}
		l.move(ids, d, x)
	}
}

// small is a mistake from which nothing is learned.
const small = 0.02

// move moves the weights of pieces against the mistakes d of the heads.
func (l *learner) move(ids []int32, d [heads]float32, x float32) {
	wrong := make([]int, 0, heads)
	for h, d := range d {
		if d != 0 {
			wrong = append(wrong, h)
			l.biasG[h] += d * d
			l.bias[h] -= rate * d / (float32(math.Sqrt(float64(l.biasG[h]))) + ease)
		}
	}
	if len(wrong) == 0 {
		return
	}
	for _, id := range ids {
		w, g, v := &l.w[id], &l.g[id], l.value[id]
		for _, h := range wrong {
			s := d[h] * v * x
			g[h] += s * s
			w[h] -= v*rate*s/(float32(math.Sqrt(float64(g[h])))+ease) + decay*w[h]
		}
	}
}

// rows returns the pieces that matter, and their weights.
func (c *corpus) rows(l *learner) (keys []uint32, rows [][heads]float32) {
	for _, p := range c.learned {
		w := l.w[p.place]
		if slices.ContainsFunc(w[:], func(x float32) bool { return x > smallest || x < -smallest }) {
			keys, rows = append(keys, p.key), append(rows, w)
		}
	}
	return keys, rows
}
