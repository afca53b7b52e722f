package router

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"time"

	"madoguchi/channels"
	"madoguchi/router/vault"
	"madoguchi/triage"
)

// codedWindow is a window as doors code it: any, or from and until in hours and minutes. Everything else was written.
var codedWindow = regexp.MustCompile(`^(any|[0-2][0-9][0-5][0-9]-[0-2][0-9][0-5][0-9])$`)

var (
	telephone = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	answerers = []string{"self", "family", "anyone"}
)

// wish takes in that somebody wishes to be called: when and who may answer into the case, the number into the vault.
func (r *Router) wish(ctx context.Context, t *taking, m channels.Message) error {
	if m.CallBack == nil {
		return nil
	}
	w := triage.CallBack{Window: m.CallBack.Window}
	if !codedWindow.MatchString(w.Window) && w.Window != "" {
		out, _, err := r.censor.redact(ctx, t.glossary, w.Window)
		if err != nil {
			return err
		}
		w.Window = out[0].text
	}
	if slices.Contains(answerers, m.CallBack.Who) {
		w.Who = m.CallBack.Who
	}
	at := m.CallBack.At
	if kind, who, how := channels.OpenAddress(m.From); at.IsZero() && (kind == "voice" || kind == "sms") {
		at = channels.NewAddress(channels.CallBackKind, who, how)
	}
	if !at.IsZero() {
		t.record.Meet(at)
	}
	t.event.CallBack = &w
	return nil
}

// phoneOf is where the seeker can be called: where they wished, or where they called or wrote from. It is zero where there is no
// such number.
func (r Rooms) phoneOf(rec *vault.Record) (channels.Address, error) {
	for _, kind := range []string{channels.CallBackKind, "voice", "sms"} {
		closed := rec.Contact(kind)
		if closed.IsZero() {
			continue
		}
		a, err := r.opened(closed)
		if err != nil {
			return a, err
		}
		if _, who, _ := channels.OpenAddress(a); telephone.MatchString(who) {
			return channels.NewAddress(kind, who, nil), nil
		}
	}
	return channels.Address{}, nil
}

// called notes what became of a call of the desk, and reports whether the status is of one. The case is found by the
// call, not by who it went to: that may be somebody whom several cases call.
func (r *Router) called(ctx context.Context, m channels.Message) (bool, error) {
	ref := m.Status.ReplyID
	cases, _, err := r.Store.List(ctx, triage.Query{Ref: ref, Erased: true, Limit: 1})
	if err != nil || len(cases) == 0 {
		return false, err
	}
	k := cases[0]
	i := slices.IndexFunc(k.Calls, func(c triage.Call) bool { return c.ID == ref })
	if i < 0 {
		return false, nil
	}
	if !slices.Contains([]string{triage.CallAnswered, triage.CallNoAnswer, triage.CallBusy, triage.CallFailed}, m.Status.Status) || k.Calls[i].Ended() {
		return true, nil
	}
	_, err = r.append(ctx, k, outcomeOf(r.Names, k.Calls[i], m.At, m.Status.Status, m.Status.Detail))
	return true, err
}

func outcomeOf(n *Names, c triage.Call, at time.Time, outcome, detail string) triage.Event {
	return triage.Event{ID: n.event("k", c.ID, outcome), At: at, Kind: triage.KindDelivery, From: triage.System, Channel: "voice",
		Call: &triage.Call{ID: c.ID, At: c.At, Outcome: outcome, Detail: code(detail)}}
}

// The details of a failed call that are the courier's own; others are the door's.
const detailNoNumber = "no_number"

// callWithin is how long it is tried to place a call. Somebody sits at the desk's phone and waits for it; after that they
// press the button again.
const callWithin = 2 * time.Minute

// calls is how many cases are called at once.
const calls = 4

// ring places the calls that the desk wants, until ctx ends.
func (c *Courier) ring(ctx context.Context) {
	notices := c.watch(ctx)
	for ctx.Err() == nil {
		work, err := c.Store.Lease(ctx, triage.DueCall, c.now(), hold, calls)
		if err != nil && ctx.Err() == nil {
			c.way.Log.Warn("courier: the store cannot be asked for calls")
		}
		for _, d := range work {
			c.place(ctx, d)
		}
		if len(work) == calls {
			continue
		}
		timer := time.NewTimer(sweep)
		select {
		case <-ctx.Done():
		case _, ok := <-notices:
			if !ok {
				notices = nil
			}
			pause(ctx, gather)
		case <-timer.C:
			if notices == nil {
				notices = c.watch(ctx)
			}
		}
		timer.Stop()
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// place places the calls of a leased case that no provider has, and ends the lease.
func (c *Courier) place(ctx context.Context, d triage.Due) {
	again := time.Time{}
	if err := c.placeAll(ctx, d.Case); err != nil {
		again = c.now().Add(delays[0])
		if ctx.Err() == nil {
			c.way.Log.Warn("courier: a call could not be placed")
		}
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
	defer cancel()
	if err := c.Store.Settle(ending, d, again); err != nil {
		c.way.Log.Warn("courier: a lease could not be ended; it will run out")
	}
}

func (c *Courier) placeAll(ctx context.Context, id triage.CaseID) error {
	k, _, err := c.Store.Load(ctx, id)
	if err != nil || k.Erased() {
		return err
	}
	for _, call := range k.Calls {
		if call.Outcome != "" {
			continue
		}
		outcome, detail := triage.CallRinging, ""
		err := c.callOnce(ctx, k, call)
		var final *channels.Undeliverable
		switch {
		case errors.As(err, &final):
			outcome, detail = triage.CallFailed, final.Code
		case err != nil && c.Clock.Now().Sub(call.At) >= callWithin:
			outcome, detail = triage.CallFailed, detailGaveUp
		case err != nil:
			return err
		}
		if err := c.note(ctx, k, outcomeOf(c.Names, call, c.Clock.Now(), outcome, detail)); err != nil {
			return err
		}
	}
	return nil
}

// callOnce asks the door to place a call.
func (c *Courier) callOnce(ctx context.Context, k triage.Case, call triage.Call) error {
	ctx, cancel := context.WithTimeout(ctx, sendWithin/calls)
	defer cancel()
	caller, ok := c.way.Doors["voice"].(channels.Caller)
	if !ok {
		return &channels.Undeliverable{Code: detailNoDoor}
	}
	if k.OptedOut && k.CallBack == nil {
		return &channels.Undeliverable{Code: detailOptedOut}
	}
	rec, err := c.Vault.Open(ctx, string(k.ID))
	if errors.Is(err, vault.ErrUnknown) {
		return &channels.Undeliverable{Code: detailNoNumber}
	} else if err != nil {
		return err
	}
	to, err := c.phoneOf(rec)
	if err != nil {
		return err
	}
	if to.IsZero() {
		return &channels.Undeliverable{Code: detailNoNumber}
	}
	return caller.Call(ctx, to, channels.Call{ID: call.ID})
}
