// Package request keeps what is known of those who ask for records: the police and the courts, lawyers, the person
// themself, a parent. It is a register, in three books that the law keeps apart: inquiries (照会), the disclosure of one's
// own data (保有個人情報の開示請求, 個人情報の保護に関する法律76条), and public documents (情報公開請求, the city's ordinance).
//
// What a request leads to is decided by two people who lead: one proposes, another agrees. What is given is one case, as it
// was when they decided, and a list of what was in it (see Pack).
//
// A parent may ask without the child (76条2項), and a parent may be the danger. So their answer tells nothing of whether there
// is a case: where there is none, and where there is one that must not be given, it is the same letter on the same day
// (81条). An answer that nothing was found does not exist for them.
//
// The register names no seeker. Who asks is an office, or nobody; free words are anonymized before they come here.
package request

import (
	"cmp"
	"slices"
	"time"

	"madoguchi/triage"
)

// The kinds of those who ask.
const (
	Police   = "police"
	Court    = "court"
	Bar      = "bar"
	Self     = "self"
	Guardian = "guardian"
	Public   = "public"
)

// The books of the register.
const (
	Inquiries = "inquiry"
	Personal  = "personal"
	Documents = "public"
)

// Ground is what a request stands on.
type Ground struct {
	Key, Kind, Book string
	Who             string // who asks, in Japanese
	Law             string
}

// Grounds lists what a request may stand on. The desk is a city's: the fifth chapter of the law on personal information holds
// for it.
var Grounds = []Ground{
	{"police_inquiry", Police, Inquiries, "警察・検察", "刑事訴訟法197条2項（捜査関係事項照会）"},
	{"police_warrant", Police, Inquiries, "警察・検察", "刑事訴訟法218条（令状）"},
	{"court_inquiry", Court, Inquiries, "裁判所", "民事訴訟法186条（調査の嘱託）、226条（文書送付の嘱託）、刑事訴訟法279条"},
	{"bar_inquiry", Bar, Inquiries, "弁護士会", "弁護士法23条の2"},
	{"self", Self, Personal, "本人", "個人情報の保護に関する法律76条1項"},
	{"guardian", Guardian, Personal, "法定代理人（保護者など）", "個人情報の保護に関する法律76条2項"},
	{"public", Public, Documents, "だれでも", "市の情報公開条例"},
}

// GroundOf returns the ground of that key.
func GroundOf(key string) (Ground, bool) {
	i := slices.IndexFunc(Grounds, func(g Ground) bool { return g.Key == key })
	if i < 0 {
		return Ground{}, false
	}
	return Grounds[i], true
}

// The outcomes.
const (
	Give    = "give"    // one case, or parts of it
	Refuse  = "refuse"  // with a reason of its own
	None    = "none"    // nothing was found
	Neutral = "neutral" // neither yes nor no: whether there is anything is not told
)

// Outcomes lists what may become of a request of that kind. Whether a child has written is not told to a parent, nor to
// anybody who asks for public documents; those hold no case.
func Outcomes(kind string) []string {
	switch kind {
	case Guardian:
		return []string{Give, Neutral}
	case Public:
		return []string{Refuse, Neutral}
	}
	return []string{Give, Refuse, None, Neutral}
}

// The parts of a case that can be given.
const (
	Messages = "messages"
	Reports  = "reports"
	Told     = "told" // what others were told, and what they answered
	Notes    = "notes"
	Course   = "course" // who had it when, how grave it was, how it ended
	Files    = "files"
)

// Parts lists them.
var Parts = []string{Messages, Files, Reports, Told, Notes, Course}

// Decision is what two people decide.
type Decision struct {
	Outcome string        `json:"outcome"`
	Case    triage.CaseID `json:"case,omitempty"`  // that it is about; never shown to who only brings the letter
	Upto    int64         `json:"upto,omitempty"`  // of Give: the last event that is given
	Parts   []string      `json:"parts,omitempty"` // of Give
	Named   []string      `json:"named,omitempty"` // of Give: the placeholders whose words are given
	Reason  string        `json:"reason"`          // why; of a refusal the danger in this one case, as it was known then
	Wish    string        `json:"wish,omitempty"`  // of a parent's request: what the child wants
	By      string        `json:"by"`
	At      time.Time     `json:"at"`
	Agreed  string        `json:"agreed,omitempty"` // login of the second
	AgreeAt time.Time     `json:"agree_at,omitzero"`
}

// Pack is what was made to be given. Hash is the SHA-256 of its list of contents, in hex.
type Pack struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	Hash  string    `json:"hash"`
	Files int       `json:"files"`
	Bytes int64     `json:"bytes"`
}

