// Package band decides how long a seeker is told that the wait may be. It is pure: what the desk looks like goes in, a band of
// time comes out.
//
// A place in the queue would be a lie told to a child, since whoever is in danger goes first: it grows from two to five, and says
// that others matter more. So a seeker hears a band of time, wide enough to be kept. For one wait it stays or shrinks and never
// grows (Promise.Next); when its time has passed the desk says once that it is sorry, and no band again until that wait is over.
package band

import (
	"slices"
	"time"

	"madoguchi/triage"
)

// round is how long one conversation keeps whoever answers before they can begin the next, where nothing else is known. It is an
// assumption of this program, on the long side; the answers of the day count for more.
const round = 10 * time.Minute

// first is how long a first answer takes where nobody has given one lately.
const first = 5 * time.Minute

// Scene is what the desk looks like for one who waits.
type Scene struct {
	Ahead   map[triage.Severity]int // those who wait and come before, by danger; the seeker's own case is not among them
	Here    int                     // people who answer and are there
	Answers []time.Duration         // how long first answers took lately
	Left    time.Duration           // until the door closes, or pauses
	Today   time.Duration           // how long it is open yet today, after a pause too; no less than Left
}

// Of is the band of a scene; BandNone where nobody is there to keep a promise, or the door is closed.
func Of(s Scene) triage.Band {
	if s.Here <= 0 || s.Left <= 0 {
		return triage.BandNone
	}
	return cover(s.expected(), s.Left, max(s.Left, s.Today))
}

// expected is how long it may take: what answers took lately, and a round for every full turn of the people who are there. Who is
// in danger is given two rounds, since two people are wanted there and nobody hurries them.
func (s Scene) expected() time.Duration {
	before := 0
	for severity, n := range s.Ahead {
		if severity == triage.Emergency {
			n *= 2
		}
		before += n
	}
	return lately(s.Answers) + time.Duration(before/s.Here)*round
}

// lately is the longer of the middle two of them: half of the people waited no longer.
func lately(answers []time.Duration) time.Duration {
	if len(answers) == 0 {
		return first
	}
	sorted := slices.Sorted(slices.Values(answers))
	return sorted[len(sorted)/2]
}

// ends are the ends of the bands of minutes.
var ends = [...]struct {
	band triage.Band
	end  time.Duration
}{{triage.BandSoon, 5 * time.Minute}, {triage.BandShort, 20 * time.Minute}, {triage.BandHalf, 30 * time.Minute}}

func cover(expected, left, today time.Duration) triage.Band {
	for _, e := range ends {
		if expected <= e.end && e.end <= left {
			return e.band
		}
	}
	if expected <= today {
		return triage.BandToday
	}
	return triage.BandLater
}

// order is how the bands follow each other; what comes first is shorter.
var order = []triage.Band{triage.BandSoon, triage.BandShort, triage.BandHalf, triage.BandToday, triage.BandLater}

// Longer reports whether a tells of a longer wait than b. What says nothing is longer than all.
func Longer(a, b triage.Band) bool {
	rank := func(x triage.Band) int {
		if i := slices.Index(order, x); i >= 0 {
			return i
		}
		return len(order)
	}
	return rank(a) > rank(b)
}

// Promise is what one seeker was told of one wait.
type Promise struct {
	Since time.Time   // of the wait: a new one is promised anew
	Band  triage.Band // BandNone before the first, BandSorry after the last
	By    time.Time   // when it has passed; zero where no time was named
	Reply time.Time   // with BandSorry: by when there is an answer in any case; zero where that was not said
}

// Next is the promise after another look at the desk, left before it closes for the day: of the same wait never a longer band,
// and never a later time. It is BandSorry for good once the time has passed.
func (p Promise) Next(since time.Time, now triage.Band, at time.Time, left time.Duration) Promise {
	if !p.Since.Equal(since) || p.Band == "" {
		p = Promise{Since: since, Band: triage.BandNone}
	}
	switch {
	case p.Band == triage.BandSorry:
		return p
	case !p.By.IsZero() && at.After(p.By):
		p.Band = triage.BandSorry
		return p
	case !Longer(p.Band, now):
		return p
	}
	p.Band = now
	if by := end(now, at, left); p.By.IsZero() || !by.IsZero() && by.Before(p.By) {
		p.By = by
	}
	return p
}

// end is when a band that is said now has passed.
func end(b triage.Band, at time.Time, left time.Duration) time.Time {
	for _, e := range ends {
		if e.band == b {
			return at.Add(e.end)
		}
	}
	if b == triage.BandToday {
		return at.Add(left)
	}
	return time.Time{}
}
