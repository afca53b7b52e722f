package assess

import (
	"cmp"
	"regexp"
	"slices"

	"madoguchi/triage"
	"madoguchi/triage/assess/model"
)

// reading is one text while it is judged.
type reading struct {
	text
	hits *hits
	easy []hit // places that say what is everyday, or speak of play and the like
}

// placeholder is what stands where words were taken out: [人物A], [学校1].
var placeholder = regexp.MustCompile(`\[\p{Han}+[A-Z0-9]+\]|\[[\p{Katakana}ー]+[A-Z0-9]+\]`)

// evidence is a place where a rule fired.
type evidence struct {
	rule *rule
	hit
}

// maxEvidence is how many places a rule's pattern is looked for in one text: more say nothing new.
const maxEvidence = 16

// place is where a pattern stands: from its first piece to its last.
type place struct {
	hit
	pieces []hit
}

// mark is a place that has a name, for the model.
type mark struct {
	hit
	keys []uint32
}

func (s *scanned) mark(p pattern, places []place) {
	for _, x := range places {
		s.marks = append(s.marks, mark{x.hit, p.marks})
	}
}

// doubt is evidence that a modifier takes away: by what its clause is about, or by what is said of it (と思ったことはない) or of
// the time since (昔はね、今は毎日楽しい).
type doubt struct {
	evidence
	topical bool
	credit  float32 // the score of the model from which on what is topical counts all the same
}

// scanned is what the rules find in a text.
type scanned struct {
	found    []evidence
	silent   []hit   // words that are no evidence, and say nothing to the model either: jest, what only looks like a word
	doubted  []doubt // what was taken away by what stands beside it
	thrown   []hit   // what others wish the writer
	guards   []place // innocent uses of dangerous words, and what only looks like one
	calm     []hit   // places that say what is everyday
	light    []hit   // places that speak of play and the like
	marks    []mark
	innocent bool // a dangerous word is used innocently
}

func (l *lexicon) scan(r *reading) scanned {
	var s scanned
	places := func(ps []pattern, across bool) (out []place) {
		for _, p := range ps {
			found := r.match(p, across)
			s.mark(p, found)
			out = append(out, found...)
		}
		return out
	}
	guards, misread, thrown := places(l.innocent, false), places(l.misread, false), places(l.thrown, true)
	s.thrown = spans(thrown)
	s.calm, s.light = spans(places(l.calm, false)), spans(places(l.light, false))
	r.easy = slices.Concat(s.calm, s.light)
	s.innocent, s.guards = len(guards) > 0, slices.Concat(guards, misread)
	for _, x := range s.guards {
		s.silent = append(s.silent, x.pieces...)
	}
	for _, rule := range l.known {
		for _, p := range rule.any {
			s.mark(p, r.match(p, rule.Across))
		}
	}
	for i := range l.rules {
		rule := &l.rules[i]
		for _, p := range rule.any {
			for _, h := range r.match(p, rule.Across) {
				if h.excused(misread) || rule.Flag == triage.Suicide && h.touches(s.thrown) {
					continue
				}
				if h.excused(guards) {
					s.silent = append(s.silent, h.pieces...)
					continue
				}
				if d, away := r.modified(evidence{rule, h.hit}); away {
					if !rule.Fallback { // a worry is about nothing in particular
						s.doubted = append(s.doubted, d)
					}
					continue
				}
				s.found = append(s.found, evidence{rule, h.hit})
			}
		}
	}
	return s
}

func (l *lexicon) judge(s string) triage.Judgement {
	t := fold(s)
	r := reading{text: t, hits: l.trie.find(t)}
	x := l.scan(&r)
	found, lonely, least := settle(x.found)
	h := heard{x, found, placeholder.MatchString(s), named{}}
	more, now, lean := l.learned(t, h)
	found = append(found, more...)
	away := slices.Clone(x.thrown) // what is no evidence after all
	for _, d := range x.doubted {
		if d.topical && d.rule.Severity.Rank() <= triage.Urgent.Rank() && l.credits(t, h, d, lean) {
			found = append(found, d.evidence)
		}
		if !d.topical {
			away = append(away, d.hit)
		}
	}
	h.named = l.called(&r, x, h.spoken, away)
	for _, e := range lonely { // who it is about, where only the model hears what
		if slices.ContainsFunc(more, func(m evidence) bool { return slices.Contains(e.rule.With, m.rule.Flag) }) {
			found = append(found, e)
		}
	}
	found, least = alone(found, least)
	if slices.ContainsFunc(found, func(e evidence) bool { return e.rule.Severity.Rank() <= triage.Urgent.Rank() }) {
		found = append(found, now...)
	}
	if !slices.ContainsFunc(found, tells) && (len(x.doubted) > 0 || !x.innocent && len(x.calm) == 0) {
		found, least = append(found, unclear(t, lean)...), triage.Graver(least, triage.Soon)
	}
	j := triage.Judgement{Severity: least, Flags: []triage.Flag{}, Reasons: []triage.Reason{}}
	for _, e := range found {
		j.Severity = triage.Graver(j.Severity, e.rule.Severity)
		if !slices.Contains(j.Flags, e.rule.Flag) && h.calls(e.rule.Flag, lean) {
			j.Flags = append(j.Flags, e.rule.Flag)
		}
		start, end := t.view.Span(e.start, e.end)
		x := triage.Reason{Flag: e.rule.Flag, Rule: e.rule.ID, Start: start, End: end}
		if !slices.ContainsFunc(j.Reasons, func(y triage.Reason) bool {
			return y.Rule == x.Rule && y.Flag == x.Flag && y.Start <= x.Start && x.End <= y.End
		}) {
			j.Reasons = append(j.Reasons, x)
		}
	}
	slices.SortFunc(j.Flags, func(a, b triage.Flag) int {
		return cmp.Compare(slices.Index(triage.Flags, a), slices.Index(triage.Flags, b))
	})
	return j
}

