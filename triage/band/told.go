package band

import (
	"slices"

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
	w := triage.Wait{Turn: t.Turn, Band: t.Band, Care: t.Care}
	if w.Band == "" {
		w.Band = triage.BandNone
	}
	if w.Care == "" {
		w.Care = triage.CareNone
	}
	return w
}

// perVersion is more than the changes of one wait: five bands, the apology, and two of care.
const perVersion = 16

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

// Care is what the page says of it: once, and what was said by day stays. Who is on call counts only where they were reached.
func Care(before triage.Care, c triage.Case, events []triage.Event, open bool) triage.Care {
	switch {
	case !Danger(c):
		return before
	case before == triage.CareOpen || before == triage.CarePaged:
		return before
	case before != triage.CareNight && open:
		return triage.CareOpen
	case slices.ContainsFunc(events, func(e triage.Event) bool { return e.Paged && !e.At.Before(c.WaitingSince) }):
		return triage.CarePaged
	}
	return triage.CareNight
}

// Equal reports whether both tell the same.
func (t Told) Equal(o Told) bool {
	return t.Since.Equal(o.Since) && t.By.Equal(o.By) && t.Band == o.Band && t.Care == o.Care && t.Turn == o.Turn
}
