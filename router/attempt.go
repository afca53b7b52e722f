package router

import (
	"context"
	"errors"
	"sync"
	"time"

	"madoguchi/channels"
)

// result is how far a conversation came.
type result struct {
	talk *talk
	done int   // of its jobs
	err  error // why the next one failed
	lost error // Redis could not be told of the attempt
}

// attempt works on the conversations, several at once. It is not disturbed by the end of ctx, so that what was begun is
// finished and settled.
func (s *shift) attempt(ctx context.Context, due []*talk) {
	ctx = context.WithoutCancel(ctx)
	results := make(chan result, len(due))
	slots := make(chan struct{}, parallel)
	var wg sync.WaitGroup
	for _, t := range due {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			results <- s.work(ctx, t)
		})
	}
	wg.Wait()
	close(results)
	for r := range results {
		s.conclude(ctx, r)
	}
}

// work processes the messages of one conversation in order, up to the first failure. After one that was suspected it
// stops, so that the next is alone as well.
func (s *shift) work(ctx context.Context, t *talk) result {
	r := result{talk: t}
	for _, j := range t.jobs {
		if j.suspect && r.done > 0 {
			break
		}
		if j.again {
			n, err := s.owner.Again(ctx, j.entry.ID, 1)
			if err != nil {
				r.lost = err
				return r
			}
			if n == 0 { // settled by another hand
				r.done++
				continue
			}
			if j.count = n; n > deliveries {
				r.err = errPanic
				return r
			}
		}
		if r.err = s.process(ctx, j); r.err != nil {
			return r
		}
		r.done++
	}
	return r
}

// process calls the handler. Whatever a panic says may be words of a person, so it is dropped.
func (s *shift) process(ctx context.Context, j *job) (err error) {
	ctx, cancel := context.WithTimeout(ctx, handleWithin)
	defer cancel()
	defer func() {
		if recover() != nil {
			s.panics.Caught("router")
			err = errPanic
		}
	}()
	return s.handle(ctx, j.message)
}

// conclude notes what became of a conversation's messages.
func (s *shift) conclude(ctx context.Context, r result) {
	t := r.talk
	for _, j := range t.jobs[:r.done] {
		s.done = append(s.done, j.entry.ID)
	}
	t.jobs = t.jobs[r.done:]
	if r.done > 0 {
		t.fails = 0
	}
	if r.lost != nil {
		t.at = time.Now().Add(pauseAfter(1))
		return
	}
	if r.err == nil {
		return
	}
	j := t.jobs[0]
	wasCounted := j.again
	j.suspect, j.again = false, true
	switch {
	case errors.Is(r.err, errMalformed):
		s.bury(j.entry, "malformed", &j.message)
		t.jobs, t.fails = t.jobs[1:], 0
		return
	case outage(r.err):
		// The message is not to blame, and does not pay for it.
		j.again = false
		if wasCounted {
			if _, err := s.owner.Again(ctx, j.entry.ID, -1); err == nil {
				j.count--
			}
		}
	case j.count >= deliveries:
		s.log.Error("a message could not be processed; it is a dead letter", "lane", s.owner.Name(), "deliveries", j.count)
		m := &j.message
		if j.count > deliveries+1 {
			m = nil // a router has died of reporting it, too
		}
		s.bury(j.entry, "failed", m)
		t.jobs, t.fails = t.jobs[1:], 0
		return
	}
	t.fails++
	t.at = time.Now().Add(pauseAfter(t.fails))
}

// pauseAfter is how long a conversation rests after so many failures in a row: 0.1, 0.3, 0.9, 2.7, then 5 seconds.
func pauseAfter(fails int) time.Duration {
	d := 100 * time.Millisecond
	for range min(fails, 5) - 1 {
		d *= 3
	}
	return min(d, 5*time.Second)
}

// settle tells Redis what is done and what is dead. What it cannot be told now is told later, and not done again.
func (s *shift) settle(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	if len(s.done) > 0 {
		soon, cancel := context.WithTimeout(ctx, offerTimeout)
		defer cancel()
		if err := s.owner.Settle(soon, s.done...); err != nil {
			return err
		}
		for _, id := range s.done {
			delete(s.known, id)
		}
		s.done = s.done[:0]
	}
	return s.inter(ctx)
}

// inter lays the dead letters to the others once people know of each. Where the desk cannot be told they stay where they are,
// and it is told later.
func (s *shift) inter(ctx context.Context) error {
	unopened := false // of many at once, the desk is told once
	for len(s.dead) > 0 {
		b := s.dead[0]
		if first := b.message != nil || !unopened; first && len(b.entry.Sealed) > 0 { // else there is no message
			if err := s.tell(ctx, b.message); err != nil {
				return err
			}
			unopened = unopened || b.message == nil
		}
		if err := s.lay(ctx, b); err != nil {
			return err
		}
		delete(s.known, b.entry.ID)
		s.dead = s.dead[1:]
	}
	return nil
}

func (s *shift) lay(ctx context.Context, b burial) error {
	ctx, cancel := context.WithTimeout(ctx, offerTimeout)
	defer cancel()
	return s.owner.Bury(ctx, b.entry, b.reason)
}

// tell reports a dead letter. One that cannot be reported although the desk can be reached is at least counted on its pages.
func (s *shift) tell(ctx context.Context, m *channels.Message) error {
	err := s.report(ctx, m)
	if err != nil && !unreached(err) {
		s.log.Error("nobody could be told of a dead letter", "lane", s.owner.Name())
		return nil
	}
	return err
}
