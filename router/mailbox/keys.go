package mailbox

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"time"
)

// ErrKeys is a key set that cannot be read. It never holds a part of it.
var ErrKeys = errors.New("mailbox: not a key set of this version")

// key is one secret of 32 bytes with a name that may be written beside what it sealed.
type key struct {
	ID  string `json:"id"` // 8 letters and digits
	Key []byte `json:"key"`
	// Until is the first day on which nothing can open by a key that was replaced; zero for others.
	Until time.Time `json:"until,omitzero"`
}

func newKey() key {
	k := key{Key: make([]byte, 32)}
	_, _ = rand.Read(k.Key) // it never fails
	k.ID = rand.Text()[:8]
	return k
}

func (k key) valid() bool { return len(k.ID) == 8 && len(k.Key) == 32 }

// peppers are what gateway and router share.
type peppers struct {
	Code key `json:"code"` // without it a stolen store is useless for guessing codes
	// Former are those that codes were registered under before, of which some may still open. Coming is one that a code may be
	// registered under from now on, by a process that learned earlier of it.
	Former []key `json:"former,omitempty"`
	Coming []key `json:"coming,omitempty"`
	// Name keeps mailboxes apart from the conversations that they belong to. What it names are random numbers of 128 bits, which
	// nobody can guess, so nothing would be gained by ever replacing it.
	Name key `json:"name"`
}

func (p *peppers) valid() bool {
	for _, k := range slices.Concat([]key{p.Code, p.Name}, p.Former, p.Coming) {
		if !k.valid() {
			return false
		}
	}
	return true
}

// codes are all peppers that a code may have been registered under, the present one first.
func (p *peppers) codes() []key { return slices.Concat([]key{p.Code}, p.Coming, p.Former) }

// turned puts the coming pepper in the place of the present one.
func (p peppers) turned(now time.Time) peppers {
	if len(p.Coming) == 0 {
		return p
	}
	last := p.Code
	last.Until = now.Add(2*codeLives + 2*day).UTC().Truncate(day) // a code moves when it is used; an answer of the desk may give it a second life
	p.Former = append(slices.Clone(p.Former), last)
	p.Code, p.Coming = p.Coming[0], nil
	return p
}

// retired leaves out what no code can open by any more.
func (p peppers) retired(now time.Time) peppers {
	p.Former = slices.DeleteFunc(slices.Clone(p.Former), func(k key) bool { return !now.Before(k.Until) })
	return p
}

// ReaderKeys are the gateway's. No verb of fmt prints them. They are safe for concurrent use, also while Adopt replaces what is
// in them.
type ReaderKeys struct{ set atomic.Pointer[readerSet] }

// readerSet is the file. The first ticket key seals, the others open what was sealed before they were replaced.
type readerSet struct {
	Version int   `json:"version"`
	Tickets []key `json:"tickets"`
	peppers
}

func (s *readerSet) keys() *ReaderKeys {
	k := &ReaderKeys{}
	k.set.Store(s)
	return k
}

// WriterKeys are the router's. No verb of fmt prints them. They are safe for concurrent use, also while Adopt replaces what is
// in them.
type WriterKeys struct{ set atomic.Pointer[writerSet] }

type writerSet struct {
	Version int `json:"version"`
	peppers
}

func (s *writerSet) keys() *WriterKeys {
	k := &WriterKeys{}
	k.set.Store(s)
	return k
}

// NewKeys makes the key sets of a new installation. They belong together.
func NewKeys() (*ReaderKeys, *WriterKeys) {
	p := peppers{Code: newKey(), Name: newKey()}
	return (&readerSet{1, []key{newKey()}, p}).keys(), (&writerSet{1, p}).keys()
}

// Added returns both sets with a pepper for codes, and a key for tickets, that nothing is written under yet: so that every
// process knows them before the first of them uses them.
func Added(r *ReaderKeys, w *WriterKeys) (*ReaderKeys, *WriterKeys) {
	rs, ws := *r.set.Load(), *w.set.Load()
	if len(rs.Coming) == 0 {
		rs.Coming = []key{newKey()}
	}
	rs.Tickets = append(slices.Clone(rs.Tickets), newKey())
	ws.peppers = rs.peppers
	return rs.keys(), ws.keys()
}

// Turned returns both sets with what Added added in use: new codes are registered under the new pepper, and those of before
// open for as long as a code lives.
func Turned(r *ReaderKeys, w *WriterKeys, now time.Time) (*ReaderKeys, *WriterKeys) {
	rs, ws := *r.set.Load(), *w.set.Load()
	rs.peppers = rs.turned(now)
	if last := len(rs.Tickets) - 1; last > 0 {
		rs.Tickets = slices.Concat(rs.Tickets[last:], rs.Tickets[:last])
	}
	ws.peppers = rs.peppers
	return rs.keys(), ws.keys()
}

