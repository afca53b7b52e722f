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

// Who writes of danger on the chat's page hears from the page at once when nobody is there. By the other doors through which one
// writes and reads they would hear nothing until the morning, so there the desk itself says it, once for each wait: that it has
// come, when somebody is there next, and who answers at any hour. It is no answer, and whoever waits for one waits still.

// readable are the doors by which words go back at once, and that have no page of their own to say them.
var readable = []string{"line", "sms", "email"}

func outsideID(since time.Time) string { return "outside:" + strconv.FormatInt(since.UnixNano(), 10) }

// outside is when who waits with grave words is to be told that nobody is there: at once outside the hours, else when they end; the
// zero time where they need not be. While somebody is there who may answer it is put off.
func (d *Desk) outside(ctx context.Context, c triage.Case, events []triage.Event) time.Time {
	if c.WaitingSince.IsZero() || c.OptedOut || c.Severity.Rank() > triage.Urgent.Rank() || !slices.Contains(readable, c.Door) ||
		happened(events, outsideID(c.WaitingSince)) {
		return time.Time{}
	}
	i := slices.IndexFunc(events, func(e triage.Event) bool {
		return e.From == triage.Seeker && e.By == "" && e.Judgement != nil && !e.At.Before(c.WaitingSince) && e.Judgement.Severity.Rank() <= triage.Urgent.Rank()
	})
	if i < 0 {
		return time.Time{}
	}
	at, now := events[i].At, d.Clock.Now()
	if until := d.atDesk(c, at); !until.IsZero() {
		at = until
	}
	if now.After(at) {
		if until := d.atDesk(c, now); !until.IsZero() {
			return until
		}
	}
	if later := now.Add(nightPause); later.After(at) && d.anyThere(ctx, sees(c)) {
		return later
	}
	return at
}

// sayOutside says by the seeker's own door that nobody is there, where that is due. events are all that happened so far.
func (d *Desk) sayOutside(ctx context.Context, c triage.Case, events []triage.Event, now time.Time) ([]triage.Event, error) {
	if at := d.outside(ctx, c, events); at.IsZero() || now.Before(at) {
		return nil, nil
	}
	text := strings.ReplaceAll(d.City.Text("danger.outside", c.Door, now, nil), "**", "")
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
	e.ID, e.From, e.Text, e.Words, e.Said = outsideID(c.WaitingSince), triage.Desk, scrubbed.Text, scrubbed.Words, c.Said+1
	return []triage.Event{e}, nil
}
