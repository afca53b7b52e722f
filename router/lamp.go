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

// Waiting is what the lamp that tells of the wait needs of the mailboxes.
type Waiting interface {
	// Wait shows what the page of somebody who waits may say. A turn that is not later than the one shown changes nothing.
	Wait(ctx context.Context, conversation channels.Address, turn int64, w channels.Wait) error
}

// WaitLamp is the triage.WaitLamp of the house. It is safe for concurrent use.
type WaitLamp struct {
	rooms Rooms
	boxes Waiting
}

var _ triage.WaitLamp = (*WaitLamp)(nil)

// NewWaitLamp returns a lamp that tells of the wait.
func NewWaitLamp(r Rooms, boxes Waiting) *WaitLamp { return &WaitLamp{r, boxes} }

// Wait implements triage.WaitLamp. A seeker without a page is shown nothing, and that is no error.
func (l *WaitLamp) Wait(ctx context.Context, id triage.CaseID, w triage.Wait) error {
	rec, err := l.rooms.Vault.Open(ctx, string(id))
	if err != nil {
		return told(err)
	}
	for _, page := range pages(rec) {
		if l.boxes.Wait(ctx, page, w.Turn, channels.Wait{Band: string(w.Band), Care: string(w.Care), By: w.By}) != nil {
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
