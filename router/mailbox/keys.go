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
	"strconv"
)

// ErrKeys is a key set that cannot be read. It never holds a part of it.
var ErrKeys = errors.New("mailbox: not a key set of this version")

// key is one secret of 32 bytes with a name that may be written beside what it sealed.
type key struct {
	ID  string `json:"id"` // 8 letters and digits
	Key []byte `json:"key"`
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
	Name key `json:"name"` // without it nobody can say whether a conversation has a mailbox
}

// ReaderKeys are the gateway's. No verb of fmt prints them.
type ReaderKeys struct{ set readerSet }

// readerSet is the file. The first ticket key seals, the others open what was sealed before they were replaced.
type readerSet struct {
	Version int   `json:"version"`
	Tickets []key `json:"tickets"`
	peppers
}

// WriterKeys are the router's. No verb of fmt prints them.
type WriterKeys struct{ set writerSet }

type writerSet struct {
	Version int `json:"version"`
	peppers
}

// NewKeys makes the key sets of a new installation. They belong together.
func NewKeys() (*ReaderKeys, *WriterKeys) {
	p := peppers{Code: newKey(), Name: newKey()}
	return &ReaderKeys{readerSet{1, []key{newKey()}, p}}, &WriterKeys{writerSet{1, p}}
}

// ParseReaderKeys reads what Marshal wrote, or fails with ErrKeys.
func ParseReaderKeys(data []byte) (*ReaderKeys, error) {
	var s readerSet
	if !parse(data, &s) || s.Version != 1 || len(s.Tickets) == 0 || !s.Code.valid() || !s.Name.valid() {
		return nil, ErrKeys
	}
	for _, k := range s.Tickets {
		if !k.valid() {
			return nil, ErrKeys
		}
	}
	return &ReaderKeys{s}, nil
}

// ParseWriterKeys reads what Marshal wrote, or fails with ErrKeys.
func ParseWriterKeys(data []byte) (*WriterKeys, error) {
	var s writerSet
	if !parse(data, &s) || s.Version != 1 || !s.Code.valid() || !s.Name.valid() {
		return nil, ErrKeys
	}
	return &WriterKeys{s}, nil
}

func parse(data []byte, into any) bool {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into) == nil && !d.More()
}

// Marshal returns the set as a JSON file, to be kept where only the gateway can read it.
func (k *ReaderKeys) Marshal() []byte { return marshal(k.set) }

// Marshal returns the set as a JSON file, to be kept where only the router can read it.
func (k *WriterKeys) Marshal() []byte { return marshal(k.set) }

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