// Request is an entry of the register.
type Request struct {
	ID       string    `json:"id"` // book, fiscal year and number
	Year     int       `json:"year"`
	N        int       `json:"n"`
	Ground   string    `json:"ground"`
	Office   string    `json:"office,omitempty"`   // 〇〇警察署生活安全課; empty for a person
	Document string    `json:"document,omitempty"` // the number of their letter
	About    string    `json:"about"`              // what is asked for, anonymized
	On       string    `json:"on"`                 // the day on which it came
	AnswerBy string    `json:"answer_by"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`

	Decision *Decision `json:"decision,omitempty"`
	Before   []Back    `json:"before,omitempty"` // proposals with which the second did not agree
	Packs    []Pack    `json:"packs,omitempty"`

	AnsweredOn string `json:"answered_on,omitempty"`
	AnsweredBy string `json:"answered_by,omitempty"`
	How        string `json:"how,omitempty"` // handed, post
}

// Back is a proposal that was sent back.
type Back struct {
	Decision
	SentBack string `json:"sent_back"` // login
	Why      string `json:"why"`       // anonymized
}

// Ways are those in which an answer is brought.
var Ways = []string{"handed", "post"}

// State is where a request stands.
type State string

// The states.
const (
	Open     State = "open"
	Proposed State = "proposed"
	Decided  State = "decided"
	Answered State = "answered"
)

// State says where the request stands.
func (r Request) State() State {
	switch {
	case r.AnsweredOn != "":
		return Answered
	case r.Decision == nil:
		return Open
	case r.Decision.Agreed == "":
		return Proposed
	}
	return Decided
}

// Kind is the kind of who asked.
func (r Request) Kind() string {
	g, _ := GroundOf(r.Ground)
	return g.Kind
}

// Book is the book in which the request stands.
func (r Request) Book() string {
	g, _ := GroundOf(r.Ground)
	return g.Book
}

// Legal is how many days the law gives for the decision on one's own data (個人情報の保護に関する法律83条1項).
const Legal = 30

// NeutralAfter is on which day after its arrival a parent's request is answered, and not before: neither a quick answer nor
// a slow one tells anything.
const NeutralAfter = 21

// NotBefore is the first day on which the request may be answered, or "" where that is any.
func (r Request) NotBefore() string {
	day, err := time.Parse(time.DateOnly, r.On)
	if err != nil || r.Kind() != Guardian {
		return ""
	}
	return day.AddDate(0, 0, NeutralAfter).Format(time.DateOnly)
}

// Ready reports whether the answer can be brought on that day.
func (r Request) Ready(today string) bool { return r.State() == Decided && today >= r.NotBefore() }

// Overdue reports whether the day of the answer has passed without one.
func (r Request) Overdue(today string) bool { return r.State() != Answered && today > r.AnswerBy }

// Holds reports whether the request, which goes on, is about the case: then its records stay.
func (r Request) Holds(id triage.CaseID) bool {
	return r.State() != Answered && r.Decision != nil && r.Decision.Case == id
}

// Bare is the entry as it is for who receives requests and brings answers: neither the case, nor why, nor who decided. What
// it says of a parent's request depends on nothing but the request, the outcome and the day.
func (r Request) Bare(today string) Request {
	if d := r.Decision; d != nil {
		r.Decision = nil
		if d.Agreed != "" && today >= r.NotBefore() {
			r.Decision = &Decision{Outcome: d.Outcome, Agreed: Somebody}
		}
	}
	r.Before, r.Packs = nil, nil
	return r
}

// Somebody stands for the login of who decided, in what Bare shows.
const Somebody = "*"

// Cautions are the reasons for which nothing of a case may be given to a parent, in Japanese.
func Cautions(c triage.Case) []string {
	var all []string
	if c.Careful() {
		all = append(all, "「保護者注意」が記録されています。")
	}
	if slices.Contains(c.Flags, triage.AbuseHome) {
		all = append(all, "家庭での虐待の疑いがあります。")
	}
	if c.Observes(triage.ObservedAbused) {
		all = append(all, "虐待の疑いが記録されています。")
	}
	if c.Observes("parent_not_asked") {
		all = append(all, "保護者には確かめないと決めています。")
	}
	return all
}

// Sort orders a register: what waits first, what is due first; then what was answered, the latest first.
func Sort(all []Request) {
	slices.SortFunc(all, func(a, b Request) int {
		x, y := a.State() == Answered, b.State() == Answered
		switch {
		case x != y && x:
			return 1
		case x != y:
			return -1
		case x:
			return cmp.Or(cmp.Compare(b.AnsweredOn, a.AnsweredOn), cmp.Compare(a.ID, b.ID))
		}
		return cmp.Or(cmp.Compare(a.AnswerBy, b.AnswerBy), cmp.Compare(a.ID, b.ID))
	})
}

// Next is the number of the next request of a book in a fiscal year.
func Next(all map[string]Request, book string, year int) int {
	n := 0
	for _, r := range all {
		if r.Year == year && r.Book() == book {
			n = max(n, r.N)
		}
	}
	return n + 1
}
