package channels

import (
	"context"
	"time"
)

// Peer is where a live connection comes from: what the police need to find somebody whose life is in danger, and what no
// door ever keeps otherwise.
type Peer struct {
	Address string    `json:"address"` // of the connection's other end
	Port    string    `json:"port"`    // many share one address, and the port tells them apart
	At      time.Time `json:"at"`      // when it was looked at, in UTC
	Proxied bool      `json:"proxied"` // a proxy said so that the operator trusts; else it is the socket's own other end
}

// Traceable is a Conversation of which, by permission of two people, it may be asked where its live connection comes from.
type Traceable interface {
	// Trace answers a Change that asked so. peer is called only where the permission still lasts, and what it returns is
	// sealed to who asked; elsewhere nothing happens.
	Trace(ctx context.Context, peer func() Peer) error
}
