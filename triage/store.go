package triage

import (
	"context"
	"time"
)

// Store keeps cases durably. Every implementation passes package storetest.
//
// Append is the one choke point through which anything happens to a case. What the store keeps beside the events is an
// index, derived from the case by its own methods (Agenda, Refs) and written in the same atomic act.
type Store interface {
	// Append adds events to the case that the caller has read. It folds them onto before, numbers them, and makes them
	// durable in one atomic act before it returns the case as it is now.
	//
	// It expects the stored version to be before.Version (0 for a new case) and fails with ErrConflict otherwise: load
	// again and decide again. Events whose id the case already has are left out; when all are, nothing happens and the
	// case as it is now is returned, whatever its version. An event without an id is an error. Events of a case that was
	// shredded stay known: for them the case as it is now is an empty one of version 0, and no error.
	Append(ctx context.Context, before Case, events ...Event) (Case, error)
	// Load returns the case and all its events in order, or ErrUnknown.
	Load(ctx context.Context, id CaseID) (Case, []Event, error)
	// List returns cases, most pressing first: by severity, then by how long they have waited, then by id. The cursor of
	// the last page's end is empty. Erased cases are listed only where the query asks for them. What is listed may be shared
	// with others who ask: it is read, not changed.
	List(ctx context.Context, q Query) (cases []Case, next string, err error)
	// Lease hands out work that is due at now, at most limit of it, and hides it from other callers for the hold.
	Lease(ctx context.Context, kind DueKind, now time.Time, hold time.Duration, limit int) ([]Due, error)
	// Settle ends a lease of Lease: the work comes again at again, or not at all where again is zero. Where the case has
	// changed since what was due changed with it, nothing happens.
	Settle(ctx context.Context, d Due, again time.Time) error
	// Watch sends the id of each case that changed, from the time it returns until ctx ends. An empty id says that
	// notices may have been missed: look at everything. A slow reader gets the empty id in place of what it missed.
	Watch(ctx context.Context) (<-chan CaseID, error)
	// Shred destroys the case's key, and with it every word of the case, in this store and in every copy of it. Where the
	// case is not as in before any more, nothing happens and Shred fails with ErrConflict.
	Shred(ctx context.Context, before Case) error
}

// Query chooses cases.
type Query struct {
	State    State  // "" for every state
	Assignee string // "" for anybody and nobody
	School   string // cases with a hand-off to, or a report of, that school; then no other order than by id is promised
	Ref      string // the one case that holds this reference (Case.Refs)
	Erased   bool   // erased cases too
	Limit    int    // at most MaxPage; 0 is DefaultPage
	Cursor   string // next of the page before
}

// Page sizes.
const (
	DefaultPage = 50
	MaxPage     = 200
)

// DueKind is one of the sorts of work that fall due.
type DueKind string

const (
	// DueSend: the desk has said something that has no outcome yet. Due at once; the courier's, by the machine's clock.
	DueSend DueKind = "send"
	// DueLease: the assignee has not answered in time. The desk's clock.
	DueLease DueKind = "lease"
	// DueDuty: the earliest open duty's time has come. The desk's clock.
	DueDuty DueKind = "duty"
)

// DueCall is the fourth: the desk wants to call and no provider has it yet. Due at once; the courier's, by the machine's
// clock.
const DueCall DueKind = "call"

// DueRules is the fifth: something happened to the case that the city's rules have not been asked about, or a person decided
// that it is destroyed. Due at once; the desk's.
const DueRules DueKind = "rules"

// DueKinds lists all of them.
var DueKinds = []DueKind{DueSend, DueLease, DueDuty, DueCall, DueRules}

// Due is a piece of work, as Lease hands it out.
type Due struct {
	Kind  DueKind
	Case  CaseID
	At    time.Time // when it fell due
	Fence string    // opaque to callers: tells Settle which lease this is
}

// Agenda says when the case needs work of each kind, by kind; a kind that is absent is not due at all. The zero time
// (of DueSend, DueCall and DueRules) means at once.
func (c Case) Agenda() map[DueKind]time.Time {
	due := map[DueKind]time.Time{}
	switch {
	case c.Doomed != "":
		due[DueRules] = time.Time{} // to be destroyed
		return due
	case c.Erased():
		return due
	}
	if c.Said > c.Sent {
		due[DueSend] = time.Time{}
	}
	if !c.LeaseUntil.IsZero() {
		due[DueLease] = c.LeaseUntil
	}
	for _, call := range c.Calls {
		if call.Outcome == "" {
			due[DueCall] = time.Time{}
		}
	}
	if c.News > 0 {
		due[DueRules] = time.Time{}
	}
	for _, d := range c.Duties {
		if t, ok := due[DueDuty]; d.DoneAt.IsZero() && (!ok || d.DueAt.Before(t)) {
			due[DueDuty] = d.DueAt
		}
	}
	return due
}

// Refs are the ids by which the case can be found without knowing its own: of its hand-offs, consents, calls and reports. They
// have nothing of the case's own in them: whoever is told of two of them cannot tell whether they are of one case.
func (c Case) Refs() []string {
	var refs []string
	for _, h := range c.Handoffs {
		refs = append(refs, h.ID)
	}
	for _, k := range c.Consents {
		refs = append(refs, k.ID)
	}
	for _, k := range c.Calls {
		refs = append(refs, k.ID)
	}
	for _, f := range c.Reports {
		refs = append(refs, f.ID)
	}
	return refs
}

// Schools are the ids of the schools that have something to read or have reported in this case.
func (c Case) Schools() []string {
	var schools []string
	for _, h := range c.Handoffs {
		if h.School != "" {
			schools = append(schools, h.School)
		}
	}
	for _, f := range c.Reports {
		schools = append(schools, f.School)
	}
	return schools
}
