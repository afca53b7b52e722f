package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
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

// Keys is the identity key set: versioned, each key with an id. One seals, all of them open. It is safe for concurrent use,
// also while Adopt replaces what is in it.
type Keys struct{ set atomic.Pointer[keySet] }

type master struct {
	id     uint32
	secret []byte      // wraps the keys of cases, together with the share of each
	small  cipher.AEAD // seals aliases
}

func newMaster(key []byte) (master, error) {
	if len(key) != keyBytes {
		return master{}, fmt.Errorf("%w: a key has not %d bytes", ErrKeys, keyBytes)
	}
	return master{keyID(key), key, aead(key, nil, "small")}, nil
}

func (k *Keys) digest(parts ...string) []byte {
	mac := hmac.New(sha256.New, k.set.Load().names)
	mac.Write(fields(parts...))
	return mac.Sum(nil)
}

// seal closes something that belongs to no case, bound to its place.
func (k *Keys) seal(place string, plain []byte) []byte {
	m := k.set.Load().newest()
	return sealed(m.small, m.id, fields("small", place), plain)
}

func (k *Keys) open(place string, record []byte) ([]byte, error) {
	m, err := k.set.Load().master(record)
	if err != nil {
		return nil, err
	}
	return opened(m.small, m.id, fields("small", place), record)
}

// stale reports whether another key than the sealing one closed the record.
func (k *Keys) stale(record []byte) bool { return !hasPrefix(record, k.set.Load().newest().id) }

// caseKey seals and opens what belongs to one case.
type caseKey struct {
	name string
	id   uint32
	aead cipher.AEAD
}

// newCase makes a random key for the case of that name, and wraps it with the case's share.
func (k *Keys) newCase(name string, share []byte) (*caseKey, []byte) {
	key := random(keyBytes)
	return &caseKey{name, keyID(key), aead(key, nil, "case")}, k.wrap(name, key, share)
}

func (k *Keys) wrap(name string, key, share []byte) []byte {
	m := k.set.Load().newest()
	return sealed(aead(m.secret, share, "wrap"), m.id, fields("wrap", name), key)
}

func (k *Keys) unwrap(name string, wrapped, share []byte) ([]byte, error) {
	m, err := k.set.Load().master(wrapped)
	if err != nil {
		return nil, err
	}
	key, err := opened(aead(m.secret, share, "wrap"), m.id, fields("wrap", name), wrapped)
	if err != nil || len(key) != keyBytes {
		return nil, ErrDamaged
	}
	return key, nil
}

func (k *Keys) openCase(name string, wrapped, share []byte) (*caseKey, error) {
	key, err := k.unwrap(name, wrapped, share)
	if err != nil {
		return nil, err
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
