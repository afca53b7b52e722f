package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// bodies are well-formed requests, by route; a test fills in the ids.
var bodies = map[string]string{
	"POST /cases/{id}/traces": `{"reason":"命が危ない"}`,

	"POST /searches": `{"names":["高橋 結衣"],"ground":"serious","reason":"調査"}`,

	"POST /cases/{id}/wanted":   `{"language":"en","woman":true}`,
	"POST /cases/{id}/bars":     `{"login":"ueda","why":"named"}`,
	"POST /cases/{id}/sessions": `{"next":"あした話す"}`,
	"POST /cases/{id}/risks":    `{"found":{"ideation":"yes","plan":"no","means":"no","when":"no","alone":"unknown","holds":"yes"},"again":"2026-12-03T09:00:00+09:00"}`,
	"POST /cases/{id}/safety":   `{"people":"保健室の先生"}`,
	"POST /cases/{id}/interim":  `{"id":"1"}`,
	"POST /mates":               `{"login":"","woman":true}`,

	"POST /cases/{id}/transfer":                  `{"to":"abe"}`,
	"POST /cases/{id}/second":                    `{"to":""}`,
	"POST /cases/{id}/messages":                  `{"id":"1","text":"読みました"}`,
	"POST /cases/{id}/calls":                     `{"reason":"x"}`,
	"POST /cases/{id}/doing":                     `{"state":"writing"}`,
	"POST /cases/{id}/notes":                     `{"text":"メモ"}`,
	"POST /cases/{id}/severity":                  `{"severity":"urgent","reason":"話を聞いて"}`,
	"POST /cases/{id}/state":                     `{"state":"watching","reason":"落ち着いた"}`,
	"POST /cases/{id}/observations":              `{"kind":"apology","on":"2026-12-01","note":"面談"}`,
	"POST /cases/{id}/reveals":                   `{"placeholder":"[人物A]","reason":"呼びかけるため"}`,
	"POST /cases/{id}/consents":                  `{"school":"hinode-jhs","level":"named","summary":"けられています"}`,
	"POST /cases/{id}/handoffs":                  `{"school":"hinode-jhs","consent":"emergency","summary":"けられています","reason":"危ない"}`,
	"POST /cases/{id}/duties/{duty}/done":        `{"reason":"会議で決めた"}`,
	"POST /cases/{id}/readings/{seq}":            `{"base":1,"words":"読みました"}`,
	"POST /cases/{id}/destroy":                   `{"reason":"本人の希望"}`,
	"POST /cases/{id}/keep":                      `{"keep":true,"reason":"調査"}`,
	"POST /cases/{id}/handoffs/{handoff}/recall": `{"reason":"宛先をまちがえた"}`,
	"POST /cases/{id}/handoffs/{handoff}/told":   `{"how":"phone"}`,
	"POST /cases/{id}/consents/{consent}/agree":  `{"reason":"家は安全"}`,
	"POST /cases/{id}/notices":                   `{"recipient":"child_guidance","at":"2026-12-01T08:00:00+09:00","how":"phone","text":"虐待の疑い"}`,
	"POST /cases/{id}/whispers":                  `{"text":"そばにいます"}`,
	"POST /cases/{id}/links":                     `{"other":"07zzzz","as":"same_child","sure":"maybe","reason":"x"}`,
	"POST /cases/{id}/links/agree":               `{"other":"07zzzz","as":"same_child"}`,
	"POST /cases/{id}/links/off":                 `{"other":"07zzzz","as":"same_child","reason":"x"}`,
	"POST /cases/{id}/parts":                     `{"who":"[人物A]","role":"accused"}`,
	"POST /cases/{id}/declarations":              `{"who":"child","on":"2026-12-01"}`,
	"POST /cases/{id}/serious/steps":             `{"key":"decide","on":"2026-12-01","choice":"serious","note":"x"}`,
	"POST /cases/{id}/serious/versions":          `{"step":"mayor","reader":"mayor","text":"x"}`,
	"POST /cases/{id}/plan":                      `{"sort":"support","text":"x","who":"担任"}`,
	"POST /cases/{id}/watch":                     `{"months":6,"body":"board","reason":"x"}`,
	"POST /registers/{class}/decision":           `{"upto":2020,"do":"keep","reason":"裁判のため"}`,
	"POST /absences/{login}":                     `{"until":""}`,
	"POST /statistics/reports":                   `{"year":2026}`,
	"POST /meetings":                             `{"people":[]}`,
	"POST /meetings/{id}/decisions":              `{"case":"07zzzz","decision":"go_on","reason":"x"}`,
	"POST /discards":                             `{"of":"batch","batch":"x","how":"cut","on":"2026-12-01","witness":"sato"}`,
	"POST /discards/witness":                     `{"id":"x"}`,
	"POST /requests":                             `{"ground":"self","about":"x","on":"2026-12-01"}`,
	"POST /requests/{id}/proposal":               `{"outcome":"none","reason":"x"}`,
	"POST /requests/{id}/back":                   `{"why":"x"}`,
	"POST /requests/{id}/answer":                 `{"how":"post"}`,
	"POST /visits":                               `{"channel":"visit","text":"来ました","contact":""}`,
	"POST /handoffs/{id}/week":                   `{"state":"かわらない"}`,
	"POST /handoffs/{id}/answers":                `{"step":"handling"}`,
	"POST /handoffs/{id}/reports":                `{"form":"interview","fields":{"what":"見た"}}`,
	"POST /reports":                              `{"form":"incident","fields":{"matter":"けられた"}}`,
	"POST /demo/clock":                           `{"advance":"1s"}`,
}

