package desk

import (
	"context"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// Queue lists the cases that the person may see.
func (d *Desk) Queue(ctx context.Context, p staff.Person, q Query) (Page, error) {
	return Page{}, triage.ErrUnavailable
}

// Case shows a case.
func (d *Desk) Case(ctx context.Context, p staff.Person, id triage.CaseID) (View, error) {
	return View{}, triage.ErrUnknown
}

// Visible returns the case as it is now if that person may see it in a list, and writes no audit: for the live stream
// of what a page shows already. Otherwise triage.ErrUnknown.
func (d *Desk) Visible(ctx context.Context, p staff.Person, id triage.CaseID) (triage.Case, error) {
	return triage.Case{}, triage.ErrUnknown
}

// Watch sends the id of each case that changed; an empty id says to look at everything again.
func (d *Desk) Watch(ctx context.Context) (<-chan triage.CaseID, error) { return d.Store.Watch(ctx) }

// Claim takes a waiting case.
func (d *Desk) Claim(ctx context.Context, p staff.Person, id triage.CaseID) (triage.Case, error) {
	return triage.Case{}, triage.ErrUnknown
}

// Release gives a case back to the queue.
func (d *Desk) Release(ctx context.Context, p staff.Person, id triage.CaseID) (triage.Case, error) {
	return triage.Case{}, triage.ErrUnknown
}

// Transfer hands a case to a colleague.
func (d *Desk) Transfer(ctx context.Context, p staff.Person, id triage.CaseID, to string) (triage.Case, error) {
	return triage.Case{}, triage.ErrUnknown
}

// Join makes a person the case's second, who may answer as well.
func (d *Desk) Join(ctx context.Context, p staff.Person, id triage.CaseID, second string) (triage.Case, error) {
	return triage.Case{}, triage.ErrUnknown
}

// Say answers the seeker and returns the number of that message among the desk's. The same messageID said again is the
// same message. A placeholder in the text is filled in with the seeker's own word on the way.
func (d *Desk) Say(ctx context.Context, p staff.Person, id triage.CaseID, messageID, text string) (seq int64, err error) {
	return 0, triage.ErrUnknown
}

// Note writes words that only staff see.
func (d *Desk) Note(ctx context.Context, p staff.Person, id triage.CaseID, text string) (triage.Case, error) {
	return triage.Case{}, triage.ErrUnknown
}

// Overrule sets the severity in the place of the rules.
func (d *Desk) Overrule(ctx context.Context, p staff.Person, id triage.CaseID, s triage.Severity, reason string) (triage.Case, error) {
	return triage.Case{}, triage.ErrUnknown
}

// SetState sets the state.
func (d *Desk) SetState(ctx context.Context, p staff.Person, id triage.CaseID, ch StateChange) (triage.Case, error) {
	return triage.Case{}, triage.ErrUnknown
}

// Observe records a step on the way to 解消.
func (d *Desk) Observe(ctx context.Context, p staff.Person, id triage.CaseID, o triage.Observed) (triage.Case, error) {
	return triage.Case{}, triage.ErrUnknown
}

// AskConsent asks the child in the conversation.
func (d *Desk) AskConsent(ctx context.Context, p staff.Person, id triage.CaseID, a Ask) (triage.Consent, error) {
	return triage.Consent{}, triage.ErrUnknown
}

// RecordConsent records a yes that a person heard or read.
func (d *Desk) RecordConsent(ctx context.Context, p staff.Person, id triage.CaseID, h Heard) (triage.Consent, error) {
	return triage.Consent{}, triage.ErrUnknown
}

// Preview shows exactly what the recipient would read.
func (d *Desk) Preview(ctx context.Context, p staff.Person, id triage.CaseID, draft Draft) (triage.HandoffView, error) {
	return triage.HandoffView{}, triage.ErrUnknown
}

// HandOff sends a hand-off and returns its id.
func (d *Desk) HandOff(ctx context.Context, p staff.Person, id triage.CaseID, draft Draft) (string, error) {
	return "", triage.ErrUnknown
}

// Countersign is a second person's yes to an emergency hand-off, afterwards.
func (d *Desk) Countersign(ctx context.Context, p staff.Person, id triage.CaseID, handoff string) (triage.Case, error) {
	return triage.Case{}, triage.ErrUnknown
}

// Reveal opens the words behind a placeholder.
func (d *Desk) Reveal(ctx context.Context, p staff.Person, id triage.CaseID, placeholder, reason string) (string, error) {
	return "", triage.ErrUnknown
}

// RevealText opens every placeholder inside the texts of the case but those of addresses, each written down, and returns
// placeholder → words.
func (d *Desk) RevealText(ctx context.Context, p staff.Person, id triage.CaseID, reason string) (map[string]string, error) {
	return nil, triage.ErrUnknown
}

// Enter takes in what a person who came or phoned said, and returns its case.
func (d *Desk) Enter(ctx context.Context, p staff.Person, v Visit) (triage.CaseID, error) {
	return "", triage.ErrUnknown
}

// Doing shows the seeker what the person is doing; it goes out after triage.DoingFor unless said again. Only those who may
// answer are shown.
func (d *Desk) Doing(ctx context.Context, p staff.Person, id triage.CaseID, doing triage.Doing) error {
	return triage.ErrUnknown
}

// Statistics counts the cases opened in [from, to).
func (d *Desk) Statistics(ctx context.Context, p staff.Person, from, to time.Time) (Statistics, error) {
	return Statistics{}, triage.ErrUnavailable
}

// Sweep does what has fallen due by the desk's clock.
func (d *Desk) Sweep(ctx context.Context) error { return nil }

// Run sweeps every five seconds until ctx ends.
func (d *Desk) Run(ctx context.Context) error { return nil }

// Timer is a clock that can be set: the demonstration's.
type Timer interface {
	triage.Clock
	Set(t time.Time)
}

// Advance moves the clock to a later time, from one due time to the next, and does what falls due on the way. It returns
// when nothing more is due.
func (d *Desk) Advance(ctx context.Context, clock Timer, to time.Time) error { return nil }
