package mailbox

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/crypto/argon2"

	"madoguchi/channels"
)

//go:embed wrote.lua
var wroteSource string

//go:embed try.lua
var trySource string

//go:embed choose.lua
var chooseSource string

// A PIN has few digits, so it is worth as much as the tries that it allows: some at once, then one in a time that doubles.
// It is never locked for good, since that would shut out the child and not who guesses.
const (
	freeTries = 4
	firstWait = 30 * time.Second
	mostWait  = time.Hour
)

// counted stands for a word of which nothing is kept.
const counted = "-"

var _ channels.Own = (*conversation)(nil)

// wordName names a word by a MAC of its id.
func (c *conversation) wordName(id string) string {
	return hex.EncodeToString(mac(c.reader.peppers().Name.Key, []byte("word"), []byte(c.id), []byte(id))[:16])
}

func (c *conversation) ownKeys() []string {
	return []string{c.name.key("box"), c.name.key("own"), c.name.key("pin")}
}

// Wrote implements channels.Own.
func (c *conversation) Wrote(ctx context.Context, words ...channels.Word) error {
	public, err := c.reader.client.HGet(ctx, c.name.key("pin"), "public").Bytes()
	if err != nil && !errors.Is(err, redis.Nil) {
		return failure(ctx, err)
	}
	return c.keep(ctx, public, words)
}

// keep seals the words to the key, or counts them where there is none.
func (c *conversation) keep(ctx context.Context, public []byte, words []channels.Word) error {
	args := []any{c.reader.keep().Milliseconds()}
	for _, w := range words {
		name, sealed := c.wordName(w.ID), []byte(counted)
		if len(public) > 0 {
			body, err := json.Marshal(w)
			if err != nil {
				return errors.New("mailbox: the word cannot be written") // a year beyond 9999
			}
			if sealed, err = sealPadded(public, "own "+c.id, []byte(name), body); err != nil {
				return err
			}
		}
		args = append(args, name, sealed)
	}
	state, err := c.reader.scripts.wrote.Run(ctx, c.reader.client, c.ownKeys(), args...).Text()
	if err == nil && state == "closed" {
		return channels.ErrUnknown
	}
	return failure(ctx, err)
}

// Unwrote implements channels.Own.
func (c *conversation) Unwrote(ctx context.Context, id string) error {
	return failure(ctx, c.reader.client.HDel(ctx, c.name.key("own"), c.wordName(id)).Err())
}

// Hidden implements channels.Own.
func (c *conversation) Hidden(ctx context.Context) (n int, locked bool, err error) {
	var all *redis.IntCmd
	var lock *redis.BoolCmd
	_, err = c.reader.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		all, lock = p.HLen(ctx, c.name.key("own")), p.HExists(ctx, c.name.key("pin"), "lock")
		return nil
	})
	return int(all.Val()), lock.Val(), failure(ctx, err)
}

// SetPIN implements channels.Own. The pair of keys of the words stays when the PIN changes.
func (c *conversation) SetPIN(ctx context.Context, before, pin string, words ...channels.Word) error {
	if err := c.touch(ctx); err != nil {
		return err
	}
	lock, err := c.reader.client.HGet(ctx, c.name.key("pin"), "lock").Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return failure(ctx, err)
	}
	c.mu.Lock()
	begun, seed := c.ticket.begun, c.ticket.seed
	c.mu.Unlock()
	own := newSeed()
	switch {
	case lock != "":
		if own, err = c.unlock(ctx, before); err != nil {
			return err
		}
	case !begun:
		return channels.ErrUnknown
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // it never fails
	key, err := c.pinKey(ctx, pin, salt)
	if err != nil {
		return err
	}
	public := own.private().PublicKey().Bytes()
	sealed := sealUnder(key, own[:], about("pin "+seed.id()))
	state, err := c.reader.scripts.choose.Run(ctx, c.reader.client, c.ownKeys(), salt, sealed, public, lock, c.reader.keep().Milliseconds()).Text()
	switch {
	case err != nil:
		return failure(ctx, err)
	case state != "ok":
		return channels.ErrUnknown
	case len(words) == 0:
		return nil
	}
	return c.keep(ctx, public, words)
}

// Words implements channels.Own.
func (c *conversation) Words(ctx context.Context, pin string) ([]channels.Word, error) {
	if err := c.touch(ctx); err != nil {
		return nil, err
	}
	own, err := c.unlock(ctx, pin)
	if err != nil {
		return nil, err
	}
	all, err := c.reader.client.HGetAll(ctx, c.name.key("own")).Result()
	if err != nil {
		return nil, failure(ctx, err)
	}
	private := own.private()
	words := []channels.Word{}
	for name, sealed := range all {
		var w channels.Word
		if body, ok := openPadded(private, "own "+c.id, []byte(name), []byte(sealed)); ok && json.Unmarshal(body, &w) == nil {
			words = append(words, w)
		}
	}
	slices.SortFunc(words, func(a, b channels.Word) int { return a.At.Compare(b.At) })
	return words, nil
}

// unlock opens the seed of the words' keys. A try that is right is forgotten. Where there is no PIN it costs the same.
func (c *conversation) unlock(ctx context.Context, pin string) (own seed, err error) {
	keys := c.ownKeys()[1:]
	got, err := c.reader.scripts.try.Run(ctx, c.reader.client, keys, c.reader.now().Unix()+c.reader.peppers().shift(c.name), freeTries, int(firstWait.Seconds()),
		int(mostWait.Seconds()), c.reader.keep().Milliseconds()).Slice()
	if err != nil || len(got) != 3 {
		return own, failure(ctx, errors.Join(err, channels.ErrUnavailable))
	}
	if wait, _ := got[0].(int64); wait > 0 {
		return own, &channels.Slow{Wait: time.Duration(wait) * time.Second}
	}
	salt, _ := got[1].(string)
	lock, _ := got[2].(string)
	key, err := c.pinKey(ctx, pin, []byte(salt))
	if err != nil {
		return own, err
	}
	plain, ok := openUnder(key, []byte(lock), about("pin "+c.id))
	if !ok || len(plain) != len(own) {
		return own, channels.ErrUnknown
	}
	return seed(plain), failure(ctx, c.reader.client.HDel(ctx, c.name.key("pin"), "tries", "after").Err())
}

// pinKey is what PIN, conversation and pepper make together: each alone opens nothing.
func (c *conversation) pinKey(ctx context.Context, pin string, salt []byte) ([]byte, error) {
	c.mu.Lock()
	seed := c.ticket.seed
	c.mu.Unlock()
	stretched, err := c.reader.pool.run(ctx, func() []byte {
		return argon2.IDKey([]byte(pin), append([]byte("pin"), salt...), argonPasses, argonMemory, argonLanes, 32)
	})
	if err != nil {
		return nil, err
	}
	return derive(stretched, mac(c.reader.peppers().Name.Key, []byte("pin"), derive(seed[:], nil, "pin")), "pin record "+strconv.Itoa(len(pin))), nil
}
