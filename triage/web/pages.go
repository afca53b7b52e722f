package web

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"madoguchi/triage/staff"
)

//go:embed layout.html parts.html no.html static
var own embed.FS

// Frame is what stands around a page.
type Frame struct {
	Title   string
	Room    string   // a word for the style sheet
	Scripts []string // modules, such as /static/queue.js
	Data    any      // what the page's own template reads

	// The rest is set by Show.
	Styles  []string
	Who     string // the name in the corner
	Nav     []Link
	Banners []string
	Flash   string
}

// Seldom reports whether some of the navigation stands behind a button.
func (f Frame) Seldom() bool { return slices.ContainsFunc(f.Nav, func(l Link) bool { return l.More }) }

// HereSeldom is the label of the page that is open, where it stands behind the button.
func (f Frame) HereSeldom() string {
	for _, l := range f.Nav {
		if l.More && l.Here {
			return l.Label
		}
	}
	return ""
}

// Link is an entry of the navigation.
type Link struct {
	Href, Label string
	Here        bool
	More        bool // behind the button for what is wanted seldom
}

// Pages are the page templates of one room, each inside the common frame. Every X.html of the room defines "main"; files
// that begin with _ define parts for all of them.
type Pages struct {
	site *Site
	look Look
	set  map[string]*template.Template
}

// Look is how a room's pages look.
type Look struct {
	Funcs template.FuncMap // beside those that every room has
	Style string           // the room's own style sheet, such as /static/console.css
	Nav   func(staff.Person) []Link
	Who   func(staff.Person) string // the name in the corner
}

// Pages reads the templates of a room. It panics where one cannot be parsed: they are part of the program.
func (s *Site) Pages(files fs.FS, look Look) *Pages {
	base := template.Must(template.New("layout.html").Funcs(funcs()).Funcs(look.Funcs).ParseFS(own, "layout.html", "parts.html"))
	names, err := fs.Glob(files, "*.html")
	if err != nil {
		panic(err)
	}
	p := &Pages{s, look, map[string]*template.Template{}}
	for _, name := range names {
		if strings.HasPrefix(name, "_") {
			base = template.Must(base.ParseFS(files, name))
		}
	}
	for _, name := range names {
		if !strings.HasPrefix(name, "_") {
			p.set[strings.TrimSuffix(path.Base(name), ".html")] = template.Must(template.Must(base.Clone()).ParseFS(files, name))
		}
	}
	return p
}

// Names lists the pages.
func (p *Pages) Names() []string {
	var names []string
	for name := range p.set {
		names = append(names, name)
	}
	return names
}

// Show writes a page for a person; who is the zero Person where nobody is signed in. The page is made whole before its
// first byte is sent.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, who staff.Person, status int, name string, f Frame) {
	f.Styles = []string{p.look.Style}
	f.Flash = p.site.Sessions.TakeFlash(r.Context())
	if p.site.Banners != nil {
		f.Banners = p.site.Banners()
	}
	if who.Login != "" {
		f.Who, f.Nav = p.look.Who(who), p.look.Nav(who)
		for i, l := range f.Nav {
			f.Nav[i].Here = r.URL.Path == l.Href
		}
	}
	var page bytes.Buffer
	if err := p.Execute(&page, name, f); err != nil {
		p.site.Log.Error("a page cannot be made", "page", name)
		Problem{Status: http.StatusInternalServerError, Code: "internal", Title: "the page cannot be made"}.Write(w)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(page.Bytes())
}

// Execute writes the page's HTML.
func (p *Pages) Execute(w *bytes.Buffer, name string, f Frame) error {
	return p.set[name].ExecuteTemplate(w, "layout.html", f)
}
