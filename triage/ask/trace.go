package ask

import (
	"context"
	"time"

	"madoguchi/triage"
)

var _ triage.Tracer = Front{}

// tracing is an ask about a live connection.
type tracing struct {
	Case   triage.CaseID
	Sealed []byte
	Until  time.Time
}

// BeginTrace implements triage.Tracer.
func (f Front) BeginTrace(ctx context.Context, id triage.CaseID) (sealed []byte, err error) {
	err = f.asker.Ask(ctx, f.role, "trace_begin", entering, tracing{Case: id}, &sealed)
	return sealed, err
}

// AskTrace implements triage.Tracer.
func (f Front) AskTrace(ctx context.Context, id triage.CaseID, sealed []byte, until time.Time) error {
	return f.asker.Ask(ctx, f.role, "trace_ask", entering, tracing{id, sealed, until}, nil)
}

// Traced implements triage.Tracer.
func (f Front) Traced(ctx context.Context, id triage.CaseID, sealed []byte) (peers []triage.Peer, err error) {
	err = f.asker.Ask(ctx, f.role, "traced", entering, tracing{Case: id, Sealed: sealed}, &peers)
	return peers, err
}

// Traces answers where live connections come from.
func Traces(t triage.Tracer) []Handler {
	return []Handler{
		On("trace_begin", func(ctx context.Context, in tracing) ([]byte, error) { return t.BeginTrace(ctx, in.Case) }),
		On("trace_ask", func(ctx context.Context, in tracing) (none, error) {
			return none{}, t.AskTrace(ctx, in.Case, in.Sealed, in.Until)
		}),
		On("traced", func(ctx context.Context, in tracing) ([]triage.Peer, error) {
			return t.Traced(ctx, in.Case, in.Sealed)
		}).to(toPersons),
	}
}
