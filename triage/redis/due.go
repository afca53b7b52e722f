package redis

import (
	"cmp"
	"context"
	"crypto/rand"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
)

//go:embed lease.lua
var leaseSource string

//go:embed settle.lua
var settleSource string

// spare is how many rows beyond the limit each partition is asked for: work of the present minute that is not due yet.
const spare = 100

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

// due returns at most limit pieces of work whose time has come, oldest first.
func (s *Store) due(ctx context.Context, kind triage.DueKind, now time.Time, limit int) ([]row, error) {
	if limit <= 0 {
		return nil, nil
	}
	var reads []read
	until := strconv.FormatInt(now.UnixMilli(), 10)
	for i := range partitions {
		reads = append(reads, read{fmt.Sprintf("{p%02d}:due:%s", i, kind), "-inf", until, limit + spare})
	}
	found, err := s.ranges(ctx, reads)
	if err != nil {
		return nil, err
	}
	rows := slices.Concat(found...)
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(a.Score, b.Score), cmp.Compare(a.ID, b.ID)) })
	var work []row
	for chunk := range slices.Chunk(rows, limit+spare) {
		opened, err := s.open(ctx, chunk)
		if err != nil {
			return nil, err
		}
		for _, r := range opened {
			if r.c == nil {
				continue // nobody could do it
			}
			if at, ok := r.c.Agenda()[kind]; ok && !at.After(now) {
				work = append(work, r)
			}
			if len(work) == limit {
				return work, nil
			}
		}
	}
	return work, nil
}

// lease leases the work, all in one pipeline, and returns what nobody else was faster for.
func (s *Store) lease(ctx context.Context, kind triage.DueKind, work []row, until time.Time) ([]triage.Due, error) {
	if len(work) == 0 {
		return nil, nil
	}
	replies, fences := make([]*redis.Cmd, len(work)), make([]string, len(work))
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, r := range work {
			fences[i] = rand.Text()
			// The whole script, not its digest: within a pipeline nobody could answer NOSCRIPT.
			replies[i] = p.Eval(ctx, leaseSource, []string{dueKey(r.ID, kind), caseKey(r.ID)},
				string(r.ID), string(kind), r.Score, r.c.Version, until.UnixMilli(), fences[i])
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
	at := ""
	if !again.IsZero() {
		at = strconv.FormatInt(again.UnixMilli(), 10)
	}
	err := s.settle.Run(ctx, s.client, []string{dueKey(d.Case, d.Kind), caseKey(d.Case)},
		string(d.Case), string(d.Kind), d.Fence, at).Err()
	if err != nil {
		return failure(ctx, err)
	}
	return nil
}
