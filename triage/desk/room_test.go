package desk_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	client "github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/audit"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/discard"
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
	"madoguchi/triage/seal"
	records "madoguchi/triage/shelf"
	"madoguchi/triage/staff"
)

var opened = time.Date(2026, 12, 1, 9, 0, 0, 0, triage.JST)

// room is a desk on a real store, with a wall of paper and a clock that is moved by hand.
type room struct {
	*desk.Desk
	t     *testing.T
	store triage.Store
	wall  *wall
	log   *log
	clock *clock

	machine *clock        // the machine's own
	set     time.Duration // by how much somebody has set its wall clock forward
	office  *office
}

// People of the desk, by login.
var people = map[string]staff.Person{
	"sato":    {Login: "sato", Role: triage.Psychologist},
	"abe":     {Login: "abe", Role: triage.SocialWorker},
	"kato":    {Login: "kato", Role: triage.Coordinator},
	"mori":    {Login: "mori", Role: triage.Supervisor},
	"ueda":    {Login: "ueda", Role: triage.Lawyer},
	"ito":     {Login: "ito", Role: triage.Board},
	"ono":     {Login: "ono", Role: triage.Clerk},
	"root":    {Login: "root", Role: triage.Admin},
	"hinode":  {Login: "hinode", Role: triage.School, School: "hinode-jhs"},
	"kawabe":  {Login: "kawabe", Role: triage.School, School: "kawabe-jhs"},
	"nowhere": {Login: "nowhere", Role: triage.School},
}

type office struct {
	there []string
	weak  []string          // those of them who signed in by their password alone
	posts map[string]string // at schools, by login
}

func (o office) Person(_ context.Context, login string) (staff.Person, error) {
	if p, ok := people[login]; ok {
		p.Posts = o.posts[login]
		return p, nil
	}
	return staff.Person{}, staff.ErrUnknown
}

// Present tells that everybody whose login is in there is there, strongly but for those in weak.
func (o office) Present(context.Context) ([]staff.Person, error) {
	var there []staff.Person
	for _, login := range o.there {
		p := people[login]
		p.Strong = !slices.Contains(o.weak, login)
		there = append(there, p)
	}
	return there, nil
}

// Spoken takes the code 123456 of everybody.
func (office) Spoken(_ context.Context, _, _, code string) error {
	if code != "123456" {
		return staff.ErrUnknown
	}
	return nil
}

func open(t *testing.T) *room {
	t.Helper()
	c := client.NewClient(&client.Options{Addr: miniredis.RunT(t).Addr(), MaxRetries: -1})
	t.Cleanup(func() { c.Close() })
	return openOn(t, c)
}

// openLong is a room for a story of many days.
func openLong(t *testing.T) *room {
	t.Helper()
	return openOn(t, redistest.Forgetful(t).Client())
}

func openOn(t *testing.T, c *client.Client) *room {
	t.Helper()
	r := &room{t: t, store: redis.New(c, seal.New(), keyring.New(c, "body")), log: &log{}, clock: &clock{now: opened}}
	r.wall = &wall{papers: map[string]map[string]string{}, store: r.store, names: map[string]string{"[人物A]": "ゆうか", "[電話1]": "090-1234-5678", "[連絡先1]": "+81 90 0000 0000"}}
	keys := seal.New()
	r.machine = &clock{now: opened}
	r.office = &office{there: []string{"sato", "kato", "mori"}}
	r.Desk = desk.New(desk.Config{Store: r.store, Front: r.wall, Filed: r.wall, Lamp: r.wall, Audit: r.log, Clock: r.clock, City: town(), People: r.office,
		Drafts: records.New[triage.Draft](c, keys, "drafts"), Register: grant.New(c, keys, r.moment), Passes: pass.New(c, keys, r.machine.Now)})
	r.Minutes, r.LookIns = records.New[meeting.Record](c, keys, "meetings"), records.New[lookin.Looks](c, keys, "looks")
	r.Asked = records.New[request.Request](c, keys, "requests")
	r.Terms = records.New[desk.Term](c, keys, "terms")
	r.Papers = records.New[discard.Record](c, keys, "papers")
	r.Yearly = records.New[figures.Report](c, keys, "yearly")
	r.Roster = records.New[roster.Profile](c, keys, "roster")
	return r
}

