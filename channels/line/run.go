package line

import (
	"context"
	"errors"
	"sync"
	"time"

	"madoguchi/channels"
)

// pauses are how long to wait after each try that failed; the last one counts on.
var pauses = []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute}

// giveUp is when the desk is told that a file will not come.
const giveUp = 24 * time.Hour

// atOnce is how many files, and how many words, go at the same time.
const atOnce = 4

// Run fetches what was sent and says what is to be said, until ctx ends. The two do not wait for each other.
func (d *door) Run(ctx context.Context) error {
	var all sync.WaitGroup
	all.Go(func() { d.work(ctx, d.spool.files, false, d.fetch) })
	all.Go(func() { d.work(ctx, d.spool.words, true, d.say) })
	all.Wait()
	return nil
}

// work does what is wished for, of one sort, a few at a time.
func (d *door) work(ctx context.Context, woken <-chan struct{}, words bool, do func(context.Context, *wanted)) {
	known := map[string]*wanted{}
	for ctx.Err() == nil {
		all, damaged := d.spool.list(time.Now())
		if damaged > 0 {
			d.env.Log.Warn("wishes cannot be read", "channel", name, "count", damaged)
		}
		fresh := map[string]*wanted{}
		var round sync.WaitGroup
		room := make(chan struct{}, atOnce)
		for _, w := range all {
			if w.words() != words {
				continue
			}
			k := known[w.key()]
			if k == nil {
				k = &w
			}
			fresh[w.key()] = k
			if time.Now().Before(k.next) || ctx.Err() != nil {
				continue
			}
			room <- struct{}{}
			round.Go(func() {
				do(ctx, k)
				<-room
			})
		}
		round.Wait()
		known = fresh
		wait(ctx, woken, fresh)
	}
}

// wait returns when there is something new, or something to be tried again.
func wait(ctx context.Context, woken <-chan struct{}, known map[string]*wanted) {
	soonest := time.Now().Add(time.Minute)
	for _, w := range known {
		if !w.next.IsZero() && w.next.Before(soonest) {
			soonest = w.next
		}
	}
	select {
	case <-ctx.Done():
	case <-woken:
	case <-time.After(time.Until(soonest)):
	}
}

// fetch tries once.
func (d *door) fetch(ctx context.Context, w *wanted) {
	m := channels.Message{ID: fileID(w.ID), Kind: name, From: w.from(), At: d.env.Now(), Late: w.Late, Text: "[" + marks[w.Sort] + "1]"}
	f, err := d.download(ctx, w)
	switch {
	case err == nil:
		m.Files = []channels.File{f}
	case errors.Is(err, channels.ErrTooLarge):
		m.Text = "[" + marks[w.Sort] + "は大きすぎて、受け取れませんでした]"
	case errors.Is(err, errGone), time.Since(w.At) > giveUp && ctx.Err() == nil:
		m.Text = "[" + marks[w.Sort] + "は受け取れませんでした]"
	default:
		w.later()
		return
	}
	if err := d.spool.settle(w.key(), func() error { _, err := d.env.Intake.Take(ctx, m); return err }); err != nil {
		w.later()
	}
}
