// Package shelf keeps small records of the staff that belong to no case: a report that is not finished, the minutes of a
// meeting. Each is sealed with the desk's keys, so that a copy of the server shows how many there are and no more.
//
// Records of one shelf lie in one hash. Who changes one says what they read; when somebody else was faster, they read again
// and decide again, so that nobody's work is written over. Times and terms are the caller's: a shelf forgets nothing by
// itself.
package shelf

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/seal"
)

//go:embed swap.lua
var swapSource string

// Shelf keeps records of type T. It is safe for concurrent use, from several processes.
type Shelf[T any] struct {
	client redis.UniversalClient
	keys   *seal.Keys
	name   string
	swap   *redis.Script
}

// New returns the shelf of that name (lower-case letters) behind the client, which stays the caller's.
func New[T any](client redis.UniversalClient, keys *seal.Keys, name string) *Shelf[T] {
	return &Shelf[T]{client, keys, name, redis.NewScript(swapSource)}
}

func (s *Shelf[T]) key() string { return "{staff}:shelf:" + s.name }

// Find returns a record, or triage.ErrUnknown.
func (s *Shelf[T]) Find(ctx context.Context, id string) (T, error) {
	record, _, err := s.find(ctx, id)
	return record, err
}

// Change lets f change a record, which is the zero T where there is none yet; f may be called again where somebody else was
// faster. Where f fails nothing is written.
func (s *Shelf[T]) Change(ctx context.Context, id string, f func(*T) error) (T, error) {
	for {
		record, raw, err := s.find(ctx, id)
		if err != nil && !errors.Is(err, triage.ErrUnknown) {
			return record, err
		}
		if err := f(&record); err != nil {
			return record, err
		}
		plain, err := json.Marshal(record)
		if err != nil {
			return record, triage.ErrDamaged
		}
		n, err := s.swap.Run(ctx, s.client, []string{s.key()}, id, raw, s.keys.Seal(s.label(id), plain)).Int()
		if err != nil {
			return record, unavailable(ctx)
		}
		if n == 1 {
			return record, nil
		}
	}
}

// All returns every record by its id.
func (s *Shelf[T]) All(ctx context.Context) (map[string]T, error) {
	raw, err := s.client.HGetAll(ctx, s.key()).Result()
	if err != nil {
		return nil, unavailable(ctx)
	}
	all := make(map[string]T, len(raw))
	for id, sealed := range raw {
		if all[id], err = s.open(id, sealed); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Remove destroys a record; again is the same as once.
func (s *Shelf[T]) Remove(ctx context.Context, id string) error {
	if s.client.HDel(ctx, s.key(), id).Err() != nil {
		return unavailable(ctx)
	}
	return nil
}

func (s *Shelf[T]) find(ctx context.Context, id string) (record T, raw string, err error) {
	raw, err = s.client.HGet(ctx, s.key(), id).Result()
	if errors.Is(err, redis.Nil) {
		return record, "", triage.ErrUnknown
	}
	if err != nil {
		return record, "", unavailable(ctx)
	}
	record, err = s.open(id, raw)
	return record, raw, err
}

func (s *Shelf[T]) open(id, raw string) (record T, err error) {
	plain, err := s.keys.Open(s.label(id), []byte(raw))
	if err != nil || json.Unmarshal(plain, &record) != nil {
		return record, triage.ErrDamaged
	}
	return record, nil
}

// label binds a record to its place.
func (s *Shelf[T]) label(id string) string { return "shelf/" + s.name + "/" + id }

// unavailable is the error of a call that Redis did not answer; its own text is dropped.
func unavailable(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return triage.ErrUnavailable
}
