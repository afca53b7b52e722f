package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

// Filing is a school's report in the city's register, without names.
type Filing struct {
	ID      string          `json:"id"`
	School  string          `json:"school"`
	Form    string          `json:"form" enum:"incident,resolution,interview,continuity"`
	At      time.Time       `json:"at" doc:"when it came"`
	Matter  string          `json:"matter" doc:"what it is about, anonymized"`
	Version int             `json:"version" doc:"from 1: how often it was sent"`
	Case    *string         `json:"case" doc:"for the leads only"`
	State   triage.State    `json:"state"`
	Sev     triage.Severity `json:"severity"`
}

// Filings are the reports of schools, the newest first.
type Filings struct {
	Filings []Filing `json:"filings" nullable:"false"`
}

type filingsOut struct{ Body Filings }

type filingsIn struct {
	Form   string    `query:"form" doc:"only these"`
	School string    `query:"school" doc:"only of this school"`
	From   time.Time `query:"from" doc:"not before"`
	To     time.Time `query:"to" doc:"before"`
}

// filings registers the register of schools' reports.
func (a *api) filings() {
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/filings", Summary: "What schools reported, the last version of each"},
		func(ctx context.Context, p staff.Person, in *filingsIn) (*filingsOut, error) {
			all, err := a.Desk.Filings(ctx, p, desk.Filings{Form: in.Form, School: in.School, From: in.From, To: in.To})
			out := Filings{[]Filing{}}
			for _, f := range all {
				out.Filings = append(out.Filings, Filing{f.ID, f.School, f.Form, f.At, f.Matter, f.Version, maybe(string(f.Case)), f.State, f.Severity})
			}
			return &filingsOut{out}, err
		})
}
