package api_test

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzBodies sends whatever there is as a message: it is said, or refused in one of the known ways, and never repeated.
func FuzzBodies(f *testing.F) {
	for _, body := range bodies {
		f.Add(body)
	}
	for _, body := range []string{"", "null", "[]", `{"id":"1"}`, `{"id":"1","text":null}`, `{"id":"1","text":"\ud800"}`, `{"id":"1","text":"\u0000"}`,
		`{"id":"","text":"x"}`, `{"id":"1","text":"x","text":"y"}`, "{\"id\":\"1\",\"text\":\"\xff\"}", strings.Repeat("[", 10000), `{"id":1e999,"text":"x"}`} {
		f.Add(body)
	}
	r := open(f, false)
	id := r.claimed("sato")
	f.Fuzz(func(t *testing.T, body string) {
		now := *r
		now.t = t
		a := now.ask("sato", "POST", "/cases/"+id+"/messages", body)
		if a.status != 202 && a.status != 400 && a.status != 413 {
			t.Errorf("%d: %s", a.status, a.body)
		}
		if a.status >= 400 && utf8.RuneCountInString(body) > 12 && strings.Contains(a.body, body) {
			t.Error("what was sent comes back")
		}
	})
}
