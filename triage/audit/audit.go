// Package audit keeps the record of who looked at what and who did what, so that it can only grow.
//
// It is one chain: each record carries a SHA-256 hash over the record before it, its number and its own sealed content.
// Whoever edits, removes, swaps or inserts a record breaks the chain there, and Verify says where. The content is sealed
// with the desk's keys, bound to its number and to the record before it, so that a chain cannot be made anew without the
// keys either. A chain that is cut off at its end still looks whole; therefore its head is also kept in a file of the data
// folder, written and synced after every record.
//
// An entry is written before the act that it records: what is not in the audit did not happen. It says who, when, what,
// about which case and for which reason, and never any value: no word, no name, no address.
//
// Nobody is refused help because the audit cannot be reached. Where Redis does not take an entry, a sealed journal in the
// data folder does, and Degraded says so until everything is taken over into the chain, in order. Only where neither can be
// written does Record fail.
//
// Its files belong to whoever the data folder belongs to, also where root wrote them (package owner).
//
// All of it lies in one slot of Redis, under keys that begin with {audit}.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/owner"
	"madoguchi/triage/seal"
)

// Entry is one line of the audit.
type Entry struct {
	At     time.Time     `json:"at"`
	Who    string        `json:"who"`              // login, or system
	Role   triage.Role   `json:"role,omitempty"`   // as which they acted
	Act    string        `json:"act"`              // a verb from the desk's list: look, claim, reveal, …
	Case   triage.CaseID `json:"case,omitempty"`   // the case it is about
	With   string        `json:"with,omitempty"`   // login of a second person in it: whose code was read over the telephone
	Ref    string        `json:"ref,omitempty"`    // id of the hand-off, consent, report, grant or account it is about
	Reason string        `json:"reason,omitempty"` // a code, or a placeholder; never a value
	Why    string        `json:"why,omitempty"`    // code of the reason that was chosen to open something; entries of before have none
}

// Log is the audit. It is safe for concurrent use, also by several processes with the same data folder.
type Log struct {
	client redis.UniversalClient
	keys   *seal.Keys
	dir    string

	mu       sync.Mutex // one record at a time
	rest     time.Time  // Redis is not asked again before
	behind   bool       // the head file could not be written
	degraded atomic.Bool
}

const (
	patience = 2 * time.Second // for one act of Redis; a person waits for it
	pause    = time.Second     // between two attempts while Redis is away
)

// Open returns the audit whose head and journal lie in dir, which must exist. It writes nothing.
func Open(client redis.UniversalClient, keys *seal.Keys, dir string) (*Log, error) {
	l := &Log{client: client, keys: keys, dir: dir}
	h, err := l.readHead()
	if err != nil {
		return nil, err
	}
	l.degraded.Store(h.Journal.N > 0)
	return l, nil
}

// Degraded reports whether entries wait in the local journal, or the head file could not be written.
func (l *Log) Degraded() bool { return l.degraded.Load() }

// Record writes the entry down durably, in the chain or else in the journal. It fails with ctx's error, or with
// triage.ErrUnavailable where neither could be written; then the act must not happen.
func (l *Log) Record(ctx context.Context, e Entry) error {
	return l.locked(func(h *head) error {
		var tried link
		if time.Now().After(l.rest) {
			err := l.merge(ctx, h)
			if err == nil {
				tried, err = l.add(ctx, h, e, source{})
			}
			if err == nil {
				return nil
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			l.rest = time.Now().Add(pause)
		}
		return l.note(h, noted{Entry: e, Tried: tried})
	})
}

// Merge takes the journal over into the chain, in order. It fails with triage.ErrUnavailable while Redis is away.
func (l *Log) Merge(ctx context.Context) error {
	return l.locked(func(h *head) error { return l.merge(ctx, h) })
}

// Run takes the journal over whenever there is one and Redis is back, until ctx ends.
func (l *Log) Run(ctx context.Context) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		if l.Degraded() {
			if err := l.Merge(ctx); err != nil && !errors.Is(err, triage.ErrUnavailable) && ctx.Err() == nil {
				return err
			}
		}
	}
}

// locked runs do alone among all processes of the data folder, with the head as it is in its file.
func (l *Log) locked(do func(h *head) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	unlock, err := lock(l.dir)
	if err != nil {
		return fmt.Errorf("%w: the data folder cannot be locked", triage.ErrUnavailable)
	}
	defer unlock()
	h, err := l.readHead()
	if err != nil {
		return err
	}
	err = do(&h)
	l.degraded.Store(h.Journal.N > 0 || l.behind)
	return err
}

// link is a place in a chain: the number of a record, from 1, and its hash. The zero link is before the first.
type link struct {
	N    int64  `json:"n"`
	Hash string `json:"hash"` // hex
}

// next returns the record that follows l with this content, and its link. The label names the chain.
func (l link) next(keys *seal.Keys, label string, content []byte) (record []byte, at link) {
	at.N = l.N + 1
	sealed := keys.Seal(l.label(label), content)
	sum := l.sum(label, sealed)
	at.Hash = hex.EncodeToString(sum)
	return append(sum, sealed...), at
}

// follow checks that record is the one after l, and returns its content and link.
func (l link) follow(keys *seal.Keys, label string, record []byte) (content []byte, at link, err error) {
	if len(record) < sha256.Size {
		return nil, l, errors.New("too short to be a record")
	}
	sum, sealed := record[:sha256.Size], record[sha256.Size:]
	if string(sum) != string(l.sum(label, sealed)) {
		return nil, l, errors.New("its hash does not follow from the record before it")
	}
	content, err = keys.Open(l.label(label), sealed)
	if err != nil {
		return nil, l, errors.New("its content cannot be opened")
	}
	return content, link{l.N + 1, hex.EncodeToString(sum)}, nil
}

// label binds the content of the record after l to its place.
func (l link) label(chain string) string { return fmt.Sprintf("audit/%s/%d/%s", chain, l.N+1, l.Hash) }

func (l link) sum(label string, sealed []byte) []byte {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "madoguchi/audit/%s\n%s\n", label, l.Hash) // a hash takes everything
	_ = binary.Write(h, binary.BigEndian, l.N+1)
	h.Write(sealed)
	return h.Sum(nil)
}

// bytes is the hash as the chain holds it.
func (l link) bytes() string {
	sum, err := hex.DecodeString(l.Hash)
	if err != nil {
		return "" // of a spoilt head file: it matches nothing
	}
	return string(sum)
}

func decode(content []byte, into any) error {
	if json.Unmarshal(content, into) != nil {
		return errors.New("its content cannot be read")
	}
	return nil
}

// synced writes a file so that after a crash it is there whole, or the one before it is.
func synced(dir, name string, data []byte) error {
	f, err := os.CreateTemp(dir, name+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already once it was renamed
	if err = owner.Keep(f, dir); err == nil {
		_, err = f.Write(data)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), dir+string(os.PathSeparator)+name)
	}
	if err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return err
}
