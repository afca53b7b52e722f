package api

import (
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

// Case is a case as the API tells it. All text is anonymized.
type Case struct {
	ID           string           `json:"id"`
	State        triage.State     `json:"state" enum:"waiting,open,handed_off,watching,resolved,closed"`
	Severity     triage.Severity  `json:"severity" enum:"emergency,urgent,soon,routine"`
	Overruled    bool             `json:"overruled" doc:"the severity is a person's"`
	Flags        []triage.Flag    `json:"flags" nullable:"false"`
	Reasons      []Reason         `json:"reasons" nullable:"false"`
	Channels     []string         `json:"channels" nullable:"false"`
	Assignee     *string          `json:"assignee"`
	Second       *string          `json:"second"`
	Consulted    []string         `json:"consulted" nullable:"false" doc:"who was asked for advice: may read and note"`
	Overrule     *Overrule        `json:"overrule,omitempty" doc:"the latest judgement of a person, which stays whatever is heard afterwards"`
	Former       *string          `json:"former" doc:"who had it before it came back to the queue"`
	Role         triage.Role      `json:"role" enum:"psychologist,social_worker"`
	WaitingSince *time.Time       `json:"waiting_since"`
	DueAt        *time.Time       `json:"due_at"`
	LeaseUntil   *time.Time       `json:"lease_until"`
	Preview      string           `json:"preview"`
	About        string           `json:"about" doc:"who it is about: self, friend, did, unsaid"`
	CallMe       string           `json:"call_me" doc:"the name to be called by"`
	OpenedAt     time.Time        `json:"opened_at"`
	LastAt       time.Time        `json:"last_at"`
	Teller       *Teller          `json:"teller,omitempty" doc:"who came or phoned last, as they were asked"`
	CallBack     *CallBack        `json:"call_back,omitempty" doc:"the wish to be called, until a call was answered"`
	Calls        []Call           `json:"calls" nullable:"false"`
	OptedOut     bool             `json:"opted_out"`
	Unchecked    bool             `json:"unchecked" doc:"a machine read some of it from paper, and nobody has compared that yet"`
	Unposted     []int64          `json:"unposted" nullable:"false" doc:"numbers of answers that wait for the post"`
	ErasedAt     *time.Time       `json:"erased_at" doc:"when the seeker withdrew the conversation"`
	Consents     []triage.Consent `json:"consents" nullable:"false"`
	Handoffs     []triage.Handoff `json:"handoffs" nullable:"false"`
}

// Overrule is what a person judged in the place of the rules, and why.
type Overrule struct {
	Severity triage.Severity `json:"severity" enum:"emergency,urgent,soon,routine"`
	Reason   string          `json:"reason"`
	By       string          `json:"by"`
	At       time.Time       `json:"at"`
}

// Claimed is a case that somebody took, or was given.
type Claimed struct {
	Case
	Warnings []string `json:"warnings" nullable:"false" doc:"what speaks against their having this one too, in Japanese: their load, that they are away, that they rest; nothing is refused for it"`
}

// CallBack is when it is safe to call, and who may answer.
type CallBack struct {
	Window string `json:"window" doc:"any, from and until on the clock (1700-2000), or in the seeker's words"`
	Who    string `json:"who" doc:"self, family, anyone, or empty where that was not said"`
}

// Call is one attempt of the desk to speak with the seeker by phone.
type Call struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Outcome string    `json:"outcome" doc:"empty until it rings, then ringing, answered, no_answer, busy, failed"`
	Detail  string    `json:"detail"`
}

// Reason is why a flag is there: its words stand once, whatever the number of rules that heard it in them.
type Reason struct {
	Flag    triage.Flag `json:"flag"`
	Rule    string      `json:"rule" doc:"the first of rules"`
	Excerpt string      `json:"excerpt"`
	Rules   []string    `json:"rules,omitempty" doc:"all that heard the flag in these words, where several did"`
}

// Whole is a case with all that happened.
type Whole struct {
	Case
	Timeline []Entry            `json:"timeline" nullable:"false"`
	Duties   []Duty             `json:"duties" nullable:"false"`
	Contacts []Contact          `json:"contacts" nullable:"false"`
	Links    []triage.Link      `json:"links" nullable:"false" doc:"with other cases"`
	Parts    []triage.Part      `json:"parts" nullable:"false" doc:"the roles of people"`
	Risks    []triage.Risk      `json:"risks" nullable:"false" doc:"what was found of a danger to life, newest first"`
	Safety   *triage.SafetyPlan `json:"safety,omitempty" doc:"what was agreed with the child for when it gets hard"`
}

