package router

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"madoguchi/channels"
	"madoguchi/router/envelope"
	"madoguchi/router/journal"
	"madoguchi/router/stream"
)

const (
	batchMost  = 256     // messages in a batch
	batchBytes = 1 << 20 // and bytes, but for the last message
	// slow is how long both homes are waited for. After it one of them is enough: a child is not kept waiting.
	slow = 250 * time.Millisecond
	// offerTimeout is how long an answer of Redis is waited for in all.
	offerTimeout = 3 * time.Second
	// lookEvery is how often a quiet lane compares Redis's mark with its own.
	lookEvery = 3 * time.Second
	// trimEvery is how often old segments of the journal are looked for.
	trimEvery = time.Minute
	// retryFirst and retryMost are the pauses between attempts while Redis is away.
	retryFirst = 50 * time.Millisecond
	retryMost  = time.Second
	// owedMost is how many messages that Redis alone has taken are kept to be written into the journal later.
	owedMost = 8192
	// jump is added to the tail where numbers must be given before Redis could be asked for its mark. A crash can leave
	// Redis ahead of the journal by one batch and owedMost; no number is ever given to two messages.
	jump = 1 << 16
)

// lane is one lane of a gateway: an owner goroutine (run) that has one batch in flight. It is live while Redis has all
// that the journal has, and away otherwise; then new batches go into the journal alone, and what Redis lacks is offered
// in order until it has caught up.
//
// Numbers only rise. Redis takes a batch only at the mark that the lane expects; a refusal tells the mark it has, from
// which the lane goes on. So an attempt whose outcome is unknown needs no special care: whatever may have happened, the
// lane offers again what was not confirmed, and what Redis had already is left out by its digest.
type lane struct {
	in       chan *item
	journal  *journal.Journal
	redis    *stream.Lane
	announce func(context.Context) error
	sealer   *envelope.Sealer
	safe     func() bool
	log      *slog.Logger

	// What follows belongs to run.
	recent    *recent
	note      *os.File // where confirmed is noted for the next process
	noteAt    time.Time
	start     int64 // the tail when the process began
	tail      int64 // the highest number that was given
	confirmed int64 // Redis has all of ours up to here
	expect    int64 // the mark that Redis is expected to have
	met       bool  // Redis has told its mark once
	known     bool  // routers have been told of the lane, as far as we know
	live      bool
	held      int64            // messages in the journal above confirmed
	uncounted bool             // held is an old count
	owed      []journal.Record // taken by Redis alone, in order
	oweAt     time.Time        // when to try to write them, if no batch does it before
	sick      bool             // the journal failed last time
	waiting   *batch           // not answered yet
	writing   bool             // the journal works
	writeFrom time.Time
	offering  bool // Redis works
	offerFrom time.Time
	reader    *journal.Reader // behind confirmed; nil where it must be made anew
	pause     time.Duration
	retryAt   time.Time
	lookAt    time.Time
	trimAt    time.Time

	written chan written
	offered chan offered

	view atomic.Pointer[laneView] // for Status
}

// laneView is what a lane shows of itself.
type laneView struct {
	held       int64
	live, sick bool
}

// written is the journal's answer.
type written struct {
	b    *batch // nil where only owed records were written, or a trim was made
	owed int    // how many of them were in it
	err  error
}

// offered is Redis's answer: to a batch, to a replay, or (records == nil) to the question for the mark.
type offered struct {
	b       *batch
	records []journal.Record
	counted int64 // how many of them were counted as held before
	mark    int64
	known   bool // routers have been told of the lane
	err     error
}

