package router

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"madoguchi/channels"
	"madoguchi/router/clean"
	"madoguchi/triage"
)

// unsend takes in that a message was taken back. It is on no screen from now on. Its words are destroyed as well, unless they
// were urgent: 「もう死ぬね」, taken back a minute later, is the commonest sign of a child who wavers, and a person looks first.
// A message that is not in the case leaves nothing to hide: a sender's messages come in their order.
func (r *Router) unsend(ctx context.Context, id triage.CaseID, m channels.Message) error {
	kind, who, _ := channels.OpenAddress(m.From)
	target := r.Names.event("m", kind, who, m.Unsend)
	for {
		before, events, err := r.Store.Load(ctx, id)
		if errors.Is(err, triage.ErrUnknown) {
			return nil
		}
		if err != nil {
			return err
		}
		i := slices.IndexFunc(events, func(e triage.Event) bool { return e.ID == target })
		if i < 0 {
			return nil
		}
		e := triage.Event{ID: r.Names.event("u", kind, who, m.Unsend), At: m.At, Kind: triage.KindState, From: triage.Seeker, Channel: m.Kind, Hides: target}
		grave := events[i].Judgement != nil && events[i].Judgement.Severity.Rank() <= triage.Urgent.Rank()
		if !grave {
			e.Blanks = target
		}
		if _, err = r.Store.Append(ctx, before, e); errors.Is(err, triage.ErrConflict) {
			continue
		}
		if err != nil || grave {
			return err
		}
		return r.forget(ctx, id, events[i])
	}
}

// forget destroys what the wall keeps of an event: the words as they came, and its files. Doing it again is harmless.
func (r Rooms) forget(ctx context.Context, id triage.CaseID, e triage.Event) error {
	if err := r.Vault.Forget(ctx, string(id), e.ID); err != nil {
		return err
	}
	for _, f := range e.Files {
		parts := []string{originalPart}
		for page := range clean.MaxPages {
			parts = append(parts, "page/"+strconv.Itoa(page+1))
		}
		for _, part := range parts {
			if r.Archive.Forget(r.Names.owner(id), r.Names.fileName(id, f.ID, part)) != nil {
				return triage.ErrUnavailable
			}
		}
	}
	return nil
}

// Forget implements triage.Front.
func (f *Front) Forget(ctx context.Context, id triage.CaseID, event string) error {
	_, events, err := f.router.Store.Load(ctx, id)
	if err != nil {
		return err
	}
	for _, e := range events {
		if e.ID == event {
			return told(f.router.forget(ctx, id, e))
		}
	}
	return triage.ErrUnknown
}
