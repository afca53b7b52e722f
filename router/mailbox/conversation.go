package mailbox

import (
	"context"
	"crypto/hpke"
	"strconv"
	"sync"
	"time"

	"madoguchi/channels"
	"madoguchi/router/mailbox/phrase"
)

const (
	chunk      = 100             // entries that are read at once
	touchAfter = time.Minute     // an open conversation is kept in use no more often than this
	touchEvery = 5 * time.Minute // and by an open Listen so often
)

// conversation is an open mailbox. It implements channels.Conversation.
type conversation struct {
	reader  *Reader
	id      string
	name    name
	private hpke.PrivateKey
	address channels.Address
	secret  *uint64 // of the code; nil unless the conversation was new when it was opened

	mu      sync.Mutex
	ticket  ticket // as of when it was opened
	next    uint32 // generation of the last ticket given out
	blind   bool   // opened while Redis was away and not yet judged
	opened  time.Time
	touched time.Time // last visit that kept a session in use
	asked   time.Time // last visit for a listener
}

var _ channels.Conversation = (*conversation)(nil)

func (r *Reader) conversation(t ticket, blind bool) *conversation {
	id, private := t.seed.id(), t.seed.private()
	c := &conversation{reader: r, id: id, name: r.name(id), private: private, secret: t.secret,
		address: channels.NewAddress(chat, id, append([]byte{1}, private.PublicKey().Bytes()...)),
		ticket:  t, next: t.gen, blind: blind, opened: r.now()}
	if t.secret == nil && !blind {
		c.touched = r.now() // opening it was a visit
	}
	return c
}

// Address implements channels.Conversation.
func (c *conversation) Address() channels.Address { return c.address }

// Opening implements channels.Conversation.
func (c *conversation) Opening() *channels.Opening {
	if c.secret == nil {
		return nil
	}
	o := c.reader.peppers().sealOpening(opening{c.ticket.seed, *c.secret}) // the seed never changes
	return &o
}

// Code implements channels.Conversation.
func (c *conversation) Code() (words, digits string) {
	if c.secret == nil {
		return "", ""
	}
	return phrase.Encode(*c.secret)
}

// Resume implements channels.Conversation. It asks nobody, so it works while Redis is away.
func (c *conversation) Resume(context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next++
	t := c.used(c.reader.now())
	t.gen = c.next
	return c.reader.keys.sealTicket(t), nil
}

// used is the ticket as of now. Since the conversation is open it is in use; one that was opened blind stays as stale as
// it was at that moment, however long it is open, until it is judged.
func (c *conversation) used(now time.Time) ticket {
	t := c.ticket
	if c.blind {
		t.seen = t.seen.Add(now.Sub(c.opened))
	} else {
		t.seen = now
	}
	return t
}

// touch keeps the session in use, at most once a minute unless the conversation was opened blind: then it is judged as
// its ticket would have been.
func (c *conversation) touch(ctx context.Context) error {
	c.mu.Lock()
	now := c.reader.now()
	t, blind := c.used(now), c.blind
	recent := !blind && !c.touched.IsZero() && now.Sub(c.touched) < touchAfter
	c.mu.Unlock()
	if recent {
		return nil
	}
	how := howTouch
	if blind {
		how = howResume
	}
	state, err := c.reader.visit(ctx, how, t)
	if err != nil {
		return failure(ctx, err)
	}
	if state != stateOK && state != stateUnwritten {
		return channels.ErrUnknown
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blind = false
	if state == stateOK { // while nothing is stored each visit asks again, since a message may be taken at any moment
		c.ticket.secret, c.touched = nil, now
	}
	return nil
}

// Since implements channels.Conversation.
func (c *conversation) Since(ctx context.Context, after int64) ([]channels.Entry, error) {
	if err := c.touch(ctx); err != nil {
		return nil, err
	}
	var all []channels.Entry
	for {
		some, err := c.read(ctx, strconv.FormatInt(max(after, 0), 10))
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		if len(some) < chunk {
			return all, nil
		}
		after = some[len(some)-1].Seq
	}
}

// Unread implements channels.Conversation.
func (c *conversation) Unread(ctx context.Context) ([]channels.Entry, error) {
	if err := c.touch(ctx); err != nil {
		return nil, err
	}
	some, err := c.read(ctx, "unread")
	if err != nil || len(some) < chunk {
		return some, err
	}
	rest, err := c.Since(ctx, some[len(some)-1].Seq)
	return append(some, rest...), err
}

// read returns up to chunk entries.
func (c *conversation) read(ctx context.Context, after string) ([]channels.Entry, error) {
	got, err := c.reader.scripts.read.Run(ctx, c.reader.client, []string{c.name.key("box"), c.name.key("mail")}, after, chunk).StringSlice()
	if err != nil {
		return nil, failure(ctx, err)
	}
	if got[0] == "closed" {
		return nil, channels.ErrUnknown
	}
	var entries []channels.Entry
	for i := 1; i+1 < len(got); i += 2 {
		seq, err := strconv.ParseInt(got[i+1], 10, 64)
		if err != nil {
			return nil, channels.ErrUnavailable
		}
		entries = append(entries, openEntry(c.id, c.private, seq, []byte(got[i])))
	}
	return entries, nil
}

// Read implements channels.Conversation.
func (c *conversation) Read(ctx context.Context, seq int64) error {
	if err := c.touch(ctx); err != nil {
		return err
	}
	state, err := c.reader.scripts.mark.Run(ctx, c.reader.client, []string{c.name.key("box")}, seq).Text()
	if err != nil {
		return failure(ctx, err)
	}
	if state == "closed" {
		return channels.ErrUnknown
	}
	return nil
}

// Doing implements channels.Conversation. Where it is not known the desk is waiting.
func (c *conversation) Doing(ctx context.Context) string {
	doing, err := c.reader.client.Get(ctx, c.name.key("doing")).Result()
	if err != nil || doing != "reading" && doing != "writing" {
		return doingWaiting
	}
	return doing
}

// Close implements channels.Conversation. A conversation that was opened blind is judged first, so that a stale ticket
// closes nothing.
func (c *conversation) Close(ctx context.Context) error {
	if err := c.touch(ctx); err != nil {
		return err
	}
	return c.reader.close(ctx, c.id)
}

// Listen implements channels.Conversation. Reader.Run calls f.
func (c *conversation) Listen(f func(channels.Change)) (stop func()) {
	return c.reader.hub.add(&listener{conversation: c, f: f})
}
