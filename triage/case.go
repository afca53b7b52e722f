package triage

import "time"

// Case is everything known of one conversation with the desk, folded from its events in order. It holds no name, no
// address and no words but anonymized ones.
type Case struct {
	ID      CaseID `json:"id"`
	Version int64  `json:"version"` // number of events; what Store.Append expects
	State   State  `json:"state"`

	Severity Severity  `json:"severity"`
	GraveAt  time.Time `json:"grave_at,omitzero"` // since when it has that severity
	// Overruled is set while the severity is a person's. A later message that the rules judge graver raises it again,
	// because that is a new fact; the rules never lower it.
	Overruled bool      `json:"overruled,omitempty"`
	Overrule  *Overrule `json:"overrule,omitempty"` // the latest judgement of a person: it stays, whatever is heard afterwards
	Flags     []Flag    `json:"flags"`
	Reasons   []Reason  `json:"reasons"`

	Channels  []string  `json:"channels"` // every door the seeker used, in order of first use
	Door      string    `json:"door"`     // the door of the seeker's latest message: answers go out there
	About     string    `json:"about,omitempty"`
	CallMe    string    `json:"call_me,omitempty"`
	Preview   string    `json:"preview"`              // the seeker's latest words, at most PreviewRunes
	PreviewOf string    `json:"preview_of,omitempty"` // id of the event that they are of
	OpenedAt  time.Time `json:"opened_at"`
	LastAt    time.Time `json:"last_at"`
	TouchedAt time.Time `json:"touched_at,omitzero"` // when a person, the seeker or a school last said or did something

	Assignee   string    `json:"assignee,omitempty"`
	Former     string    `json:"former,omitempty"` // who had it before it came back to the queue
	Second     string    `json:"second,omitempty"`
	Consulted  []string  `json:"consulted,omitempty"`  // who was asked for advice: may read and note, and answers nobody
	LeaseUntil time.Time `json:"lease_until,omitzero"` // zero once the assignee has answered
	Role       Role      `json:"role"`

	// WaitingSince is the time of the oldest unanswered message; or, of a case that came back to the queue with none, the
	// time of that; zero when all are answered.
	WaitingSince time.Time `json:"waiting_since,omitzero"`
	// Entered are the logins of who came into it by nobody's act but their own, while a colleague had it.
	Entered []string  `json:"entered,omitempty"`
	Parked  string    `json:"parked,omitempty"` // login of who, not trusted with it, put it where the seeker's words take it off who has it
	LeftAt  time.Time `json:"left_at,omitzero"` // when somebody last had it and left it to the queue, while it was going on
	DueAt   time.Time `json:"due_at,omitzero"`  // when it must be answered by the city's terms

	AnsweredAt time.Time `json:"answered_at,omitzero"` // when a person first answered the seeker
	UpdatedAt  time.Time `json:"updated_at,omitzero"`  // when a school last reported on it while somebody had it

	Spoke []string `json:"spoke,omitempty"` // logins of who answered the seeker in writing, in the order of their first answers

	Said int64 `json:"said"` // how many messages the desk has said to the seeker
	Sent int64 `json:"sent"` // how many of them, from the first without a gap, have an outcome

	Consents  []Consent   `json:"consents,omitempty"`
	Handoffs  []Handoff   `json:"handoffs,omitempty"`
	Reports   []Filing    `json:"reports,omitempty"` // what schools reported
	Duties    []Duty      `json:"duties,omitempty"`
	Observed  []Observed  `json:"observed,omitempty"`
	News      int64       `json:"news,omitempty"`      // seq of the latest event that may make duties, or end some
	Files     []File      `json:"files,omitempty"`     // all that came, in order: number n of /files/{n} is Files[n-1]
	Hidden    []string    `json:"hidden,omitempty"`    // ids of messages that the seeker took back
	Unchecked []string    `json:"unchecked,omitempty"` // ids of messages read by a machine that nobody has compared yet
	Unposted  []int64     `json:"unposted,omitempty"`  // numbers of the desk's messages that wait to be printed and posted
	Barred    []Bar       `json:"barred,omitempty"`    // who is kept out of it
	Named     []string    `json:"named,omitempty"`     // ids of schools that the words name: for whom to keep out and which cases name the same; shown to nobody
	Links     []Link      `json:"links,omitempty"`     // other cases of the same matter
	Parts     []Part      `json:"parts,omitempty"`     // the roles of people, by placeholder
	Steps     []Step      `json:"steps,omitempty"`     // taken on the road of a serious case
	Versions  []Version   `json:"versions,omitempty"`  // what each of their readers gets
	Plan      []PlanItem  `json:"plan,omitempty"`      // 対処プラン
	WatchOver *WatchOver  `json:"watch_over,omitempty"`
	Wanted    *Wanted     `json:"wanted,omitempty"`    // by whom the seeker would like to be counseled
	Session   *Session    `json:"session,omitempty"`   // what was left for whoever comes next
	Risks     []Risk      `json:"risks,omitempty"`     // what was found of a danger to life, oldest first
	Safety    *SafetyPlan `json:"safety,omitempty"`    // what was agreed for when it gets hard
	Teller    *Teller     `json:"teller,omitempty"`    // who seeks help here and came or phoned last, as they were asked
	CallBack  *CallBack   `json:"call_back,omitempty"` // the latest wish to be called; nil once a call was answered
	Calls     []Call      `json:"calls,omitempty"`
	OptedOut  bool        `json:"opted_out,omitempty"` // the seeker sent STOP: replies are refused with opted_out
	ErasedAt  time.Time   `json:"erased_at,omitzero"`  // the seeker withdrew the conversation; shredding waits for a person
	Kept      bool        `json:"kept,omitempty"`      // it must not be destroyed
	Holds     []string    `json:"holds,omitempty"`     // marks of the requests for its records that go on; see Change.For
	Doomed    string      `json:"doomed,omitempty"`    // the ground on which it is being destroyed
	Unnamed   string      `json:"unnamed,omitempty"`   // UnnameBegun or UnnameDone: who it was is nobody's to know any more
}

// Overrule is what a person judged in the place of the rules, and why.
type Overrule struct {
	Severity Severity  `json:"severity"`
	Reason   string    `json:"reason"` // anonymized
	By       string    `json:"by"`     // login
	At       time.Time `json:"at"`
}

// PreviewRunes is the longest preview.
const PreviewRunes = 120

// Erased reports whether the seeker withdrew the conversation: ordinary staff are locked out.
func (c Case) Erased() bool { return !c.ErasedAt.IsZero() }
