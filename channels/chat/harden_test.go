package chat_test

import (
	"net/http"
	"strings"
	"testing"

	"madoguchi/channels/chat"
)

// headers fails unless a response has everything that keeps a seeker's browser quiet.
func headers(t *testing.T, what string, r *http.Response) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
			"base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
		"Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp",
		"Cross-Origin-Resource-Policy": "same-origin", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		"Cache-Control": "no-store", "Strict-Transport-Security": "max-age=63072000",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: %s is %q", what, name, got)
		}
	}
	if !strings.Contains(r.Header.Get("X-Robots-Tag"), "noarchive") || !strings.Contains(r.Header.Get("Permissions-Policy"), "camera=()") {
		t.Errorf("%s: robots or permissions are not told", what)
	}
	for _, name := range []string{"Server", "ETag", "Last-Modified", "Set-Cookie", "Content-Encoding", "Access-Control-Allow-Origin"} {
		if r.Header.Get(name) != "" {
			t.Errorf("%s: it has %s", what, name)
		}
	}
	if kind := r.Header.Get("Content-Type"); strings.HasPrefix(kind, "text/") && !strings.Contains(kind, "charset=utf-8") {
		t.Errorf("%s: the type is %q", what, kind)
	}
}

func TestHeadersOfEveryResponse(t *testing.T) {
	s := open(t, nil)
	for _, test := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/", 200}, {"HEAD", "/", 200}, {"GET", "/chat.js", 200}, {"GET", "/chat.css", 200}, {"GET", "/favicon.ico", 200},
		{"GET", "/chat/line.js", 200}, {"GET", "/nothing", 404}, {"GET", "/chat/", 404}, {"GET", "/page/page.html", 404}, {"DELETE", "/", 405},
		{"GET", "/chat/messages", 405}, {"POST", "/chat/messages", 400}, {"POST", "/chat/form", 400}, {"GET", "/chat/events", 401},
		{"GET", "/chat/ws", 400}, {"GET", "//chat.js", 307}, {"GET", "/chat/events?after=x", 400},
	} {
		request, err := http.NewRequest(test.method, s.URL+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		what := test.method + " " + test.path
		if r.StatusCode != test.status {
			t.Errorf("%s: %d, want %d", what, r.StatusCode, test.status)
		}
		headers(t, what, r)
	}
}

func TestTransportSecurityOnlyOverHTTPS(t *testing.T) {
	request, err := http.NewRequest("GET", "/", nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &recorder{header: http.Header{}}
	chat.Harden(http.NotFoundHandler(), "http://127.0.0.1:8080").ServeHTTP(w, request)
	if w.header.Get("Strict-Transport-Security") != "" {
		t.Error("a plain address tells browsers to use https")
	}
}

type recorder struct{ header http.Header }

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) Write(b []byte) (int, error) { return len(b), nil }
func (r *recorder) WriteHeader(int)             {}
