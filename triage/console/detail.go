package console

import (
	"strings"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/web"
)

// detail says in words what a line of the audit is about. What no word is known for stands as it is; of a long number, its end,
// as on paper.
func (c *Console) detail(l Looked) string {
	var said []string
	for _, x := range strings.Fields(l.Ref + " " + l.Reason) {
		said = append(said, c.spell(x))
	}
	if why := desk.SayWhy(l.Why); why != "" {
		said = append(said, "理由："+why)
	}
	if l.With != "" {
		said = append(said, "コードを読んだ人："+l.With)
	}
	return strings.Join(said, "　")
}

func (c *Console) spell(x string) string {
	if name, _, ok := c.reader(x); ok {
		return name
	}
	if said := web.LevelWord(triage.ConsentLevel(x)); said != "" {
		return said
	}
	if f, ok := triage.FormByID(x); ok {
		return f.Name
	}
	for _, table := range []map[string]string{recipients, doors, observations, severities, states, grounds, searchGrounds, topicNames, linkNames, barReasons, duties, versionFor} {
		if said := table[x]; said != "" {
			return said
		}
	}
	if k, ok := c.City.Class(x); ok {
		return k.Name
	}
	if said := called(x); said != x {
		return said
	}
	if len(x) >= 20 && strings.Trim(strings.ToLower(x), "abcdefghijklmnopqrstuvwxyz0123456789") == "" {
		return tail(x)
	}
	return x
}

// tail is how people call what has a long number of its own.
func tail(x string) string { return "…" + x[max(0, len(x)-6):] }
