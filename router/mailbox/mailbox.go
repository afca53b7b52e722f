// Package mailbox keeps what a seeker reads, so that only the holder of a return code, a resume token or a link makes the
// gateway able to read it.
//
// Everything of a conversation follows from a seed of 32 random bytes: its id (128 bits, the identity of its sender) and
// an HPKE key pair. Entries are sealed to the public key, which travels in the sender's address; the seed is nowhere but
// in what the seeker holds, and sealed under it:
//
//   - a resume token is a sealed ticket with the seed inside. Redis keeps no more of it than a small record of its session,
//     which says since when it is idle and which ticket was used last. While Redis is away a ticket is taken as it is, so
//     that a child can go on writing; nothing can be read then, and it is judged as soon as Redis is back;
//   - a return code leads, by argon2id and a pepper, to a record that holds the seed sealed under what argon2id gave. It is
//     stored by the wall when a first message is taken, so a conversation in which nothing was written leaves nothing;
//   - a link's token leads to such a record too. It lives 7 days and is spent by opening.
//
// The two sides are two types. Reader is the gateway's: it can open, given a secret, and seal tickets. Writer is the wall's:
// it can put, found and close, and has neither ticket key nor seed.
//
// What lies in Redis is sealed, named by MACs, and carries no moment of arrival: the end of whatever follows something that a
// seeker did is rounded up to the end of a day, and the minutes and seconds that scripts count are shifted by a number that
// only the keys tell. The keys of a conversation share one of 16 hash tags:
//
//	{mNN}:box:…     hash: code (name of its record), until (last day of the code), read (mark), closed
//	{mNN}:mail:…    sorted set of sealed entries by their seq
//	{mNN}:own:…     hash: what the seeker wrote, sealed to a key that a PIN opens, or a mark for each where there is none
//	{mNN}:pin:…     hash: salt, lock (the words' seed, sealed under PIN, seed and pepper), public key, tries, and after: the
//	                (shifted) second after which the next may be
//	{mNN}:ask:…     the public key of a question, by two people, where a live connection comes from, and its end
//	{mNN}:peers:…   hash: the answers, sealed to it, until then
//	{mNN}:doing:…   what the desk is doing; goes out after 30 s
//	{mNN}:wait:…    what is said of a wait: turn, and the rest sealed
//	{mNN}:sess:…    generation and (shifted) minute of last use, by session
//	{mNN}:feed      how many entries the shard has seen
//	{mNN}:code:…, {mNN}:link:…   the sealed seed, named by the secret (in a shard of their own)
//
// What the seeker wrote is kept for her only where she chose a PIN, and then PIN and code open it together: at rest the
// gateway can read none of it. The tries of a PIN are counted, and slowed; a wrong one and none at all are alike. A first
// PIN is chosen where the conversation was begun, which its ticket knows: who comes with the code alone could otherwise
// choose one, and read what the child writes after.
//
// Right, wrong, mistyped, expired, erased and unknown codes cost the same check, the same trips to Redis and the same second,
// and of all but the right one the answer is the same; so it is of spent, expired and wrong links.
package mailbox

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/channels"
	"madoguchi/router/mailbox/phrase"
)

//go:embed visit.lua
var visitSource string

//go:embed read.lua
var readSource string

//go:embed keep.lua
var keepSource string

//go:embed mark.lua
var markSource string

const (
	codeLives  = 180 * 24 * time.Hour // since its last use, or the desk's last answer
	linkLives  = 7 * 24 * time.Hour
	idleFor    = 30 * time.Minute // until a resume token is stale
	blindFor   = 24 * time.Hour   // for which a ticket is taken as it is while Redis is away
	resumeWait = 2 * time.Second  // for Redis, until a ticket is taken so
	doingLasts = 30 * time.Second
	// registerWait is how long after the first look a code is looked for once more: what the router needs to hash one.
	registerWait = time.Second
	day          = 24 * time.Hour

	doingWaiting = "waiting"
)

// Reader is the gateway's side and implements channels.Mailbox. It is safe for concurrent use. Run carries the news.
type Reader struct {
	store
	keys     *ReaderKeys
	pool     *pool
	hub      hub
	patience time.Duration // registerWait
}

