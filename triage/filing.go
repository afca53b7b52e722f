package triage

import (
	"slices"
	"time"
)

// Filing is that a school reported, as a case remembers it.
type Filing struct {
	ID      string    `json:"id"`
	School  string    `json:"school"`
	Form    string    `json:"form"`
	At      time.Time `json:"at"`
	Matter  string    `json:"matter,omitempty"` // what the form asks for above all, anonymized, at most MatterRunes
	Amends  string    `json:"amends,omitempty"` // id of the filing that this one takes the place of
	Version int       `json:"version"`          // from 1
}

// MatterRunes is the longest Matter.
const MatterRunes = 60

// file takes in a school's report.
func (c *Case) file(r Report, at time.Time) {
	f := Filing{ID: r.ID, School: r.School, Form: r.Form, At: at, Amends: r.Amends, Version: 1}
	form, _ := FormByID(r.Form)
	for _, x := range form.Fields {
		if x.Required {
			f.Matter = cut(r.Fields[x.Key], MatterRunes)
			break
		}
	}
	if f.Matter == "" {
		f.Matter = cut(r.Fields[Remarks], MatterRunes)
	}
	if before, ok := c.Filing(r.Amends); ok {
		f.Version = before.Version + 1
	}
	c.Reports = append(c.Reports, f)
}

// Filing returns the filing of that id.
func (c Case) Filing(id string) (Filing, bool) {
	i := slices.IndexFunc(c.Reports, func(f Filing) bool { return f.ID == id && id != "" })
	if i < 0 {
		return Filing{}, false
	}
	return c.Reports[i], true
}

// Filed lists the filings that hold: those that no later one has taken the place of.
func (c Case) Filed() []Filing {
	return slices.DeleteFunc(slices.Clone(c.Reports), func(f Filing) bool {
		return slices.ContainsFunc(c.Reports, func(x Filing) bool { return x.Amends == f.ID })
	})
}
