package stream

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

//go:embed requeue.lua
var requeueSource string

// Letter is a dead letter.
type Letter struct {
	Seq    int64
	Reason string // one word: why it was buried
}

// Dead lists up to limit of a lane's dead letters, the oldest first.
func (l *Lane) Dead(ctx context.Context, limit int) ([]Letter, error) {
	fields, err := l.client.HKeys(ctx, l.key("dlq")).Result()
	if err != nil {
		return nil, err
	}
	var seqs []int64
	for _, f := range fields {
		if seq, err := strconv.ParseInt(f, 10, 64); err == nil {
			seqs = append(seqs, seq)
		}
	}
	slices.SortFunc(seqs, cmp.Compare[int64])
	seqs = seqs[:min(limit, len(seqs))]
	if len(seqs) == 0 {
		return nil, nil
	}
	wanted := make([]string, len(seqs))
	for i, seq := range seqs {
		wanted[i] = strconv.FormatInt(seq, 10)
	}
	values, err := l.client.HMGet(ctx, l.key("dlq"), wanted...).Result()
	if err != nil {
		return nil, err
	}
	var letters []Letter
	for i, v := range values {
		if s, ok := v.(string); ok { // it may have been put back meanwhile
			reason, _, _ := strings.Cut(s, " ")
			letters = append(letters, Letter{seqs[i], reason})
		}
	}
	return letters, nil
}

// Requeue puts a dead letter back into its lane and reports whether there was one. Of several presses one counts.
func (l *Lane) Requeue(ctx context.Context, seq int64) (bool, error) {
	keys := []string{l.key("in"), l.key("hwm"), l.key("totals"), l.key("dlq")}
	n, err := redis.NewScript(requeueSource).Run(ctx, l.client, keys, seq).Int64()
	if err != nil && !errors.Is(err, redis.Nil) {
		return false, err
	}
	return n == 1, nil
}
