package router

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"

	"madoguchi/channels"
	"madoguchi/router/anonymize"
	"madoguchi/triage"
)

// A message that cannot be brought into its case is laid among the dead letters, where it stays sealed until its cause is
// mended. Its words may be somebody's last, so a person hears of it before it is laid there: as of any other message, in the
// sender's own case where that can be, with the judgement of the words as they were written.

const (
	unreadFailed   = "（機械がうまく読めなかったものです。名前などは、ふせてあります。なくなってはいません。システムの担当者が直すと、もう一度とどきます。）"
	unreadUnopened = "（機械が開けないものがとどきました。だれからで、何が書いてあるかは、わかりません。命に関わることかもしれないので、緊急として知らせています。システムの担当者に、すぐに知らせてください。）"
	// unreadMask stands for what would be a placeholder: the case's own mean other people.
	unreadMask = "〔ふせ字〕"
	// unreadRule names the reason of what nobody can judge.
	unreadRule = "unopened"
)

// Report puts before the desk that a message is about to become a dead letter; m is nil where it cannot be opened at all, which
// is taken for the worst. Reporting the same again is harmless. An error says that the desk may not know, and that it must be
// reported again.
func (r *Router) Report(ctx context.Context, m *channels.Message) error {
	if m == nil {
		return r.unopened(ctx)
	}
	if m.Status != nil {
		return nil // nobody's words
	}
	kind, who, _ := channels.OpenAddress(m.From)
	if kind == "" || who == "" {
		return r.unopened(ctx)
	}
	e, err := r.unread(ctx, kind, who, *m)
	if err != nil {
		return err
	}
	apart, nobody := r.Names.apart(m.From)[0], channels.Address{}
	for _, place := range []func(context.Context) error{
		func(ctx context.Context) error { return r.lodge(ctx, "", e, m.From) },
		func(ctx context.Context) error { return r.lay(ctx, "", e, m.From) },
		func(ctx context.Context) error { return r.lodge(ctx, apart, e, nobody) },
		func(ctx context.Context) error { return r.lay(ctx, apart, e, nobody) },
	} {
		if err = r.whole(ctx, place); err == nil {
			return nil
		}
	}
	if unreached(err) {
		return err
	}
	return r.unopened(ctx)
}

// unreached reports whether an error says that the desk's store gave no answer.
func unreached(err error) bool { return outage(err) || errors.Is(err, context.DeadlineExceeded) }

// whole calls f, which has its time, and of which a panic is only another failure. What it says may be words of a person, so it
// is dropped.
func (r *Router) whole(ctx context.Context, f func(context.Context) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, offerTimeout)
	defer cancel()
	defer func() {
		if recover() != nil {
			r.Panics.Caught("router")
			err = errPanic
		}
	}()
	return f(ctx)
}

// unread is the event of a message whose case will not take it: its words with every name masked, and what the rules say of
// them as they were written.
func (r *Router) unread(ctx context.Context, kind, who string, m channels.Message) (triage.Event, error) {
	id := m.ID
	if m.Answer != nil {
		id = m.Answer.ID + "\x00" + m.Answer.Answer
	}
	if m.At.IsZero() {
		m.At = r.Clock.Now()
	}
	e := r.judged(triage.Event{ID: r.Names.event("d", kind, who, id), At: m.At, Kind: triage.KindMessage, From: triage.Seeker, Channel: kind}, m.Text)
	if m.Kind != "" {
		e.Channel = m.Kind
	}
	out, _, err := r.censor.redact(ctx, &anonymize.Glossary{}, m.Text)
	if err != nil {
		return e, err
	}
	shown := out[0].masked(unreadMask)
	e.Text, e.Judgement, e.Schools = strings.TrimSpace(shown.text+"\n"+unreadFailed), shown.judgement(*e.Judgement), r.schools(out[0])
	return e, nil
}

// masked is the text with a mask in the place of everything that was found.
func (r redacted) masked(mask string) redacted {
	out := redacted{limit: r.limit}
	at := 0
	for _, s := range r.spans {
		out.runes = append(out.runes, r.runes[at:s.start]...)
		start := len(out.runes)
		out.runes = append(out.runes, []rune(mask)...)
		out.spans = append(out.spans, stretch{s.from, s.to, start, len(out.runes)})
		at = s.end
	}
	out.runes = append(out.runes, r.runes[at:]...)
	out.text = string(out.runes)
	return out
}

// lodge puts the event into the case, or the sender's own where that is "", with the address in the vault, so that an answer
// finds its way.
func (r *Router) lodge(ctx context.Context, id triage.CaseID, e triage.Event, from channels.Address) (err error) {
	if id == "" {
		if id, err = r.home(ctx, from); err != nil {
			return err
		}
		if k, _, err := r.Store.Load(ctx, id); err == nil && k.Erased() {
			return errWithdrawn
		}
	}
	_, err = r.take(ctx, id, e, from, nil, func(context.Context, *taking) error { return nil })
	return err
}

// lay is lodge where the vault cannot have its part in it.
func (r *Router) lay(ctx context.Context, id triage.CaseID, e triage.Event, from channels.Address) (err error) {
	if id == "" {
		if id, err = r.home(ctx, from); err != nil {
			return err
		}
	}
	before, events, err := r.Store.Load(ctx, id)
	if errors.Is(err, triage.ErrUnknown) {
		before, err = triage.Case{ID: id}, nil
	}
	switch {
	case err != nil:
		return err
	case triage.Happened(events, e.ID):
		return nil
	case before.Erased() || before.Unnamed != "":
		return errWithdrawn
	}
	_, err = r.append(ctx, before, r.owed(before, e))
	return err
}

// unopened says, in one case for all of them, that something came that cannot be opened. While nobody has done anything about
// the last one it rings already, and another adds nothing: a flood of them is one alarm.
func (r *Router) unopened(ctx context.Context) error {
	id := r.Names.caseOf("unopened")
	_, events, err := r.Store.Load(ctx, id)
	if unreached(err) {
		return err
	}
	for _, e := range slices.Backward(events) {
		if e.By != "" {
			break
		}
		if e.Kind == triage.KindMessage {
			return nil
		}
	}
	now := r.Clock.Now()
	e := triage.Event{ID: "d:" + rand.Text(), At: now, Kind: triage.KindMessage, From: triage.Seeker, Text: unreadUnopened,
		Judgement: &triage.Judgement{Severity: triage.Emergency, Flags: []triage.Flag{triage.Other},
			Reasons: []triage.Reason{{Flag: triage.Other, Rule: unreadRule}}}}
	if r.whole(ctx, func(ctx context.Context) error { return r.lodge(ctx, id, e, channels.Address{}) }) == nil {
		return nil
	}
	return r.whole(ctx, func(ctx context.Context) error { return r.lay(ctx, id, e, channels.Address{}) })
}
