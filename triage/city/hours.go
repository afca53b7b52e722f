package city

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// OpenAt reports whether the channel is answered at t.
func (c *City) OpenAt(channel string, t time.Time) bool {
	t = t.In(JST)
	if c.closedOn(t) {
		return false
	}
	now := t.Hour()*60 + t.Minute()
	for _, s := range c.hours(channel) {
		from, _ := s.From.minutes()
		to, _ := s.To.minutes()
		if slices.Contains(s.Days, weekdays[t.Weekday()]) && from <= now && now < to {
			return true
		}
	}
	return false
}

// NextOpen returns the first moment at or after t at which the channel is answered, or false where none comes within a
// year.
func (c *City) NextOpen(channel string, t time.Time) (time.Time, bool) {
	t = t.In(JST)
	if c.OpenAt(channel, t) {
		return t, true
	}
	midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, JST)
	for day := range 366 {
		d := midnight.AddDate(0, 0, day)
		if c.closedOn(d) {
			continue
		}
		var next time.Time
		for _, s := range c.hours(channel) {
			from, _ := s.From.minutes()
			at := d.Add(time.Duration(from) * time.Minute)
			if slices.Contains(s.Days, weekdays[d.Weekday()]) && !at.Before(t) && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
		if !next.IsZero() {
			return next, true
		}
	}
	return time.Time{}, false
}

// hours returns the channel's spans; a door without hours of its own is answered when the telephone is.
func (c *City) hours(channel string) []Span {
	if ch, ok := c.Channels[channel]; ok {
		return ch.Hours
	}
	return c.Channels["phone"].Hours
}

func (c *City) closedOn(t time.Time) bool {
	if c.Closed.Holidays && Holiday(t) != "" {
		return true
	}
	return slices.ContainsFunc(c.Closed.Days, func(s DaySpan) bool { return s.holds(t) }) ||
		slices.Contains(c.Closed.Dates, Date(t.Format(time.DateOnly)))
}

var dayNames = []string{"日", "月", "火", "水", "木", "金", "土"}

// SayHours tells when the channel is answered, as one tells a child: 月曜から金曜の、夕方5時から夜10時まで. It is empty where
// the city has not said.
func (c *City) SayHours(channel string) string {
	var parts []string
	for _, s := range c.hours(channel) {
		parts = append(parts, sayDays(s.Days)+"の、"+s.From.say()+"から"+s.To.say()+"まで")
	}
	return strings.Join(parts, "と、")
}

func sayDays(days []Weekday) string {
	var idx []int
	for _, d := range days {
		idx = append(idx, (d.index()+6)%7) // a week that begins on Monday
	}
	slices.Sort(idx)
	idx = slices.Compact(idx)
	name := func(i int) string { return dayNames[(i+1)%7] + "曜" }
	if len(idx) > 2 && idx[len(idx)-1]-idx[0] == len(idx)-1 {
		return name(idx[0]) + "から" + name(idx[len(idx)-1])
	}
	names := make([]string, len(idx))
	for i, d := range idx {
		names[i] = name(d)
	}
	return strings.Join(names, "・")
}

// SayMoment tells a moment with its date and weekday: 11月24日〔火〕の夕方5時ごろ.
func SayMoment(t time.Time) string {
	t = t.In(JST)
	return fmt.Sprintf("%d月%d日〔%s〕の%sごろ", t.Month(), t.Day(), dayNames[t.Weekday()], sayMinutes(t.Hour()*60+t.Minute()))
}
