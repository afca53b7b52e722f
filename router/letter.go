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

var _ triage.Press = (*Front)(nil)

// before is the case that an entry goes back to: whose text was compared with the paper, or whose sender this is too.
type before struct {
	record   *vault.Record
	glossary *anonymize.Glossary
}

// compared returns the case that the entry goes back to, or nil. What staff typed off a screen has that case's placeholders
// in it, and is judged and kept as it was written.
func (f *Front) compared(ctx context.Context, e triage.Entry) (*before, error) {
	id := e.Like
	switch {
	case e.Corrects != "" && e.Like == "" && e.Case != "":
		id = e.Case
	case e.Corrects != "" || e.Like != "" && e.Case != "":
		return nil, triage.ErrRefused
	case e.Like == "":
		return nil, nil
	}
	k, events, err := f.router.Store.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	if k.Erased() {
		return nil, triage.ErrRefused
	}
	if e.Corrects != "" && !slices.ContainsFunc(events, func(x triage.Event) bool {
		return x.ID == e.Corrects && x.From == triage.Seeker && x.Kind == triage.KindMessage
	}) {
		return nil, triage.ErrRefused
	}
	rec, g, err := f.open(ctx, id)
	if err != nil {
		return nil, err
	}
	return &before{rec, g}, nil
}

// meet makes the sender of the case before the sender of this one too. The mailbox stays with the case before: each case
// has a page of its own, since what is said in one is not said in the other.
func (b *before) meet(rec *vault.Record) {
	for _, a := range b.record.Contacts {
		if kind, _, _ := channels.OpenAddress(a); kind != chat {
			rec.Meet(a)
		}
	}
}

// Letter implements triage.Press.
func (f *Front) Letter(ctx context.Context, id triage.CaseID, said int64, coded bool) (triage.Letter, error) {
	_, events, err := f.router.Store.Load(ctx, id)
	if err != nil {
		return triage.Letter{}, err
	}
	i := slices.IndexFunc(events, func(e triage.Event) bool { return said > 0 && e.Said == said })
	if i < 0 {
		return triage.Letter{}, triage.ErrNoWords
	}
	rec, err := f.router.Vault.Open(ctx, string(id))
	if err != nil {
		return triage.Letter{}, told(err)
	}
	var l triage.Letter
	if l.Text, err = spelled(rec, events[i]); err != nil {
		return triage.Letter{}, triage.ErrDamaged
	}
	if k := events[i].Consent; k != nil {
		l.School = k.School
	}
	if coded {
		if rec.Mailbox == nil {
			return triage.Letter{}, triage.ErrRefused
		}
		seed, err := f.router.seed(rec.Mailbox)
		if err != nil {
			return triage.Letter{}, triage.ErrDamaged
		}
		l.Code, l.Digits, err = f.router.Mailbox.Recode(ctx, rec.Mailbox.Address, seed)
		if final := (*channels.Undeliverable)(nil); errors.As(err, &final) {
			return triage.Letter{}, triage.ErrRefused
		} else if err != nil {
			return triage.Letter{}, triage.ErrUnavailable
		}
	}
	return l, nil
}
