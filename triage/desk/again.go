package desk

import (
	"context"
	"time"

	"madoguchi/triage"
)

// again looks at the desk now, whenever something happens and at least as often as every, until ctx ends. Between two looks is a
// rest, however much happens. What the store cannot give now a later look gets.
func (d *Desk) again(ctx context.Context, every, rest time.Duration, look func(context.Context) error) error {
	var news <-chan triage.CaseID
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		news = d.listen(ctx, news)
		if err := look(ctx); err != nil && ctx.Err() == nil && !passing(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		case _, ok := <-news:
			if !ok {
				news = nil
			}
			if lull(ctx, news, rest) != nil {
				return ctx.Err()
			}
		}
	}
}

// listen hears of what happens, unless it does so already. Where it cannot now it is tried again.
func (d *Desk) listen(ctx context.Context, news <-chan triage.CaseID) <-chan triage.CaseID {
	if news != nil {
		return news
	}
	news, err := d.Store.Watch(ctx)
	if err != nil {
		return nil
	}
	return news
}

// lull lets more come, and takes note of it.
func lull(ctx context.Context, news <-chan triage.CaseID, long time.Duration) error {
	end := time.After(long)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-end:
			return nil
		case _, ok := <-news:
			if !ok {
				news = nil
			}
		}
	}
}
