package console

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/deploy/cities"
	"madoguchi/triage"
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
	"madoguchi/triage/redistest"
	"madoguchi/triage/request"
	"madoguchi/triage/roster"
	"madoguchi/triage/school"
	"madoguchi/triage/seal"
	records "madoguchi/triage/shelf"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// house is the desk on the embedded store with its pages, as a browser meets it. Only what lies behind the wall is made
// up: names are kept in a map.
type house struct {
	t        testing.TB
	url      string
	store    *redis.Store
	desk     *desk.Desk
	accounts *staff.Accounts
	passes   *pass.Register
	log      *audit.Log
	city     *city.City
	clock    fixed
	front    *front
	lamp     *lamp
	console  *Console
	logged   *lockedText
	stop     func() // ends the console's Run and waits for it
}

const password = "まどぐちのためのながいことば"

type fixed struct{ at time.Time }

func (f fixed) Now() time.Time { return f.at }

// evening is an hour at which the chat is open.
var evening = time.Date(2026, 11, 24, 18, 20, 0, 0, triage.JST)

func newHouse(t testing.TB) *house { return newHouseOf(t, "asahikawa") }

func newHouseOf(t testing.TB, name string) *house {
	t.Helper()
	client, _ := redistest.Embedded(t)
	keys := seal.New()
	h := &house{t: t, store: redis.New(client, keys, keyring.New(client, "body")), clock: fixed{evening}, front: &front{}, lamp: &lamp{}, logged: &lockedText{}}
	h.front.store = h.store
	var err error
	if h.log, err = audit.Open(client, keys, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	var site *web.Site
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { site.ServeHTTP(w, r) }))
	h.url = strings.Replace(server.URL, "127.0.0.1", "localhost", 1) // passkeys want a name
	h.city = cityOf(t, name)
	h.accounts = staff.New(staff.Config{Client: client, Keys: keys, URL: h.url})
	h.passes = pass.New(client, keys, time.Now)
	h.desk = desk.New(desk.Config{Papers: records.New[discard.Record](client, keys, "papers"), Drills: records.New[drill.Record](client, keys, "drills"), Asked: records.New[request.Request](client, keys, "requests"), Terms: records.New[desk.Term](client, keys, "terms"), Yearly: records.New[figures.Report](client, keys, "yearly"), Minutes: records.New[meeting.Record](client, keys, "meetings"), LookIns: records.New[lookin.Looks](client, keys, "looks"), Store: h.store, Front: h.front, Lamp: h.lamp, Audit: h.log, Clock: h.clock, City: h.city, People: h.accounts,
		Accounts: h.accounts, Roster: records.New[roster.Profile](client, keys, "roster"), Drafts: records.New[triage.Draft](client, keys, "drafts"), Register: grant.New(client, keys, grant.Machine()), Passes: h.passes})

	log := slog.New(slog.NewTextHandler(h.logged, nil))
	site, err = web.NewSite(web.Config{Sessions: web.NewSessions(client, false), People: pass.Guests{People: h.accounts, Register: h.passes}, URL: h.url, Log: log, Banners: func() []string {
		return []string{"これは練習用のデモです。"}
	}})
	if err != nil {
		t.Fatal(err)
	}
	h.console = Mount(site, Config{Desk: h.desk, Accounts: h.accounts, Apps: h.accounts, Passkeys: h.accounts, Ledger: ledger{h.log, h.clock}, City: h.city, Clock: h.clock, URL: h.url, Log: log})
	school.Mount(site, school.Config{Desk: h.desk.Portal(), Papers: h.desk.Portal(), Passes: h.passes, Weeks: h.desk.Portal(), Name: h.console.school, Clock: h.clock})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); h.console.Run(ctx) }()
	h.stop = func() { stop(); <-done }
	t.Cleanup(func() { h.stop(); server.CloseClientConnections(); server.Close() })
	return h
}

