package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

type safetyIn struct {
	ByCase
	Body struct {
		Signs   string `json:"signs,omitempty" doc:"by which she notices"`
		Helps   string `json:"helps,omitempty" doc:"what makes it a little lighter"`
		People  string `json:"people,omitempty" doc:"with whom she can speak"`
		Places  string `json:"places,omitempty" doc:"where she is safe"`
		Numbers string `json:"numbers,omitempty" doc:"where somebody answers"`
	}
}

// safety registers what is agreed with a child for when it gets hard.
func (a *api) safety() {
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/safety", Summary: "What was agreed with the child for when it gets hard; nothing is sent", DefaultStatus: 201},
		func(ctx context.Context, p staff.Person, in *safetyIn) (*caseOut, error) {
			b := in.Body
			return told(a.Desk.PlanSafety(ctx, p, in.id(), triage.SafetyPlan{Signs: b.Signs, Helps: b.Helps, People: b.People, Places: b.Places, Numbers: b.Numbers}))
		})
}