var _ channels.Mailbox = (*Reader)(nil)

// NewReader returns the gateway's side. now is the machine's clock; nil stands for time.Now.
func NewReader(client redis.UniversalClient, keys *ReaderKeys, now func() time.Time) *Reader {
	return &Reader{store: newStore(client, func() *peppers { return &keys.set.Load().peppers }, now), keys: keys, pool: newPool(waiting), hub: newHub(), patience: registerWait}
}

// Begin implements channels.Mailbox. It asks nobody.
func (r *Reader) Begin(context.Context) (channels.Conversation, error) {
	secret := anySecret()
	return r.conversation(ticket{seed: newSeed(), session: newSession(), seen: r.now(), secret: &secret, begun: true}, false), nil
}

// Open implements channels.Mailbox.
func (r *Reader) Open(ctx context.Context, s channels.Secret) (channels.Conversation, error) {
	switch s.Kind {
	case channels.ByResume:
		return r.resume(ctx, s.Text)
	case channels.ByCode:
		return r.byCode(ctx, s.Text)
	case channels.ByLink:
		return r.byLink(ctx, s.Text)
	}
	return nil, channels.ErrUnknown
}

func (r *Reader) resume(ctx context.Context, token string) (channels.Conversation, error) {
	t, ok := r.keys.openTicket(token)
	if !ok {
		return nil, channels.ErrUnknown
	}
	asking, cancel := context.WithTimeout(ctx, resumeWait)
	defer cancel()
	state, err := r.visit(asking, howResume, t)
	switch {
	case err != nil && ctx.Err() == nil && r.now().Sub(t.seen) <= blindFor:
		return r.conversation(t, true), nil
	case err != nil:
		return nil, failure(ctx, err)
	case state == stateOK:
		t.secret = nil
	case state != stateUnwritten:
		return nil, channels.ErrUnknown
	}
	t.seen = r.now()
	return r.conversation(t, false), nil
}

// byCode checks a code. A code that was told a moment ago may not be registered yet, so it is looked for twice, a second
// apart. Whatever is typed, and whatever is found, costs the same trips, the same writes (a server that keeps everything waits
// for its disk at each) and the same second: the time tells neither whether there ever was such a code nor, to who only sees
// the line, whether it opened.
func (r *Reader) byCode(ctx context.Context, typed string) (channels.Conversation, error) {
	secret, err := phrase.Decode(typed)
	if err != nil {
		secret = anySecret()
	}
	mistyped := err != nil
	stretched, err := r.pool.stretch(ctx, secret)
	if err != nil {
		return nil, err
	}
	plain, found, err := r.registered(ctx, stretched)
	if err != nil {
		return nil, err
	}
	patience := time.NewTimer(r.patience)
	defer patience.Stop()
	select {
	case <-patience.C:
	case <-ctx.Done():
		return nil, failure(ctx, ctx.Err())
	}
	if again, at, err := r.registered(ctx, stretched); err != nil {
		return nil, err
	} else if found == "" {
		plain, found = again, at
	}
	c, err := r.admit(ctx, howCode, plain, found != "" && !mistyped)
	if err != nil && err != channels.ErrUnknown {
		return nil, err
	}
	kept := found
	if err != nil {
		kept = r.peppers().codeRecord(nobody()).key
	}
	_ = r.scripts.keep.Run(ctx, r.client, []string{kept}, r.keep().Milliseconds(), r.until(r.now().Add(time.Minute)).Milliseconds()).Err() // the box already says so; an answer of the desk repeats it
	if err == nil {
		r.move(ctx, stretched, found, plain)
	}
	return c, err
}

// registered looks where the code may be registered: under the present pepper, or one of those beside it. All places are
// looked at in one trip, whatever is found, so that the time tells nothing. found is empty where there is none.
func (r *Reader) registered(ctx context.Context, stretched []byte) (plain []byte, found string, err error) {
	records := r.peppers().codeRecords(stretched)
	replies := make([]*redis.StringCmd, len(records))
	pipe := r.client.Pipeline()
	for i, rec := range records {
		replies[i] = pipe.Get(ctx, rec.key)
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, "", failure(ctx, err)
	}
	for i, reply := range replies {
		sealed, err := reply.Bytes()
		if err != nil && !errors.Is(err, redis.Nil) {
			return nil, "", failure(ctx, err)
		}
		if opened, ok := openUnder(records[i].open, sealed, about("code")); ok && found == "" {
			plain, found = opened, records[i].key
		}
	}
	return plain, found, nil
}

