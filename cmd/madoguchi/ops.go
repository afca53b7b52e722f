package main

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"madoguchi/router"
)

// opsHandler serves what machines ask: is it alive, can it accept, how much has it done. No number has a label that could
// point at a person.
func (h *house) opsHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, map[string]bool{"alive": true}) })
	mux.HandleFunc("GET /readyz", h.readyz)
	registry := prometheus.NewRegistry()
	registry.MustRegister(&counts{h}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return mux
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) //nolint:errcheck // the other side left
}

// asked bounds what one question of a machine may take.
const asked = 2 * time.Second

func (h *house) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), asked)
	defer cancel()
	s := h.intake.Status(ctx)
	found := s.Redis
	if redisState(h.safe.Load()) == redisUnsafe {
		found = redisUnsafe.String()
	}
	status := http.StatusOK
	if s.Accepts == "none" {
		status = http.StatusServiceUnavailable
	}
	up := map[string]bool{}
	for _, role := range roles {
		up[role] = true
	}
	answer(w, status, map[string]any{"accepts": s.Accepts, "redis": found, "journal": s.Journal, "roles": up})
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
	ctx, cancel := context.WithTimeout(context.Background(), asked)
	defer cancel()
	s := c.h.intake.Status(ctx)
	for _, m := range metrics() {
		out <- prometheus.MustNewConstMetric(m.desc, m.kind, float64(m.value(s)))
	}
}
