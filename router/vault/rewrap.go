package vault

import (
	"context"
	_ "embed"
	"errors"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage/keyring"
)

//go:embed rewrap.lua
var rewrapSource string

var rewrap = redis.NewScript(rewrapSource)

// Has reports whether there is a record of the case.
func (v *Vault) Has(ctx context.Context, id string) (bool, error) {
	key, err := recordKey(id)
	if err != nil {
		return false, nil
	}
	n, err := v.client.Exists(ctx, key).Result()
	if err != nil {
		return false, failure(ctx, err)
	}
	return n == 1, nil
}

// Stale reports whether the record's key, or an alias that leads to it, is closed by another key of the set than the one that
// seals.
func (v *Vault) Stale(ctx context.Context, id string) (bool, error) {
	lock, _, stale, err := v.anew(ctx, id)
	if err != nil || stale || lock == "" {
		return stale, err
	}
	old, err := v.staleAliases(ctx, id)
	return len(old) > 0, err
}

// Rewrap closes the record's key and the aliases that lead to it by the key of the set that seals, where another did. Nothing
// that the record's own key sealed changes, and again is harmless. A record that is gone meanwhile, or changes at this moment,
// is left as it is.
func (v *Vault) Rewrap(ctx context.Context, id string) error {
	lock, anew, stale, err := v.anew(ctx, id)
	if err != nil || lock == "" {
		return err
	}
	if stale {
		key, err := recordKey(id)
		if err != nil {
			return err
		}
		if err := rewrap.Run(ctx, v.client, []string{key}, lock, anew).Err(); err != nil {
			return failure(ctx, err)
		}
	}
	old, err := v.staleAliases(ctx, id)
	if err != nil {
		return err
	}
	for _, pseudonym := range old {
		if err := v.Alias(ctx, pseudonym, id); err != nil {
			return err
		}
	}
	return nil
}

// staleAliases are the pseudonyms that lead to the record and were closed by another key than the one that seals.
func (v *Vault) staleAliases(ctx context.Context, id string) ([]string, error) {
	r, err := v.Open(ctx, id)
	if errors.Is(err, ErrUnknown) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var old []string
	for _, pseudonym := range r.Aliases {
		key := v.aliasKey(pseudonym)
		sealed, err := v.client.Get(ctx, key).Bytes()
		if errors.Is(err, redis.Nil) {
			continue
		}
		if err != nil {
			return nil, failure(ctx, err)
		}
		if !v.keys.stale(sealed) {
			continue
		}
		if now, err := v.Case(ctx, pseudonym); err == nil && now == id {
			old = append(old, pseudonym)
		}
	}
	return old, nil
}

// anew returns what a record's key is closed as, and what it would be closed as now. lock is empty where there is nothing to
// close.
func (v *Vault) anew(ctx context.Context, id string) (lock, anew string, stale bool, err error) {
	key, err := recordKey(id)
	if err != nil {
		return "", "", false, err
	}
	lock, err = v.client.HGet(ctx, key, "k").Result()
	if errors.Is(err, redis.Nil) {
		return "", "", false, nil
	}
	if err != nil {
		return "", "", false, failure(ctx, err)
	}
	name := keyring.NameOf(lock)
	wrapped := []byte(lock[len(name):])
	if !v.keys.stale(wrapped) {
		return lock, lock, false, nil
	}
	share, err := v.ring.Share(ctx, name)
	if errors.Is(err, keyring.ErrUnknown) {
		return "", "", false, nil // destroyed, and with it all that another key could hold
	}
	if err != nil {
		return "", "", false, locked(ctx, err)
	}
	secret, err := v.keys.unwrap(id, wrapped, share)
	if err != nil {
		return "", "", false, ErrDamaged
	}
	return lock, name + string(v.keys.wrap(id, secret, share)), true, nil
}
