package triage

import (
	"slices"
	"time"
)

// Consent is what the child wants told (本人の意向), to one school, at one level. It records a will, not a legal ground.
type Consent struct {
	ID     string       `json:"id"`
	School string       `json:"school"`
	Level  ConsentLevel `json:"level"`
	// Text is the summary that the school would read, anonymized; what the child reads has her own words filled in.
	Text   string        `json:"text,omitempty"`
	Answer ConsentAnswer `json:"answer"`
	// Given says how a person heard or read the answer outside of the conversation: spoken or written.
	Given string `json:"given,omitempty"`
	Note  string `json:"note,omitempty"`
}

// ConsentLevel is how much may be told. It orders: Named allows what Anonymous allows.
type ConsentLevel string

// The levels.
const (
	LevelAnonymous ConsentLevel = "anonymous"
	LevelNamed     ConsentLevel = "named"
	LevelEmergency ConsentLevel = "emergency" // asked of nobody: a reason stands in its place
)

// Allows reports whether a consent of level l covers a hand-off of level want.
func (l ConsentLevel) Allows(want ConsentLevel) bool {
	return l == want && want != LevelEmergency || l == LevelNamed && want == LevelAnonymous
}

// ConsentAnswer is the child's answer. Silence is no.
type ConsentAnswer string

// The answers; a question begins as AnswerAsked.
const (
	AnswerAsked  ConsentAnswer = "asked"
	AnswerYes    ConsentAnswer = "yes"
	AnswerNo     ConsentAnswer = "no" // final; a later yes needs a new question
	AnswerLater  ConsentAnswer = "later"
	AnswerChange ConsentAnswer = "change"
)

// Answers lists those that a child may give.
var Answers = []ConsentAnswer{AnswerYes, AnswerNo, AnswerLater, AnswerChange}

// Handoff is a case's part that one recipient may read, and what they did with it.
type Handoff struct {
	ID        string       `json:"id"`        // differs from school to school; cannot be joined with the case's id
	Recipient string       `json:"recipient"` // school, police, ambulance, child_guidance, board, guardian
	School    string       `json:"school,omitempty"`
	Level     ConsentLevel `json:"level"`
	ConsentID string       `json:"consent_id,omitempty"`
	Reason    string       `json:"reason,omitempty"` // of the emergency way
	// Summary is what the recipient reads, anonymized. Disclose lists the placeholders that the child allowed to be
	// filled in for them; Front.Disclose does that when the recipient reads, and the words are never kept here.
	Summary  string       `json:"summary"`
	Disclose []string     `json:"disclose,omitempty"`
	May      May          `json:"may"`
	By       string       `json:"by"` // login of who sent it
	SentAt   time.Time    `json:"sent_at"`
	AnswerBy time.Time    `json:"answer_by,omitzero"`
	State    HandoffState `json:"state"`
	ReadAt   time.Time    `json:"read_at,omitzero"` // 受領
	// Answers are the recipient's words back, oldest first, anonymized.
	Answers []HandoffAnswer `json:"answers,omitempty"`
}

// standing reports whether a school has the matter: it was sent there, and they have neither finished nor sent it back.
func (h Handoff) standing() bool {
	return h.Recipient == string(School) && h.State != HandoffDone && h.State != HandoffWrongSchool
}

// HandoffState is where the recipient stands.
type HandoffState string

// The states of a hand-off; Step of a HandoffAnswer is one of the last five.
const (
	HandoffSent        HandoffState = "sent"
	HandoffReceived    HandoffState = "received"     // 受け取りました
	HandoffHandling    HandoffState = "handling"     // すでに対応中
	HandoffNeedsHelp   HandoffState = "needs_help"   // 人手や専門職が要る
	HandoffWrongSchool HandoffState = "wrong_school" // 別の学校の件
	HandoffDone        HandoffState = "done"
)

// HandoffAnswer is one answer of the recipient.
type HandoffAnswer struct {
	At   time.Time    `json:"at"`
	By   string       `json:"by"`
	Step HandoffState `json:"step"`
	Text string       `json:"text,omitempty"`
}

// Permission is one of the four switches of every hand-off.
type Permission string

// The values of a switch; AskUs is the default.
const (
	PermitYes    Permission = "yes"
	PermitNotYet Permission = "not_yet"
	PermitAskUs  Permission = "ask_us"
)

// May holds the four switches of every hand-off: what the recipient may do on its own.
type May struct {
	TalkToChild    Permission `json:"talk_to_child"`
	CallHome       Permission `json:"call_home"`
	QuestionOthers Permission `json:"question_others"`
	GuideClass     Permission `json:"guide_class"`
}

// OrAsk returns m with every unset switch at AskUs.
func (m May) OrAsk() May {
	for _, p := range []*Permission{&m.TalkToChild, &m.CallHome, &m.QuestionOthers, &m.GuideClass} {
		if *p == "" {
			*p = PermitAskUs
		}
	}
	return m
}

// Valid reports whether every switch has one of its values.
func (m May) Valid() bool {
	all := []Permission{PermitYes, PermitNotYet, PermitAskUs}
	return !slices.ContainsFunc([]Permission{m.TalkToChild, m.CallHome, m.QuestionOthers, m.GuideClass},
		func(p Permission) bool { return !slices.Contains(all, p) })
}

// Standing returns the consent of that school that stands now and allows at least level, if there is one. A no to a later
// question about as much or less takes an earlier yes away.
func (c Case) Standing(school string, level ConsentLevel) (Consent, bool) {
	for _, k := range slices.Backward(c.Consents) {
		switch {
		case k.School != school:
		case k.Answer == AnswerYes && k.Level.Allows(level):
			return k, true
		case k.Answer == AnswerNo && level.Allows(k.Level):
			return Consent{}, false
		}
	}
	return Consent{}, false
}

// HandoffByID returns the case's hand-off of that id.
func (c Case) HandoffByID(id string) (Handoff, bool) {
	i := slices.IndexFunc(c.Handoffs, func(h Handoff) bool { return h.ID == id })
	if i < 0 {
		return Handoff{}, false
	}
	return c.Handoffs[i], true
}