// Retired returns both sets without the peppers that no code can open by any more, and with the present key for tickets alone.
// It is for when the last ticket under another has grown stale.
func Retired(r *ReaderKeys, w *WriterKeys, now time.Time) (*ReaderKeys, *WriterKeys) {
	rs, ws := *r.set.Load(), *w.set.Load()
	rs.peppers, rs.Tickets = rs.retired(now), rs.Tickets[:1]
	ws.peppers = rs.peppers
	return rs.keys(), ws.keys()
}

// TicketsRest is how long a ticket can be used after it was sealed, at most.
const TicketsRest = idleFor + time.Hour

// Adopt takes over the keys of newer, for whoever holds k.
func (k *ReaderKeys) Adopt(newer *ReaderKeys) { k.set.Store(newer.set.Load()) }

// Adopt takes over the keys of newer, for whoever holds k.
func (k *WriterKeys) Adopt(newer *WriterKeys) { k.set.Store(newer.set.Load()) }

// Versions are the ids of the peppers for codes, the present one first.
func (k *ReaderKeys) Versions() []string {
	var ids []string
	for _, c := range k.set.Load().codes() {
		ids = append(ids, c.ID)
	}
	return ids
}

// ParseReaderKeys reads what Marshal wrote, or fails with ErrKeys.
func ParseReaderKeys(data []byte) (*ReaderKeys, error) {
	var s readerSet
	if !parse(data, &s) || s.Version != 1 || len(s.Tickets) == 0 || !s.peppers.valid() {
		return nil, ErrKeys
	}
	for _, k := range s.Tickets {
		if !k.valid() {
			return nil, ErrKeys
		}
	}
	return s.keys(), nil
}

// ParseWriterKeys reads what Marshal wrote, or fails with ErrKeys.
func ParseWriterKeys(data []byte) (*WriterKeys, error) {
	var s writerSet
	if !parse(data, &s) || s.Version != 1 || !s.peppers.valid() {
		return nil, ErrKeys
	}
	return s.keys(), nil
}

func parse(data []byte, into any) bool {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into) == nil && !d.More()
}

// Marshal returns the set as a JSON file, to be kept where only the gateway can read it.
func (k *ReaderKeys) Marshal() []byte { return marshal(k.set.Load()) }

// Marshal returns the set as a JSON file, to be kept where only the router can read it.
func (k *WriterKeys) Marshal() []byte { return marshal(k.set.Load()) }

func marshal(set any) []byte {
	data, err := json.MarshalIndent(set, "", "  ")
	if err != nil {
		panic(err) // strings and bytes always marshal
	}
	return append(data, '\n')
}

// Format prints no key.
func (k *ReaderKeys) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("mailbox keys")) }

// Format prints no key.
func (k *WriterKeys) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("mailbox keys")) }

// name is the name of a key in Redis: what it is for, and a MAC of what it is named by.
type name struct{ shard, mac string }

// shards is how many hash tags the mailboxes are spread over.
const shards = 16

func (p *peppers) name(kind string, of []byte) name {
	m := mac(p.Name.Key, []byte(kind), of)
	return name{"{m" + shardNumber(int(m[31])%shards) + "}", hex.EncodeToString(m[:16])}
}

func shardNumber(n int) string { return strconv.Itoa(100 + n)[1:] }

// key returns the key of a kind in this name's shard.
func (n name) key(kind string) string { return n.shard + ":" + kind + ":" + n.mac }

// notice is how notices name the mailbox.
func (n name) notice() string { return n.shard + n.mac }

func feedKey(shard string) string { return shard + ":feed" }

// mac is HMAC-SHA256 over parts, each with its length before it.
func mac(k []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, k)
	for _, p := range parts {
		_, _ = fmt.Fprintf(h, "%d:", len(p)) // a hash never fails
		_, _ = h.Write(p)
	}
	return h.Sum(nil)
}

// derive makes a key of 32 bytes for one purpose.
func derive(secret, salt []byte, purpose string) []byte {
	k, err := hkdf.Key(sha256.New, secret, salt, "madoguchi mailbox 1 "+purpose, 32)
	if err != nil {
		panic(err) // only for lengths beyond 8,160 bytes
	}
	return k
}

// text is how tokens are written: without padding, fit for an address.
var text = base64.RawURLEncoding
