package chat

import (
	"crypto/sha256"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"madoguchi/channels"
)

// rates counts what conversations send: a number of frames at once, and as many again in each period, evenly. It is the
// machine's clock that counts.
type rates struct {
	each  time.Duration // for one frame; 0 where there is no limit
	burst time.Duration // for all that may come at once

	mu   sync.Mutex
	full map[[32]byte]time.Time // when a conversation's allowance will be whole again
}

// parseRates reads a number and a period, such as 60/1m, or off.
func parseRates(s string) (*rates, error) {
	r := &rates{full: map[[32]byte]time.Time{}}
	if s == "off" {
		return r, nil
	}
	number, period, ok := strings.Cut(s, "/")
	n, err := strconv.Atoi(number)
	d, perr := time.ParseDuration(period)
	if !ok || err != nil || perr != nil || n < 1 || d <= 0 || d/time.Duration(n) <= 0 {
		return nil, errors.New("CHAT_RATE: expected a number and a period such as 60/1m, or off")
	}
	r.each, r.burst = d/time.Duration(n), d
	return r, nil
}

// allow counts one frame of a conversation, or says how long to wait.
func (r *rates) allow(a channels.Address, now time.Time) (wait time.Duration) {
	if r.each == 0 {
		return 0
	}
	_, who, _ := channels.OpenAddress(a)
	key := sha256.Sum256([]byte(who))
	r.mu.Lock()
	defer r.mu.Unlock()
	full := r.full[key]
	if full.Before(now) {
		full = now
	}
	full = full.Add(r.each)
	if over := full.Sub(now) - r.burst; over > 0 {
		return over
	}
	r.full[key] = full
	return 0
}

// limit returns the frame that asks to wait, or nil.
func (r *rates) limit(a channels.Address, id string) *frame {
	wait := r.allow(a, time.Now())
	if wait <= 0 {
		return nil
	}
	f := refuse(id, rateLimited)
	f.RetryAfter = int((wait + time.Second - 1) / time.Second)
	return f
}

// forget drops the conversations whose allowance is whole again.
func (r *rates) forget() {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, full := range r.full {
		if full.Before(now) {
			delete(r.full, key)
		}
	}
}
