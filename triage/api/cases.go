package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

type queueIn struct {
	State    string `query:"state" doc:"a state's name, or all; without it waiting"`
	Assignee string `query:"assignee" doc:"a login"`
	Limit    int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor   string `query:"cursor" doc:"next of the page before"`
}

// Queue is a page of cases, most pressing first.
type Queue struct {
	Cases []Case `json:"cases" nullable:"false"`
	Next  string `json:"next" doc:"cursor of the next page; empty at the end"`
}

type queueOut struct{ Body Queue }

// ByCase is a path that names a case. It is exported because huma fills in only what is.
type ByCase struct {
	ID string `path:"id" doc:"id of the case"`
}

func (in ByCase) id() triage.CaseID { return triage.CaseID(in.ID) }

type caseOut struct{ Body Case }

type claimedOut struct{ Body Claimed }

type wholeOut struct{ Body Whole }

type toIn struct {
	ByCase
	Body struct {
		To string `json:"to" doc:"login of a colleague"`
	}
}

type messageIn struct {
	ByCase
	Body struct {
		ID       string    `json:"id" doc:"chosen by the caller, 1–64 characters; the same id again is the same message"`
		Text     string    `json:"text" doc:"1–4,000 characters; a placeholder is filled in on the way"`
		Promised time.Time `json:"promised,omitempty" doc:"when the seeker is told to be spoken with next; it becomes a duty, and takes the place of {次に話す時} in the text"`
	}
}

// Said is the number of a message among the desk's.
type Said struct {
	Seq int64 `json:"seq"`
}

type saidOut struct{ Body Said }

type noteIn struct {
	ByCase
	Body struct {
		Text string `json:"text"`
	}
}

type severityIn struct {
	ByCase
	Body struct {
		Severity triage.Severity `json:"severity" enum:"emergency,urgent,soon,routine"`
		Reason   string          `json:"reason"`
	}
}

type stateIn struct {
	ByCase
	Body struct {
		State         triage.State `json:"state" enum:"open,watching,resolved,closed"`
		Reason        string       `json:"reason,omitempty"`
		DecidedBy     string       `json:"decided_by,omitempty" doc:"of resolved: school or board"`
		Circumstances string       `json:"circumstances,omitempty" doc:"of resolved: 他の事情"`
	}
}

type observationIn struct {
	ByCase
	Body struct {
		Kind   string `json:"kind" enum:"stopped,recurred,apology,child_no_pain,parent_no_pain,parent_not_asked,absent_total,absent_run,separate_room,hard,eased,abused,crime,serious,declared,staff_harm,school_clear,guardian_care,guardian_clear,near,alone"`
		On     string `json:"on" doc:"2026-12-01"`
		Days   int    `json:"days,omitempty" doc:"of absent_total: days of absence in the school year; of absent_run: one after another"`
		Note   string `json:"note,omitempty" doc:"by which means; of parent_not_asked: why"`
		Second string `json:"second,omitempty" doc:"of parent_not_asked: login of the other decider"`
	}
}

type doingIn struct {
	ByCase
	Body struct {
		State triage.Doing `json:"state" enum:"waiting,reading,writing"`
	}
}

// cases registers what is done with one's own cases.
func (a *api) cases() {
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/queue", Summary: "Cases, most pressing first"},
		func(ctx context.Context, p staff.Person, in *queueIn) (*queueOut, error) {
			page, err := a.Desk.Queue(ctx, p, desk.Query{State: in.State, Assignee: in.Assignee, Limit: in.Limit, Cursor: in.Cursor})
			out := Queue{Cases: []Case{}, Next: page.Next}
			for _, c := range page.Cases {
				out.Cases = append(out.Cases, shape(c))
			}
			return &queueOut{out}, err
		})
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/cases/{id}", Summary: "A case with all that happened"},
		func(ctx context.Context, p staff.Person, in *ByCase) (*wholeOut, error) {
			v, err := a.Desk.Case(ctx, p, in.id())
			return &wholeOut{a.whole(v)}, err
		})
	a.hands()
	a.talk()
	a.calls()
	a.reveals()
	a.files()
	a.letters()
	a.judgement()
	a.duties()
	a.disposals()
	a.terms()
	a.meetings()
	a.lead()
	a.kin()
	a.serious()
	a.share()
	a.risks()
	a.drills()
	a.safety()
}

