package city

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/duty"
)

// layer is a file's own facts and duties, before they were laid over the nation's.
type layer struct {
	facts  []Fact
	duties []Duty
	kept   []Retention
	road   Serious
}

// overRules lays the city's facts and duties over the nation's: what has the same key takes its place.
func (c *City) overRules(base *City) {
	own := layer{facts: c.Facts, duties: c.Duties}
	c.Facts, c.Duties = slices.Clone(base.Facts), slices.Clone(base.Duties)
	for _, f := range own.facts {
		if i := slices.IndexFunc(c.Facts, func(x Fact) bool { return x.Key == f.Key }); i >= 0 {
			c.Facts[i] = f
		} else {
			c.Facts = append(c.Facts, f)
		}
	}
	for _, d := range own.duties {
		if i := slices.IndexFunc(c.Duties, func(x Duty) bool { return x.Key == d.Key }); i >= 0 {
			c.Duties[i] = d
		} else {
			c.Duties = append(c.Duties, d)
		}
	}
}

// judgeRules finds what is wrong with the facts and duties that stand in one file. The city is whole already; base is the
// nation's layer where the file is the city's, and nil where it is the nation's own.
func (c *City) judgeRules(t *tree, own layer, base *City) Mistakes {
	j, rs := &judge{t: t}, c.Rules()
	seen := map[string]bool{}
	for i, f := range own.facts {
		path := fmt.Sprintf(".facts.%d", i)
		j.need(idForm.MatchString(f.Key) && !seen["fact "+f.Key] && !slices.Contains(triage.Flags, triage.Flag(f.Key)), path, "a key of its own in lower-case letters")
		seen["fact "+f.Key] = true
		j.need(f.Name != "" && f.Source != "", path, "name and source")
		j.need(len(f.Any) > 0 || f.AbsentTotal > 0 || f.AbsentRun > 0, path, "any, absent_total or absent_run: what makes it so")
		earlier := rs
		earlier.Facts = rs.Facts[:slices.IndexFunc(rs.Facts, func(d duty.Derived) bool { return string(d.Key) == f.Key })]
		j.means(earlier, path+".any", f.Any)
		j.means(earlier, path+".ended_by", f.EndedBy)
		if f.After != "" {
			j.means(earlier, path+".after", []string{f.After})
		}
	}
	for i, d := range own.duties {
		path := fmt.Sprintf(".duties.%d", i)
		j.need(!seen["duty "+d.Key], path+".key", "a key of its own; this one is there twice")
		seen["duty "+d.Key] = true
		c.judgeDuty(j, rs, path, d)
	}
	c.judgeRetention(j, rs, own.kept, base)
	c.judgeRoad(j, own.road, base)
	if base != nil {
		c.judgeStricter(j, own, base)
	}
	slices.SortStableFunc(j.ms, func(a, b Mistake) int { return a.Line - b.Line })
	return j.ms
}

func (c *City) judgeDuty(j *judge, rs duty.Rules, path string, d Duty) {
	j.need(idForm.MatchString(d.Key), path, "a key in lower-case letters")
	j.need(d.What != "", path, "what: what is to be done")
	j.need(d.Source != "", path, "source: document:line, or the article of a law")
	j.need(len(d.Any)+len(d.All) > 0, path, "any or all: the facts for which it arises")
	j.need(slices.Contains(duty.Owners, d.Owner), path+".owner", "owner: one of "+strings.Join(duty.Owners, ", "))
	j.need(!d.Shown || d.Owner == duty.School && holds(d.All, []string{"told.school"}), path+".shown", "a duty of the school that begins with told.school")
	j.need(d.Due != "", path, "due: when it must be done")
	j.need(d.Due == "" || d.Due == "keep" || !c.term(d.Due).IsZero(), path+".due", "a term whose number the city or the nation gives")
	j.need(len(d.Until) == 0 || d.Every != "", path+".until", "every, of which it is the end")
	j.need(!d.Restarts || d.Every == "" && !d.Renews, path+".restarts", "neither every nor renews beside it")
	for name, list := range map[string][]string{"any": d.Any, "all": d.All, "unless": d.Unless, "met": d.Met, "until": d.Until} {
		j.means(rs, path+"."+name, list)
	}
	seen := map[string]bool{}
	for i, k := range d.Decide {
		j.need(idForm.MatchString(k.Key) && k.Say != "" && !seen[k.Key], fmt.Sprintf("%s.decide.%d", path, i), "a key of its own, and say")
		seen[k.Key] = true
	}
	j.need(!d.Lead || len(d.Decide) > 0 && len(d.Met) > 0, path+".lead_decides", "decide, and met: what everybody else does it by")
	for _, key := range d.Numbers {
		known := slices.ContainsFunc(c.Numbers, func(n Number) bool { return n.Key == key })
		j.need(known || j.t.name == nationalName, path+".numbers", fmt.Sprintf("keys of numbers, not %q", key))
	}
}

// nationalName is the file whose duties may name numbers that only some cities have.
const nationalName = "_national.yaml"

func (j *judge) means(rs duty.Rules, path string, names []string) {
	for _, n := range names {
		j.need(rs.Means(duty.Fact(n)), path, fmt.Sprintf("names of facts, not %q", n))
	}
}