// credits reports whether the model hears the danger of evidence that is doubted by what its words are about: a child writes of a
// game, and of a blow. Words that are no evidence by themselves are heard here too, where they are a part of it
// (テストが終わった、もう死にたい). What is not heard is read soon all the same.
func (l *lexicon) credits(t text, h heard, d doubt, lean model.Lean) bool {
	if d.touches(h.silent) {
		_, lean = l.hear(t, h, nil)
	}
	return lean.Of(string(d.rule.Flag)) > d.credit
}

// substance is how many characters a text has at least of which nothing says that it is everyday and no flag has the name.
const substance = 6

// unnamed is what such a text is about.
var unnamed = rule{ruleText: ruleText{ID: "other.unnamed", Flag: triage.Other, Severity: triage.Soon}}

// vague is the score of the model below which a text does not sound as if something were the matter.
const vague = -0.8

// unclear returns what is known of a text in which nothing was found: that it is about something, all of it the reason. Where
// it does not even sound so, it has no flag; somebody reads it soon all the same.
func unclear(t text, sounds model.Lean) []evidence {
	if t.view.Len() < substance || sounds.Of("soon") < vague {
		return nil
	}
	return []evidence{{&unnamed, hit{0, t.view.Len()}}}
}

// alone leaves other to what has no flag of its own: where a place says what the matter is, whatever else was found says so
// too, and how soon somebody must read the text is not lost.
func alone(found []evidence, least triage.Severity) ([]evidence, triage.Severity) {
	i := first(found)
	if i < 0 {
		return found, least
	}
	flag := found[i].rule.Flag
	var kept []evidence
	for _, e := range found {
		switch {
		case e.rule.Flag != triage.Other:
		case e.rule.Fallback && e.rule.Severity != triage.Soon:
		case e.rule.Fallback:
			least = triage.Graver(least, e.rule.Severity)
			continue
		default:
			r := *e.rule
			r.Flag = flag
			e.rule = &r
		}
		kept = append(kept, e)
	}
	return kept, least
}

// first returns the index of what says best what the matter is: the gravest, of those the first of triage.Flags; -1 of none.
func first(found []evidence) int {
	best := -1
	for i, e := range found {
		if !matter(e) || e.rule.Flag == triage.Other {
			continue
		}
		if best < 0 || cmp.Or(cmp.Compare(e.rule.Severity.Rank(), found[best].rule.Severity.Rank()),
			cmp.Compare(slices.Index(triage.Flags, e.rule.Flag), slices.Index(triage.Flags, found[best].rule.Flag))) < 0 {
			best = i
		}
	}
	return best
}

// tells reports whether the evidence says more than who it is about.
func tells(e evidence) bool { return e.rule.Flag != triage.ThirdParty }

// match returns where a pattern stands, at most maxEvidence places.
func (r *reading) match(p pattern, across bool) []place {
	var out []place
	for _, first := range r.hits.of(p.pieces[0].id) {
		if p.start && first.start > 0 {
			continue
		}
		pieces := []hit{first}
		if len(p.pieces) > 1 {
			pieces = r.follow(p, pieces, across)
		}
		if pieces != nil {
			out = append(out, place{hit{first.start, pieces[len(pieces)-1].end}, pieces})
			if len(out) == maxEvidence {
				break
			}
		}
	}
	return out
}

// follow finds the pieces of p that stand behind those before; nil where one is missing.
func (r *reading) follow(p pattern, before []hit, across bool) []hit {
	n, at := len(before), before[len(before)-1].end
	if n == len(p.pieces) {
		return before
	}
	all := r.hits.of(p.pieces[n].id)
	i, _ := slices.BinarySearchFunc(all, at, func(h hit, at int) int { return cmp.Compare(h.start, at) })
	for ; i < len(all) && all[i].start <= at+p.pieces[n].gap; i++ {
		if !across && r.phrase[all[i].start] != r.phrase[at-1] {
			break
		}
		if pieces := r.follow(p, append(before, all[i]), across); pieces != nil {
			return pieces
		}
	}
	return nil
}

