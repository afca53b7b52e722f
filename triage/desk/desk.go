// Package desk holds the verbs of the house, each once: take a case, answer, hand it to a school, and so on. The pages and
// the JSON API both stand on it, so that neither can do what the other may not.
//
// Each verb takes the person who acts and asks three things in this order. May they know of this case at all (else
// triage.ErrUnknown, as for a case that never was)? May they do this with it (else a Refusal of CodeForbidden, the same
// words for every case)? Does the state of the case allow it (else a Refusal that says why, in a code for programs and in
// Japanese for the person)? Whether their role may use the route at all was asked before, by package staff.
//
// Every look into a case and every act is written to the audit before it happens. Words of staff pass Front.Scrub before
// they become an event. When two people act at once the store says so, and the verb looks at the case again and decides
// again, so that the rules hold for what is there and not for what was read.
package desk

import (
	"context"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/staff"
)

// Config is what a Desk needs.
type Config struct {
	Store  triage.Store
	Front  triage.Front
	Lamp   triage.Lamp
	Audit  Auditor
	Clock  triage.Clock
	City   *city.City // terms, schools and the texts of the cover
	People People
}

// Auditor writes down what is about to happen. A nil error says that it is written durably.
type Auditor interface {
	Record(ctx context.Context, a Act) error
}

// Act is a line of the audit: who does what with which case, and never any words.
type Act struct {
	By     string
	Role   triage.Role
	What   string        // queue, look, claim, say, reveal, handoff, …
	Case   triage.CaseID // empty where it is about no one case
	Detail string        // a code, an id or a placeholder
}

// People tells who works here.
type People interface {
	// Person returns the person as they are now, or staff.ErrUnknown.
	Person(ctx context.Context, login string) (staff.Person, error)
}

// Desk is the desk. It is safe for concurrent use.
type Desk struct{ Config }

// New returns a desk.
func New(c Config) *Desk { return &Desk{c} }

// Query chooses a page of the queue.
type Query struct {
	State    string // a state's name or all; empty is waiting
	Assignee string // a login; empty for everybody
	Limit    int    // 0 is triage.DefaultPage; at most triage.MaxPage
	Cursor   string
}

// Page is a page of the queue, most pressing first.
type Page struct {
	Cases []triage.Case
	Next  string // the cursor of the next page; empty at the end
}

// View is a case as somebody looks at it: as it is, and all that happened, oldest first.
type View struct {
	Case     triage.Case
	Timeline []triage.Event
	Now      time.Time // the desk's clock, for what is overdue
}

// StateChange is a state that a person sets.
type StateChange struct {
	To     triage.State // open, watching, resolved or closed
	Reason string
	// DecidedBy (school or board) and Circumstances belong to resolved.
	DecidedBy, Circumstances string
}

// Ask is a question to the child: may we tell that school this?
type Ask struct {
	School  string
	Level   triage.ConsentLevel // anonymous or named
	Summary string
}

// Heard is the answer to an Ask that a person heard or read outside of the conversation.
type Heard struct {
	Ask
	Given string // spoken or written
	Note  string
}

// Draft is a hand-off before it is sent.
type Draft struct {
	School    string // id, where the recipient is a school
	Recipient string // school (or empty), police, ambulance, child_guidance, board, guardian
	Level     triage.ConsentLevel
	Summary   string
	Disclose  []string // placeholders to fill in for the recipient
	May       triage.May
	Reason    string // of an emergency
}

// Visit is a person who came or phoned.
type Visit struct {
	ID      string // chosen by the caller: the same id is one visit
	Case    triage.CaseID
	Channel string // visit or voice
	Text    string
	Contact string
}

// Statistics counts cases.
type Statistics struct {
	From, To  time.Time
	Total     Count
	Months    map[string]Count // 2026-12
	Channels  map[string]Count
	Severity  map[string]Count
	Flags     map[string]Count
	Schools   map[string]Count
	NotAsked  Count // cases resolved without the parents having been asked
	SmallCell int   // what is fewer than this is withheld
}

// Count is a number of cases, or withheld where it is so small that it could point at a child.
type Count struct {
	N        int
	Withheld bool
}
