package mailbox

import (
	"context"
	"crypto/rand"
	"encoding/binary"

	"golang.org/x/crypto/argon2"

	"madoguchi/channels"
	"madoguchi/router/mailbox/phrase"
)

// The cost of one check: 19 MiB and two passes, about 30 ms of one core (OWASP Password Storage Cheat Sheet, argon2id).
const (
	argonPasses = 2
	argonMemory = 19 * 1024 // KiB
	argonLanes  = 1
)

// waiting is how many checks may wait for their turn.
const waiting = 64

// pool stretches codes one at a time, so that guessing, however wild, takes one core and no more, and nothing else waits
// behind it.
type pool struct {
	slot  chan struct{} // holds one token while a check runs
	queue chan struct{} // holds one for each check that runs or waits; nil: as many as come
	hash  func(secret uint64) []byte
}

func newPool(queue int) *pool {
	p := &pool{slot: make(chan struct{}, 1), hash: stretch}
	if queue > 0 {
		p.queue = make(chan struct{}, queue+1)
	}
	return p
}

// stretch is argon2id. The salt is one of 1,024, by the phrase's first word: a code must be found by itself alone, so no
// salt can be of its own; a guess still tests only the codes that begin with the same word.
func stretch(secret uint64) []byte {
	salt := derive(binary.BigEndian.AppendUint16(nil, phrase.Bucket(secret)), nil, "code salt")[:16]
	return argon2.IDKey(bytesOf(secret), salt, argonPasses, argonMemory, argonLanes, 32)
}

func (p *pool) stretch(ctx context.Context, secret uint64) ([]byte, error) {
	return p.run(ctx, func() []byte { return p.hash(secret) })
}

// run waits for its turn, or fails with ErrBusy where too many already do, and with ErrUnavailable where it never came.
func (p *pool) run(ctx context.Context, check func() []byte) ([]byte, error) {
	if p.queue != nil {
		select {
		case p.queue <- struct{}{}:
			defer func() { <-p.queue }()
		default:
			return nil, channels.ErrBusy
		}
	}
	select {
	case p.slot <- struct{}{}:
		defer func() { <-p.slot }()
	case <-ctx.Done():
		return nil, failure(ctx, ctx.Err())
	}
	return check(), nil
}

// codeRecord is where a code's record is and what opens it.
type codeRecord struct {
	key  string // in Redis
	open []byte
}

// codeRecord is where a code is registered now.
func (p *peppers) codeRecord(stretched []byte) codeRecord {
	return p.codeRecordUnder(p.Code, stretched)
}

// codeRecords are all places where a code may have been registered, the present one first.
func (p *peppers) codeRecords(stretched []byte) []codeRecord {
	var all []codeRecord
	for _, pepper := range p.codes() {
		all = append(all, p.codeRecordUnder(pepper, stretched))
	}
	return all
}

func (p *peppers) codeRecordUnder(pepper key, stretched []byte) codeRecord {
	m := mac(pepper.Key, []byte("code"), stretched)
	return codeRecord{p.name("code", m).key("code"), derive(stretched, pepper.Key, "code record")}
}

// linkRecord is the same for a link's token.
func (p *peppers) linkRecord(token []byte) codeRecord {
	return codeRecord{p.name("link", token).key("link"), derive(token, p.Name.Key, "link record")}
}

// anySecret stands in for what could not be read, so that a slip takes as long as a stranger's guess.
func anySecret() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // it never fails
	return number(b[:])
}
