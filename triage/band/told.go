package band

import (
	"slices"
	"time"

	"madoguchi/triage"
)

// Told is what the page of one seeker was told.
type Told struct {
	Promise
	Care  triage.Care
	Turn  int64 // of the last change
	Shown int64 // the last of them that reached the page
}

// Wait is what the page shows.
func (t Told) Wait() triage.Wait {
	w := triage.Wait{Turn: t.Turn, Band: t.Band, Care: t.Care, By: t.Reply}
	if w.Band == "" {
		w.Band = triage.BandNone
	}
	if w.Care == "" {
		w.Care = triage.CareNone
	}
	return w
}

// perVersion is more than the changes between two events of a case: the care may change with whoever comes and goes.
const perVersion = 1 << 16

// With returns what is told from now on, with a turn of its own where that is another than before.
func (t Told) With(c triage.Case, p Promise, care triage.Care) Told {
	next := Told{Promise: p, Care: care, Turn: t.Turn, Shown: t.Shown}
	if a, b := t.Wait(), next.Wait(); a.Band != b.Band || a.Care != b.Care {
		next.Turn = max(t.Turn+1, c.Version*perVersion)
	}
	return next
}

// Danger reports whether the seeker wrote of a danger to life, so that the page cares for them first.
func Danger(c triage.Case) bool {
	if c.Severity == triage.Emergency {
		return true
	}
	return c.Severity == triage.Urgent && (slices.Contains(c.Flags, triage.Suicide) || slices.Contains(c.Flags, triage.SelfHarm))
}

// aNight is how long it is said that who is on call knows: a page of the night before is none of this one.
const aNight = 12 * time.Hour

// Care is what the page says now to somebody who waits and wrote of danger. It is told anew at each look: somebody is called only
// while heard says that one is there who hears it, and who is on call knows only where a page went out. Once it is told, a milder
// judgement does not end it, since what stands on the page must stay true.
func Care(before triage.Care, c triage.Case, events []triage.Event, heard bool, now time.Time) triage.Care {
	reached := func(e triage.Event) bool { return e.Paged && !e.At.Before(c.WaitingSince) && now.Sub(e.At) < aNight }
	switch {
	case (before == "" || before == triage.CareNone) && !Danger(c):
		return triage.CareNone
	case heard:
		return triage.CareOpen
	case slices.ContainsFunc(events, reached):
		return triage.CarePaged
	}
	return triage.CareNight
}

// Equal reports whether both tell the same.
func (t Told) Equal(o Told) bool {
	return t.Since.Equal(o.Since) && t.By.Equal(o.By) && t.Band == o.Band && t.Care == o.Care && t.Turn == o.Turn
}