// moment is what the machine shows.
func (r *room) moment() grant.Moment {
	now := r.machine.Now()
	return grant.Moment{Wall: now.Add(r.set), Tick: grant.Tick{Boot: "one", Up: now.Sub(opened)}}
}

func town() *city.City {
	return &city.City{
		Terms:   city.Terms{Lease: "15m", AcknowledgeWithin: "24h", AnswerSchoolWithin: "3d", CountersignWithin: "24h", WatchMonths: 3, Breather: "30m", EraseAfterDays: 14},
		Schools: []city.School{{ID: "hinode-jhs", Name: "日の出台中学校"}, {ID: "kawabe-jhs", Name: "川辺西中学校"}},
		Texts: map[string]string{
			"handoff.cover":   "**取扱注意**\n\n本人の意向：{意向}\n期限：{受け取り期限}、回答は{回答期限}",
			"family.cover":    "本人に見せた文のとおりに話します。",
			"handoff.request": "**お願い**",
		},
	}
}

// wall replaces names of its list by their placeholders, and back.
type wall struct {
	store triage.Store
	names map[string]string

	mu     sync.Mutex
	shown  []triage.Doing
	erased []triage.CaseID
	away   error
	papers map[string]map[string]string // reports as they were written
	weighs []triage.Flag                // what the rules find in reports, for the stories of years
}

func (w *wall) Report(_ context.Context, _ triage.CaseID, report string) (map[string]string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if fields, ok := w.papers[report]; ok {
		return fields, nil
	}
	return nil, triage.ErrUnknown
}

func (w *wall) hide(text string) string {
	for _, p := range slices.Sorted(maps.Keys(w.names)) {
		text = strings.ReplaceAll(text, w.names[p], p)
	}
	return text
}

func (w *wall) Enter(ctx context.Context, e triage.Entry) (triage.CaseID, error) {
	id := e.Case
	var before triage.Case
	if id == "" { // the same entry is the same case
		sum := sha256.Sum256([]byte(e.ID))
		id = triage.CaseID("07" + hex.EncodeToString(sum[:12]))
		before, _, _ = w.store.Load(ctx, id)
		before.ID = id
	} else {
		var err error
		if before, _, err = w.store.Load(ctx, id); err != nil {
			return "", err
		}
	}
	event := triage.Event{ID: "entry:" + e.ID, At: e.At, Kind: triage.KindMessage, From: triage.Seeker, By: e.By, Corrects: e.Corrects, Channel: e.Channel, Text: w.hide(e.Text),
		CallMe: w.hide(e.CallMe), Teller: e.Teller, CallBack: e.CallBack}
	if e.Teller != nil {
		j := e.Teller.Weigh(triage.Judgement{Severity: triage.Routine})
		event.Judgement = &j
	}
	if e.Report != nil {
		r := *e.Report
		r.Fields = maps.Clone(r.Fields)
		w.mu.Lock()
		w.papers[r.ID] = e.Report.Fields
		w.mu.Unlock()
		for key, text := range r.Fields {
			r.Fields[key] = w.hide(text)
		}
		event.Kind, event.From, event.Report = triage.KindReport, triage.AtSchool, &r
		if len(w.weighs) > 0 {
			event.Judgement = &triage.Judgement{Severity: triage.Soon, Flags: w.weighs}
		}
	}
	_, err := w.store.Append(ctx, before, event)
	if errors.Is(err, triage.ErrConflict) {
		return w.Enter(ctx, e)
	}
	return id, err
}

func (w *wall) Scrub(_ context.Context, _ triage.CaseID, text string) (triage.Scrubbed, error) {
	bare := text
	for _, words := range w.names {
		bare = strings.ReplaceAll(bare, words, triage.Withheld)
	}
	return triage.Scrubbed{Text: w.hide(text), Words: []byte("sealed:" + text), Bare: bare}, w.away
}

