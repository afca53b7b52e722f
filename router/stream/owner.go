package stream

import (
	"context"
	_ "embed"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

//go:embed own.lua
var ownSource string

//go:embed read.lua
var readSource string

//go:embed again.lua
var againSource string

//go:embed settle.lua
var settleSource string

//go:embed bury.lua
var burySource string

// ErrLost says that the lane is another router's.
var ErrLost = errors.New("stream: the lane is not ours")

// group is the consumer group of routers and the name of its one consumer: who that is at present, the owner says.
const group = "router"

// settleMost is how many entries one script settles; Lua's unpack has its limit.
const settleMost = 500

// Entry is a message in a lane.
type Entry struct {
	ID     string // of the stream
	Seq    int64  // in the lane; 0 where the entry is malformed
	Sealed []byte
}

// Owner is a lane in the hands of one router. It is safe for concurrent use.
type Owner struct {
	*Lane
	who string

	own, read, again, settle, bury *redis.Script
}

// NewOwner returns the means to take a lane over. who is a random name of this router's run.
func NewOwner(l *Lane, who string) *Owner {
	return &Owner{
		Lane: l, who: who,
		own: redis.NewScript(ownSource), read: redis.NewScript(readSource), again: redis.NewScript(againSource),
		settle: redis.NewScript(settleSource), bury: redis.NewScript(burySource),
	}
}

// Claim takes the lane, or keeps it, for a time. kept says that it was ours all along. It returns ErrLost while another
// router has it.
func (o *Owner) Claim(ctx context.Context, d time.Duration) (kept bool, err error) {
	n, err := o.own.Run(ctx, o.client, []string{o.key("own")}, o.who, max(1, d.Milliseconds())).Int64()
	if err == nil && n == 0 {
		return false, ErrLost
	}
	return n == 1, err
}

// Release gives the lane back, if it is ours.
func (o *Owner) Release(ctx context.Context) error {
	return o.own.Run(ctx, o.client, []string{o.key("own")}, o.who, 0).Err()
}

// Read delivers up to n entries that were never delivered, or ErrLost. It does not wait.
func (o *Owner) Read(ctx context.Context, n int) ([]Entry, error) {
	got, err := o.read.Run(ctx, o.client, []string{o.key("own"), o.key("in")}, o.who, group, n).Slice()
	if err != nil {
		return nil, lost(err)
	}
	entries := make([]Entry, 0, len(got))
	for _, v := range got {
		pair, ok := v.([]any)
		if !ok || len(pair) != 2 {
			return nil, errReply
		}
		id, ok := pair[0].(string)
		if !ok {
			return nil, errReply
		}
		var values []any
		if pair[1] != nil {
			values, _ = pair[1].([]any)
		}
		fields := make(map[string]any, 2)
		for i := 0; i+1 < len(values); i += 2 {
			if k, ok := values[i].(string); ok {
				fields[k] = values[i+1]
			}
		}
		entries = append(entries, entry(id, fields))
	}
	return entries, nil
}

func entry(id string, fields map[string]any) Entry {
	e := Entry{ID: id}
	sealed, _ := fields["b"].(string)
	e.Sealed = []byte(sealed)
	number, ok := fields["s"].(string)
	if !ok {
		number, _, _ = strings.Cut(id, "-")
	}
	e.Seq, _ = strconv.ParseInt(number, 10, 64) // 0 for a foreign entry, which then does not open
	return e
}

// Wait returns when the lane has an entry behind the given id, or after d. It takes nothing.
func (o *Owner) Wait(ctx context.Context, after string, d time.Duration) error {
	err := o.client.XRead(ctx, &redis.XReadArgs{Streams: []string{o.key("in"), after}, Count: 1, Block: d}).Err()
	if errors.Is(err, redis.Nil) {
		return nil
	}
	return err
}

// Delivered lists the entries that were delivered to this router or to one before it and are not settled: the next n
// behind the given id ("" is the first), in order.
func (o *Owner) Delivered(ctx context.Context, after string, n int) ([]Entry, error) {
	start := "-"
	if after != "" {
		start = next(after)
	}
	pending, err := o.client.XPendingExt(ctx, &redis.XPendingExtArgs{
		Stream: o.key("in"), Group: group, Start: start, End: "+", Count: int64(n),
	}).Result()
	if err != nil && strings.HasPrefix(err.Error(), "NOGROUP") || errors.Is(err, redis.Nil) || len(pending) == 0 && err == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	pipe := o.client.Pipeline()
	for _, p := range pending {
		pipe.XRangeN(ctx, o.key("in"), p.ID, p.ID, 1)
	}
	got, err := pipe.Exec(ctx)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for i, cmd := range got {
		messages := cmd.(*redis.XMessageSliceCmd).Val()
		if len(messages) == 1 {
			entries = append(entries, entry(pending[i].ID, messages[0].Values))
		} else {
			// Deleted by another hand: settling takes it off the list.
			entries = append(entries, Entry{ID: pending[i].ID})
		}
	}
	return entries, nil
}

// next returns the first id behind the given one. Not every server knows an open interval here.
func next(id string) string {
	first, second, _ := strings.Cut(id, "-")
	n, err := strconv.ParseUint(second, 10, 64)
	if err != nil {
		return id
	}
	return first + "-" + strconv.FormatUint(n+1, 10)
}

// Again counts one more delivery of an entry that was delivered before (by 1; or takes one back, by -1), and returns how
// often it was delivered by then: 0 when it waits no more.
func (o *Owner) Again(ctx context.Context, id string, by int) (int64, error) {
	n, err := o.again.Run(ctx, o.client, []string{o.key("own"), o.key("in")}, o.who, group, id, by).Int64()
	return n, lost(err)
}

// Settle ends entries that were processed. Doing it again is harmless.
func (o *Owner) Settle(ctx context.Context, ids ...string) error {
	for chunk := range slices.Chunk(ids, settleMost) {
		args := []any{o.who, group}
		for _, id := range chunk {
			args = append(args, id)
		}
		keys := []string{o.key("own"), o.key("in"), o.key("totals")}
		if err := o.settle.Run(ctx, o.client, keys, args...).Err(); err != nil {
			return lost(err)
		}
	}
	return nil
}

// Bury moves an entry to the dead letters; reason is one word. Doing it again is harmless.
func (o *Owner) Bury(ctx context.Context, e Entry, reason string) error {
	keys := []string{o.key("own"), o.key("in"), o.key("dlq")}
	return lost(o.bury.Run(ctx, o.client, keys, o.who, group, e.ID, e.Seq, reason).Err())
}

// lost reads a script's false as what it means.
func lost(err error) error {
	if errors.Is(err, redis.Nil) {
		return ErrLost
	}
	return err
}
