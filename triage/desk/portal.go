package desk

import (
	"context"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// Portal is the school's side of the desk. No method takes or returns a case or its id: what a school can reach by this
// type is its own hand-offs and its own reports.
type Portal struct{ desk *Desk }

// Portal returns the school's side of d.
func (d *Desk) Portal() *Portal { return &Portal{d} }

// List returns the hand-offs to the person's school, newest first, without their summaries.
func (p *Portal) List(ctx context.Context, who staff.Person) ([]triage.HandoffView, error) {
	return nil, triage.ErrUnavailable
}

// Open shows a hand-off. Looking marks nothing as received.
func (p *Portal) Open(ctx context.Context, who staff.Person, id string) (triage.HandoffView, error) {
	return triage.HandoffView{}, triage.ErrUnknown
}

// Acknowledge says 受け取りました; again is the same as once.
func (p *Portal) Acknowledge(ctx context.Context, who staff.Person, id string) (triage.HandoffView, error) {
	return triage.HandoffView{}, triage.ErrUnknown
}

// Answer says where the school stands (handling, needs_help, wrong_school, done) in words.
func (p *Portal) Answer(ctx context.Context, who staff.Person, id string, step triage.HandoffState, text string) (triage.HandoffView, error) {
	return triage.HandoffView{}, triage.ErrUnknown
}

// Report files a report of the person's school: form is incident, resolution, interview or continuity, and the fields are
// those of Forms. Handoff names the hand-off that it is about; empty reports something new. It returns the report's id.
func (p *Portal) Report(ctx context.Context, who staff.Person, handoff, form string, fields map[string]string) (string, error) {
	return "", triage.ErrUnknown
}

// Reports returns what the person's school reported, newest first.
func (p *Portal) Reports(ctx context.Context, who staff.Person) ([]triage.ReportView, error) {
	return nil, triage.ErrUnavailable
}
