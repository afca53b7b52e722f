package main

import (
	"sync/atomic"
	"time"

	"madoguchi/triage"
)

// deskClock is the desk's time. It runs with the machine's and can be set off from it, which only the demonstration does.
type deskClock struct{ ahead atomic.Int64 }

// Now returns the desk's time, in Japan.
func (c *deskClock) Now() time.Time {
	return time.Now().Add(time.Duration(c.ahead.Load())).In(triage.JST)
}

// Set moves the clock to t.
func (c *deskClock) Set(t time.Time) { c.ahead.Store(int64(time.Until(t))) }
