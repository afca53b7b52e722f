package triage

import (
	"slices"
	"time"
)

// Link says that another case belongs to the same matter. Both cases hold one, each naming the other. It joins nothing: each
// seeker's words stay in their own case, and answers go to whoever wrote there.
type Link struct {
	Case   CaseID    `json:"case"`
	As     string    `json:"as"`               // what the other case is to this one
	Sure   string    `json:"sure,omitempty"`   // how sure that is
	Reason string    `json:"reason,omitempty"` // anonymized
	By     string    `json:"by,omitempty"`     // login of who found it
	At     time.Time `json:"at,omitzero"`
	Second string    `json:"second,omitempty"` // login of who looked a second time and agreed
	Off    bool      `json:"off,omitempty"`    // it was found to be wrong
}

// What the other case is to this one.
const (
	LinkChild    = "same_child"    // of the same child, who came by another door
	LinkIncident = "same_incident" // of somebody else who tells of the same thing
	LinkParent   = "parent"        // of a parent of the child who writes here
	LinkChildOf  = "child"         // of the child whose parent writes here
	// LinkOther is the link between the cases of the two sides of one matter. Nobody ever counsels both.
	LinkOther = "other_side"
)

// LinkKinds lists all of them.
var LinkKinds = []string{LinkChild, LinkIncident, LinkParent, LinkChildOf, LinkOther}

// How sure a link is. It is certain once a second person has looked, and never before.
const (
	SureMaybe   = "maybe"
	SureLikely  = "likely"
	SureCertain = "certain"
)

// Mirror is the link as the other case holds it.
func (l Link) Mirror(of CaseID) Link {
	l.Case = of
	switch l.As {
	case LinkParent:
		l.As = LinkChildOf
	case LinkChildOf:
		l.As = LinkParent
	}
	return l
}

// link takes in a link, what a second person thinks of it, or that it was wrong.
func (c *Case) link(l Link) {
	c.Links = slices.DeleteFunc(slices.Clone(c.Links), func(x Link) bool { return x.Case == l.Case && x.As == l.As })
	if !l.Off {
		c.Links = append(c.Links, l)
	}
}

// Part is the role of the person behind a placeholder. Somebody can be hurt at one time and hurt others at another: the latest
// word holds, and those before stay in the timeline.
type Part struct {
	Who  string `json:"who"`            // [人物A]
	Role string `json:"role,omitempty"` // one of PartRoles; "" takes it back
}

// PartRoles lists the roles that people have in bullying: besides the two sides, who cheers, who looks on, and who saw it.
var PartRoles = []string{"victim", "accused", "audience", "bystander", "witness"}

// part takes in a person's role.
func (c *Case) part(p Part) {
	c.Parts = slices.DeleteFunc(slices.Clone(c.Parts), func(x Part) bool { return x.Who == p.Who })
	if p.Role != "" {
		c.Parts = append(c.Parts, p)
	}
}

// Minute is what a meeting decided on the case. The reason is the event's text.
type Minute struct {
	Meeting  string   `json:"meeting"` // id of its record
	On       string   `json:"on"`      // 2026-12-01
	Deciders []string `json:"deciders"`
	Topics   []string `json:"topics"`   // why the case was before it, in the codes of the agenda
	Decision string   `json:"decision"` // one of the agenda's
}
