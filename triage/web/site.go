package web

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"madoguchi/triage/staff"
)

// People tells who works here.
type People interface {
	// Person returns the person as they are now, or staff.ErrUnknown.
	Person(ctx context.Context, login string) (staff.Person, error)
	// Seen notes that the person did something just now.
	Seen(ctx context.Context, p staff.Person)
}

// Config is what a Site needs.
type Config struct {
	Sessions *Sessions
	People   People
	URL      string          // the outside URL of the staff pages
	Banners  func() []string // what every page says at its top just now; nil for nothing
	Log      *slog.Logger
	Caught   Caught // nil where nobody keeps account of panics
}

// Site is where the pages of the staff are mounted. A page can be mounted only at a route that the policy names, and is
// served only to those whom it names; both are decided here, once for all pages.
type Site struct {
	Config
	mux     *http.ServeMux
	serve   http.Handler
	statics map[string]static
	uploads map[string]bool // the paths of pages that take a file
}

// Page serves a person who is signed in and may use the route.
type Page func(w http.ResponseWriter, r *http.Request, p staff.Person)

// NewSite returns a site without pages.
func NewSite(c Config) (*Site, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" {
		return nil, errors.New("web: the staff URL is no URL")
	}
	s := &Site{Config: c, mux: http.NewServeMux(), statics: map[string]static{}, uploads: map[string]bool{}}
	guarded, err := SameOrigin(u.Scheme+"://"+u.Host, known(s.mux))
	if err != nil {
		return nil, err
	}
	s.serve = Headers(u.Scheme == "https", Recover("console", c.Caught, s.limit(guarded)))
	s.mux.HandleFunc("GET /static/", s.file)
	staff.Row("GET", "/static/")
	s.Static("", own)
	return s, nil
}

// ServeHTTP serves the pages.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.serve.ServeHTTP(w, r) }

// Open mounts a page that needs no sign-in; the policy must say so. The request's context has the session.
func (s *Site) Open(method, pattern string, h http.HandlerFunc) {
	if !staff.Row(method, pattern).Open {
		panic("web: the policy does not open " + method + " " + pattern)
	}
	s.mux.Handle(method+" "+pattern, s.Sessions.Keep(h))
}

// Page mounts a page whose use is activity: it keeps the session alive.
func (s *Site) Page(method, pattern string, page Page) {
	s.mux.Handle(method+" "+pattern, s.Sessions.Keep(s.admit(staff.Row(method, pattern), s.active(page))))
}

// Upload mounts a page at a plain path that takes a file with its form, of up to MaxUpload.
func (s *Site) Upload(path string, page Page) {
	s.uploads[path] = true
	s.Page("POST", path, page)
}

// limit ends a body that is larger than its page takes, and refuses a file where no page takes one.
func (s *Site) limit(next http.Handler) http.Handler {
	form, upload := Limit(MaxForm, next), Limit(MaxUpload, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		switch {
		case s.uploads[r.URL.Path]:
			upload.ServeHTTP(w, r)
		case t == "multipart/form-data":
			Problem{Status: http.StatusUnsupportedMediaType, Code: "bad_request", Title: "not a form without files"}.Write(w)
		default:
			form.ServeHTTP(w, r)
		}
	})
}

// active notes that who asks is there.
func (s *Site) active(page Page) Page {
	return func(w http.ResponseWriter, r *http.Request, p staff.Person) {
		s.People.Seen(r.Context(), p)
		page(w, r, p)
	}
}

// Quiet mounts what a browser asks for by itself, such as a live stream: it does not keep the session alive.
func (s *Site) Quiet(method, pattern string, page Page) {
	s.mux.Handle(method+" "+pattern, s.Sessions.Look(s.admit(staff.Row(method, pattern), page)))
}

// Either mounts what is activity only where active says so of the request.
func (s *Site) Either(method, pattern string, active func(*http.Request) bool, page Page) {
	row := staff.Row(method, pattern)
	keep, look := s.Sessions.Keep(s.admit(row, s.active(page))), s.Sessions.Look(s.admit(row, page))
	s.mux.HandleFunc(method+" "+pattern, func(w http.ResponseWriter, r *http.Request) {
		if active(r) {
			keep.ServeHTTP(w, r)
			return
		}
		look.ServeHTTP(w, r)
	})
}

func (s *Site) admit(row staff.Route, page Page) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, err := s.Person(r.Context())
		switch {
		case errors.Is(err, staff.ErrUnknown) && r.Method == http.MethodGet && !WantsJSON(r) && !wantsStream(r):
			http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		case errors.Is(err, staff.ErrUnknown):
			Problem{Status: http.StatusUnauthorized, Code: "unauthorized", Title: "not signed in"}.Write(w)
		case err != nil:
			refuse(w, r, Problem{Status: http.StatusServiceUnavailable, Code: "unavailable", Title: "accounts cannot be reached"})
		case !staff.Allowed(p.Role, row):
			refuse(w, r, Problem{Status: http.StatusForbidden, Code: "forbidden", Title: "not for this role"})
		default:
			page(w, r, p)
		}
	})
}

// Person returns who is signed in, as the account is now, or staff.ErrUnknown: nobody, or somebody whose password, role
// or account has changed since.
func (s *Site) Person(ctx context.Context) (staff.Person, error) {
	was := s.Sessions.Who(ctx)
	if was.Login == "" {
		return staff.Person{}, staff.ErrUnknown
	}
	p, err := s.People.Person(ctx, was.Login)
	if err == nil && p.Stamp != was.Stamp {
		err = staff.ErrUnknown
	}
	if err != nil {
		return staff.Person{}, err
	}
	p.Strong, p.New = was.Strong, was.New
	return p, nil
}

// Still reports whether the session of a stream still holds for the same person in the same role.
func (s *Site) Still(ctx context.Context, p staff.Person) bool {
	if ok, err := s.Sessions.Holds(ctx); err != nil || !ok {
		return false
	}
	now, err := s.Person(ctx)
	return err == nil && now == p
}

// WantsJSON reports whether a script of ours asks, and not a person who sends a form.
func WantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

func wantsStream(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Accept"), "text/event-stream")
}

type static struct {
	body []byte
	kind string
}

// Static adds the styles, scripts and pictures of a room under /static/DIR/.
func (s *Site) Static(dir string, files fs.FS) {
	kinds := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml; charset=utf-8"}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		kind, ok := kinds[name[max(0, strings.LastIndexByte(name, '.')):]]
		if !ok {
			return nil
		}
		body, err := fs.ReadFile(files, name)
		s.statics["/static/"+dir+name[strings.LastIndexByte(name, '/')+1:]] = static{body, kind}
		return err
	})
	if err != nil {
		panic(err) // the files are embedded
	}
}

func (s *Site) file(w http.ResponseWriter, r *http.Request) {
	f, ok := s.statics[r.URL.Path]
	if !ok {
		Problem{Status: http.StatusNotFound, Code: "not_found", Title: "no such file"}.Write(w)
		return
	}
	w.Header().Set("Content-Type", f.kind)
	w.Write(f.body)
}
