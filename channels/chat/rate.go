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

// rates counts what conversations send: so many frames in a period, which begins with the first of them. It is the
// machine's clock that counts.
type rates struct {
	most   int // 0 where there is no limit
	period time.Duration

	mu    sync.Mutex
	spent map[[32]byte]spent
}

type spent struct {
	until time.Time
	n     int
}

// parseRates reads a number and a period, such as 60/1m, or off.
func parseRates(s string) (*rates, error) {
	r := &rates{spent: map[[32]byte]spent{}}
	if s == "off" {
		return r, nil
	}
	number, period, ok := strings.Cut(s, "/")
	n, err := strconv.Atoi(number)
	d, perr := time.ParseDuration(period)
	if !ok || err != nil || perr != nil || n < 1 || d <= 0 {
		return nil, errors.New("CHAT_RATE: expected a number and a period such as 60/1m, or off")
	}
	r.most, r.period = n, d
	return r, nil
}

// allow counts one frame of a conversation, or says how long to wait.
func (r *rates) allow(a channels.Address, now time.Time) (wait time.Duration) {
	if r.most == 0 {
		return 0
	}
	_, who, _ := channels.OpenAddress(a)
	key := sha256.Sum256([]byte(who))
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.spent[key]
	if !s.until.After(now) {
		s = spent{until: now.Add(r.period)}
	}
	if s.n >= r.most {
		return s.until.Sub(now)
	}
	s.n++
	r.spent[key] = s
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

// forget drops the conversations whose period is over.
func (r *rates) forget() {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, s := range r.spent {
		if !s.until.After(now) {
			delete(r.spent, key)
		}
	}
}
