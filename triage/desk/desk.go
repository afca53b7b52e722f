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
//
// What falls due (what the rules make of the news, a lease without an answer, a duty) is done by Sweep, by the desk's clock alone; Advance moves the clock of
// the demonstration through every due time on the way.
package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/audit"
	"madoguchi/triage/city"
	"madoguchi/triage/duty"
	"madoguchi/triage/grant"
	"madoguchi/triage/roster"
	"madoguchi/triage/shelf"
	"madoguchi/triage/staff"
)

// Config is what a Desk needs.
type Config struct {
	Store    triage.Store
	Front    triage.Front
	Lamp     triage.Lamp
	Audit    Auditor
	Clock    triage.Clock
	City     *city.City // terms, schools and the texts of the cover
	People   People
	Cabinet  triage.Cabinet // of what came with messages
	Press    triage.Press   // of what goes by post
	Filed    triage.Filed   // of what schools reported
	Drafts   *shelf.Shelf[triage.Draft]
	ChatURL  string          // where seekers write, as it stands on letters
	Register *grant.Register // of what two people allow
	Searcher triage.Searcher // looks for a person behind the wall
	Tracer   triage.Tracer   // asks where a live connection comes from
	Passes   Passes          // of those without an account
	Accounts Accounts        // all who work here; nil where only those who are there are known
	Roster   Roster          // what they say of themselves; nil where nobody does
	Minutes  Meetings        // of the weekly meeting
	Yearly   Yearly          // the reports of years
	Asked    Requests        // the register of those who ask for records; nil where nothing is destroyed either
	Terms    Terms           // what was decided of registers that were kept long enough
	Papers   Discards        // the record of papers that were destroyed; nil where there is no paper
	LookIns  LookIns         // who of the leads looks into which conversation; nil where that is not shown
	Drills   Drills          // the exercises of the night path; nil where there are none
	Waits    Waits           // what those who wait were told; nil where no page tells them
	WaitLamp triage.WaitLamp // tells them
	Counts   triage.Counts   // of visits that left nothing else behind; nil where nobody counts
	Pager    triage.Pager    // calls who is on call; nil where nobody can be called
}

// Auditor writes down what is about to happen. A nil error says that it is written durably; see audit.Log.
type Auditor interface {
	Record(ctx context.Context, e audit.Entry) error
	// Since is when the first entry was written, or zero where there is none.
	Since(ctx context.Context) (time.Time, error)
}

// People tells who works here; see staff.Accounts.
type People interface {
	// Person returns the person as they are now, or staff.ErrUnknown.
	Person(ctx context.Context, login string) (staff.Person, error)
	// Present returns who has used the pages, or did more than read by the API, within staff.PresentFor.
	Present(ctx context.Context) ([]staff.Person, error)
	// Spoken spends a one-time code of the person's own device, of which by says that they heard it from them; or fails with
	// staff.ErrUnknown, or staff.ErrSlow where by has tried too often.
	Spoken(ctx context.Context, by, login, code string) error
}

// Accounts lists who works here, whether or not they are there; see staff.Accounts.
type Accounts interface {
	List(ctx context.Context) ([]staff.Account, error)
}

// Roster keeps the profiles of the staff by login; see package shelf.
type Roster interface {
	All(ctx context.Context) (map[string]roster.Profile, error)
	Change(ctx context.Context, login string, f func(*roster.Profile) error) (roster.Profile, error)
}

// Desk is the desk. It is safe for concurrent use.
type Desk struct {
	Config
	terms triage.Terms
	rules duty.Rules

	sweeping sync.Mutex  // one sweep at a time, so that Advance returns when nothing is left in work
	drilling atomic.Bool // an exercise went on when the exercises were last looked at
}

// New returns a desk.
func New(c Config) *Desk { return &Desk{Config: c, terms: c.City.CaseTerms(), rules: c.City.Rules()} }

// tries is how often a verb decides again when others are faster. Nobody is that unlucky with people; it ends a loop that
// a fault might cause.
const tries = 20

// act is a verb on one case, between the person and the store.
type act struct {
	what   string // for the audit; empty where it was written already
	ref    string // the same
	reason string // the same: a code or a placeholder, never words
	// may decides whether the person may do this with the case.
	may func(p staff.Person, c triage.Case) error
	// erased says that it is possible with a case that the seeker withdrew.
	erased bool
	// do decides on the events. No event: nothing happens.
	do func(c triage.Case, events []triage.Event) ([]triage.Event, error)
}

// perform does a, or says why not.
func (d *Desk) perform(ctx context.Context, p staff.Person, id triage.CaseID, a act) (triage.Case, error) {
	audited := false
	for range tries {
		c, events, err := d.Store.Load(ctx, id)
		if err != nil {
			return triage.Case{}, err
		}
		if err := a.may(p, c); err != nil {
			return triage.Case{}, d.keptOut(ctx, p, c, err)
		}
		if c.Erased() && !a.erased {
			return triage.Case{}, refuse(triage.CodeState, "この相談は、書いた人が取り下げています。")
		}
		if c.Unnamed != "" && !a.erased {
			return triage.Case{}, refuse(triage.CodeState, "この事案の名前と連絡先は、もう廃棄しています。")
		}
		news, err := a.do(c, events)
		if err != nil || len(news) == 0 {
			return c, err
		}
		if !audited && a.what != "" {
			if err := d.record(ctx, p, a.what, id, a.ref, a.reason); err != nil {
				return triage.Case{}, err
			}
			audited = true
		}
		after, err := d.Store.Append(ctx, c, news...)
		if !errors.Is(err, triage.ErrConflict) {
			return after, err
		}
	}
	return triage.Case{}, refuse(triage.CodeChanged, "ほかの人の操作と重なりました。もう一度お試しください。")
}

// record writes to the audit what is about to happen.
func (d *Desk) record(ctx context.Context, p staff.Person, what string, id triage.CaseID, ref, reason string) error {
	return d.enter(ctx, p, audit.Entry{Act: what, Case: id, Ref: ref, Reason: reason})
}

// enter writes an entry of the person to the audit, now.
func (d *Desk) enter(ctx context.Context, p staff.Person, e audit.Entry) error {
	e.At, e.Who, e.Role = d.Clock.Now(), p.Login, p.Role
	return d.Audit.Record(ctx, e)
}

// event begins an event of a person of the staff.
func (d *Desk) event(p staff.Person, kind triage.Kind) triage.Event {
	return triage.Event{ID: string(kind) + ":" + rand.Text(), At: d.Clock.Now(), Kind: kind, From: triage.Counselor, By: p.Login}
}

// reference makes an id by which a part of a case can be named outside of it. It has nothing of the case's id in it, nor of
// another reference's.
func reference() string { return strings.ToLower(rand.Text()) }

// today is the desk's date.
func (d *Desk) today() string { return d.Clock.Now().In(triage.JST).Format(time.DateOnly) }

// light shows the seeker what the desk is doing. The lamp is an extra: that it is out refuses nobody anything.
func (d *Desk) light(ctx context.Context, id triage.CaseID, doing triage.Doing) {
	_ = d.Lamp.Show(ctx, id, doing)
}
