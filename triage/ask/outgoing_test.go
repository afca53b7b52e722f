package ask

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/keyring"
	store "madoguchi/triage/redis"
	"madoguchi/triage/redistest"
	"madoguchi/triage/seal"
)

// The courier learns what the desk says and where to, and can write down what became of it; what a child wrote, what staff
// noted, and how it was judged, it cannot ask for.
func TestTheCourierLearnsWhatIsSaidAndNothingElse(t *testing.T) {
	ctx, client, k := t.Context(), redistest.Start(t).Client(), keys(t)
	s := store.New(client, seal.New(), keyring.New(client, "body"))
	a := NewAnswerer(client, k["router"], People(), quiet, nil)
	a.Allow("vault", Outgoing(s)...)
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- a.Run(running) }()
	eventually(t, func() bool { return client.Exists(ctx, hereKey("router")).Val() == 1 })
	o := NewOutbox(NewAsker(client, k["vault"]), "router", s.Watch)

	const id = triage.CaseID("07abcdefghijklmnopqrstuvwx")
	at := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	whole, err := s.Append(ctx, triage.Case{ID: id},
		triage.Event{ID: "m:1", At: at, Kind: triage.KindMessage, From: triage.Seeker, Channel: "line", Text: "CANARY-words", CallMe: "CANARY-name",
			Judgement: &triage.Judgement{Severity: triage.Emergency, Flags: []triage.Flag{triage.Suicide}, Reasons: []triage.Reason{{Flag: triage.Suicide, Rule: "CANARY-rule", Excerpt: "CANARY-words"}}}},
		triage.Event{ID: "n:1", At: at, Kind: triage.KindNote, From: triage.Counselor, By: "CANARY-login", Text: "CANARY-note"},
		triage.Event{ID: "r:1", At: at, Kind: triage.KindMessage, From: triage.Counselor, By: "CANARY-login", Said: 1, Text: "CANARY-anonymized", Words: []byte("sealed")})
	if err != nil {
		t.Fatal(err)
	}
	got, events, err := o.Load(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if all := fmt.Sprintf("%+v %+v", got, events); strings.Contains(all, "CANARY") || strings.Contains(all, string(triage.Suicide)) {
		t.Errorf("the courier learns %s", all)
	}
	if got.Version != whole.Version || got.Said != 1 || got.Door != "line" || len(got.Contacts()) != 1 || len(events) != 1 || string(events[0].Words) != "sealed" ||
		got.Severity.Rank() > triage.Urgent.Rank() {
		t.Errorf("%+v %+v", got, events)
	}
	due, err := o.Lease(ctx, triage.DueSend, time.Now(), time.Minute, 5)
	if err != nil || len(due) != 1 || due[0].Case != id {
		t.Fatalf("%v, %v", due, err)
	}
	sent := triage.Event{ID: "d:r:1", At: at, Kind: triage.KindDelivery, From: triage.System, Delivery: &triage.Delivery{Said: 1, Status: triage.DeliverySent}}
	stale := got
	stale.Version--
	if _, err := o.Append(ctx, stale, sent); !errors.Is(err, triage.ErrConflict) {
		t.Errorf("onto an old version: %v", err)
	}
	for _, version := range []triage.Case{got, got} { // again is the same as once
		after, err := o.Append(ctx, version, sent)
		if err != nil || after.Sent != 1 || after.Preview != "" {
			t.Fatalf("%+v, %v", after, err)
		}
	}
	if err := o.Settle(ctx, due[0], time.Time{}); err != nil {
		t.Error(err)
	}
	refusesTheRest(t, o, got, NewFront(NewAsker(client, k["vault"]), "router"))
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// refusesTheRest asks for everything that is not the courier's.
func refusesTheRest(t *testing.T, o Outbox, got triage.Case, f Front) {
	t.Helper()
	for what, err := range map[string]error{
		"a message":       appended(o, got, triage.Event{ID: "x", Kind: triage.KindMessage, From: triage.Counselor, Said: 2, Text: "x"}),
		"a state":         appended(o, got, triage.Event{ID: "x", Kind: triage.KindState, From: triage.System, Change: &triage.Change{Erase: true}}),
		"words":           appended(o, got, outcomeWith(func(e *triage.Event) { e.Text = "x" })),
		"nothing":         appended(o, got, triage.Event{ID: "x", Kind: triage.KindDelivery, From: triage.System}),
		"words to blank":  appended(o, got, outcomeWith(func(e *triage.Event) { e.Blanks = "m:1" })),
		"words to hide":   appended(o, got, outcomeWith(func(e *triage.Event) { e.Hides = "m:1" })),
		"a duty":          appended(o, got, outcomeWith(func(e *triage.Event) { e.Duty = &triage.Duty{What: "answer"} })),
		"a file":          appended(o, got, outcomeWith(func(e *triage.Event) { e.Files = []triage.File{{ID: "x"}} })),
		"a sighting":      appended(o, got, outcomeWith(func(e *triage.Event) { e.Observed = &triage.Observed{Kind: "stopped"} })),
		"a duty's work":   leased(o, triage.DueDuty),
		"everybody":       listed(o),
		"the end of it":   o.Shred(t.Context(), got),
		"another's words": f.Erase(t.Context(), got.ID),
	} {
		if !errors.Is(err, triage.ErrRefused) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, _, err := o.Load(t.Context(), "07nobody"); !errors.Is(err, triage.ErrUnknown) {
		t.Errorf("nobody: %v", err)
	}
}

// outcomeWith is what became of a message, with something besides.
func outcomeWith(besides func(*triage.Event)) triage.Event {
	e := triage.Event{ID: "x", Kind: triage.KindDelivery, From: triage.System, Delivery: &triage.Delivery{Said: 1, Status: triage.DeliverySent}}
	besides(&e)
	return e
}

func appended(o Outbox, k triage.Case, e triage.Event) error {
	_, err := o.Append(context.Background(), k, e)
	return err
}

func leased(o Outbox, kind triage.DueKind) error {
	_, err := o.Lease(context.Background(), kind, time.Now(), time.Minute, 1)
	return err
}

func listed(o Outbox) error {
	_, _, err := o.List(context.Background(), triage.Query{})
	return err
}
