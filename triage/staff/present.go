package staff

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// PresentFor is how long somebody counts as there after they last did something.
const PresentFor = 10 * time.Minute

const (
	presentKey = "{staff}:present" // sorted set: an account's name by the minute at which it was last used, in Unix minutes
	strongKey  = "{staff}:strong"  // the same of who had signed in strongly
	noteEvery  = time.Minute       // and no more often is that written
)

// seen remembers when this process last wrote down that somebody is there.
type seen struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// due reports whether it is time to write again.
func (s *seen) due(name string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		s.last = map[string]time.Time{}
	}
	if now.Sub(s.last[name]) < noteEvery {
		return false
	}
	s.last[name] = now
	return true
}

// Seen notes that the person did something just now. What reads by a token is no person who is there: it may be a program
// that nobody sits before. It is an aid and refuses nobody anything: that it could not be written is forgotten.
func (a *Accounts) Seen(ctx context.Context, p Person) {
	a.note(ctx, presentKey, p)
	if p.Strong {
		a.note(ctx, strongKey, p)
	}
}

func (a *Accounts) note(ctx context.Context, key string, p Person) {
	name := a.name(p.Login)
	if now := a.desk(); a.seen.due(key+name, now) {
		_ = a.client.ZAdd(ctx, key, redis.Z{Score: float64(now.Unix() / 60), Member: name}).Err()
	}
}

// Away notes that the person has signed out.
func (a *Accounts) Away(ctx context.Context, p Person) {
	name := a.name(p.Login)
	for _, key := range []string{presentKey, strongKey} {
		a.seen.mu.Lock()
		delete(a.seen.last, key+name)
		a.seen.mu.Unlock()
		_ = a.client.ZRem(ctx, key, name).Err()
	}
}

// Present returns who did something within PresentFor, in no order; Strong where they had signed in strongly.
func (a *Accounts) Present(ctx context.Context) ([]Person, error) {
	since := &redis.ZRangeBy{Min: strconv.FormatInt(a.desk().Add(-PresentFor).Unix()/60, 10), Max: "+inf"}
	pipe := a.client.Pipeline()
	all, strongly := pipe.ZRangeByScore(ctx, presentKey, since), pipe.ZRangeByScore(ctx, strongKey, since)
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, backend(ctx)
	}
	names, strong := all.Val(), strongly.Val()
	var people []Person
	for _, name := range names {
		r, _, err := a.read(ctx, name)
		switch {
		case errors.Is(err, ErrUnknown):
		case err != nil:
			return nil, err
		case !r.Disabled:
			p := r.person()
			p.Strong = slices.Contains(strong, name)
			people = append(people, p)
		}
	}
	return people, nil
}
