package city

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"madoguchi/triage"
)

var idForm = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)

// judge finds what is wrong with the rules themselves, in a file whose form is right.
func (c *City) judge(t *tree, a Assessor) Mistakes {
	j := &judge{t: t}
	j.need(idForm.MatchString(c.ID), ".id", "a short id in lower-case letters, such as asahikawa")
	j.need(c.Name != "", ".name", "the city's name, such as 旭川市")
	j.need(slices.Contains([]string{"in_force", "draft", "sample"}, c.Status), ".status", "one of in_force, draft, sample")
	j.need(slices.Contains([]string{"none", "oncall", "contractor"}, c.NightCover), ".night_cover",
		"one of none, oncall, contractor: no text may claim a page that nobody gets")
	j.need(slices.Contains([]string{"", "urgent", "emergency"}, c.NightPage), ".night_page",
		"urgent or emergency: from what on who is on call is told while nobody is at the desk")
	j.need(len(c.Sources) > 0, ".sources", "at least one document that the rules come from")
	j.need(c.Desk.Name != "" && c.Desk.Neutral != "" && c.Desk.Readers != "", ".desk", "name, neutral and readers")
	j.need(strings.HasPrefix(c.Desk.Exit, "https://"), ".desk.exit", "an https address of a harmless page")
	c.judgeOnCall(j)
	judgeRoutes(j, c.Routes, ".routes")
	c.judgeChannels(j)
	c.judgeTerms(j)
	c.judgeSchools(j)
	c.judgeDeputies(j)
	c.judgeNumbers(j)
	c.judgeNight(j)
	c.judgeContact(j)
	for key, text := range c.Texts {
		for _, name := range placeholders(text) {
			j.need(c.knows(key, name), ".texts."+key, fmt.Sprintf("a placeholder that can be filled, not {%s}", name))
		}
	}
	c.judgePolicy(j)
	c.judgeExamples(j, a)
	slices.SortStableFunc(j.ms, func(a, b Mistake) int { return a.Line - b.Line })
	return j.ms
}

type judge struct {
	t  *tree
	ms Mistakes
}

func (j *judge) need(ok bool, path, expected string) bool {
	if !ok {
		j.ms = append(j.ms, Mistake{j.t.name, j.t.line(path), where(path) + "expected " + expected})
	}
	return ok
}

func (c *City) judgeChannels(j *judge) {
	_, phone := c.Channels["phone"]
	j.need(phone, ".channels", "phone: the hours that every door without hours of its own has")
	for name, ch := range c.Channels {
		path := ".channels." + name
		j.need(slices.Contains(doors, name), path, "one of "+strings.Join(doors, ", "))
		j.need(ch.Source != "", path, "source: who says so")
		j.need(ch.CheckedOn != "", path, "checked_on: when that was last looked up")
		for i, s := range ch.Hours {
			from, _ := s.From.minutes()
			to, _ := s.To.minutes()
			at := fmt.Sprintf("%s.hours.%d", path, i)
			j.need(len(s.Days) > 0, at, "days")
			j.need(from < to, at, "from before to; a night is two spans")
			for _, other := range ch.Hours[:i] {
				j.need(!s.overlaps(other), at, "hours that no other span of the same day has")
			}
		}
	}
}

func (c *City) judgeTerms(j *judge) {
	t := c.Terms
	for s, d := range t.AnswerWithin {
		j.need(triage.Severity(s).Valid(), ".terms.answer_within."+s, "one of emergency, urgent, soon, routine")
		term := c.term(d)
		j.need(term.Span > 0 || term.Business > 0, ".terms.answer_within."+s, "a length of time such as 2h, or days of work such as 1bd")
	}
	for _, s := range triage.Severities {
		_, ok := t.AnswerWithin[string(s)]
		j.need(ok, ".terms.answer_within", string(s)+": how long until somebody must have answered")
	}
	for name, d := range t.Silence {
		known := slices.Contains([]string{string(triage.Emergency), string(triage.Urgent)}, name) || slices.Contains(doors, name)
		j.need(known && d != "", ".terms.silence."+name, "emergency, urgent or the name of a door, and a length of time such as 15m")
	}
	for key, d := range map[string]Duration{"lease": t.Lease, "acknowledge_within": t.AcknowledgeWithin,
		"answer_school_within": t.AnswerSchoolWithin, "countersign_within": t.CountersignWithin} {
		j.need(d != "", ".terms."+key, "a length of time such as 15m, 24h or 3d")
	}
	for key, d := range t.RiskWithin {
		j.need((key == "high" || key == "other") && d.Value() > 0, ".terms.risk_again."+key, "high or other: how long until a danger to life is looked at anew")
	}
	j.need(t.CodeDays > 0, ".terms.code_days", "days after which an unused return code ends")
	j.need(t.EraseAfterDays > 0, ".terms.erase_after_days", "days of cooling-off before anything is shredded")
}

func (c *City) judgeSchools(j *judge) {
	seen := map[string]bool{}
	for i, s := range c.Schools {
		path := fmt.Sprintf(".schools.%d", i)
		j.need(idForm.MatchString(s.ID) && !seen[s.ID], path, "an id of its own in lower-case letters")
		j.need(s.Name != "", path, "name")
		j.need(slices.Contains([]string{"city", "prefecture", "nation", "private"}, s.Runs), path,
			"runs: one of city, prefecture, nation, private")
		seen[s.ID] = true
	}
}

func (c *City) judgeNumbers(j *judge) {
	seen := map[string]bool{}
	for i, n := range c.Numbers {
		path := fmt.Sprintf(".numbers.%d", i)
		j.need(n.Key != "" && n.Say != "" && n.Source != "" && n.CheckedOn != "", path, "key, say, source and checked_on")
		j.need(len(n.Topics) == 0 || n.Name != "", path, "name: a sign-post says where it leads")
		j.need(!seen[n.Key], path, "a key of its own")
		n.judgeSigns(j, path)
		seen[n.Key] = true
	}
}
