package ask

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/hpke"
	"encoding/gob"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
)

// Handler answers one sort of ask.
type Handler struct {
	Verb   string
	leads  lead
	answer func(ctx context.Context, body []byte) (any, error)
}

// lead is what an answer leads to. What leads to people is given out at a pace, each sort at one of its own, so that a search
// through all cases holds up nobody who opens a name.
type lead int

const (
	toNobody  lead = iota
	toPersons      // at the Pace
	toSought       // at the Pace, too
	toAddress      // at that of Addresses
	toWords        // at that of Words
	toFiles        // at that of Files
)

// On returns the handler of a verb.
func On[In, Out any](verb string, do func(ctx context.Context, in In) (Out, error)) Handler {
	return Handler{Verb: verb, answer: func(ctx context.Context, body []byte) (any, error) {
		var in In
		if gob.NewDecoder(bytes.NewReader(body)).Decode(&in) != nil {
			return nil, triage.ErrRefused
		}
		return do(ctx, in)
	}}
}

// to says what the handler's answers lead to.
func (h Handler) to(l lead) Handler { h.leads = l; return h }

const (
	atOnce = 32 // asks answered at the same time
	// hereFor is how long a role counts as there after it was last heard of, and hereEvery how often it says so.
	hereFor, hereEvery = 8 * time.Second, 2 * time.Second
	// answerMostFor is how long is worked on an answer at most; the asker may say less.
	answerMostFor = 2 * time.Minute
)

// Pace is how fast what leads to persons is given out: so many at once, and one more each Every.
type Pace struct {
	Burst int
	Every time.Duration
}

// People is the pace of a desk full of people: nobody who reads what they open ever feels it.
func People() Pace { return Pace{Burst: 120, Every: 5 * time.Second} }

// Addresses is the pace of what people are reached by, which two open together, for a telephone call or a visit. A city's desk
// makes no sixty of those in an hour; whoever has taken the desk over gets no more than some of a day's.
func Addresses() Pace { return Pace{Burst: 60, Every: time.Minute} }

// Words is the pace at which words of staff are anonymized with what is known of a case, which could be asked whether a name is in
// it: every reply, note and hand-off is one or some, and a dozen people who write all at once are slower.
func Words() Pace { return Pace{Burst: 120, Every: time.Second} }

// Files is the pace at which pages of files are shown. Six letters of twenty pages go at once.
func Files() Pace { return Pace{Burst: 120, Every: 3 * time.Second} }

// Answerer answers the asks to one role. Any number may run; each ask is one's.
type Answerer struct {
	client redis.UniversalClient
	keys   *Keys
	may    map[string]map[string]Handler // party, verb
	paces  map[lead]*pacer
	now    func() time.Time
	log    *slog.Logger
	caught func(room string) (id string)

	mu     sync.Mutex
	counts map[Count]int64
}

// Count is what asks are counted by.
type Count struct{ From, Verb, Code string }

// NewAnswerer returns an answerer of that party, who may be asked nothing yet. caught notes a panic, where it is not nil.
func NewAnswerer(client redis.UniversalClient, keys *Keys, pace Pace, log *slog.Logger, caught func(room string) (id string)) *Answerer {
	paces := map[lead]*pacer{toPersons: newPacer(pace), toSought: newPacer(pace),
		toAddress: newPacer(Addresses()), toWords: newPacer(Words()), toFiles: newPacer(Files())}
	return &Answerer{client: client, keys: keys, may: map[string]map[string]Handler{}, paces: paces, now: time.Now, log: log, caught: caught, counts: map[Count]int64{}}
}

// Allow lets the party ask what the handlers answer. It is for before Run.
func (a *Answerer) Allow(party string, handlers ...Handler) {
	if a.may[party] == nil {
		a.may[party] = map[string]Handler{}
	}
	for _, h := range handlers {
		a.may[party][h.Verb] = h
	}
}

// Counts are how often each party has asked what since the start, by what became of it ("" is success).
func (a *Answerer) Counts() map[Count]int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := map[Count]int64{}
	for k, n := range a.counts {
		out[k] = n
	}
	return out
}

// Run answers until ctx ends; what is being answered then has a moment to be finished.
func (a *Answerer) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { a.beHere(ctx) })
	slots := make(chan struct{}, atOnce)
	for ctx.Err() == nil {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		got, err := a.client.BLPop(ctx, block, queueKey(a.keys.name)).Result()
		if err != nil || len(got) != 2 {
			<-slots
			if err != nil && !errors.Is(err, redis.Nil) {
				pause(ctx, block)
			}
			continue
		}
		wg.Go(func() {
			defer func() { <-slots }()
			a.take(context.WithoutCancel(ctx), []byte(got[1]))
		})
	}
	return nil
}

