package redis

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/keyring"
)

//go:embed rewrap.lua
var rewrapSource string

var rewrap = redis.NewScript(rewrapSource)

// IDs returns the ids of all cases that are there, also of those whose seekers withdrew them, in no order.
func (s *Store) IDs(ctx context.Context) ([]triage.CaseID, error) {
	var replies []*redis.StringSliceCmd
	pipe := s.client.Pipeline()
	for i := range partitions {
		for _, family := range []string{ordinary, erased} {
			replies = append(replies, pipe.ZRange(ctx, fmt.Sprintf("{p%02d}:%sall", i, family), 0, -1))
		}
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, failure(ctx, err)
	}
	var ids []triage.CaseID
	for _, r := range replies {
		for _, id := range r.Val() {
			ids = append(ids, triage.CaseID(id))
		}
	}
	return ids, nil
}

// Stale reports whether the key of the case is wrapped by another master than the one that seals.
func (s *Store) Stale(ctx context.Context, id triage.CaseID) (bool, error) {
	_, _, stale, err := s.anew(ctx, id)
	return stale, err
}

// Rewrap wraps the key of the case by the master that seals, where another holds it. Nothing that the key sealed changes, and
// again is harmless. A case that is gone meanwhile, or changes at this moment, is left as it is.
func (s *Store) Rewrap(ctx context.Context, id triage.CaseID) error {
	lock, anew, stale, err := s.anew(ctx, id)
	if err != nil || !stale {
		return err
	}
	if err := rewrap.Run(ctx, s.client, []string{caseKey(id)}, lock, anew).Err(); err != nil {
		return failure(ctx, err)
	}
	return nil
}

func (s *Store) anew(ctx context.Context, id triage.CaseID) (lock, anew string, stale bool, err error) {
	if !wellFormed(id) {
		return "", "", false, triage.ErrUnknown
	}
	lock, err = s.client.HGet(ctx, caseKey(id), "k").Result()
	if errors.Is(err, redis.Nil) {
		return "", "", false, nil
	}
	if err != nil {
		return "", "", false, failure(ctx, err)
	}
	name := keyring.NameOf(lock)
	share, err := s.ring.Share(ctx, name)
	if errors.Is(err, keyring.ErrUnknown) {
		return "", "", false, nil // destroyed, and with it all that another master could hold
	}
	if err != nil {
		return "", "", false, locked(ctx, err)
	}
	wrapped, stale, err := s.keys.Rewrap(string(id), []byte(lock[len(name):]), share)
	if err != nil {
		return "", "", false, triage.ErrDamaged
	}
	return lock, name + string(wrapped), stale, nil
}
