//go:build !linux

package grant

import "time"

// sinceBoot counts for this process alone: only Linux tells of the machine's start.
func sinceBoot() (boot string, up func() time.Duration) { return sinceProcess() }
