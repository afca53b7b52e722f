package router

import (
	"context"
	"errors"

	"madoguchi/channels"
	"madoguchi/router/vault"
	"madoguchi/triage"
)

// Lamp is the triage.Lamp of the house: it finds the seeker's page behind a case. It is safe for concurrent use.
type Lamp struct{ rooms Rooms }

var _ triage.Lamp = (*Lamp)(nil)

// NewLamp returns a lamp.
func NewLamp(r Rooms) *Lamp { return &Lamp{r} }

// Show implements triage.Lamp. A seeker without a page is shown nothing, and that is no error.
func (l *Lamp) Show(ctx context.Context, id triage.CaseID, d triage.Doing) error {
	rec, err := l.rooms.Vault.Open(ctx, string(id))
	if err != nil {
		return told(err)
	}
	for _, page := range pages(rec) {
		if err := l.rooms.Mailbox.Show(ctx, page, string(d)); err != nil {
			return triage.ErrUnavailable
		}
	}
	return nil
}

// pages are the mailboxes of a case: the conversation that it began as, and the one made for a seeker of another door.
func pages(rec *vault.Record) []channels.Address {
	var all []channels.Address
	if a := rec.Contact(chat); !a.IsZero() {
		all = append(all, a)
	}
	if rec.Mailbox != nil && (len(all) == 0 || !all[0].Same(rec.Mailbox.Address)) {
		all = append(all, rec.Mailbox.Address)
	}
	return all
}

// told is the vault's error as the desk knows it.
func told(err error) error {
	switch {
	case errors.Is(err, vault.ErrUnknown):
		return triage.ErrUnknown
	case errors.Is(err, vault.ErrDamaged):
		return triage.ErrDamaged
	case errors.Is(err, vault.ErrUnavailable):
		return triage.ErrUnavailable
	}
	return err
}
