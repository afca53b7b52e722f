package triage

import (
	"slices"
	"time"
)

// Kind is what an event is, as the timeline shows it.
type Kind string

// The kinds of the timeline.
const (
	KindMessage    Kind = "message"    // words between the seeker and the desk
	KindNote       Kind = "note"       // words that only staff see
	KindAssessment Kind = "assessment" // a severity, by rule or (from Counselor) by a person who overrules; or what a person found of a danger
	KindAssignment Kind = "assignment" // claim, release, transfer, lapse
	KindReveal     Kind = "reveal"     // somebody opened words behind a placeholder
	KindHandoff    Kind = "handoff"    // consent asked, answered, withdrawn; a hand-off and what the school did
	KindReport     Kind = "report"     // a school's report
	KindDuty       Kind = "duty"       // something falls due, or was done
	KindState      Kind = "state"      // a person set the state; or the seeker withdrew the conversation
	KindDelivery   Kind = "delivery"   // what became of a message of the desk
)

// From is who speaks or acts in an event.
type From string

// The speakers.
const (
	Seeker    From = "seeker"
	Counselor From = "counselor"
	Desk      From = "desk" // the machine on the desk's behalf: notices, greetings
	AtSchool  From = "school"
	System    From = "system"
)

// Event is one thing that happened to a case. It is never changed and never removed, but with its case.
//
// ID comes from upstream (the seeker's message id, a click's id), so that appending the same event twice is the same as
// once. Text is anonymized. At most one of the pointers is set, and Kind says which one may be.
type Event struct {
	ID      string    `json:"id"`
	Seq     int64     `json:"seq"` // position in the case, from 1; set by the store
	At      time.Time `json:"at"`
	Kind    Kind      `json:"kind"`
	From    From      `json:"from"`
	By      string    `json:"by,omitempty"`      // login of the person of the staff who acted
	Channel string    `json:"channel,omitempty"` // the door it came by, for messages of a seeker
	Text    string    `json:"text,omitempty"`

	// Said numbers what the desk says to the seeker, from 1 without a gap: the seq that the seeker's page counts.
	// 0 where nothing is said.
	Said int64 `json:"said,omitempty"`
	// Words are the outgoing words of an event with Said > 0, sealed by Front.Scrub to the courier: opaque here.
	Words []byte `json:"words,omitempty"`

	About      string      `json:"about,omitempty"`     // who it is about, as the seeker chose: self, friend, did, unsaid
	CallMe     string      `json:"call_me,omitempty"`   // the name to be called by (呼び名): made up and as typed, or a placeholder
	Lang       string      `json:"lang,omitempty"`      // the language that the seeker's page says, where it is not Japanese: en, vi
	Schools    []string    `json:"schools,omitempty"`   // ids of the city's schools whose names were taken out of the text; see Case.Named
	Hidden     bool        `json:"-"`                   // the seeker took it back; set on what is shown, never stored: see Case.Hidden
	Kept       bool        `json:"-"`                   // and its words are kept until a person has looked; set like Hidden
	Late       bool        `json:"late,omitempty"`      // genuine, but it reached us late (遅着)
	Files      []File      `json:"files,omitempty"`     // what came with the message; [写真1] and the like mark them in Text
	Unchecked  bool        `json:"unchecked,omitempty"` // a machine read Text from paper; a person must compare it
	Corrects   string      `json:"corrects,omitempty"`  // id of the event whose text this one's takes the place of, after a look at the paper
	Hides      string      `json:"hides,omitempty"`     // id of the message that the seeker took back: on no screen from now on
	Blanks     string      `json:"blanks,omitempty"`    // id of the event whose words the store destroys as it appends this one
	Teller     *Teller     `json:"teller,omitempty"`    // what staff asked who came or phoned
	CallBack   *CallBack   `json:"call_back,omitempty"` // the seeker wishes to be called
	Call       *Call       `json:"call,omitempty"`      // the desk calls, or what became of that
	Judgement  *Judgement  `json:"judgement,omitempty"`
	DueAt      time.Time   `json:"due_at,omitzero"` // by the city's terms: when the message must be answered, the case that was left to the queue read, or who waits answered as a person judged
	Assignment *Assignment `json:"assignment,omitempty"`
	Consent    *Consent    `json:"consent,omitempty"`
	Handoff    *Handoff    `json:"handoff,omitempty"`
	Report     *Report     `json:"report,omitempty"`
	Duty       *Duty       `json:"duty,omitempty"`
	Change     *Change     `json:"change,omitempty"`
	Delivery   *Delivery   `json:"delivery,omitempty"`
	Reveal     *Reveal     `json:"reveal,omitempty"`
	Observed   *Observed   `json:"observed,omitempty"`
	Bar        *Bar        `json:"bar,omitempty"`
	Link       *Link       `json:"link,omitempty"`
	Part       *Part       `json:"part,omitempty"`
	Minute     *Minute     `json:"minute,omitempty"`
	For        string      `json:"for,omitempty"` // login of the one to whom a note is whispered: besides them, its writer and the leads see it
	Wanted     *Wanted     `json:"wanted,omitempty"`
	Session    *Session    `json:"session,omitempty"`
	Risk       *Risk       `json:"risk,omitempty"`
	Safety     *SafetyPlan `json:"safety,omitempty"`
	Step       *Step       `json:"step,omitempty"`
	Version    *Version    `json:"version,omitempty"`
	Plan       *PlanItem   `json:"plan,omitempty"`
	WatchOver  *WatchOver  `json:"watch_over,omitempty"`
	Interim    bool        `json:"interim,omitempty"` // of a message of the desk: that somebody reads, which is no answer yet
	Called     bool        `json:"called,omitempty"`  // who is on call was called by a path of their own
	Paged      bool        `json:"paged,omitempty"`   // and that went out
}

