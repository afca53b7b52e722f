package router

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/channels"
	"madoguchi/router/redistest"
)

// bareAccept is what a client must do at least to accept a message durably: remember it, append it, queue it, tell of it.
const bareAccept = `
if not redis.call('SET', KEYS[1], '1', 'NX', 'EX', 86400) then return 0 end
redis.call('XADD', KEYS[2], '*', 'b', ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[2], KEYS[1])
redis.call('PUBLISH', 'bench', ARGV[2])
return 1`

// BenchmarkIntake compares Take, from 512 callers, with a bare client of the same Redis, 8 connections that pipeline 64
// at a time, in interleaved rounds, and reports the median of the ratios.
func BenchmarkIntake(b *testing.B) {
	const each = time.Second
	server := redistest.Start(b)
	g := newGate(b, server.Client())
	var ours, bare, ratio []float64
	for round := range 5 {
		ours = append(ours, takes(b, g, round, each))
		bare = append(bare, pipelines(b, server.Client(), round, each))
		ratio = append(ratio, ours[round]/bare[round])
		if err := g.client.Del(b.Context(), "{b}:in", "{b}:queue").Err(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(median(ours), "ours/s")
	b.ReportMetric(median(bare), "bare/s")
	b.ReportMetric(median(ratio), "ratio")
}

func median(all []float64) float64 {
	all = slices.Sorted(slices.Values(all))
	return all[len(all)/2]
}

// takes returns how many messages a second are stored; each of the callers waits for its answer.
func takes(b *testing.B, g *gate, round int, d time.Duration) float64 {
	var n atomic.Int64
	var wg sync.WaitGroup
	begun := time.Now()
	for c := range 512 {
		wg.Go(func() {
			who := strconv.Itoa(round) + "." + strconv.Itoa(c)
			for i := 1; time.Since(begun) < d; i++ {
				state, err := g.Take(context.Background(), letterOf(who, i))
				if err != nil {
					b.Error(err)
					return
				}
				if state == channels.Stored {
					n.Add(1)
				}
			}
		})
	}
	wg.Wait()
	return float64(n.Load()) / time.Since(begun).Seconds()
}

func pipelines(b *testing.B, client *redis.Client, round int, d time.Duration) float64 {
	ctx := context.Background()
	sha, err := client.ScriptLoad(ctx, bareAccept).Result()
	if err != nil {
		b.Fatal(err)
	}
	body := letterOf("x", 1).Text
	var n atomic.Int64
	var wg sync.WaitGroup
	begun := time.Now()
	for c := range 8 {
		wg.Go(func() {
			for i := 0; time.Since(begun) < d; i++ {
				pipe := client.Pipeline()
				for k := range 64 {
					id := strconv.Itoa(round) + "." + strconv.Itoa(c) + "." + strconv.Itoa(i*64+k)
					pipe.EvalSha(ctx, sha, []string{"{b}:" + id, "{b}:in", "{b}:queue"}, body, i)
				}
				if _, err := pipe.Exec(ctx); err != nil {
					b.Error(err)
					return
				}
				n.Add(64)
			}
		})
	}
	wg.Wait()
	return float64(n.Load()) / time.Since(begun).Seconds()
}