// Contact is one way to reach the seeker. Its address is opened by two people.
type Contact struct {
	Placeholder string `json:"placeholder"`
	Channel     string `json:"channel"`
}

// Entry is one thing that happened.
type Entry struct {
	Seq        int64              `json:"seq"`
	At         time.Time          `json:"at"`
	Kind       triage.Kind        `json:"kind" enum:"message,note,assessment,assignment,reveal,handoff,report,duty,state,delivery"`
	From       triage.From        `json:"from" enum:"seeker,counselor,desk,school,system"`
	By         string             `json:"by,omitempty"`
	Channel    string             `json:"channel"`
	Text       string             `json:"text"`
	Said       int64              `json:"said,omitempty" doc:"number of this message among the desk's"`
	Hidden     bool               `json:"hidden,omitempty" doc:"the seeker took it back"`
	Late       bool               `json:"late,omitempty" doc:"it reached the desk late"`
	Files      []File             `json:"files,omitempty" doc:"what came with the message"`
	Unchecked  bool               `json:"unchecked,omitempty" doc:"a machine read the text from paper, and nobody has compared it yet"`
	Corrects   int64              `json:"corrects,omitempty" doc:"seq of the letter in whose place this text stands"`
	Other      string             `json:"other,omitempty" doc:"the case of another matter of the same letter"`
	Judgement  *Judgement         `json:"judgement,omitempty"`
	DueAt      *time.Time         `json:"due_at,omitempty"`
	Assignment *triage.Assignment `json:"assignment,omitempty"`
	Consent    *triage.Consent    `json:"consent,omitempty"`
	Handoff    *triage.Handoff    `json:"handoff,omitempty"`
	Report     *triage.Report     `json:"report,omitempty"`
	Duty       *triage.Duty       `json:"duty,omitempty"`
	Change     *triage.Change     `json:"change,omitempty"`
	Delivery   *triage.Delivery   `json:"delivery,omitempty"`
	Teller     *Teller            `json:"teller,omitempty"`
	CallBack   *CallBack          `json:"call_back,omitempty"`
	Call       *Call              `json:"call,omitempty"`
	Reveal     *triage.Reveal     `json:"reveal,omitempty"`
	Observed   *triage.Observed   `json:"observed,omitempty"`
	Link       *triage.Link       `json:"link,omitempty" doc:"with another case"`
	Part       *triage.Part       `json:"part,omitempty" doc:"somebody's role"`
	Minute     *triage.Minute     `json:"minute,omitempty" doc:"what a meeting decided"`
	Risk       *triage.Risk       `json:"risk,omitempty"`
	Safety     *triage.SafetyPlan `json:"safety,omitempty"`
	For        string             `json:"for,omitempty" doc:"login of the one to whom the note was whispered"`
}

// File is what came with a message. Its cleaned copy is at files/{n} of the case.
type File struct {
	N    int    `json:"n"`
	Sort string `json:"sort" doc:"picture, document, voice, video or other, as the door was told; nobody has looked"`
}

// Judgement is an assessment: of the rules, or of a person who overrules them.
type Judgement struct {
	Severity triage.Severity `json:"severity"`
	Flags    []triage.Flag   `json:"flags" nullable:"false"`
	Reasons  []Reason        `json:"reasons" nullable:"false"`
}

func shape(c triage.Case) Case {
	return Case{
		ID: string(c.ID), State: c.State, Severity: c.Severity, Overruled: c.Overruled, Flags: list(c.Flags),
		Reasons: reasons(c.Reasons), Channels: list(c.Channels), Assignee: maybe(c.Assignee), Second: maybe(c.Second), Consulted: list(c.Consulted), Overrule: (*Overrule)(c.Overrule),
		Former: maybe(c.Former), Role: c.Role, WaitingSince: moment(c.WaitingSince), DueAt: moment(c.DueAt),
		LeaseUntil: moment(c.LeaseUntil), Preview: c.Preview, About: c.About, CallMe: c.CallMe, OpenedAt: c.OpenedAt,
		LastAt: c.LastAt, OptedOut: c.OptedOut, ErasedAt: moment(c.ErasedAt), Consents: list(c.Consents), Handoffs: list(c.Handoffs),
		Teller: teller(c.Teller), CallBack: wish(c.CallBack), Calls: calls(c.Calls),
		Unchecked: len(c.Unchecked) > 0, Unposted: list(c.Unposted),
	}
}

