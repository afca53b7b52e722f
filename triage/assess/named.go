package assess

import (
	"errors"
	"math"
	"slices"

	"madoguchi/triage"
	"madoguchi/triage/assess/model"
)

// Whether a flag is said of a text. Severity and reasons are decided elsewhere and stay as they are.

// occasionText stands where one of Any does, and one of With if there are such.
type occasionText struct {
	ID    string   `yaml:"id"`
	Any   []string `yaml:"any"`
	With  []string `yaml:"with"`
	Match []string `yaml:"match"`
	Not   []string `yaml:"not"`
	Least float32  `yaml:"least"` // how much must be heard for danger to oneself to be called so
	Over  bool     `yaml:"over"`  // over what is said plainly, too
}

// occasion is an occasion, compiled.
type occasion struct {
	any, with []pattern
	least     float32
	over      bool
}

func (l *lexicon) compileOccasion(o occasionText) (occasion, error) {
	any, err := l.patterns(o.ID, o.Any)
	with, wrong := l.patterns(o.ID, o.With)
	return occasion{any, with, o.Least, o.Over}, errors.Join(err, wrong)
}

// named is what decides whether danger to oneself is called so.
type named struct {
	plain bool    // it is said plainly
	least float32 // how much must be heard of it and of anything being the matter, the scores of the model added up
}

// called tells what decides whether danger to oneself is called so: what a text says plainly, and of what other occasion it tells.
// What the rules found to be now is that whatever the occasion. What is no evidence is not plain either: it lies within guards or
// touches what is away.
func (l *lexicon) called(r *reading, x scanned, found []evidence, away []hit) named {
	n := named{least: byModel}
	n.plain = slices.ContainsFunc(l.plain, func(p pattern) bool {
		return slices.ContainsFunc(r.match(p, false), func(at place) bool { return !at.excused(x.guards) && !at.touches(away) })
	})
	now := false
	for _, e := range found {
		if self(e.rule.Flag) {
			n.least, now = max(n.least, byRule), now || e.rule.Severity == triage.Emergency
		}
	}
	if n.plain {
		n.least = -math.MaxFloat32
	}
	for _, o := range l.occasions {
		if (o.over || !n.plain && !now) && o.least > n.least && r.any(o.any) && (o.with == nil || r.any(o.with)) {
			n.least = o.least
		}
	}
	return n
}

// self reports whether a flag is of danger to oneself.
func self(f triage.Flag) bool { return f == triage.Suicide || f == triage.SelfHarm }

// faint are flags that are told from one another by more than their words, and the score of the model below which one is not
// named, though a rule or how pressing a text sounds would give it: the model knows what the rules found. How soon somebody must
// read the text stays, and so does the reason.
var faint = map[triage.Flag]float32{triage.Other: -0.8, triage.Verbal: -0.5}

// How much must be heard where nothing is said plainly: of danger to oneself and of anything being the matter, the two scores of the
// model added up. With the writers of testdata/dev, by whom these were chosen, half of what was harmless and called so no longer is,
// and of what is dangerous one in three hundred.
const (
	byRule  = 1.5 // where a rule found it
	byModel = 0.5 // where the model alone did
)

// calls reports whether the flag of what was found is said of a text of which the model hears so much. Of danger to oneself it is
// enough that one kind is heard: who cuts themselves may wish to die. What was taken out of a text cannot be heard.
func (h heard) calls(f triage.Flag, lean model.Lean) bool {
	if h.redacted {
		return true
	}
	if self(f) {
		heard := max(lean.Of(string(triage.Suicide)), lean.Of(string(triage.SelfHarm)))
		return heard+lean.Of(string(triage.Soon)) >= h.least
	}
	least, ok := faint[f]
	return !ok || lean.Of(string(f)) >= least
}
