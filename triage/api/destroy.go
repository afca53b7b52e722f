package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

// Disposal is a case that may be destroyed one day, and what stands against it now.
type Disposal struct {
	Case   string    `json:"case"`
	Ground string    `json:"ground" enum:"withdrawn,expired,identity" doc:"the seeker withdrew it; it was kept long enough; or its names and addresses were, and the anonymized case stays"`
	From   time.Time `json:"from" doc:"not before"`
	Bars   []string  `json:"bars" nullable:"false" doc:"why it must stay, in Japanese; none: it can be decided on"`
	Kept   bool      `json:"kept" doc:"somebody said that it stays"`
	Class  *Class    `json:"class,omitempty" doc:"which kind of record it is; absent while the case goes on"`
}

// Class is a kind of record, and how long it is kept.
type Class struct {
	Key       string    `json:"key"`
	Name      string    `json:"name"`
	Term      string    `json:"term" doc:"in Japanese"`
	Source    string    `json:"source" doc:"who says so"`
	Confirmed bool      `json:"confirmed" doc:"false where the city has yet to confirm it"`
	End       string    `json:"end" doc:"what becomes of it then"`
	Since     time.Time `json:"since" doc:"when the case ended"`
}

// Disposals are those, what can be decided on first.
type Disposals struct {
	Disposals []Disposal `json:"disposals" nullable:"false"`
}

type disposalsOut struct{ Body Disposals }

type destroyIn struct {
	ByCase
	Body struct {
		Reason string `json:"reason" doc:"why it may be destroyed"`
	}
}

type keepIn struct {
	ByCase
	Body struct {
		Keep   bool   `json:"keep"`
		Reason string `json:"reason"`
	}
}

// disposals registers what is destroyed, and what is not.
func (a *api) disposals() {
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/disposals", Summary: "What seekers withdrew, and what was kept long enough"},
		func(ctx context.Context, p staff.Person, _ *struct{}) (*disposalsOut, error) {
			all, err := a.Desk.Disposals(ctx, p)
			return &disposalsOut{Disposals{disposed(all)}}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/destroy", DefaultStatus: 204, Summary: "Destroy everything of a case, for good",
		Description: "Its keys, and with them every copy; its addresses, originals and files. The audit keeps that it was, and nothing of it."},
		func(ctx context.Context, p staff.Person, in *destroyIn) (*struct{}, error) {
			return nil, a.Desk.Destroy(ctx, p, in.id(), in.Body.Reason)
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/keep", DefaultStatus: 204, Summary: "A case must not be destroyed; or may be again"},
		func(ctx context.Context, p staff.Person, in *keepIn) (*struct{}, error) {
			_, err := a.Desk.Keep(ctx, p, in.id(), in.Body.Keep, in.Body.Reason)
			return nil, err
		})
}

func disposed(all []desk.Disposal) []Disposal {
	out := []Disposal{}
	for _, x := range all {
		y := Disposal{string(x.Case.ID), x.Ground, x.From, list(x.Bars), x.Case.Kept, nil}
		if k := x.Class; k.Key != "" {
			y.Class = &Class{k.Key, k.Name, k.Say(), k.Source, k.Confirmed, k.End, x.Since}
		}
		out = append(out, y)
	}
	return out
}
