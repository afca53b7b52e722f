package main

import (
	"slices"

	"madoguchi/triage"
	"madoguchi/triage/assess/gold"
	"madoguchi/triage/assess/model"
)

// folds is how many groups of writers are left out, one after the other.
const folds = 4

// learn learns once from all examples, and once without each group of writers.
func (c *corpus) learn() (whole *learner, apart [folds]*learner) {
	each(1+folds, func(i int) {
		if i == 0 {
			whole = c.learnFrom(c.all())
		} else {
			apart[i-1] = c.learnFrom(c.without(i - 1))
		}
	})
	return whole, apart
}

// leftOut returns the scores of all messages for every head, each by what was learned without its writer.
func (c *corpus) leftOut(learned [folds]*learner) (scored [heads][]score) {
	for fold, l := range learned {
		for i := 0; i < len(c.examples); i += 2 { // as written
			e := c.examples[i]
			if e.writer%folds != fold {
				continue
			}
			_, top := l.best(e)
			for h, z := range top {
				if e.want[h] >= 0 && len(e.clauses) > 0 {
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

// silence is the share of messages on suicide that the model alone may not hear as that: a little less than the one in twenty that
// is asked of all of it.
const silence = 0.035

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
	case "urgent", "soon":
		return 5
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
