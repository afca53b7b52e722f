package main

import (
	"context"
	"slices"
	"strings"

	"madoguchi/triage"
	"madoguchi/triage/audit"
	"madoguchi/triage/console"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

// ledger shows the audit to the administrator's pages.
type ledger struct {
	log   *audit.Log
	clock triage.Clock
}

// Recent returns the newest entries, newest first.
func (l ledger) Recent(ctx context.Context, limit int) ([]console.Looked, error) {
	return l.newest(ctx, limit, func(audit.Entry) bool { return true })
}

// Of returns the newest entries on the case whose id ends with number, newest first.
func (l ledger) Of(ctx context.Context, number string, limit int) ([]console.Looked, error) {
	return l.newest(ctx, limit, func(e audit.Entry) bool { return e.Case != "" && strings.HasSuffix(string(e.Case), number) })
}

// entriesAtOnce is how much of the audit is opened at a time.
const entriesAtOnce = 500

func (l ledger) newest(ctx context.Context, limit int, wanted func(audit.Entry) bool) ([]console.Looked, error) {
	n, err := l.log.Len(ctx)
	if err != nil {
		return nil, err
	}
	looked := []console.Looked{}
	for n > 0 && len(looked) < limit {
		at := max(0, n-entriesAtOnce)
		entries, err := l.log.Entries(ctx, at, int(n-at))
		if err != nil {
			return nil, err
		}
		for _, e := range slices.Backward(entries) {
			if wanted(e) && len(looked) < limit {
				looked = append(looked, console.Looked{At: e.At, Who: e.Who, Role: e.Role, Act: e.Act, Case: e.Case, With: e.With, Ref: e.Ref, Reason: e.Reason, Why: e.Why})
			}
		}
		n = at
	}
	return looked, nil
}

// Head returns the newest place of the audit as it is noted down, or "" where there is none yet.
func (l ledger) Head(ctx context.Context) (string, error) {
	h, err := l.log.Head(ctx)
	if err != nil || h.N == 0 {
		return "", err
	}
	return h.String(), nil
}

// Destroyed returns what was destroyed by a decision, newest first.
func (l ledger) Destroyed(ctx context.Context, limit int) ([]console.Certificate, error) {
	proofs, err := l.log.Proofs(ctx, desk.ActDestroy, limit)
	if err != nil {
		return nil, err
	}
	all := make([]console.Certificate, 0, len(proofs))
	for _, p := range proofs {
		all = append(all, certificate(p))
	}
	return all, nil
}

// Certificate returns the destruction of that number, or triage.ErrUnknown.
func (l ledger) Certificate(ctx context.Context, n int64) (console.Certificate, error) {
	p, err := l.log.Proof(ctx, n)
	if err == nil && p.Act != desk.ActDestroy {
		err = triage.ErrUnknown
	}
	if err != nil {
		return console.Certificate{}, err
	}
	return certificate(p), nil
}

func certificate(p audit.Proof) console.Certificate {
	return console.Certificate{N: p.N, Hash: p.Hash, At: p.At, Who: p.Who, Role: p.Role, Case: p.Case, Ground: p.Reason, What: p.Ref}
}

// Record writes down what p is about to do with an account.
func (l ledger) Record(ctx context.Context, p staff.Person, act, login string) error {
	return l.log.Record(ctx, audit.Entry{At: l.clock.Now(), Who: p.Login, Role: p.Role, Act: act, Ref: login})
}
