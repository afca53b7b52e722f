// Package keyring keeps a share of the key of every case, apart from everything that is sealed with it.
//
// A case's key is wrapped twice over: by a master, which lies in a file, and by the case's share, which lies here. Whoever
// lacks either reads nothing. Destroying the share therefore destroys the case at once wherever it is: in the live store, in
// its replicas, and in every backup of it, however old, which only ever hold the wrapped key. That holds as long as the
// shares themselves are kept elsewhere and not backed up beside the cases: on a Redis of their own, of which the newest copy
// alone is kept. A share is 32 random bytes, and tells nothing of the case.
//
// A share has a random name, which the case keeps beside its wrapped key; a case that begins anew has another. The shares of
// one use are in 64 hashes, {kNN}:USE, by the first two digits of the case's id. What was ended leaves a mark there. Rewrite
// takes destroyed ones out of the server's own log, and every process that runs forgets them within a minute.
package keyring

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Errors that callers tell apart with errors.Is.
var (
	ErrUnknown     = errors.New("keyring: there is no such share")
	ErrUnavailable = errors.New("keyring: the server cannot be reached") // nothing is known to have happened
)

// The lengths of a share and of its name.
const (
	Bytes     = 32
	NameBytes = 18
)

// remembered is how many shares a Ring holds in memory before it begins anew: about a megabyte.
const remembered = 10_000

// held is how long a Ring holds a share in memory, used or not: another process may have destroyed it meanwhile.
const held = time.Minute

// Ring keeps the shares of one use. It is safe for concurrent use and has nothing to close.
type Ring struct {
	client redis.UniversalClient
	use    string

	held time.Duration

	mu           sync.Mutex
	known, older map[string][]byte // what was asked for in this half of the time that it is held, and in the half before
	ages         bool              // a timer runs
}

// New returns the ring of that use (body, identity) behind the client, which stays the caller's.
func New(client redis.UniversalClient, use string) *Ring { return Holding(client, use, held) }

// Holding returns a ring that holds shares in memory no longer than that.
func Holding(client redis.UniversalClient, use string, held time.Duration) *Ring {
	return &Ring{client: client, use: use, held: held, known: map[string][]byte{}}
}

// Make makes a share for a case and returns its name, which is NameBytes long.
func (r *Ring) Make(ctx context.Context, id string) (name string, share []byte, err error) {
	name = (id + "00")[:2] + strings.ToLower(rand.Text()[:NameBytes-2])
	share = make([]byte, Bytes)
	_, _ = rand.Read(share) // never fails: it ends the program instead
	if err := r.client.HSet(ctx, r.key(name), name, share).Err(); err != nil {
		return "", nil, away(ctx)
	}
	r.remember(name, share)
	return name, share, nil
}

// Share returns the share of that name, or ErrUnknown.
func (r *Ring) Share(ctx context.Context, name string) ([]byte, error) {
	shares, err := r.Shares(ctx, name)
	if err != nil {
		return nil, err
	}
	if shares[0] == nil {
		return nil, ErrUnknown
	}
	return shares[0], nil
}

// Shares returns the share of each name, nil where there is none, in one pipeline.
func (r *Ring) Shares(ctx context.Context, names ...string) ([][]byte, error) {
	out := make([][]byte, len(names))
	asked := map[int]*redis.StringCmd{}
	pipe := r.client.Pipeline()
	r.mu.Lock()
	for i, name := range names {
		if out[i] = r.recall(name); out[i] == nil {
			asked[i] = pipe.HGet(ctx, r.key(name), name)
		}
	}
	r.mu.Unlock()
	if len(asked) == 0 {
		return out, nil
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, away(ctx)
	}
	for i, reply := range asked {
		share, err := reply.Bytes()
		if errors.Is(err, redis.Nil) || err == nil && len(share) != Bytes {
			continue
		}
		if err != nil {
			return nil, away(ctx)
		}
		out[i] = share
		r.remember(names[i], share)
	}
	return out, nil
}

