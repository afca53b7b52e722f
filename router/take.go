package router

import (
	"context"
	"errors"
	"slices"

	"madoguchi/channels"
	"madoguchi/router/anonymize"
	"madoguchi/router/vault"
	"madoguchi/triage"
)

// taking is an event on its way into a case.
type taking struct {
	event    triage.Event
	more     []triage.Event // in the same act
	record   *vault.Record
	glossary *anonymize.Glossary
	files    int // how many came earlier
}

// take keeps in the vault who it was and what came, and then appends the event. write makes the event's texts with the
// case's glossary; it may be called again where somebody else changed the record. words is the original, or nil. An event
// that the case has already is left alone. The result is the case as it is now, of version 0 where it was shredded. New
// words of somebody who can write again are not taken into a withdrawn case, which is the result with errWithdrawn; nor are any into
// one whose names and addresses were destroyed, because nobody is to be known by them again.
func (r *Router) take(ctx context.Context, id triage.CaseID, e triage.Event, from channels.Address, words []byte,
	write func(context.Context, *taking) error) (triage.Case, error) {
	for tried := false; ; tried = true {
		before, events, err := r.Store.Load(ctx, id)
		if errors.Is(err, triage.ErrUnknown) {
			if e.Consent != nil { // whoever was never asked has no case, and gets none for an answer
				return triage.Case{}, nil
			}
			before, err = triage.Case{ID: id}, nil
		}
		if err != nil {
			return triage.Case{}, err
		}
		if slices.ContainsFunc(events, func(x triage.Event) bool { return x.ID == e.ID }) {
			return before, nil
		}
		if before.Unnamed != "" && tried { // what was kept of somebody a moment ago, when it was not yet so
			if err := NewFront(r).Erase(ctx, id); err != nil {
				return triage.Case{}, err
			}
		}
		if e.Kind == triage.KindMessage && (before.Erased() && returns(from) || before.Unnamed != "") {
			return before, errWithdrawn
		}
		if before.Unnamed != "" { // nobody's address or words are kept for it any more
			return r.append(ctx, before, e)
		}
		k, err := r.put(ctx, before, e, from, words, write)
		if !errors.Is(err, triage.ErrConflict) {
			return k, err
		}
	}
}

// put is take for a case that was read just now. It fails with ErrConflict where the case has moved on.
func (r *Router) put(ctx context.Context, before triage.Case, e triage.Event, from channels.Address, words []byte,
	write func(context.Context, *taking) error) (triage.Case, error) {
	id := before.ID
	var t taking
	err := r.change(ctx, id, func(rec *vault.Record) ([]vault.Original, error) {
		g, err := glossary(rec.Glossary)
		if err != nil {
			return nil, err
		}
		t = taking{event: e, record: rec, glossary: g, files: len(before.Files)}
		if err := write(ctx, &t); err != nil {
			return nil, err
		}
		rec.Glossary = sealable(t.glossary)
		if !from.IsZero() {
			rec.Meet(from)
		}
		if words == nil {
			return nil, nil
		}
		return []vault.Original{{Event: e.ID, Data: words}}, nil
	})
	if err != nil {
		return triage.Case{}, err
	}
	k, err := r.Store.Append(ctx, before, append([]triage.Event{r.owed(before, t.event)}, t.more...)...)
	if err == nil && k.Version == 0 { // the case was shredded, and this is a replay of what it had
		if len(t.event.Files) > 0 && r.Archive.ForgetAll(r.Names.owner(id)) != nil {
			return k, triage.ErrUnavailable
		}
		err = r.Vault.Shred(ctx, string(id))
	}
	return k, err
}

// change changes the record of a case, which need not be there yet, however many others do so at the same time.
func (r Rooms) change(ctx context.Context, id triage.CaseID, f func(*vault.Record) ([]vault.Original, error)) error {
	for {
		rec, err := r.Vault.Open(ctx, string(id))
		if errors.Is(err, vault.ErrUnknown) {
			rec, err = r.Vault.Fresh(ctx, string(id))
		}
		if err != nil {
			return err
		}
		originals, err := f(rec)
		if err != nil {
			return err
		}
		if err := r.Vault.Put(ctx, rec, originals...); !errors.Is(err, vault.ErrConflict) {
			return err
		}
	}
}

// append appends however often the case moves on.
func (r Rooms) append(ctx context.Context, before triage.Case, events ...triage.Event) (triage.Case, error) {
	for {
		k, err := r.Store.Append(ctx, before, events...)
		if !errors.Is(err, triage.ErrConflict) {
			return k, err
		}
		if k, _, err = r.Store.Load(ctx, before.ID); errors.Is(err, triage.ErrUnknown) {
			k = triage.Case{ID: before.ID}
		} else if err != nil {
			return triage.Case{}, err
		}
		before = k
	}
}
