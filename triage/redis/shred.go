package redis

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"madoguchi/triage"
	"madoguchi/triage/keyring"
)

//go:embed shred.lua
var shredSource string

// Shred implements triage.Store. It removes the sealed records and every place of the case in an index, and then destroys the
// share of the case's key, so that no copy can be read either; Finish does that where Shred was interrupted. A case that
// cannot be opened is shredded too; what an index may still hold of it is then an id that leads nowhere.
func (s *Store) Shred(ctx context.Context, before triage.Case) error {
	id := before.ID
	if !wellFormed(id) {
		return triage.ErrUnknown
	}
	values, err := s.client.HMGet(ctx, caseKey(id), "v", "k", "s").Result()
	if err != nil {
		return failure(ctx, err)
	}
	f := fields(values)
	switch {
	case values[0] == nil:
		return triage.ErrUnknown
	case f[0] != strconv.FormatInt(before.Version, 10):
		return triage.ErrConflict
	}
	known, err := s.opened(ctx, id, f)
	if err != nil && !errors.Is(err, triage.ErrUnknown) {
		return err
	}
	c := before
	if known != nil {
		c = *known
	}
	keys := slices.Concat([]string{caseKey(id), eventsKey(id), keyOf(id, "refs"), keyOf(id, "broken")}, s.places(c))
	args := []any{f[0], string(id), notices, keyring.NameOf(f[1])}
	for _, ref := range c.Refs() {
		args = append(args, s.digest("ref", ref))
	}
	done, err := s.shred.Run(ctx, s.client, keys, args...).Int()
	if err != nil {
		return failure(ctx, err)
	}
	if done != 1 {
		return triage.ErrConflict
	}
	s.recent.forget(id)
	return s.broken(ctx, keyOf(id, "broken"), keyring.NameOf(f[1]))
}

// places are the indexes that may hold the case.
func (s *Store) places(c triage.Case) []string {
	var keys []string
	for key := range s.facets(c) {
		keys = append(keys, key)
	}
	for _, family := range []string{ordinary, erased} {
		keys = append(keys, keyOf(c.ID, family+"all"))
		for _, state := range triage.States {
			keys = append(keys, keyOf(c.ID, family+stateFacet(state)))
		}
	}
	for _, kind := range triage.DueKinds {
		keys = append(keys, dueKey(c.ID, kind))
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// broken destroys a share of which the case is gone.
func (s *Store) broken(ctx context.Context, set, name string) error {
	if err := s.ring.End(ctx, name); err != nil {
		return locked(ctx, err)
	}
	if err := s.client.SRem(ctx, set, name).Err(); err != nil {
		return failure(ctx, err)
	}
	return nil
}

// Finish destroys the shares of cases that were shredded, where something came between.
func (s *Store) Finish(ctx context.Context) error {
	var errs []error
	for i := range partitions {
		set := fmt.Sprintf("{p%02d}:broken", i)
		names, err := s.client.SMembers(ctx, set).Result()
		if err != nil {
			return failure(ctx, err)
		}
		for _, name := range names {
			errs = append(errs, s.broken(ctx, set, name))
		}
	}
	return errors.Join(errs...)
}
