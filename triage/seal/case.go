package seal

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"strconv"
)

// Case seals and opens the records of one case. It is safe for concurrent use.
type Case struct {
	name string
	id   uint32
	head cipher.AEAD
	body cipher.AEAD
}

// Meaning is what a record is, beside its place. The whole of it takes at most 60 bytes.
type Meaning struct {
	Direction string // who speaks
	Channel   string // by which door
	Kind      string // of what kind
}

// headBytes is the length of a record's sealed head, whatever it says.
const headBytes = 64

// NewCase makes a random data key for the case of that name. The wrapped key is kept beside the case, the share elsewhere.
func (k *Keys) NewCase(name string, share []byte) (c *Case, wrapped []byte) {
	key, m := random(keyBytes), k.set.Load().newest()
	c, err := newCase(name, key)
	wrap, failed := aead(m.secret, share, "wrap")
	if err = errors.Join(err, failed); err != nil {
		panic("seal: " + err.Error()) // a key of the right length is never refused
	}
	return c, sealed(wrap, header(m.id), fields("wrap", name), key)
}

// OpenCase unwraps the data key of the case of that name with its share, or fails with ErrKey or ErrOpen.
func (k *Keys) OpenCase(name string, wrapped, share []byte) (*Case, error) {
	key, err := k.unwrap(name, wrapped, share)
	if err != nil {
		return nil, err
	}
	return newCase(name, key)
}

// Rewrap wraps the data key of a case anew where another master than the sealing one holds it; stale says whether it was so.
func (k *Keys) Rewrap(name string, wrapped, share []byte) (anew []byte, stale bool, err error) {
	m := k.set.Load().newest()
	if id, _, err := split(wrapped); err != nil || id == m.id {
		return wrapped, false, err
	}
	key, err := k.unwrap(name, wrapped, share)
	if err != nil {
		return nil, false, err
	}
	wrap, err := aead(m.secret, share, "wrap")
	if err != nil {
		return nil, false, err
	}
	return sealed(wrap, header(m.id), fields("wrap", name), key), true, nil
}

func (k *Keys) unwrap(name string, wrapped, share []byte) ([]byte, error) {
	id, body, err := split(wrapped)
	if err != nil {
		return nil, err
	}
	m, err := k.set.Load().master(id)
	if err != nil {
		return nil, err
	}
	wrap, err := aead(m.secret, share, "wrap")
	if err != nil {
		return nil, err
	}
	key, err := opened(wrap, wrapped[:prefix], fields("wrap", name), body)
	if err != nil {
		return nil, err
	}
	if len(key) != keyBytes {
		return nil, ErrOpen
	}
	return key, nil
}

func newCase(name string, key []byte) (*Case, error) {
	head, err := aead(key, nil, "head")
	if err != nil {
		return nil, err
	}
	body, err := aead(key, nil, "body")
	return &Case{name: name, id: keyID(key), head: head, body: body}, err
}

// Seal closes the case's record number seq. It fails where the meaning does not fit its head, which no word of the desk's
// vocabulary comes near.
func (c *Case) Seal(seq int64, m Meaning, plain []byte) ([]byte, error) {
	said := fields(m.Direction, m.Channel, m.Kind)
	if len(said) > headBytes {
		return nil, errors.New("seal: the meaning of a record is too long")
	}
	head := make([]byte, headBytes)
	copy(head, said)
	place := fields(c.name, strconv.FormatInt(seq, 10))
	out := sealed(c.head, header(c.id), place, head)
	return append(out, sealed(c.body, nil, bound(out, place, said), pad(plain))...), nil
}

// Open opens the case's record number seq and says what it is, or fails with ErrKey or ErrOpen.
func (c *Case) Open(seq int64, record []byte) (Meaning, []byte, error) {
	id, rest, err := split(record)
	if err != nil {
		return Meaning{}, nil, err
	}
	if id != c.id {
		return Meaning{}, nil, ErrKey
	}
	const headRecord = nonce + headBytes + tag
	if len(rest) < headRecord {
		return Meaning{}, nil, ErrOpen
	}
	place := fields(c.name, strconv.FormatInt(seq, 10))
	head, err := opened(c.head, record[:prefix], place, rest[:headRecord])
	if err != nil {
		return Meaning{}, nil, err
	}
	m, err := meaning(head)
	if err != nil {
		return Meaning{}, nil, err
	}
	data := bound(record[:prefix+headRecord], place, fields(m.Direction, m.Channel, m.Kind))
	padded, err := opened(c.body, nil, data, rest[headRecord:])
	if err != nil {
		return Meaning{}, nil, err
	}
	plain, err := unpad(padded)
	return m, plain, err
}

// bound is the associated data of a body: its place, its meaning, and the head that it was sealed with.
func bound(head, place, said []byte) []byte {
	return append(fields("body", string(place), string(said)), head...)
}

// meaning reads a head.
func meaning(head []byte) (Meaning, error) {
	var m Meaning
	for _, field := range []*string{&m.Direction, &m.Channel, &m.Kind} {
		n, used := binary.Uvarint(head)
		if used <= 0 || n > uint64(len(head)-used) {
			return Meaning{}, ErrOpen
		}
		*field, head = string(head[used:used+int(n)]), head[used+int(n):]
	}
	return m, nil
}
