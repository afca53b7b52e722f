package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

type visitIn struct {
	Body struct {
		ID       string     `json:"id,omitempty" doc:"chosen by the caller; the same id again is the same visit"`
		Case     string     `json:"case,omitempty" doc:"id of the case that it belongs to: one that waits, or of one's own; without it a new one"`
		Channel  string     `json:"channel" enum:"visit,voice"`
		Text     string     `json:"text" doc:"as heard, names and all: it is anonymized on the way"`
		At       *time.Time `json:"at,omitempty" doc:"when they came or phoned, at most seven days ago; without it now"`
		Contact  string     `json:"contact,omitempty" doc:"how to reach the person; kept in the vault"`
		CallMe   string     `json:"call_me,omitempty" doc:"the name to be called by"`
		Teller   *Teller    `json:"teller,omitempty"`
		CallBack *CallBack  `json:"call_back,omitempty" doc:"they wish to be called, at the number in contact"`
	}
}

// Teller is what staff asked who came or phoned. What was not asked is left out.
type Teller struct {
	Who     string `json:"who,omitempty" enum:"self,guardian,friend,school,neighbour,other"`
	Safe    string `json:"safe,omitempty" enum:"yes,unknown,no" doc:"whether the child is safe at this moment; no makes the case an emergency"`
	Unnamed bool   `json:"unnamed,omitempty" doc:"wishes that nobody be told who they are"`
	Telling string `json:"telling,omitempty" enum:"yes,no" doc:"their word on the spot on whether the school may be told; no consent: see /cases/{id}/consents"`
}

// Visit is what became of it.
type Visit struct {
	ID       string `json:"id" doc:"of the case"`
	Severity string `json:"severity,omitempty" enum:"emergency,urgent,soon,routine" doc:"of the case now"`
}

type visitOut struct{ Body Visit }

// visits registers the entry of people who came or phoned.
func (a *api) visits() {
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/visits", Summary: "A person who came or phoned", DefaultStatus: 201},
		func(ctx context.Context, p staff.Person, in *visitIn) (*visitOut, error) {
			b := in.Body
			v := desk.Visit{ID: b.ID, Case: triage.CaseID(b.Case), Channel: b.Channel, Text: b.Text, Contact: b.Contact, CallMe: b.CallMe}
			if b.At != nil {
				v.At = *b.At
			}
			if b.Teller != nil {
				v.Teller = triage.Teller(*b.Teller)
			}
			if b.CallBack != nil {
				v.CallBack = &triage.CallBack{Window: b.CallBack.Window, Who: b.CallBack.Who}
			}
			out, err := a.Desk.Enter(ctx, p, v)
			return &visitOut{Visit{string(out.Case), string(out.Severity)}}, err
		})
}

// teller is nil where nobody came or phoned.
func teller(t *triage.Teller) *Teller {
	if t == nil {
		return nil
	}
	out := Teller(*t)
	return &out
}
