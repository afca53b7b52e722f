package assess

import (
	"slices"

	"madoguchi/triage"
	"madoguchi/triage/assess/model"
)

// learnedRules are the rules that the model's heads stand for, in the order of model.Heads. The flag of a severity is the
// one that the model finds most likely.
var learnedRules = func() []rule {
	var out []rule
	for _, name := range model.Heads {
		r := ruleText{ID: "model_" + name, Flag: triage.Flag(name), Severity: triage.Soon}
		switch r.Flag {
		case triage.Suicide, triage.SelfHarm, triage.Sexual, triage.Extortion, triage.AbuseHome:
			r.Severity = triage.Urgent
		case triage.ThirdParty:
			r.Severity = triage.Routine // that it is about somebody else is no danger
		}
		out = append(out, rule{ruleText: r})
	}
	return out
}()

// heard is what the model is told of a text: what stands where, what of it counts, and whether words were taken out.
type heard struct {
	scanned
	spoken   []evidence
	redacted bool
	named
}

// everyday reports whether a clause speaks of what harmless messages speak of, or says what is dangerous in jest.
func (h heard) everyday(p part) bool {
	at := hit(p)
	return at.touches(h.calm) || at.touches(h.light) || at.touches(h.silent)
}

// caution is how much more it takes to be sure where a clause speaks of everyday things, and misgiving where it says what
// would be evidence but for the words beside it. Nothing there goes unheard: a child writes of a lesson, and of the roof.
const (
	caution   = 1.7
	misgiving = 5
)

// care returns how much more it takes to be sure with a clause.
func (h heard) care(p part) float32 {
	switch {
	case slices.ContainsFunc(h.doubted, func(e doubt) bool { return e.start < p.end && p.start < e.end }):
		return misgiving
	case h.everyday(p):
		return caution
	}
	return 0
}

// takenBack reports whether a clause says of the words for a flag that it is not so: by what stands right behind them.
func (h heard) takenBack(f triage.Flag, p part) bool {
	return slices.ContainsFunc(h.doubted, func(d doubt) bool {
		return !d.topical && d.rule.Flag == f && d.start < p.end && p.start < d.end
	})
}

// less is the share of the best score below which a flag of the model is not the one that the text speaks of: the same words
// often speak a little for several.
const less = 0.6

// clear is the score from which on something is the matter, though a place of the text says what is everyday.
const clear = 0.5

// missing is what the words that were taken out of a text may have said.
const missing = 1

// whisper is the share for the flags that are kept.
const whisper = 0.3

// kept are flags that are named though others are heard much more clearly: each begins duties towards others, and who it is about.
var kept = []triage.Flag{triage.Suicide, triage.Sexual, triage.AbuseHome, triage.Extortion, triage.ThirdParty}

// share is the share of the best score below which a flag is not the one that the text speaks of.
func share(f triage.Flag) float32 {
	if slices.Contains(kept, f) {
		return whisper
	}
	return less
}

// outspoken is the score from which on danger to oneself is called so, where the text says something everyday and no rule found what
// the matter is: a child who moves house says goodbye, and so does one who wishes to die. Below it the text is read as soon as ever;
// only what sets others in motion is not said on a guess.
const outspoken = 1.5

// ear is what is heard of one text.
type ear struct {
	heard
	parts     []part
	lean      model.Lean
	supported bool        // a rule found what is the matter, or words were taken out
	likely    triage.Flag // what is heard most clearly
	top       float32     // how clearly
}

// learned returns what the model finds in a text. It stands beside what the rules found and takes nothing of it away; where
// they found something, that it is something else is no news.
//
// Alone the model says urgent only where it is sure: a desk whose every message is urgent has no triage. Where a rule found
// something that is the matter, as much as it takes to be heard at all is enough; so it is where words were taken out, which
// can only make it less sure: whoever reads the rest sees no less danger.
//
// now is where the model hears that it happens at this moment. That counts only where the text is urgent without it.
func (l *lexicon) learned(t text, h heard) (more, now []evidence, lean model.Lean) {
	found, lean := l.listen(t, h)
	if len(found) == 0 {
		return nil, nil, lean
	}
	e := ear{heard: h, parts: t.parts(), lean: lean, supported: h.redacted || slices.ContainsFunc(h.spoken, matter)}
	e.likely, e.top = loudest(found)
	if i := first(h.spoken); e.likely == triage.Other && i >= 0 {
		e.likely = h.spoken[i].rule.Flag
	}
	var vague []evidence
	for _, f := range found {
		r, counts := e.rule(f)
		if !counts {
			continue
		}
		at := e.parts[f.Clause].start
		x := evidence{&r, hit{at + f.Start, at + f.End}}
		switch model.Heads[f.Head] {
		case "emergency":
			now = append(now, x)
		case "other", "soon":
			vague = append(vague, x)
		default:
			more = append(more, x)
		}
	}
	if len(h.spoken) == 0 && len(more) == 0 && len(vague) > 0 {
		more = vague[:1]
	}
	return more, now, lean
}

