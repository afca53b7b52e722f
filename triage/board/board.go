// Package board counts what a desk must see at a glance: on the wall, for whoever leads it, and for each counselor's own sake.
//
// All of it is pure. What is counted are numbers and times, never words: a board hangs where visitors pass, so its types have
// no place for a text of a case.
package board

import (
	"slices"
	"time"

	"madoguchi/triage"
)

// Untouched is how long a case that goes on may lie with nobody having said or done anything in it. The seven days are the
// rhythm of the weekly meeting (asahikawa-model:54): what was not touched since then was missed by two of them.
const Untouched = 7 * 24 * time.Hour

// Board is what hangs on the wall.
type Board struct {
	Waiting   []Row // one for each severity, most pressing first
	Alarms    int   // alarms that nobody has received
	Overdue   int   // duties whose time has passed, without the alarms and what schools owe
	Handoffs  int   // hand-offs that a school has not received
	Late      int   // of these, past their time
	Untouched int   // cases in which nothing was done for that long
	Open      int   // cases that somebody has
}

// Row is those who wait at one severity.
type Row struct {
	Severity triage.Severity
	N        int
	Longest  time.Duration // 0 where nobody waits
	Late     int           // of them, past the time of their answer
}

// Of counts the cases at the desk's time now. What was withdrawn, and what is over, is not counted.
func Of(cases []triage.Case, now time.Time) Board {
	b := Board{}
	for _, s := range triage.Severities {
		b.Waiting = append(b.Waiting, Row{Severity: s})
	}
	for _, c := range cases {
		if c.Erased() {
			continue
		}
		if c.State == triage.Waiting || !c.WaitingSince.IsZero() {
			b.wait(c, now)
		}
		if c.Assignee != "" && !Over(c) {
			b.Open++
		}
		for _, d := range c.Duties {
			b.owe(d, now)
		}
		for _, h := range c.Handoffs {
			if Unreceived(h) {
				b.Handoffs++
			}
		}
		if Lies(c, now) {
			b.Untouched++
		}
	}
	return b
}

func (b *Board) wait(c triage.Case, now time.Time) {
	i := slices.IndexFunc(b.Waiting, func(r Row) bool { return r.Severity == c.Severity })
	if i < 0 {
		i = len(b.Waiting) - 1
	}
	r := &b.Waiting[i]
	r.N++
	if !c.WaitingSince.IsZero() {
		r.Longest = max(r.Longest, now.Sub(c.WaitingSince))
	}
	if !c.DueAt.IsZero() && now.After(c.DueAt) {
		r.Late++
	}
}

func (b *Board) owe(d triage.Duty, now time.Time) {
	switch {
	case !d.DoneAt.IsZero():
	case d.What == "alarm":
		b.Alarms++
	case !d.Overdue(now):
	case d.Owner != "school":
		b.Overdue++
	case d.Kind == "acknowledge":
		b.Late++
	}
}

// Over reports whether the case has come to its end.
func Over(c triage.Case) bool { return c.State == triage.Resolved || c.State == triage.Closed }

// Unreceived reports whether a school has a hand-off before it that it has not received.
func Unreceived(h triage.Handoff) bool {
	return h.School != "" && h.State == triage.HandoffSent && h.ReadAt.IsZero()
}

// Lies reports whether nobody, the seeker included, has said or done anything in a case that goes on.
func Lies(c triage.Case, now time.Time) bool {
	touched := c.TouchedAt
	if touched.IsZero() {
		touched = c.OpenedAt
	}
	return !c.Erased() && !Over(c) && now.Sub(touched) >= Untouched
}
