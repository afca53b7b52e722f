// Package envelope closes messages at the door and opens them behind the wall: whole messages for the router, and in them the
// addresses of people for the vault alone. It holds the keys of both uses.
//
// Sealing and opening are different types: a gateway gets a Recipient, which can only seal, so that no mistake of wiring
// can hand it the power to read; the router gets an Opener. A gateway that is stolen gives away the epoch keys in its
// memory, which open what arrived in the last seconds, and nothing older.
//
// An HPKE encapsulation a message would cost some hundred times the encryption itself. So a lane makes one an epoch, of at
// most EpochAge and EpochSize messages; the epoch's key is exported from it, and the messages are sealed with AES-256-GCM.
// The associated data is the record's head, the lane and the number of the message in it, so a record that was moved,
// swapped or renumbered does not open. Each record carries its encapsulation and opens by itself:
//
//	version[1] key id[8] encapsulation[32] count in the epoch[2] sealed[padded+16]
//
// The count is the nonce. It belongs to the epoch and not to the lane, so that not even a number that is given out twice
// would repeat a nonce under a key.
package envelope

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/binary"
	"errors"
	"sync"
	"time"
)

// What an epoch may reach before its key is replaced.
const (
	EpochAge  = 10 * time.Second
	EpochSize = 1000
)

// Errors that callers tell apart with errors.Is. They say no more on purpose.
var (
	ErrKey  = errors.New("envelope: no such key")          // not sealed to a key that is here, or a malformed key file
	ErrOpen = errors.New("envelope: cannot be opened")     // damaged, moved or forged
	ErrForm = errors.New("envelope: not a message's form") // opened, but written by another version
)

const (
	version     = 1
	idSize      = 8
	encSize     = 32
	headSize    = 1 + idSize + encSize + 2
	tagSize     = 16
	keySize     = 32
	exportLabel = "madoguchi intake epoch"
)

func suite() (hpke.KEM, hpke.KDF, hpke.AEAD) {
	return hpke.DHKEM(ecdh.X25519()), hpke.HKDFSHA256(), hpke.ExportOnly()
}

// Sealer seals the messages of one lane. It belongs to one goroutine.
type Sealer struct {
	to    *Recipient
	used  *public // of the epoch
	lane  string
	now   func() time.Time
	epoch cipher.AEAD
	head  [headSize]byte
	begun time.Time
	count uint16
	aad   []byte
}

// NewSealer returns a sealer for a lane, whose name goes into the associated data.
func NewSealer(to *Recipient, lane string) *Sealer { return &Sealer{to: to, lane: lane, now: time.Now} }

// Seal seals a message under its number in the lane. plain is what Encode returned.
func (s *Sealer) Seal(seq int64, plain []byte) ([]byte, error) {
	if now := s.now(); s.epoch == nil || s.count >= EpochSize || now.Sub(s.begun) >= EpochAge || s.used != s.to.key.Load() {
		if err := s.renew(now); err != nil {
			return nil, err
		}
	}
	s.count++
	binary.BigEndian.PutUint16(s.head[headSize-2:], s.count)
	out := make([]byte, headSize, headSize+len(plain)+tagSize)
	copy(out, s.head[:])
	s.aad = appendAAD(s.aad[:0], s.head[:], s.lane, seq)
	return s.epoch.Seal(out, nonce(s.count), plain, s.aad), nil
}

func (s *Sealer) renew(now time.Time) error {
	_, kdf, aead := suite()
	to := s.to.key.Load()
	enc, sender, err := hpke.NewSender(to.key, kdf, aead, []byte(s.lane))
	if err != nil {
		return ErrKey
	}
	key, err := sender.Export(exportLabel, keySize)
	if err != nil {
		return ErrKey
	}
	epoch, err := newAEAD(key)
	clear(key)
	if err != nil {
		return err
	}
	s.epoch, s.used, s.begun, s.count = epoch, to, now, 0
	s.head[0] = version
	copy(s.head[1:], to.id[:])
	copy(s.head[1+idSize:], enc)
	return nil
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, ErrKey
	}
	return cipher.NewGCM(block)
}

func nonce(count uint16) []byte {
	var n [12]byte
	binary.BigEndian.PutUint16(n[10:], count)
	return n[:]
}

func appendAAD(b, head []byte, lane string, seq int64) []byte {
	b = append(b, head...)
	b = binary.BigEndian.AppendUint64(b, uint64(seq))
	return append(b, lane...)
}

// cached is how many epochs an Opener remembers: some minutes of a busy desk. Opening an older record costs one
// decapsulation more.
const cached = 256

// Opener opens records that were sealed to any of its keys. It is safe for concurrent use.
type Opener struct {
	keys []*Identity

	mu     sync.Mutex
	epochs map[epochName]cipher.AEAD
	order  []epochName // a ring, the oldest at next
	next   int
}

type epochName struct {
	head [1 + idSize + encSize]byte
	lane string
}

// NewOpener returns an opener of what was sealed to any key of the identities, as they are at the time.
func NewOpener(keys ...*Identity) *Opener {
	return &Opener{keys: keys, epochs: make(map[epochName]cipher.AEAD)}
}

// Open returns what was sealed under that number in that lane, or ErrKey or ErrOpen.
func (o *Opener) Open(lane string, seq int64, record []byte) ([]byte, error) {
	if len(record) < headSize+tagSize || record[0] != version {
		return nil, ErrOpen
	}
	epoch, err := o.epoch(epochName{[1 + idSize + encSize]byte(record), lane})
	if err != nil {
		return nil, err
	}
	head, count := record[:headSize], binary.BigEndian.Uint16(record[headSize-2:])
	plain, err := epoch.Open(nil, nonce(count), record[headSize:], appendAAD(nil, head, lane, seq))
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

func (o *Opener) epoch(name epochName) (cipher.AEAD, error) {
	o.mu.Lock()
	epoch, ok := o.epochs[name]
	o.mu.Unlock()
	if ok {
		return epoch, nil
	}
	private := o.private(KeyID(name.head[1:]))
	if private == nil {
		return nil, ErrKey
	}
	_, kdf, aead := suite()
	r, err := hpke.NewRecipient(name.head[1+idSize:], private, kdf, aead, []byte(name.lane))
	if err != nil {
		return nil, ErrOpen
	}
	key, err := r.Export(exportLabel, keySize)
	if err != nil {
		return nil, ErrOpen
	}
	epoch, err = newAEAD(key)
	clear(key)
	if err != nil {
		return nil, err
	}
	o.remember(name, epoch)
	return epoch, nil
}

func (o *Opener) private(id KeyID) hpke.PrivateKey {
	for _, i := range o.keys {
		if key := i.private(id); key != nil {
			return key
		}
	}
	return nil
}

func (o *Opener) remember(name epochName, epoch cipher.AEAD) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, ok := o.epochs[name]; ok {
		return
	}
	o.epochs[name] = epoch
	if len(o.order) < cached {
		o.order = append(o.order, name)
		return
	}
	delete(o.epochs, o.order[o.next])
	o.order[o.next] = name
	o.next = (o.next + 1) % cached
}
