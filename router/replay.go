package router

import (
	"errors"
	"fmt"
	"io"
	"time"

	"madoguchi/router/journal"
)

// learn takes in the mark that Redis has told. One below what it had confirmed has rolled back together with the messages
// (a fail-over, an old backup, a flush); one above it comes from an attempt whose outcome was unknown. Either way the lane
// offers what lies above confirmed, at that mark.
func (l *lane) learn(mark int64, now time.Time) {
	if l.met && mark == l.expect && l.confirmed <= mark {
		l.pause = retryFirst
		return
	}
	if l.met && mark < l.confirmed {
		l.log.Warn("the mark in Redis has rolled back; sending again", "lane", l.redis.Name(), "from", l.confirmed, "to", mark)
	}
	if !l.met {
		l.met = true
		l.confirmed = l.start // no number between start and start+jump was given before
	}
	l.confirmed = min(l.confirmed, mark)
	l.expect, l.known = mark, false
	l.tail = max(l.tail, mark)
	l.leave(now)
	l.pause, l.retryAt = retryFirst, now
	l.count(now)
	l.forget()
}

// count counts what is held. Where the journal cannot be read the old count stays, nothing is sent again, and it is counted
// anew soon.
func (l *lane) count(now time.Time) {
	held, err := l.journal.Behind(l.confirmed)
	if l.uncounted = err != nil; l.uncounted {
		l.log.Error("the journal cannot be read", "lane", l.redis.Name(), "err", err)
		l.retryAt = now.Add(retryMost)
		return
	}
	l.held = held
}

// leave makes the lane hold what comes, until Redis has caught up.
func (l *lane) leave(now time.Time) {
	if l.live {
		l.live = false
		l.retryAt = now
		l.forget()
		l.remember(now)
	}
}

// remember notes how far Redis has come, so that a process that starts while Redis is away knows what is held. It is a
// note and no more: Redis's own mark decides.
func (l *lane) remember(now time.Time) {
	l.noteAt = now.Add(lookEvery)
	if l.note != nil {
		_, _ = fmt.Fprintf(io.NewOffsetWriter(l.note, 0), "%020d", l.confirmed)
	}
}

// forget makes the next replay begin behind confirmed.
func (l *lane) forget() {
	if l.reader != nil {
		l.reader.Close()
		l.reader = nil
	}
}

// work starts what can be done beside the batches: replaying, looking after the mark, writing what the journal is owed.
func (l *lane) work(now time.Time) {
	if !l.writing && l.waiting == nil && len(l.in) == 0 {
		switch {
		case len(l.owed) > 0 && !now.Before(l.oweAt):
			l.write(nil, now)
		case l.met && !now.Before(l.trimAt):
			l.trim(now)
		}
	}
	if l.offering || l.waiting != nil && l.waiting.redis == pending || !l.safe() {
		return
	}
	if l.live {
		if !now.Before(l.lookAt) && l.waiting == nil {
			l.offer(offered{}, false, now)
		}
		return
	}
	if now.Before(l.retryAt) {
		return
	}
	if !l.met {
		l.offer(offered{}, false, now)
		return
	}
	if l.uncounted {
		l.count(now)
	}
	if !l.uncounted {
		l.replay(now)
	}
}

// replay offers the next stretch of what Redis lacks, or makes the lane live where it lacks nothing.
func (l *lane) replay(now time.Time) {
	records, counted, err := l.behind()
	if err != nil {
		l.log.Error("the journal cannot be read", "lane", l.redis.Name(), "err", err)
		l.forget()
		l.retryAt = now.Add(retryMost)
		return
	}
	if len(records) > 0 {
		l.offer(offered{records: records, counted: counted}, true, now)
		return
	}
	if l.writing {
		return // what is being written may be in the journal alone
	}
	l.live = true
	l.held = 0
	l.forget()
}

// behind returns the next records above confirmed: of the journal, and behind its end those that it is owed. counted is
// how many of them are counted as held.
func (l *lane) behind() (records []journal.Record, counted int64, err error) {
	if l.reader == nil {
		l.reader = l.journal.After(l.confirmed)
	}
	size := 0
	for len(records) < batchMost && size < batchBytes {
		r, err := l.reader.Next()
		if errors.Is(err, io.EOF) {
			if !l.writing {
				for _, r := range l.owed {
					if r.Seq > l.confirmed && (len(records) == 0 || r.Seq > records[len(records)-1].Seq) && len(records) < 2*batchMost {
						records = append(records, r)
					}
				}
			}
			return records, counted, nil
		}
		if err != nil {
			return nil, 0, err
		}
		records = append(records, r)
		size += len(r.Sealed)
		counted++
	}
	return records, counted, nil
}

// trim removes old segments, with the journal's other work.
func (l *lane) trim(now time.Time) {
	l.trimAt = now.Add(trimEvery)
	l.writing, l.writeFrom = true, now
	mark := l.confirmed
	go func() { l.written <- written{err: l.journal.Trim(mark, now)} }()
}
