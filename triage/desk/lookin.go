package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/lookin"
	"madoguchi/triage/staff"
)

// LookIns keeps who looks in where, by case; see package shelf.
type LookIns interface {
	Find(ctx context.Context, id string) (lookin.Looks, error)
	Change(ctx context.Context, id string, f func(*lookin.Looks) error) (lookin.Looks, error)
	Remove(ctx context.Context, id string) error
}

// looksIn reports whether that person, with the case before them, looks over somebody's shoulder.
func looksIn(p staff.Person, c triage.Case) bool {
	return leads(p) && c.Assignee != "" && !joined(p, c)
}

// LookIn shows to who has the case that a lead has it open as well, for lookin.Lasts: who goes on looking says it again. It
// happens by opening the case and cannot be left out. Where nobody else has the case there is nobody to be shown it.
func (d *Desk) LookIn(ctx context.Context, p staff.Person, id triage.CaseID) error {
	c, _, err := d.Store.Load(ctx, id)
	if err != nil {
		return err
	}
	if err := mayLook(p, c); err != nil {
		return err
	}
	if !looksIn(p, c) || d.LookIns == nil {
		return nil
	}
	now, err := d.LookIns.Find(ctx, string(id))
	if butGone(err) != nil {
		return err
	}
	if _, begins := now.With(p.Login, p.Role, time.Now()); begins {
		if err := d.record(ctx, p, "look_in", id, c.Assignee, ""); err != nil {
			return err
		}
	}
	_, err = d.LookIns.Change(ctx, string(id), func(l *lookin.Looks) error {
		*l, _ = l.With(p.Login, p.Role, time.Now())
		return nil
	})
	return err
}

// LookAway ends a look: the page was closed.
func (d *Desk) LookAway(ctx context.Context, p staff.Person, id triage.CaseID) error {
	if !leads(p) || d.LookIns == nil {
		return nil
	}
	left, err := d.LookIns.Change(ctx, string(id), func(l *lookin.Looks) error {
		*l = l.Without(p.Login, time.Now())
		return nil
	})
	if err != nil || len(left) > 0 {
		return err
	}
	return d.LookIns.Remove(ctx, string(id)) // whoever began just now is shown again in a moment
}

// LookingIn returns who of the leads looks into the case at this moment, to whoever has it.
func (d *Desk) LookingIn(ctx context.Context, p staff.Person, id triage.CaseID) ([]lookin.Look, error) {
	if d.LookIns == nil {
		return nil, nil
	}
	looks, err := d.LookIns.Find(ctx, string(id))
	if errors.Is(err, triage.ErrUnknown) {
		return nil, nil
	}
	return slices.DeleteFunc(looks.Now(time.Now()), func(x lookin.Look) bool { return x.Login == p.Login }), err
}

// Whisper writes a note of a lead to who has the case, and to nobody else who comes to it later. The seeker never sees it,
// as no note.
func (d *Desk) Whisper(ctx context.Context, p staff.Person, id triage.CaseID, text string) (triage.Case, error) {
	if err := words(text, maxReason); err != nil {
		return triage.Case{}, err
	}
	return d.perform(ctx, p, id, act{what: "whisper", may: mayLead,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			if c.Assignee == "" || c.Assignee == p.Login {
				return nil, refuse(triage.CodeState, "いま、この事案を受け持つほかの人がいません。")
			}
			e := d.event(p, triage.KindNote)
			e.For = c.Assignee
			var err error
			e.Text, err = d.scrubbedBy(ctx, p, c, text)
			return []triage.Event{e}, err
		}})
}

// heard leaves out what was whispered to somebody else.
func heard(p staff.Person, events []triage.Event) []triage.Event {
	if leads(p) {
		return events
	}
	return slices.DeleteFunc(slices.Clone(events), func(e triage.Event) bool {
		return e.For != "" && e.For != p.Login && e.By != p.Login
	})
}