// murmured reports whether a flag is of danger to oneself, and not heard clearly enough to be called so.
func (e ear) murmured(f triage.Flag, score float32) bool {
	return self(f) && score < outspoken && !e.supported &&
		len(e.calm)+len(e.light)+len(e.silent) > 0
}

// rule returns what a finding of the model says, and whether it counts.
func (e ear) rule(f model.Found) (r rule, counts bool) {
	r = learnedRules[f.Head]
	everyday := e.everyday(e.parts[f.Clause])
	if r.Flag == triage.Flag(triage.Emergency) {
		r.Flag, r.Severity = e.likely, triage.Emergency
		return r, f.Sure || !everyday
	}
	if s := triage.Severity(r.Flag); s.Valid() {
		r.Flag, r.Severity = e.likely, s
	}
	if f.Score < share(r.Flag)*e.top {
		r.Flag = e.likely // how soon is said all the same
	}
	back := !f.Sure && e.takenBack(r.Flag, e.parts[f.Clause])
	if back {
		r.Flag = triage.Other // its words are there, and right behind them that it is not so
	}
	if !f.Sure && (back || !e.supported) && r.Severity.Rank() < triage.Soon.Rank() {
		r.Severity = triage.Soon
		if everyday {
			if e.lean.Of("soon") <= 0 {
				return r, false
			}
			r.Flag = triage.Other // what sets others in motion is not said of everyday things on a guess
		}
	}
	if e.murmured(r.Flag, f.Score) {
		r.Flag = triage.Other
	}
	switch model.Heads[f.Head] {
	case "other", "soon": // of what says that it is everyday, it takes more than a guess
		return r, len(e.calm) == 0 || f.Sure || f.Score >= clear
	}
	return r, true
}

// listen returns what the model finds in a text. What it hears of danger to oneself it hears without the words that others wish the
// writer.
func (l *lexicon) listen(t text, h heard) ([]model.Found, model.Lean) {
	found, lean := l.hear(t, h, h.silent)
	if len(found) > 0 && len(h.thrown) > 0 {
		rest, _ := l.hear(t, h, slices.Concat(h.silent, h.thrown))
		found = slices.DeleteFunc(found, func(f model.Found) bool { return ofOneself(f.Head) })
		found = append(found, slices.DeleteFunc(rest, func(f model.Found) bool { return !ofOneself(f.Head) })...)
	}
	return found, lean
}

// hear returns what the model finds in a text, of which the words at silent say nothing.
func (l *lexicon) hear(t text, h heard, silent []hit) ([]model.Found, model.Lean) {
	parts := t.parts()
	var short float32
	if h.redacted {
		short = missing
	}
	return l.model.Find(t.clauses(parts, h.marks), func(c, i int) bool { return covered(silent, parts[c].start+i) },
		func(c int) float32 { return h.care(parts[c]) }, short)
}

// ofOneself reports whether a head tells of danger to oneself, or how pressing a text is.
func ofOneself(head int) bool {
	switch f := learnedRules[head].Flag; f {
	case triage.Suicide, triage.SelfHarm:
		return true
	default:
		return triage.Severity(f).Valid() && triage.Severity(f).Rank() < triage.Soon.Rank()
	}
}

// covered reports whether a rune lies in one of the hits.
func covered(hits []hit, i int) bool {
	return slices.ContainsFunc(hits, func(x hit) bool { return x.start <= i && i < x.end })
}

// loudest is the flag that is heard most clearly, but for who it is about, and how clearly; Other where there is none.
func loudest(found []model.Found) (likely triage.Flag, top float32) {
	likely = triage.Other
	for _, f := range found {
		if r := learnedRules[f.Head]; slices.Contains(triage.Flags, r.Flag) && r.Flag != triage.ThirdParty && f.Score > top {
			likely, top = r.Flag, f.Score
		}
	}
	return likely, top
}

// matter reports whether the evidence says what the matter is, and not only that something is.
func matter(e evidence) bool { return !e.rule.Fallback && e.rule.Flag != triage.ThirdParty }
