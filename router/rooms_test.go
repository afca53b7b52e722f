package router

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"madoguchi/channels"
	"madoguchi/router/anonymize"
	"madoguchi/router/envelope"
	"madoguchi/router/vault"
	"madoguchi/triage"
	"madoguchi/triage/keyring"
	casestore "madoguchi/triage/redis"
	"madoguchi/triage/seal"
)

// patience is how long a test waits for something that happens soon, on a very busy machine.
const patience = 2 * time.Minute

var morning = time.Date(2026, 12, 1, 9, 0, 7, 0, time.UTC)

// house is a wall on an embedded server, with a desk's store on another.
type house struct {
	Rooms
	router   *Router
	gate     *TakeKey
	front    *Front
	mail     *mailboxes
	names    *names
	desk     redis.UniversalClient
	secrets  redis.UniversalClient
	log      *bytes.Buffer
	logGuard *sync.Mutex
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{mail: newMailboxes(), names: &names{words: map[string]anonymize.Type{
		"山田花子": anonymize.TypePerson, "ゆい": anonymize.TypePerson, "日の出中": anonymize.TypeSchool, "090-1234-5678": anonymize.TypePhone,
	}}, log: &bytes.Buffer{}, logGuard: &sync.Mutex{}}
	h.desk, h.secrets = embedded(t), embedded(t)
	h.Rooms = Rooms{
		Store: casestore.New(h.desk, seal.New(), keyring.New(h.secrets, "body")), Vault: vault.New(h.secrets, vault.NewKeys(), keyring.New(h.secrets, "identity")), Mailbox: h.mail, Names: NewNames(),
		Assessor: rules{}, Anonymizer: h.names, Clock: clock{},
		Terms: triage.Terms{AnswerBy: map[triage.Severity]triage.By{triage.Emergency: triage.Within(10 * time.Minute), triage.Soon: triage.Within(24 * time.Hour)}},
	}
	key, err := envelope.NewIdentity(envelope.Addresses)
	if err != nil {
		t.Fatal(err)
	}
	h.gate, h.AddressKey, h.AddressTo = NewTakeKey(), key, key.Recipient()
	h.router = NewRouter(h.Rooms)
	h.front = NewFront(h.router)
	return h
}

func embedded(t *testing.T) redis.UniversalClient {
	client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr(), MaxRetries: -1, ContextTimeoutEnabled: true})
	t.Cleanup(func() { _ = client.Close() })
	return client
}

type clock struct{}

func (clock) Now() time.Time { return morning }

// rules find 死にたい and いじめ.
type rules struct{}

func (rules) Assess(text string) triage.Judgement {
	j := triage.Judgement{Severity: triage.Routine, Flags: []triage.Flag{}, Reasons: []triage.Reason{}}
	for _, r := range []struct {
		words    string
		flag     triage.Flag
		severity triage.Severity
	}{{"死にたい", triage.Suicide, triage.Emergency}, {"いじめ", triage.Verbal, triage.Soon}} {
		if at := strings.Index(text, r.words); at >= 0 {
			start := len([]rune(text[:at]))
			j.Severity = triage.Graver(j.Severity, r.severity)
			j.Flags = append(j.Flags, r.flag)
			j.Reasons = append(j.Reasons, triage.Reason{Flag: r.flag, Rule: "r:" + string(r.flag), Start: max(start-3, 0), End: start + len([]rune(r.words))})
		}
	}
	return j
}

// names is an anonymizer that knows a few words and does as it is told.
type names struct {
	words map[string]anonymize.Type
	do    func(text string) // before each redaction
	lie   func(anonymize.Result) anonymize.Result
}

func (n *names) Redact(text string, g *anonymize.Glossary, _ anonymize.Mode) anonymize.Result {
	if n.do != nil {
		n.do(text)
	}
	in, res := []rune(text), anonymize.Result{}
	var out strings.Builder
next:
	for i := 0; i < len(in); {
		for words, kind := range n.words {
			if w := []rune(words); strings.HasPrefix(string(in[i:]), words) {
				p := n.placeholder(g, words, kind)
				res.Spans = append(res.Spans, anonymize.Span{Start: i, End: i + len(w), Type: kind, Placeholder: p})
				out.WriteString(p)
				i += len(w)
				continue next
			}
		}
		out.WriteRune(in[i])
		i++
	}
	res.Text = out.String()
	if n.lie != nil {
		res = n.lie(res)
	}
	return res
}

