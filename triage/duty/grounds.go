package duty

import (
	"slices"

	"madoguchi/triage"
)

// Grounds tells for which of its own grounds a derived fact is so of a case now; none where it is not, or where the file has
// no such fact.
func (rs Rules) Grounds(key Fact, c triage.Case, events []triage.Event) []string {
	i := slices.IndexFunc(rs.Facts, func(d Derived) bool { return d.Key == key })
	if i < 0 {
		return nil
	}
	f := rs.know(c, events)
	if _, so := f[key]; !so {
		return nil
	}
	var why []string
	for _, name := range rs.Facts[i].Any {
		if _, so := f[name]; so {
			why = append(why, string(name))
		}
	}
	if len(why) == 0 {
		why = append(why, string(key))
	}
	return why
}
