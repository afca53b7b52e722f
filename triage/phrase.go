package triage

import "slices"

// Phrase is a piece of somebody's words for which reasons fired, with all that heard it.
type Phrase struct {
	Excerpt string   // empty where the reason is no word, or its words are hidden
	Flags   []Flag   // the gravest first
	Rules   []string // in the order in which they fired
}

// Phrases gathers the reasons of a case by their words, in the order in which these were first heard.
func (c Case) Phrases() []Phrase {
	var all []Phrase
	for _, r := range c.Reasons {
		i := slices.IndexFunc(all, func(p Phrase) bool {
			return p.Excerpt == r.Excerpt && (r.Excerpt != "" || slices.Contains(p.Rules, r.Rule))
		})
		if i < 0 {
			i, all = len(all), append(all, Phrase{Excerpt: r.Excerpt})
		}
		p := &all[i]
		if !slices.Contains(p.Flags, r.Flag) {
			p.Flags = append(p.Flags, r.Flag)
			slices.SortStableFunc(p.Flags, func(a, b Flag) int { return slices.Index(Flags, a) - slices.Index(Flags, b) })
		}
		if !slices.Contains(p.Rules, r.Rule) {
			p.Rules = append(p.Rules, r.Rule)
		}
	}
	return all
}
