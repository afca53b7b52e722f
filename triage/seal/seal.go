// Package seal closes and opens what the desk keeps: the bodies of cases, and small secrets such as accounts and sessions.
//
// A master key set (Keys) lies in a file of the console. Each case has a random data key of its own (Case), which is kept
// beside the case, wrapped by the master together with the case's share, which is kept elsewhere (package keyring). So
// destroying the share destroys every word of the case, in the live store and in every copy that holds the wrapped key.
//
// Everything is AES-256-GCM. A record begins with a version and the id of its key, so that a key can be replaced while old
// records stay readable. Plain text is padded to 512·2ⁿ bytes first, so that a record's length says little about a text.
// The associated data of a case's record is its place: case, seq, direction, channel and kind. A record moved to another
// case, another position or another meaning does not open. Direction, channel and kind travel inside a sealed head of one
// size, because in the clear they would tell whoever holds a dump who wrote when and by which door.
//
// Errors never say more than ErrKey and ErrOpen.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"sync/atomic"
)

// The errors of this package.
var (
	ErrKey  = errors.New("seal: no such key")                                         // the key set lacks the key, or is malformed
	ErrOpen = errors.New("seal: the record is damaged, or it belongs somewhere else") // wrong key, wrong place or tampered with
)

const (
	version  = 1
	keyBytes = 32
	idBytes  = 4
	nonce    = 12
	tag      = 16
	prefix   = 1 + idBytes // version and key id, before every record
	block    = 512         // the smallest size class
)

// Keys is a versioned set of master keys: one seals, all of them open. It is safe for concurrent use, also while Adopt
// replaces what is in it.
type Keys struct{ set atomic.Pointer[keySet] }

type keySet struct {
	masters []*master // oldest first
	sealing int       // which of them seals
	digest  []byte    // of Digest; never replaced, because digests are compared over the years
}

type master struct {
	secret []byte // wraps data keys, together with the share of the case
	id     uint32
	small  cipher.AEAD // seals small secrets
}

func newMaster(secret []byte) (*master, error) {
	if len(secret) != keyBytes {
		return nil, ErrKey
	}
	m := &master{secret: secret, id: keyID(secret)}
	var err error
	m.small, err = aead(secret, nil, "small")
	return m, err
}

// Digest names something without showing it: 16 bytes of a keyed hash of what it is (label) and its parts. The same
// parts give the same digest for as long as the key set lives.
func (k *Keys) Digest(label string, parts ...string) []byte {
	mac := hmac.New(sha256.New, k.set.Load().digest)
	mac.Write(fields(append([]string{label}, parts...)...))
	return mac.Sum(nil)[:16]
}

// Seal closes a small secret of the desk. The label says what it is and whose (account‖login), so that one cannot stand in
// another's place.
func (k *Keys) Seal(label string, plain []byte) []byte {
	m := k.set.Load().newest()
	return sealed(m.small, header(m.id), fields("small", label), pad(plain))
}

// Open opens what Seal closed under the same label, or fails with ErrKey or ErrOpen.
func (k *Keys) Open(label string, record []byte) ([]byte, error) {
	id, body, err := split(record)
	if err != nil {
		return nil, err
	}
	m, err := k.set.Load().master(id)
	if err != nil {
		return nil, err
	}
	padded, err := opened(m.small, record[:prefix], fields("small", label), body)
	if err != nil {
		return nil, err
	}
	return unpad(padded)
}

// header returns the first bytes of a record.
func header(id uint32) []byte { return binary.BigEndian.AppendUint32([]byte{version}, id) }

// split takes a record's header off.
func split(record []byte) (id uint32, body []byte, err error) {
	if len(record) < prefix || record[0] != version {
		return 0, nil, ErrOpen
	}
	return binary.BigEndian.Uint32(record[1:prefix]), record[prefix:], nil
}

// sealed returns head followed by a fresh nonce and the sealed plain text; head is authenticated with data.
func sealed(a cipher.AEAD, head, data, plain []byte) []byte {
	out := make([]byte, 0, len(head)+nonce+len(plain)+tag)
	out = append(out, head...)
	n := random(nonce)
	out = append(out, n...)
	return a.Seal(out, n, plain, slices.Concat(head, data))
}

// opened undoes sealed; body is the record after head.
func opened(a cipher.AEAD, head, data, body []byte) ([]byte, error) {
	if len(body) < nonce+tag {
		return nil, ErrOpen
	}
	plain, err := a.Open(nil, body[:nonce], body[nonce:], slices.Concat(head, data))
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
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
		return nil, ErrOpen
	}
	n := int64(binary.BigEndian.Uint32(padded))
	if n > int64(len(padded)-4) {
		return nil, ErrOpen
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

// aead derives the cipher of one use from a secret of keyBytes, and from a share where the use has one.
func aead(secret, share []byte, use string) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, secret, share, "madoguchi/seal/"+use, keyBytes)
	if err != nil {
		return nil, err
	}
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(b)
}

// keyID names a key without telling anything of it.
func keyID(secret []byte) uint32 {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("madoguchi/seal/id"))
	return binary.BigEndian.Uint32(mac.Sum(nil))
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: it ends the program instead
	return b
}