func (*names) placeholder(g *anonymize.Glossary, words string, kind anonymize.Type) string {
	for _, e := range g.Entries {
		if e.Words == words && e.Type == kind {
			return e.Placeholder
		}
	}
	if g.Last == nil {
		g.Last = map[anonymize.Type]int{}
	}
	g.Last[kind]++
	p := map[anonymize.Type]string{anonymize.TypePerson: "人物", anonymize.TypeSchool: "学校", anonymize.TypePhone: "電話"}[kind]
	if kind == anonymize.TypePerson {
		p += string(rune('A' + g.Last[kind] - 1))
	} else {
		p += strconv.Itoa(g.Last[kind])
	}
	p = "[" + p + "]"
	g.Entries = append(g.Entries, anonymize.Entry{Placeholder: p, Type: kind, Words: words, Keys: []string{words}})
	return p
}

func (*names) Reworded(e anonymize.Entry, writings []string) anonymize.Entry {
	e.Words, e.Keys = slices.MaxFunc(writings, func(a, b string) int { return len(a) - len(b) }), writings
	return e
}

// mailboxes is a Mailbox in memory.
type mailboxes struct {
	mu       sync.Mutex
	boxes    map[string]map[int64]channels.Entry
	order    map[string][]int64
	codes    map[string]int
	shown    map[string]string
	closed   map[string]bool
	links    int
	founded  int
	step     func(what string) error // asked before each act
	anomaly  []string
	afterPut func()
}

func newMailboxes() *mailboxes {
	return &mailboxes{boxes: map[string]map[int64]channels.Entry{}, order: map[string][]int64{}, codes: map[string]int{},
		shown: map[string]string{}, closed: map[string]bool{}}
}

func (m *mailboxes) act(ctx context.Context, what string, a channels.Address) (string, error) {
	kind, who, _ := channels.OpenAddress(a)
	if kind != chat {
		return "", errors.New("no conversation")
	}
	if m.step != nil {
		if err := m.step(what); err != nil {
			return "", err
		}
	}
	return who, ctx.Err()
}

func (m *mailboxes) Register(ctx context.Context, a channels.Address, _ channels.Opening) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	who, err := m.act(ctx, "register", a)
	if err == nil {
		m.codes[who]++
	}
	return err
}

func (m *mailboxes) Recode(ctx context.Context, a channels.Address, _ []byte) (words, digits string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	who, err := m.act(ctx, "recode", a)
	if err == nil {
		m.codes[who]++
	}
	return "あいことば" + strconv.Itoa(m.codes[who]), "1", err
}

func (m *mailboxes) Found() (channels.Address, []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.founded++
	return channels.NewAddress(chat, "founded-"+strconv.Itoa(m.founded), []byte("public")), []byte("seed")
}

func (m *mailboxes) Put(ctx context.Context, a channels.Address, e channels.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	who, err := m.act(ctx, "put", a)
	if err != nil {
		return err
	}
	if m.boxes[who] == nil {
		m.boxes[who] = map[int64]channels.Entry{}
	}
	old, there := m.boxes[who][e.Seq]
	if there && old.Text != e.Text {
		m.anomaly = append(m.anomaly, "an entry was put again with other words")
	}
	if !there {
		m.boxes[who][e.Seq] = e
		m.order[who] = append(m.order[who], e.Seq)
	}
	if m.afterPut != nil {
		m.afterPut()
	}
	return nil
}

func (m *mailboxes) Link(ctx context.Context, a channels.Address, seed []byte) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, err := m.act(ctx, "link", a)
	if err == nil && string(seed) != "seed" {
		err = errors.New("another seed")
	}
	m.links++
	return "token-" + strconv.Itoa(m.links), err
}

func (m *mailboxes) Show(ctx context.Context, a channels.Address, doing string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	who, err := m.act(ctx, "show", a)
	if err == nil {
		m.shown[who] = doing
	}
	return err
}

