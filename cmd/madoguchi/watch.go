package main

import (
	"context"
	"errors"
	"time"
)

// redisState is how Redis was found when it was last asked.
type redisState int32

const (
	redisOK redisState = iota
	redisAway
	redisUnsafe // reached, and it would lose what it is given: everything is held until it is mended
)

func (s redisState) String() string { return [...]string{"ok", "away", "unsafe"}[s] }

// watchEvery is how often Redis is asked whether it still keeps what it is given.
const watchEvery = 15 * time.Second

// watchRedis keeps asking until ctx ends.
func (h *house) watchRedis(ctx context.Context) error {
	tick := time.NewTicker(h.watchEvery)
	defer tick.Stop()
	for {
		h.lookAtRedis(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// lookAtRedis asks once and returns what it found.
func (h *house) lookAtRedis(ctx context.Context) error {
	err := safeRedis(ctx, h.checkRedis)
	if err == nil && h.keysRedis != nil && h.keysRedis != h.redis {
		err = safeRedis(ctx, h.checkKeys, h.keysRedis)
	}
	state := redisOK
	var unsafe errUnsafe
	switch {
	case errors.As(err, &unsafe):
		state = redisUnsafe
	case err != nil:
		state = redisAway
	}
	if before := redisState(h.safe.Swap(int32(state))); before != state && ctx.Err() == nil {
		h.log.Warn("redis changed", "from", before.String(), "to", state.String())
	}
	return err
}
