package envelope

import (
	"crypto/hpke"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"sync/atomic"
)

// KeyID names an intake key without saying anything of it: the start of the digest of its public half.
type KeyID [idSize]byte

func (id KeyID) String() string { return hex.EncodeToString(id[:]) }

func idOf(pub hpke.PublicKey) KeyID {
	sum := sha256.Sum256(pub.Bytes())
	return KeyID(sum[:idSize])
}

// SealedTo names the key that a record was sealed to; it is the zero KeyID where it is no record.
func SealedTo(record []byte) KeyID {
	if len(record) < headSize+tagSize || record[0] != version {
		return KeyID{}
	}
	return KeyID(record[1:])
}

// Recipient is the public half of an intake key. It can only seal. It is safe for concurrent use, also while Adopt replaces
// what is in it.
type Recipient struct{ key atomic.Pointer[public] }

type public struct {
	id  KeyID
	key hpke.PublicKey
}

func recipient(key hpke.PublicKey) *Recipient {
	r := &Recipient{}
	r.key.Store(&public{idOf(key), key})
	return r
}

// ID names the key.
func (r *Recipient) ID() KeyID { return r.key.Load().id }

// Adopt takes over the key of newer, for whoever holds r: every lane begins an epoch under it with its next message.
func (r *Recipient) Adopt(newer *Recipient) {
	if r.ID() != newer.ID() {
		r.key.Store(newer.key.Load())
	}
}

// Identity is the private half of an intake key, and of those before it, as long as something that is sealed to them may be
// left. It belongs to the router alone. It is safe for concurrent use, also while Adopt replaces what is in it.
type Identity struct{ set atomic.Pointer[privates] }

// privates are not empty; the newest is the last.
type privates struct{ keys []private }

type private struct {
	id  KeyID
	key hpke.PrivateKey
}

func (p privates) identity() *Identity {
	i := &Identity{}
	i.set.Store(&p)
	return i
}

func newPrivate() (private, error) {
	kem, _, _ := suite()
	key, err := kem.GenerateKey()
	if err != nil {
		return private{}, err
	}
	return private{idOf(key.PublicKey()), key}, nil
}

// NewIdentity makes a key.
func NewIdentity() (*Identity, error) {
	p, err := newPrivate()
	if err != nil {
		return nil, err
	}
	return privates{[]private{p}}.identity(), nil
}

// Added returns an identity with a new key beside those of i. Its recipient is the new one's.
func (i *Identity) Added() (*Identity, error) {
	p, err := newPrivate()
	if err != nil {
		return nil, err
	}
	return privates{append(slices.Clone(i.set.Load().keys), p)}.identity(), nil
}

// Retired returns an identity with the newest key alone. What was sealed to another cannot be opened any more.
func (i *Identity) Retired() *Identity { return privates{[]private{i.newest()}}.identity() }

// Adopt takes over the keys of newer, for whoever holds i.
func (i *Identity) Adopt(newer *Identity) { i.set.Store(newer.set.Load()) }

// Versions are the ids of the keys, the newest first.
func (i *Identity) Versions() []string {
	var ids []string
	for _, p := range slices.Backward(i.set.Load().keys) {
		ids = append(ids, p.id.String())
	}
	return ids
}

func (i *Identity) newest() private {
	keys := i.set.Load().keys
	return keys[len(keys)-1]
}

// ID names the newest key.
func (i *Identity) ID() KeyID { return i.newest().id }

// Recipient returns the public half of the newest key.
func (i *Identity) Recipient() *Recipient { return recipient(i.newest().key.PublicKey()) }

// keyFile is how a half is kept. The id is derived, and stands there for the people who handle the file.
type keyFile struct {
	Version int       `json:"version"`
	Use     string    `json:"use"` // "seal intake" or "open intake", so that the two cannot be exchanged
	ID      string    `json:"id"`
	Key     []byte    `json:"key"`
	Former  []keyPart `json:"former,omitempty"` // oldest first
}

type keyPart struct {
	ID  string `json:"id"`
	Key []byte `json:"key"`
}

const (
	useSeal = "seal intake"
	useOpen = "open intake"
)

// Marshal returns the public half as JSON, for ParseRecipient.
func (r *Recipient) Marshal() ([]byte, error) {
	p := r.key.Load()
	return json.Marshal(keyFile{Version: version, Use: useSeal, ID: p.id.String(), Key: p.key.Bytes()})
}

// Marshal returns the private halves as JSON, for ParseIdentity. They are a secret.
func (i *Identity) Marshal() ([]byte, error) {
	f := keyFile{Version: version, Use: useOpen}
	for _, p := range i.set.Load().keys {
		secret, err := p.key.Bytes()
		if err != nil {
			return nil, ErrKey
		}
		f.Former = append(f.Former, keyPart{p.id.String(), secret})
	}
	last := len(f.Former) - 1
	f.ID, f.Key, f.Former = f.Former[last].ID, f.Former[last].Key, f.Former[:last]
	return json.Marshal(f)
}

// ParseRecipient reads what Recipient.Marshal wrote.
func ParseRecipient(b []byte) (*Recipient, error) {
	f, err := parse(b, useSeal)
	if err != nil {
		return nil, err
	}
	kem, _, _ := suite()
	key, err := kem.NewPublicKey(f.Key)
	if err != nil || idOf(key).String() != f.ID {
		return nil, ErrKey
	}
	return recipient(key), nil
}

// ParseIdentity reads what Identity.Marshal wrote.
func ParseIdentity(b []byte) (*Identity, error) {
	f, err := parse(b, useOpen)
	if err != nil {
		return nil, err
	}
	kem, _, _ := suite()
	var all privates
	for _, part := range append(f.Former, keyPart{f.ID, f.Key}) {
		key, err := kem.NewPrivateKey(part.Key)
		if err != nil || idOf(key.PublicKey()).String() != part.ID {
			return nil, ErrKey
		}
		all.keys = append(all.keys, private{idOf(key.PublicKey()), key})
	}
	return all.identity(), nil
}

func parse(b []byte, use string) (keyFile, error) {
	var f keyFile
	if err := json.Unmarshal(b, &f); err != nil || f.Version != version || f.Use != use {
		return f, ErrKey
	}
	return f, nil
}
