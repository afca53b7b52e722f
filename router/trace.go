package router

import (
	"context"
	"errors"
	"time"

	"madoguchi/channels"
	"madoguchi/router/mailbox"
	"madoguchi/router/vault"
	"madoguchi/triage"
)

// Peers asks the gateway where live connections come from, and gets it sealed to a key. It is the one of mailbox.Writer.
type Peers interface {
	Ask(ctx context.Context, conversation channels.Address, key []byte, until time.Time) error
	Answered(ctx context.Context, conversation channels.Address, key []byte) ([]channels.Peer, error)
}

// Tracer is the triage.Tracer of the house. It is safe for concurrent use.
type Tracer struct {
	rooms Rooms
	peers Peers
}

var _ triage.Tracer = (*Tracer)(nil)

// NewTracer returns a tracer.
func NewTracer(r Rooms, p Peers) *Tracer { return &Tracer{r, p} }

// BeginTrace implements triage.Tracer.
func (t *Tracer) BeginTrace(ctx context.Context, id triage.CaseID) ([]byte, error) {
	if _, err := t.conversation(ctx, id); err != nil {
		return nil, err
	}
	sealed, err := t.rooms.Vault.CloseSlip(ctx, mailbox.NewTraceKey())
	return sealed, told(err)
}

// AskTrace implements triage.Tracer.
func (t *Tracer) AskTrace(ctx context.Context, id triage.CaseID, sealed []byte, until time.Time) error {
	a, key, err := t.open(ctx, id, sealed)
	if err != nil {
		return err
	}
	return traced(t.peers.Ask(ctx, a, key, until))
}

// Traced implements triage.Tracer.
func (t *Tracer) Traced(ctx context.Context, id triage.CaseID, sealed []byte) ([]triage.Peer, error) {
	a, key, err := t.open(ctx, id, sealed)
	if err != nil {
		return nil, err
	}
	peers, err := t.peers.Answered(ctx, a, key)
	var out []triage.Peer
	for _, p := range peers {
		out = append(out, triage.Peer(p))
	}
	return out, traced(err)
}

func (t *Tracer) open(ctx context.Context, id triage.CaseID, sealed []byte) (channels.Address, []byte, error) {
	a, err := t.conversation(ctx, id)
	if err != nil {
		return a, nil, err
	}
	key, err := t.rooms.Vault.OpenSlip(ctx, sealed)
	if errors.Is(err, vault.ErrDamaged) {
		return a, nil, triage.ErrNoWords
	}
	return a, key, told(err)
}

// conversation is the page that the seeker of a case writes on.
func (t *Tracer) conversation(ctx context.Context, id triage.CaseID) (channels.Address, error) {
	rec, err := t.rooms.Vault.Open(ctx, string(id))
	if err != nil {
		return channels.Address{}, told(err)
	}
	a := rec.Contact(chat)
	if a.IsZero() {
		return a, triage.ErrNoWords
	}
	return a, nil
}

func traced(err error) error {
	if errors.Is(err, channels.ErrUnavailable) {
		return triage.ErrUnavailable
	}
	return err
}
