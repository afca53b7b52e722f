package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// ErrKeys says that a key set cannot be read.
var ErrKeys = errors.New("vault: the identity key set is malformed")

const (
	version  = 1
	keyBytes = 32
	idBytes  = 4
	prefix   = 1 + idBytes // version and key id, before everything sealed
	nonce    = 12
	tag      = 16
	block    = 512 // the smallest size class
)

// Keys is the identity key set: versioned, each key with an id. The newest seals, all of them open. It is safe for
// concurrent use.
type Keys struct {
	masters []master // oldest first
	names   []byte   // names records by digests; never replaced, because names are compared over the years
}

type master struct {
	id     uint32
	secret []byte      // wraps the keys of cases, together with the share of each
	small  cipher.AEAD // seals aliases
}

// NewKeys makes a set with one random key.
func NewKeys() *Keys {
	k := &Keys{names: random(keyBytes)}
	return k.Rotated()
}

// Rotated returns a set with a new random key that seals from now on; those of k still open.
func (k *Keys) Rotated() *Keys {
	m, err := newMaster(random(keyBytes))
	if err != nil {
		panic(err) // a key of the right length is never refused
	}
	return &Keys{masters: append(slices.Clone(k.masters), m), names: k.names}
}

// file is a key set as Marshal writes it.
type file struct {
	Version int      `json:"version"`
	Keys    []secret `json:"keys"` // oldest first
	Names   []byte   `json:"names"`
}

type secret struct {
	ID     uint32 `json:"id"`
	Secret []byte `json:"secret"` // 32 bytes
}

// Marshal returns the set as JSON, for a file that only its owner can read.
func (k *Keys) Marshal() ([]byte, error) {
	f := file{Version: version, Names: k.names}
	for _, m := range k.masters {
		f.Keys = append(f.Keys, secret{m.id, m.secret})
	}
	return json.MarshalIndent(f, "", "  ")
}

// ParseKeys reads what Marshal wrote, or fails with ErrKeys.
func ParseKeys(data []byte) (*Keys, error) {
	var f file
	if json.Unmarshal(data, &f) != nil || f.Version != version || len(f.Keys) == 0 || len(f.Names) != keyBytes {
		return nil, ErrKeys
	}
	k := &Keys{names: f.Names}
	for _, s := range f.Keys {
		m, err := newMaster(s.Secret)
		if err != nil {
			return nil, err
		}
		if m.id != s.ID {
			return nil, fmt.Errorf("%w: a key is not what its id says", ErrKeys)
		}
		k.masters = append(k.masters, m)
	}
	return k, nil
}

func newMaster(key []byte) (master, error) {
	if len(key) != keyBytes {
		return master{}, fmt.Errorf("%w: a key has not %d bytes", ErrKeys, keyBytes)
	}
	return master{keyID(key), key, aead(key, nil, "small")}, nil
}

// master returns the key that the sealed record was sealed with.
func (k *Keys) master(sealed []byte) (master, error) {
	for _, m := range k.masters {
		if hasPrefix(sealed, m.id) {
			return m, nil
		}
	}
	return master{}, ErrDamaged
}

func (k *Keys) digest(parts ...string) []byte {
	mac := hmac.New(sha256.New, k.names)
	mac.Write(fields(parts...))
	return mac.Sum(nil)
}

// seal closes something that belongs to no case, bound to its place.
func (k *Keys) seal(place string, plain []byte) []byte {
	m := k.masters[len(k.masters)-1]
	return sealed(m.small, m.id, fields("small", place), plain)
}

func (k *Keys) open(place string, record []byte) ([]byte, error) {
	m, err := k.master(record)
	if err != nil {
		return nil, err
	}
	return opened(m.small, m.id, fields("small", place), record)
}

// caseKey seals and opens what belongs to one case.
type caseKey struct {
	name string
	id   uint32
	aead cipher.AEAD
}

