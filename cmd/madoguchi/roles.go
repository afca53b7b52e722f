package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/router"
	"madoguchi/router/clean"
	"madoguchi/router/mailbox"
	"madoguchi/triage"
	asks "madoguchi/triage/ask"
	"madoguchi/triage/city"
)

// A process runs some of the roles. Each role has keys, Redis users and folders of its own, and what is not in its process it
// asks for (package ask). One process with all of them asks nobody: then an ask is a call, and no keys for asking are needed.
//
// The router answers what changes what the wall keeps, and tells the courier what is said; the vault answers what leads to
// persons and what they see.

// window is what the desk may ask of the wall, wherever that runs.
type window struct {
	front    triage.Front
	press    triage.Press
	lamp     triage.Lamp
	waits    triage.WaitLamp
	cabinet  triage.Cabinet
	filed    triage.Filed
	searcher triage.Searcher
	reached  triage.Reached
	tracer   triage.Tracer
	pager    triage.Pager
}

// divided is a front of which another role gives out what leads to persons.
type divided struct {
	triage.Front
	out triage.Front
}

func (d divided) Reveal(ctx context.Context, id triage.CaseID, placeholder string) (string, error) {
	return d.out.Reveal(ctx, id, placeholder)
}

func (d divided) Knows(ctx context.Context, id triage.CaseID, placeholder string) error {
	return d.out.Knows(ctx, id, placeholder)
}

func (d divided) Disclose(ctx context.Context, id triage.CaseID, text string, placeholders []string) (string, error) {
	return d.out.Disclose(ctx, id, text, placeholders)
}

// window opens what there is in this process, and asks for the rest.
func (h *house) window(p plan, rooms router.Rooms) (window, error) {
	var w window
	var in, out triage.Front
	if h.runs("router") {
		cleaner, err := clean.NewCleaner("")
		if err != nil {
			return w, errors.New("the program does not find itself")
		}
		if at := p.set["CLAMD"]; at != "" {
			cleaner.Scanner = clean.NewScanner(at)
		}
		front := router.NewFront(h.within)
		in, w.cabinet, w.filed, w.searcher = front, router.NewCabinet(rooms, cleaner), front, router.NewSearcher(h.within)
	} else if h.asker != nil {
		front := asks.NewFront(h.asker, "router")
		in, w.cabinet, w.filed, w.searcher = front, front, front, front
	}
	if h.runs("vault") {
		front := router.NewFront(h.within)
		out, w.press, w.lamp, w.pager = front, front, router.NewLamp(rooms), h.pager()
		boxes := mailbox.NewWriter(h.redis, p.keys.writer, time.Now)
		w.tracer, w.waits, w.reached = router.NewTracer(rooms, boxes), router.NewWaitLamp(rooms, boxes), router.NewReached(h.within)
	} else if h.asker != nil {
		front := asks.NewFront(h.asker, "vault")
		out, w.press, w.lamp, w.waits, w.tracer, w.reached = front, front, front, front, front, front
		if len(h.city.OnCall) > 0 {
			w.pager = front
		}
	}
	w.front = divided{in, out}
	return w, nil
}

// answers lets the roles that run elsewhere ask those that run here.
func (h *house) answers(p plan, w window) {
	if keys := p.keys.asks["router"]; keys != nil {
		waiting := func(ctx context.Context) (int64, error) { return deadLetters(ctx, h.redis) }
		a := asks.NewAnswerer(h.redis, keys, asks.People(), h.log, h.panics.Caught)
		a.Allow("console", asks.TakesIn(w.front, w.cabinet, waiting)...)
		a.Allow("console", asks.Looks(w.filed, w.searcher)...)
		a.Allow("vault", asks.Outgoing(h.store)...)
		h.answerers = append(h.answerers, a)
	}
	if keys := p.keys.asks["vault"]; keys != nil {
		a := asks.NewAnswerer(h.redis, keys, asks.People(), h.log, h.panics.Caught)
		a.Allow("console", asks.GivesOut(w.front, w.press, w.lamp)...)
		a.Allow("console", asks.Traces(w.tracer)...)
		a.Allow("console", asks.Waits(w.waits), asks.Reaches(w.reached))
		a.Allow("console", asks.Pages(onCall{w.pager, h.city.OnCall}))
		h.answerers = append(h.answerers, a)
	}
}

// asking returns who asks for this process the roles that run elsewhere, or nil where none does.
func asking(c redis.UniversalClient, keys map[string]*asks.Keys) *asks.Asker {
	for _, role := range []string{"console", "vault"} {
		if keys[role] != nil {
			return asks.NewAsker(c, keys[role])
		}
	}
	return nil
}

// onCall pages nobody whom the city file does not name: whoever has the desk cannot make the house call the world.
type onCall struct {
	pager  triage.Pager
	people []city.OnCall
}

func (o onCall) Page(ctx context.Context, page triage.Page) error {
	if o.pager == nil {
		return triage.ErrUnavailable
	}
	if !slices.ContainsFunc(o.people, func(c city.OnCall) bool { return c.Reach == page.Reach }) {
		return triage.ErrRefused
	}
	return o.pager.Page(ctx, page)
}
