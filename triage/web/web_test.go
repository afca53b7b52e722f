package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/redistest"
	"madoguchi/triage/staff"
)

// moving is a clock that a test moves on.
type moving struct{ ahead atomic.Int64 }

func (m *moving) now() time.Time      { return time.Now().Add(time.Duration(m.ahead.Load())) }
func (m *moving) on(by time.Duration) { m.ahead.Add(int64(by)) }

// counter serves a session: POST /in, POST /out, GET /who (activity) and GET /look (none).
func counter(t *testing.T, https bool) (*httptest.Server, *Sessions, *moving) {
	t.Helper()
	client, _ := redistest.Embedded(t)
	clock := &moving{}
	s := NewSessions(client, https)
	s.scs.Store = store{client, clock.now}
	mux := http.NewServeMux()
	mux.Handle("/in", s.Keep(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.Begin(r.Context(), staff.Person{Login: "sato", Stamp: "1", Strong: true}); err != nil {
			t.Error(err)
		}
	})))
	mux.Handle("/out", s.Keep(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if err := s.End(r.Context()); err != nil {
			t.Error(err)
		}
	})))
	who := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, s.Who(r.Context()).Login) })
	mux.Handle("/who", s.Keep(who))
	mux.Handle("/look", s.Look(who))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server, s, clock
}

func ask(t *testing.T, server *httptest.Server, path, token string) (body string, cookie *http.Cookie) {
	t.Helper()
	req, _ := http.NewRequest("GET", server.URL+path, nil)
	if token != "" {
		req.AddCookie(&http.Cookie{Name: "madoguchi", Value: token})
	}
	resp, err := server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	for _, c := range resp.Cookies() {
		cookie = c
	}
	return string(b), cookie
}

func TestSessionEndsWhenNothingIsDone(t *testing.T) {
	server, _, clock := counter(t, false)
	_, c := ask(t, server, "/in", "")
	for range 3 {
		clock.on(Idle - time.Minute)
		// Activity renews from the machine's clock, which the test does not move: undo the step after it.
		if who, _ := ask(t, server, "/who", c.Value); who != "sato" {
			t.Fatal("the session ended too early")
		}
		clock.on(-(Idle - time.Minute))
	}
	clock.on(Idle + time.Second)
	if who, _ := ask(t, server, "/look", c.Value); who != "" {
		t.Error("the session outlives its idle time")
	}
}

func TestLookingIsNoActivity(t *testing.T) {
	server, s, _ := counter(t, false)
	s.scs.IdleTimeout = 400 * time.Millisecond
	_, c := ask(t, server, "/in", "")
	deadline := time.Now().Add(10 * time.Second)
	for looks := 0; time.Now().Before(deadline); looks++ {
		if who, _ := ask(t, server, "/look", c.Value); who == "" {
			if looks == 0 {
				t.Error("it ended before it began")
			}
			return
		}
	}
	t.Error("looking kept the session alive")
}

func TestActivityDoesNotMakeASessionLast(t *testing.T) {
	server, s, _ := counter(t, false)
	s.scs.Lifetime = 400 * time.Millisecond
	_, c := ask(t, server, "/in", "")
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if who, _ := ask(t, server, "/who", c.Value); who == "" {
			return
		}
	}
	t.Error("the session outlives its life")
}

// A request that began before somebody signed out and ends after it does not sign them in again.
func TestAnEndedSessionStaysEnded(t *testing.T) {
	server, s, _ := counter(t, false)
	_, c := ask(t, server, "/in", "")
	late, err := s.scs.Load(t.Context(), c.Value)
	if err != nil {
		t.Fatal(err)
	}
	ask(t, server, "/out", c.Value)
	if ok, err := s.Holds(late); ok || err != nil {
		t.Errorf("it still holds: %v, %v", ok, err)
	}
	if _, _, err := s.scs.Commit(late); err != nil {
		t.Fatal(err)
	}
	if who, _ := ask(t, server, "/who", c.Value); who != "" {
		t.Error("a late request wrote the session back")
	}
}

