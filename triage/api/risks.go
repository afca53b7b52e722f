package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

type riskIn struct {
	ByCase
	Body struct {
		Found map[string]string `json:"found" doc:"yes, no or unknown of each of ideation, plan, means, when, alone, holds"`
		Note  string            `json:"note,omitempty"`
		Again time.Time         `json:"again,omitempty" doc:"when it is found out anew; without it by the city's terms"`
		Last  bool              `json:"last,omitempty" doc:"it need not be: nobody wants to die, and nothing is prepared"`
	}
}

// risks registers what is found of a danger to life.
func (a *api) risks() {
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/risks", Summary: "What was found of a danger to life; it changes no severity", DefaultStatus: 201},
		func(ctx context.Context, p staff.Person, in *riskIn) (*caseOut, error) {
			b := in.Body
			return told(a.Desk.AssessRisk(ctx, p, in.id(), triage.Risk{Found: b.Found, Note: b.Note, Again: b.Again}, b.Last))
		})
}
