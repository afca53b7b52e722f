package ask

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/rand"
	"encoding/gob"
	"errors"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
)

// Asker asks. It is safe for concurrent use and has nothing to close.
type Asker struct {
	client redis.UniversalClient
	keys   *Keys
	now    func() time.Time
}

// NewAsker returns an asker of that party behind the client, which stays the caller's.
func NewAsker(client redis.UniversalClient, keys *Keys) *Asker {
	return &Asker{client, keys, time.Now}
}

// Ask asks the role and waits for the answer, which it writes into out, at most for the time given. It fails with the error
// that the role answers, or with triage.ErrUnavailable where there is no answer in time. in and out are what encoding/gob
// takes; out may be nil.
func (a *Asker) Ask(ctx context.Context, role, verb string, within time.Duration, in, out any) error {
	waiting, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	err := a.ask(waiting, role, verb, within, in, out)
	if ctx.Err() == nil && waiting.Err() != nil && err != nil {
		return triage.ErrUnavailable
	}
	return err
}

func (a *Asker) ask(ctx context.Context, role, verb string, within time.Duration, in, out any) error {
	n, err := a.client.Exists(ctx, hereKey(role)).Result()
	if err != nil || n == 0 {
		return away(ctx)
	}
	id, private, record, err := a.write(role, verb, within, in)
	if err != nil {
		return err
	}
	_, err = a.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.RPush(ctx, queueKey(role), record)
		p.LTrim(ctx, queueKey(role), -queueMost, -1)
		p.PExpire(ctx, queueKey(role), young)
		return nil
	})
	if err != nil {
		return away(ctx)
	}
	r, err := a.read(ctx, id, private)
	if err != nil {
		return err
	}
	if err := errorOf(r.Code); err != nil || out == nil {
		return err
	}
	if gob.NewDecoder(bytes.NewReader(r.Body)).Decode(out) != nil {
		return triage.ErrDamaged
	}
	return nil
}

// write makes a sealed ask, and the key that opens its answer.
func (a *Asker) write(role, verb string, within time.Duration, in any) (id string, private hpke.PrivateKey, record []byte, err error) {
	kem, _, _ := suite()
	to, ok := a.keys.others[role]
	if !ok {
		return "", nil, nil, triage.ErrUnavailable
	}
	if private, err = kem.GenerateKey(); err != nil {
		return "", nil, nil, triage.ErrUnavailable
	}
	body, err := encoded(in)
	if err != nil {
		return "", nil, nil, err
	}
	id = rand.Text()
	plain, err := encoded(request{id, a.keys.name, verb, a.now(), within, private.PublicKey().Bytes(), body})
	if err != nil || len(plain) > askMost {
		return "", nil, nil, errors.Join(triage.ErrRefused, err)
	}
	signature := ed25519.Sign(a.keys.sign, slices.Concat(info("ask", role), plain))
	record, err = sealTo(to.seal, info("ask", role), signed(signature, plain))
	return id, private, record, err
}

// read waits for the pieces of an answer.
func (a *Asker) read(ctx context.Context, id string, private hpke.PrivateKey) (reply, error) {
	var opener *hpke.Recipient
	var whole []byte
	for {
		piece, err := a.piece(ctx, id)
		if err != nil {
			return reply{}, err
		}
		if opener == nil {
			if len(piece) < encBytes {
				return reply{}, triage.ErrDamaged
			}
			_, kdf, aead := suite()
			if opener, err = hpke.NewRecipient(piece[:encBytes], private, kdf, aead, info("answer", id)); err != nil {
				return reply{}, triage.ErrDamaged
			}
			piece = piece[encBytes:]
		}
		if len(piece) == 0 {
			return reply{}, triage.ErrDamaged
		}
		last := piece[0] == 1
		plain, err := opener.Open(place(id, last), piece[1:])
		if err != nil || len(whole)+len(plain) > answerMost {
			return reply{}, triage.ErrDamaged
		}
		whole = append(whole, plain...)
		if last {
			var r reply
			if gob.NewDecoder(bytes.NewReader(whole)).Decode(&r) != nil {
				return reply{}, triage.ErrDamaged
			}
			return r, nil
		}
	}
}

// piece takes the next piece off, waiting for it while ctx lasts.
func (a *Asker) piece(ctx context.Context, id string) ([]byte, error) {
	for {
		got, err := a.client.BLPop(ctx, block, answerKey(id)).Result()
		if err == nil && len(got) == 2 {
			return []byte(got[1]), nil
		}
		if !errors.Is(err, redis.Nil) || ctx.Err() != nil {
			return nil, away(ctx)
		}
	}
}

// block is how long Redis is asked to wait at once.
const block = time.Second

func encoded(v any) ([]byte, error) {
	var b bytes.Buffer
	if gob.NewEncoder(&b).Encode(v) != nil { // its error may name what it holds
		return nil, triage.ErrRefused
	}
	return b.Bytes(), nil
}