func wish(c *triage.CallBack) *CallBack {
	if c == nil {
		return nil
	}
	return &CallBack{c.Window, c.Who}
}

func calls(all []triage.Call) []Call {
	out := []Call{}
	for _, c := range all {
		out = append(out, Call{c.ID, c.At, c.Outcome, c.Detail})
	}
	return out
}

func (a *api) whole(v desk.View) Whole {
	w := Whole{Case: shape(v.Case), Timeline: []Entry{}, Duties: a.owed(v), Contacts: []Contact{}, Links: list(v.Case.Links), Parts: list(v.Case.Parts), Risks: list(v.Case.Risks), Safety: v.Case.Safety}
	slices.Reverse(w.Risks)
	for _, k := range v.Case.Contacts() {
		w.Contacts = append(w.Contacts, Contact(k))
	}
	for _, e := range v.Timeline {
		told := entry(e)
		told.Files = came(v.Case, e)
		told.Unchecked = slices.Contains(v.Case.Unchecked, e.ID)
		if e.Corrects != "" {
			told.Corrects = numberOf(v.Timeline, e.Corrects)
		}
		w.Timeline = append(w.Timeline, told)
	}
	return w
}

// came lists what came with an event's message, unless it was taken back.
func came(c triage.Case, e triage.Event) []File {
	if e.Hidden || slices.Contains(c.Hidden, e.ID) {
		return nil
	}
	var all []File
	for _, f := range e.Files {
		if i := slices.IndexFunc(c.Files, func(x triage.File) bool { return x.ID == f.ID }); i >= 0 {
			all = append(all, File{i + 1, f.Sort})
		}
	}
	return all
}

// numberOf is the seq of the event with that id.
func numberOf(events []triage.Event, id string) int64 {
	for _, e := range events {
		if e.ID == id {
			return e.Seq
		}
	}
	return 0
}

// entry tells an event. Its id, which comes from upstream, and its sealed words stay behind.
func entry(e triage.Event) Entry {
	out := Entry{
		Seq: e.Seq, At: e.At, Kind: e.Kind, From: e.From, By: e.By, Channel: e.Channel, Text: e.Text, Said: e.Said,
		Hidden: e.Hidden, DueAt: moment(e.DueAt), Assignment: e.Assignment, Consent: e.Consent, Handoff: e.Handoff,
		Report: e.Report, Duty: e.Duty, Change: e.Change, Delivery: e.Delivery, Reveal: e.Reveal, Observed: e.Observed, Link: e.Link, Part: e.Part, Minute: e.Minute, For: e.For,
		Teller: teller(e.Teller), CallBack: wish(e.CallBack), Late: e.Late,
		Other: string(desk.Alongside(e)),
	}
	if k := e.Call; k != nil {
		out.Call = &Call{k.ID, k.At, k.Outcome, k.Detail}
	}
	if e.Risk != nil {
		found := *e.Risk
		found.By, found.At = e.By, e.At
		out.Risk = &found
	}
	if e.Safety != nil {
		plan := *e.Safety
		plan.By, plan.At = e.By, e.At
		out.Safety = &plan
	}
	if j := e.Judgement; j != nil {
		out.Judgement = &Judgement{j.Severity, list(j.Flags), reasons(j.Reasons)}
	}
	return out
}

func reasons(rs []triage.Reason) []Reason {
	out := []Reason{}
	for _, r := range rs {
		i := slices.IndexFunc(out, func(x Reason) bool { return x.Flag == r.Flag && x.Excerpt == r.Excerpt && x.Excerpt != "" })
		if i < 0 {
			out = append(out, Reason{Flag: r.Flag, Rule: r.Rule, Excerpt: r.Excerpt})
			continue
		}
		if x := &out[i]; len(x.Rules) == 0 {
			x.Rules = []string{x.Rule}
		}
		out[i].Rules = append(out[i].Rules, r.Rule)
	}
	return out
}

// list is never null in JSON.
func list[T any](s []T) []T { return append([]T{}, s...) }

func maybe(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
