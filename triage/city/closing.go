package city

import (
	"slices"
	"time"

	"madoguchi/triage"
)

// ClosesAt returns when the channel, which is answered at t, is answered no more: the end of the span, or of the last of spans
// that meet. It is zero where nobody answers at t.
func (c *City) ClosesAt(channel string, t time.Time) time.Time {
	if !c.OpenAt(channel, t) {
		return time.Time{}
	}
	t = t.In(triage.JST)
	midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, triage.JST)
	end := t
	for range c.hours(channel) { // each may lead on once
		for _, s := range c.hours(channel) {
			from, _ := s.From.minutes()
			to, _ := s.To.minutes()
			begins, ends := midnight.Add(time.Duration(from)*time.Minute), midnight.Add(time.Duration(to)*time.Minute)
			if slices.Contains(s.Days, weekdays[t.Weekday()]) && !begins.After(end) && ends.After(end) {
				end = ends
			}
		}
	}
	return end
}

// LeftToday is how long the channel is answered yet on t's day, without the breaks between its spans, and how long it is until the
// last of them ends. Both are zero where it is not answered at t.
func (c *City) LeftToday(channel string, t time.Time) (open, until time.Duration) {
	if !c.OpenAt(channel, t) {
		return 0, 0
	}
	t = t.In(triage.JST)
	midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, triage.JST)
	for _, s := range c.hours(channel) {
		from, _ := s.From.minutes()
		to, _ := s.To.minutes()
		begins, ends := midnight.Add(time.Duration(from)*time.Minute), midnight.Add(time.Duration(to)*time.Minute)
		if !slices.Contains(s.Days, weekdays[t.Weekday()]) || !ends.After(t) {
			continue
		}
		if begins.Before(t) {
			begins = t
		}
		open += ends.Sub(begins)
		until = max(until, ends.Sub(t))
	}
	return open, until
}
