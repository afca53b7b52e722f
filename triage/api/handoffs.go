package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

type consentIn struct {
	ByCase
	Body struct {
		School  string              `json:"school" doc:"id of the school; board where the board of education is to be told instead; guardian, guardian:mother, guardian:father, guardian:other where the family is, named"`
		Level   triage.ConsentLevel `json:"level" enum:"named,anonymous"`
		Summary string              `json:"summary,omitempty" doc:"what the school would read"`
		Given   string              `json:"given,omitempty" enum:"spoken,written" doc:"records an answer that a person heard or read"`
		Note    string              `json:"note,omitempty" doc:"with given: from whom and how"`

		Age        triage.AgeBand `json:"age,omitempty" enum:"es_low,es_high,teen" doc:"小学1〜4年、小学5・6年、中学生から; es_low is asked again after a night"`
		Understood string         `json:"understood,omitempty" doc:"what will happen now, as the child said it in her own words"`
	}
}

// Consent is a question to the child, or what was heard instead. It records a will (本人の意向), not a legal ground.
type Consent struct {
	ID    string `json:"id"`
	State string `json:"state" enum:"asked,given"`
}

type consentOut struct{ Body Consent }

// Switches are what the recipient may do on its own.
type Switches struct {
	TalkToChild    triage.Permission `json:"talk_to_child,omitempty" enum:"yes,not_yet,ask_us" doc:"default ask_us"`
	CallHome       triage.Permission `json:"call_home,omitempty" enum:"yes,not_yet,ask_us"`
	QuestionOthers triage.Permission `json:"question_others,omitempty" enum:"yes,not_yet,ask_us"`
	GuideClass     triage.Permission `json:"guide_class,omitempty" enum:"yes,not_yet,ask_us"`
}

type handoffIn struct {
	ByCase
	Body struct {
		School    string              `json:"school,omitempty" doc:"id of the school"`
		Recipient string              `json:"recipient,omitempty" enum:"school,police,ambulance,child_guidance,child_center,board,guardian" doc:"another than a school: in an emergency; the board and the guardian also with the child's will"`
		Whom      string              `json:"whom,omitempty" enum:"mother,father,other" doc:"of the guardian: who alone is told; left out, whoever looks after the child"`
		Consent   triage.ConsentLevel `json:"consent" enum:"named,anonymous,emergency"`
		Summary   string              `json:"summary"`
		Disclose  []string            `json:"disclose,omitempty" doc:"placeholders to fill in for the recipient"`
		May       Switches            `json:"may,omitempty"`
		Reason    string              `json:"reason,omitempty" doc:"of an emergency"`
		Roles     map[string]string   `json:"roles,omitempty" doc:"what stands for a placeholder that is not filled in: 相談した子、いやなことをされた子、いやなことをした子、見ていた子、大人"`
		WaitHours int                 `json:"wait_hours,omitempty" minimum:"0" maximum:"72" doc:"the recipient sees nothing of it for so long; 0, at once, unless somebody chose otherwise"`
	}
}

// Named is the id of what was made.
type Named struct {
	ID string `json:"id"`
}

type namedOut struct{ Body Named }

// named is an id as an answer.
func named(id string, err error) (*namedOut, error) { return &namedOut{Named{id}}, err }

type countersignIn struct {
	ByCase
	Handoff string `path:"handoff" doc:"id of the hand-off"`
}

