// Package redis keeps cases in Redis: it is the triage.Store of the house, on the embedded server, a single server, one
// behind Sentinel, or a cluster.
//
// It promises what triage.Store promises, and beside it that nothing readable is at rest. Events and snapshots are sealed
// with the case's own key (packages seal and keyring); the ids of events, the logins, the schools and the references in the
// indexes are keyed digests. What a dump shows is case ids, counts, size classes, states, severities, and on which day (UTC)
// a case began to wait and its work falls due.
//
// Nothing at rest tells a time finer than that day, because the minute of a child's message, laid beside the log of a school's
// Wi-Fi, would name the child. That holds of each score alike: since when a case waits is when somebody wrote; a duty is due so
// many hours after that; what the rules or the courier have to do is due at once, and the end of a lease on it is a minute
// later. So a score is for finding what may come next, and the exact time for deciding: the order within a day is restored from
// the sealed snapshots, and until when work is held, or when it comes again, is sealed beside them. Whoever adds a sorted set
// or an expiry keeps to that.
//
// All keys of a case lie in one of 64 partitions, {pNN}, named by the first two digits of its id, and each partition has
// its own indexes; so every act is one script in one slot, and a list is a merge of 64 in one pipeline. The scripts
// (append, lease, settle, shred, rewrap, round) are the only writers. Everything but the events is an index that can be made again.
//
// No TTL and no Redis clock has a part in it: times are scores, and now is always the caller's.
package redis

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/keyring"
	"madoguchi/triage/seal"
)

// partitions is the number of hash tags that cases are spread over.
const partitions = 64

// notices is the Pub/Sub channel on which the ids of changed cases are told. Notices only wake.
const notices = "madoguchi:cases"

//go:embed append.lua
var appendSource string

// Store is a triage.Store. It is safe for concurrent use and has nothing to close.
type Store struct {
	client redis.UniversalClient
	keys   *seal.Keys
	ring   *keyring.Ring
	recent recent

	append, settle, shred *redis.Script
}

var _ triage.Store = (*Store)(nil)

// New returns the store behind the client, which stays the caller's; ring keeps the shares of its cases' keys. The client
// must not repeat commands by itself (MaxRetries -1); appending again is harmless, but only the caller knows when it is
// still wanted.
func New(client redis.UniversalClient, keys *seal.Keys, ring *keyring.Ring) *Store {
	return &Store{
		client: client, keys: keys, ring: ring,
		recent: recent{cases: map[triage.CaseID]opening{}},
		append: redis.NewScript(appendSource),
		settle: redis.NewScript(settleSource),
		shred:  redis.NewScript(shredSource),
	}
}

// Append implements triage.Store. A case that was shredded begins anew with an event that it never had; the events that
// it had stay known, so that replaying them gives an empty case of version 0 and no error.
func (s *Store) Append(ctx context.Context, before triage.Case, events ...triage.Event) (triage.Case, error) {
	if !wellFormed(before.ID) {
		return triage.Case{}, triage.ErrUnknown
	}
	if before.Version == 0 {
		before = triage.Case{ID: before.ID}
	}
	if slices.ContainsFunc(events, func(e triage.Event) bool { return e.ID == "" }) {
		return triage.Case{}, errors.New("an event without an id cannot be told from another")
	}
	events = distinct(events)
	if len(events) == 0 {
		return s.current(ctx, before.ID)
	}
	key, wrapped, err := s.key(ctx, before)
	if err != nil {
		return triage.Case{}, err
	}
	for len(events) > 0 {
		after, args, err := s.compose(key, before, events)
		if err != nil {
			return triage.Case{}, err
		}
		blanks, err := s.blanks(ctx, key, before.ID, events)
		if err != nil {
			return triage.Case{}, err
		}
		plan := s.plan(before, after)
		result, err := s.append.Run(ctx, s.client, plan.keys, append([]any{before.Version, wrapped, args.snapshot,
			string(before.ID), notices, plan.json(), len(events)}, slices.Concat(args.events, blanks)...)...).Slice()
		if err != nil {
			return triage.Case{}, failure(ctx, err)
		}
		switch result[0] {
		case "ok":
			return after, nil
		case "conflict":
			s.unused(ctx, before, wrapped)
			return triage.Case{}, s.conflict(ctx, before)
		}
		events = without(events, result[1:])
	}
	s.unused(ctx, before, wrapped)
	return s.current(ctx, before.ID)
}