// Assignment is who has the case now.
type Assignment struct {
	Do    string    `json:"do"`             // one of the acts below
	To    string    `json:"to,omitempty"`   // login; empty for release and lapse
	Until time.Time `json:"until,omitzero"` // the lease's end; zero where there is none
}

// The acts of an Assignment.
const (
	DoClaim    = "claim"
	DoRelease  = "release"
	DoTransfer = "transfer"
	DoLapse    = "lapse"   // the lease ran out before the first answer
	DoSecond   = "second"  // a second person who may answer as well
	DoConsult  = "consult" // somebody is asked for advice, and answers nobody
	DoRenew    = "renew"   // the assignee is at work on it, and has until then for the first answer
)

// Change is a state set by a person, or the seeker's wish that the conversation be erased.
type Change struct {
	To     State  `json:"to,omitempty"`
	Reason string `json:"reason,omitempty"`
	Erase  bool   `json:"erase,omitempty"`
	// Keep says that the case must not be destroyed (on), or may be again (off): an inquiry, a lawsuit, a danger.
	Keep string `json:"keep,omitempty"`
	// For is a mark of the request for whose sake it is kept, which tells nothing of the request; "" where a lead said so.
	For string `json:"for,omitempty"`
	// Destroy is the ground on which a person decided that everything of the case is destroyed; see Case.Doomed.
	Destroy string `json:"destroy,omitempty"`
	// Unname says that the names and addresses of the case are destroyed while its anonymized words stay: begun, then done.
	Unname string `json:"unname,omitempty"`
	// DecidedBy and Circumstances belong to 解消: a named body decides on all circumstances (ashiya-policy:119).
	DecidedBy     string `json:"decided_by,omitempty"`
	Circumstances string `json:"circumstances,omitempty"`
}

// The grounds on which a case is destroyed.
const (
	DestroyWithdrawn = "withdrawn" // the seeker asked for it, and the time to think again is over
	DestroyExpired   = "expired"   // the time that the city keeps such records is over
	DestroyIdentity  = "identity"  // that of names and addresses is; the anonymized case stays
)

// Values of Change.Unname.
const (
	UnnameBegun = "begun"
	UnnameDone  = "done"
)

// Values of Change.Keep.
const (
	KeepOn  = "on"
	KeepOff = "off"
)

// Delivery is what became of the desk's message number Said.
type Delivery struct {
	Said   int64  `json:"said"`
	Status string `json:"status"`           // paper, sent, delivered, read, failed (不達)
	Detail string `json:"detail,omitempty"` // a code from the channel's own list, never a provider's text
}

// The statuses of a Delivery.
const (
	DeliveryPaper     = "paper" // it goes by post: somebody has yet to print it and to say that it was posted
	DeliverySent      = "sent"
	DeliveryDelivered = "delivered"
	DeliveryRead      = "read"
	DeliveryFailed    = "failed"
	DeliveryOptedOut  = "opted_out" // the seeker sent STOP; Said is 0
	DeliveryOptedIn   = "opted_in"
)

// Reveal is that words were opened, never which.
type Reveal struct {
	Placeholder string `json:"placeholder"`
	Reason      string `json:"reason"`
	Step        string `json:"step,omitempty"` // of a grant that two people need: grant_ask, grant_alone, grant_approve (grant_approve_spoken: by a code over the telephone), grant_refuse, grant_use
}

