package main

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"madoguchi/channels"
	"madoguchi/router"
	asks "madoguchi/triage/ask"
)

// opsHandler serves what machines ask: is it alive, can it accept, how much has it done. No number has a label that could
// point at a person.
func (h *house) opsHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, map[string]bool{"alive": true}) })
	mux.HandleFunc("GET /readyz", h.readyz)
	registry := prometheus.NewRegistry()
	if h.intake != nil {
		registry.MustRegister(&counts{h})
	}
	registry.MustRegister(panicked{h.panics}, h.unreadable)
	if len(h.answerers) > 0 {
		registry.MustRegister(asked{h.answerers})
	}
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return mux
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) //nolint:errcheck // the other side left
}

// answerWithin bounds what one question of a machine may take.
const answerWithin = 2 * time.Second

func (h *house) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
	defer cancel()
	up := map[string]bool{}
	for _, role := range roles {
		up[role] = h.runs(role)
	}
	body, status := map[string]any{"roles": up, "redis": redisState(h.safe.Load()).String()}, http.StatusOK
	if h.intake == nil { // it takes nothing in, and does its work while Redis is there
		if redisState(h.safe.Load()) == redisAway {
			status = http.StatusServiceUnavailable
		}
		answer(w, status, body)
		return
	}
	s := h.intake.Status(ctx)
	body["accepts"], body["journal"] = s.Accepts, s.Journal
	if redisState(h.safe.Load()) != redisUnsafe {
		body["redis"] = s.Redis
	}
	if s.Accepts == "none" {
		status = http.StatusServiceUnavailable
	}
	answer(w, status, body)
}

// counts collects the gateway's counts when they are asked for.
type counts struct{ h *house }

type metric struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(router.Status) int64
}

func counter(name, help string, value func(router.Status) int64) metric {
	return metric{prometheus.NewDesc("madoguchi_"+name, help, nil, nil), prometheus.CounterValue, value}
}

func gauge(name, help string, value func(router.Status) int64) metric {
	return metric{prometheus.NewDesc("madoguchi_"+name, help, nil, nil), prometheus.GaugeValue, value}
}

// metrics are what the gateway counts: accepted = held + queued + processed + dead letters, at rest.
func metrics() []metric {
	return []metric{
		counter("accepted_total", "Messages that were acknowledged.", func(s router.Status) int64 { return s.Accepted }),
		gauge("held", "Messages in the journal that Redis does not have yet.", func(s router.Status) int64 { return s.Held }),
		gauge("queued", "Messages in Redis that are not in a case yet.", func(s router.Status) int64 { return s.Queued }),
		counter("processed_total", "Messages that are in a case.", func(s router.Status) int64 { return s.Processed }),
		gauge("dead_letters", "Messages that could not be read and wait for a person.", func(s router.Status) int64 { return s.Dead }),
		counter("replayed_total", "Messages that Redis got from the journal.", func(s router.Status) int64 { return s.Replayed }),
	}
}

func (c *counts) Describe(out chan<- *prometheus.Desc) {
	for _, m := range metrics() {
		out <- m.desc
	}
}

func (c *counts) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), answerWithin)
	defer cancel()
	s := c.h.intake.Status(ctx)
	for _, m := range metrics() {
		out <- prometheus.MustNewConstMetric(m.desc, m.kind, float64(m.value(s)))
	}
}

// asked counts what other roles have asked this process, by who asked, what, and what became of it. More asks than people can
// read say that somebody else asks.
type asked struct{ of []*asks.Answerer }

func askedTotal() *prometheus.Desc {
	return prometheus.NewDesc("madoguchi_asks_total", "What other roles asked; an empty result is success.", []string{"from", "verb", "result"}, nil)
}

func (a asked) Describe(out chan<- *prometheus.Desc) { out <- askedTotal() }

func (a asked) Collect(out chan<- prometheus.Metric) {
	total := map[asks.Count]int64{}
	for _, one := range a.of {
		for c, n := range one.Counts() {
			total[c] += n
		}
	}
	for c, n := range total {
		out <- prometheus.MustNewConstMetric(askedTotal(), prometheus.CounterValue, float64(n), c.From, c.Verb, c.Code)
	}
}

// newUnreadable counts what came by a door and no machine could read: a person was told of each.
func newUnreadable() *prometheus.CounterVec {
	total := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "madoguchi_unreadable_total", Help: "What came and no machine could read; a person was told of each."}, []string{"channel"})
	total.WithLabelValues("letter") // the one door by which such things come
	return total
}

// panicked counts the panics that this process has survived, by room.
type panicked struct{ of *channels.Panics }

func panicsTotal() *prometheus.Desc {
	return prometheus.NewDesc("madoguchi_panics_total", "Panics that a room survived; the log says where.", []string{"room"}, nil)
}

func (p panicked) Describe(out chan<- *prometheus.Desc) { out <- panicsTotal() }

func (p panicked) Collect(out chan<- prometheus.Metric) {
	for room, n := range p.of.Counts() {
		out <- prometheus.MustNewConstMetric(panicsTotal(), prometheus.CounterValue, float64(n), room)
	}
}