// conflict is the error where the case is not as before. Where nobody can read what is there any more, because it was shredded and
// a copy from before was put back, that is cleared away first, so that whoever writes again finds room.
func (s *Store) conflict(ctx context.Context, before triage.Case) error {
	if before.Version > 0 {
		return triage.ErrConflict
	}
	values, err := s.client.HMGet(ctx, caseKey(before.ID), "v", "k").Result()
	if err != nil {
		return failure(ctx, err)
	}
	f := fields(append(values, nil))
	if _, err := s.unlock(ctx, before.ID, f[1]); f[1] == "" || !errors.Is(err, triage.ErrUnknown) {
		return triage.ErrConflict
	}
	version, _ := strconv.ParseInt(f[0], 10, 64)
	if err := s.Shred(ctx, triage.Case{ID: before.ID, Version: version}); err != nil && !errors.Is(err, triage.ErrUnknown) {
		return err
	}
	return triage.ErrConflict
}

// current returns the case as it is now, or an empty one where there is none.
func (s *Store) current(ctx context.Context, id triage.CaseID) (triage.Case, error) {
	c, _, err := s.Load(ctx, id)
	if errors.Is(err, triage.ErrUnknown) {
		return triage.Case{ID: id}, nil
	}
	return c, err
}

// key returns the key that before's next events are sealed with. Where the case is not there at all it is one that the
// script will refuse, having found what is known and what is not.
func (s *Store) key(ctx context.Context, before triage.Case) (*seal.Case, []byte, error) {
	if before.Version > 0 {
		wrapped, err := s.client.HGet(ctx, caseKey(before.ID), "k").Bytes()
		if err == nil {
			key, err := s.unlock(ctx, before.ID, string(wrapped))
			return key, wrapped, err
		}
		if !errors.Is(err, redis.Nil) {
			return nil, nil, failure(ctx, err)
		}
	}
	name, share, err := s.ring.Make(ctx, string(before.ID))
	if err != nil {
		return nil, nil, locked(ctx, err)
	}
	key, wrapped := s.keys.NewCase(string(before.ID), share)
	return key, append([]byte(name), wrapped...), nil
}

// unlock opens the key of a case that is there (the name of its share, then the wrapped key), or fails: with ErrUnknown where the
// case was shredded, and what is there comes from a copy of before; with ErrDamaged where it cannot be opened for another reason.
func (s *Store) unlock(ctx context.Context, id triage.CaseID, lock string) (*seal.Case, error) {
	name := keyring.NameOf(lock)
	share, err := s.ring.Share(ctx, name)
	if errors.Is(err, keyring.ErrUnknown) {
		ended, err := s.ring.Ended(ctx, name)
		switch {
		case err != nil:
			return nil, locked(ctx, err)
		case ended:
			return nil, triage.ErrUnknown
		}
	}
	if err != nil {
		return nil, locked(ctx, err)
	}
	key, err := s.keys.OpenCase(string(id), []byte(lock[len(name):]), share)
	if err != nil {
		return nil, triage.ErrDamaged
	}
	return key, nil
}

// unused destroys the share that was made for a case which did not begin after all. That it cannot is no error: a share alone
// is nothing.
func (s *Store) unused(ctx context.Context, before triage.Case, lock []byte) {
	if before.Version == 0 {
		_ = s.ring.Destroy(ctx, keyring.NameOf(string(lock)))
	}
}

// locked is the error for what the ring returned.
func locked(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, keyring.ErrUnknown):
		return triage.ErrDamaged
	}
	return triage.ErrUnavailable
}

// composed is what append.lua takes of new events.
type composed struct {
	snapshot []byte
	events   []any // digest and sealed event, in turn
}

// compose numbers the events, folds them onto before and seals them. They are folded as they will be read again.
func (s *Store) compose(key *seal.Case, before triage.Case, events []triage.Event) (triage.Case, composed, error) {
	after, out := before, composed{}
	for _, e := range events {
		e.Seq = after.Version + 1
		plain, err := json.Marshal(e)
		if err != nil {
			return triage.Case{}, composed{}, fmt.Errorf("an event of kind %s has no JSON", e.Kind)
		}
		var read triage.Event
		if err := json.Unmarshal(plain, &read); err != nil {
			return triage.Case{}, composed{}, fmt.Errorf("an event of kind %s cannot be read again", e.Kind)
		}
		record, err := key.Seal(e.Seq, meaning(read), plain)
		if err != nil {
			return triage.Case{}, composed{}, err
		}
		out.events = append(out.events, s.keys.Digest("event", string(before.ID), e.ID), record)
		after = after.With(read)
	}
	plain, err := json.Marshal(after)
	if err != nil {
		return triage.Case{}, composed{}, errors.New("the case has no JSON")
	}
	out.snapshot, err = key.Seal(after.Version, snapshot, plain)
	return after, out, err
}