// Duty is something that somebody must do by a time. It is done by a later event with the same What and DoneAt set. A duty
// that comes again begins a new Turn under the same What; the turns before are in the timeline.
type Duty struct {
	Kind   string    `json:"kind"` // answer, countersign, acknowledge, …; of a rule of the city, the rule's key
	What   string    `json:"what"` // key within the case; one duty each
	DueAt  time.Time `json:"due_at"`
	DoneAt time.Time `json:"done_at,omitzero"`

	// What follows is there where a rule made the duty: it tells by itself what it is, whatever becomes of the rule.
	Title  string    `json:"title,omitempty"`  // what is to be done, as the rule says it
	Source string    `json:"source,omitempty"` // who asks for it: document:line, or the article of a law
	Why    []string  `json:"why,omitempty"`    // the facts for which it arose (package duty)
	Since  time.Time `json:"since,omitzero"`   // since when they are so
	Turn   int       `json:"turn,omitempty"`   // from 1

	Owner   string    `json:"owner,omitempty"`   // whose it is: assignee, coordinator, supervisor, school, board
	ClimbAt time.Time `json:"climb_at,omitzero"` // overdue until then, it goes past the coordinator to the supervisor

	// How it was done. By is a login, or empty where the machine saw that it was.
	By       string `json:"by,omitempty"`
	Decision string `json:"decision,omitempty"` // one of the rule's, or of package duty where the machine saw it
	Reason   string `json:"reason,omitempty"`   // anonymized
}

// Overdue reports whether the duty is open and its time has passed.
func (d Duty) Overdue(now time.Time) bool { return d.DoneAt.IsZero() && now.After(d.DueAt) }

// Observed is something that a person learned in an interview, call, visit or letter of its date: a step on the way to 解消,
// or a fact that rules ask for.
type Observed struct {
	Kind   string `json:"kind"`           // stopped, recurred, apology, child_no_pain, parent_no_pain, parent_not_asked, absent_total, …
	On     string `json:"on"`             // 2026-12-01
	Days   int    `json:"days,omitempty"` // of absent_total, in the school year until On; of absent_run, one after another
	Note   string `json:"note,omitempty"`
	Second string `json:"second,omitempty"` // the other decider's login, for parent_not_asked
	Who    string `json:"who,omitempty"`    // of declared: child or parent
}

// Declared is the kind of an observation that one of Declarers says formally: it is a serious case (重大事態の申立て). It is as one
// from then on, whoever thinks otherwise.
const Declared = "declared"

// Declarers lists who can.
var Declarers = []string{"child", "parent"}

// File is a file that came with a message. Its content is behind Front.File; nothing here tells what it shows.
type File struct {
	ID   string `json:"id"`
	Sort string `json:"sort"` // picture, document, voice, video, other
}

// CallBack is when and how it is safe to call. The number is behind the wall.
type CallBack struct {
	Window string `json:"window,omitempty"` // anonymized, or a code of the door's list
	Who    string `json:"who,omitempty"`    // who may answer: self, family, anyone, or "" where that was not said
	Of     string `json:"of,omitempty"`     // who wishes it, as a Teller, where that is not the seeker: set by the fold
}

// Call is one attempt of the desk to speak with the seeker by phone.
type Call struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at,omitzero"`
	Outcome string    `json:"outcome,omitempty"` // "" while it is being placed
	Detail  string    `json:"detail,omitempty"`  // a code from the channel's own list
	Of      string    `json:"of,omitempty"`      // who is called, as a Teller, where that is not the seeker: set by the fold
}

// The outcomes of a Call.
const (
	CallRinging  = "ringing" // the provider has it
	CallAnswered = "answered"
	CallNoAnswer = "no_answer"
	CallBusy     = "busy"
	CallFailed   = "failed"
)

// Report is a school's report of an incident, resolution, interview or continuity: 様式1, 様式2, 様式3 and ほっとりぼん of usuki-policy.
type Report struct {
	ID     string            `json:"id"`
	School string            `json:"school"`
	Form   string            `json:"form"`
	Fields map[string]string `json:"fields"`           // anonymized
	Amends string            `json:"amends,omitempty"` // id of the report that this one takes the place of
}

// Wordless returns by which rule it is a judgement on what was not said (SilenceRule, UnansweredRule), or "".
func (e Event) Wordless() string {
	if e.Judgement == nil {
		return ""
	}
	for _, r := range e.Judgement.Reasons {
		if r.Rule == SilenceRule || r.Rule == UnansweredRule {
			return r.Rule
		}
	}
	return ""
}

// news reports whether the event may make duties by the city's rules, or end some: all that is not merely seen, noted or
// sent.
func (e Event) news() bool {
	if e.Bar != nil || e.Link != nil {
		return true
	}
	switch e.Kind {
	case KindMessage:
		return e.From != Desk
	case KindAssignment:
		return e.Assignment != nil && e.Assignment.Do != DoRenew
	case KindDuty:
		return e.Duty != nil && !e.Duty.DoneAt.IsZero()
	case KindAssessment, KindHandoff, KindReport, KindState:
		return true
	}
	return false
}

// Happened reports whether the event of that id is among them.
func Happened(events []Event, id string) bool {
	return slices.ContainsFunc(events, func(e Event) bool { return e.ID == id })
}
