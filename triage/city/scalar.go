package city

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"madoguchi/triage"
)

// scalar is a string of the file with a form of its own.
type scalar interface {
	wellFormed() bool
	expected() string // the form, in words, with an example
}

// Date is a day, 2026-12-01.
type Date string

func (d Date) wellFormed() bool { _, err := time.Parse(time.DateOnly, string(d)); return err == nil }
func (Date) expected() string   { return "a date such as 2026-12-01" }

// Value returns the day's first moment in Japan, or the zero time.
func (d Date) Value() time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), triage.JST)
	if err != nil {
		return time.Time{}
	}
	return t
}

// Clock is a time of the day, 08:45; 24:00 is the day's end.
type Clock string

func (c Clock) wellFormed() bool { _, ok := c.minutes(); return ok }
func (Clock) expected() string   { return `a time of day such as "08:45"` }

func (c Clock) minutes() (int, bool) {
	h, m, ok := strings.Cut(string(c), ":")
	hh, err1 := strconv.Atoi(h)
	mm, err2 := strconv.Atoi(m)
	total := hh*60 + mm
	return total, ok && err1 == nil && err2 == nil && len(m) == 2 && hh >= 0 && mm >= 0 && mm < 60 && total <= 24*60
}

// say returns the time as one tells it to a child: 夕方5時, 朝8時45分.
func (c Clock) say() string {
	total, _ := c.minutes()
	return sayMinutes(total)
}

func sayMinutes(total int) string {
	h, m := total/60, total%60
	part := "夜"
	switch {
	case h < 4:
		part = "夜中の"
	case h < 11:
		part = "朝"
	case h < 13:
		part = "昼の"
	case h < 16:
		part = "午後"
	case h < 19:
		part = "夕方"
	}
	if h > 12 {
		h -= 12
	}
	if m == 0 {
		return fmt.Sprintf("%s%d時", part, h)
	}
	return fmt.Sprintf("%s%d時%d分", part, h, m)
}

// Duration is a length of time, 15m, 24h or 3d.
type Duration string

func (d Duration) wellFormed() bool { _, err := d.parse(); return err == nil }
func (Duration) expected() string   { return "a length of time such as 15m, 24h or 3d" }

func (d Duration) parse() (time.Duration, error) {
	if days, ok := strings.CutSuffix(string(d), "d"); ok {
		n, err := strconv.Atoi(days)
		return time.Duration(n) * 24 * time.Hour, err
	}
	v, err := time.ParseDuration(string(d))
	if err == nil && v <= 0 {
		err = strconv.ErrRange
	}
	return v, err
}

// Value returns the length, 0 where there is none.
func (d Duration) Value() time.Duration {
	v, err := d.parse()
	if err != nil {
		return 0
	}
	return v
}

// Weekday is mon, tue, wed, thu, fri, sat or sun.
type Weekday string

var weekdays = []Weekday{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (w Weekday) wellFormed() bool { return w.index() >= 0 }
func (Weekday) expected() string   { return "one of mon, tue, wed, thu, fri, sat, sun" }

func (w Weekday) index() int {
	for i, d := range weekdays {
		if d == w {
			return i
		}
	}
	return -1
}

// DaySpan is a span of days of every year, 12-30/01-04, or one day, 08-15.
type DaySpan string

func (s DaySpan) wellFormed() bool {
	from, to := s.ends()
	_, err1 := time.Parse("01-02", from)
	_, err2 := time.Parse("01-02", to)
	return err1 == nil && err2 == nil
}
func (DaySpan) expected() string { return "days of a year such as 12-30/01-04" }

func (s DaySpan) ends() (from, to string) {
	from, to, ok := strings.Cut(string(s), "/")
	if !ok {
		to = from
	}
	return from, to
}

// say tells the span in words: 12月30日から1月4日.
func (s DaySpan) say() string {
	from, to := s.ends()
	if from == to {
		return sayDay(from)
	}
	return sayDay(from) + "から" + sayDay(to)
}

func sayDay(d string) string {
	t, err := time.Parse("01-02", d)
	if err != nil {
		return d
	}
	return fmt.Sprintf("%d月%d日", t.Month(), t.Day())
}

// holds reports whether the day is in the span, which may cross the year's end.
func (s DaySpan) holds(t time.Time) bool {
	from, to := s.ends()
	day := t.Format("01-02")
	if from <= to {
		return from <= day && day <= to
	}
	return day >= from || day <= to
}
