package triage

import (
	"context"
	"time"
)

// Peer is where a seeker's live connection comes from, for the police: the address, the port (many share one address), and
// the moment, in UTC, at which it was looked at. Proxied says that a proxy told them which the operator trusts; else they are of
// whatever is connected to the gateway, which may be a proxy itself.
type Peer struct {
	Address string    `json:"address"`
	Port    string    `json:"port"`
	At      time.Time `json:"at"`
	Proxied bool      `json:"proxied"`
}

// Tracer asks the gateway where the live connection of a case comes from. Without its asking nothing of a connection is kept
// anywhere, so there is nothing to ask for afterwards. It is kept by package router and wired in cmd. The caller has seen to
// it that this may be, and written the audit. A key is destroyed as what a Searcher conceals.
type Tracer interface {
	// BeginTrace makes the key of a question, closed to the wall: what is answered is sealed to it. ErrNoWords where the seeker
	// did not write on the desk's own page, and so has no connection.
	BeginTrace(ctx context.Context, id CaseID) (sealed []byte, err error)
	// AskTrace looks at the connections that are open now, until the time at most. Again is harmless.
	AskTrace(ctx context.Context, id CaseID, sealed []byte, until time.Time) error
	// Traced returns what was seen since, each connection once.
	Traced(ctx context.Context, id CaseID, sealed []byte) ([]Peer, error)
}