// judgeStricter holds a city to the nation: what it says anew must ask for no less.
func (c *City) judgeStricter(j *judge, own layer, base *City) {
	for i, f := range own.facts {
		k := slices.IndexFunc(base.Facts, func(x Fact) bool { return x.Key == f.Key })
		if k < 0 {
			continue
		}
		b, path := base.Facts[k], fmt.Sprintf(".facts.%d", i)
		j.need(holds(f.Any, b.Any) && holds(b.EndedBy, f.EndedBy) && (f.After == b.After || f.After == "") &&
			noMore(f.AbsentTotal, b.AbsentTotal) && noMore(f.AbsentRun, b.AbsentRun), path,
			"at least what the national layer counts as "+f.Key)
	}
	for i, d := range own.duties {
		k := slices.IndexFunc(base.Duties, func(x Duty) bool { return x.Key == d.Key })
		if k >= 0 {
			c.judgeDutyStricter(j, fmt.Sprintf(".duties.%d", i), d, base.Duties[k])
		}
	}
	stricter := "no laxer than the national layer"
	j.need(c.Terms.WatchMonths >= base.Terms.WatchMonths, ".terms.watch_months", stricter+": at least "+fmt.Sprint(base.Terms.WatchMonths))
	for s, d := range base.Terms.AnswerWithin {
		j.need(noLaxer(c.term(c.Terms.AnswerWithin[s]), base.term(d)), ".terms.answer_within."+s, stricter+": at most "+string(d))
	}
	for name, d := range base.Terms.Silence {
		mine := c.Terms.Silence[name].Value()
		j.need(mine > 0 && mine <= d.Value(), ".terms.silence."+name, stricter+": at most "+string(d))
	}
	for key, d := range base.Terms.RiskWithin {
		mine := c.Terms.RiskWithin[key].Value()
		j.need(mine > 0 && mine <= d.Value(), ".terms.risk_again."+key, stricter+": at most "+string(d))
	}
	j.need(c.Terms.AtOnce.Value() <= base.Terms.AtOnce.Value(), ".terms.at_once", stricter+": at most "+string(base.Terms.AtOnce))
	j.need(c.Terms.CountersignWithin.Value() <= base.Terms.CountersignWithin.Value(), ".terms.countersign_within", stricter+": at most "+string(base.Terms.CountersignWithin))
	for name, pair := range map[string][2]Term{"promptly": {c.Terms.Promptly, base.Terms.Promptly}, "climb_after": {c.Terms.ClimbAfter, base.Terms.ClimbAfter}} {
		j.need(c.never(pair[0], pair[1]), ".terms."+name, stricter+": never later than "+string(pair[1]))
	}
}

func (c *City) judgeDutyStricter(j *judge, path string, d, b Duty) {
	j.need(holds(d.Any, b.Any) || len(d.Any) == 0 && len(b.Any) == 0, path+".any", "all facts for which the nation asks for "+d.Key)
	j.need(holds(b.All, d.All), path+".all", "no condition that the nation does not make")
	j.need(holds(b.Unless, d.Unless), path+".unless", "no exception that the nation does not make")
	j.need(holds(b.Met, d.Met), path+".met", "no other act that does it than the nation's")
	j.need(holds(b.Until, d.Until), path+".until", "no other end than the nation's")
	j.need((len(b.Decide) > 0) == (len(d.Decide) > 0), path+".decide", "a decision where the nation asks for one")
	j.need(d.Lead || !b.Lead, path+".lead_decides", "lead_decides: true, as the nation has it")
	j.need(d.Renews || !b.Renews, path+".renews", "renews: true, as the nation has it")
	j.need(d.Restarts == b.Restarts, path+".restarts", "restarts as the nation has it")
	j.need(b.Every == "" || d.Every != "" && c.never(d.Every, b.Every), path+".every", "every: never later than the nation's "+string(b.Every))
	j.need(d.Due == b.Due && (d.Due == "watch" || d.Due == "keep") || c.never(d.Due, b.Due), path+".due", "never later than the nation's "+string(b.Due))
}

// noLaxer reports whether a term for answers asks for no less than the nation's. A day of work stands for one by the clock: on the
// others nobody answers, whatever is written.
func noLaxer(own, nation duty.Term) bool {
	length := func(t duty.Term) time.Duration { return t.Span + time.Duration(t.Business)*24*time.Hour }
	return length(own) <= length(nation)
}

// holds reports whether all holds every one of some.
func holds(all, some []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

// noMore reports whether a threshold is no higher than the nation's, where that has one.
func noMore(own, nation int) bool { return nation == 0 || own > 0 && own <= nation }

// never reports whether a term ends never later than another: at every third hour of a year and a half, by the city's
// calendar, so that long holidays are among them.
func (c *City) never(t, later Term) bool {
	a, b := c.term(t), c.term(later)
	if a == b {
		return true
	}
	for at := time.Date(2026, 1, 1, 0, 30, 0, 0, triage.JST); at.Year() < 2027 || at.Month() < 7; at = at.Add(3 * time.Hour) {
		if a.After(at, c).After(b.After(at, c)) {
			return false
		}
	}
	return true
}
