// Package api is the desk's JSON API, for other programs of the city and for whoever builds on it. What it does is package
// desk's; here is only how it is asked over HTTP and told back.
//
// Its document (OpenAPI 3.1) is made from the types that the handlers really use, and a handler can only be registered for
// a row of the policy (staff.Routes). So a route that is not described, or that nobody decided about, does not start.
//
// Who asks is known by a bearer token, looked up anew for each request, so that a token ends at once. The order of refusals
// is fixed: 401 without a token, 403 for a route that the role may not use (one body, before the id is even looked at), 400
// for what cannot be read, 404 for a case that this person may not know of, which is the answer for an id that never was.
// No answer and no line of the log repeats what was sent.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

const (
	root    = "/api/v1"
	maxBody = 1 << 20
)

// Config is what the API needs.
type Config struct {
	Desk     *desk.Desk
	Accounts Accounts
	Timer    desk.Timer                  // the demonstration's clock; nil elsewhere, and then there is no route to move it
	Arrive   func(context.Context) error // lets what was taken in become cases, before that clock moves; nil where nothing is taken in
	Log      *slog.Logger
	URL      string // the outside URL of the staff pages, for links
	Version  string // of the program, for the document
}

// Accounts tells whose token it is; see staff.Accounts.
type Accounts interface {
	ByToken(ctx context.Context, token string) (staff.Person, error)
	Seen(ctx context.Context, p staff.Person)
}

type api struct {
	Config
	huma   huma.API
	portal *desk.Portal
}

// New returns the handler of everything below /api/v1.
func New(c Config) http.Handler {
	answerWithProblems()
	mux := http.NewServeMux()
	conf := huma.DefaultConfig("窓口 (Madoguchi) — staff API", c.Version)
	conf.OpenAPIPath, conf.DocsPath, conf.SchemasPath, conf.CreateHooks = "", "", "", nil
	conf.Info.Description = "Cases of the desk, anonymized, for the people who answer them, and the schools' own part of them."
	conf.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	conf.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	a := &api{c, humago.New(mux, conf), c.Desk.Portal()}
	a.me()
	a.cases()
	a.handoffs()
	a.schools()
	a.weeks()
	a.filings()
	a.events()
	a.office()
	a.searches()
	a.requests()
	a.discards()
	a.traces()
	a.document(mux)
	mux.HandleFunc(root+"/", a.nothing)
	return mux
}

// schemaName names the shapes of the API as they are, and those of the vocabulary that stand inside of them as records.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.PkgPath() == vocabulary {
		name += "Record"
	}
	return name
}

// vocabulary is the import path of package triage.
var vocabulary = reflect.TypeFor[triage.Case]().PkgPath()

// route registers a handler for a row of the policy. The operation needs no more than its method, path and summary.
func route[I, O any](a *api, op huma.Operation, handler func(context.Context, staff.Person, *I) (*O, error)) {
	row := staff.Row(op.Method, op.Path)
	op.OperationID = operationID(op.Method, op.Path)
	op.MaxBodyBytes = maxBody
	op.Security = []map[string][]string{{"token": {}}}
	op.Errors = []int{400, 401, 403, 404, 409, 413, 500, 503}
	op.Middlewares = append(op.Middlewares, a.guard(row))
	op.Description = "For " + roles(row) + ". " + op.Description
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, person(ctx), in)
		if err != nil {
			return nil, a.problem(op, err)
		}
		return out, nil
	})
	if _, either := reflect.TypeFor[O]().FieldByName("Status"); either { // what two people have to agree to is accepted first
		responses := operationAt(a.huma.OpenAPI(), op).Responses
		responses["202"] = responses["200"]
	}
}

// operationAt is an operation that was registered.
func operationAt(doc *huma.OpenAPI, op huma.Operation) *huma.Operation {
	at := doc.Paths[op.Path]
	if op.Method == http.MethodPost {
		return at.Post
	}
	return at.Get
}

func roles(row staff.Route) string {
	names := make([]string, len(row.Roles))
	for i, r := range row.Roles {
		names[i] = string(r)
	}
	return strings.Join(names, ", ")
}

func operationID(method, path string) string {
	id := strings.ToLower(method)
	for _, part := range strings.Split(strings.TrimPrefix(path, root), "/") {
		if part = strings.Trim(part, "{}"); part != "" {
			id += "-" + part
		}
	}
	return id
}

type personKey struct{}

// person is who asks; every route has passed the guard.
func person(ctx context.Context) staff.Person { return ctx.Value(personKey{}).(staff.Person) }

// guard lets only those pass whom the row names.
func (a *api) guard(row staff.Route) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		w.Header().Set("Cache-Control", "no-store")
		p, refusal := a.who(r)
		switch {
		case refusal != nil:
			refusal.write(w)
		case !staff.Allowed(p.Role, row):
			forbidden().write(w)
		default:
			if r.Method != http.MethodGet { // what reads may be a program
				a.Accounts.Seen(r.Context(), p)
			}
			next(huma.WithValue(ctx, personKey{}, p))
		}
	}
}

// who looks up whose token the request bears.
func (a *api) who(r *http.Request) (staff.Person, *Problem) {
	p, err := a.Accounts.ByToken(r.Context(), token(r))
	switch {
	case errors.Is(err, staff.ErrUnknown):
		return p, unauthorized()
	case err != nil:
		return p, unavailable()
	}
	return p, nil
}

func token(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// nothing answers where there is no such route: 401 first, as everywhere.
func (a *api) nothing(w http.ResponseWriter, r *http.Request) {
	if _, refusal := a.who(r); refusal != nil {
		refusal.write(w)
		return
	}
	unknown().write(w)
}

// document serves the OpenAPI document as it is once every route is registered.
func (a *api) document(mux *http.ServeMux) {
	const path = root + "/openapi.json"
	staff.Row(http.MethodGet, path)
	a.huma.OpenAPI().AddOperation(&huma.Operation{
		OperationID: operationID(http.MethodGet, path), Method: http.MethodGet, Path: path, Summary: "This document",
		Responses: map[string]*huma.Response{"200": {Description: "OpenAPI 3.1",
			Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeObject}}}}},
	})
	body, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		panic("api: the document cannot be written: " + err.Error())
	}
	mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(body)
	})
}

// Me is who asks.
type Me struct {
	Login  string `json:"login"`
	Role   string `json:"role"`
	School string `json:"school" doc:"id of the school, for role school"`
}

type meOut struct{ Body Me }

func (a *api) me() {
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/me", Summary: "Who I am here"},
		func(_ context.Context, p staff.Person, _ *struct{}) (*meOut, error) {
			return &meOut{Me{p.Login, string(p.Role), p.School}}, nil
		})
}
