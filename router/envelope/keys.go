package envelope

import (
	"crypto/hpke"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"sync/atomic"
)

// KeyID names a key without saying anything of it: the start of the digest of its public half.
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

// Use is what a key is for, so that none can be taken for one of the other sort.
type Use string

// The uses of keys.
const (
	Intake    Use = "intake"    // messages on their way: the router opens
	Addresses Use = "addresses" // who is reached where: the vault opens
)

// Recipient is the public half of a key. It can only seal. It is safe for concurrent use, also while Adopt replaces what is in
// it.
type Recipient struct {
	use Use
	key atomic.Pointer[public]
}

type public struct {
	id  KeyID
	key hpke.PublicKey
}

func recipient(use Use, key hpke.PublicKey) *Recipient {
	r := &Recipient{use: use}
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

// Identity is the private half of a key, and of those before it, as long as something that is sealed to them may be left. It
// belongs to one role alone. It is safe for concurrent use, also while Adopt replaces what is in it.
type Identity struct {
	use Use
	set atomic.Pointer[privates]
}

// privates are not empty; the newest is the last.
type privates []private

type private struct {
	id  KeyID
	key hpke.PrivateKey
}

func (p privates) identity(use Use) *Identity {
	i := &Identity{use: use}
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
func NewIdentity(use Use) (*Identity, error) {
	p, err := newPrivate()
	if err != nil {
		return nil, err
	}
	return privates{p}.identity(use), nil
}

// Added returns an identity with a new key beside those of i. Its recipient is the new one's.
func (i *Identity) Added() (*Identity, error) {
	p, err := newPrivate()
	if err != nil {
		return nil, err
	}
	return append(slices.Clone(*i.set.Load()), p).identity(i.use), nil
}

// Retired returns an identity with the newest key alone. What was sealed to another cannot be opened any more.
func (i *Identity) Retired() *Identity { return privates{i.newest()}.identity(i.use) }

// Adopt takes over the keys of newer, for whoever holds i.
func (i *Identity) Adopt(newer *Identity) { i.set.Store(newer.set.Load()) }

// Versions are the ids of the keys, the newest first.
func (i *Identity) Versions() []string {
	var ids []string
	for _, p := range slices.Backward(*i.set.Load()) {
		ids = append(ids, p.id.String())
	}
	return ids
}

func (i *Identity) newest() private {
	keys := *i.set.Load()
	return keys[len(keys)-1]
}

// private returns the key of that id, or nil.
func (i *Identity) private(id KeyID) hpke.PrivateKey {
	for _, p := range *i.set.Load() {
		if p.id == id {
			return p.key
		}
	}
	return nil
}

// ID names the newest key.
func (i *Identity) ID() KeyID { return i.newest().id }

// Recipient returns the public half of the newest key.
func (i *Identity) Recipient() *Recipient { return recipient(i.use, i.newest().key.PublicKey()) }

// keyFile is how a half is kept. The id is derived, and stands there for the people who handle the file.
type keyFile struct {
	Version int       `json:"version"`
	Use     string    `json:"use"` // "seal intake", "open addresses" and so on, so that no two can be exchanged
	ID      string    `json:"id"`
	Key     []byte    `json:"key"`
	Former  []keyPart `json:"former,omitempty"` // oldest first
}

type keyPart struct {
	ID  string `json:"id"`
	Key []byte `json:"key"`
}

const (
	seals = "seal "
	opens = "open "
)

// Marshal returns the public half as JSON, for ParseRecipient.
func (r *Recipient) Marshal() ([]byte, error) {
	p := r.key.Load()
	return json.Marshal(keyFile{Version: version, Use: seals + string(r.use), ID: p.id.String(), Key: p.key.Bytes()})
}

// Marshal returns the private halves as JSON, for ParseIdentity. They are a secret.
func (i *Identity) Marshal() ([]byte, error) {
	f := keyFile{Version: version, Use: opens + string(i.use)}
	for _, p := range *i.set.Load() {
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

// ParseRecipient reads what Recipient.Marshal wrote of a key of that use.
func ParseRecipient(use Use, b []byte) (*Recipient, error) {
	f, err := parse(b, seals+string(use))
	if err != nil {
		return nil, err
	}
	kem, _, _ := suite()
	key, err := kem.NewPublicKey(f.Key)
	if err != nil || idOf(key).String() != f.ID {
		return nil, ErrKey
	}
	return recipient(use, key), nil
}

// ParseIdentity reads what Identity.Marshal wrote of a key of that use.
func ParseIdentity(use Use, b []byte) (*Identity, error) {
	f, err := parse(b, opens+string(use))
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
		all = append(all, private{idOf(key.PublicKey()), key})
	}
	return all.identity(use), nil
}

func parse(b []byte, use string) (keyFile, error) {
	var f keyFile
	if err := json.Unmarshal(b, &f); err != nil || f.Version != version || f.Use != use {
		return f, ErrKey
	}
	return f, nil
}
