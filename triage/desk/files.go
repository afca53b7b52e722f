package desk

import (
	"context"
	"strconv"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// File returns a page of what came with a message, cleaned, for who speaks with the child and for the leads. A picture shows
// who somebody is, so each look is written to the audit before.
func (d *Desk) File(ctx context.Context, p staff.Person, id triage.CaseID, n, page int) (triage.Cleaned, error) {
	c, _, err := d.Store.Load(ctx, id)
	if err != nil {
		return triage.Cleaned{}, err
	}
	if err := mayAct(p, c); err != nil {
		return triage.Cleaned{}, err
	}
	if n < 1 || n > len(c.Files) || page < 1 {
		return triage.Cleaned{}, triage.ErrUnknown
	}
	if err := d.record(ctx, p, "file", id, strconv.Itoa(n), ""); err != nil {
		return triage.Cleaned{}, err
	}
	return d.Cabinet.File(ctx, id, n, page)
}
