package duty

import (
	"time"

	"madoguchi/triage"
)

// Calendar tells on which days the desk works.
type Calendar interface {
	// Works returns when the office closes on t's day, or false where the desk does not work on that day.
	Works(t time.Time) (closes time.Time, ok bool)
}

// Term is a length of time that a rule gives. Exactly one of its fields is set; the zero Term is none at all.
type Term struct {
	Span     time.Duration // so long after
	Business int           // the close of the n-th business day after that day
	Months   int           // so many months after, by the calendar
	Years    int           // the end of the n-th fiscal year after that one: 31 March
	Today    bool          // the end of that same day (即日), whether or not the desk works on it
	Date     string        // the end of the next such day of a year, 03-29

	byDay bool // Span counts days and ends with the last of them
}

// IsZero reports whether there is no term.
func (t Term) IsZero() bool { return t == Term{} }

// longest ends the search for a business day in a calendar that has none.
const longest = 2 * 366

// After returns when the term that begins at from ends.
func (t Term) After(from time.Time, cal Calendar) time.Time {
	from = from.In(triage.JST)
	y, m, d := from.Date()
	switch {
	case t.Today:
		return midnight(y, m, d+1)
	case t.Business > 0:
		left := t.Business
		for i := 1; i <= longest; i++ {
			day := midnight(y, m, d+i)
			closes, works := cal.Works(day)
			if works {
				left--
			}
			if left == 0 {
				return closes
			}
		}
		return midnight(y, m, d+t.Business+1)
	case t.Months > 0:
		return months(from, t.Months)
	case t.Years > 0:
		if m < time.April {
			y--
		}
		return midnight(y+1+t.Years, time.April, 1)
	case t.Date != "":
		day, err := time.Parse("01-02", t.Date)
		if err != nil {
			return from
		}
		end := midnight(y, day.Month(), day.Day()+1)
		if !from.Before(end) {
			end = midnight(y+1, day.Month(), day.Day()+1)
		}
		return end
	}
	if t.byDay {
		y, m, d = from.Add(t.Span).Date()
		return midnight(y, m, d+1)
	}
	return from.Add(t.Span)
}

// wholeDays is the term as it counts for what comes again: what is done once a week is done on the same weekday, and not a
// minute earlier each time. A span of hours stays as it is.
func (t Term) wholeDays() Term {
	t.byDay = t.Span > 0 && t.Span%(24*time.Hour) == 0
	return t
}

// onWorkday is that time, or where its day is none on which the desk works the close of the next one. The midnight that ends a day
// belongs to it.
func onWorkday(due time.Time, cal Calendar) time.Time {
	last := due.Add(-1)
	if _, works := cal.Works(last); works {
		return due
	}
	return Term{Business: 1}.After(last, cal)
}

func midnight(y int, m time.Month, d int) time.Time {
	return time.Date(y, m, d, 0, 0, 0, 0, triage.JST)
}

// months is the same time of the day n months later; where that month has no such day, its last one.
func months(from time.Time, n int) time.Time {
	to := from.AddDate(0, n, 0)
	if to.Day() != from.Day() {
		to = to.AddDate(0, 0, -to.Day())
	}
	return to
}
