package desk

import (
	"context"
	"slices"
	"strconv"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// File returns a page of what came with a message, cleaned, for who speaks with the child and for the leads. A picture shows
// who somebody is, so each look is written to the audit before. What came with a message that the seeker took back is as if it
// had never come.
func (d *Desk) File(ctx context.Context, p staff.Person, id triage.CaseID, n, page int) (triage.Cleaned, error) {
	c, events, err := d.Store.Load(ctx, id)
	if err != nil {
		return triage.Cleaned{}, err
	}
	if err := mayAct(p, c); err != nil {
		return triage.Cleaned{}, d.keptOut(ctx, p, c, err)
	}
	if n < 1 || n > len(c.Files) || page < 1 || gone(c, events, c.Files[n-1].ID) {
		return triage.Cleaned{}, triage.ErrUnknown
	}
	if err := d.record(ctx, p, "file", id, strconv.Itoa(n), ""); err != nil {
		return triage.Cleaned{}, err
	}
	return d.Cabinet.File(ctx, id, n, page)
}

// gone reports whether the message that the file came with was taken back, or is no more.
func gone(c triage.Case, events []triage.Event, file string) bool {
	i := slices.IndexFunc(events, func(e triage.Event) bool {
		return slices.ContainsFunc(e.Files, func(f triage.File) bool { return f.ID == file })
	})
	return i < 0 || slices.Contains(c.Hidden, events[i].ID)
}
