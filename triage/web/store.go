package web

import (
	"context"
	_ "embed"
	"encoding/binary"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// The script keeps an ended session ended: a request that began before somebody signed out, and finishes after it,
// would otherwise write the session back.
//
//go:embed commit.lua
var commitLua string

var commitScript = redis.NewScript(commitLua)

// graveFor is how long an ended session's key stays closed: longer than any request lasts.
const graveFor = time.Minute

// store keeps sessions in Redis, whichever way Redis is deployed (the store of scs knows a single server only). A value
// begins with its end in Unix milliseconds, because the embedded Redis does not let keys expire.
type store struct {
	rdb redis.UniversalClient
	now func() time.Time
}

func key(token string) string { return "session:" + token } // scs gives the token's hash

// FindCtx implements scs.CtxStore.
func (s store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	b, err := s.rdb.Get(ctx, key(token)).Bytes()
	switch {
	case errors.Is(err, redis.Nil):
		return nil, false, nil
	case err != nil:
		return nil, false, errStore
	case len(b) < 8 || s.now().UnixMilli() >= int64(binary.BigEndian.Uint64(b)):
		return nil, false, nil
	}
	return b[8:], true, nil
}

// CommitCtx implements scs.CtxStore.
func (s store) CommitCtx(ctx context.Context, token string, b []byte, end time.Time) error {
	value := append(binary.BigEndian.AppendUint64(nil, uint64(end.UnixMilli())), b...)
	left := max(end.Sub(s.now()), time.Millisecond)
	if err := commitScript.Run(ctx, s.rdb, []string{key(token)}, value, left.Milliseconds()).Err(); err != nil {
		return errStore
	}
	return nil
}

// DeleteCtx implements scs.CtxStore.
func (s store) DeleteCtx(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	if err := s.rdb.Set(ctx, key(token), "", graveFor).Err(); err != nil {
		return errStore
	}
	return nil
}

// errStore stands for every failure of Redis; its own words may name keys.
var errStore = errors.New("web: sessions cannot be reached")

// The methods without a context are demanded by scs and called by nobody.

func (s store) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}
func (s store) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
func (s store) Commit(token string, b []byte, end time.Time) error {
	return s.CommitCtx(context.Background(), token, b, end)
}
