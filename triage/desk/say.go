package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/staff"
)

const maxMessageID = 64

// Say answers the seeker and returns the number of that message among the desk's. The same messageID said again by the
// same person is the same message. A placeholder in the text is filled in with the seeker's own word on the way.
//
// A lead who answers a waiting case takes it by that, so that the next message finds the same voice.
func (d *Desk) Say(ctx context.Context, p staff.Person, id triage.CaseID, messageID, text string) (int64, error) {
	return d.SayUntil(ctx, p, id, messageID, text, time.Time{})
}

// SayUntil is Say with a promise, where promised is not zero: when the seeker is spoken with next. It takes the place of NextTime
// in the text, and becomes a duty of whoever has the case then.
func (d *Desk) SayUntil(ctx context.Context, p staff.Person, id triage.CaseID, messageID, text string, promised time.Time) (int64, error) {
	if err := d.promisable(promised); err != nil {
		return 0, err
	}
	if strings.Contains(text, NextTime) {
		if promised.IsZero() {
			return 0, bad("次に話す時を選ぶか、" + NextTime + " を書きかえてください。")
		}
		text = strings.ReplaceAll(text, NextTime, city.SayPoint(promised))
	}
	return d.say(ctx, p, id, messageID, text, false, promised)
}

func (d *Desk) say(ctx context.Context, p staff.Person, id triage.CaseID, messageID, text string, interim bool, promised time.Time) (int64, error) {
	if n := utf8.RuneCountInString(messageID); n < 1 || n > maxMessageID {
		return 0, bad("番号（id）は1文字から64文字までです。")
	}
	if err := words(text, maxSay); err != nil {
		return 0, err
	}
	key := "say:" + p.Login + ":" + messageID
	var scrubbed triage.Scrubbed
	var seq, version int64
	after, err := d.perform(ctx, p, id, act{what: "say", may: mayAct,
		do: func(c triage.Case, events []triage.Event) ([]triage.Event, error) {
			if i := slices.IndexFunc(events, func(e triage.Event) bool { return e.ID == key }); i >= 0 {
				seq, version = events[i].Said, c.Version
				return nil, nil
			}
			if c.OptedOut {
				return nil, refuse(triage.CodeOptedOut, "相談した人が、連絡を止めています。返事は送れません。")
			}
			if err := unwanted(c, events); err != nil {
				return nil, err
			}
			if !joined(p, c) {
				if err := d.impartial(ctx, p.Login, c); err != nil {
					return nil, err
				}
			}
			if scrubbed.Words == nil {
				var err error
				if scrubbed, err = d.Front.Scrub(ctx, id, text); err != nil {
					return nil, err
				}
			}
			e := d.event(p, triage.KindMessage)
			e.ID, e.Text, e.Words, e.Said, e.Interim = key, scrubbed.Text, scrubbed.Words, c.Said+1, interim
			news := []triage.Event{e}
			if c.State == triage.Waiting {
				var until time.Time
				if interim {
					until = e.At.Add(d.lease())
				}
				news = append(d.assignment(p, triage.DoClaim, p.Login, until), e)
			}
			if !interim {
				news = append(append(news, d.keepsPromise(c)...), d.promise(c, promised)...)
			}
			seq, version = e.Said, c.Version+int64(len(news))
			return news, nil
		}})
	if err != nil {
		return 0, err
	}
	if after.Version != version { // the same message was said meanwhile, and this one was left out
		if seq, err = d.said(ctx, id, key); err != nil {
			return 0, err
		}
	}
	d.light(ctx, id, triage.DoingWaiting)
	return seq, nil
}

// said returns the number of a message that is known to be there.
func (d *Desk) said(ctx context.Context, id triage.CaseID, key string) (int64, error) {
	_, events, err := d.Store.Load(ctx, id)
	for _, e := range events {
		if e.ID == key {
			return e.Said, nil
		}
	}
	return 0, cmp.Or(err, triage.ErrUnavailable)
}

// Note writes words that only staff see. Of who is not entrusted with the case it names nobody but by the placeholders that they
// write themselves.
func (d *Desk) Note(ctx context.Context, p staff.Person, id triage.CaseID, text string) (triage.Case, error) {
	if err := words(text, maxText); err != nil {
		return triage.Case{}, err
	}
	e := d.event(p, triage.KindNote)
	return d.perform(ctx, p, id, act{what: "note", may: mayNote, erased: true,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			var err error
			e.Text, err = d.scrubbedBy(ctx, p, c, text)
			return []triage.Event{e}, err
		}})
}
