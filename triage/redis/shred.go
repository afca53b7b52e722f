package redis

import (
	"context"
	_ "embed"
	"slices"

	"madoguchi/triage"
)

//go:embed shred.lua
var shredSource string

// Shred implements triage.Store. It destroys the share of the case's key, so that no copy can be read either, and removes
// the sealed records and every place of the case in an index. A case that cannot be opened is shredded too; what an index
// may still hold of it is then an id that leads nowhere.
func (s *Store) Shred(ctx context.Context, id triage.CaseID) error {
	if !wellFormed(id) {
		return triage.ErrUnknown
	}
	var c triage.Case
	for {
		fields, err := s.client.HMGet(ctx, caseKey(id), "v", "k", "s").Result()
		if err != nil {
			return failure(ctx, err)
		}
		if fields[0] == nil {
			return triage.ErrUnknown
		}
		keys := []string{caseKey(id), eventsKey(id), keyOf(id, "refs")}
		args := []any{fields[0], string(id), notices}
		known, err := s.opened(ctx, id, fields)
		if err != nil {
			return err
		}
		if known != nil {
			c = *known
		}
		for key := range s.facets(c) {
			keys = append(keys, key)
		}
		for _, family := range []string{ordinary, erased} {
			keys = append(keys, keyOf(id, family+"all"))
			for _, state := range triage.States {
				keys = append(keys, keyOf(id, family+stateFacet(state)))
			}
		}
		for _, kind := range triage.DueKinds {
			keys = append(keys, dueKey(id, kind))
		}
		slices.Sort(keys[3:])
		keys = append(keys[:3], slices.Compact(keys[3:])...)
		for _, ref := range c.Refs() {
			args = append(args, s.digest("ref", ref))
		}
		// The share goes first: what is left, if this ends here, nobody can read, and the next Shred removes it.
		if err := s.ring.Destroy(ctx, string(id)); err != nil {
			return locked(ctx, err)
		}
		done, err := s.shred.Run(ctx, s.client, keys, args...).Int()
		if err != nil {
			return failure(ctx, err)
		}
		if done == 1 {
			return nil
		}
	}
}
