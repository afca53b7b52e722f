package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage/desk"
	"madoguchi/triage/grant"
	"madoguchi/triage/staff"
)

type traceIn struct {
	ByCase
	Body struct {
		Reason string `json:"reason"`
	}
}

// Traced is what is known of a live connection; or where the grant stands that two people need for it.
type Traced struct {
	ID    string      `json:"id" doc:"of the grant"`
	State grant.State `json:"state" enum:"asked,approved,refused,expired"`
	Peers []Peer      `json:"peers" nullable:"false"`
}

// Peer is where a connection comes from.
type Peer struct {
	Address string    `json:"address"`
	Port    string    `json:"port"`
	At      time.Time `json:"at" doc:"when it was looked at, in UTC"`
	Proxied bool      `json:"proxied" doc:"told by a proxy that the operator trusts; where it is false and the address is a private one, it is a proxy's own, and nobody's else"`
}

type tracedOut struct {
	Status int
	Body   Traced
}

func (a *api) traced(t desk.Traced, status int) *tracedOut {
	out := &tracedOut{status, Traced{ID: t.Grant.ID, State: t.Grant.State(a.Desk.Register.Now()), Peers: []Peer{}}}
	for _, p := range t.Peers {
		out.Body.Peers = append(out.Body.Peers, Peer(p))
	}
	return out
}

// traces registers the look at the live connection of somebody in danger, which two people allow.
func (a *api) traces() {
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/traces", Summary: "Ask to look where the live connection of a seeker in danger comes from", DefaultStatus: 202,
		Description: "In an emergency alone. A lead allows it by /reveals/{id}/approve; nothing of a connection is kept before."},
		func(ctx context.Context, p staff.Person, in *traceIn) (*tracedOut, error) {
			g, err := a.Desk.AskTrace(ctx, p, in.id(), in.Body.Reason)
			return a.traced(desk.Traced{Grant: g}, http.StatusAccepted), err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/traces/{id}", Summary: "Look, and see what is known so far, for 15 minutes from the approval",
		Description: "The gateway takes a moment: ask again."},
		func(ctx context.Context, p staff.Person, in *ByGrant) (*tracedOut, error) {
			t, err := a.Desk.Trace(ctx, p, in.ID)
			return a.traced(t, http.StatusOK), err
		})
}