// visibility is what may be known of a case.
type visibility int

const (
	waiting visibility = iota
	own
	colleagues
	never
)

// Every route of the policy, for every role, on a waiting case, one's own, a colleague's, and one that never was.
func TestEveryRouteForEveryRole(t *testing.T) {
	for _, row := range staff.Routes {
		path := strings.TrimPrefix(row.Pattern, "/api/v1")
		if path == "/events" || path == "/openapi.json" {
			continue // a stream, and a document for everybody: tested on their own
		}
		t.Run(row.Method+path, func(t *testing.T) {
			t.Parallel()
			r := open(t, true)
			for _, l := range logins {
				for v := waiting; v <= never; v++ {
					a := r.ask(l.login, row.Method, r.fill(path, l.login, v), bodies[row.Method+" "+path])
					status, code := expected(row, path, l.role, v)
					if a.status != status || a.code() != code {
						t.Errorf("%s as %s, case %d: %d %s, want %d %s", a.what, l.role, v, a.status, a.body, status, code)
					}
				}
			}
		})
	}
}

// fill makes the ids of a path: a case of that kind for the login, or a hand-off.
func (r *room) fill(path, login string, v visibility) string {
	r.t.Helper()
	id := "07" + strings.Repeat("a", 24)
	if strings.Contains(path, "/cases/") {
		switch v {
		case waiting:
			id = r.writes("だれか読んで")
		case own:
			id = r.claimed("endo")
			to := login
			if l := triage.CaseID(id); !slices.Contains([]string{"sato", "endo", "abe", "kato", "mori"}, login) {
				r.append(l, triage.Event{ID: "consult", At: r.clock.Now(), Kind: triage.KindAssignment, Assignment: &triage.Assignment{Do: triage.DoConsult, To: to}})
			} else if login != "endo" {
				gives := "kato"
				if login == gives {
					gives = "mori" // who takes a colleague's case alone has it, and not its names
				}
				r.ask(gives, "POST", "/cases/"+id+"/transfer", `{"to":"`+to+`"}`).is(200, "")
			}
		case colleagues:
			id = r.claimed(map[bool]string{true: "sato", false: "endo"}[login == "endo"])
		}
	}
	handoff := id
	if strings.Contains(path, "handoff") && v == own {
		at := id
		if !strings.Contains(path, "/cases/") {
			at = r.claimed("endo")
		}
		school := "hinode-jhs"
		if login == "kawabe" {
			school = "kawabe-jhs"
		}
		a := r.ask("mori", "POST", "/cases/"+at+"/handoffs", `{"school":"`+school+`","consent":"emergency","summary":"x","reason":"y"}`)
		handoff = read[struct{ ID string }](a.is(201, "")).ID
	}
	path = strings.NewReplacer("{handoff}", handoff, "{n}", "1", "{duty}", "meeting", "{seq}", "1", "{said}", "1", "{login}", "sato", "{consent}", "07k", "{year}", "2020", "{class}", "audit").Replace(path)
	if strings.HasPrefix(path, "/handoffs") {
		return strings.ReplaceAll(path, "{id}", handoff)
	}
	return strings.ReplaceAll(path, "{id}", id)
}

