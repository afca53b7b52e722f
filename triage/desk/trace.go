package desk

import (
	"context"
	"errors"
	"slices"

	"madoguchi/triage"
	"madoguchi/triage/grant"
	"madoguchi/triage/staff"
)

// connection stands in a case and in the audit for what is looked at.
const connection = "通信の記録"

// AskTrace writes down the wish to know where the live connection of a seeker in danger comes from, so that the police can
// look for her. It is for emergencies alone, and for who speaks with her or leads; another lead allows it, and with nobody
// else there it is allowed at once and looked at afterwards.
func (d *Desk) AskTrace(ctx context.Context, p staff.Person, id triage.CaseID, reason string) (grant.Grant, error) {
	c, _, err := d.Store.Load(ctx, id)
	if err != nil {
		return grant.Grant{}, err
	}
	if err := mayAct(p, c); err != nil {
		return grant.Grant{}, err
	}
	if c.Severity != triage.Emergency {
		return grant.Grant{}, refuse(triage.CodeState, "緊急の相談だけで使えます。命や体が危ないときは、先に緊急度を「緊急」にしてください。")
	}
	if !slices.Contains(c.Channels, "chat") {
		return grant.Grant{}, refuse(triage.CodeState, "この人は窓口のページから書いていないので、調べられる通信がありません。")
	}
	if err := words(reason, maxReason); err != nil {
		return grant.Grant{}, bad("なぜ要るのかを書いてください。")
	}
	reason, why, err := d.why(ctx, p, c, reason)
	if err != nil {
		return grant.Grant{}, err
	}
	others, err := d.approvers(ctx, p, c)
	if err != nil {
		return grant.Grant{}, err
	}
	return d.ask(ctx, p, grant.Grant{For: grant.Trace, Case: id, What: connection, Reason: reason, Why: why, By: p.Login, Alone: len(others) == 0})
}

// Traced is what is known of a seeker's live connection.
type Traced struct {
	Grant grant.Grant
	Peers []triage.Peer
}

// Trace looks where the connection comes from, from this moment on and as long as the grant lasts, and shows it to who asked,
// on the screen alone. Nothing of it was there before. What has gone by then can never be looked at: ask again while the
// seeker is there. It answers what is known so far, since the gateway takes a moment.
func (d *Desk) Trace(ctx context.Context, p staff.Person, id string) (Traced, error) {
	g, err := d.grantOf(ctx, p, id)
	if err == nil && g.For != grant.Trace {
		err = triage.ErrUnknown
	}
	if err != nil {
		return Traced{}, err
	}
	if g.By != p.Login || g.State(d.Register.Now()) != grant.Approved {
		return Traced{Grant: bare(g)}, nil
	}
	c, _, err := d.Store.Load(ctx, g.Case)
	if err != nil {
		return Traced{}, err
	}
	if err := mayAct(p, c); err != nil {
		return Traced{}, err
	}
	if err := d.enter(ctx, p, entryOf(g, "trace")); err != nil {
		return Traced{}, err
	}
	if g, err = d.traceKey(ctx, p, g); err != nil {
		return Traced{}, err
	}
	peers, err := d.Tracer.Traced(ctx, g.Case, g.Words)
	if err == nil {
		err = d.Tracer.AskTrace(ctx, g.Case, g.Words, g.Ends(d.Register.Now()))
	}
	return Traced{bare(g), peers}, err
}

// traceKey makes the key of the question, the first time, and says so in the case.
func (d *Desk) traceKey(ctx context.Context, p staff.Person, g grant.Grant) (grant.Grant, error) {
	if len(g.Words) > 0 {
		return g, nil
	}
	key, err := d.Tracer.BeginTrace(ctx, g.Case)
	if errors.Is(err, triage.ErrNoWords) {
		return g, refuse(triage.CodeState, "この人は窓口のページから書いていないので、調べられる通信がありません。")
	}
	if err != nil {
		return g, err
	}
	g, err = d.Register.Change(ctx, g.ID, func(g *grant.Grant) error {
		if len(g.Words) == 0 {
			g.Words = key
		}
		return nil
	})
	if err != nil {
		return g, err
	}
	return g, d.note(ctx, p, g, "grant_use")
}
