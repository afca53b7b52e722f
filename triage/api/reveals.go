package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/grant"
	"madoguchi/triage/staff"
)

type revealIn struct {
	ByCase
	Body struct {
		Placeholder string `json:"placeholder" doc:"of the case's words; or the mark of a file that needs two people: [添付1] for file 1"`
		Reason      string `json:"reason" doc:"safety, reply, understand or contact: the audit holds the code; or words, which the case holds anonymized"`
	}
}

// Revealed is what stands behind a placeholder; or, where two people are needed, the grant and where it stands.
type Revealed struct {
	Value string      `json:"value,omitempty"`
	ID    string      `json:"id,omitempty" doc:"of the grant"`
	State grant.State `json:"state,omitempty" enum:"asked,approved,refused,expired"`
}

type revealOut struct {
	Status int
	Body   Revealed
}

// Grant is a permission that two people need, or the wish for one.
type Grant struct {
	ID          string        `json:"id"`
	Case        triage.CaseID `json:"case"`
	Placeholder string        `json:"placeholder" doc:"or the mark of a file: [添付1] for file 1"`
	Reason      string        `json:"reason" doc:"anonymized"`
	By          string        `json:"by" doc:"login of who asked"`
	Approver    string        `json:"approver,omitempty" doc:"login of who decided"`
	Alone       bool          `json:"alone,omitempty" doc:"nobody else was there; a lead looks at it within a day"`
	State       grant.State   `json:"state" enum:"asked,approved,refused,expired"`
	At          time.Time     `json:"at"`
	Until       *time.Time    `json:"until,omitempty" doc:"the end, once approved"`
}

// Grants are the grants that one has to do with.
type Grants struct {
	Reveals []Grant `json:"reveals" nullable:"false"`
}

type grantsOut struct{ Body Grants }

// ByGrant is a path that names a grant. It is exported because huma fills in only what is.
type ByGrant struct {
	ID string `path:"id" doc:"id of the grant"`
}

type approveIn struct {
	ByGrant
	Body *struct {
		Approver string `json:"approver,omitempty" doc:"login of the lead who reads their code over the telephone"`
		Code     string `json:"code,omitempty" doc:"that one-time code"`
	} `required:"false"`
}

func (a *api) revealed(o desk.Opened, err error) (*revealOut, error) {
	out := &revealOut{Status: http.StatusOK, Body: Revealed{Value: o.Value}}
	if o.Grant != nil {
		out.Body.ID, out.Body.State = o.Grant.ID, o.Grant.State(a.Desk.Register.Now())
		if o.Value == "" {
			out.Status = http.StatusAccepted
		}
	}
	return out, err
}

func (a *api) grantsOf(list []grant.Grant) Grants {
	out := Grants{Reveals: []Grant{}}
	for _, g := range list {
		if g.For == grant.Reveal {
			out.Reveals = append(out.Reveals, Grant{g.ID, g.Case, g.What, g.Reason, g.By, g.Approver, g.Alone, g.State(a.Desk.Register.Now()), g.At, moment(g.Until)})
		}
	}
	return out
}

// reveals registers what is opened: at once by who speaks with the child, and by two people.
func (a *api) reveals() {
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/reveals", Summary: "Open the words behind a placeholder",
		Description: "202 with a grant that waits for a second person, for what somebody can be reached by and for a colleague's case, its files too. 409 wrong_state for a file that one may open alone."},
		func(ctx context.Context, p staff.Person, in *revealIn) (*revealOut, error) {
			return a.revealed(a.Desk.Reveal(ctx, p, in.id(), in.Body.Placeholder, in.Body.Reason))
		})
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/reveals", Summary: "The grants that I have to do with, newest first"},
		func(ctx context.Context, p staff.Person, _ *struct{}) (*grantsOut, error) {
			list, err := a.Desk.Grants(ctx, p)
			return &grantsOut{a.grantsOf(list)}, err
		})
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/reveals/{id}", Summary: "The words, for who asked, for 15 minutes from the approval",
		Description: "Of a grant for a file, only where it stands: the file is at /api/v1/cases/{id}/files/{n}."},
		func(ctx context.Context, p staff.Person, in *ByGrant) (*revealOut, error) {
			return a.revealed(a.Desk.UseGrant(ctx, p, in.ID))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/reveals/{id}/approve", Summary: "Say yes to what a colleague asks"},
		func(ctx context.Context, p staff.Person, in *approveIn) (*revealOut, error) {
			var spoken desk.Spoken
			if in.Body != nil {
				spoken = desk.Spoken{By: in.Body.Approver, Code: in.Body.Code}
			}
			g, err := a.Desk.Approve(ctx, p, in.ID, spoken)
			return &revealOut{Status: http.StatusOK, Body: Revealed{ID: g.ID, State: g.State(a.Desk.Register.Now())}}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/reveals/{id}/refuse", Summary: "Say no to what a colleague asks"},
		func(ctx context.Context, p staff.Person, in *ByGrant) (*revealOut, error) {
			g, err := a.Desk.Refuse(ctx, p, in.ID)
			return &revealOut{Status: http.StatusOK, Body: Revealed{ID: g.ID, State: g.State(a.Desk.Register.Now())}}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/reveals/{id}/looked", Summary: "A lead has looked at what somebody opened alone", DefaultStatus: 204},
		func(ctx context.Context, p staff.Person, in *ByGrant) (*struct{}, error) {
			return nil, a.Desk.LookAtGrant(ctx, p, in.ID)
		})
}
