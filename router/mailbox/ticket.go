package mailbox

import (
	"crypto/rand"
	"encoding/binary"
	"time"
)

// ticket is what a resume token holds. It is sealed, so the page can keep it and cannot read it, and complete, so that it
// works while Redis is away.
type ticket struct {
	seed    seed
	session [16]byte
	gen     uint32
	seen    time.Time // when it was last in use
	secret  *uint64   // of the return code, while nothing was written
	begun   bool      // whoever holds it began the conversation
}

const ticketLen = 32 + 16 + 4 + 8 + 1 + 8

func (k *ReaderKeys) sealTicket(t ticket) string {
	b := make([]byte, 0, ticketLen)
	b = append(b, t.seed[:]...)
	b = append(b, t.session[:]...)
	b = binary.BigEndian.AppendUint32(b, t.gen)
	b = binary.BigEndian.AppendUint64(b, uint64(t.seen.Unix()))
	switch {
	case t.secret != nil: // nobody else has it yet
		b = append(append(b, 1), bytesOf(*t.secret)...)
	case t.begun:
		b = append(append(b, 2), make([]byte, 8)...)
	default:
		b = append(b, make([]byte, 9)...)
	}
	key := k.set.Load().Tickets[0]
	return key.ID + text.EncodeToString(sealUnder(key.Key, b, about("ticket "+key.ID)))
}

func (k *ReaderKeys) openTicket(s string) (t ticket, ok bool) {
	for _, key := range k.set.Load().Tickets {
		if len(s) < len(key.ID) || s[:len(key.ID)] != key.ID {
			continue
		}
		sealed, err := text.DecodeString(s[len(key.ID):])
		if err != nil {
			return t, false
		}
		b, ok := openUnder(key.Key, sealed, about("ticket "+key.ID))
		if !ok || len(b) != ticketLen {
			return t, false
		}
		t = ticket{seed: seed(b[:32]), session: [16]byte(b[32:48]), gen: binary.BigEndian.Uint32(b[48:]),
			seen: time.Unix(int64(binary.BigEndian.Uint64(b[52:])), 0)}
		t.begun = b[60] != 0
		if b[60] == 1 {
			secret := number(b[61:])
			t.secret = &secret
		}
		return t, true
	}
	return t, false
}

func newSession() (s [16]byte) {
	_, _ = rand.Read(s[:]) // it never fails
	return s
}

func bytesOf(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func number(b []byte) uint64 { return binary.BigEndian.Uint64(b) }