func TestCookie(t *testing.T) {
	for _, https := range []bool{false, true} {
		server, _, _ := counter(t, https)
		_, c := ask(t, server, "/in", "")
		name := map[bool]string{false: "madoguchi", true: "__Host-madoguchi"}[https]
		if c.Name != name || c.Secure != https || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 0 || !c.Expires.IsZero() {
			t.Errorf("https %v: %+v", https, c)
		}
		if len(c.Value) < 43 {
			t.Errorf("a token of %d characters", len(c.Value))
		}
	}
}

func TestRedisKnowsNoToken(t *testing.T) {
	client, server := redistest.Embedded(t)
	s := NewSessions(client, false)
	w := httptest.NewRecorder()
	s.Keep(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { s.Begin(r.Context(), staff.Person{Login: "sato"}) })).ServeHTTP(w, httptest.NewRequest("POST", "/", nil))
	token := w.Result().Cookies()[0].Value
	if dump := server.Dump(); strings.Contains(dump, token) || !strings.Contains(dump, "session:") {
		t.Error("the token is readable in Redis")
	}
}

func TestSessionsAwayIsSaid(t *testing.T) {
	client, server := redistest.Embedded(t)
	s := NewSessions(client, false)
	server.Close()
	r := httptest.NewRequest("GET", "/", nil)
	r.AddCookie(&http.Cookie{Name: "madoguchi", Value: "x"})
	w := httptest.NewRecorder()
	s.Keep(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("served") })).ServeHTTP(w, r)
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), `"code":"unavailable"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAPanicIsAnsweredAndNotedWithoutItsWords(t *testing.T) {
	var rooms []string
	caught := func(room string) string { rooms = append(rooms, room); return "ID" }
	h := Recover("console", caught, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("ひみつ") }))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	var p struct {
		Type, Code, Title string
		Status            int
	}
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != 500 || p.Code != "internal" || p.Type != "about:blank" {
		t.Errorf("%s %v", w.Body, err)
	}
	if p.Title != "internal error ID" || !slices.Equal(rooms, []string{"console"}) {
		t.Errorf("%q, noted for %q", p.Title, rooms)
	}
	if strings.Contains(w.Body.String(), "ひみつ") {
		t.Error("the panic's words got out")
	}
}

func TestLargeBodiesAreCut(t *testing.T) {
	h := Limit(10, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err == nil {
			t.Error("read to the end")
		}
	}))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat("x", 11))))
}

func TestBehindAProxyThatRewritesTheHost(t *testing.T) {
	h, err := SameOrigin("https://desk.example", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	if err != nil {
		t.Fatal(err)
	}
	for origin, want := range map[string]int{"https://desk.example": 200, "https://desk.example.evil": 403, "http://desk.example": 403, "https://x.desk.example": 403} {
		r := httptest.NewRequest("POST", "http://inside:8081/", strings.NewReader("a=b"))
		r.Header.Set("Origin", origin)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d", origin, w.Code)
		}
	}
	if _, err := SameOrigin("nonsense", nil); err == nil {
		t.Error("a URL without a host is an origin")
	}
}

func TestPieces(t *testing.T) {
	for words, want := range map[string][]Piece{
		"":                 nil,
		"あ[人物A]い":          {{Text: "あ"}, {Placeholder: "[人物A]"}, {Text: "い"}},
		"[学校1][電話12]":      {{Placeholder: "[学校1]"}, {Placeholder: "[電話12]"}},
		"[スタンプ] [ ] [a b]": {{Text: "[スタンプ] [ ] [a b]"}},
		"a\u202eb\n\tc":    {{Text: "a"}, {Mark: "U+202E"}, {Text: "b\n\tc"}},
		"\x00\u200b":       {{Mark: "U+0000"}, {Mark: "U+200B"}},
		"👨\u200d👩\ufe0f":   {{Text: "👨\u200d👩\ufe0f"}},
	} {
		if got := Pieces(words); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v", words, got)
		}
	}
}

func FuzzPieces(f *testing.F) {
	f.Add("あ[人物A]い\u202e\x00👨\u200d👩")
	f.Fuzz(func(t *testing.T, words string) {
		var b strings.Builder
		for _, p := range Pieces(words) {
			b.WriteString(p.Text + p.Placeholder)
			if strings.ContainsAny(p.Text, "\u202e\u200b\x00") {
				t.Errorf("%q shows a hidden character", p.Text)
			}
		}
		if strings.Count(b.String(), "[") != strings.Count(words, "[") {
			t.Error("words were lost")
		}
	})
}

func TestProse(t *testing.T) {
	got := Prose("**見出し**\n\n一行目\n二行目\n\n1. ひとつ\n2. ふたつ\n\n・点**太**字\nあと")
	want := []Block{
		{Lines: [][]Span{{{"見出し", true}}}},
		{Lines: [][]Span{{{"一行目", false}}, {{"二行目", false}}}},
		{List: "ol", Lines: [][]Span{{{"ひとつ", false}}, {{"ふたつ", false}}}},
		{List: "ul", Lines: [][]Span{{{"点", false}, {"太", true}, {"字", false}}}},
		{Lines: [][]Span{{{"あと", false}}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

// nobody works here.
type nobody struct{ err error }

func (nobody) Seen(context.Context, staff.Person) {}

func (n nobody) Person(context.Context, string) (staff.Person, error) { return staff.Person{}, n.err }

func TestAPageNeedsARowOfThePolicy(t *testing.T) {
	client, _ := redistest.Embedded(t)
	site, err := NewSite(Config{Sessions: NewSessions(client, false), People: nobody{staff.ErrUnknown}, URL: "http://127.0.0.1:1", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	for name, mount := range map[string]func(){
		"no row":          func() { site.Page("GET", "/nowhere", nil) },
		"open, but gated": func() { site.Open("GET", "/queue", nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: mounted", name)
				}
			}()
			mount()
		}()
	}
	site.Page("GET", "/queue", func(http.ResponseWriter, *http.Request, staff.Person) { t.Error("served to nobody") })
	for accept, want := range map[string]int{"text/html": http.StatusSeeOther, "application/json": http.StatusUnauthorized, "text/event-stream": http.StatusUnauthorized} {
		r := httptest.NewRequest("GET", "/queue", nil)
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d", accept, w.Code)
		}
	}
	if _, err := NewSite(Config{URL: "nonsense"}); err == nil {
		t.Error("a site without a URL")
	}
}

func TestAccountsAwayIsNoSignOut(t *testing.T) {
	client, _ := redistest.Embedded(t)
	s := NewSessions(client, false)
	site, err := NewSite(Config{Sessions: s, People: nobody{errors.New("away")}, URL: "https://desk.example", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.Keep(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Begin(r.Context(), staff.Person{Login: "sato"})
		site.admit(staff.Row("GET", "/queue"), nil).ServeHTTP(w, r)
	})).ServeHTTP(w, httptest.NewRequest("GET", "/queue", nil))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d", w.Code)
	}
}

func TestWords(t *testing.T) {
	for _, l := range []triage.ConsentLevel{triage.LevelAnonymous, triage.LevelNamed, triage.LevelEmergency} {
		if LevelWord(l) == "" {
			t.Errorf("%s has no word", l)
		}
	}
	for _, s := range []triage.HandoffState{triage.HandoffSent, triage.HandoffReceived, triage.HandoffHandling, triage.HandoffNeedsHelp, triage.HandoffWrongSchool, triage.HandoffDone} {
		if StepWord(s) == "" {
			t.Errorf("%s has no word", s)
		}
	}
	if got := Moment(time.Date(2026, 11, 24, 8, 5, 0, 0, time.UTC)); got != "11月24日〔火〕17:05" {
		t.Error(got)
	}
}