// newCase makes a random key for the case of that name, and wraps it with the case's share.
func (k *Keys) newCase(name string, share []byte) (*caseKey, []byte) {
	m, key := k.masters[len(k.masters)-1], random(keyBytes)
	return &caseKey{name, keyID(key), aead(key, nil, "case")}, sealed(aead(m.secret, share, "wrap"), m.id, fields("wrap", name), key)
}

func (k *Keys) openCase(name string, wrapped, share []byte) (*caseKey, error) {
	m, err := k.master(wrapped)
	if err != nil {
		return nil, err
	}
	key, err := opened(aead(m.secret, share, "wrap"), m.id, fields("wrap", name), wrapped)
	if err != nil || len(key) != keyBytes {
		return nil, ErrDamaged
	}
	return &caseKey{name, keyID(key), aead(key, nil, "case")}, nil
}

// seal closes a field of the case; the field says what it is, and of which version where it changes.
func (c *caseKey) seal(field string, plain []byte) []byte {
	return sealed(c.aead, c.id, fields(c.name, field), plain)
}

func (c *caseKey) open(field string, record []byte) ([]byte, error) {
	return opened(c.aead, c.id, fields(c.name, field), record)
}

// sealed returns version, key id, a fresh nonce and the sealed text; the first two are authenticated with data.
func sealed(a cipher.AEAD, id uint32, data, plain []byte) []byte {
	out := binary.BigEndian.AppendUint32([]byte{version}, id)
	n := random(nonce)
	data = slices.Concat(out, data)
	return a.Seal(append(out, n...), n, plain, data)
}

func opened(a cipher.AEAD, id uint32, data, record []byte) ([]byte, error) {
	if !hasPrefix(record, id) || len(record) < prefix+nonce+tag {
		return nil, ErrDamaged
	}
	n, body := record[prefix:prefix+nonce], record[prefix+nonce:]
	plain, err := a.Open(nil, n, body, slices.Concat(record[:prefix], data))
	if err != nil {
		return nil, ErrDamaged
	}
	return plain, nil
}

func hasPrefix(record []byte, id uint32) bool {
	return len(record) >= prefix && record[0] == version && binary.BigEndian.Uint32(record[1:prefix]) == id
}

// pad fills plain up to its size class: a length of four bytes, the text, zeros.
func pad(plain []byte) []byte {
	size := block
	for size < 4+len(plain) {
		size *= 2
	}
	out := make([]byte, size)
	binary.BigEndian.PutUint32(out, uint32(len(plain)))
	copy(out[4:], plain)
	return out
}

func unpad(padded []byte) ([]byte, error) {
	if len(padded) < 4 {
		return nil, ErrDamaged
	}
	n := int64(binary.BigEndian.Uint32(padded))
	if n > int64(len(padded)-4) {
		return nil, ErrDamaged
	}
	return padded[4 : 4+n], nil
}

// fields joins strings so that no two lists give the same bytes: each is preceded by its length.
func fields(parts ...string) []byte {
	var out []byte
	for _, p := range parts {
		out = binary.AppendUvarint(out, uint64(len(p)))
		out = append(out, p...)
	}
	return out
}

// aead derives the cipher of one use from a key of keyBytes, and from a share where the use has one.
func aead(key, share []byte, use string) cipher.AEAD {
	derived, err := hkdf.Key(sha256.New, key, share, "madoguchi/vault/"+use, keyBytes)
	if err != nil {
		panic(err) // SHA-256 gives this many bytes
	}
	b, err := aes.NewCipher(derived)
	if err != nil {
		panic(err) // 32 bytes are a key of AES
	}
	a, err := cipher.NewGCM(b)
	if err != nil {
		panic(err) // AES has the block size of GCM
	}
	return a
}

// keyID names a key without telling anything of it.
func keyID(key []byte) uint32 {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("madoguchi/vault/id"))
	return binary.BigEndian.Uint32(mac.Sum(nil))
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: it ends the program instead
	return b
}