// beHere says that somebody answers, until ctx ends.
func (a *Answerer) beHere(ctx context.Context) {
	for ctx.Err() == nil {
		if err := a.client.Set(ctx, hereKey(a.keys.name), "1", hereFor).Err(); err != nil && ctx.Err() == nil {
			a.log.Warn("asks cannot reach this role: redis is away")
		}
		pause(ctx, hereEvery)
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// take answers one ask. One that cannot be believed is answered nothing.
func (a *Answerer) take(ctx context.Context, record []byte) {
	r, to, ok := a.open(record)
	if !ok {
		a.count(Count{Code: "refused"})
		a.log.Warn("an ask was not believed")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, min(r.Within, answerMostFor))
	defer cancel()
	h := a.may[r.From][r.Verb]
	first, err := a.client.SetNX(ctx, seenKey(r.ID), "", 3*young).Result()
	if err == nil && !first {
		return
	}
	var out any
	if err == nil {
		out, err = a.answer(ctx, h, r)
	}
	a.count(Count{r.From, h.Verb, codeOf(err)}) // what is no verb of ours is not said after whoever asked it
	body := reply{Code: codeOf(err)}
	if err == nil {
		if body.Body, err = encoded(out); err != nil {
			body = reply{Code: codeOf(err)}
		}
	}
	if err := a.send(ctx, r.ID, to, body); err != nil {
		a.log.Warn("an answer could not be given")
	}
}

// open believes an ask that one of the parties signed, for this role, just now.
func (a *Answerer) open(record []byte) (request, hpke.PublicKey, bool) {
	if len(record) < encBytes {
		return request{}, nil, false
	}
	kem, kdf, aead := suite()
	opener, err := hpke.NewRecipient(record[:encBytes], a.keys.open, kdf, aead, info("ask", a.keys.name))
	if err != nil {
		return request{}, nil, false
	}
	plain, err := opener.Open(nil, record[encBytes:])
	if err != nil || len(plain) < ed25519.SignatureSize {
		return request{}, nil, false
	}
	signature, plain := plain[:ed25519.SignatureSize], plain[ed25519.SignatureSize:]
	var r request
	if gob.NewDecoder(bytes.NewReader(plain)).Decode(&r) != nil {
		return request{}, nil, false
	}
	from, ok := a.keys.others[r.From]
	if !ok || !ed25519.Verify(from.verify, slices.Concat(info("ask", a.keys.name), plain), signature) {
		return request{}, nil, false
	}
	if age := a.now().Sub(r.At); age > young || age < -young || r.ID == "" {
		return request{}, nil, false
	}
	to, err := kem.NewPublicKey(r.Answer)
	return r, to, err == nil
}

// answer does what is asked. A handler that panics has answered that it cannot.
func (a *Answerer) answer(ctx context.Context, h Handler, r request) (out any, err error) {
	if h.answer == nil {
		return nil, triage.ErrRefused
	}
	defer func() {
		if recover() != nil { // what it says may hold words
			if a.caught != nil {
				a.caught("ask")
			}
			out, err = nil, triage.ErrUnavailable
		}
	}()
	if p := a.paces[h.leads]; p != nil && !p.wait(ctx) {
		return nil, triage.ErrUnavailable
	}
	return h.answer(ctx, r.Body)
}

// send seals the answer, piece by piece.
func (a *Answerer) send(ctx context.Context, id string, to hpke.PublicKey, body reply) error {
	plain, err := encoded(body)
	if err == nil && len(plain) > answerMost {
		plain, err = encoded(reply{Code: "refused"})
	}
	if err != nil {
		return err
	}
	_, kdf, aead := suite()
	enc, sealer, err := hpke.NewSender(to, kdf, aead, info("answer", id))
	if err != nil {
		return err
	}
	before := enc
	for last := false; !last; {
		part := plain[:min(len(plain), pieceBytes)]
		plain, last = plain[len(part):], len(plain) == len(part)
		sealed, err := sealer.Seal(place(id, last), part)
		if err != nil {
			return err
		}
		mark := byte(0)
		if last {
			mark = 1
		}
		_, err = a.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			p.RPush(ctx, answerKey(id), slices.Concat(before, []byte{mark}, sealed))
			p.PExpire(ctx, answerKey(id), young)
			return nil
		})
		if err != nil {
			return away(ctx)
		}
		before = nil
	}
	return nil
}

func (a *Answerer) count(c Count) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.counts[c]++
}