func (m *mailboxes) Close(ctx context.Context, a channels.Address) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	who, err := m.act(ctx, "close", a)
	if err == nil {
		m.closed[who] = true
		delete(m.boxes, who)
	}
	return err
}

// entries are what a conversation reads, in the order in which it was put.
func (m *mailboxes) entries(who string) []channels.Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []channels.Entry
	for _, seq := range m.order[who] {
		all = append(all, m.boxes[who][seq])
	}
	return all
}

func (h *house) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(guarded{h}, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

type guarded struct{ h *house }

func (g guarded) Write(p []byte) (int, error) {
	g.h.logGuard.Lock()
	defer g.h.logGuard.Unlock()
	return g.h.log.Write(p)
}

func (h *house) logged() string {
	h.logGuard.Lock()
	defer h.logGuard.Unlock()
	return h.log.String()
}

// from is a chat's address.
func from(who string) channels.Address {
	return channels.NewAddress(chat, who, []byte("public of "+who))
}

func said(who, id, text string) channels.Message {
	return channels.Message{ID: id, Kind: chat, From: from(who), Text: text, At: morning}
}

func (h *house) process(t *testing.T, messages ...channels.Message) {
	t.Helper()
	for _, m := range messages {
		if err := h.take(t, m); err != nil {
			t.Fatalf("Process: %v", err)
		}
	}
}

// take processes a message as the gateway gives it.
func (h *house) take(t *testing.T, m channels.Message) error {
	t.Helper()
	closed, err := h.gate.closed(h.AddressTo, m)
	if err != nil {
		t.Fatal(err)
	}
	return h.router.Process(t.Context(), closed)
}

// marked is an address as the router knows it.
func (h *house) marked(a channels.Address) channels.Address {
	closed, err := h.gate.close(h.AddressTo, a)
	if err != nil {
		panic(err)
	}
	return closed
}

// caseOf is the case of a sender.
func (h *house) caseOf(a channels.Address) triage.CaseID { return h.Names.CaseOf(h.marked(a)) }

func (h *house) load(t *testing.T, id triage.CaseID) (triage.Case, []triage.Event) {
	t.Helper()
	k, events, err := h.Store.Load(t.Context(), id)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return k, events
}

func (h *house) shred(t *testing.T, id triage.CaseID) {
	t.Helper()
	k, _ := h.load(t, id)
	if err := h.Store.Shred(t.Context(), k); err != nil {
		t.Fatalf("Shred: %v", err)
	}
}

// reply appends a message of the desk, scrubbed as the desk does it.
func (h *house) reply(t *testing.T, id triage.CaseID, event, text string) {
	t.Helper()
	h.say(t, id, triage.Event{ID: event, At: morning, Kind: triage.KindMessage, From: triage.Counselor, By: "aoki"}, text)
}

func (h *house) say(t *testing.T, id triage.CaseID, e triage.Event, text string) {
	t.Helper()
	s, err := h.front.Scrub(t.Context(), id, text)
	if err != nil {
		t.Fatalf("Scrub: %v", err)
	}
	for {
		k, _ := h.load(t, id)
		e.Text, e.Words, e.Said = s.Text, s.Words, k.Said+1
		if e.Consent != nil {
			e.Text = ""
		}
		_, err := h.Store.Append(t.Context(), k, e)
		if err == nil {
			return
		}
		if !errors.Is(err, triage.ErrConflict) {
			t.Fatalf("Append: %v", err)
		}
	}
}

// until waits for a condition.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// dump is everything that both servers hold.
func (h *house) dump(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, client := range []redis.UniversalClient{h.desk, h.secrets} {
		for _, key := range client.Keys(t.Context(), "*").Val() {
			all.WriteString(key)
			all.WriteString(client.Get(t.Context(), key).Val())
			for f, v := range client.HGetAll(t.Context(), key).Val() {
				all.WriteString(f + v)
			}
			for _, v := range client.LRange(t.Context(), key, 0, -1).Val() {
				all.WriteString(v)
			}
			for _, v := range client.SMembers(t.Context(), key).Val() {
				all.WriteString(v)
			}
			for _, v := range client.ZRange(t.Context(), key, 0, -1).Val() {
				all.WriteString(v)
			}
		}
	}
	return all.String()
}
