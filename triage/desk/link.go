package desk

import (
	"context"

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
	if err := d.record(ctx, p, "handoff_link", id, handoff, ""); err != nil {
		return pass.Link{}, err
	}
	return d.Passes.Make(ctx, pass.For{Handoff: handoff, School: h.School, By: p.Login})
}

// OpenAt is where the link leads, on the staff pages behind that URL. The token stands behind the #: it is in no request.
func OpenAt(staffURL string, l pass.Link) string { return staffURL + "/school/open#k=" + l.Token }
