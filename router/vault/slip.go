package vault

import (
	"context"
	"encoding/binary"
	"errors"
	"strings"

	"madoguchi/triage/keyring"
)

// slipName is what a slip's key is bound to in the place of a case.
const slipName = "slip"

// CloseSlip closes something that belongs to no case and is kept by somebody else, for a while: its key is of its own, as a
// case's is, so that BurnSlip makes every copy of it unreadable. A slip that nobody kept leaves a share that is alone, and
// alone is nothing.
func (v *Vault) CloseSlip(ctx context.Context, data []byte) ([]byte, error) {
	name, share, err := v.ring.Make(ctx, slipName)
	if err != nil {
		return nil, locked(ctx, err)
	}
	key, wrapped := v.keys.newCase(slipName, share)
	lock := name + string(wrapped)
	out := binary.BigEndian.AppendUint16(nil, uint16(len(lock))) //nolint:gosec // some hundred bytes
	out = append(out, lock...)
	return append(out, key.seal(slipName, pad(data))...), nil
}

// OpenSlip opens what CloseSlip closed, or fails with ErrDamaged: where it was burnt, too.
func (v *Vault) OpenSlip(ctx context.Context, slip []byte) ([]byte, error) {
	lock, sealed, err := partSlip(slip)
	if err != nil {
		return nil, err
	}
	key, err := v.unlock(ctx, slipName, lock)
	if err != nil {
		return nil, err
	}
	padded, err := key.open(slipName, sealed)
	if err != nil {
		return nil, ErrDamaged
	}
	return unpad(padded)
}

// BurnSlip destroys the share of a slip's key. It cannot be undone; again is harmless.
func (v *Vault) BurnSlip(ctx context.Context, slip []byte) error {
	lock, _, err := partSlip(slip)
	if err != nil {
		return err
	}
	if err := v.ring.Destroy(ctx, keyring.NameOf(lock)); err != nil && !errors.Is(err, keyring.ErrUnknown) {
		return locked(ctx, err)
	}
	return nil
}

func partSlip(slip []byte) (lock string, sealed []byte, err error) {
	if len(slip) < 2 || len(slip) < 2+int(binary.BigEndian.Uint16(slip)) {
		return "", nil, ErrDamaged
	}
	n := 2 + int(binary.BigEndian.Uint16(slip))
	return string(slip[2:n]), slip[n:], nil
}

// Whole returns the record of the case and everything that came into it as it came, in no order; or ErrUnknown. What of it
// cannot be opened any more is left out, and counted.
func (v *Vault) Whole(ctx context.Context, id string) (r *Record, originals [][]byte, damaged int, err error) {
	key, err := recordKey(id)
	if err != nil {
		return nil, nil, 0, err
	}
	fields, err := v.client.HGetAll(ctx, key).Result()
	if err != nil {
		return nil, nil, 0, failure(ctx, err)
	}
	if r, err = v.opened(ctx, id, fields); err != nil {
		return nil, nil, 0, err
	}
	for field, sealed := range fields {
		if !strings.HasPrefix(field, "o:") {
			continue
		}
		padded, err := r.key.open(field, []byte(sealed))
		if err == nil {
			padded, err = unpad(padded)
		}
		if err != nil {
			damaged++
			continue
		}
		originals = append(originals, padded)
	}
	return r, originals, damaged, nil
}
