// Package triage is the vocabulary of the desk: what a case is, what can happen to it, and what the desk may ask of the
// rest of the house.
//
// From here on nobody has a name. Every text in this package is the anonymized one ([人物A], [学校1]); the words and the
// addresses of people stay behind the wall, in package router, and are reached only through Front. A page that imports
// triage cannot show a LINE user id, because the type is not there.
//
// A Case is a pure fold of its append-only Events (see Case.With), so whatever the store keeps beside the events, such as
// the queue, is an index that can be made again.
package triage

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
)

// Errors that callers tell apart with errors.Is. None of them ever carries words, names, addresses or ids of people.
var (
	ErrUnknown     = errors.New("triage: no such case")                           // no case of that id, or none that this person may know of
	ErrConflict    = errors.New("triage: the case has moved on")                  // the expected version is not the current one
	ErrRefused     = errors.New("triage: the case's state does not allow it")     // the act is not possible in this state
	ErrUnavailable = errors.New("triage: the store cannot be reached")            // nothing is known to have happened
	ErrDamaged     = errors.New("triage: a sealed record cannot be opened")       // wrong key, or tampered with
	ErrUnreadable  = errors.New("triage: the file cannot be opened safely")       // Cabinet.File
	ErrNoWords     = errors.New("triage: no words stand behind that placeholder") // Front.Reveal of an unknown placeholder
	ErrCursor      = errors.New("triage: no such page")                           // a Query.Cursor that List never gave
)

// CaseID names a case and, by its first two digits, the partition of the store that holds it: NN followed by 24 letters
// of base32 (120 bits).
type CaseID string

// Severity is how soon a person must read a case. The zero value is routine's rank or below.
type Severity string

// The severities, from the most pressing.
const (
	Emergency Severity = "emergency" // danger now: plan, means, time, place, farewell, an attempt under way
	Urgent    Severity = "urgent"    // the same day: ideation, self-harm, injury, sexual harm, extortion, abuse at home
	Soon      Severity = "soon"      // ongoing bullying, or too little said to know
	Routine   Severity = "routine"   // none of it
)

// Severities lists all of them, most pressing first.
var Severities = []Severity{Emergency, Urgent, Soon, Routine}

// Rank is 0 for Emergency and rises as the pressure falls; an unknown severity ranks last.
func (s Severity) Rank() int {
	if i := slices.Index(Severities, s); i >= 0 {
		return i
	}
	return len(Severities)
}

// Valid reports whether s is one of Severities.
func (s Severity) Valid() bool { return slices.Contains(Severities, s) }

// Graver returns the more pressing of the two.
func Graver(a, b Severity) Severity {
	if b.Rank() < a.Rank() {
		return b
	}
	return a
}

// Flag says what a case is about; a case can have several.
type Flag string

// The flags.
const (
	Suicide     Flag = "suicide"
	SelfHarm    Flag = "self_harm"
	Violence    Flag = "violence"
	Sexual      Flag = "sexual"
	Extortion   Flag = "extortion"
	AbuseHome   Flag = "abuse_home"
	Absence     Flag = "absence"
	SNSSpread   Flag = "sns_spread"
	Exclusion   Flag = "exclusion"
	Verbal      Flag = "verbal"
	Property    Flag = "property"
	MultiSchool Flag = "multi_school"
	ThirdParty  Flag = "third_party"
	Other       Flag = "other"
)

// Flags lists all of them in the contract's order.
var Flags = []Flag{Suicide, SelfHarm, Violence, Sexual, Extortion, AbuseHome, Absence, SNSSpread, Exclusion, Verbal,
	Property, MultiSchool, ThirdParty, Other}

// Judgement is what the assessment found in one text. Start and End of its reasons count runes of the assessed text.
type Judgement struct {
	Severity Severity `json:"severity"`
	Flags    []Flag   `json:"flags"`
	Reasons  []Reason `json:"reasons"`
}

// Learned is how the rule of a reason begins that no person wrote: it is what the machine learned from others' words.
const Learned = "model_"

// Sure reports whether a flag was found by a rule that a person wrote, or by a person, and not by what the machine learned
// alone.
func (j Judgement) Sure(f Flag) bool {
	of := 0
	for _, r := range j.Reasons {
		if r.Flag == f {
			if !strings.HasPrefix(r.Rule, Learned) {
				return true
			}
			of++
		}
	}
	return of == 0 && slices.Contains(j.Flags, f)
}

// Reason is why a flag fired: the rule's name and the words that it points at. Once the text is anonymized, Excerpt holds
// those words, cut from the anonymized text and widened to whole placeholders.
type Reason struct {
	Flag    Flag   `json:"flag"`
	Rule    string `json:"rule"`
	Start   int    `json:"start"`
	End     int    `json:"end"`
	Excerpt string `json:"excerpt,omitempty"`
	Of      string `json:"of,omitempty"` // in a Case: id of the event whose words fired
}

// The rules of a Reason that is no word.
const (
	SilenceRule    = "silence"    // who told of danger was answered, and has said nothing since
	UnansweredRule = "unanswered" // somebody said 受領 to an emergency, and has not answered it since
)

// State is where a case stands.
type State string

// The states.
const (
	Waiting   State = "waiting"    // nobody has it; in the queue
	Open      State = "open"       // somebody has it
	HandedOff State = "handed_off" // a school has it; answering goes on
	Watching  State = "watching"   // 見守り
	Resolved  State = "resolved"   // 解消
	Closed    State = "closed"
)

// States lists all of them.
var States = []State{Waiting, Open, HandedOff, Watching, Resolved, Closed}

// Valid reports whether s is one of States.
func (s State) Valid() bool { return slices.Contains(States, s) }

// Role is what a person of the staff is; it decides what they may do (package staff).
type Role string

// The roles.
const (
	Psychologist Role = "psychologist"
	SocialWorker Role = "social_worker"
	Coordinator  Role = "coordinator"
	Supervisor   Role = "supervisor"
	Lawyer       Role = "lawyer"
	Board        Role = "board"
	Clerk        Role = "clerk"
	Admin        Role = "admin"
	School       Role = "school"
)

// Roles lists all of them.
var Roles = []Role{Psychologist, SocialWorker, Coordinator, Supervisor, Lawyer, Board, Clerk, Admin, School}

// Clock tells the desk's time: hours, leases, duties, retention and every At. In the demonstration it can be set and
// moved; the machine's clock (sessions, pings, retries) is time.Now and never moves.
type Clock interface{ Now() time.Time }

// JST is the only time zone of the desk and of every screen; Japan has had no summer time since 1952.
var JST = time.FixedZone("JST", 9*60*60)

// Need is the profession that a case asks for first: social work where home, money or absence is the matter, psychology
// otherwise.
func Need(flags []Flag) Role {
	for _, f := range []Flag{Suicide, SelfHarm, Sexual} {
		if slices.Contains(flags, f) {
			return Psychologist
		}
	}
	for _, f := range []Flag{AbuseHome, Extortion, Absence} {
		if slices.Contains(flags, f) {
			return SocialWorker
		}
	}
	return Psychologist
}

// union returns the flags of both, in the contract's order, each once.
func union(a, b []Flag) []Flag {
	all := slices.Concat(a, b)
	slices.SortFunc(all, func(x, y Flag) int { return cmp.Compare(slices.Index(Flags, x), slices.Index(Flags, y)) })
	return slices.Compact(all)
}