func cityOf(t testing.TB, name string) *city.City {
	t.Helper()
	file := func(name string, data []byte) city.File { return city.File{Name: name, Data: data} }
	name, data, _ := cities.City(name)
	c, err := city.Load(file(name, data), file(cities.National()), file(cities.Texts()), nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// hire makes an account with the common password.
func (h *house) hire(login string, role triage.Role, schoolID string) {
	h.t.Helper()
	link, err := h.accounts.Create(context.Background(), login, role, schoolID)
	if err == nil {
		_, err = h.accounts.Enrol(context.Background(), link, password)
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// happened appends events to a case as the router would.
func (h *house) happened(id triage.CaseID, events ...triage.Event) triage.Case {
	h.t.Helper()
	c, _, err := h.store.Load(context.Background(), id)
	if err != nil && err != triage.ErrUnknown {
		h.t.Fatal(err)
	}
	if c.ID == "" {
		c.ID = id
	}
	for i := range events {
		if events[i].ID == "" {
			events[i].ID = string(id) + string(rune('a'+i)) + events[i].Text + events[i].At.String()
		}
	}
	c, err = h.store.Append(context.Background(), c, events...)
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// browser is a client with cookies that says, as browsers do, where its requests come from.
type browser struct {
	t testing.TB
	h *house
	c *http.Client
}

func (h *house) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &browser{h.t, h, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// signedIn is a browser in which that person signed in.
func (h *house) signedIn(login string) *browser {
	h.t.Helper()
	b := h.browser()
	if r := b.post("/sign-in", url.Values{"login": {login}, "password": {password}}); r.status != http.StatusSeeOther {
		h.t.Fatalf("sign-in: %d", r.status)
	}
	return b
}

// enrolled is a browser in which that person came in by a new enrolment link.
func (h *house) enrolled(login string, role triage.Role) *browser {
	h.t.Helper()
	link, err := h.accounts.Create(context.Background(), login, role, "")
	if err != nil {
		h.t.Fatal(err)
	}
	b := h.browser()
	if r := b.post("/enrol", url.Values{"link": {link}, "password": {password}, "again": {password}}); r.status != http.StatusSeeOther {
		h.t.Fatalf("enrolment: %d %s", r.status, r.body)
	}
	return b
}

type answer struct {
	status int
	body   string
	header http.Header
}

func (b *browser) get(path string) answer { return b.ask("GET", path, nil, nil) }

func (b *browser) post(path string, form url.Values) answer {
	return b.ask("POST", path, form, map[string]string{"Sec-Fetch-Site": "same-origin"})
}

// script posts as a module of ours does.
func (b *browser) script(path string, form url.Values) answer {
	return b.ask("POST", path, form, map[string]string{"Sec-Fetch-Site": "same-origin", "Accept": "application/json"})
}

func (b *browser) ask(method, path string, form url.Values, headers map[string]string) answer {
	b.t.Helper()
	req, err := http.NewRequest(method, b.h.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == "POST" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	resp, err := b.c.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{resp.StatusCode, string(body), resp.Header}
}

// front stands where the wall is: it knows the words behind placeholders from a list.
type front struct {
	mu    sync.Mutex
	store *redis.Store
	words map[string]string // placeholder → words
	next  int
}

func (f *front) Enter(ctx context.Context, e triage.Entry) (triage.CaseID, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id := e.Case
	if id == "" {
		f.next++
		id = triage.CaseID("07" + strings.Repeat("v", 22) + string(rune('a'+f.next/26)) + string(rune('a'+f.next%26)))
	}
	c, _, err := f.store.Load(ctx, id)
	if err != nil && err != triage.ErrUnknown {
		return "", err
	}
	c.ID = id
	kind := triage.KindMessage
	if e.Report != nil {
		kind = triage.KindReport
	}
	j := triage.Judgement{Severity: triage.Soon, Flags: []triage.Flag{triage.Other}}
	if e.Teller != nil {
		j = e.Teller.Weigh(j)
	}
	_, err = f.store.Append(ctx, c, triage.Event{ID: e.ID, At: e.At, Kind: kind, From: triage.Seeker, By: e.By, Corrects: e.Corrects, Channel: e.Channel, Text: f.anonymous(e.Text),
		Report: e.Report, CallMe: f.anonymous(e.CallMe), Teller: e.Teller, CallBack: e.CallBack, Judgement: &j})
	return id, err
}

func (f *front) anonymous(text string) string {
	for ph, words := range f.words {
		text = strings.ReplaceAll(text, words, ph)
	}
	return text
}

func (f *front) Scrub(_ context.Context, _ triage.CaseID, text string) (triage.Scrubbed, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	bare := text
	for _, words := range f.words {
		bare = strings.ReplaceAll(bare, words, triage.Withheld)
	}
	return triage.Scrubbed{Text: f.anonymous(text), Words: []byte("sealed"), Bare: bare}, nil
}

func (f *front) Reveal(_ context.Context, _ triage.CaseID, placeholder string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if words, ok := f.words[placeholder]; ok {
		return words, nil
	}
	return "", triage.ErrNoWords
}

func (f *front) Knows(ctx context.Context, id triage.CaseID, placeholder string) error {
	_, err := f.Reveal(ctx, id, placeholder)
	return err
}

func (f *front) Disclose(_ context.Context, _ triage.CaseID, text string, placeholders []string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for ph, words := range f.words {
		if slices.Contains(placeholders, ph) {
			text = strings.ReplaceAll(text, ph, words)
		}
	}
	return text, nil
}

func (*front) Forget(context.Context, triage.CaseID, string) error { return nil }

func (f *front) Erase(context.Context, triage.CaseID) error { return nil }

// lamp remembers what it showed.
type lamp struct {
	mu    sync.Mutex
	shown []triage.Doing
}

func (l *lamp) Show(_ context.Context, _ triage.CaseID, d triage.Doing) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shown = append(l.shown, d)
	return nil
}

func (l *lamp) has(d triage.Doing) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Contains(l.shown, d)
}

// ledger shows the audit to the administrator's page.
type ledger struct {
	log   *audit.Log
	clock triage.Clock
}

func (l ledger) Recent(ctx context.Context, limit int) ([]Looked, error) {
	n, err := l.log.Len(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := l.log.Entries(ctx, max(0, n-int64(limit)), limit)
	var looked []Looked
	for _, e := range slices.Backward(entries) {
		looked = append(looked, Looked{At: e.At, Who: e.Who, Role: e.Role, Act: e.Act, Case: e.Case, With: e.With, Ref: e.Ref, Reason: e.Reason, Why: e.Why})
	}
	return looked, err
}

func (l ledger) Of(ctx context.Context, number string, limit int) ([]Looked, error) {
	all, err := l.Recent(ctx, 1000)
	all = slices.DeleteFunc(all, func(x Looked) bool { return !strings.HasSuffix(string(x.Case), number) })
	return all[:min(limit, len(all))], err
}

func (l ledger) Head(ctx context.Context) (string, error) {
	h, err := l.log.Head(ctx)
	return h.String(), err
}

func (l ledger) Destroyed(ctx context.Context, limit int) ([]Certificate, error) {
	proofs, err := l.log.Proofs(ctx, desk.ActDestroy, limit)
	var all []Certificate
	for _, p := range proofs {
		all = append(all, Certificate{N: p.N, Hash: p.Hash, At: p.At, Who: p.Who, Role: p.Role, Case: p.Case, Ground: p.Reason, What: p.Ref})
	}
	return all, err
}

func (l ledger) Certificate(ctx context.Context, n int64) (Certificate, error) {
	p, err := l.log.Proof(ctx, n)
	if err == nil && p.Act != desk.ActDestroy {
		err = triage.ErrUnknown
	}
	return Certificate{N: p.N, Hash: p.Hash, At: p.At, Who: p.Who, Role: p.Role, Case: p.Case, Ground: p.Reason, What: p.Ref}, err
}

func (l ledger) Record(ctx context.Context, p staff.Person, act, login string) error {
	return l.log.Record(ctx, audit.Entry{At: l.clock.Now(), Who: p.Login, Role: p.Role, Act: act, Ref: login})
}

// lockedText collects a log.
type lockedText struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
