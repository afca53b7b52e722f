package ask

import (
	"context"
	"reflect"
	"slices"
	"time"

	"madoguchi/triage"
)

// Outbox is a triage.Store as the courier sees it where it runs apart from those who hold the cases' keys: of a case it
// learns where its seeker is answered, and what the desk says to them; never what the seeker wrote, what staff noted, or how
// it was judged. It may write down what became of what was said, and nothing else.
type Outbox struct {
	asker *Asker
	role  string
	watch func(context.Context) (<-chan triage.CaseID, error)
}

var _ triage.Store = Outbox{}

// NewOutbox returns the store behind which the role answers with Outgoing. watch tells which cases changed; ids are all that
// it knows.
func NewOutbox(a *Asker, role string, watch func(context.Context) (<-chan triage.CaseID, error)) Outbox {
	return Outbox{a, role, watch}
}

// outcome is an ask to write down what became of something.
type outcome struct {
	Case    triage.CaseID
	Version int64
	Events  []triage.Event
}

// outgoing is a case and what the desk says in it.
type outgoing struct {
	Case   triage.Case
	Events []triage.Event
}

// work is an ask for work, or for the end of a lease.
type work struct {
	Kind  triage.DueKind
	Now   time.Time
	Hold  time.Duration
	Limit int
	Due   triage.Due
	Again time.Time
}

// Append implements triage.Store.
func (o Outbox) Append(ctx context.Context, before triage.Case, events ...triage.Event) (k triage.Case, err error) {
	err = o.asker.Ask(ctx, o.role, "outcome", shortly, outcome{before.ID, before.Version, events}, &k)
	return k, err
}

// Load implements triage.Store.
func (o Outbox) Load(ctx context.Context, id triage.CaseID) (triage.Case, []triage.Event, error) {
	var out outgoing
	err := o.asker.Ask(ctx, o.role, "outgoing", shortly, about{Case: id}, &out)
	return out.Case, out.Events, err
}

// Lease implements triage.Store.
func (o Outbox) Lease(ctx context.Context, kind triage.DueKind, now time.Time, hold time.Duration, limit int) (due []triage.Due, err error) {
	err = o.asker.Ask(ctx, o.role, "lease", shortly, work{Kind: kind, Now: now, Hold: hold, Limit: limit}, &due)
	return due, err
}

// Settle implements triage.Store.
func (o Outbox) Settle(ctx context.Context, d triage.Due, again time.Time) error {
	return o.asker.Ask(ctx, o.role, "settle", shortly, work{Due: d, Again: again}, nil)
}

// Watch implements triage.Store.
func (o Outbox) Watch(ctx context.Context) (<-chan triage.CaseID, error) { return o.watch(ctx) }

// List is refused: the courier looks through no cases.
func (o Outbox) List(context.Context, triage.Query) ([]triage.Case, string, error) {
	return nil, "", triage.ErrRefused
}

// Shred is refused: the courier destroys nothing.
func (o Outbox) Shred(context.Context, triage.Case) error { return triage.ErrRefused }

// couriers are the sorts of work that are the courier's.
func couriers(k triage.DueKind) bool { return k == triage.DueSend || k == triage.DueCall }

// Outgoing answers what an Outbox asks, out of the store.
func Outgoing(s triage.Store) []Handler {
	return []Handler{
		On("outgoing", func(ctx context.Context, in about) (outgoing, error) {
			k, events, err := s.Load(ctx, in.Case)
			if err != nil {
				return outgoing{}, err
			}
			return outgoing{outwardCase(k), outwardEvents(events)}, nil
		}),
		On("outcome", func(ctx context.Context, in outcome) (triage.Case, error) {
			k, err := note(ctx, s, in)
			return outwardCase(k), err
		}),
		On("lease", func(ctx context.Context, in work) ([]triage.Due, error) {
			if !couriers(in.Kind) {
				return nil, triage.ErrRefused
			}
			return s.Lease(ctx, in.Kind, in.Now, in.Hold, in.Limit)
		}),
		On("settle", func(ctx context.Context, in work) (none, error) {
			if !couriers(in.Due.Kind) {
				return none{}, triage.ErrRefused
			}
			return none{}, s.Settle(ctx, in.Due, in.Again)
		}),
	}
}

// note appends the courier's events to the case where it is of the version that the courier knows, or has them already. Each
// says what became of a message or a call: whatever else an event can do to a case is not the courier's.
func note(ctx context.Context, s triage.Store, in outcome) (triage.Case, error) {
	for _, e := range in.Events {
		plain := triage.Event{ID: e.ID, At: e.At, Kind: triage.KindDelivery, From: triage.System, Channel: e.Channel, Delivery: e.Delivery, Call: e.Call}
		if e.Delivery == nil && e.Call == nil || !reflect.DeepEqual(e, plain) {
			return triage.Case{}, triage.ErrRefused
		}
	}
	k, events, err := s.Load(ctx, in.Case)
	if err != nil {
		return triage.Case{}, err
	}
	known := !slices.ContainsFunc(in.Events, func(e triage.Event) bool {
		return !slices.ContainsFunc(events, func(old triage.Event) bool { return old.ID == e.ID })
	})
	if k.Version != in.Version && !known {
		return triage.Case{}, triage.ErrConflict
	}
	return s.Append(ctx, k, in.Events...)
}

// outwardCase is what the courier may know of a case: whether and by which door its seeker is answered and called.
func outwardCase(k triage.Case) triage.Case {
	out := triage.Case{ID: k.ID, Version: k.Version, Door: k.Door, Channels: k.Channels, Said: k.Said, Sent: k.Sent, Calls: k.Calls,
		OptedOut: k.OptedOut, ErasedAt: k.ErasedAt, Severity: triage.Routine}
	if k.Severity.Rank() <= triage.Urgent.Rank() {
		out.Severity = triage.Urgent // an answer that is urgent is told so by some doors
	}
	if k.CallBack != nil {
		out.CallBack = &triage.CallBack{Who: k.CallBack.Who}
	}
	return out
}

// outwardEvents are the messages of the desk, without their judgements and whoever wrote them.
func outwardEvents(events []triage.Event) []triage.Event {
	var out []triage.Event
	for _, e := range events {
		if e.Said == 0 {
			continue
		}
		said := triage.Event{ID: e.ID, Seq: e.Seq, At: e.At, Kind: e.Kind, From: e.From, Said: e.Said, Words: e.Words}
		if len(e.Words) == 0 {
			said.Text = e.Text
		}
		if e.Consent != nil {
			said.Consent = &triage.Consent{ID: e.Consent.ID, School: e.Consent.School, Level: e.Consent.Level, Text: e.Consent.Text, Answer: e.Consent.Answer}
		}
		out = append(out, said)
	}
	return out
}
