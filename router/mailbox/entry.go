package mailbox

import (
	"bytes"
	"crypto/hpke"
	"encoding/binary"
	"encoding/json"
	"errors"

	"madoguchi/channels"
)

// smallest is the shortest plain text of an entry; longer ones are twice that, four times, and so on, so that the length
// of what is stored tells little of the length of what was said.
const smallest = 512

// damaged is what a seeker reads in the place of an entry that does not open.
const damaged = "この返事は、こわれていて読めませんでした。すみません。「読めなかった」と書いてもらえたら、もう一度書きます。"

// sealEntry seals to the conversation's public key. Conversation and seq are part of what is sealed, so no entry passes for
// another.
func sealEntry(id string, public []byte, e channels.Entry) ([]byte, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return nil, errors.New("mailbox: the entry cannot be written") // a year beyond 9999
	}
	return sealPadded(public, "entry "+id, bytesOf(uint64(e.Seq)), body)
}

// sealPadded seals to a public key, bound to what it is and which one of those: a version, the encapsulated key, the padded
// body.
func sealPadded(public []byte, what string, which, body []byte) ([]byte, error) {
	pk, err := kem().NewPublicKey(public)
	if err != nil {
		return nil, errAddress
	}
	size := smallest
	for size < len(body)+4 {
		size *= 2
	}
	plain := make([]byte, size)
	binary.BigEndian.PutUint32(plain, uint32(len(body)))
	copy(plain[4:], body)
	enc, sender, err := hpke.NewSender(pk, hpke.HKDFSHA256(), hpke.AES256GCM(), about(what))
	if err != nil {
		return nil, errAddress
	}
	sealed, err := sender.Seal(which, plain)
	if err != nil {
		return nil, errAddress
	}
	return bytes.Join([][]byte{{1}, enc, sealed}, nil), nil
}

// openPadded opens what sealPadded sealed.
func openPadded(private hpke.PrivateKey, what string, which, sealed []byte) ([]byte, bool) {
	if len(sealed) < 33 || sealed[0] != 1 {
		return nil, false
	}
	r, err := hpke.NewRecipient(sealed[1:33], private, hpke.HKDFSHA256(), hpke.AES256GCM(), about(what))
	if err != nil {
		return nil, false
	}
	plain, err := r.Open(which, sealed[33:])
	if err != nil || len(plain) < 4 || int64(binary.BigEndian.Uint32(plain)) > int64(len(plain)-4) {
		return nil, false
	}
	return plain[4 : 4+binary.BigEndian.Uint32(plain)], true
}

// openEntry returns the entry, or one that says it is damaged: it is never left out silently.
func openEntry(id string, private hpke.PrivateKey, seq int64, sealed []byte) channels.Entry {
	var e channels.Entry
	body, ok := openPadded(private, "entry "+id, bytesOf(uint64(seq)), sealed)
	if !ok || json.Unmarshal(body, &e) != nil || e.Seq != seq {
		return channels.Entry{Seq: seq, From: "desk", Text: damaged}
	}
	return e
}
