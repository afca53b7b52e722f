package mailbox

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/channels"
)

//go:embed answer.lua
var answerSource string

// publicBytes is the length of a question's public key; its end stands behind it, because who answers may not ask Redis for it.
const publicBytes = 32

// traceLasts is the longest that may be asked for where a connection comes from.
const traceLasts = 15 * time.Minute

var _ channels.Traceable = (*conversation)(nil)

// NewTraceKey makes the 32 bytes that open what is sealed to one question.
func NewTraceKey() []byte {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	return key
}

func traceKey(key []byte) (seed, bool) {
	if len(key) != len(seed{}) {
		return seed{}, false
	}
	return seed(key), true
}

// Ask lets the gateway say, until the time, where the conversation's live connections come from, sealed to the key. Asked
// again it looks again.
func (w *Writer) Ask(ctx context.Context, conversation channels.Address, key []byte, until time.Time) error {
	id, _, err := look(conversation)
	if err != nil {
		return err
	}
	s, ok := traceKey(key)
	left := until.Sub(w.now())
	if !ok || left <= 0 || left > traceLasts {
		return errAddress
	}
	n := w.name(id)
	ask := append(s.private().PublicKey().Bytes(), bytesOf(uint64(until.UnixMilli()))...)
	if err := w.client.Set(ctx, n.key("ask"), ask, left).Err(); err != nil {
		return failure(ctx, err)
	}
	return failure(ctx, w.client.Publish(ctx, notices, n.notice()+" peer -").Err())
}

// Answered returns what the gateway said since, oldest first.
func (w *Writer) Answered(ctx context.Context, conversation channels.Address, key []byte) ([]channels.Peer, error) {
	id, _, err := look(conversation)
	if err != nil {
		return nil, err
	}
	s, ok := traceKey(key)
	if !ok {
		return nil, errAddress
	}
	all, err := w.client.HGetAll(ctx, w.name(id).key("peers")).Result()
	if err != nil {
		return nil, failure(ctx, err)
	}
	var peers []channels.Peer
	for name, sealed := range all {
		var p channels.Peer
		if body, ok := openPadded(s.private(), "peer "+id, []byte(name), []byte(sealed)); ok && json.Unmarshal(body, &p) == nil {
			peers = append(peers, p)
		}
	}
	slices.SortFunc(peers, func(a, b channels.Peer) int { return a.At.Compare(b.At) })
	return peers, nil
}

// Trace implements channels.Traceable.
func (c *conversation) Trace(ctx context.Context, peer func() channels.Peer) error {
	ask, err := c.reader.client.Get(ctx, c.name.key("ask")).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil
	}
	if err != nil {
		return failure(ctx, err)
	}
	if len(ask) != publicBytes+8 {
		return nil
	}
	public, left := ask[:publicBytes], time.UnixMilli(int64(number(ask[publicBytes:]))).Sub(c.reader.now())
	if left < time.Millisecond {
		return nil
	}
	p := peer()
	body, err := json.Marshal(p)
	if err != nil {
		return errors.New("mailbox: the peer cannot be written") // a year beyond 9999
	}
	name := hex.EncodeToString(mac(c.reader.peppers().Name.Key, []byte("peer"), public, []byte(p.Address), []byte(p.Port))[:16])
	sealed, err := sealPadded(public, "peer "+c.id, []byte(name), body)
	if err != nil {
		return err
	}
	return failure(ctx, c.reader.scripts.answer.Run(ctx, c.reader.client, []string{c.name.key("ask"), c.name.key("peers")}, name, sealed, ask, left.Milliseconds()).Err())
}
