package audit

import (
	"context"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
)

//go:embed append.lua
var appendSource string

const (
	chainKey  = "{audit}:chain"
	mergedKey = "{audit}:merged"
	chain     = "chain" // its label
)

// source is where a record of the chain comes from: record N of a journal, or nowhere.
type source struct {
	Journal string
	N       int64
}

// add adds the entry to the chain and to the head file. It returns the link of the last attempt, also where it failed: the
// record may be in the chain all the same, when only the answer was lost.
func (l *Log) add(ctx context.Context, h *head, e Entry, from source) (link, error) {
	content, err := json.Marshal(e)
	if err != nil {
		return link{}, errors.New("audit: the entry has no JSON")
	}
	at, lost := h.link, h.Lost
	for {
		record, tried := at.next(l.keys, chain, content)
		reply, err := l.run(ctx, at, record, from)
		if err != nil {
			return tried, triage.ErrUnavailable
		}
		switch reply[0].(int64) {
		case 1, 2:
			if reply[0].(int64) == 1 {
				at = tried
			}
			h.link, h.Lost = at, lost
			l.behind = l.writeHead(*h) != nil // the entry is durable; a head of before is still true
			return tried, nil
		}
		// Another process wrote in between; or what the head file remembers is gone, which is never forgotten.
		length, last, there := reply[1].(int64), reply[2].(string), reply[3].(string)
		if there != at.bytes() && at == h.link {
			lost = append(lost[:len(lost):len(lost)], loss(*h, length))
		}
		at = link{N: length, Hash: hex.EncodeToString([]byte(last))}
	}
}

// run runs the script once.
func (l *Log) run(ctx context.Context, at link, record []byte, from source) ([]any, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return redis.NewScript(appendSource).Run(ctx, l.client, []string{chainKey, mergedKey},
		at.N, at.bytes(), record, from.Journal, from.N).Slice()
}

// inChain reports whether the chain has that very record.
func (l *Log) inChain(ctx context.Context, at link) (bool, error) {
	if at.N == 0 {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	record, err := l.client.LIndex(ctx, chainKey, at.N-1).Result()
	if errors.Is(err, redis.Nil) {
		return false, nil
	}
	if err != nil {
		return false, triage.ErrUnavailable
	}
	sum := at.bytes()
	return len(record) >= len(sum) && record[:len(sum)] == sum, nil
}

// Len returns the number of entries in the chain.
func (l *Log) Len(ctx context.Context) (int64, error) {
	n, err := l.client.LLen(ctx, chainKey).Result()
	if err != nil {
		return 0, triage.ErrUnavailable
	}
	return n, nil
}

// Entries returns the entries of the chain with numbers above after, at most limit, oldest first. A record that is broken
// is an Entry with only Act set, to "broken"; Verify says more.
func (l *Log) Entries(ctx context.Context, after int64, limit int) ([]Entry, error) {
	proofs, err := l.proofs(ctx, after, limit)
	var entries []Entry
	for _, p := range proofs {
		entries = append(entries, p.Entry)
	}
	return entries, err
}

// Since returns when the oldest entry that can be read was written, or zero where there is none.
func (l *Log) Since(ctx context.Context) (time.Time, error) {
	for after := int64(0); ; after += readAtOnce {
		all, err := l.proofs(ctx, after, readAtOnce)
		if err != nil || len(all) == 0 {
			return time.Time{}, err
		}
		if i := slices.IndexFunc(all, func(p Proof) bool { return !p.At.IsZero() }); i >= 0 {
			return all[i].At, nil
		}
	}
}

// Proof is an entry with its place in the chain: whoever has the number and the hash can have the chain verified later, and
// see that the entry is the one that was written then.
type Proof struct {
	N    int64  // from 1
	Hash string // SHA-256 of the record, in hex
	Entry
}

// proofs is Entries, with the places.
func (l *Log) proofs(ctx context.Context, after int64, limit int) ([]Proof, error) {
	if limit <= 0 || after < 0 {
		return nil, nil
	}
	records, err := l.client.LRange(ctx, chainKey, max(after-1, 0), after+int64(limit)-1).Result()
	if err != nil {
		return nil, triage.ErrUnavailable
	}
	at := link{}
	if after > 0 && len(records) > 0 { // the record before the first only tells its hash
		at, records = linkOf(after, records[0]), records[1:]
	}
	var all []Proof
	for _, record := range records {
		content, _, err := at.follow(l.keys, chain, []byte(record))
		var e Entry
		if err != nil || decode(content, &e) != nil {
			e = Entry{Act: "broken"}
		}
		at = linkOf(at.N+1, record)
		all = append(all, Proof{at.N, at.Hash, e})
	}
	return all, nil
}

// readAtOnce is how many records Proofs reads in one go.
const readAtOnce = 1000

// Proofs returns the newest entries of that act, newest first, at most limit.
func (l *Log) Proofs(ctx context.Context, act string, limit int) ([]Proof, error) {
	n, err := l.Len(ctx)
	if err != nil {
		return nil, err
	}
	var found []Proof
	for end := n; end > 0 && len(found) < limit; end -= readAtOnce {
		from := max(0, end-readAtOnce)
		all, err := l.proofs(ctx, from, int(end-from))
		if err != nil {
			return nil, err
		}
		for _, p := range slices.Backward(all) {
			if p.Act == act && len(found) < limit {
				found = append(found, p)
			}
		}
	}
	return found, nil
}

// Proof returns the entry of that number, or triage.ErrUnknown.
func (l *Log) Proof(ctx context.Context, n int64) (Proof, error) {
	all, err := l.proofs(ctx, n-1, 1)
	if err == nil && len(all) == 0 {
		err = triage.ErrUnknown
	}
	if err != nil {
		return Proof{}, err
	}
	return all[0], nil
}

// linkOf is the link that a record says it is.
func linkOf(n int64, record string) link {
	return link{n, hex.EncodeToString([]byte(record[:min(len(record), 32)]))}
}
