package redis

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/seal"
)

//go:embed lease.lua
var leaseSource string

//go:embed settle.lua
var settleSource string

// Lease implements triage.Store. It looks first and leases then, so that an idle sweep is one pipeline of reads.
func (s *Store) Lease(ctx context.Context, kind triage.DueKind, now time.Time, hold time.Duration, limit int) ([]triage.Due, error) {
	var leased []triage.Due
	for range 3 { // whatever another caller or an append was faster for is looked at again
		work, err := s.due(ctx, kind, now, limit-len(leased))
		if err != nil {
			return leased, err
		}
		got, err := s.lease(ctx, kind, work, now.Add(hold))
		leased = append(leased, got...)
		if err != nil {
			return leased, err
		}
		if len(got) == len(work) {
			break
		}
	}
	return leased, nil
}

// A piece of work that is held, or comes again, keeps when in a field of its case, sealed, because a score tells no more than a
// day. The sealed time is at once the fence of the lease; what a version before wrote there was the fence alone, beside an exact
// score.
func leaseField(kind triage.DueKind) string { return "f:" + string(kind) }

func leaseMeaning(kind triage.DueKind) seal.Meaning {
	return seal.Meaning{Kind: "lease " + string(kind)}
}

// hold seals the time before which nobody is handed the work.
func (s *Store) hold(ctx context.Context, id triage.CaseID, lock string, kind triage.DueKind, until time.Time) (string, error) {
	key, err := s.unlock(ctx, id, lock)
	if err != nil {
		return "", err
	}
	record, err := key.Seal(0, leaseMeaning(kind), []byte(until.UTC().Format(time.RFC3339Nano)))
	return string(record), err
}

// heldUntil is the time before which nobody is handed the row's work; zero where it is not held.
func (s *Store) heldUntil(ctx context.Context, r row, kind triage.DueKind) (time.Time, error) {
	if r.held == "" {
		return time.Time{}, nil
	}
	key, err := s.unlock(ctx, r.ID, r.lock)
	if err != nil {
		return time.Time{}, err
	}
	m, plain, err := key.Open(0, []byte(r.held))
	if err != nil || m != leaseMeaning(kind) {
		return time.Time{}, nil // of a version before; or damaged, and then the work is not lost
	}
	until, _ := time.Parse(time.RFC3339Nano, string(plain))
	return until, nil
}

// due returns at most limit pieces of work whose time has come, oldest first. It looks at all that falls due until the end of the
// day, or comes again on it: a score tells no more.
func (s *Store) due(ctx context.Context, kind triage.DueKind, now time.Time, limit int) ([]row, error) {
	if limit <= 0 {
		return nil, nil
	}
	var reads []read
	until := strconv.FormatInt(now.UnixMilli(), 10)
	for i := range partitions {
		reads = append(reads, read{fmt.Sprintf("{p%02d}:due:%s", i, kind), "-inf", until, 0})
	}
	found, err := s.ranges(ctx, reads)
	if err != nil {
		return nil, err
	}
	rows, err := s.look(ctx, slices.Concat(found...), kind)
	if err != nil {
		return nil, err
	}
	var work []row
	for _, r := range rows {
		if r.c == nil {
			continue // nobody could do it
		}
		at, ok := r.c.Agenda()[kind]
		if !ok || at.After(now) {
			continue
		}
		held, err := s.heldUntil(ctx, r, kind)
		if err != nil {
			return nil, err
		}
		if held.After(now) {
			continue
		}
		r.At = max(r.Score*int64(time.Millisecond), nanoseconds(at), nanoseconds(held))
		work = append(work, r)
	}
	slices.SortFunc(work, func(a, b row) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID)) })
	return work[:min(limit, len(work))], nil
}

// nanoseconds since 1970; 0 of the zero time.
func nanoseconds(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixNano()
}

// lease leases the work, all in one pipeline, and returns what nobody else was faster for.
func (s *Store) lease(ctx context.Context, kind triage.DueKind, work []row, until time.Time) ([]triage.Due, error) {
	if len(work) == 0 {
		return nil, nil
	}
	replies, fences := make([]*redis.Cmd, len(work)), make([]string, len(work))
	for i, r := range work {
		var err error
		if fences[i], err = s.hold(ctx, r.ID, r.lock, kind, until); err != nil {
			return nil, err
		}
	}
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, r := range work {
			// The whole script, not its digest: within a pipeline nobody could answer NOSCRIPT.
			replies[i] = p.Eval(ctx, leaseSource, []string{dueKey(r.ID, kind), caseKey(r.ID)},
				string(r.ID), leaseField(kind), r.Score, r.c.Version, r.held, fences[i])
		}
		return nil
	})
	var leased []triage.Due
	for i, r := range work {
		if done, _ := replies[i].Int(); done == 1 {
			leased = append(leased, triage.Due{Kind: kind, Case: r.ID, At: r.c.Agenda()[kind], Fence: fences[i]})
		}
	}
	if err != nil {
		return leased, failure(ctx, err)
	}
	return leased, nil
}

// Settle implements triage.Store.
func (s *Store) Settle(ctx context.Context, d triage.Due, again time.Time) error {
	if !wellFormed(d.Case) {
		return triage.ErrUnknown
	}
	at, held := "", ""
	if !again.IsZero() {
		lock, err := s.client.HGet(ctx, caseKey(d.Case), "k").Result()
		if errors.Is(err, redis.Nil) {
			return nil // shredded
		}
		if err != nil {
			return failure(ctx, err)
		}
		if held, err = s.hold(ctx, d.Case, lock, d.Kind, again); err != nil {
			return err
		}
		at = dueScore(again)
	}
	err := s.settle.Run(ctx, s.client, []string{dueKey(d.Case, d.Kind), caseKey(d.Case)},
		string(d.Case), leaseField(d.Kind), d.Fence, at, held).Err()
	if err != nil {
		return failure(ctx, err)
	}
	return nil
}
