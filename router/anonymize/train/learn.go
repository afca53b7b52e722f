package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"madoguchi/router/anonymize"
	"madoguchi/router/anonymize/tagger"
)

// How the weights are learned: a linear chain by AdaGrad, each example by itself.
const (
	rounds = 6
	rate   = 0.04
	decay  = 1e-5 // of a weight, each time that its clue is seen
	rarest = 3    // times that a clue is seen at least
	kept   = 400_000
	// weighed is how many rounds there are before the weights that matter least are dropped; the rest learn to do without.
	weighed = 3
	// averaged is over how many of the last rounds the weights are the mean, and looks how often they are taken in each: which
	// sentence came last matters less.
	averaged, looks = 3, 8
	// learners is how many learn beside one another.
	learners = 2
)

// learner holds the weights while they are learned.
type learner struct {
	*clues
	w, g    []tagger.Scores // by the places of clues
	links   tagger.Links
	linksG  tagger.Links
	dropped []bool // the clues that were not kept
}

// learn returns the weights that the examples teach: the mean of what several learn who see them in another order, so that chance
// says less.
func learn(a *anonymize.Anonymizer, examples []example) []byte {
	l := (&learner{clues: newClues(a, examples)}).fresh()
	var all [learners]*learner
	var wait sync.WaitGroup
	for n := range all {
		all[n] = l.fresh()
		wait.Go(func() { all[n].repeat(rand.New(rand.NewPCG(3, uint64(5+n)))) })
	}
	wait.Wait()
	for _, one := range all {
		l.add(one.w, &one.links, 1/float32(learners))
	}
	l.prune()
	return l.marshal()
}

// fresh is a learner of the same examples that has learned nothing.
func (l *learner) fresh() *learner {
	n := *l
	rows := len(l.keys) + 1
	n.w, n.g, n.dropped = make([]tagger.Scores, rows), make([]tagger.Scores, rows), make([]bool, rows)
	n.dropped[n.rare()] = true
	return &n
}

// add adds a share of weights to those of l.
func (l *learner) add(w []tagger.Scores, links *tagger.Links, share float32) {
	for id := range w {
		for k, x := range w[id] {
			l.w[id][k] += x * share
		}
	}
	for a := range links {
		for b, x := range links[a] {
			l.links[a][b] += x * share
		}
	}
}

// repeat learns from all examples again and again, in an order that rng says, and leaves the mean of the last rounds.
func (l *learner) repeat(rng *rand.Rand) {
	order := make([]int, len(l.sentences))
	for i := range order {
		order[i] = i
	}
	mean := l.fresh()
	for n := range rounds {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		if n == weighed {
			l.prune()
		}
		for at, i := range order {
			l.step(l.sentences[i], l.labels[i])
			if n >= rounds-averaged && (at+1)*looks/len(order) > at*looks/len(order) {
				mean.add(l.w, &l.links, 1/float32(averaged*looks))
			}
		}
	}
	l.w, l.links = mean.w, mean.links
}

// step moves the weights toward the labels of a sentence.
func (l *learner) step(clues []int32, labels []uint8) {
	chain := make([]tagger.Scores, len(labels))
	for i := range chain {
		chain[i] = l.sum(clues[i*l.each : (i+1)*l.each])
	}
	var pairs tagger.Links
	tagger.Likely(chain, &l.links, &pairs)
	for i, p := range chain {
		p[labels[i]]--
		for k, d := range p {
			if d > -0.01 && d < 0.01 {
				continue
			}
			for _, id := range clues[i*l.each : (i+1)*l.each] {
				if !l.dropped[id] {
					g := &l.g[id][k]
					*g += d * d
					l.w[id][k] -= rate*d/(root(*g)+1e-3) + decay*l.w[id][k]
				}
			}
		}
	}
	for i := 1; i < len(labels); i++ {
		pairs[labels[i-1]][labels[i]]--
	}
	for a := range pairs {
		for b, d := range pairs[a] {
			l.linksG[a][b] += d * d
			l.links[a][b] -= rate * d / (root(l.linksG[a][b]) + 1e-3)
		}
	}
}

// sum adds up the weights of clues, four at a time: most of the learning goes into waiting for them. They are 0
// where a clue is rare or dropped.
func (l *learner) sum(ids []int32) (z tagger.Scores) {
	for ; len(ids) >= 4; ids = ids[4:] {
		a, b, c, d := &l.w[ids[0]], &l.w[ids[1]], &l.w[ids[2]], &l.w[ids[3]]
		for k := range z {
			z[k] = z[k] + a[k] + b[k] + c[k] + d[k]
		}
	}
	for _, id := range ids {
		for k, w := range l.w[id] {
			z[k] += w
		}
	}
	return z
}

func root(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// prune drops the weights that matter least, and leaves kept of them.
func (l *learner) prune() {
	sizes := make([]float32, len(l.w))
	for id, w := range l.w {
		for _, x := range w {
			sizes[id] = max(sizes[id], x, -x)
		}
	}
	if len(sizes) <= kept {
		return
	}
	least := slices.Sorted(slices.Values(sizes))[len(sizes)-kept]
	for id := range l.w {
		if sizes[id] < least {
			l.w[id], l.dropped[id] = tagger.Scores{}, true
		}
	}
}

// marshal returns the weights that are left.
func (l *learner) marshal() []byte {
	var keys []uint32
	var rows []tagger.Scores
	for _, k := range l.keys {
		if w := l.w[k.place]; w != (tagger.Scores{}) {
			keys, rows = append(keys, k.key), append(rows, w)
		}
	}
	return tagger.Marshal(keys, rows, l.links)
}
