package desk

import (
	"context"
	"slices"

	"madoguchi/triage"
	"madoguchi/triage/pass"
	"madoguchi/triage/staff"
)

// Passes makes links for those without an account; see pass.Register.
type Passes interface {
	Make(ctx context.Context, f pass.For) (pass.Link, error)
}

// Link makes a link to one hand-off for a recipient without an account, and the code that is told by another way. It is
// shown once; whoever lost it makes another.
func (d *Desk) Link(ctx context.Context, p staff.Person, id triage.CaseID, handoff string) (pass.Link, error) {
	c, _, err := d.Store.Load(ctx, id)
	if err != nil {
		return pass.Link{}, err
	}
	if err := mayAct(p, c); err != nil {
		return pass.Link{}, err
	}
	h, ok := c.HandoffByID(handoff)
	if !ok {
		return pass.Link{}, triage.ErrUnknown
	}
	if h.Void() || h.Notice != nil || h.Recipient == triage.ToGuardian { // a person speaks with the family
		return pass.Link{}, refuse(triage.CodeState, "この引き継ぎは、もう開けません。")
	}
	if err := d.mayRead(ctx, p, c, h); err != nil {
		return pass.Link{}, err
	}
	if err := d.record(ctx, p, "handoff_link", id, handoff, ""); err != nil {
		return pass.Link{}, err
	}
	return d.Passes.Make(ctx, pass.For{Handoff: handoff, School: h.School, By: p.Login})
}

// mayRead: whoever makes the link can follow it, and reads the names of the hand-off. A lead to whom the case is not entrusted
// makes one to what they sent and another lead has countersigned; or to an emergency, with no other lead there.
func (d *Desk) mayRead(ctx context.Context, p staff.Person, c triage.Case, h triage.Handoff) error {
	signed := func(x triage.Duty) bool { return x.What == DutyCountersign+":"+h.ID && !x.DoneAt.IsZero() }
	if len(h.Disclose) == 0 || entrusted(p, c) || h.By == p.Login && slices.ContainsFunc(c.Duties, signed) {
		return nil
	}
	others, err := d.approvers(ctx, p, c)
	if err != nil {
		return err
	}
	if h.Level == triage.LevelEmergency && len(others) == 0 {
		return nil
	}
	return refuse(triage.CodeTwoPersons, "名前の入った引き継ぎです。受け持つ人がリンクを作るか、自分で送った緊急の連絡なら、もう一人の確認を先に受けてください。")
}

// OpenAt is where the link leads, on the staff pages behind that URL. The token stands behind the #: it is in no request.
func OpenAt(staffURL string, l pass.Link) string { return staffURL + "/school/open#k=" + l.Token }
