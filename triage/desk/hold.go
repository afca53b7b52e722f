package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"

	"madoguchi/triage"
	"madoguchi/triage/request"
	"madoguchi/triage/staff"
)

// A request for records holds its case. The register says so to the desk; a mark on the case says so to the wall as well, which
// cannot read the register, and would destroy words that their writer takes back.

// held are the cases that somebody asks for: while that goes on nothing of them is destroyed.
func (d *Desk) held(ctx context.Context) (func(triage.CaseID) bool, error) {
	if d.Asked == nil {
		return func(triage.CaseID) bool { return false }, nil
	}
	all, err := d.Asked.All(ctx)
	return func(id triage.CaseID) bool {
		for _, r := range all {
			if r.Holds(id) {
				return true
			}
		}
		return false
	}, err
}

// hold marks the case of a decision before it is written to the register; "" is none. It is the register that lets a case be
// destroyed, so a mark that is left behind keeps only what was taken back, until a person looks.
func (d *Desk) hold(ctx context.Context, id triage.CaseID, req string) error {
	return d.marked(ctx, id, req, triage.KeepOn)
}

// holdAgain marks the cases of all requests that go on: what was proposed by a program from before there were marks left none.
func (d *Desk) holdAgain(ctx context.Context) error {
	if d.Asked == nil {
		return nil
	}
	all, err := d.Asked.All(ctx)
	for _, r := range all {
		if r.Decision != nil && r.Holds(r.Decision.Case) {
			err = errors.Join(err, butGone(d.hold(ctx, r.Decision.Case, r.ID)))
		}
	}
	return err
}

// unhold takes the mark away once the register says that the request is not about the case any more.
func (d *Desk) unhold(ctx context.Context, of *request.Decision, req string) error {
	if of == nil {
		return nil
	}
	return butGone(d.marked(ctx, of.Case, req, triage.KeepOff))
}

// marked writes to the case that it is kept for the sake of a request, or is no more. Who reads the case learns nothing else of it.
func (d *Desk) marked(ctx context.Context, id triage.CaseID, req, keep string) error {
	if id == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(string(id) + "/" + req))
	mark := hex.EncodeToString(sum[:8])
	_, err := d.perform(ctx, staff.Person{}, id, act{may: func(staff.Person, triage.Case) error { return nil }, erased: true,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			if slices.Contains(c.Holds, mark) == (keep == triage.KeepOn) {
				return nil, nil
			}
			e := d.event(staff.Person{}, triage.KindState)
			e.From, e.Change = triage.System, &triage.Change{Keep: keep, For: mark}
			return []triage.Event{e}, nil
		}})
	return err
}

// droppable refuses to destroy words that were taken back, though a person has looked, in a case of which nothing may be destroyed.
func droppable(c triage.Case, held bool) error {
	switch {
	case c.Kept:
		return refuse(triage.CodeState, "いまは消せません。この事案は、残すように定めています。")
	case held:
		return refuse(triage.CodeState, "いまは消せません。開示の請求か照会の手続きが続いています。")
	case c.Suspected():
		return refuse(triage.CodeState, "いまは消せません。重大事態の疑いがあります。")
	}
	return nil
}