// handoffs registers the desk's side of a hand-off.
func (a *api) handoffs() {
	a.family()
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/consents", DefaultStatus: 201,
		Summary: "Ask the child whether a school may be told, or record what was heard"},
		func(ctx context.Context, p staff.Person, in *consentIn) (*consentOut, error) {
			ask := desk.Ask{School: in.Body.School, Level: in.Body.Level, Summary: in.Body.Summary, Age: in.Body.Age,
				Understood: in.Body.Understood, Early: true} // a program does not see the talk; whoever runs it has
			if in.Body.Given != "" {
				k, err := a.Desk.RecordConsent(ctx, p, in.id(), desk.Heard{Ask: ask, Given: in.Body.Given, Note: in.Body.Note})
				return &consentOut{Consent{k.ID, "given"}}, err
			}
			k, err := a.Desk.AskConsent(ctx, p, in.id(), ask)
			return &consentOut{Consent{k.ID, "asked"}}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/handoffs", DefaultStatus: 201,
		Summary: "Hand a case to a school, or in an emergency to others"},
		func(ctx context.Context, p staff.Person, in *handoffIn) (*namedOut, error) {
			b := in.Body
			return named(a.Desk.HandOff(ctx, p, in.id(), desk.Draft{School: b.School, Recipient: b.Recipient, Whom: b.Whom, Level: b.Consent,
				Summary: b.Summary, Disclose: b.Disclose, May: triage.May(b.May), Reason: b.Reason,
				Roles: b.Roles, Wait: time.Duration(b.WaitHours) * time.Hour, Reworded: true})) // no page has shown what differs
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/handoffs/{handoff}/countersign",
		Summary: "A second person's look at an emergency hand-off, afterwards"},
		func(ctx context.Context, p staff.Person, in *countersignIn) (*caseOut, error) {
			return told(a.Desk.Countersign(ctx, p, in.id(), in.Handoff))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/handoffs/{handoff}/recall", Summary: "Take back a hand-off that went where it should not"},
		func(ctx context.Context, p staff.Person, in *recallIn) (*caseOut, error) {
			return told(a.Desk.Recall(ctx, p, in.id(), in.Handoff, in.Body.Reason))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/handoffs/{handoff}/links", DefaultStatus: 201, Summary: "A link, and a code for another way, for a recipient without an account"},
		func(ctx context.Context, p staff.Person, in *countersignIn) (*linkOut, error) {
			l, err := a.Desk.Link(ctx, p, in.id(), in.Handoff)
			return &linkOut{Link{desk.OpenAt(a.URL, l), l.Code, l.Until}}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/notices", DefaultStatus: 201, Summary: "An agency was told by telephone, in person or on paper (通告)"},
		func(ctx context.Context, p staff.Person, in *noticeIn) (*namedOut, error) {
			b := in.Body
			return named(a.Desk.Notify(ctx, p, in.id(), desk.Notified{Recipient: b.Recipient, At: b.At, How: b.How, Spoke: b.Spoke, Text: b.Text, Answer: b.Answer}))
		})
}

// family registers what belongs to telling the family.
func (a *api) family() {
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/consents/{consent}/agree", Summary: "A supervisor's look at a question whether the family may be told"},
		func(ctx context.Context, p staff.Person, in *agreeIn) (*caseOut, error) {
			return told(a.Desk.AgreeFamily(ctx, p, in.id(), in.Consent, in.Body.Reason))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/handoffs/{handoff}/told", Summary: "The family was told, in the words that the child read"},
		func(ctx context.Context, p staff.Person, in *toldIn) (*caseOut, error) {
			b := in.Body
			return told(a.Desk.TellFamily(ctx, p, in.id(), in.Handoff, desk.Notified{At: b.At, How: b.How, Spoke: b.Spoke, Answer: b.Answer}))
		})
}

type agreeIn struct {
	ByCase
	Consent string `path:"consent" doc:"id of the question"`
	Body    struct {
		Reason string `json:"reason" doc:"why it is safe for the child"`
	}
}

type toldIn struct {
	ByCase
	Handoff string `path:"handoff" doc:"id of the hand-off"`
	Body    struct {
		At     time.Time `json:"at,omitempty" doc:"when; left out, now"`
		How    string    `json:"how" enum:"phone,visit,paper"`
		Spoke  string    `json:"spoke,omitempty" doc:"with whom"`
		Answer string    `json:"answer,omitempty" doc:"what they said"`
	}
}

// Link opens one hand-off, once, with its code.
type Link struct {
	URL   string    `json:"url"`
	Code  string    `json:"digits" doc:"to be told by another way than the URL"`
	Until time.Time `json:"until"`
}

type linkOut struct{ Body Link }

type recallIn struct {
	ByCase
	Handoff string `path:"handoff" doc:"id of the hand-off"`
	Body    struct {
		Reason string `json:"reason" doc:"how it came about; the record of the incident"`
	}
}

type noticeIn struct {
	ByCase
	Body struct {
		Recipient string    `json:"recipient" enum:"police,ambulance,child_guidance,child_center,board,guardian"`
		At        time.Time `json:"at" doc:"when"`
		How       string    `json:"how" enum:"phone,visit,paper"`
		Spoke     string    `json:"spoke,omitempty" doc:"who took it there"`
		Text      string    `json:"text" doc:"what was told"`
		Answer    string    `json:"answer,omitempty" doc:"what they said"`
	}
}