// Destroy destroys the share of that name, for good. Destroying what is not there does nothing.
func (r *Ring) Destroy(ctx context.Context, name string) error {
	r.forget(name)
	gone, err := r.client.HDel(ctx, r.key(name), name).Result()
	if err != nil {
		return away(ctx)
	}
	if gone == 0 {
		return nil
	}
	if err := r.client.Set(ctx, traces, "1", 0).Err(); err != nil {
		return away(ctx)
	}
	return nil
}

// End destroys the share of that name, as Destroy does, and leaves a mark that this was done: whoever finds something that the share
// closed, in a copy from before, knows that it was ended and not lost. The mark tells nothing else.
func (r *Ring) End(ctx context.Context, name string) error {
	r.forget(name)
	share, err := r.client.HGet(ctx, r.key(name), name).Bytes()
	switch {
	case errors.Is(err, redis.Nil) || err == nil && len(share) != Bytes:
		return nil
	case err != nil:
		return away(ctx)
	}
	if err := r.client.HSet(ctx, r.key(name), name, mark).Err(); err != nil {
		return away(ctx)
	}
	if err := r.client.Set(ctx, traces, "1", 0).Err(); err != nil {
		return away(ctx)
	}
	return nil
}

// Ended reports whether the share of that name was destroyed by End.
func (r *Ring) Ended(ctx context.Context, name string) (bool, error) {
	value, err := r.client.HGet(ctx, r.key(name), name).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return false, away(ctx)
	}
	return value == mark, nil
}

// mark stands in the place of a share that was ended.
const mark = "ended"

// traces is there while the server's log may still hold shares that were destroyed.
const traces = "{k00}:traces"

// Rewrite takes what was destroyed since the last time out of the server's own log, where it would stay readable until the
// server rewrites it by itself. It is for a server that keeps shares alone, and does nothing where nothing was destroyed.
// beside are other servers, whose logs still hold what led to the cases: messages on their way, which no share closes.
func Rewrite(ctx context.Context, client redis.UniversalClient, beside ...redis.UniversalClient) error {
	gone, err := client.Del(ctx, traces).Result()
	if err != nil {
		return away(ctx)
	}
	if gone == 0 {
		return nil
	}
	err = begin(ctx, client)
	for _, other := range beside {
		err = errors.Join(err, begin(ctx, other))
	}
	if err != nil {
		return errors.Join(away(ctx), client.Set(ctx, traces, "1", 0).Err())
	}
	return nil
}

// begin lets every server behind the client write its log anew. One that is at it already (for another client, a moment ago)
// is left to it.
func begin(ctx context.Context, client redis.UniversalClient) error {
	one := func(ctx context.Context, c redis.Cmdable) error {
		err := c.BgRewriteAOF(ctx).Err()
		if err != nil && strings.Contains(err.Error(), "in progress") {
			return nil
		}
		return err
	}
	if many, ok := client.(*redis.ClusterClient); ok {
		return many.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error { return one(ctx, c) })
	}
	return one(ctx, client)
}

func (r *Ring) key(name string) string { return "{k" + (name + "00")[:2] + "}:" + r.use }

func (r *Ring) remember(name string, share []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= remembered {
		clear(r.known)
	}
	r.known[name] = share
	if !r.ages {
		r.ages = true
		time.AfterFunc(r.held/2, r.age)
	}
}

// recall returns a share that is held, or nil. It is called with the lock.
func (r *Ring) recall(name string) []byte {
	if share := r.known[name]; share != nil {
		return share
	}
	return r.older[name]
}

func (r *Ring) forget(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, name)
	delete(r.older, name)
}

// age forgets what is held since the half before this one, and comes again as long as anything is held.
func (r *Ring) age() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.older, r.known = r.known, map[string][]byte{}
	if r.ages = len(r.older) > 0; r.ages {
		time.AfterFunc(r.held/2, r.age)
	}
}

// NameOf is the name of the share that a lock begins with: the name, then the wrapped key.
func NameOf(lock string) string { return lock[:min(len(lock), NameBytes)] }

// away is the error where the client failed. What the server said is not told: it may repeat a command's values.
func away(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return ErrUnavailable
}
