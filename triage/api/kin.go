package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

// Kin is what belongs to a case, and what may.
type Kin struct {
	Links     []triage.Link `json:"links" nullable:"false"`
	Proposals []KinProposal `json:"proposals" nullable:"false" doc:"found by the machine; nothing follows from them"`
}

// KinProposal is a case that may tell of the same thing.
type KinProposal struct {
	Case     string          `json:"case"`
	Severity triage.Severity `json:"severity"`
	Why      []string        `json:"why" nullable:"false" doc:"what speaks for it, in Japanese"`
}

type (
	kinOut struct{ Body Kin }
	linkIn struct {
		ByCase
		Body struct {
			Other  string `json:"other" doc:"the other case"`
			As     string `json:"as" enum:"same_child,same_incident,parent,child,other_side" doc:"what the other case is to this one"`
			Sure   string `json:"sure,omitempty" enum:"maybe,likely" doc:"certain only once a second person agrees"`
			Reason string `json:"reason,omitempty"`
		}
	}
	partIn struct {
		ByCase
		Body struct {
			Who  string `json:"who" doc:"[人物A]"`
			Role string `json:"role" doc:"victim, accused, audience, bystander, witness; empty takes it back"`
		}
	}
)

func (in *linkIn) relation() desk.Relation {
	return desk.Relation{Other: triage.CaseID(in.Body.Other), As: in.Body.As, Sure: in.Body.Sure, Reason: in.Body.Reason}
}

// kin registers how cases belong together, and who is who in one.
func (a *api) kin() {
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/cases/{id}/kin", Summary: "What belongs to a case, and what may"},
		func(ctx context.Context, p staff.Person, in *ByCase) (*kinOut, error) {
			k, err := a.Desk.Kin(ctx, p, in.id())
			out := Kin{list(k.Links), []KinProposal{}}
			for _, x := range k.Proposals {
				out.Proposals = append(out.Proposals, KinProposal{string(x.Other), x.Case.Severity, list(x.Why)})
			}
			return &kinOut{out}, err
		})
	for path, do := range map[string]struct {
		say string
		act func(context.Context, staff.Person, triage.CaseID, desk.Relation) error
	}{
		"": {"Two cases belong together", a.Desk.Relate}, "/agree": {"A second person agrees that they do", a.Desk.Agree}, "/off": {"They do not", a.Desk.Unrelate},
	} {
		route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/links" + path, DefaultStatus: 204, Summary: do.say},
			func(ctx context.Context, p staff.Person, in *linkIn) (*struct{}, error) {
				return nil, do.act(ctx, p, in.id(), in.relation())
			})
	}
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/parts", DefaultStatus: 204, Summary: "The role of the person behind a placeholder"},
		func(ctx context.Context, p staff.Person, in *partIn) (*struct{}, error) {
			_, err := a.Desk.Cast(ctx, p, in.id(), triage.Part{Who: in.Body.Who, Role: in.Body.Role})
			return nil, err
		})
}