// open reads the lane's journal. It leaves nothing open where it fails.
func (l *lane) open(dir string, files journal.Files) error {
	j, damage, err := journal.Open(dir, files, func(r journal.Record) {
		l.recent.add(r.Seq, r.Digest, 0)
	})
	if err != nil {
		return err
	}
	for _, d := range damage {
		l.log.Error("the journal is damaged", "lane", l.redis.Name(), "what", d.String())
	}
	note, err := os.OpenFile(filepath.Join(dir, "mark"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return errors.Join(err, j.Close())
	}
	l.journal, l.note = j, note
	l.start, l.tail = j.Tail(), j.Tail()
	var digits [20]byte
	n, _ := note.ReadAt(digits[:], 0)
	noted, _ := strconv.ParseInt(string(digits[:n]), 10, 64) // 0 where there is no note yet
	l.confirmed = min(noted, l.start)
	if l.held, err = j.Behind(l.confirmed); err != nil {
		return errors.Join(err, l.close())
	}
	l.view.Store(&laneView{held: l.held})
	return nil
}

// close gives the journal back.
func (l *lane) close() error { return errors.Join(l.journal.Close(), l.note.Close()) }

// run works until ctx ends, and then until what was handed in before is answered.
func (l *lane) run(ctx context.Context) {
	l.written, l.offered = make(chan written, 1), make(chan offered, 1)
	now := time.Now()
	l.lookAt, l.trimAt, l.pause = now, now.Add(trimEvery), retryFirst
	timer := time.NewTimer(0)
	defer timer.Stop()
	done := ctx.Done() // nil while draining, and always for a context that never ends
	var end time.Time  // of draining; zero before
	for {
		now = time.Now()
		l.answer(now)
		if end.IsZero() {
			l.work(now)
		}
		l.view.Store(&laneView{l.held, l.live, l.sick})
		var in chan *item
		if l.ready(now) {
			in = l.in
		}
		if !end.IsZero() && (len(l.in) == 0 && l.waiting == nil && !l.writing && !l.offering || now.After(end)) {
			break
		}
		timer.Reset(l.wake(now))
		select {
		case it := <-in:
			l.begin(it, time.Now())
		case w := <-l.written:
			l.onWritten(w)
		case o := <-l.offered:
			l.onOffered(o, time.Now())
		case <-timer.C:
		case <-done:
			done, end = nil, time.Now().Add(takeWithin)
		}
	}
	l.forget()
	l.remember(time.Now())
}

// wake returns how long nothing needs to be done unless something happens.
func (l *lane) wake(now time.Time) time.Duration {
	at := now.Add(time.Second)
	earlier := func(t time.Time) {
		if t.After(now) && t.Before(at) {
			at = t
		}
	}
	if l.waiting != nil {
		earlier(l.waiting.begun.Add(slow))
	}
	if l.writing {
		earlier(l.writeFrom.Add(slow))
	}
	if l.offering {
		earlier(l.offerFrom.Add(slow))
	} else {
		earlier(l.retryAt)
		earlier(l.lookAt)
	}
	return at.Sub(now)
}

// ready reports whether a batch may begin.
func (l *lane) ready(now time.Time) bool {
	if l.waiting != nil {
		return false
	}
	if l.live {
		return !l.offering && (!l.writing || now.Sub(l.writeFrom) >= slow)
	}
	if l.writing {
		return false
	}
	// Where little is left to offer, the next batch waits a moment for it, so that the lane gets live again under any load.
	return !(l.offering && l.held <= batchMost && now.Sub(l.offerFrom) < slow)
}

// begin takes what is waiting into a batch and gives it to both homes at once, or to the one that there is.
func (l *lane) begin(first *item, now time.Time) {
	if l.live && !l.safe() {
		l.leave(now)
	}
	if !l.met && l.tail == l.start {
		l.tail += jump
	}
	b := l.gather(first, now)
	if len(b.records) == 0 {
		return
	}
	l.waiting = b
	if l.writing {
		b.journal = skipped
	} else {
		l.write(b, now)
	}
	if l.live {
		l.offer(offered{b: b, records: b.records}, false, now)
	} else {
		b.redis = skipped
	}
}

// write gives a batch, and what the journal is owed, to the journal.
func (l *lane) write(b *batch, now time.Time) {
	owed := len(l.owed)
	records := slices.Clone(l.owed)
	if b != nil {
		records = append(records, b.records...)
	}
	l.writing, l.writeFrom, l.oweAt = true, now, now.Add(retryMost)
	go func() { l.written <- written{b, owed, l.journal.Append(records)} }()
}

// offer sends records to Redis, which has ours up to confirmed.
func (l *lane) offer(o offered, replay bool, now time.Time) {
	l.offering, l.offerFrom = true, now
	batch := make([]stream.Record, len(o.records))
	for i, r := range o.records {
		batch[i] = stream.Record(r)
	}
	expect, known := l.expect, l.known && len(batch) > 0
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), offerTimeout)
		defer cancel()
		if len(batch) > 0 {
			_, o.err = l.redis.Accept(ctx, expect, batch, now, replay)
		} else {
			o.mark, o.err = l.redis.Mark(ctx)
		}
		o.known = known || o.err == nil && l.announce(ctx) == nil
		l.offered <- o
	}()
}

