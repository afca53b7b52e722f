package main

import (
	"context"
	"errors"
	"time"

	"madoguchi/router"
	"madoguchi/router/envelope"
	"madoguchi/router/vault"
	"madoguchi/triage"
	store "madoguchi/triage/redis"
)

// rewrapPace is the time between two cases while their keys are wrapped anew beside other work: 100,000 cases take some minutes.
const rewrapPace = 2 * time.Millisecond

// cabinets are where keys of cases lie wrapped, and who knows the people of a case.
type cabinets struct {
	store  *store.Store
	vault  *vault.Vault
	router *router.Router
}

// newCabinets returns them. addresses may be nil: then addresses are closed anew elsewhere, at the latest by keys rotate --finish.
func newCabinets(s *store.Store, v *vault.Vault, names *router.Names, addresses *envelope.Identity, clock triage.Clock) cabinets {
	return cabinets{s, v, router.NewRouter(router.Rooms{Store: s, Vault: v, Names: names, AddressKey: addresses, Clock: clock})}
}

// rewrap wraps the keys of all cases by the keys that are in use now, and names their people by the present pepper. It can be
// cut off anywhere and done again; what is done already costs a look. A case that fails is passed over, and counted.
func (c cabinets) rewrap(ctx context.Context, pace time.Duration) (failed int, err error) {
	ids, err := c.store.IDs(ctx)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		err := errors.Join(c.store.Rewrap(ctx, id), c.vault.Rewrap(ctx, string(id)), c.router.Rename(ctx, id), c.router.Reclose(ctx, id))
		if ctx.Err() != nil {
			return failed, ctx.Err()
		}
		if errors.Is(err, triage.ErrUnavailable) || errors.Is(err, vault.ErrUnavailable) {
			return failed, triage.ErrUnavailable
		}
		if err != nil {
			failed++
		}
		if pace > 0 {
			select {
			case <-ctx.Done():
				return failed, ctx.Err()
			case <-time.After(pace):
			}
		}
	}
	return failed, nil
}

// stale counts the cases of which something is still closed by a key that was replaced.
func (c cabinets) stale(ctx context.Context) (n int, err error) {
	ids, err := c.store.IDs(ctx)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		body, err := c.store.Stale(ctx, id)
		if err != nil && !errors.Is(err, triage.ErrDamaged) {
			return 0, err
		}
		identity, err := c.vault.Stale(ctx, string(id))
		if err != nil && !errors.Is(err, vault.ErrDamaged) {
			return 0, err
		}
		address, err := c.router.Unclosed(ctx, id)
		if err != nil && !errors.Is(err, triage.ErrDamaged) {
			return 0, err
		}
		if body || identity || address {
			n++
		}
	}
	return n, nil
}

// replaced reports whether there are keys of before, by which something of a case may still be closed.
func (k *keySets) replaced() bool {
	return len(k.body.Versions()) > 1 || k.addresses != nil && len(k.addresses.Versions()) > 1 || len(k.vault.Versions()) > 1 || len(k.names.Versions()) > 1
}

// rewrapCases does so after every change of the keys, and once an hour for what was cut off, until ctx ends.
func (h *house) rewrapCases(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	all := newCabinets(h.store, h.vault, h.names, h.keys.live.addresses, h.clock)
	for {
		if h.keys.live.replaced() {
			failed, err := all.rewrap(ctx, rewrapPace)
			if (err != nil || failed > 0) && ctx.Err() == nil {
				h.log.Error("not every key could be wrapped anew", "count", failed)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-h.turned:
		case <-tick.C:
		}
	}
}