// told is a case as an answer.
func told(c triage.Case, err error) (*caseOut, error) { return &caseOut{shape(c)}, err }

// given is a case that a colleague was given, as an answer, with what speaks against it.
func (a *api) given(ctx context.Context, to string) func(triage.Case, error) (*claimedOut, error) {
	return func(c triage.Case, err error) (*claimedOut, error) {
		if err != nil {
			return nil, err
		}
		return &claimedOut{Claimed{shape(c), list(a.Desk.Warned(ctx, to))}}, nil
	}
}

// hands registers who has the case.
func (a *api) hands() {
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/claim", Summary: "Take a waiting case"},
		func(ctx context.Context, p staff.Person, in *ByCase) (*claimedOut, error) {
			c, err := a.Desk.Claim(ctx, p, in.id())
			if err != nil {
				return nil, err
			}
			return &claimedOut{Claimed{shape(c), list(a.Desk.Burden(ctx, p))}}, nil
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/release", Summary: "Give a case back to the queue"},
		func(ctx context.Context, p staff.Person, in *ByCase) (*caseOut, error) {
			return told(a.Desk.Release(ctx, p, in.id()))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/transfer", Summary: "Hand a case to a colleague"},
		func(ctx context.Context, p staff.Person, in *toIn) (*claimedOut, error) {
			return a.given(ctx, in.Body.To)(a.Desk.Transfer(ctx, p, in.id(), in.Body.To))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/second", Summary: "Ask a second person to join; empty: nobody"},
		func(ctx context.Context, p staff.Person, in *toIn) (*claimedOut, error) {
			return a.given(ctx, in.Body.To)(a.Desk.Join(ctx, p, in.id(), in.Body.To))
		})
}

// talk registers what is said: to the seeker, and among staff.
func (a *api) talk() {
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/messages", Summary: "Answer the seeker", DefaultStatus: 202},
		func(ctx context.Context, p staff.Person, in *messageIn) (*saidOut, error) {
			seq, err := a.Desk.SayUntil(ctx, p, in.id(), in.Body.ID, in.Body.Text, in.Body.Promised)
			return &saidOut{Said{seq}}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/doing", Summary: "Show the seeker what I am doing, for half a minute", DefaultStatus: 204},
		func(ctx context.Context, p staff.Person, in *doingIn) (*struct{}, error) {
			return nil, a.Desk.Doing(ctx, p, in.id(), in.Body.State)
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/notes", Summary: "A note that only staff see", DefaultStatus: 201},
		func(ctx context.Context, p staff.Person, in *noteIn) (*caseOut, error) {
			return told(a.Desk.Note(ctx, p, in.id(), in.Body.Text))
		})
}

// judgement registers how the case stands.
func (a *api) judgement() {
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/severity", Summary: "Overrule the assessment"},
		func(ctx context.Context, p staff.Person, in *severityIn) (*caseOut, error) {
			return told(a.Desk.Overrule(ctx, p, in.id(), in.Body.Severity, in.Body.Reason))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/state", Summary: "Set the state"},
		func(ctx context.Context, p staff.Person, in *stateIn) (*caseOut, error) {
			return told(a.Desk.SetState(ctx, p, in.id(), desk.StateChange{To: in.Body.State, Reason: in.Body.Reason,
				DecidedBy: in.Body.DecidedBy, Circumstances: in.Body.Circumstances}))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/observations", Summary: "A step on the way to 解消", DefaultStatus: 201},
		func(ctx context.Context, p staff.Person, in *observationIn) (*caseOut, error) {
			return told(a.Desk.Observe(ctx, p, in.id(), triage.Observed{Kind: in.Body.Kind, On: in.Body.On, Days: in.Body.Days, Note: in.Body.Note,
				Second: in.Body.Second}))
		})
}
