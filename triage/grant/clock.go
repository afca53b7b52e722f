package grant

import (
	"crypto/rand"
	"time"
)

// Moment is a moment by the two clocks of a machine: the wall clock, which people and time servers set, and the one that
// counts since the machine was started, which nobody can set.
type Moment struct {
	Wall time.Time
	Tick
}

// Tick is a moment by the clock that nobody can set. It says nothing to a machine that was started again, or to another one.
type Tick struct {
	Boot string        `json:"boot"` // which start of which machine it counts from
	Up   time.Duration `json:"up"`   // how long that was ago
}

// Machine returns the clocks of this machine.
func Machine() func() Moment {
	boot, up := sinceBoot()
	return func() Moment { return Moment{time.Now(), Tick{boot, up()}} }
}

// sinceProcess counts from now, for this process alone: where the machine does not tell of its start.
func sinceProcess() (boot string, up func() time.Duration) {
	start := time.Now()
	return rand.Text(), func() time.Duration { return time.Since(start) }
}

// since is how long the moment was ago that both clocks once showed: by the one that nobody can set, or else, after the
// machine was started again, by the wall. It is negative where the wall clock stands before that moment.
func (m Moment) since(wall time.Time, t Tick) time.Duration {
	if t.Boot != "" && t.Boot == m.Boot {
		return m.Up - t.Up
	}
	return m.Wall.Sub(wall)
}
