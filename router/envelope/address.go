package envelope

import (
	"crypto/hpke"
	"encoding/json"

	"madoguchi/channels"
)

// An address that is closed is an address as well: of the same kind, of nobody that can be read. Who it is of is a mark,
// by which the same person is known again, and how to reach them is sealed, bound to the mark:
//
//	version[1] key id[8] encapsulation[32] sealed[padded+16]
const (
	addressHead  = 1 + idSize + encSize
	addressClass = 256 // the smallest size class; most addresses and what is needed to answer at them fit
)

func addressSuite() (hpke.KDF, hpke.AEAD) { return hpke.HKDFSHA256(), hpke.AES256GCM() }

type address struct {
	Kind string `json:"kind"`
	Who  string `json:"who"`
	How  []byte `json:"how,omitempty"`
}

// CloseAddress closes an address. mark is what it goes by from now on; it must tell nothing to whoever cannot open it.
func (r *Recipient) CloseAddress(mark string, a channels.Address) (channels.Address, error) {
	kind, who, how := channels.OpenAddress(a)
	plain, err := json.Marshal(address{kind, who, how})
	if err != nil {
		return channels.Address{}, ErrForm
	}
	sealed, err := r.Close("address "+mark, plain)
	return channels.NewAddress(kind, mark, sealed), err
}

// OpenAddress opens what CloseAddress closed, or fails with ErrKey or ErrOpen.
func (i *Identity) OpenAddress(closed channels.Address) (channels.Address, error) {
	_, mark, sealed := channels.OpenAddress(closed)
	plain, err := i.Open("address "+mark, sealed)
	if err != nil {
		return channels.Address{}, err
	}
	var a address
	if json.Unmarshal(plain, &a) != nil {
		return channels.Address{}, ErrForm
	}
	return channels.NewAddress(a.Kind, a.Who, a.How), nil
}

// Close seals something small by itself, at the cost of an encapsulation. It opens under the same label only.
func (r *Recipient) Close(label string, plain []byte) ([]byte, error) {
	to := r.key.Load()
	kdf, aead := addressSuite()
	enc, sender, err := hpke.NewSender(to.key, kdf, aead, []byte(r.use))
	if err != nil {
		return nil, ErrKey
	}
	out := append(append([]byte{version}, to.id[:]...), enc...)
	sealed, err := sender.Seal(append([]byte(label), out...), padded(plain))
	if err != nil {
		return nil, ErrKey
	}
	return append(out, sealed...), nil
}

// Open opens what Close sealed to any of the keys, or fails with ErrKey or ErrOpen.
func (i *Identity) Open(label string, record []byte) ([]byte, error) {
	if len(record) < addressHead+tagSize || record[0] != version {
		return nil, ErrOpen
	}
	private := i.private(KeyID(record[1:]))
	if private == nil {
		return nil, ErrKey
	}
	head := record[:addressHead]
	kdf, aead := addressSuite()
	r, err := hpke.NewRecipient(head[1+idSize:], private, kdf, aead, []byte(i.use))
	if err != nil {
		return nil, ErrOpen
	}
	plain, err := r.Open(append([]byte(label), head...), record[addressHead:])
	if err != nil {
		return nil, ErrOpen
	}
	return unpadded(plain)
}

// Stale reports whether something that Close sealed, or an address, was closed to another key than the newest.
func (i *Identity) Stale(record []byte) bool {
	return len(record) < addressHead || KeyID(record[1:]) != i.newest().id
}

// padded fills up to a size class with a byte 1 and zeros, so that the length tells little.
func padded(plain []byte) []byte {
	size := addressClass
	for size < len(plain)+1 {
		size *= 2
	}
	out := make([]byte, size)
	out[copy(out, plain)] = 1
	return out
}

func unpadded(b []byte) ([]byte, error) {
	for n := len(b) - 1; n >= 0; n-- {
		switch b[n] {
		case 0:
		case 1:
			return b[:n], nil
		default:
			return nil, ErrForm
		}
	}
	return nil, ErrForm
}