// expected is the policy as a child of the table and of the four sorts of case.
func expected(row staff.Route, path string, role triage.Role, v visibility) (int, string) {
	lead := role == triage.Coordinator || role == triage.Supervisor
	done := map[string]int{"/visits": 201, "/reports": 201, "/handoffs/{id}/reports": 201, "/cases/{id}/messages": 202, "/cases/{id}/doing": 204, "/cases/{id}/keep": 204, "/absences/{login}": 204, "/registers/{class}/decision": 204, "/meetings": 201,
		"/cases/{id}/look-in": 204, "/cases/{id}/declarations": 204, "/cases/{id}/watch": 204, "/cases/{id}/whispers": 204, "/cases/{id}/parts": 204, "/searches": 201, "/requests": 201, "/discards": 201,
		"/cases/{id}/notes": 201, "/cases/{id}/observations": 201, "/cases/{id}/consents": 201, "/cases/{id}/handoffs": 201,
		"/cases/{id}/sessions": 201, "/cases/{id}/risks": 201, "/cases/{id}/safety": 201, "/cases/{id}/interim": 202, "/cases/{id}/bars": 204,
		"/cases/{id}/handoffs/{handoff}/links": 201, "/cases/{id}/notices": 201}[path]
	if done == 0 || row.Method == "GET" {
		done = 200
	}
	if row.Method+path == "POST/mates" {
		done = 204
	}
	switch {
	case !staff.Allowed(role, row):
		return 403, "forbidden"
	case row.Method+path == "POST/statistics/reports":
		return 400, "bad_request" // that year goes on
	case path == "/handoffs/{id}/week":
		return 404, "not_found" // the city asks for none
	case path == "/cases/{id}/plan":
		return 404, "not_found" // the city asks for none
	case strings.HasPrefix(path, "/handoffs/{id}") && v != own:
		return 404, "not_found"
	case strings.HasPrefix(path, "/meetings/"), path == "/statistics/reports/{year}", strings.HasPrefix(path, "/cases/{id}/links"):
		return 404, "not_found" // no such meeting, and no such other case
	case row.Method+path == "POST/drills":
		return 409, "wrong_state" // nobody is on call
	case strings.HasPrefix(path, "/drills/"):
		return 404, "not_found" // no such exercise
	case strings.HasPrefix(path, "/requests/"), path == "/discards/witness":
		return 404, "not_found" // no such request
	case strings.HasPrefix(path, "/reveals/"), strings.HasPrefix(path, "/searches/"), strings.HasPrefix(path, "/traces/"):
		return 404, "not_found" // no such grant
	case !strings.Contains(path, "/cases/"):
		return done, ""
	case v == never:
		return 404, "not_found"
	case role == triage.Lawyer && v != own:
		return 404, "not_found"
	}
	switch path {
	case "/cases/{id}/destroy":
		return 409, "wrong_state" // nobody withdrew it
	case "/cases/{id}/claim":
		if v != waiting {
			return 409, "claimed"
		}
		return done, ""
	case "/cases/{id}/files/{n}", "/cases/{id}/readings/{seq}", "/cases/{id}/letters/{said}", "/cases/{id}/letters/{said}/posted":
		if v != own && !lead {
			return 403, "forbidden"
		}
		return 404, "not_found" // nothing came with it, and it is no letter
	case "/cases/{id}/bars":
		if !lead {
			return 403, "forbidden" // another person
		}
		return done, ""
	case "/cases/{id}", "/cases/{id}/duties", "/cases/{id}/suggestions", "/cases/{id}/wanted", "/cases/{id}/declarations":
		if v == colleagues && !lead {
			return 403, "forbidden"
		}
		return done, ""
	case "/cases/{id}/handoffs/{handoff}/countersign":
		if v != own {
			return 404, "not_found" // no such hand-off
		}
		if role == triage.Supervisor {
			return 409, "two_persons_needed" // it was hers
		}
		return done, ""
	}
	if v != own && !lead {
		return 403, "forbidden"
	}
	switch {
	case strings.HasPrefix(path, "/cases/{id}/serious/"):
		return 404, "not_found" // no such step
	case strings.HasPrefix(path, "/cases/{id}/handoffs/{handoff}/") && v != own, path == "/cases/{id}/handoffs/{handoff}/told", path == "/cases/{id}/consents/{consent}/agree":
		return 404, "not_found" // no such hand-off, none to the family, and no such question
	case path == "/cases/{id}/release" && v == waiting:
		return 409, "wrong_state"
	case path == "/cases/{id}/transfer" && v == own && role == triage.SocialWorker:
		return 409, "wrong_state" // to herself
	case path == "/cases/{id}/whispers" && v != colleagues:
		return 409, "wrong_state" // nobody else has it
	case path == "/cases/{id}/traces":
		return 409, "wrong_state" // nobody is in danger
	case path == "/cases/{id}/calls":
		return 409, "wrong_state" // who writes on the chat has no phone that we know of
	case path == "/cases/{id}/reveals" && v != own:
		return 202, "" // it waits for a second person, or for the sweep of one who is alone
	}
	return done, ""
}

