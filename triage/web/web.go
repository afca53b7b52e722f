// Package web is what every page and every answer to a member of the staff has in common: sessions, headers, limits, error
// bodies, live streams and the frame around a page.
//
// It knows no case and no person, only how a browser is to be treated. A browser on a shared desk in a city hall is the
// place where words leak: so nothing is cached, nothing of ours is framed, no script or style runs that is not a file of
// ours, no string is ever turned into markup by a script (trusted types are off), and a request that changes something
// must say that it comes from one of our own pages.
//
// Errors that leave this package hold no contents of requests: a panic is told as an id.
package web

import (
	"fmt"
	"mime"
	"net/http"
)

// policy allows files of our own origin and nothing else. Trusted types are required and none is allowed, so that
// innerHTML and its like do not work at all.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// Headers sets the security headers of every answer. Behind TLS it also asks the browser to stay there.
func Headers(https bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Embedder-Policy", "require-corp")
		h.Set("X-Robots-Tag", "noindex, noarchive")
		h.Set("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), "+
			"browsing-topics=(), clipboard-read=()")
		if https {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

// Caught notes, in the deferred function that has recovered, that a room has panicked, and returns the id by which the line in the
// log is found. The value of the panic is never asked for: it may hold what somebody wrote.
type Caught func(room string) (id string)

// Recover answers 500 with the id of the panic where next panics.
func Recover(room string, caught Caught, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler {
				panic(v)
			}
			id := ""
			if caught != nil {
				id = caught(room)
			}
			Problem{Status: http.StatusInternalServerError, Code: "internal", Title: "internal error " + id}.Write(w)
		}()
		next.ServeHTTP(w, r)
	})
}

// MaxForm is the largest body of a form: a long letter typed off is some 20 KiB.
const MaxForm = 256 << 10

// MaxUpload is the largest body with a file: a workbook of five hundred reports is some 300 KiB.
const MaxUpload = 5 << 20

// Limit cuts bodies at max bytes; reading past it fails, and the connection is closed.
func Limit(max int64, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, max)
		next.ServeHTTP(w, r)
	})
}

// SameOrigin lets a request that may change something pass only if the browser says that a page of the same origin
// sent it, and only as a form. It guards what is signed in by cookie; a request without the browser's word is refused
// as well, since every browser since 2023 sends it. origin is the outside URL where a proxy rewrites Host.
func SameOrigin(origin string, next http.Handler) (http.Handler, error) {
	guard := http.NewCrossOriginProtection()
	if origin != "" {
		if err := guard.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("web: the staff URL is no origin: %w", err)
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		silent := r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == ""
		if silent || guard.Check(r) != nil {
			Problem{Status: http.StatusForbidden, Code: "cross_origin", Title: "sent by another site"}.Write(w)
			return
		}
		if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/x-www-form-urlencoded" && t != "multipart/form-data" {
			Problem{Status: http.StatusUnsupportedMediaType, Code: "bad_request", Title: "not a form"}.Write(w)
			return
		}
		next.ServeHTTP(w, r)
	}), nil
}
