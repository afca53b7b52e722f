package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// Who writes on the chat's page hears from the page at once when nobody is there. By the other doors through which one writes and
// reads they would hear nothing until the morning, so there the desk itself says it, once for each wait: that it has come, when
// somebody is there next, and who answers at any hour. It is no answer, and whoever waits for one waits still. Words of danger have
// words of their own, which are said once as well, also after the calm ones.

// readable are the doors by which words go back at once, and that have no page of their own to say them.
var readable = []string{"line", "sms", "email"}

// The texts for them, by how they wrote.
const (
	outsideGrave = "danger.outside"
	outsideCalm  = "after.outside"
)

// outsideID names the event by which one of the texts is said, once for each wait.
func outsideID(key string, since time.Time) string {
	name := map[string]string{outsideGrave: "outside:", outsideCalm: "outside:calm:"}[key]
	return name + strconv.FormatInt(since.UnixNano(), 10)
}

// outside is when who waits is to be told that nobody is there, and by which text; the zero time where they need not be. While
// somebody is there who may answer it is put off.
func (d *Desk) outside(ctx context.Context, c triage.Case, events []triage.Event) (time.Time, string) {
	if c.WaitingSince.IsZero() || c.OptedOut || !slices.Contains(readable, c.Door) || triage.Happened(events, outsideID(outsideGrave, c.WaitingSince)) {
		return time.Time{}, ""
	}
	at, key := d.graveOutside(c, events), outsideGrave
	if at.IsZero() && !triage.Happened(events, outsideID(outsideCalm, c.WaitingSince)) {
		at, key = d.calmOutside(c, events), outsideCalm
	}
	if at.IsZero() {
		return at, ""
	}
	if later := d.Clock.Now().Add(nightPause); later.After(at) && d.anyThere(ctx, sees(c)) {
		return later, key
	}
	return at, key
}

// wrote returns the seeker's own words of this wait, but for those that they took back: who holds the phone now is not known.
func wrote(c triage.Case, events []triage.Event) []triage.Event {
	return slices.DeleteFunc(slices.Clone(events), func(e triage.Event) bool {
		return slices.Contains(c.Hidden, e.ID) || e.From != triage.Seeker || e.By != "" || e.Judgement == nil || e.Corrects != "" || e.At.Before(c.WaitingSince)
	})
}

// graveOutside is the moment for who wrote of danger: at once outside the hours, else when they end.
func (d *Desk) graveOutside(c triage.Case, events []triage.Event) time.Time {
	said := wrote(c, events)
	i := slices.IndexFunc(said, func(e triage.Event) bool { return e.Judgement.Severity.Rank() <= triage.Urgent.Rank() })
	if i < 0 || c.Severity.Rank() > triage.Urgent.Rank() {
		return time.Time{}
	}
	at, now := said[i].At, d.Clock.Now()
	if until := d.atDesk(c, at); !until.IsZero() {
		at = until
	}
	if now.After(at) {
		if until := d.atDesk(c, now); !until.IsZero() {
			return until
		}
	}
	return at
}

// calmOutside is the moment for everybody else: at once where their last words came outside the hours. Once the desk has opened
// since then, whoever is there has read it, or will.
func (d *Desk) calmOutside(c triage.Case, events []triage.Event) time.Time {
	said := wrote(c, events)
	if len(said) == 0 {
		return time.Time{}
	}
	at := said[len(said)-1].At
	if !d.atDesk(c, at).IsZero() {
		return time.Time{}
	}
	for _, door := range []string{"phone", c.Door} {
		if opens, ok := d.City.NextOpen(door, at); ok && !opens.After(d.Clock.Now()) {
			return time.Time{}
		}
	}
	return at
}

// sayOutside says by the seeker's own door that nobody is there, where that is due. events are all that happened so far.
func (d *Desk) sayOutside(ctx context.Context, c triage.Case, events []triage.Event, now time.Time) ([]triage.Event, error) {
	at, key := d.outside(ctx, c, events)
	if at.IsZero() || now.Before(at) {
		return nil, nil
	}
	text := strings.ReplaceAll(d.City.Text(key, c.Door, now, nil), "**", "")
	if text == "" {
		return nil, nil
	}
	if slices.ContainsFunc(events, func(e triage.Event) bool { return e.Paged && !e.At.Before(c.WaitingSince) }) {
		text = d.City.Text("danger.paged", c.Door, now, nil) + "\n\n" + text
	}
	scrubbed, err := d.Front.Scrub(ctx, c.ID, text)
	if err != nil {
		return nil, err
	}
	e := d.event(staff.Person{}, triage.KindMessage)
	e.ID, e.From, e.Text, e.Words, e.Said = outsideID(key, c.WaitingSince), triage.Desk, scrubbed.Text, scrubbed.Words, c.Said+1
	return []triage.Event{e}, nil
}