// A refusal tells nothing: the same body whatever the id, and whatever was sent.
func TestRefusalsAreConstant(t *testing.T) {
	r := open(t, true)
	satos, random := r.claimed("sato"), "07"+strings.Repeat("b", 24)
	forbidden := r.ask("ono", "GET", "/cases/"+random, "").is(403, "forbidden").body
	for _, id := range []string{satos, "x", "a%2Fb", "%E3%81%82", strings.Repeat("9", 3000)} {
		if got := r.ask("ono", "GET", "/cases/"+id, "").is(403, "forbidden").body; got != forbidden {
			t.Errorf("403 differs for %.20s: %s", id, got)
		}
	}
	if got := r.ask("endo", "GET", "/cases/"+satos, "").is(403, "forbidden").body; got != forbidden {
		t.Errorf("a colleague's: %s", got)
	}
	unknown := r.ask("sato", "GET", "/cases/"+random, "").is(404, "not_found").body
	for _, id := range []string{"x", "a%2Fb", "%2F", "07" + strings.Repeat("B", 24), "99" + strings.Repeat("b", 24), strings.Repeat("9", 3000), "%00"} {
		if got := r.ask("sato", "GET", "/cases/"+id, "").is(404, "not_found").body; got != unknown {
			t.Errorf("404 differs for %.20s: %s", id, got)
		}
		if got := r.ask("hinode", "GET", "/handoffs/"+id, "").is(404, "not_found").body; got != unknown {
			t.Errorf("404 of a hand-off differs for %.20s: %s", id, got)
		}
	}
	if got := r.ask("sato", "GET", "/nowhere", "").is(404, "not_found").body; got != unknown {
		t.Errorf("no such route: %s", got)
	}
}

func TestWithoutATokenNothing(t *testing.T) {
	r := open(t, true)
	id := r.writes("だれか読んで")
	for _, row := range staff.Routes {
		if row.Open {
			continue
		}
		path := strings.NewReplacer("/api/v1", "", "{id}", id, "{handoff}", id).Replace(row.Pattern)
		for _, authorization := range []string{"", "Bearer", "Bearer ", "Bearer x", "Bearer " + strings.Repeat("A", 64), "Basic c2F0bzp4", r.tokens["sato"]} {
			a := r.bearing(authorization, row.Method, path, "{").is(401, "unauthorized")
			if a.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s: no challenge", a.what)
			}
		}
	}
	r.bearing("", "GET", "/nowhere", "").is(401, "unauthorized")
	r.bearing("bearer "+r.tokens["sato"], "GET", "/me", "").is(200, "")
	if err := r.accounts.Disable(t.Context(), "sato"); err != nil {
		t.Fatal(err)
	}
	r.ask("sato", "GET", "/me", "").is(401, "unauthorized")
	r.redis.Close()
	r.ask("endo", "GET", "/me", "").is(503, "unavailable")
}

// The document describes the routes of the policy and no others, and needs no token.
func TestTheDocumentDescribesEveryRoute(t *testing.T) {
	for _, timed := range []bool{true, false} {
		r := open(t, timed)
		a := r.bearing("", http.MethodGet, "/openapi.json", "").is(200, "")
		doc := read[struct {
			OpenAPI string
			Paths   map[string]map[string]struct {
				OperationID string
				Security    []map[string][]string
				Responses   map[string]json.RawMessage
			}
		}](a)
		if doc.OpenAPI != "3.1.0" {
			t.Errorf("OpenAPI %s", doc.OpenAPI)
		}
		described, decided := map[string]bool{}, map[string]bool{}
		for path, ops := range doc.Paths {
			for method, op := range ops {
				described[strings.ToUpper(method)+" "+path] = true
				if open := len(op.Security) == 0; open != (path == "/api/v1/openapi.json") || op.OperationID == "" || len(op.Responses) == 0 {
					t.Errorf("%s %s: %+v", method, path, op)
				}
			}
		}
		for _, row := range staff.Routes {
			if timed || row.Pattern != "/api/v1/demo/clock" {
				decided[row.Method+" "+row.Pattern] = true
			}
		}
		if !maps.Equal(described, decided) {
			t.Errorf("described %v\ndecided %v", slices.Sorted(maps.Keys(described)), slices.Sorted(maps.Keys(decided)))
		}
		for _, f := range triage.Forms {
			for _, x := range f.Fields {
				if !strings.Contains(a.body, "`"+x.Key+"` "+x.Label) {
					t.Errorf("%s of %s is not described", x.Key, f.ID)
				}
			}
		}
		if !timed {
			r.ask("root", "POST", "/demo/clock", `{"advance":"1s"}`).is(404, "not_found")
		}
	}
}
