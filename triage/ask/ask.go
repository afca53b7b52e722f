// Package ask carries the asks of one role to another, where they run as processes of their own under users of their own:
// what the desk asks of the wall (triage.Front and its neighbours), and what the courier has to know of a case.
//
// An ask crosses Redis, which is trusted with nothing. It is signed by the asker and sealed to the role that answers; the
// answer is sealed to a key that the asker made for this one ask and forgets with it. So who holds Redis, its log, a replica
// or a backup, or watches the wire, reads nothing, now or ever; and who can only write into Redis is answered nothing.
//
// Asks are for now and not for later. Each has a time by which it must be answered; after it the asker is told
// triage.ErrUnavailable, and is told so at once where nobody is there who answers. An ask is taken once: its id is remembered
// for longer than it is young enough to be heard, so it cannot be played again. When an answer is lost the asker does not
// know whether the act happened, and may ask again with another ask: everything that can be asked either changes nothing, or
// is known by an id of its own and happens once. The one exception, a new return code, ends the code before it, which
// nobody has seen.
//
// Large answers come in pieces of which each is bound to its place and the last says that it is the last: an answer that is
// cut off is no answer.
//
// What a party may ask is a list that the answering side holds (Answerer.Allow). Whether a person may see what is behind a
// placeholder, the desk has decided before it asks, with its accounts, its grants and its audit, and the answering side cannot
// decide again. A desk that somebody has taken over entirely can therefore ask for what its people may see. What holds then:
// it gets one placeholder of one case at a time; what leads to persons is given out no faster than a desk full of people
// reads (People), which turns a copy of everything into days, and addresses far slower (Addresses); pictures are shown, and words
// of its own compared with a case, no faster than a desk full of people works (Files, Words); it is counted by the
// answering side (Counts), where the desk cannot reach; and no key ever leaves, so that it ends when the desk's own keys are
// replaced.
package ask

import (
	"context"
	"crypto/hpke"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"madoguchi/triage"
)

// The names in Redis. All of them lie in one slot.
func queueKey(role string) string { return "{ask}:to:" + role }
func hereKey(role string) string  { return "{ask}:here:" + role }
func seenKey(id string) string    { return "{ask}:seen:" + id }
func answerKey(id string) string  { return "{ask}:answer:" + id }

const (
	// young is how old an ask may be, or how far ahead the asker's clock, before it is not heard any more. The clocks of
	// the machines may differ by that much.
	young = 45 * time.Second
	// queueMost is how many asks wait for a role at most; of more the oldest are dropped.
	queueMost = 512
	// askMost and answerMost bound what is sealed, in bytes.
	askMost, answerMost = 4 << 20, 32 << 20
	// pieceBytes is how much of an answer goes at once.
	pieceBytes = 512 << 10
)

// request is an ask, as it is signed.
type request struct {
	ID     string
	From   string
	Verb   string
	At     time.Time
	Within time.Duration // how long the asker waits
	Answer []byte        // the key that the answer is sealed to
	Body   []byte
}

// reply is an answer before it is sealed.
type reply struct {
	Code string // one of codes, or "" where it succeeded
	Body []byte
}

// codes are the errors that an answer can tell; every other is told as triage.ErrUnavailable.
func codes() map[string]error {
	return map[string]error{"unknown": triage.ErrUnknown, "conflict": triage.ErrConflict, "refused": triage.ErrRefused, "unavailable": triage.ErrUnavailable,
		"damaged": triage.ErrDamaged, "unreadable": triage.ErrUnreadable, "no_words": triage.ErrNoWords}
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	for code, e := range codes() {
		if errors.Is(err, e) {
			return code
		}
	}
	return "unavailable"
}

func errorOf(code string) error {
	if code == "" {
		return nil
	}
	if err := codes()[code]; err != nil {
		return err
	}
	return triage.ErrUnavailable
}

// info binds what is sealed to its purpose.
func info(purpose, name string) []byte { return []byte("madoguchi ask 1/" + purpose + "/" + name) }

// sealTo seals data whole.
func sealTo(to hpke.PublicKey, info, data []byte) ([]byte, error) {
	_, kdf, aead := suite()
	enc, s, err := hpke.NewSender(to, kdf, aead, info)
	if err != nil {
		return nil, err
	}
	sealed, err := s.Seal(nil, data)
	return slices.Concat(enc, sealed), err
}

// signed is data with its signature before it.
func signed(signature, data []byte) []byte { return slices.Concat(signature, data) }

// place is what a piece of an answer is bound to beside its number, which the sealing counts.
func place(id string, last bool) []byte {
	n := uint64(0)
	if last {
		n = 1
	}
	return binary.AppendUvarint([]byte(id+"/"), n)
}

// away is the error where Redis failed. What it said is not told: it may repeat a command's values.
func away(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return triage.ErrUnavailable
}
