package triage

import (
	"slices"
	"time"
)

// Consent is what the child wants told (本人の意向), to one recipient, at one level, in one text: each of its sentences is a
// fact that may be told, and nothing else is. It records a will, not a legal ground.
type Consent struct {
	ID     string       `json:"id"`
	School string       `json:"school"` // id, ToBoard, or Guardian(…)
	Level  ConsentLevel `json:"level"`
	// Text is the summary that the school would read, anonymized; what the child reads has her own words filled in.
	Text   string        `json:"text,omitempty"`
	Answer ConsentAnswer `json:"answer"`
	// Given says how a person heard or read the answer outside of the conversation: spoken or written.
	Given string `json:"given,omitempty"`
	Note  string `json:"note,omitempty"`

	// How the will came about: who explained it to the child, how old she is, and what she said, in her own words, will
	// happen now.
	Explained  string  `json:"explained,omitempty"` // login
	Age        AgeBand `json:"age,omitempty"`
	Understood string  `json:"understood,omitempty"` // anonymized

	At    time.Time `json:"at,omitzero"`    // of the answer that stands
	Until time.Time `json:"until,omitzero"` // a yes is none any more from then

	// Agreed is the login of the supervisor without whom the family is not told, whatever the child allowed.
	Agreed   string    `json:"agreed,omitempty"`
	AgreedAt time.Time `json:"agreed_at,omitzero"`
}

// ToBoard is the recipient of a consent, and of its hand-off, where the board of education is told instead of a school.
const ToBoard = "board"

// AgeBand is how old the child is, as roughly as a question is put.
type AgeBand string

// The bands; empty is not known. Who is in AgeLow is asked a second time, after a night, before anything is told: a child of
// that age says yes to an adult.
const (
	AgeLow  AgeBand = "es_low"  // 小学1〜4年
	AgeHigh AgeBand = "es_high" // 小学5・6年
	AgeTeen AgeBand = "teen"    // 中学生から
)

// AgeBands lists them.
var AgeBands = []AgeBand{AgeLow, AgeHigh, AgeTeen}

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
	Recipient string       `json:"recipient"` // school, police, ambulance, child_guidance, child_center, board, guardian
	School    string       `json:"school,omitempty"`
	Whom      string       `json:"whom,omitempty"` // of the guardian: one of Whoms, or whoever looks after the child
	Level     ConsentLevel `json:"level"`
	ConsentID string       `json:"consent_id,omitempty"`
	Reason    string       `json:"reason,omitempty"` // of the emergency way
	// Summary is what the recipient reads, anonymized. Disclose lists the placeholders that the child allowed to be
	// filled in for them; Front.Disclose does that when the recipient reads, and the words are never kept here.
	Summary   string       `json:"summary"`
	Disclose  []string     `json:"disclose,omitempty"`
	Reworded  bool         `json:"reworded,omitempty"` // other words than the child read; By answers for it that they say no more
	May       May          `json:"may"`
	By        string       `json:"by"` // login of who sent it
	SentAt    time.Time    `json:"sent_at"`
	OpensAt   time.Time    `json:"opens_at,omitzero"` // the recipient sees nothing of it before; zero is at once
	ReceiveBy time.Time    `json:"receive_by,omitzero"`
	AnswerBy  time.Time    `json:"answer_by,omitzero"`
	State     HandoffState `json:"state"`
	SeenAt    time.Time    `json:"seen_at,omitzero"` // its content was on a screen of the recipient
	ReadAt    time.Time    `json:"read_at,omitzero"` // 受領
	// Roles say what stands for a placeholder that is not filled in: 相手の子, 見ていた子.
	Roles  map[string]string `json:"roles,omitempty"`
	Notice *Notice           `json:"notice,omitempty"` // it was told by voice or on paper: 通告
	Recall string            `json:"recall,omitempty"` // why it was called back, anonymized; "" where the child did
	// Answers are the recipient's words back, oldest first, anonymized.
	Answers []HandoffAnswer `json:"answers,omitempty"`
}

// standing reports whether a school has the matter: it was sent there, and they have neither finished nor sent it back.
func (h Handoff) standing() bool {
	return h.Recipient == string(School) && h.State != HandoffDone && !h.Void()
}

// Void reports whether the recipient can read the hand-off no longer: it was called back, or is another school's matter.
func (h Handoff) Void() bool { return h.State == HandoffWrongSchool || h.State == HandoffRecalled }

// Read reports whether somebody there may have read it, so that calling it back is too late.
func (h Handoff) Read() bool { return !h.SeenAt.IsZero() || !h.ReadAt.IsZero() || h.Notice != nil }

// Notice is a notification that was made outside of the program, such as that of suspected abuse (児童虐待の防止等に関する法律
// 6条1項), as it is written down afterwards.
type Notice struct {
	At     time.Time `json:"at"`
	How    string    `json:"how"`              // phone, visit, paper
	Spoke  string    `json:"spoke,omitempty"`  // who took it there
	Answer string    `json:"answer,omitempty"` // what they said, anonymized
}