func (w *wall) Reveal(_ context.Context, _ triage.CaseID, placeholder string) (string, error) {
	if words, ok := w.names[placeholder]; ok {
		return words, nil
	}
	return "", triage.ErrNoWords
}

func (w *wall) Knows(ctx context.Context, id triage.CaseID, placeholder string) error {
	_, err := w.Reveal(ctx, id, placeholder)
	return err
}

func (w *wall) Disclose(_ context.Context, _ triage.CaseID, text string, placeholders []string) (string, error) {
	for _, p := range placeholders {
		text = strings.ReplaceAll(text, p, w.names[p])
	}
	return text, nil
}

func (*wall) Forget(context.Context, triage.CaseID, string) error { return nil }

func (w *wall) Erase(_ context.Context, id triage.CaseID) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.away == nil {
		w.erased = append(w.erased, id)
	}
	return w.away
}

func (w *wall) Show(_ context.Context, _ triage.CaseID, d triage.Doing) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shown = append(w.shown, d)
	return nil
}

// log is an audit in memory that can be made to fail.
type log struct {
	mu      sync.Mutex
	entries []audit.Entry
	full    error
}

func (l *log) Record(_ context.Context, e audit.Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.full == nil {
		l.entries = append(l.entries, e)
	}
	return l.full
}

func (l *log) Since(context.Context) (time.Time, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) == 0 {
		return time.Time{}, nil
	}
	return l.entries[0].At, nil
}

// acts lists what was written down of a person.
func (l *log) acts(who string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var acts []string
	for _, e := range l.entries {
		if e.Who == who {
			acts = append(acts, e.Act)
		}
	}
	return acts
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

func (c *clock) pass(d time.Duration) { c.Set(c.Now().Add(d)) }

// writes lets a seeker write, in a new case where id is empty.
func (r *room) writes(id triage.CaseID, text string) triage.CaseID {
	r.t.Helper()
	before := triage.Case{ID: id}
	if id == "" {
		before.ID = triage.CaseID(fmt.Sprintf("%02d%s", len(r.log.entries)%64, strings.ToLower(rand.Text()[:24])))
	} else {
		before, _ = r.load(id)
	}
	_, err := r.store.Append(r.t.Context(), before, triage.Event{ID: "m:" + rand.Text(), At: r.clock.Now(), Kind: triage.KindMessage,
		From: triage.Seeker, Channel: "chat", Text: text, Judgement: &triage.Judgement{Severity: triage.Soon, Flags: []triage.Flag{triage.Verbal}}})
	r.must(err)
	return before.ID
}

// answers lets the seeker answer a question.
func (r *room) answers(id triage.CaseID, consent string, a triage.ConsentAnswer) {
	r.t.Helper()
	before, _ := r.load(id)
	_, err := r.store.Append(r.t.Context(), before, triage.Event{ID: "m:" + rand.Text(), At: r.clock.Now(), Kind: triage.KindHandoff,
		From: triage.Seeker, Channel: "chat", Consent: &triage.Consent{ID: consent, Answer: a}})
	r.must(err)
}

// claimed is a case that sato has.
func (r *room) claimed() triage.CaseID {
	r.t.Helper()
	id := r.writes("", "[人物A]にけられた")
	_, err := r.Claim(r.t.Context(), people["sato"], id)
	r.must(err)
	return id
}

func (r *room) load(id triage.CaseID) (triage.Case, []triage.Event) {
	r.t.Helper()
	c, events, err := r.store.Load(r.t.Context(), id)
	r.must(err)
	return c, events
}

func (r *room) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// code is how a program would be told: ok, unknown, the code of a refusal, or the error.
func code(err error) string {
	var refused *triage.Refusal
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &refused):
		return refused.Code
	case errors.Is(err, triage.ErrUnknown):
		return "unknown"
	}
	return err.Error()
}

func (r *room) want(what string, err error, expected string) {
	r.t.Helper()
	if got := code(err); got != expected {
		r.t.Errorf("%s: %s, want %s", what, got, expected)
	}
}
