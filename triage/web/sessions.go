package web

import (
	"context"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/redis/go-redis/v9"

	"madoguchi/triage/staff"
)

const (
	// Idle ends a session in which nothing was done: a screen left alone in an office.
	Idle = 15 * time.Minute
	// Life ends every session: one working day.
	Life = 8 * time.Hour
)

// Sessions remembers who is signed in at which browser. The browser holds 256 random bits in a cookie that no script
// reads and no other site sends; Redis holds their hash, the login and short notices, never words of a case.
//
// A session does not say what its person may do: whoever serves a request asks that again each time.
type Sessions struct{ scs *scs.SessionManager }

const (
	loginKey  = "login"
	stampKey  = "stamp"
	strongKey = "strong"
	newKey    = "new"
	flashKey  = "flash"
)

// NewSessions keeps sessions in rdb. Where the pages are served by https the cookie is bound to it and to the host.
func NewSessions(rdb redis.UniversalClient, https bool) *Sessions {
	m := scs.New()
	m.Store = store{rdb, time.Now}
	m.IdleTimeout, m.Lifetime = Idle, Life
	m.HashTokenInStore = true
	m.Cookie.Name, m.Cookie.Secure = "madoguchi", false
	if https {
		m.Cookie.Name, m.Cookie.Secure = "__Host-madoguchi", true
	}
	m.Cookie.Path, m.Cookie.HttpOnly, m.Cookie.SameSite = "/", true, http.SameSiteStrictMode
	m.Cookie.Persist = false
	m.ErrorFunc = func(w http.ResponseWriter, _ *http.Request, _ error) {
		w.Header().Del("Set-Cookie")
		Problem{Status: http.StatusServiceUnavailable, Code: "unavailable", Title: "sessions cannot be reached"}.Write(w)
	}
	return &Sessions{m}
}

// Keep loads the session of each request and counts the request as activity.
func (s *Sessions) Keep(next http.Handler) http.Handler {
	kept := s.scs.LoadAndSave(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kept.ServeHTTP(noCacheQuirk{w}, r)
	})
}

// Look loads the session of each request without counting it as activity: for streams, and for what a page does by
// itself. Changes to the session are not kept.
func (s *Sessions) Look(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, err := s.scs.Load(r.Context(), s.token(r))
		if err != nil {
			s.scs.ErrorFunc(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func (s *Sessions) token(r *http.Request) string {
	c, err := r.Cookie(s.scs.Cookie.Name)
	if err != nil {
		return ""
	}
	return c.Value
}

// Begin signs p in at this browser, under a new token: whoever knew the one before knows nothing.
func (s *Sessions) Begin(ctx context.Context, p staff.Person) error {
	if err := s.scs.RenewToken(ctx); err != nil {
		return err
	}
	s.scs.Put(ctx, loginKey, p.Login)
	s.scs.Put(ctx, stampKey, p.Stamp)
	s.scs.Put(ctx, strongKey, p.Strong)
	s.scs.Put(ctx, newKey, p.New)
	return nil
}

// End signs out: the session is gone at once, at every request and stream of this browser.
func (s *Sessions) End(ctx context.Context) error { return s.scs.Destroy(ctx) }

// Who returns the person that Begin was given: login, stamp and strength, the zero Person where nobody is signed in.
// What that person may do now is not known here.
func (s *Sessions) Who(ctx context.Context) staff.Person {
	return staff.Person{Login: s.scs.GetString(ctx, loginKey), Stamp: s.scs.GetString(ctx, stampKey), Strong: s.scs.GetBool(ctx, strongKey),
		New: s.scs.GetBool(ctx, newKey)}
}

// Holds reports whether the session that ctx was loaded with still exists. A stream asks it now and then; an error says
// that it is not known.
func (s *Sessions) Holds(ctx context.Context) (bool, error) {
	token := s.scs.Token(ctx)
	if token == "" {
		return false, nil
	}
	fresh, err := s.scs.Load(valueless{ctx}, token)
	if err != nil {
		return false, err
	}
	return s.scs.GetString(fresh, loginKey) != "", nil
}

// Flash leaves a short notice for the next page. It must be one of our own fixed texts.
func (s *Sessions) Flash(ctx context.Context, text string) { s.scs.Put(ctx, flashKey, text) }

// TakeFlash returns the notice, once.
func (s *Sessions) TakeFlash(ctx context.Context) string { return s.scs.PopString(ctx, flashKey) }

// valueless makes scs look at the store again instead of at what ctx carries.
type valueless struct{ context.Context }

func (valueless) Value(any) any { return nil }

// noCacheQuirk drops the weaker Cache-Control that scs adds beside ours.
type noCacheQuirk struct{ http.ResponseWriter }

func (q noCacheQuirk) WriteHeader(code int) {
	q.Header().Set("Cache-Control", "no-store")
	q.ResponseWriter.WriteHeader(code)
}

func (q noCacheQuirk) Write(b []byte) (int, error) {
	q.Header().Set("Cache-Control", "no-store")
	return q.ResponseWriter.Write(b)
}

func (q noCacheQuirk) Unwrap() http.ResponseWriter { return q.ResponseWriter }