// Ways lists how a Notice is made.
var Ways = []string{"phone", "visit", "paper"}

// HandoffState is where the recipient stands.
type HandoffState string

// The states of a hand-off; Step of a HandoffAnswer is received or one of those after it, but not recalled.
const (
	HandoffSent        HandoffState = "sent"
	HandoffReceived    HandoffState = "received"     // 受け取りました
	HandoffHandling    HandoffState = "handling"     // すでに対応中
	HandoffNeedsHelp   HandoffState = "needs_help"   // 人手や専門職が要る
	HandoffWrongSchool HandoffState = "wrong_school" // 別の学校の件
	HandoffDone        HandoffState = "done"
	HandoffRecalled    HandoffState = "recalled" // by the child before it was read, or by the desk
)

// What a school may ask for with HandoffNeedsHelp.
const (
	HelpTeam   = "team"   // 緊急支援チーム
	HelpSCSSW  = "sc_ssw" // スクールカウンセラー、スクールソーシャルワーカー
	HelpLawyer = "lawyer" // スクールロイヤー
)

// Helps lists them.
var Helps = []string{HelpTeam, HelpSCSSW, HelpLawyer}

// HandoffAnswer is one answer of the recipient.
type HandoffAnswer struct {
	At   time.Time    `json:"at"`
	By   string       `json:"by"`
	Step HandoffState `json:"step"`
	Text string       `json:"text,omitempty"`
	Help []string     `json:"help,omitempty"` // of needs_help: what is asked for
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

// Standing returns the consent to tell that school (or ToBoard, or Guardian(…)) that stands at that time and allows at least
// level, if there is one. A no to a later question about as much or less takes an earlier yes away.
func (c Case) Standing(school string, level ConsentLevel, now time.Time) (Consent, bool) {
	for _, k := range slices.Backward(c.Consents) {
		switch {
		case k.School == school && k.Answer == AnswerYes && k.Level.Allows(level) && !k.expired(now):
			return k, true
		case reaches(k.School, school) && k.Answer == AnswerNo && level.Allows(k.Level):
			return Consent{}, false
		}
	}
	return Consent{}, false
}

func (k Consent) expired(now time.Time) bool { return !k.Until.IsZero() && !now.Before(k.Until) }

// Allowed returns every consent that stands beside the one that Standing returns: their sentences may be told together.
func (c Case) Allowed(school string, level ConsentLevel, now time.Time) []Consent {
	var all []Consent
	for _, k := range slices.Backward(c.Consents) {
		if reaches(k.School, school) && k.Answer == AnswerNo && level.Allows(k.Level) {
			break
		}
		if k.School == school && k.Answer == AnswerYes && k.Level.Allows(level) && !k.expired(now) {
			all = append(all, k)
		}
	}
	return all
}

// ConsentByID returns the case's question of that id, or what was heard instead.
func (c Case) ConsentByID(id string) (Consent, bool) {
	i := slices.IndexFunc(c.Consents, func(k Consent) bool { return k.ID == id })
	if i < 0 {
		return Consent{}, false
	}
	return c.Consents[i], true
}

// HandoffByID returns the case's hand-off of that id.
func (c Case) HandoffByID(id string) (Handoff, bool) {
	i := slices.IndexFunc(c.Handoffs, func(h Handoff) bool { return h.ID == id })
	if i < 0 {
		return Handoff{}, false
	}
	return c.Handoffs[i], true
}

// withdraw stops what was sent on a consent that the child takes back, as far as nobody there has read it. What nobody has
// to do any more is no duty. Where it was read, the child waits for somebody to speak with her about what comes now.
func (c *Case) withdraw(consent string, e Event) {
	for i, h := range c.Handoffs {
		if h.ConsentID == consent && h.Read() && !h.Void() {
			c.wait(e)
		}
		if h.ConsentID == consent && !h.Read() && h.State == HandoffSent {
			c.Handoffs[i].State = HandoffRecalled
			c.waive(h.ID, e.At)
		}
	}
	if c.State == HandedOff && !slices.ContainsFunc(c.Handoffs, Handoff.standing) {
		c.State = Open
		if c.Assignee == "" {
			c.queue(e)
		}
	}
}

// waive ends the open duties of a hand-off that is void, or of a question that was answered with no.
func (c *Case) waive(id string, at time.Time) {
	for i, d := range c.Duties {
		if d.DoneAt.IsZero() && d.What == d.Kind+":"+id && slices.Contains(ofRecipient, d.Kind) {
			c.Duties[i].DoneAt, c.Duties[i].Decision = at, Waived
		}
	}
}

// Waived is the decision of a duty that ended because there is nothing to do any more.
const Waived = "waived"

// Kinds of the duties that the recipient of a hand-off has.
const (
	DutyAcknowledge = "acknowledge"   // 受領
	DutyAnswer      = "school_answer" // the school's answer
)

var ofRecipient = []string{DutyAcknowledge, DutyAnswer, DutyAgreeFamily, DutyTellFamily}
