package city

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
)

// OpenAt reports whether the channel is answered at t.
func (c *City) OpenAt(channel string, t time.Time) bool {
	t = t.In(triage.JST)
	if c.closedOn(channel, t) {
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
	t = t.In(triage.JST)
	if c.OpenAt(channel, t) {
		return t, true
	}
	midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, triage.JST)
	for day := range 366 {
		d := midnight.AddDate(0, 0, day)
		if c.closedOn(channel, d) {
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

// rests returns the days on which the channel is not answered.
func (c *City) rests(channel string) Closed {
	ch, ok := c.Channels[channel]
	if !ok {
		ch = c.Channels["phone"]
	}
	if ch.Closed != nil {
		return *ch.Closed
	}
	return c.Closed
}

func (c *City) closedOn(channel string, t time.Time) bool {
	r := c.rests(channel)
	if r.Holidays && Holiday(t) != "" {
		return true
	}
	return slices.ContainsFunc(r.Days, func(s DaySpan) bool { return s.holds(t) }) ||
		slices.Contains(r.Dates, Date(t.Format(time.DateOnly)))
}

// overlaps reports whether two spans have a minute of a day in common.
func (s Span) overlaps(other Span) bool {
	from, _ := s.From.minutes()
	to, _ := s.To.minutes()
	otherFrom, _ := other.From.minutes()
	otherTo, _ := other.To.minutes()
	return from < otherTo && otherFrom < to && slices.ContainsFunc(s.Days, func(d Weekday) bool { return slices.Contains(other.Days, d) })
}

var dayNames = []string{"日", "月", "火", "水", "木", "金", "土"}

// SayHours tells when the channel is answered, as one tells a child: 月曜から金曜の、夕方5時から夜10時まで. Spans of the same days
// are told together: a lunch is a gap between two of them. It is empty where the city has not said.
func (c *City) SayHours(channel string) string {
	var parts []string
	before := ""
	for _, s := range c.hours(channel) {
		days, hours := sayDays(s.Days), s.From.say()+"から"+s.To.say()+"まで"
		if days == before {
			parts = append(parts, hours)
		} else {
			parts = append(parts, days+"の、"+hours)
		}
		before = days
	}
	return strings.Join(parts, "と、")
}

// SayClosed tells on which days nobody answers: 土曜・日曜・祝日（しゅくじつ）と、12月30日から1月4日は、休みです。 It is empty where there is
// no such day.
func (c *City) SayClosed(channel string) string {
	spans := c.hours(channel)
	if len(spans) == 0 {
		return ""
	}
	var weekly []string
	for i := range 7 {
		d := weekdays[(i+1)%7]
		if !slices.ContainsFunc(spans, func(s Span) bool { return slices.Contains(s.Days, d) }) {
			weekly = append(weekly, dayNames[(i+1)%7]+"曜")
		}
	}
	r := c.rests(channel)
	if r.Holidays {
		weekly = append(weekly, "祝日（しゅくじつ）")
	}
	var parts []string
	if len(weekly) > 0 {
		parts = append(parts, strings.Join(weekly, "・"))
	}
	for _, s := range r.Days {
		parts = append(parts, s.say())
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "と、") + "は、休みです。"
}

// SayNext tells whether the channel is answered now, or when it is next. It is empty where no time comes.
func (c *City) SayNext(channel string, now time.Time) string {
	if c.OpenAt(channel, now) {
		return "いまは、受付（うけつけ）の時間です。"
	}
	next, ok := c.NextOpen(channel, now)
	if !ok {
		return ""
	}
	return "いまは、人がいない時間です。次は、" + SayPoint(next) + "からです。"
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

// SayMoment tells about when something is, with its date and weekday: 11月24日〔火〕の夕方5時ごろ.
func SayMoment(t time.Time) string { return SayPoint(t) + "ごろ" }

// SayPoint tells when exactly: 11月24日〔火〕の夕方5時.
func SayPoint(t time.Time) string {
	t = t.In(triage.JST)
	return fmt.Sprintf("%d月%d日〔%s〕の%s", t.Month(), t.Day(), dayNames[t.Weekday()], sayMinutes(t.Hour()*60+t.Minute()))
}
