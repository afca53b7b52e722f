package web

import (
	"encoding/json"
	"net/http"
)

// Problem is the body of an error over HTTP (RFC 9457). It holds fixed words only, never what was sent.
type Problem struct {
	Status     int      `json:"status"`
	Code       string   `json:"code"`                 // stable, for programs: claimed, consent_required, …
	Title      string   `json:"title"`                // for operators, in English
	Conditions []string `json:"conditions,omitempty"` // what is unmet, where Code is conditions_unmet
}

// Write sends p as application/problem+json with its status.
func (p Problem) Write(w http.ResponseWriter) {
	body, err := json.Marshal(struct {
		Type string `json:"type"`
		Problem
	}{"about:blank", p})
	if err != nil { // a struct of strings and numbers always marshals
		panic(err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Del("Content-Length")
	w.WriteHeader(p.Status)
	w.Write(append(body, '\n'))
}
