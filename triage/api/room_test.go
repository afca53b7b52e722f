package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	client "github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/api"
	"madoguchi/triage/audit"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/discard"
	"madoguchi/triage/drill"
	"madoguchi/triage/figures"
	"madoguchi/triage/grant"
	"madoguchi/triage/keyring"
	"madoguchi/triage/lookin"
	"madoguchi/triage/meeting"
	"madoguchi/triage/pass"
	"madoguchi/triage/redis"
	"madoguchi/triage/request"
	"madoguchi/triage/roster"
	"madoguchi/triage/seal"
	"madoguchi/triage/shelf"
	"madoguchi/triage/staff"
)

var opened = time.Date(2026, 12, 1, 9, 0, 0, 0, triage.JST)

// room is the API on a real store and real accounts, with a wall of paper.
type room struct {
	document *document // of its server, once it was asked for
	t        testing.TB
	desk     *desk.Desk
	server   *httptest.Server
	redis    *miniredis.Miniredis
	accounts *staff.Accounts
	store    triage.Store
	clock    *clock
	log      *bytes.Buffer
	tokens   map[string]string // by login
}

// logins by role; the second psychologist is the colleague.
var logins = []struct {
	login  string
	role   triage.Role
	school string
}{
	{"sato", triage.Psychologist, ""}, {"endo", triage.Psychologist, ""}, {"abe", triage.SocialWorker, ""}, {"kato", triage.Coordinator, ""},
	{"mori", triage.Supervisor, ""}, {"ueda", triage.Lawyer, ""}, {"ito", triage.Board, ""}, {"ono", triage.Clerk, ""},
	{"root", triage.Admin, ""}, {"hinode", triage.School, "hinode-jhs"}, {"kawabe", triage.School, "kawabe-jhs"},
}

func open(t testing.TB, timed bool) *room {
	t.Helper()
	r := &room{t: t, redis: miniredis.RunT(t), clock: &clock{now: opened}, log: &bytes.Buffer{}, tokens: map[string]string{}}
	c := client.NewClient(&client.Options{Addr: r.redis.Addr(), MaxRetries: -1})
	t.Cleanup(func() { c.Close() })
	keys := seal.New()
	r.store = redis.New(c, keys, keyring.New(c, "body"))
	r.accounts = staff.New(staff.Config{Client: c, Keys: keys})
	town := &city.City{
		Terms:     city.Terms{Lease: "15m", AcknowledgeWithin: "24h", AnswerSchoolWithin: "3d", CountersignWithin: "24h", WatchMonths: 3, EraseAfterDays: 14},
		Schools:   []city.School{{ID: "hinode-jhs", Name: "日の出台中学校"}, {ID: "kawabe-jhs", Name: "川辺西中学校"}},
		Texts:     map[string]string{"handoff.cover": "**取扱注意** 本人の意向：{意向}"},
		Duties:    []city.Duty{{Key: "meeting", What: "会議で協議する", Source: "policy:54", Any: []string{"verbal"}, Owner: "assignee", Due: "7d"}},
		Retention: []city.Retention{{Key: "audit", Name: "見た人の記録", Of: "audit", Keep: "5y", From: "made", Source: "規則5"}},
	}
	wall := wall{r.store}
	conf := api.Config{
		Desk: desk.New(desk.Config{Papers: shelf.New[discard.Record](c, keys, "papers"), Drills: shelf.New[drill.Record](c, keys, "drills"), Asked: shelf.New[request.Request](c, keys, "requests"), Terms: shelf.New[desk.Term](c, keys, "terms"), Yearly: shelf.New[figures.Report](c, keys, "yearly"), Minutes: shelf.New[meeting.Record](c, keys, "meetings"), LookIns: shelf.New[lookin.Looks](c, keys, "looks"), Accounts: r.accounts, Roster: shelf.New[roster.Profile](c, keys, "roster"), Searcher: wall, Store: r.store, Front: wall, Lamp: wall, Audit: paper{}, Clock: r.clock, City: town, People: r.accounts, Register: grant.New(c, keys, grant.Machine()), Passes: pass.New(c, keys, time.Now)}),
		Log:  slog.New(slog.NewTextHandler(r.log, nil)), Accounts: r.accounts, Version: "test",
	}
	if timed {
		conf.Timer = r.clock
	}
	r.desk = conf.Desk
	r.server = httptest.NewServer(api.New(conf))
	t.Cleanup(r.server.Close)
	for _, l := range logins {
		token, err := r.accounts.NewToken(t.Context(), l.login, l.role, l.school)
		if err != nil {
			t.Fatal(err)
		}
		r.tokens[l.login] = token
	}
	return r
}

type paper struct{}

