package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage/staff"
)

type callIn struct {
	ByCase
	Body struct {
		Reason string `json:"reason,omitempty" doc:"in an emergency outside of the time that is safe: why"`
	} `required:"false"`
}

// calls registers call-backs.
func (a *api) calls() {
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/calls", DefaultStatus: 202,
		Summary:     "Ring the desk's phone, and then the seeker's",
		Description: "What becomes of the call is in the case's timeline: ringing, answered, no_answer, busy or failed."},
		func(ctx context.Context, p staff.Person, in *callIn) (*namedOut, error) {
			id, err := a.Desk.Call(ctx, p, in.id(), in.Body.Reason)
			return &namedOut{Named{id}}, err
		})
}
