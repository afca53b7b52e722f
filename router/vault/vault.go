// Package vault keeps who people are: the addresses that they can be reached at, their messages as they wrote them, what
// the placeholders of a case stand for, and the seed of their mailbox.
//
// It promises that none of it can be read at rest, and that it can be destroyed. Every case has a random key of its own,
// kept beside its record and wrapped by the identity key set (Keys), which lies in a file that only the router and the
// courier read, together with the case's share, which is kept elsewhere (package keyring). Whatever is sealed with the case's
// key is bound to its case, its field and (where it changes) its version, so no record can be moved, swapped or rolled back
// alone. Shred destroys the share and removes the record; the outgoing
// words of the desk, which other stores hold, are sealed with the same key and end with it.
//
// Forget destroys one message, which its sender took back, and what is known from it alone; here, and not in a copy of Redis
// that was made before. There it lies sealed with the key of its case, which has to go on opening the rest: whoever has that
// copy, the key set and the share reads it, until the case is shredded. A key of its own for each message would not end that
// earlier, since the case's words and its glossary of then lie in the same copy; it is the copy that has to end.
//
// The vault has a Redis of its own, if a city wants that: it shares no key and no script with the desk's. A record is one
// hash {vNN}:case:ID, in the partition that the case's id names. Names of keys and fields are case ids and keyed digests,
// nothing has a time to live, and lengths are padded to 512·2ⁿ bytes. A record is read whole, changed and put back with the
// version that was read, so that two writers cannot overwrite each other.
//
// There is no index by name, number or address: whether somebody has a case cannot be asked. The one way from a person to
// a case is an alias, named by a keyed pseudonym that only the router can compute.
package vault

import (
	"context"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage/keyring"
)

// Errors that callers tell apart with errors.Is. None of them says more than its text, but for a server's error code.
var (
	ErrUnknown     = errors.New("vault: no such record")
	ErrConflict    = errors.New("vault: somebody else changed the record")
	ErrDamaged     = errors.New("vault: a sealed record cannot be opened") // wrong key, wrong place or tampered with
	ErrUnavailable = errors.New("vault: the server cannot be reached")     // nothing is known to have happened
)

// partitions is the number of hash tags that records are spread over.
const partitions = 64

//go:embed put.lua
var putSource string

//go:embed shred.lua
var shredSource string

//go:embed unalias.lua
var unaliasSource string

// Vault keeps the records. It is safe for concurrent use and has nothing to close.
type Vault struct {
	client redis.UniversalClient
	keys   *Keys
	ring   *keyring.Ring

	put, shred, free *redis.Script
}

// New returns the vault behind the client, which stays the caller's; ring keeps the shares of its cases' keys. The client
// must not repeat commands by itself.
func New(client redis.UniversalClient, keys *Keys, ring *keyring.Ring) *Vault {
	return &Vault{client: client, keys: keys, ring: ring, put: redis.NewScript(putSource), shred: redis.NewScript(shredSource),
		free: redis.NewScript(unaliasSource)}
}

// Open returns the record of the case, or ErrUnknown.
func (v *Vault) Open(ctx context.Context, id string) (*Record, error) {
	key, err := recordKey(id)
	if err != nil {
		return nil, err
	}
	names := []string{"v", "k", "r"}
	values, err := v.client.HMGet(ctx, key, names...).Result()
	if err != nil {
		return nil, failure(ctx, err)
	}
	fields := map[string]string{}
	for i, value := range values {
		if text, ok := value.(string); ok {
			fields[names[i]] = text
		}
	}
	return v.opened(ctx, id, fields)
}

// opened opens the record that lies in those fields.
func (v *Vault) opened(ctx context.Context, id string, fields map[string]string) (*Record, error) {
	version, found := fields["v"]
	wrapped, keyed := fields["k"]
	sealed, kept := fields["r"]
	if !found {
		return nil, ErrUnknown
	}
	if !keyed || !kept {
		return nil, ErrDamaged
	}
	c, err := v.unlock(ctx, id, wrapped)
	if err != nil {
		return nil, err
	}
	r := &Record{id: id, version: version, lock: []byte(wrapped), key: c}
	if err := r.unseal([]byte(sealed)); err != nil {
		return nil, ErrDamaged
	}
	return r, nil
}

// unlock opens the key of a record that is there (the name of its share, then the wrapped key), or fails with ErrDamaged
// where it cannot be opened any more.
func (v *Vault) unlock(ctx context.Context, id, lock string) (*caseKey, error) {
	name := keyring.NameOf(lock)
	share, err := v.ring.Share(ctx, name)
	if err != nil {
		return nil, locked(ctx, err)
	}
	key, err := v.keys.openCase(id, []byte(lock[len(name):]), share)
	if err != nil {
		return nil, ErrDamaged
	}
	return key, nil
}

