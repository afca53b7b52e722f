package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

type consentIn struct {
	ByCase
	Body struct {
		School  string              `json:"school" doc:"id of the school"`
		Level   triage.ConsentLevel `json:"level" enum:"named,anonymous"`
		Summary string              `json:"summary,omitempty" doc:"what the school would read"`
		Given   string              `json:"given,omitempty" enum:"spoken,written" doc:"records an answer that a person heard or read"`
		Note    string              `json:"note,omitempty" doc:"with given: from whom and how"`
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
		Recipient string              `json:"recipient,omitempty" enum:"school,police,ambulance,child_guidance,board,guardian" doc:"another than a school, in an emergency"`
		Consent   triage.ConsentLevel `json:"consent" enum:"named,anonymous,emergency"`
		Summary   string              `json:"summary"`
		Disclose  []string            `json:"disclose,omitempty" doc:"placeholders to fill in for the recipient"`
		May       Switches            `json:"may,omitempty"`
		Reason    string              `json:"reason,omitempty" doc:"of an emergency"`
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
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/consents", DefaultStatus: 201,
		Summary: "Ask the child whether a school may be told, or record what was heard"},
		func(ctx context.Context, p staff.Person, in *consentIn) (*consentOut, error) {
			ask := desk.Ask{School: in.Body.School, Level: in.Body.Level, Summary: in.Body.Summary}
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
			return named(a.Desk.HandOff(ctx, p, in.id(), desk.Draft{School: b.School, Recipient: b.Recipient, Level: b.Consent,
				Summary: b.Summary, Disclose: b.Disclose, May: triage.May(b.May), Reason: b.Reason}))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/handoffs/{handoff}/countersign",
		Summary: "A second person's look at an emergency hand-off, afterwards"},
		func(ctx context.Context, p staff.Person, in *countersignIn) (*caseOut, error) {
			return told(a.Desk.Countersign(ctx, p, in.id(), in.Handoff))
		})
}
