package mailbox

import (
	"context"
	_ "embed"
	"errors"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/channels"
	"madoguchi/router/mailbox/phrase"
)

//go:embed put.lua
var putSource string

//go:embed register.lua
var registerSource string

//go:embed recode.lua
var recodeSource string

//go:embed close.lua
var closeSource string

//go:embed show.lua
var showSource string

var (
	errAddress = errors.New("mailbox: not the address of a conversation")
	errOpening = errors.New("mailbox: not the opening of this conversation")
	errDoing   = errors.New("mailbox: not something that a desk does")
)

// Writer is the wall's side: it founds mailboxes, puts into them and closes them, and can read none. It is safe for
// concurrent use.
type Writer struct {
	store
	pool *pool
}

// NewWriter returns the wall's side. now is the machine's clock; nil stands for time.Now.
func NewWriter(client redis.UniversalClient, keys *WriterKeys, now func() time.Time) *Writer {
	return &Writer{store: newStore(client, func() *peppers { return &keys.set.Load().peppers }, now), pool: newPool(0)}
}

// Register makes a new conversation reachable by its return code. It is to be called for a message that carries an
// opening; again is harmless, and after Close it stays closed. An opening of another conversation is refused.
func (w *Writer) Register(ctx context.Context, conversation channels.Address, o channels.Opening) error {
	id, _, err := look(conversation)
	if err != nil {
		return err
	}
	opened, ok := w.peppers().openOpening(o)
	if !ok || opened.seed.id() != id {
		return errOpening
	}
	n := w.name(id)
	known, err := w.client.HMGet(ctx, n.key("box"), "code", "closed").Result()
	if err != nil {
		return failure(ctx, err)
	}
	if known[0] != nil || known[1] != nil {
		return nil
	}
	stretched, err := w.pool.stretch(ctx, opened.secret)
	if err != nil {
		return err
	}
	// The record first: should this end between the two, the code opens already and registering is done again.
	rec, ttl := w.peppers().codeRecord(stretched), w.keep()
	sealed := sealUnder(rec.open, opened.seed[:], about("code"))
	if err := w.client.Set(ctx, rec.key, sealed, ttl).Err(); err != nil {
		return failure(ctx, err)
	}
	state, err := w.scripts.register.Run(ctx, w.client, []string{n.key("box")}, rec.key, w.lastDay(), ttl.Milliseconds()).Text()
	if err == nil && state == "closed" {
		err = w.client.Del(ctx, rec.key).Err()
	}
	return failure(ctx, err)
}

// Found makes a mailbox for a seeker who came by another door: its address, and the seed that Link needs, to be kept
// sealed. Nothing is stored until the first Put.
func (w *Writer) Found() (conversation channels.Address, seed []byte) {
	s := newSeed()
	return s.address(), s[:]
}

// Put appends an entry, sealed to the conversation, and tells those who listen. Entries are to be put in the order of
// Seq (≥ 1); one of a Seq that is there changes nothing. Every Put extends the life of code and mailbox. A closed mailbox
// is *channels.Undeliverable.
func (w *Writer) Put(ctx context.Context, conversation channels.Address, e channels.Entry) error {
	id, public, err := look(conversation)
	if err != nil {
		return err
	}
	sealed, err := sealEntry(id, public, e)
	if err != nil {
		return err
	}
	n, ttl := w.name(id), w.keep()
	keys := []string{n.key("box"), n.key("mail"), feedKey(n.shard), n.key("own"), n.key("pin")}
	got, err := w.scripts.put.Run(ctx, w.client, keys, e.Seq, sealed, w.lastDay(), ttl.Milliseconds(), notices, n.notice()).StringSlice()
	if err != nil {
		return failure(ctx, err)
	}
	if got[0] == "closed" {
		return &channels.Undeliverable{Code: "closed"}
	}
	if len(got) > 1 {
		err = w.client.PExpire(ctx, got[1], ttl).Err()
	}
	return failure(ctx, err)
}

// Link returns a new token that opens the conversation of the seed once, within 7 days.
func (w *Writer) Link(ctx context.Context, conversation channels.Address, seedBytes []byte) (token string, err error) {
	id, _, err := look(conversation)
	if err != nil {
		return "", err
	}
	if len(seedBytes) != 32 || seed(seedBytes).id() != id {
		return "", errAddress
	}
	secret := newSession() // any 128 random bits
	rec := w.peppers().linkRecord(secret[:])
	plain := append(bytesOf(uint64(w.now().Unix())), seedBytes...)
	err = w.client.Set(ctx, rec.key, sealUnder(rec.open, plain, about("link")), w.until(w.now().Add(linkLives))).Err()
	return text.EncodeToString(secret[:]), failure(ctx, err)
}

// Recode gives the conversation of the seed a new return code, for somebody who gets it on paper. The one before opens
// nothing any more. A closed mailbox is *channels.Undeliverable.
func (w *Writer) Recode(ctx context.Context, conversation channels.Address, seedBytes []byte) (words, digits string, err error) {
	id, _, err := look(conversation)
	if err != nil {
		return "", "", err
	}
	if len(seedBytes) != 32 || seed(seedBytes).id() != id {
		return "", "", errAddress
	}
	secret := anySecret()
	stretched, err := w.pool.stretch(ctx, secret)
	if err != nil {
		return "", "", err
	}
	rec, ttl, n := w.peppers().codeRecord(stretched), w.keep(), w.name(id)
	sealed := sealUnder(rec.open, seedBytes, about("code"))
	if err := w.client.Set(ctx, rec.key, sealed, ttl).Err(); err != nil {
		return "", "", failure(ctx, err)
	}
	got, err := w.scripts.recode.Run(ctx, w.client, []string{n.key("box")}, rec.key, w.lastDay(), ttl.Milliseconds()).StringSlice()
	if err != nil {
		return "", "", failure(ctx, err)
	}
	if dead := got[1]; dead != "" {
		if err := w.client.Del(ctx, dead).Err(); err != nil {
			return "", "", failure(ctx, err)
		}
	}
	if got[0] == "closed" {
		return "", "", &channels.Undeliverable{Code: "closed"}
	}
	words, digits = phrase.Encode(secret)
	return words, digits, nil
}

// Show says what the desk is doing: reading or writing, for 30 seconds unless shown again, or waiting.
func (w *Writer) Show(ctx context.Context, conversation channels.Address, doing string) error {
	id, _, err := look(conversation)
	if err != nil {
		return err
	}
	if doing != doingWaiting && doing != "reading" && doing != "writing" {
		return errDoing
	}
	n := w.name(id)
	return failure(ctx, w.scripts.show.Run(ctx, w.client, []string{n.key("doing")}, doing, doingLasts.Milliseconds(), notices, n.notice()).Err())
}

// Close makes code, resume tokens and links useless and destroys what is in the mailbox, for good. Closing again is
// harmless.
func (w *Writer) Close(ctx context.Context, conversation channels.Address) error {
	id, _, err := look(conversation)
	if err != nil {
		return err
	}
	return w.close(ctx, id)
}

// look opens an address of a conversation.
func look(a channels.Address) (id string, public []byte, err error) {
	kind, who, how := channels.OpenAddress(a)
	if kind != chat || who == "" || len(how) != 33 || how[0] != 1 {
		return "", nil, errAddress
	}
	return who, how[1:], nil
}

// lastDay is the last day on which the code opens, as days since 1970.
func (s *store) lastDay() string { return strconv.FormatInt(s.now().Add(codeLives).Unix()/86400, 10) }