// blanks returns what takes the place of the events that the given ones blank: position and sealed rest, in turn. One that is
// not there has nothing to lose.
func (s *Store) blanks(ctx context.Context, key *seal.Case, id triage.CaseID, events []triage.Event) ([]any, error) {
	var out []any
	for _, e := range events {
		if e.Blanks == "" {
			continue
		}
		_, all, err := s.Load(ctx, id)
		if errors.Is(err, triage.ErrUnknown) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(all, func(x triage.Event) bool { return x.ID == e.Blanks })
		if i < 0 {
			continue
		}
		rest := all[i].Blank()
		plain, err := json.Marshal(rest)
		if err != nil {
			return nil, errors.New("an event has no JSON")
		}
		record, err := key.Seal(rest.Seq, meaning(rest), plain)
		if err != nil {
			return nil, err
		}
		out = append(out, i, record)
	}
	return out, nil
}

// snapshot is the meaning of a sealed Case; no event has it.
var snapshot = seal.Meaning{Kind: "snapshot"}

// meaning is the meaning of a sealed Event.
func meaning(e triage.Event) seal.Meaning {
	return seal.Meaning{Direction: string(e.From), Channel: e.Channel, Kind: string(e.Kind)}
}

// Load implements triage.Store.
func (s *Store) Load(ctx context.Context, id triage.CaseID) (triage.Case, []triage.Event, error) {
	if !wellFormed(id) {
		return triage.Case{}, nil, triage.ErrUnknown
	}
	var head *redis.SliceCmd
	var list *redis.StringSliceCmd
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		head = p.HMGet(ctx, caseKey(id), "v", "k")
		list = p.LRange(ctx, eventsKey(id), 0, -1)
		return nil
	})
	if err != nil {
		return triage.Case{}, nil, failure(ctx, err)
	}
	version, found := head.Val()[0].(string)
	wrapped, keyed := head.Val()[1].(string)
	if !found {
		return triage.Case{}, nil, triage.ErrUnknown
	}
	if !keyed || version != strconv.Itoa(len(list.Val())) {
		return triage.Case{}, nil, triage.ErrDamaged
	}
	key, err := s.unlock(ctx, id, wrapped)
	if err != nil {
		return triage.Case{}, nil, err
	}
	events := make([]triage.Event, len(list.Val()))
	for i, record := range list.Val() {
		seq := int64(i + 1)
		m, plain, err := key.Open(seq, []byte(record))
		if err != nil || json.Unmarshal(plain, &events[i]) != nil || events[i].Seq != seq || m != meaning(events[i]) {
			return triage.Case{}, nil, triage.ErrDamaged
		}
	}
	return triage.Fold(id, events), events, nil
}

// wellFormed reports whether the id can name a case: its partition, then lower-case letters and digits.
func wellFormed(id triage.CaseID) bool {
	if _, ok := partition(string(id)); !ok || len(id) < 3 || len(id) > 64 {
		return false
	}
	return !strings.ContainsFunc(string(id), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
}

// partition returns the hash tag of a case's id, which begins with the digits of its partition.
func partition(id string) (string, bool) {
	if len(id) < 2 || id[0] < '0' || id[0] > '9' || id[1] < '0' || id[1] > '9' {
		return "", false
	}
	if int(id[0]-'0')*10+int(id[1]-'0') >= partitions {
		return "", false
	}
	return "{p" + id[:2] + "}:", true
}

// keyOf returns the key of that name for a well-formed id.
func keyOf(id triage.CaseID, name string) string { return "{p" + string(id[:2]) + "}:" + name }

func caseKey(id triage.CaseID) string   { return keyOf(id, "case:"+string(id)) }
func eventsKey(id triage.CaseID) string { return keyOf(id, "events:"+string(id)) }
func knownKey(id triage.CaseID) string  { return keyOf(id, "known:"+string(id)) }

// distinct leaves out events whose id came before.
func distinct(events []triage.Event) []triage.Event {
	seen := make(map[string]bool, len(events))
	return slices.DeleteFunc(slices.Clone(events), func(e triage.Event) bool {
		again := seen[e.ID]
		seen[e.ID] = true
		return again
	})
}

// without leaves out the events at the given positions, counted from 1.
func without(events []triage.Event, known []any) []triage.Event {
	var rest []triage.Event
	for i, e := range events {
		if !slices.Contains(known, any(int64(i+1))) {
			rest = append(rest, e)
		}
	}
	return rest
}

// failure is the error for what the client returned. Of a server's answer it keeps the code (OOM, MISCONF, NOPERM) and
// nothing else, because the rest may repeat a command's values.
func failure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var said redis.Error
	if !errors.As(err, &said) {
		return triage.ErrUnavailable
	}
	code, _, _ := strings.Cut(said.Error(), " ")
	if code == "" || strings.ContainsFunc(code, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		code = "ERR"
	}
	return fmt.Errorf("%w: the server says %s", triage.ErrUnavailable, code)
}