// move registers a code that was used, and is registered under a pepper of before, under the present one. Where it is cut off,
// the code opens as it did, and is moved when it is used again.
func (r *Reader) move(ctx context.Context, stretched []byte, found string, plain []byte) {
	p := r.peppers()
	for _, former := range p.Former {
		if p.codeRecordUnder(former, stretched).key != found {
			continue
		}
		rec, ttl, n := p.codeRecord(stretched), r.keep(), r.name(seed(plain).id())
		if r.client.Set(ctx, rec.key, sealUnder(rec.open, plain, about("code")), ttl).Err() != nil {
			return
		}
		got, err := r.scripts.recode.Run(ctx, r.client, []string{n.key("box")}, rec.key, r.lastDay(), ttl.Milliseconds()).StringSlice()
		if err != nil {
			return
		}
		if dead := got[1]; dead != "" && (dead != rec.key || got[0] == "closed") {
			_ = r.client.Del(ctx, dead).Err() // it runs out by itself, too
		}
	}
}

func (r *Reader) byLink(ctx context.Context, token string) (channels.Conversation, error) {
	secret, err := text.DecodeString(token)
	wrong := err != nil || len(secret) != 16
	if wrong {
		secret = bytesOf(anySecret())
	}
	rec := r.peppers().linkRecord(secret)
	sealed, err := r.client.GetDel(ctx, rec.key).Bytes()
	if err != nil && err != redis.Nil {
		return nil, failure(ctx, err)
	}
	plain, ok := openUnder(rec.open, sealed, about("link"))
	ok = ok && len(plain) == 40 && r.now().Sub(time.Unix(int64(number(plain)), 0)) <= linkLives
	if ok {
		plain = plain[8:]
	}
	return r.admit(ctx, howLink, plain, ok && !wrong)
}

// admit looks at the conversation that a code or a link led to. Where they led nowhere it looks at one that never was, so
// that the trips are the same.
func (r *Reader) admit(ctx context.Context, how string, plain []byte, ok bool) (channels.Conversation, error) {
	t := ticket{seed: newSeed(), session: newSession(), seen: r.now()}
	if ok = ok && len(plain) == 32; ok {
		t.seed = seed(plain)
	} else {
		copy(t.session[:], nobody())
	}
	state, err := r.visit(ctx, how, t)
	if err != nil {
		return nil, failure(ctx, err)
	}
	if !ok || state != stateOK && state != stateUnwritten {
		return nil, channels.ErrUnknown
	}
	return r.conversation(t, false), nil
}

// How a conversation is visited, and what a visit finds.
const (
	howResume = "resume"
	howCode   = "code"
	howLink   = "link"
	howTouch  = "touch"

	stateOK        = "ok"
	stateUnwritten = "unwritten"
)

// visit looks whether the conversation may be opened, or is still open, and keeps its session in use.
func (r *Reader) visit(ctx context.Context, how string, t ticket) (state string, err error) {
	n, now := r.name(t.seed.id()), r.now()
	session := name{n.shard, r.peppers().name("sess", t.session[:]).mac}
	shift := r.peppers().shift(session)
	minute := func(t time.Time) int64 { return t.Unix()/60 + shift }
	return r.scripts.visit.Run(ctx, r.client, []string{n.key("box"), session.key("sess"), n.key("mail"), n.key("own"), n.key("pin")},
		how, t.gen, minute(t.seen), minute(now), int64(idleFor/time.Minute),
		r.until(now.Add(idleFor+time.Minute)).Milliseconds(),
		now.Unix()/86400, r.lastDay(), r.keep().Milliseconds(), shift).Text()
}

// nobody names a record or a session that nobody has, one of a few: wrong codes, however many, fill nothing.
func nobody() []byte {
	few := make([]byte, 16)
	_, _ = rand.Read(few[15:]) // it never fails
	return few
}