// Fresh returns an empty record for a case that has none. Nothing but the share of its key is kept until Put.
func (v *Vault) Fresh(ctx context.Context, id string) (*Record, error) {
	if _, err := recordKey(id); err != nil {
		return nil, err
	}
	name, share, err := v.ring.Make(ctx, id)
	if err != nil {
		return nil, locked(ctx, err)
	}
	c, wrapped := v.keys.newCase(id, share)
	return &Record{id: id, version: "0", lock: append([]byte(name), wrapped...), key: c}, nil
}

// locked is the error for what the ring returned.
func locked(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, keyring.ErrUnknown):
		return ErrDamaged
	}
	return ErrUnavailable
}

// Original is something as it came, under the id of the event that it became. The first one of an id stays.
type Original struct {
	Event string
	Data  []byte
}

// Put keeps the record, with originals beside it, in one act. It fails with ErrConflict where the record has changed since
// it was opened, or exists where it was fresh; then nothing is kept. After a success the record can be changed and put again.
func (v *Vault) Put(ctx context.Context, r *Record, originals ...Original) error {
	key, err := recordKey(r.id)
	if err != nil {
		return err
	}
	next, sealed, err := r.seal()
	if err != nil {
		return err
	}
	args := []any{r.version, next, r.lock, sealed}
	for _, o := range originals {
		field := v.originalField(r.id, o.Event)
		args = append(args, field, r.key.seal(field, pad(o.Data)))
	}
	done, err := v.put.Run(ctx, v.client, []string{key}, args...).Int()
	if err != nil {
		return failure(ctx, err)
	}
	if done != 1 {
		if r.version == "0" { // another began the record; that the unused share stays is no error, since alone it is nothing
			_ = v.ring.Destroy(ctx, keyring.NameOf(string(r.lock)))
		}
		return ErrConflict
	}
	r.version = next
	return nil
}

// Original returns what came as the event of that id, or ErrUnknown.
func (v *Vault) Original(ctx context.Context, id, event string) ([]byte, error) {
	key, err := recordKey(id)
	if err != nil {
		return nil, err
	}
	field := v.originalField(id, event)
	fields, err := v.client.HMGet(ctx, key, "k", field).Result()
	if err != nil {
		return nil, failure(ctx, err)
	}
	wrapped, keyed := fields[0].(string)
	sealed, kept := fields[1].(string)
	if !keyed || !kept {
		return nil, ErrUnknown
	}
	c, err := v.unlock(ctx, id, wrapped)
	if err != nil {
		return nil, err
	}
	padded, err := c.open(field, []byte(sealed))
	if err != nil {
		return nil, ErrDamaged
	}
	return unpad(padded)
}

// Forget destroys what came as the event of that id; copies of before end with the case's key (see the package). Forgetting what is not there does nothing.
func (v *Vault) Forget(ctx context.Context, id, event string) error {
	key, err := recordKey(id)
	if err != nil {
		return err
	}
	if err := v.client.HDel(ctx, key, v.originalField(id, event)).Err(); err != nil {
		return failure(ctx, err)
	}
	return nil
}

// Shred removes the record and destroys the share of its key, and with it everything that was sealed with it, here and in
// every copy; Finish does that where Shred was interrupted. It cannot be undone. Shredding what is not there does nothing. It
// fails with ErrConflict where the record changed meanwhile.
func (v *Vault) Shred(ctx context.Context, id string) error {
	key, err := recordKey(id)
	if err != nil {
		return err
	}
	now, err := v.client.HMGet(ctx, key, "v", "k").Result()
	if err != nil {
		return failure(ctx, err)
	}
	version, found := now[0].(string)
	lock, _ := now[1].(string)
	if !found {
		return nil
	}
	r, err := v.Open(ctx, id)
	switch {
	case errors.Is(err, ErrUnknown):
		return nil
	case err == nil && r.version != version:
		return ErrConflict
	case err == nil:
		for _, p := range r.Aliases {
			if err := v.unalias(ctx, p, id); err != nil {
				return err
			}
		}
	case !errors.Is(err, ErrDamaged): // what cannot be opened is shredded all the same
		return err
	}
	done, err := v.shred.Run(ctx, v.client, []string{key, brokenKey(id)}, version, keyring.NameOf(lock)).Int()
	if err != nil {
		return failure(ctx, err)
	}
	if done != 1 {
		return ErrConflict
	}
	return v.broken(ctx, brokenKey(id), keyring.NameOf(lock))
}

