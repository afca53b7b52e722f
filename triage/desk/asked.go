package desk

import (
	"context"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/duty"
)

// asked are the duties, open and done, that a school sees with its hand-off: of the rules that a city lets a school see, what
// they find in that which was handed to this school. The case's own duties are the desk's: from those a school would tell
// what the child said afterwards, and that another school was told, and when.
func (d *Desk) asked(ctx context.Context, c triage.Case, h triage.Handoff) ([]triage.Duty, error) {
	if h.Recipient != ToSchool || h.Void() {
		return nil, nil
	}
	_, events, err := d.Store.Load(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	events, sent := handed(events, h), h.SentAt
	if h.OpensAt.After(sent) {
		h.SentAt = h.OpensAt
	}
	rules := duty.Rules{Facts: d.rules.Facts}
	for _, r := range d.rules.Duties {
		if r.Shown {
			rules.Duties = append(rules.Duties, r)
		}
	}
	own := triage.Case{ID: c.ID}
	for i, e := range events {
		own = own.With(e)
		if i+1 < len(events) && !events[i+1].At.After(sent) {
			continue
		}
		own.Handoffs = []triage.Handoff{h}
		for _, x := range rules.Owe(own, events[:i+1], d.City, e.At) {
			own = own.With(triage.Event{At: e.At, Kind: triage.KindDuty, Duty: &x})
		}
	}
	var all []triage.Duty
	for _, x := range own.Duties {
		if _, ok := rules.Rule(x.What); ok {
			x.DueAt = blunt(x, h.SentAt)
			all = append(all, x)
		}
	}
	return all, nil
}

// handed is what a school's duties may rest on: the case as it was when the person sent the hand-off, and from then on what
// the school itself does and what a person of the desk writes down. What another school did is never in it.
func handed(events []triage.Event, h triage.Handoff) []triage.Event {
	var all []triage.Event
	for _, e := range events {
		after := e.At.After(h.SentAt)
		own := e.Report != nil && e.Report.School == h.School || e.Handoff != nil && e.Handoff.ID == h.ID
		person := e.By != "" && e.From != triage.AtSchool
		switch {
		case e.Duty != nil && !(after && person): // the rules find it anew
			continue
		case after && !own && !(person && (e.Duty != nil || e.Observed != nil || e.Plan != nil || e.Change != nil)):
			continue
		}
		if !own {
			e.Report, e.Handoff = nil, nil
		}
		e.Text = "" // no duty of a school rests on words
		all = append(all, e)
	}
	return all
}

// blunt is by when a school sees that it has to do a duty: to the minute where it counts from its own hand-off, and to the end
// of the day where it counts from what more than one school may see.
func blunt(x triage.Duty, sent time.Time) time.Time {
	if x.Since.Equal(sent) {
		return minute(x.DueAt)
	}
	y, m, on := x.DueAt.Add(-time.Nanosecond).In(triage.JST).Date()
	return time.Date(y, m, on+1, 0, 0, 0, 0, triage.JST)
}

// minute is a time as a school sees it; none stays none.
func minute(t time.Time) time.Time { return t.Truncate(time.Minute) }
