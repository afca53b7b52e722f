package main

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/router/stream"
	asks "madoguchi/triage/ask"
)

// A dead letter is a message that was acknowledged and could not be brought into a case. It is kept, sealed, until a person
// has seen to it: every page of the staff says that there is one, and this command puts it back once its cause is mended.
var deadCommand = command{name: "dead", args: "[--requeue]", does: "lists messages that could not be read; --requeue tries them again",
	own: []flagDef{{"requeue", "false", "put every dead letter back into its lane"}}, run: dead}

// deadLimit is how many letters of a lane are listed at once.
const deadLimit = 1000

func dead(ctx context.Context, p *program, _ []string) error {
	pl, err := p.plan()
	if err != nil {
		return err
	}
	defer pl.close()
	names, err := stream.Lanes(ctx, pl.redis)
	if err != nil {
		return err
	}
	found := 0
	for _, name := range names {
		lane := stream.NewLane(pl.redis, name)
		letters, err := lane.Dead(ctx, deadLimit)
		if err != nil {
			return err
		}
		for _, l := range letters {
			found++
			verdict := ""
			if p.flags["requeue"] == "true" {
				if _, err := lane.Requeue(ctx, l.Seq); err != nil {
					return err
				}
				verdict = "put back"
			}
			fmt.Fprintf(p.stdout, "%s %d %s %s\n", name, l.Seq, l.Reason, verdict)
		}
	}
	fmt.Fprintf(p.stdout, "%d dead letters\n", found)
	return nil
}

// deadEvery is how often dead letters are counted for the banner.
const deadEvery = 10 * time.Second

// watchDead keeps the number of dead letters that the pages of the staff show.
func (h *house) watchDead(ctx context.Context) error {
	tick := time.NewTicker(deadEvery)
	defer tick.Stop()
	for {
		n, err := h.unread(ctx)
		if err == nil {
			h.deadLetters.Store(n)
		}
		h.silent.Store(err != nil && !h.runs("router"))
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// unread counts the messages that could not be read.
func (h *house) unread(ctx context.Context) (int64, error) {
	switch {
	case h.intake != nil:
		return h.intake.Status(ctx).Dead, nil
	case h.runs("router"):
		return deadLetters(ctx, h.redis)
	}
	return asks.NewFront(h.asker, "router").Waiting(ctx)
}

// deadLetters counts them in all lanes.
func deadLetters(ctx context.Context, c redis.UniversalClient) (n int64, err error) {
	names, err := stream.Lanes(ctx, c)
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		t, err := stream.NewLane(c, name).Totals(ctx)
		if err != nil {
			return 0, err
		}
		n += t.Dead
	}
	return n, nil
}

// consume brings messages into cases once the dictionary is there without which names would stay unreadable: less than a
// second after the start, in which messages are taken in already.
func (h *house) consume(ctx context.Context) error {
	if err := h.namesFound(ctx); err != nil {
		return err
	}
	return h.consumer.Run(ctx)
}

// namesFound waits until names can be found.
func (h *house) namesFound(ctx context.Context) error {
	for !h.anonymizer.Ready() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}
