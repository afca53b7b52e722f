package redis

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/keyring"
)

// read is one range of one sorted set; limit 0 is all of it.
type read struct {
	key, from, to string
	limit         int
}

// indexed does all reads of indexes, of which it rounds the scores.
func (s *Store) indexed(ctx context.Context, reads []read) ([][]row, error) {
	found, err := s.ranges(ctx, reads)
	for _, rows := range found {
		for i := range rows {
			rows[i].Score = rounded(rows[i].Score)
		}
	}
	return found, err
}

// ranges does all reads in one pipeline.
func (s *Store) ranges(ctx context.Context, reads []read) ([][]row, error) {
	if len(reads) == 0 {
		return nil, nil
	}
	replies := make([]*redis.ZSliceCmd, len(reads))
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, r := range reads {
			by := &redis.ZRangeBy{Min: r.from, Max: r.to, Count: int64(r.limit)}
			if r.limit == 0 {
				by.Count = math.MaxInt32
			}
			replies[i] = p.ZRangeByScoreWithScores(ctx, r.key, by)
		}
		return nil
	})
	if err != nil {
		return nil, failure(ctx, err)
	}
	out := make([][]row, len(reads))
	for i, reply := range replies {
		for _, z := range reply.Val() {
			id, _ := z.Member.(string)
			if wellFormed(triage.CaseID(id)) {
				out[i] = append(out[i], row{spot: spot{Score: int64(z.Score), ID: triage.CaseID(id)}})
			}
		}
	}
	return out, nil
}

// look finds what is known of the rows, and the lease of the work of that kind where one is named. Of a case that has not
// changed since its snapshot was opened last, that is not read again. Rows whose case is gone are left out.
func (s *Store) look(ctx context.Context, rows []row, kind triage.DueKind) ([]row, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	replies := make([]*redis.SliceCmd, len(rows))
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, r := range rows {
			replies[i] = p.HMGet(ctx, caseKey(r.ID), "v", "k", leaseField(kind))
		}
		return nil
	})
	if err != nil {
		return nil, failure(ctx, err)
	}
	var known, unknown []row
	now := time.Now()
	for i, reply := range replies {
		f, r := fields(reply.Val()), rows[i]
		r.lock, r.held = f[1], f[2]
		if r.c = s.recent.version(r.ID, f[0], f[1], now); r.c != nil {
			known = append(known, r)
		} else if reply.Val()[0] != nil {
			unknown = append(unknown, r)
		}
	}
	unknown, err = s.open(ctx, unknown)
	return append(known, unknown...), err
}

// open reads and opens the snapshots of the rows, in one pipeline. Rows whose case is gone are left out.
func (s *Store) open(ctx context.Context, rows []row) ([]row, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	replies := make([]*redis.SliceCmd, len(rows))
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, r := range rows {
			replies[i] = p.HMGet(ctx, caseKey(r.ID), "v", "k", "s")
		}
		return nil
	})
	if err != nil {
		return nil, failure(ctx, err)
	}
	now := time.Now()
	names := make([]string, len(rows))
	for i, reply := range replies {
		names[i] = keyring.NameOf(fields(reply.Val())[1])
	}
	shares, err := s.ring.Shares(ctx, names...) // remembered from here, so that each row need not ask by itself
	if err != nil {
		return nil, locked(ctx, err)
	}
	for i, reply := range replies {
		if rows[i].c = nil; shares[i] == nil { // destroyed by whoever it was: what was opened with it is not to be read either
			s.recent.forget(rows[i].ID)
			continue
		}
		rows[i].c = s.recent.find(rows[i].ID, fields(reply.Val()), now)
	}
	out := make([]row, 0, len(rows))
	for i, reply := range replies {
		r := rows[i]
		if reply.Val()[0] == nil {
			s.recent.forget(r.ID)
			continue
		}
		if r.c == nil {
			if r.c, err = s.opened(ctx, r.ID, fields(reply.Val())); errors.Is(err, triage.ErrUnknown) {
				continue
			} else if err != nil {
				return nil, err
			}
			if r.c != nil {
				s.recent.add(r.ID, fields(reply.Val()), r.c, now)
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// fields are the values of v, k and s as HMGET gives them.
func fields(values []any) (f [3]string) {
	for i := range f {
		f[i], _ = values[i].(string)
	}
	return f
}

// opened opens a snapshot from the fields v, k and s; it returns nil where it is damaged, ErrUnknown where the
// case was shredded, and another error where that cannot be told.
func (s *Store) opened(ctx context.Context, id triage.CaseID, f [3]string) (*triage.Case, error) {
	version, wrapped, record := f[0], f[1], f[2]
	seq, err := strconv.ParseInt(version, 10, 64)
	if err != nil {
		return nil, nil
	}
	key, err := s.unlock(ctx, id, wrapped)
	if errors.Is(err, triage.ErrDamaged) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m, plain, err := key.Open(seq, []byte(record))
	var c triage.Case
	if err != nil || m != snapshot || json.Unmarshal(plain, &c) != nil || c.ID != id || c.Version != seq {
		return nil, nil
	}
	return &c, nil
}
