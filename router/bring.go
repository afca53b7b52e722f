package router

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"madoguchi/channels"
	"madoguchi/router/vault"
	"madoguchi/triage"
)

// delays are the pauses after failed attempts; the last one stays.
var delays = [...]time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute}

// giveUpAfter is how long an attempt is repeated before the reply counts as undeliverable.
const giveUpAfter = 24 * time.Hour

// The details of a failed delivery that are the courier's own; others are a door's.
const (
	detailNoDoor     = "no_door"     // the seeker cannot be reached by any door that is open
	detailUnreadable = "unreadable"  // the words cannot be opened
	detailOptedOut   = "opted_out"   // the seeker sent STOP
	detailGaveUp     = "unreachable" // every attempt failed for a whole day
)

// parcel is one message on its way.
type parcel struct {
	event  triage.Event
	record *vault.Record
	door   string
	to     channels.Address // by that door, closed
	entry  channels.Entry
	notice bool // no words by that door
	urgent bool
	id     triage.CaseID
}

// bring tries to bring one message. It returns what became of it, or when to try again.
func (c *Courier) bring(ctx context.Context, k triage.Case, e triage.Event) (out triage.Delivery, again time.Time, err error) {
	sent := triage.Delivery{Said: e.Said, Status: triage.DeliverySent}
	failed := func(detail string) (triage.Delivery, time.Time, error) {
		return triage.Delivery{Said: e.Said, Status: triage.DeliveryFailed, Detail: detail}, time.Time{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	p := parcel{event: e, id: k.ID, urgent: k.Severity.Rank() <= triage.Urgent.Rank()}
	if p.record, err = c.Vault.Open(ctx, string(k.ID)); errors.Is(err, vault.ErrUnknown) {
		return failed(detailNoDoor)
	} else if err != nil {
		return out, again, err
	}
	if a := p.record.Attempt; a != nil && a.Said == e.Said && c.now().Before(a.Until) {
		return out, a.Until, nil
	}
	if p.door, p.to, p.notice = c.door(k, p.record); p.door == "" {
		return failed(detailNoDoor)
	}
	if k.OptedOut && p.door != chat {
		return failed(detailOptedOut)
	}
	if p.entry, err = c.entry(p.record, e); err != nil {
		return failed(detailUnreadable)
	}
	if p.door == chat {
		if err = c.Mailbox.Put(ctx, p.to, p.entry); err == nil {
			return sent, again, nil
		}
	} else {
		if err := c.claim(ctx, &p); errors.Is(err, vault.ErrConflict) {
			return out, c.now().Add(delays[0]), nil // another courier, or the seeker wrote just now
		} else if err != nil {
			return out, again, err
		}
		var status string
		if status, err = c.send(ctx, p); err == nil {
			sent.Status = status
			return sent, again, nil
		}
	}
	if final := (*channels.Undeliverable)(nil); errors.As(err, &final) {
		return failed(code(final.Code))
	}
	if again = c.later(ctx, p); again.IsZero() {
		return failed(detailGaveUp)
	}
	return out, again, nil
}

// door is where the seeker is answered: the door of the latest message, or the last one used that can be answered.
//
// The page behind a link is no such door, because it has no key of its own: whoever closes it comes back only by another
// link. So who wrote there is told by the door that the link went out by that there is an answer, and nothing more, since
// the page may have been chosen for the sake of others who read along at that door.
func (c *Courier) door(k triage.Case, rec *vault.Record) (name string, to channels.Address, notice bool) {
	open := func(name string) bool { return name == chat || c.way.Doors[name] != nil }
	page := rec.Contact(chat)
	behind := k.Door == chat && rec.Mailbox != nil && page.Same(rec.Mailbox.Address) && !k.OptedOut
	if a := rec.Contact(k.Door); !a.IsZero() && open(k.Door) && !behind {
		return k.Door, a, false
	}
	for _, a := range slices.Backward(rec.Contacts) {
		if kind, _, _ := channels.OpenAddress(a); open(kind) && !(behind && kind == chat) {
			return kind, a, behind
		}
	}
	if behind {
		return chat, page, false
	}
	return "", channels.Address{}, false
}

// entry is the message as the seeker reads it: the words as staff wrote them, with the seeker's own words in the place of
// placeholders. What was never readable, a whole message perhaps, is not filled in: it belongs on no screen unasked.
func (c *Courier) entry(rec *vault.Record, e triage.Event) (channels.Entry, error) {
	words, err := spelled(rec, e)
	if err != nil {
		return channels.Entry{}, err
	}
	entry := channels.Entry{Seq: e.Said, From: string(triage.Counselor), Text: words, At: e.At}
	if e.From == triage.Desk {
		entry.From = string(triage.Desk)
	}
	if q := e.Consent; q != nil {
		entry.Text = ""
		entry.Question = &channels.Question{ID: q.ID, School: q.School, Level: string(q.Level), Text: words}
		_, entry.Question.Family = triage.Family(q.School)
		if name := c.way.School(q.School); name != "" {
			entry.Question.School = name
		}
	}
	return entry, nil
}

// spelled is what a message of the desk says to the seeker.
func spelled(rec *vault.Record, e triage.Event) (string, error) {
	words := e.Text
	if e.Consent != nil && words == "" {
		words = e.Consent.Text
	}
	if len(e.Words) > 0 {
		var err error
		if words, err = rec.OpenWords(e.Words); err != nil {
			return "", err
		}
	}
	g, err := glossary(rec.Glossary)
	if err != nil {
		return "", err
	}
	return fill(words, g, readable), nil
}

func readable(placeholder string) bool { return !strings.HasPrefix(placeholder, unreadableLabel) }

// claim writes down that the provider is being asked, so that nobody else asks meanwhile; and makes the mailbox of a
// seeker who has none yet. Its alias is written before anybody can hold a link to it, so whoever writes there stays in
// this case.
func (c *Courier) claim(ctx context.Context, p *parcel) error {
	if p.record.Mailbox == nil {
		page, seed := c.Mailbox.Found()
		sealed, err := c.AddressKey.Recipient().Close(seedLabel(page), seed)
		if err != nil {
			return err
		}
		p.record.Mailbox = &vault.Mailbox{Address: page, Seed: sealed}
		p.record.Aliases = append(p.record.Aliases, c.Names.pseudonym(page))
	}
	p.try(c.now(), hold)
	if err := c.Vault.Put(ctx, p.record); err != nil {
		return err
	}
	return c.Vault.Alias(ctx, c.Names.pseudonym(p.record.Mailbox.Address), string(p.id))
}

// try counts an attempt.
func (p *parcel) try(now time.Time, pause time.Duration) {
	a := vault.Attempt{Said: p.event.Said, Since: now}
	if b := p.record.Attempt; b != nil && b.Said == a.Said {
		a = *b
	}
	a.Tries++
	a.Until = now.Add(pause)
	p.record.Attempt = &a
}

// send puts the message into the mailbox and tells the door.
func (c *Courier) send(ctx context.Context, p parcel) (status string, err error) {
	page := p.record.Mailbox
	if err := c.Mailbox.Put(ctx, page.Address, p.entry); err != nil {
		return "", err
	}
	seed, err := c.seed(page)
	if err != nil {
		return "", err
	}
	token, err := c.Mailbox.Link(ctx, page.Address, seed)
	if err != nil {
		return "", err
	}
	r := channels.Reply{ID: c.Names.reply(p.id, p.event.ID), Seq: p.event.Said, Text: p.entry.Text, Question: p.entry.Question,
		Link: c.way.PublicURL + "/#k=" + token, Urgent: p.urgent, At: p.entry.At}
	if p.notice {
		r.Text = ""
	}
	to, err := c.opened(p.to)
	if err != nil {
		return "", err
	}
	done, err := c.way.Doors[p.door].Send(ctx, to, r)
	if err != nil {
		return "", err
	}
	if done.Status == triage.DeliveryDelivered || done.Status == triage.DeliveryPaper {
		return done.Status, nil
	}
	return triage.DeliverySent, nil
}

// later says when a failed attempt is repeated, and remembers that for whoever will do it. It returns the zero time where
// it has been tried for long enough.
func (c *Courier) later(ctx context.Context, p parcel) time.Time {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
	defer cancel()
	now := c.now()
	if p.door == chat { // the others were counted when they were claimed
		p.try(now, 0)
	}
	a := p.record.Attempt
	if now.Sub(a.Since) >= giveUpAfter {
		return time.Time{}
	}
	a.Until = now.Add(delays[min(a.Tries, len(delays))-1])
	c.way.Log.Warn("courier: an attempt failed", "door", p.door, "tries", a.Tries)
	if err := c.Vault.Put(ctx, p.record); errors.Is(err, vault.ErrConflict) {
		c.remember(ctx, p.id, *a)
	}
	return a.Until
}

// remember writes the attempt into a record that has changed meanwhile. Where that fails too, the claim's own hold runs out.
func (c *Courier) remember(ctx context.Context, id triage.CaseID, a vault.Attempt) {
	rec, err := c.Vault.Open(ctx, string(id))
	if err == nil {
		rec.Attempt = &a
		err = c.Vault.Put(ctx, rec)
	}
	if err != nil {
		c.way.Log.Warn("courier: an attempt could not be written down")
	}
}
