// Package stream is the Redis side of the gateways' lanes.
//
// A lane is a stream of sealed messages with a mark: the number of the last message that this Redis has taken. The mark is
// written by the same script that adds the messages, so it rolls back together with them (a fail-over, an old backup, a
// flush), and a gateway that compares it with its journal knows exactly what to send again. The script takes a batch only
// at the mark that the sender expects, so of two attempts with an unknown outcome one at most counts.
//
// All keys of a lane share the hash tag {g<gateway>.<lane>}:
//
//	in      stream of what is not settled: id <number>-0, field b the record; put back by hand or out of place: field s the number
//	hwm     the mark
//	dd:…    one key a digest, forgotten 30 days later at a day's end, so that an expiry names no moment
//	dlq     dead letters: number → reason, record; no limit and no expiry
//	totals  accepted, processed, replayed, requeued
//	own     which router has the lane
//
// Nothing in it tells when a message came. Each script is one atomic act, and everything of it lies in one slot.
//
// One router owns a lane at a time. Its reads, settlings and burials carry its name and do nothing once another has taken
// the lane over, so a router that was suspended and wakes up cannot take work that nobody would then do. What a case
// believes does not rest on that: appending to a case is idempotent.
package stream

import (
	"context"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

//go:embed accept.lua
var acceptSource string

//go:embed totals.lua
var totalsSource string

// lanesKey is the set of all lanes that gateways have announced.
const lanesKey = "madoguchi:lanes"

// remembered is for how many days, at least, a digest is remembered.
const remembered = 30

// MarkError is a refusal: the mark is not the one that the sender expected.
type MarkError struct{ Mark int64 }

func (e *MarkError) Error() string { return "stream: the mark is " + strconv.FormatInt(e.Mark, 10) }

// errReply is an answer of a script in a form that it never has.
var errReply = errors.New("stream: unexpected answer")

// Record is a sealed message with its number in the lane.
type Record struct {
	Seq    int64
	Digest [16]byte
	Sealed []byte
}

// LaneName returns the name of a gateway's lane. The gateway's id is lower-case hexadecimal.
func LaneName(gateway string, n int) string { return "g" + gateway + "." + strconv.Itoa(n) }

// Lane is one lane. It is safe for concurrent use.
type Lane struct {
	client redis.UniversalClient
	name   string
	tag    string

	accept, totals *redis.Script
}

// NewLane returns a lane by its name. The client must not repeat commands by itself.
func NewLane(client redis.UniversalClient, name string) *Lane {
	return &Lane{
		client: client, name: name, tag: "{" + name + "}:",
		accept: redis.NewScript(acceptSource), totals: redis.NewScript(totalsSource),
	}
}

// Name returns the lane's name.
func (l *Lane) Name() string { return l.name }

func (l *Lane) key(name string) string { return l.tag + name }

// Accept offers a batch, whose numbers rise. Usually they lie above expect; where they do not, the mark stays. It returns how many of its messages were new, or a
// *MarkError where the mark is another one. After any other error it may have been taken or not. now is the machine's
// clock; replayed says that the batch had been held.
func (l *Lane) Accept(ctx context.Context, expect int64, batch []Record, now time.Time, replayed bool) (fresh int64, err error) {
	if len(batch) == 0 {
		return 0, nil
	}
	keys := make([]string, 0, 3+len(batch))
	keys = append(keys, l.key("in"), l.key("hwm"), l.key("totals"))
	args := make([]any, 0, 4+2*len(batch))
	also := ""
	if replayed {
		also = "replayed"
	}
	args = append(args, expect, max(expect, batch[len(batch)-1].Seq), forget(now), also)
	for _, r := range batch {
		keys = append(keys, l.key("dd:"+base64.RawURLEncoding.EncodeToString(r.Digest[:])))
		args = append(args, r.Seq, r.Sealed)
	}
	got, err := l.accept.Run(ctx, l.client, keys, args...).Slice()
	if err != nil {
		return 0, err
	}
	if len(got) == 2 && got[0] == int64(1) {
		fresh, ok := got[1].(int64)
		if ok {
			return fresh, nil
		}
	}
	if len(got) == 2 && got[0] == int64(0) {
		mark, err := strconv.ParseInt(fmt.Sprint(got[1]), 10, 64)
		if err == nil {
			return 0, &MarkError{mark}
		}
	}
	return 0, errReply
}

// forget returns when a digest of now may be forgotten, in Unix seconds: the end of a day (UTC).
func forget(now time.Time) int64 {
	return now.UTC().Truncate(24*time.Hour).AddDate(0, 0, remembered+1).Unix()
}

// Mark returns the mark; 0 where there is none.
func (l *Lane) Mark(ctx context.Context) (int64, error) {
	mark, err := l.client.Get(ctx, l.key("hwm")).Int64()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	return mark, err
}

// Totals are a lane's counts at one moment: Accepted = Queued + Processed + Dead.
type Totals struct {
	Accepted  int64 // messages that were new
	Processed int64 // settled
	Replayed  int64 // of the accepted, those that came from the journal
	Queued    int64 // not settled yet
	Dead      int64 // dead letters that wait for a person
	Mark      int64
}

// Totals reads the counts.
func (l *Lane) Totals(ctx context.Context) (Totals, error) {
	keys := []string{l.key("in"), l.key("hwm"), l.key("totals"), l.key("dlq")}
	got, err := l.totals.Run(ctx, l.client, keys).Slice()
	if err != nil {
		return Totals{}, err
	}
	if len(got) != 6 {
		return Totals{}, errReply
	}
	var n [6]int64
	for i, v := range got {
		switch v := v.(type) {
		case int64:
			n[i] = v
		case string:
			if v == "" {
				continue
			}
			if n[i], err = strconv.ParseInt(v, 10, 64); err != nil {
				return Totals{}, errReply
			}
		}
	}
	return Totals{Accepted: n[0], Processed: n[1], Replayed: n[2], Queued: n[3], Dead: n[4], Mark: n[5]}, nil
}

// Announce tells routers of lanes. Doing it again is harmless, and needed after a flush.
func Announce(ctx context.Context, client redis.UniversalClient, lanes ...string) error {
	names := make([]any, len(lanes))
	for i, l := range lanes {
		names[i] = l
	}
	return client.SAdd(ctx, lanesKey, names...).Err()
}

// Lanes lists the names of all announced lanes, sorted.
func Lanes(ctx context.Context, client redis.UniversalClient) ([]string, error) {
	names, err := client.SMembers(ctx, lanesKey).Result()
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(n string) bool { return !validName(n) })
	slices.Sort(names)
	return names, nil
}

// validName keeps a foreign member of the set from becoming a key.
func validName(n string) bool {
	return strings.HasPrefix(n, "g") && strings.Trim(n, "abcdefg0123456789.") == ""
}