func (paper) Record(context.Context, audit.Entry) error { return nil }
func (paper) Since(context.Context) (time.Time, error) {
	return time.Date(2020, 3, 1, 0, 0, 0, 0, triage.JST), nil
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// wall knows one name.
type wall struct{ store triage.Store }

func (w wall) Enter(ctx context.Context, e triage.Entry) (triage.CaseID, error) {
	id := triage.CaseID("07" + strings.ToLower(rand.Text()[:24]))
	event := triage.Event{ID: e.ID, At: e.At, Kind: triage.KindMessage, From: triage.Seeker, By: e.By, Channel: e.Channel, Text: hide(e.Text),
		CallMe: hide(e.CallMe), Teller: e.Teller, CallBack: e.CallBack}
	if e.Teller != nil {
		j := e.Teller.Weigh(triage.Judgement{Severity: triage.Routine})
		event.Judgement = &j
	}
	before := triage.Case{ID: id}
	if e.Case != "" {
		before, _, _ = w.store.Load(ctx, e.Case)
	}
	if e.Report != nil {
		report := *e.Report
		event.Kind, event.From, event.Report = triage.KindReport, triage.AtSchool, &report
	}
	_, err := w.store.Append(ctx, before, event)
	return before.ID, err
}

func hide(text string) string { return strings.ReplaceAll(text, "ゆうか", "[人物A]") }

func (wall) Scrub(_ context.Context, _ triage.CaseID, text string) (triage.Scrubbed, error) {
	return triage.Scrubbed{Text: hide(text), Words: []byte(text), Bare: strings.ReplaceAll(text, "ゆうか", triage.Withheld)}, nil
}

func (wall) Reveal(_ context.Context, _ triage.CaseID, placeholder string) (string, error) {
	if placeholder == "[人物A]" {
		return "ゆうか", nil
	}
	return "", triage.ErrNoWords
}

func (w wall) Knows(ctx context.Context, id triage.CaseID, placeholder string) error {
	if triage.IsContact(placeholder) {
		return nil
	}
	_, err := w.Reveal(ctx, id, placeholder)
	return err
}

func (wall) Disclose(_ context.Context, _ triage.CaseID, text string, placeholders []string) (string, error) {
	for range placeholders {
		text = strings.ReplaceAll(text, "[人物A]", "ゆうか")
	}
	return text, nil
}

func (wall) Forget(context.Context, triage.CaseID, string) error { return nil }

func (wall) Erase(context.Context, triage.CaseID) error { return nil }

func (wall) Show(context.Context, triage.CaseID, triage.Doing) error { return nil }

// writes lets a seeker write in a new case.
func (r *room) writes(text string) string {
	r.t.Helper()
	id := triage.CaseID("21" + strings.ToLower(rand.Text()[:24]))
	r.append(id, triage.Event{ID: "m:" + rand.Text(), At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat", Text: text,
		Judgement: &triage.Judgement{Severity: triage.Soon, Flags: []triage.Flag{triage.Verbal}, Reasons: []triage.Reason{{Flag: triage.Verbal, Rule: "call-names", Excerpt: text}}}})
	return string(id)
}

func (r *room) append(id triage.CaseID, e triage.Event) {
	r.t.Helper()
	before, _, err := r.store.Load(r.t.Context(), id)
	if err != nil {
		before = triage.Case{ID: id}
	}
	if _, err := r.store.Append(r.t.Context(), before, e); err != nil {
		r.t.Fatal(err)
	}
}

// claimed is a new case of that person.
func (r *room) claimed(login string) string {
	r.t.Helper()
	id := r.writes("[人物A]にけられた")
	r.ask(login, "POST", "/cases/"+id+"/claim", "").is(200, "")
	return id
}

// answer is what came back.
type answer struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   string
}

// ask sends a request with the token of that person.
func (r *room) ask(login, method, path, body string) answer {
	r.t.Helper()
	return r.bearing("Bearer "+r.tokens[login], method, path, body)
}

func (r *room) bearing(authorization, method, path, body string) answer {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.server.URL+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := r.server.Client().Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	a := answer{r.t, method + " " + path, resp.StatusCode, resp.Header, string(got)}
	r.documented(a)
	return a
}

// code is the stable code of a problem.
func (a answer) code() string {
	var p struct{ Code string }
	_ = json.Unmarshal([]byte(a.body), &p)
	return p.Code
}

// is checks status and code; a problem must be one in form as well.
func (a answer) is(status int, code string) answer {
	a.t.Helper()
	if a.status != status || a.code() != code {
		a.t.Errorf("%s: %d %q, want %d %q: %s", a.what, a.status, a.code(), status, code, a.body)
	}
	if a.status >= 400 {
		if ct := a.header.Get("Content-Type"); ct != "application/problem+json" {
			a.t.Errorf("%s: %s", a.what, ct)
		}
	}
	return a
}

// read decodes the body.
func read[T any](a answer) T {
	a.t.Helper()
	var v T
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		a.t.Fatalf("%s: %v", a.what, err)
	}
	return v
}
