package staff

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// PresentFor is how long somebody counts as there after they last did something.
const PresentFor = 10 * time.Minute

const (
	presentKey = "{staff}:present" // sorted set: an account's name by the minute at which it was last used, in Unix minutes
	actedKey   = "{staff}:acted"   // the same of who did more than read by a token
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

// Seen notes that the person did something just now. It is an aid and refuses nobody anything: that it could not be
// written is forgotten.
func (a *Accounts) Seen(ctx context.Context, p Person) {
	a.note(ctx, presentKey, p)
	a.note(ctx, actedKey, p)
}

// Read notes that something was read just now by the person's token: they are there, though it may be that only a program is.
func (a *Accounts) Read(ctx context.Context, p Person) { a.note(ctx, presentKey, p) }

func (a *Accounts) note(ctx context.Context, key string, p Person) {
	name := a.name(p.Login)
	if now := a.desk(); a.seen.due(key+name, now) {
		_ = a.client.ZAdd(ctx, key, redis.Z{Score: float64(now.Unix() / 60), Member: name}).Err()
	}
}

// Away notes that the person has signed out.
func (a *Accounts) Away(ctx context.Context, p Person) {
	name := a.name(p.Login)
	for _, key := range []string{presentKey, actedKey} {
		a.seen.mu.Lock()
		delete(a.seen.last, key+name)
		a.seen.mu.Unlock()
		_ = a.client.ZRem(ctx, key, name).Err()
	}
}

// Present returns who did something within PresentFor, in no order.
func (a *Accounts) Present(ctx context.Context) ([]Person, error) { return a.noted(ctx, presentKey) }

// Acting returns those of them who did more than read by a token.
func (a *Accounts) Acting(ctx context.Context) ([]Person, error) { return a.noted(ctx, actedKey) }

func (a *Accounts) noted(ctx context.Context, key string) ([]Person, error) {
	since := a.desk().Add(-PresentFor).Unix() / 60
	names, err := a.client.ZRangeByScore(ctx, key, &redis.ZRangeBy{Min: strconv.FormatInt(since, 10), Max: "+inf"}).Result()
	if err != nil {
		return nil, backend(ctx)
	}
	var people []Person
	for _, name := range names {
		r, _, err := a.read(ctx, name)
		switch {
		case errors.Is(err, ErrUnknown):
		case err != nil:
			return nil, err
		case !r.Disabled:
			people = append(people, r.person())
		}
	}
	return people, nil
}
