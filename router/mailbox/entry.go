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

// sealEntry seals to the conversation's public key: a version, the encapsulated key, the padded JSON. Conversation and seq
// are part of what is sealed, so no entry passes for another.
func sealEntry(id string, public []byte, e channels.Entry) ([]byte, error) {
	pk, err := kem().NewPublicKey(public)
	if err != nil {
		return nil, errAddress
	}
	body, err := json.Marshal(e)
	if err != nil {
		return nil, errors.New("mailbox: the entry cannot be written") // a year beyond 9999
	}
	size := smallest
	for size < len(body)+4 {
		size *= 2
	}
	plain := make([]byte, size)
	binary.BigEndian.PutUint32(plain, uint32(len(body)))
	copy(plain[4:], body)
	enc, sender, err := hpke.NewSender(pk, hpke.HKDFSHA256(), hpke.AES256GCM(), about("entry "+id))
	if err != nil {
		return nil, errAddress
	}
	sealed, err := sender.Seal(bytesOf(uint64(e.Seq)), plain)
	if err != nil {
		return nil, errAddress
	}
	return bytes.Join([][]byte{{1}, enc, sealed}, nil), nil
}

// openEntry returns the entry, or one that says it is damaged: it is never left out silently.
func openEntry(id string, private hpke.PrivateKey, seq int64, sealed []byte) channels.Entry {
	broken := channels.Entry{Seq: seq, From: "desk", Text: damaged}
	if len(sealed) < 33 || sealed[0] != 1 {
		return broken
	}
	r, err := hpke.NewRecipient(sealed[1:33], private, hpke.HKDFSHA256(), hpke.AES256GCM(), about("entry "+id))
	if err != nil {
		return broken
	}
	plain, err := r.Open(bytesOf(uint64(seq)), sealed[33:])
	if err != nil || len(plain) < 4 || int64(binary.BigEndian.Uint32(plain)) > int64(len(plain)-4) {
		return broken
	}
	var e channels.Entry
	if json.Unmarshal(plain[4:4+binary.BigEndian.Uint32(plain)], &e) != nil || e.Seq != seq {
		return broken
	}
	return e
}
