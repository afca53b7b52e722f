package phone

import (
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"sync"
	"time"
)

// Whoever calls can have a text message sent to the number that the phone shows, and numbers can be shown that are
// somebody else's. So no phone gets many of them, and all together do not cost a city its budget.
const (
	mostForOne = 3  // in a day
	mostForAll = 60 // in an hour
)

// sparing remembers what was sent because a key was pressed. It knows numbers by a digest under a key that ends with the
// process.
type sparing struct {
	mu   sync.Mutex
	key  string
	sent []addressSent
}

type addressSent struct {
	to [sha256.Size]byte
	at time.Time
}

func newSparing() *sparing { return &sparing{key: rand.Text()} }

// allow reports whether one more may be sent to a number, and counts it.
func (s *sparing) allow(number string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = slices.DeleteFunc(s.sent, func(a addressSent) bool { return now.Sub(a.at) >= 24*time.Hour })
	to, one, all := sha256.Sum256([]byte(s.key+number)), 0, 0
	for _, a := range s.sent {
		if a.to == to {
			one++
		}
		if now.Sub(a.at) < time.Hour {
			all++
		}
	}
	if one >= mostForOne || all >= mostForAll {
		return false
	}
	s.sent = append(s.sent, addressSent{to, now})
	return true
}
