package redis

import (
	"context"
	_ "embed"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
)

//go:embed round.lua
var roundSource string

var round = redis.NewScript(roundSource)

// Round rounds to the day the scores that a version before wrote finer. Lists and leases are the same before and after; what it
// takes away is the minute at which somebody wrote.
func (s *Store) Round(ctx context.Context) error {
	var indexes, due []read
	for i := range partitions {
		for _, family := range []string{ordinary, erased} {
			indexes = append(indexes, read{fmt.Sprintf("{p%02d}:%sall", i, family), "-inf", "+inf", 0})
		}
		for _, kind := range triage.DueKinds {
			due = append(due, read{fmt.Sprintf("{p%02d}:due:%s", i, kind), "-inf", "+inf", 0})
		}
	}
	found, err := s.ranges(ctx, slices.Concat(indexes, due))
	if err != nil {
		return err
	}
	cases := slices.Concat(found[:len(indexes)]...)
	cases = slices.DeleteFunc(cases, func(r row) bool { return r.Score == rounded(r.Score) })
	for _, r := range slices.Concat(found[len(indexes):]...) {
		if r.Score%day.Milliseconds() != 0 {
			cases = append(cases, r)
		}
	}
	cases, err = s.open(ctx, cases)
	if err != nil {
		return err
	}
	for _, r := range cases {
		c := triage.Case{ID: r.ID}
		if r.c != nil {
			c = *r.c
		}
		if err := round.Run(ctx, s.client, s.places(c), string(r.ID)).Err(); err != nil {
			return failure(ctx, err)
		}
	}
	return nil
}
