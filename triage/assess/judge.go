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
	hits map[int32][]hit
}

// placeholder is what stands where words were taken out: [人物A], [学校1].
var placeholder = regexp.MustCompile(`\[\p{Han}+[A-Z0-9]+\]|\[[\p{Katakana}ー]+[A-Z0-9]+\]`)

// evidence is a place where a rule fired. parts are the pieces of its pattern.
type evidence struct {
	rule       *rule
	start, end int
}

// maxEvidence is how many places a rule's pattern is looked for in one text: more say nothing new.
const maxEvidence = 16

// mark is a place that has a name, for the model.
type mark struct {
	hit
	keys []uint32
}

func (s *scanned) mark(p pattern, hits []hit) {
	for _, h := range hits {
		s.marks = append(s.marks, mark{h, p.marks})
	}
}

// scanned is what the rules find in a text.
type scanned struct {
	found    []evidence
	silent   []hit // places that say nothing to the model either: jest, what is denied, what only looks like a word
	calm     []hit // places that say what is everyday
	light    []hit // places that speak of play and the like
	marks    []mark
	innocent bool // a dangerous word is used innocently
	doubtful bool // a modifier took something away that is no jest
}

func (l *lexicon) scan(r *reading) scanned {
	var s scanned
	places := func(ps []pattern, across bool) (out []hit) {
		for _, p := range ps {
			hits := r.match(p, across)
			s.mark(p, hits)
			out = append(out, hits...)
		}
		return out
	}
	guards, misread := places(l.innocent, true), places(l.misread, false)
	s.calm, s.light = places(l.calm, false), places(l.light, false)
	s.silent, s.innocent = slices.Concat(guards, misread), len(guards) > 0
	for _, rule := range l.known {
		for _, p := range rule.any {
			s.mark(p, r.match(p, rule.Across))
		}
	}
	for i := range l.rules {
		rule := &l.rules[i]
		for _, p := range rule.any {
			for _, h := range r.match(p, rule.Across) {
				if within(h, misread) {
					continue
				}
				if within(h, guards) || r.modified(h, rule.unless) {
					s.innocent = s.innocent || life(rule.Flag)
					if !rule.Fallback { // a worry is about nothing in particular
						s.doubtful = s.doubtful || !life(rule.Flag) && !within(h, guards)
						s.silent = append(s.silent, h)
					}
					continue
				}
				s.found = append(s.found, evidence{rule, h.start, h.end})
			}
		}
	}
	return s
}

func (l *lexicon) judge(s string) triage.Judgement {
	t := fold(s)
	r := reading{t, l.trie.find(t)}
	x := l.scan(&r)
	found, lonely, least := settle(x.found)
	h := heard{x, found, placeholder.MatchString(s)}
	more, now, lean := l.learned(t, h)
	found = append(found, more...)
	for _, e := range lonely { // who it is about, where only the model hears what
		if slices.ContainsFunc(more, func(m evidence) bool { return slices.Contains(e.rule.With, m.rule.Flag) }) {
			found = append(found, e)
		}
	}
	found, least = alone(found, least)
	if slices.ContainsFunc(found, func(e evidence) bool { return e.rule.Severity.Rank() <= triage.Urgent.Rank() }) {
		found = append(found, now...)
	}
	if !slices.ContainsFunc(found, tells) && !x.innocent && (x.doubtful || len(x.calm) == 0) {
		found, least = append(found, unclear(t, lean)...), triage.Graver(least, triage.Soon)
	}
	j := triage.Judgement{Severity: least, Flags: []triage.Flag{}, Reasons: []triage.Reason{}}
	for _, e := range found {
		j.Severity = triage.Graver(j.Severity, e.rule.Severity)
		if !slices.Contains(j.Flags, e.rule.Flag) && h.named(e.rule.Flag, lean) {
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
	return []evidence{{&unnamed, 0, t.view.Len()}}
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

// life reports whether the flag is about the writer's own life: its words are used in jest every day, so that an innocent
// use of them says something. What was taken away from any other flag says nothing.
func life(f triage.Flag) bool { return f == triage.Suicide || f == triage.SelfHarm }

// tells reports whether the evidence says more than who it is about.
func tells(e evidence) bool { return e.rule.Flag != triage.ThirdParty }

// places returns where the text says what makes it routine.
func (r *reading) places(ps []pattern) []hit {
	var out []hit
	for _, p := range ps {
		out = append(out, r.match(p, false)...)
	}
	return out
}

// match returns where a pattern stands, at most maxEvidence places.
func (r *reading) match(p pattern, across bool) []hit {
	var out []hit
	for _, first := range r.hits[p.pieces[0].id] {
		if p.start && first.start > 0 {
			continue
		}
		if end, ok := r.follow(p, 1, first.end, across); ok {
			out = append(out, hit{first.start, end})
			if len(out) == maxEvidence {
				break
			}
		}
	}
	return out
}

// follow finds the pieces of p from the n-th on behind at.
func (r *reading) follow(p pattern, n, at int, across bool) (end int, ok bool) {
	if n == len(p.pieces) {
		return at, true
	}
	hits := r.hits[p.pieces[n].id]
	i, _ := slices.BinarySearchFunc(hits, at, func(h hit, at int) int { return cmp.Compare(h.start, at) })
	for ; i < len(hits) && hits[i].start <= at+p.pieces[n].gap; i++ {
		if !across && r.phrase[hits[i].start] != r.phrase[at-1] {
			break
		}
		if end, ok := r.follow(p, n+1, hits[i].end, across); ok {
			return end, true
		}
	}
	return 0, false
}

// within reports whether h lies inside one of the guards, or begins there with all but its ending inside.
func within(h hit, guards []hit) bool {
	return slices.ContainsFunc(guards, func(g hit) bool { return g.start <= h.start && h.end <= g.end })
}

// modified reports whether a modifier takes the evidence away: in the clause where the evidence stands, or right behind.
func (r *reading) modified(h hit, mods []modifier) bool {
	for _, m := range mods {
		if len(r.places(m.anywhere)) > 0 {
			return true
		}
		for _, p := range m.clause {
			for _, x := range r.match(p, false) {
				if r.clause[x.start] == r.clause[h.end-1] || r.clause[x.start] == r.clause[h.start] {
					return true
				}
			}
		}
		for _, p := range m.after {
			for _, x := range r.match(p, false) {
				if x.start >= h.end-1 && x.start <= h.end+3 && r.phrase[x.start] == r.phrase[h.end-1] {
					return true
				}
			}
		}
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
