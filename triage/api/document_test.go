package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// document is what the tests need of the OpenAPI document: every answer that they get is held against it.
type document struct {
	Paths map[string]map[string]struct {
		Responses map[string]struct {
			Content map[string]struct{ Schema schema }
		}
	}
	Components struct{ Schemas map[string]schema }
	forms      map[string]*regexp.Regexp // of the routes' paths
}

type schema struct {
	Ref                  string `json:"$ref"`
	Type                 any    // a name, or several
	Properties           map[string]schema
	Required             []string
	Items                *schema
	AdditionalProperties any
}

// documented fails where an answer is not what the document says of its route.
func (r *room) documented(a answer) {
	r.t.Helper()
	method, path, _ := strings.Cut(a.what, " ")
	path, _, _ = strings.Cut(path, "?")
	if a.status >= 300 || path == "/openapi.json" || path == "/events" || strings.Contains(path, "//") {
		return
	}
	if r.document == nil {
		r.document = r.reads()
	}
	doc := r.document
	for route, ways := range doc.Paths {
		if !doc.forms[route].MatchString("/api/v1" + path) {
			continue
		}
		way, ok := ways[strings.ToLower(method)]
		if !ok {
			continue
		}
		said, ok := way.Responses[strconv.Itoa(a.status)]
		if !ok {
			r.t.Errorf("%s answers %d, of which the document says nothing", a.what, a.status)
			return
		}
		content, ok := said.Content["application/json"]
		if !ok || !strings.Contains(a.header.Get("Content-Type"), "json") {
			return
		}
		var v any
		if err := json.Unmarshal([]byte(a.body), &v); err != nil {
			r.t.Errorf("%s: %v", a.what, err)
			return
		}
		for _, m := range doc.misfits(content.Schema, v, "") {
			r.t.Errorf("%s: %s", a.what, m)
		}
		return
	}
	r.t.Errorf("%s is no route of the document", a.what)
}

var parameter = regexp.MustCompile(`\\\{[a-z_]+\\\}`)

// reads asks for the document.
func (r *room) reads() *document {
	r.t.Helper()
	d := &document{forms: map[string]*regexp.Regexp{}}
	if err := json.Unmarshal([]byte(r.bearing("", http.MethodGet, "/openapi.json", "").body), d); err != nil {
		r.t.Fatal(err)
	}
	for route := range d.Paths {
		d.forms[route] = regexp.MustCompile("^" + parameter.ReplaceAllString(regexp.QuoteMeta(route), "[^/]+") + "$")
	}
	return d
}

// misfits tells where a value is not of the schema.
func (d *document) misfits(s schema, v any, at string) []string {
	if s.Ref != "" {
		s = d.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
	}
	var types []string
	switch t := s.Type.(type) {
	case string:
		types = []string{t}
	case []any:
		for _, x := range t {
			types = append(types, fmt.Sprint(x))
		}
	}
	if kind := kindOf(v); len(types) > 0 && !slices.Contains(types, kind) && !(kind == "integer" && slices.Contains(types, "number")) {
		return []string{fmt.Sprintf("%s is %s, and not %v", at, kind, types)}
	}
	var all []string
	switch v := v.(type) {
	case []any:
		for i, x := range v {
			if s.Items != nil {
				all = append(all, d.misfits(*s.Items, x, at+"["+strconv.Itoa(i)+"]")...)
			}
		}
	case map[string]any:
		for _, name := range s.Required {
			if _, ok := v[name]; !ok {
				all = append(all, at+"."+name+" is missing")
			}
		}
		for name, x := range v {
			if p, ok := s.Properties[name]; ok {
				all = append(all, d.misfits(p, x, at+"."+name)...)
			} else if s.AdditionalProperties == false {
				all = append(all, at+"."+name+" is not in the document")
			}
		}
	}
	return all
}

func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

// TestMisfits: what is not as the document says is found.
func TestMisfits(t *testing.T) {
	d := document{}
	d.Components.Schemas = map[string]schema{"A": {Type: "object", Required: []string{"id"}, Properties: map[string]schema{"id": {Type: "string"}, "n": {Type: []any{"integer", "null"}}}, AdditionalProperties: false}}
	for body, want := range map[string]int{`{"id":"a","n":1}`: 0, `{"id":"a","n":null}`: 0, `{"id":null}`: 1, `{}`: 1, `{"id":"a","n":1.5,"more":true}`: 2, `[]`: 1} {
		var v any
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			t.Fatal(err)
		}
		if got := d.misfits(schema{Ref: "#/components/schemas/A"}, v, ""); len(got) != want {
			t.Errorf("%s: %v", body, got)
		}
	}
}
