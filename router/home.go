package router

import (
	"context"
	"errors"
	"slices"

	"madoguchi/channels"
	"madoguchi/router/vault"
	"madoguchi/triage"
)

// home returns the case of a sender: the one that an alias leads to, or the sender's own. While peppers are replaced a sender
// may have been named by another than the present one; whoever is found so is named anew, and stays in the case.
func (r *Router) home(ctx context.Context, from channels.Address) (triage.CaseID, error) {
	all := r.Names.pseudonyms(from)
	for i, pseudonym := range all {
		id, err := r.Vault.Case(ctx, pseudonym)
		if errors.Is(err, vault.ErrUnknown) {
			continue
		}
		if err != nil || i == 0 {
			return triage.CaseID(id), err
		}
		return triage.CaseID(id), r.rename(ctx, all[0], triage.CaseID(id))
	}
	for _, pseudonym := range all[1:] {
		id := r.Names.caseOf(pseudonym)
		found, err := r.Vault.Has(ctx, string(id))
		if err != nil {
			return "", told(err)
		}
		if found {
			return id, r.rename(ctx, all[0], id)
		}
	}
	return r.Names.caseOf(all[0]), nil
}

// rename makes a pseudonym lead to a case that was found by another. The record names it before it leads there, so that it goes
// with the case.
func (r *Router) rename(ctx context.Context, pseudonym string, id triage.CaseID) error {
	for {
		rec, err := r.Vault.Open(ctx, string(id))
		if errors.Is(err, vault.ErrUnknown) {
			return nil // withdrawn or on its way out; whoever writes again is found as before
		}
		if err != nil {
			return err
		}
		if slices.Contains(rec.Aliases, pseudonym) {
			return r.Vault.Alias(ctx, pseudonym, string(id))
		}
		rec.Aliases = append(rec.Aliases, pseudonym)
		switch err := r.Vault.Put(ctx, rec); {
		case err == nil:
			return r.Vault.Alias(ctx, pseudonym, string(id))
		case !errors.Is(err, vault.ErrConflict):
			return err
		}
	}
}

// Rename names the people of a case by the present pepper, where they were named by one before. Again is harmless.
func (r *Router) Rename(ctx context.Context, id triage.CaseID) error {
	rec, err := r.Vault.Open(ctx, string(id))
	if errors.Is(err, vault.ErrUnknown) {
		return nil
	}
	if err != nil {
		return told(err)
	}
	people := rec.Contacts
	if rec.Mailbox != nil {
		people = append(slices.Clone(people), rec.Mailbox.Address)
	}
	for _, a := range people {
		if kind, who, _ := channels.OpenAddress(a); kind == contactKind || who == "" {
			continue
		}
		if _, err := r.home(ctx, a); err != nil { // names anew whom it finds by another pepper
			return told(err)
		}
	}
	return nil
}