// answer tells the callers of the waiting batch what is certain: when both homes have answered, or after a moment one.
func (l *lane) answer(now time.Time) {
	b := l.waiting
	if b == nil {
		return
	}
	both := b.journal != pending && b.redis != pending
	if !both && now.Sub(b.begun) < slow {
		return
	}
	switch {
	case b.redis == taken:
		b.tell(channels.Stored, nil)
	case b.journal == taken:
		b.tell(channels.Held, nil)
		if l.live {
			l.leave(now)
		}
	case both:
		b.tell("", channels.ErrUnavailable)
	default:
		return
	}
	l.waiting = nil
}

func (l *lane) onWritten(w written) {
	l.writing = false
	if l.sick != (w.err != nil) {
		l.sick = w.err != nil
		l.log.Warn("the journal's disk", "lane", l.redis.Name(), "works", !l.sick, "err", w.err)
	}
	if w.err == nil {
		l.owed = slices.Delete(l.owed, 0, w.owed)
	}
	b := w.b
	if b == nil {
		return
	}
	if w.err != nil {
		b.journal = failed
		if b.redis == taken {
			l.owe(b)
		}
		return
	}
	b.journal = taken
	for _, r := range b.records {
		l.recent.add(r.Seq, r.Digest, l.confirmed)
		if r.Seq > l.confirmed {
			l.held++
			b.counted++
		}
	}
}

// owe keeps what Redis alone has taken, to be written into the journal as soon as that is possible.
func (l *lane) owe(b *batch) {
	l.owed = append(l.owed, b.records...)
	slices.SortFunc(l.owed, func(a, b journal.Record) int { return int(a.Seq - b.Seq) })
	if n := len(l.owed) - owedMost; n > 0 && !l.writing {
		for _, r := range l.owed[:n] {
			l.recent.drop(known{r.Seq, r.Digest})
		}
		l.owed = slices.Delete(l.owed, 0, n)
	}
}

func (l *lane) onOffered(o offered, now time.Time) {
	l.offering, l.known = false, o.known
	l.lookAt = now.Add(lookEvery)
	var mark *stream.MarkError
	switch {
	case o.err == nil && o.records == nil:
		l.learn(o.mark, now)
	case o.err == nil:
		l.pause = retryFirst
		l.confirmed = o.records[len(o.records)-1].Seq
		l.expect = max(l.expect, l.confirmed)
		if o.b != nil {
			o.counted = o.b.counted
		}
		l.held -= o.counted
		if !now.Before(l.noteAt) {
			l.remember(now)
		}
	case errors.As(o.err, &mark):
		l.learn(mark.Mark, now)
	default:
		l.leave(now)
		l.forget()
		l.retryAt = now.Add(l.pause)
		l.pause = min(2*l.pause, retryMost)
	}
	b := o.b
	if b == nil {
		return
	}
	if o.err != nil {
		b.redis = failed
		return
	}
	b.redis = taken
	for _, r := range b.records {
		l.recent.add(r.Seq, r.Digest, l.confirmed)
	}
	if b.journal == failed || b.journal == skipped {
		l.owe(b)
	}
}
