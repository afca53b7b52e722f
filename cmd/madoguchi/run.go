package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"madoguchi/router"
	"madoguchi/triage/keyring"
)

// run gives the house life until ctx ends, then lets what is under way end well.
func (h *house) run(ctx context.Context, opened func() error) error {
	g, ctx := errgroup.WithContext(ctx)
	var servers []*http.Server
	// What answers people stops first, and what it hands things to afterwards.
	behind, stopBehind := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBehind()
	for l, handler := range h.served() {
		s := h.server(handler)
		servers = append(servers, s)
		g.Go(func() error {
			if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("a listener broke: %w", err)
			}
			return nil
		})
	}
	for _, run := range h.fronts() {
		g.Go(func() error { return ended(ctx, run(ctx)) })
	}
	for _, run := range h.backs() {
		g.Go(func() error { return ended(behind, run(behind)) })
	}
	g.Go(func() error {
		<-ctx.Done()
		defer stopBehind()
		return shutdown(servers)
	})
	g.Go(opened)
	return errors.Join(g.Wait(), h.closeRooms())
}

// served are the listeners of this process, and what each shows.
func (h *house) served() map[net.Listener]http.Handler {
	all := map[net.Listener]http.Handler{h.listeners.ops: h.ops}
	if h.listeners.public != nil {
		all[h.listeners.public] = h.public
	}
	if h.listeners.staff != nil {
		all[h.listeners.staff] = h.staff
	}
	return all
}

// fronts are the rooms that begin things; backs those that finish them.
func (h *house) fronts() []func(context.Context) error {
	var all []func(context.Context) error
	if h.runs("console") {
		all = append(all, h.console.Run)
	}
	if h.runs("gateway") {
		all = append(all, h.mailbox.Run)
		for _, d := range h.doors {
			all = append(all, d.Run)
		}
	}
	return all
}

func (h *house) backs() []func(context.Context) error {
	var all []func(context.Context) error
	if h.runs("router") || h.runs("console") {
		all = append(all, h.finishErased)
	}
	if h.runs("gateway") {
		all = append(all, h.intake.Run, h.sweepFiles)
	}
	if h.runs("router") {
		all = append(all, h.consume)
	}
	if h.runs("vault") {
		all = append(all, h.courier.Run)
	}
	if h.runs("console") {
		all = append(all, h.audit.Run, h.desk.Run, h.desk.RunWaits, h.desk.RunDrills, h.desk.Seek, h.watchDead)
	}
	for _, a := range h.answerers {
		all = append(all, a.Run)
	}
	if !h.demo {
		all = append(append(all, h.watchRedis), h.keyLife()...)
	}
	return all
}

// hourly does something once an hour until ctx ends, and now. failed is what is logged where it cannot.
func (h *house) hourly(ctx context.Context, failed string, do func(context.Context) error) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			h.log.Error(failed, "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// finishErased ends destructions that were interrupted, rounds what an older version wrote too exactly, and takes what was
// destroyed out of the logs: of the Redis that keeps the shares, where that keeps nothing else, and of those that the messages
// of the case once passed through.
func (h *house) finishErased(ctx context.Context) error {
	return h.hourly(ctx, "the keys of erased cases, and old drafts, cannot all be destroyed", func(ctx context.Context) error {
		var err error
		if h.runs("console") {
			err = errors.Join(h.store.Finish(ctx), h.store.Round(ctx), h.desk.ForgetDrafts(ctx))
		}
		if h.runs("router") {
			err = errors.Join(err, h.vault.Finish(ctx))
			if h.keysRedis != h.redis {
				err = errors.Join(err, keyring.Rewrite(ctx, h.keysRedis, h.redis, h.vaultRedis))
			}
		}
		return err
	})
}

// sweepFiles throws away what arrived and was never sent.
func (h *house) sweepFiles(ctx context.Context) error {
	return h.hourly(ctx, "files that were never sent cannot be thrown away", func(ctx context.Context) error {
		if !settled(h.intake.Status(ctx)) {
			return nil
		}
		return h.inbox.Sweep(time.Now())
	})
}

// settled reports whether every message that was taken in is in its case, so that a file which no case has was never sent.
// While a message is held, waits, or could not be read, it may name a file that arrived with it, however long ago.
func settled(s router.Status) bool { return s.Redis == "ok" && s.Held+s.Queued+s.Dead == 0 }

// ended turns the end of a context, which is how rooms are stopped, into no error.
func ended(ctx context.Context, err error) error {
	switch {
	case ctx.Err() == nil && err == nil:
		return errors.New("a room ended by itself")
	case ctx.Err() != nil && only(err, context.Canceled, context.DeadlineExceeded):
		return nil
	}
	return err
}

// only reports whether an error, and each that is joined in it, is one of those.
func only(err error, those ...error) bool {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return !slices.ContainsFunc(joined.Unwrap(), func(err error) bool { return !only(err, those...) })
	}
	return err == nil || slices.ContainsFunc(those, func(one error) bool { return errors.Is(err, one) })
}

// Bounds of the servers. Only headers have one: a chat and a live page stay open.
const (
	headerWithin = 10 * time.Second
	idleWithin   = 2 * time.Minute
	drainWithin  = 5 * time.Second
)

func (h *house) server(handler http.Handler) *http.Server {
	return &http.Server{Handler: handler, ReadHeaderTimeout: headerWithin, IdleTimeout: idleWithin, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(quiet{h.log.Handler()}, slog.LevelDebug)}
}

// quiet drops the server's own lines, which hold addresses of people, and keeps that there was one.
type quiet struct{ slog.Handler }

func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	return q.Handler.Handle(ctx, slog.NewRecord(r.Time, r.Level, "a connection failed", r.PC))
}

func shutdown(servers []*http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainWithin)
	defer cancel()
	var failed error
	for _, s := range servers {
		if s.Shutdown(ctx) == nil {
			continue
		}
		if err := s.Close(); err != nil { // live pages do not end by themselves
			failed = errors.Join(failed, fmt.Errorf("a listener does not close: %w", err))
		}
	}
	return failed
}
