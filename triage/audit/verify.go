package audit

import (
	"context"
	"fmt"

	"madoguchi/triage"
)

// Broken is the first place at which the audit is not what it was. It is an error.
type Broken struct {
	Journal bool   `json:"journal,omitempty"` // in the local journal, else in the chain
	N       int64  `json:"n"`                 // number of the entry, from 1
	What    string `json:"what"`
}

// Error says where and what, and nothing of any entry's content.
func (b *Broken) Error() string {
	where := "entry"
	if b.Journal {
		where = "entry of the journal"
	}
	return fmt.Sprintf("audit: %s %d: %s", where, b.N, b.What)
}

// verifyChunk is how many records are read at a time.
const verifyChunk = 500

// Verify reads the whole chain and returns nil where it is whole, a *Broken for the first broken link, or
// triage.ErrUnavailable. It writes nothing.
func (l *Log) Verify(ctx context.Context) error {
	h, err := l.readHead() // before the chain, which grows
	if err != nil {
		return err
	}
	first, err := l.verifyChain(ctx, h)
	if err != nil {
		return err
	}
	for _, lost := range h.Lost {
		if !lost.Journal && (first == nil || lost.N < first.N) {
			first = &lost
		}
	}
	if first != nil {
		return first
	}
	if len(h.Lost) > 0 {
		return &h.Lost[0]
	}
	if _, broken, err := l.checkJournal(h.Journal); err != nil || broken == nil {
		return err
	} else if now, err := l.readHead(); err != nil || now.Journal.ID == h.Journal.ID && now.Journal.N == h.Journal.N {
		return broken // and not just taken over, or written on, while it was read
	}
	return nil
}

// verifyChain checks every link of the chain, and that the head's record is among them.
func (l *Log) verifyChain(ctx context.Context, h head) (*Broken, error) {
	at := link{}
	var remembered *Broken
	for {
		records, err := l.client.LRange(ctx, chainKey, at.N, at.N+verifyChunk-1).Result()
		if err != nil {
			return nil, triage.ErrUnavailable
		}
		for _, record := range records {
			content, next, err := at.follow(l.keys, chain, []byte(record))
			if err == nil {
				err = decode(content, &Entry{})
			}
			if err != nil {
				return &Broken{N: at.N + 1, What: err.Error()}, nil
			}
			at = next
			if at.N == h.N && at != h.link {
				remembered = &Broken{N: at.N, What: loss(h, at.N).What}
			}
		}
		if len(records) < verifyChunk {
			break
		}
	}
	if at.N < h.N {
		cut := loss(h, at.N)
		return &cut, nil
	}
	return remembered, nil
}