// broken destroys a share of which the record is gone.
func (v *Vault) broken(ctx context.Context, set, name string) error {
	if err := v.ring.Destroy(ctx, name); err != nil {
		return locked(ctx, err)
	}
	if err := v.client.HDel(ctx, set, name).Err(); err != nil {
		return failure(ctx, err)
	}
	return nil
}

// Finish destroys the shares of records that were shredded, where something came between.
func (v *Vault) Finish(ctx context.Context) error {
	var errs []error
	for i := range partitions {
		set := brokenKey(fmt.Sprintf("%02d", i))
		names, err := v.client.HGetAll(ctx, set).Result()
		if err != nil {
			return failure(ctx, err)
		}
		for name := range names {
			errs = append(errs, v.broken(ctx, set, name))
		}
	}
	return errors.Join(errs...)
}

// brokenKey names the shares of a partition's records that are gone.
func brokenKey(id string) string { return "{v" + id[:2] + "}:broken" }

// Alias makes the pseudonym lead to the case from now on. The record's Aliases must name it, so that Shred finds it.
func (v *Vault) Alias(ctx context.Context, pseudonym, id string) error {
	key := v.aliasKey(pseudonym)
	if err := v.client.Set(ctx, key, v.keys.seal(key, pad([]byte(id))), 0).Err(); err != nil {
		return failure(ctx, err)
	}
	return nil
}

// Case returns the case that the pseudonym leads to, or ErrUnknown.
func (v *Vault) Case(ctx context.Context, pseudonym string) (string, error) {
	_, id, err := v.alias(ctx, v.aliasKey(pseudonym))
	return id, err
}

// alias returns an alias as it is kept, which one that is damaged has too, and the case that it leads to.
func (v *Vault) alias(ctx context.Context, key string) (sealed, id string, err error) {
	sealed, err = v.client.Get(ctx, key).Result()
	if errors.Is(err, redis.Nil) {
		return "", "", ErrUnknown
	}
	if err != nil {
		return "", "", failure(ctx, err)
	}
	padded, err := v.keys.open(key, []byte(sealed))
	if err != nil {
		return sealed, "", ErrDamaged
	}
	plain, err := unpad(padded)
	return sealed, string(plain), err
}

// unalias removes the alias of a case that ends, unless it leads on to another case.
func (v *Vault) unalias(ctx context.Context, pseudonym, id string) error {
	key := v.aliasKey(pseudonym)
	sealed, now, err := v.alias(ctx, key)
	switch {
	case errors.Is(err, ErrUnknown), err == nil && now != id:
		return nil
	case err != nil && !errors.Is(err, ErrDamaged): // it may lead to another case
		return err
	}
	done, err := v.free.Run(ctx, v.client, []string{key}, sealed).Int()
	if err != nil {
		return failure(ctx, err)
	}
	if done != 1 {
		return ErrConflict
	}
	return nil
}

// aliasKey names an alias by a digest of the pseudonym.
func (v *Vault) aliasKey(pseudonym string) string {
	d := v.keys.digest("alias", pseudonym)
	return fmt.Sprintf("{v%02d}:alias:%s", d[len(d)-1]%partitions, hex.EncodeToString(d[:16]))
}

// originalField names an original by a digest of its event's id.
func (v *Vault) originalField(id, event string) string {
	return "o:" + hex.EncodeToString(v.keys.digest("original", id, event)[:16])
}

// recordKey names a record, or fails with ErrUnknown where the id can name no case: a partition, then lower-case letters
// and digits.
func recordKey(id string) (string, error) {
	if len(id) < 3 || len(id) > 64 || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return "", ErrUnknown
	}
	if id[0] < '0' || id[0] > '9' || id[1] < '0' || id[1] > '9' {
		return "", ErrUnknown
	}
	return "{v" + id[:2] + "}:case:" + id, nil
}

// failure is the error for what the client returned.
func failure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if said := Reduced(err); said != err {
		return fmt.Errorf("%w: %w", ErrUnavailable, said)
	}
	return ErrUnavailable
}

// Reduced is an error of Redis, or of the line to it. Of a server's answer it keeps the code (OOM, MISCONF, NOPERM) and nothing
// else, because the rest may repeat a command's values.
func Reduced(err error) error {
	var said redis.Error
	if !errors.As(err, &said) {
		return err
	}
	code, _, _ := strings.Cut(said.Error(), " ")
	if code == "" || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		code = "ERR"
	}
	return errors.New("the server says " + code)
}
