package triage

import (
	"slices"
	"strings"
	"time"
)

// Bar keeps a person of the staff, or of a school, out of a case: she is named in it, is a relative of somebody who is, or
// speaks with the other family. For her the case is not there at all; whoever else has it sees who is kept out.
type Bar struct {
	Login string `json:"login"` // empty of an office at a school whose holder has no account
	// School is the school that she belongs to, and Post her office there as the city's file calls it (教頭), where it is known:
	// she is not called about the case either.
	School string `json:"school,omitempty"`
	Post   string `json:"post,omitempty"`
	Why    string `json:"why,omitempty"` // one of the constants below
	Off    bool   `json:"off,omitempty"` // she is let in again
}

// Same reports whether both are about the same person.
func (b Bar) Same(o Bar) bool {
	return b.Login == o.Login && (b.Login != "" || b.School == o.School && b.Post == o.Post)
}

// Who is the person in words: her login, or her office.
func (b Bar) Who() string {
	if b.Login == "" || b.Post == "" {
		return b.Login + b.Post
	}
	return b.Login + "（" + b.Post + "）"
}

// Why somebody is kept out.
const (
	BarNamed    = "named"    // she, or the school that she leads, is named
	BarRelative = "relative" // somebody whom she is close to is named
	BarOther    = "other"    // she speaks with the other side
	BarSelf     = "self"     // she asked for it and need not say why
)

// BarReasons lists all of them.
var BarReasons = []string{BarNamed, BarRelative, BarOther, BarSelf}

// Bars reports whether that person is kept out of the case.
func (c Case) Bars(login string) bool {
	return login != "" && slices.ContainsFunc(c.Barred, func(b Bar) bool { return b.Login == login })
}

// Spares reports whether the holder of that office at the school hears nothing of the case. Where the office of somebody there
// who is kept out is not known, none of them does.
func (c Case) Spares(school, post string) bool {
	return slices.ContainsFunc(c.Barred, func(b Bar) bool { return school != "" && b.School == school && (b.Post == "" || b.Post == post) })
}

// OtherSides are the cases of the other side of this matter.
func (c Case) OtherSides() []CaseID {
	var all []CaseID
	for _, l := range c.Links {
		if l.As == LinkOther {
			all = append(all, l.Case)
		}
	}
	return all
}

// Wanted is by whom the seeker would like to be counseled, as a person of the staff wrote it down.
type Wanted struct {
	Woman    bool     `json:"woman,omitempty"`    // 女の人がいい
	Man      bool     `json:"man,omitempty"`      // 男の人がいい
	Change   bool     `json:"change,omitempty"`   // another person than the one who has it
	Not      []string `json:"not,omitempty"`      // logins of those whom the seeker does not want
	Language string   `json:"language,omitempty"` // BCP 47, where it is not Japanese: en, vi, pt-BR
}

// Session is what a counselor leaves of a conversation for whoever comes next. All of it is anonymized.
type Session struct {
	Complaint string    `json:"complaint,omitempty"` // 主訴
	View      string    `json:"view,omitempty"`      // 見立て
	Did       string    `json:"did,omitempty"`       // したこと
	Next      string    `json:"next,omitempty"`      // 次
	Promised  time.Time `json:"promised,omitzero"`   // when the seeker was promised to be spoken with again
	By        string    `json:"by,omitempty"`        // set by the fold
	At        time.Time `json:"at,omitzero"`         // set by the fold
}

// Say is what was left, a line for each that was written: 主訴：….
func (s Session) Say() string {
	var lines []string
	for _, l := range [][2]string{{"主訴", s.Complaint}, {"見立て", s.View}, {"したこと", s.Did}, {"次", s.Next}} {
		if l[1] != "" {
			lines = append(lines, l[0]+"："+l[1])
		}
	}
	return strings.Join(lines, "\n")
}

// apart takes in who is kept out, what belongs together, what was wished and what was left for the next person.
func (c *Case) apart(e Event) {
	if e.Bar != nil {
		c.bar(*e.Bar, e)
	}
	if e.Link != nil {
		c.link(*e.Link)
	}
	if e.Part != nil {
		c.part(*e.Part)
	}
	if e.Wanted != nil {
		wish := *e.Wanted
		c.Wanted = &wish
	}
	if e.Session != nil {
		session := *e.Session
		session.By, session.At = e.By, e.At
		c.Session = &session
	}
	if a := e.Assignment; a != nil && a.Do == DoRenew && c.Assignee != "" && !c.LeaseUntil.IsZero() && a.Until.After(c.LeaseUntil) {
		c.LeaseUntil = a.Until
	}
}

// enter notes who comes into a case that a colleague had by nobody's act but their own: as its second, or after putting the
// colleague out of it, be it only that the seeker's next words do that. It holds until somebody else gives them the case, or one
// leaves it by their own act who did not come so.
func (c *Case) enter(e Event, was Case) {
	a := e.Assignment
	if a == nil {
		a = &Assignment{}
	}
	given := a.To != "" && (a.Do == DoTransfer || a.Do == DoSecond)
	if given && e.By != "" && a.To != e.By {
		c.Entered = without(c.Entered, a.To)
	}
	had := was.Assignee
	if had == "" || had == c.Assignee && (!given || a.To != e.By) {
		return
	}
	alone := 0
	for _, login := range []string{e.By, was.Parked} {
		if login != "" && login != had && !was.Trusts(login) {
			c.Entered = append(without(c.Entered, login), login)
			alone++
		}
	}
	left := e.By == had || was.parked() && was.Parked == ""
	if alone == 0 && left && c.Assignee == "" && !slices.Contains(c.Entered, had) {
		c.Entered = nil
	}
}

// park notes who puts the case, which a colleague has, into a state from which the seeker's words bring it back to the queue.
func (c *Case) park(e Event, was Case) {
	if c.State == was.State {
		return
	}
	c.Parked = ""
	if c.parked() && c.Assignee != "" && !was.Trusts(e.By) {
		c.Parked = e.By
	}
}

// parked reports whether the case stands so that the seeker's next words take it off who has it.
func (c Case) parked() bool { return c.State != Waiting && c.State != Open && c.Version > 0 }

// Trusts reports whether that person has the case, and did not come into it by their own act alone.
func (c Case) Trusts(login string) bool {
	return login != "" && (c.Assignee == login || c.Second == login) && !slices.Contains(c.Entered, login)
}

// without returns a copy of the logins without that one.
func without(logins []string, login string) []string {
	return slices.DeleteFunc(slices.Clone(logins), func(x string) bool { return x == login })
}

// bar keeps somebody out. What they had goes back to the queue, and they are no former one to come back to.
func (c *Case) bar(b Bar, e Event) {
	c.Barred = slices.DeleteFunc(slices.Clone(c.Barred), b.Same)
	if b.Off {
		return
	}
	c.Barred = append(c.Barred, b)
	if b.Login == "" {
		return
	}
	if c.Second == b.Login {
		c.Second = ""
	}
	c.Consulted = slices.DeleteFunc(slices.Clone(c.Consulted), func(login string) bool { return login == b.Login })
	if c.Assignee == b.Login {
		switch c.State {
		case Open, HandedOff:
			c.queue(e)
		default:
			c.leave()
		}
	}
	if c.Former == b.Login {
		c.Former = ""
	}
}