// excused reports whether the place lies inside one of the guards, and each of its pieces touches one of the guard's: what
// only stands between the words of a guard is not what the guard is about (カッターで紙と腕を切った).
func (x place) excused(guards []place) bool {
	return slices.ContainsFunc(guards, func(g place) bool {
		return g.start <= x.start && x.end <= g.end && !slices.ContainsFunc(x.pieces, func(p hit) bool {
			return !slices.ContainsFunc(g.pieces, func(q hit) bool { return p.start < q.end && q.start < p.end })
		})
	})
}

// touches reports whether a place overlaps one of the hits.
func (x hit) touches(hits []hit) bool {
	return slices.ContainsFunc(hits, func(h hit) bool { return h.start < x.end && x.start < h.end })
}

// spans returns where the places are.
func spans(places []place) []hit {
	out := make([]hit, len(places))
	for i, x := range places {
		out[i] = x.hit
	}
	return out
}

// aloud is the score of the model from which on evidence counts beside words that would take it away: a child writes of a game,
// and of a blow. Beside what is only everyday it is enough that the model hears it at all.
const aloud = 0.7

// modified reports whether a modifier takes the evidence away: by what is said right behind it or of the time since, or by what is
// said around it (topical).
func (r *reading) modified(e evidence) (d doubt, away bool) {
	for _, m := range e.rule.unless {
		for _, p := range m.after {
			for _, x := range r.match(p, false) {
				if x.start >= e.end-1 && x.start <= e.end+3 && r.phrase[x.start] == r.phrase[e.end-1] {
					return doubt{evidence: e}, true
				}
			}
		}
	}
	for _, m := range e.rule.unless {
		if r.within(e.hit, m.once, 1) && r.any(m.now) {
			return doubt{evidence: e}, true
		}
	}
	for _, m := range e.rule.unless {
		if r.any(m.anywhere) || r.within(e.hit, m.clause, 0) {
			return doubt{e, true, aloud}, true
		}
	}
	return doubt{e, true, 0}, slices.ContainsFunc(e.rule.unless, func(m modifier) bool { return r.eased(e.hit, m.easy) })
}

// any reports whether one of the patterns stands in the text.
func (r *reading) any(ps []pattern) bool {
	return slices.ContainsFunc(ps, func(p pattern) bool { return len(r.match(p, false)) > 0 })
}

// within reports whether one of the patterns begins in the clauses from before the place's first to its last.
func (r *reading) within(h hit, ps []pattern, before int32) bool {
	first, last := r.clause[h.start]-before, r.clause[h.end-1]
	return slices.ContainsFunc(ps, func(p pattern) bool {
		return slices.ContainsFunc(r.match(p, false), func(x place) bool { return first <= r.clause[x.start] && r.clause[x.start] <= last })
	})
}

// eased reports whether something everyday is said in the clause of a place, or in the text.
func (r *reading) eased(h hit, where string) bool {
	switch where {
	case inText:
		return len(r.easy) > 0
	case inClause:
		return slices.ContainsFunc(r.easy, func(x hit) bool {
			return r.clause[x.start] <= r.clause[h.end-1] && r.clause[h.start] <= r.clause[x.end-1]
		})
	}
	return false
}

// beside is how many characters apart words may stand that are read as the same blow: 父が怒って、なぐられた.
const beside = 8

// settle drops what counts only in company or in nobody's: With, Instead, Fallback. What falls back still says how soon
// somebody must read the text: least. lonely is what lacks company.
func settle(found []evidence) (kept, lonely []evidence, least triage.Severity) {
	least = triage.Routine
	has := func(flags []triage.Flag, self *rule) bool {
		return slices.ContainsFunc(found, func(e evidence) bool {
			return e.rule != self && slices.Contains(flags, e.rule.Flag)
		})
	}
	for _, e := range found {
		if len(e.rule.With) > 0 && !has(e.rule.With, e.rule) {
			lonely = append(lonely, e)
			continue
		}
		if slices.ContainsFunc(found, func(o evidence) bool {
			gap := 0
			if o.rule.Severity.Rank() <= e.rule.Severity.Rank() {
				gap = beside
			}
			return o.rule != e.rule && slices.Contains(o.rule.Instead, e.rule.Flag) && o.start < e.end+gap && e.start < o.end+gap
		}) {
			continue
		}
		kept = append(kept, e)
	}
	if slices.ContainsFunc(kept, matter) {
		kept = slices.DeleteFunc(kept, func(e evidence) bool {
			if e.rule.Fallback {
				least = triage.Graver(least, e.rule.Severity)
			}
			return e.rule.Fallback
		})
	}
	return kept, lonely, least
}
