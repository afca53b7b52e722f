package triage

import (
	"cmp"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"
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
	Grade   int       `json:"grade,omitempty"`  // the first that a box for the harmed child names, 1 to 6; 0 where none is named
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
	f.Grade = gradeIn(cmp.Or(r.Fields["harmed"], r.Fields["person"]))
	c.Reports = append(c.Reports, f)
}

// report takes in what a school's report says. One that opens a case, or comes to one that nobody has, waits to be taken up, and
// so does one that is graver than what was over. Everywhere else it is news for whoever has the case: the seeker said nothing, so
// the case stays where it is, and how long they have waited as well.
func (c *Case) report(e Event) {
	graver := e.Judgement != nil && e.Judgement.Severity.Rank() < c.Severity.Rank()
	over := c.State == Resolved || c.State == Closed
	if c.State == Waiting || c.Assignee == "" || over && graver {
		c.hear(e)
		return
	}
	c.said(e)
	c.UpdatedAt = e.At
}

var named = regexp.MustCompile(`(?:^|[^0-9０-９])([1-6１-６一二三四五六])年`)

// gradeIn is the first grade that a box names, or 0. What the wall made a placeholder of, as it does with a class, names none.
func gradeIn(box string) int {
	m := named.FindStringSubmatch(box)
	if m == nil {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(m[1])
	for _, digits := range []string{"123456", "１２３４５６", "一二三四五六"} {
		if i := slices.Index([]rune(digits), r); i >= 0 {
			return i + 1
		}
	}
	return 0
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
