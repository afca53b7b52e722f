package ask

import (
	"bytes"
	"context"
	"crypto/hpke"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/redistest"
)

// wall answers everything with what it was asked.
type wall struct {
	mu    sync.Mutex
	asked []string
	file  []byte
	err   error
}

func (w *wall) note(what ...any) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, fmt.Sprint(what...))
	return w.err
}

func (w *wall) times() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.asked)
}

func (w *wall) Enter(_ context.Context, e triage.Entry) (triage.CaseID, error) {
	return e.Case, w.note("enter", e.ID, e.Text, e.Report.Fields)
}
func (w *wall) Scrub(_ context.Context, id triage.CaseID, text string) (triage.Scrubbed, error) {
	return triage.Scrubbed{Text: text + "[人物A]", Words: []byte(id)}, w.note("scrub", id)
}
func (w *wall) Reveal(_ context.Context, id triage.CaseID, placeholder string) (string, error) {
	return "山田花子" + placeholder, w.note("reveal", id)
}
func (w *wall) Knows(_ context.Context, id triage.CaseID, _ string) error { return w.note("knows", id) }
func (w *wall) Disclose(_ context.Context, _ triage.CaseID, text string, placeholders []string) (string, error) {
	return text + strings.Join(placeholders, ","), w.note("disclose")
}
func (w *wall) Forget(_ context.Context, id triage.CaseID, event string) error {
	return w.note("forget", id, event)
}
func (w *wall) Erase(_ context.Context, id triage.CaseID) error { return w.note("erase", id) }
func (w *wall) Letter(_ context.Context, _ triage.CaseID, said int64, coded bool) (triage.Letter, error) {
	return triage.Letter{Text: fmt.Sprint(said, coded)}, w.note("letter")
}
func (w *wall) File(_ context.Context, _ triage.CaseID, n, page int) (triage.Cleaned, error) {
	return triage.Cleaned{Type: "image/png", Data: w.file, Pages: n + page}, w.note("file")
}
func (w *wall) Show(_ context.Context, id triage.CaseID, d triage.Doing) error {
	return w.note("show", id, d)
}

var quiet = slog.New(slog.DiscardHandler)

// keys are those of a desk, a stranger to the list, and the wall.
func keys(t *testing.T) map[string]*Keys {
	t.Helper()
	all, err := NewKeys("console", "router", "vault")
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range all {
		data, err := k.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if all[name], err = ParseKeys(data); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// answering lets the wall answer the console as the role router, until the test ends or stop is called.
func answering(t *testing.T, client redis.UniversalClient, k *Keys, w *wall, pace Pace) (a *Answerer, stop func()) {
	t.Helper()
	a = NewAnswerer(client, k, pace, quiet, nil)
	a.Allow("console", TakesIn(w, w, func(context.Context) (int64, error) { return 7, nil })...)
	a.Allow("console", GivesOut(w, w, w)...)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	eventually(t, func() bool {
		n, err := client.Exists(t.Context(), hereKey(k.name)).Result()
		return err == nil && n == 1
	})
	return a, stop
}

func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it did not come to be")
		}
	}
}

// on runs the test on every sort of Redis.
func on(t *testing.T, test func(t *testing.T, client redis.UniversalClient)) {
	embedded, _ := redistest.Embedded(t)
	for name, client := range map[string]redis.UniversalClient{"embedded": embedded, "server": redistest.Start(t).Client(),
		"cluster": redistest.StartCluster(t).Client()} {
		t.Run(name, func(t *testing.T) { test(t, client) })
	}
}

// Every ask is what it would be were it a call, a file of twenty megabytes and every error too.
func TestAnAskIsLikeACall(t *testing.T) {
	on(t, func(t *testing.T, client redis.UniversalClient) {
		ctx, k, w := t.Context(), keys(t), &wall{file: bytes.Repeat([]byte("写真"), 20<<20/6)}
		a, _ := answering(t, client, k["router"], w, People())
		f := NewFront(NewAsker(client, k["console"]), "router")
		const id = triage.CaseID("07abc")
		check := func(what string, got, want any, err error) {
			t.Helper()
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %.200v, %v", what, got, err)
			}
		}
		entry := triage.Entry{ID: "e", Case: id, Text: "はなこさん", At: time.Now(), Report: &triage.Report{ID: "r", Fields: map[string]string{"a": "b"}},
			Teller: &triage.Teller{}, CallBack: &triage.CallBack{Window: "any"}}
		entered, err := f.Enter(ctx, entry)
		check("enter", entered, id, err)
		s, err := f.Scrub(ctx, id, "words")
		check("scrub", s, triage.Scrubbed{Text: "words[人物A]", Words: []byte(id)}, err)
		words, err := f.Reveal(ctx, id, "[人物A]")
		check("reveal", words, "山田花子[人物A]", err)
		filled, err := f.Disclose(ctx, id, "text", []string{"x", "y"})
		check("disclose", filled, "textx,y", err)
		l, err := f.Letter(ctx, id, 3, true)
		check("letter", l, triage.Letter{Text: "3 true"}, err)
		c, err := f.File(ctx, id, 1, 2)
		check("file", c.Data, w.file, err)
		check("file", c.Pages, 3, err)
		n, err := f.Waiting(ctx)
		check("waiting", n, int64(7), err)
		check("knows", nil, nil, f.Knows(ctx, id, "[人物A]"))
		check("forget", nil, nil, f.Forget(ctx, id, "event"))
		check("erase", nil, nil, f.Erase(ctx, id))
		check("show", nil, nil, f.Show(ctx, id, triage.DoingReading))
		check("what was asked", strings.Contains(strings.Join(w.asked, "|"), "show07abcreading") && strings.Contains(strings.Join(w.asked, "|"), "forget07abcevent"), true, nil)
		for _, want := range codes() {
			w.mu.Lock()
			w.err = fmt.Errorf("wrapped: %w", want)
			w.mu.Unlock()
			if _, err := f.Reveal(ctx, id, "x"); !errors.Is(err, want) {
				t.Errorf("%v for %v", err, want)
			}
		}
		if got := a.Counts(); got[Count{"console", "reveal", ""}] != 1 || got[Count{"console", "reveal", "no_words"}] != 1 {
			t.Errorf("counted: %v", got)
		}
	})
}

// Who is not there is known at once; who dies meanwhile, by the end of the time; and nothing that was left is answered later.
func TestNobodyAnswers(t *testing.T) {
	client, k, w := redistest.Start(t).Client(), keys(t), &wall{}
	asker := NewAsker(client, k["console"])
	f := NewFront(asker, "router")
	begun := time.Now()
	if _, err := f.Reveal(t.Context(), "07abc", "x"); !errors.Is(err, triage.ErrUnavailable) {
		t.Fatal(err)
	}
	if took := time.Since(begun); took > entering/2 {
		t.Errorf("that nobody is there took %v", took)
	}
	_, stop := answering(t, client, k["router"], w, People())
	stop() // and counts as there for a while yet
	if err := asker.Ask(t.Context(), "router", "erase", 300*time.Millisecond, about{Case: "07abc"}, nil); !errors.Is(err, triage.ErrUnavailable) {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := asker.Ask(ctx, "router", "erase", time.Minute, about{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("who left himself: %v", err)
	}
	if ttl := client.PTTL(t.Context(), queueKey("router")).Val(); ttl <= 0 || ttl > young {
		t.Errorf("what nobody took stays for %v", ttl)
	}
}

// What is not signed by a party, is not for this role, is old, or was heard before, is answered nothing and does nothing.
func TestOnlyAsksOfPartiesAreHeard(t *testing.T) {
	ctx, client, k, w := t.Context(), redistest.Start(t).Client(), keys(t), &wall{}
	a, _ := answering(t, client, k["router"], w, People())
	f := NewFront(NewAsker(client, k["console"]), "router")
	push := func(record []byte) {
		t.Helper()
		before := a.Counts()[Count{Code: "refused"}]
		if err := client.RPush(ctx, queueKey("router"), record).Err(); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() bool { return a.Counts()[Count{Code: "refused"}] == before+1 })
	}
	write := func(asker *Asker, role string) []byte {
		t.Helper()
		_, _, record, err := asker.write(role, "erase", time.Second, about{Case: "07abc"})
		if err != nil {
			t.Fatal(err)
		}
		return record
	}
	strangers := keys(t)
	forger := *k["console"]
	forger.sign = strangers["console"].sign // knows everything but the secret
	old, early := NewAsker(client, k["console"]), NewAsker(client, k["console"])
	old.now = func() time.Time { return time.Now().Add(-2 * young) }
	early.now = func() time.Time { return time.Now().Add(2 * young) }
	genuine := write(NewAsker(client, k["console"]), "router")
	for _, record := range [][]byte{nil, []byte("x"), make([]byte, 200), write(NewAsker(client, &forger), "router"), write(NewAsker(client, strangers["console"]), "router"),
		write(old, "router"), write(early, "router"), write(NewAsker(client, k["console"]), "vault")} {
		push(record)
	}
	for i := 0; i < len(genuine); i += 7 {
		bad := bytes.Clone(genuine)
		bad[i] ^= 1
		push(bad)
	}
	if w.times() != 0 {
		t.Fatalf("%d asks did something", w.times())
	}
	// Another role may ask nothing of this one that is not on its list.
	if err := NewFront(NewAsker(client, k["vault"]), "router").Erase(ctx, "07abc"); !errors.Is(err, triage.ErrRefused) {
		t.Errorf("a role without the right: %v", err)
	}
	// And what it calls its ask is counted nowhere.
	if err := NewAsker(client, k["console"]).Ask(ctx, "router", "山田花子", time.Second, about{}, nil); !errors.Is(err, triage.ErrRefused) {
		t.Errorf("a verb that is none: %v", err)
	}
	for c := range a.Counts() {
		if strings.Contains(c.Verb, "山田") {
			t.Error("whoever may ask writes what is counted")
		}
	}
	for range 3 { // played again it is one ask
		if err := client.RPush(ctx, queueKey("router"), genuine).Err(); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, func() bool { return client.LLen(ctx, queueKey("router")).Val() == 0 && w.times() > 0 })
	if err := f.Erase(ctx, "07abd"); err != nil { // and by now the others are through
		t.Fatal(err)
	}
	if w.times() != 2 {
		t.Errorf("%d times", w.times())
	}
}

// An answer opens for its asker alone, and a torn, shuffled or foreign one is none.
func TestAnAnswerIsWholeOrNone(t *testing.T) {
	ctx, client, k := t.Context(), redistest.Start(t).Client(), keys(t)
	a, asker := NewAnswerer(client, k["router"], People(), quiet, nil), NewAsker(client, k["console"])
	kem, _, _ := suite()
	private, err := kem.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	secret := bytes.Repeat([]byte("山田花子"), pieceBytes/4)
	if err := a.send(ctx, "id", private.PublicKey(), reply{Body: secret}); err != nil {
		t.Fatal(err)
	}
	pieces, err := client.LRange(ctx, answerKey("id"), 0, -1).Result()
	if err != nil || len(pieces) < 3 || strings.Contains(strings.Join(pieces, ""), "山田") {
		t.Fatalf("%d pieces, %v", len(pieces), err)
	}
	patience := 10 * time.Second
	read := func(id string, key hpke.PrivateKey, pieces ...string) error {
		t.Helper()
		if err := client.Del(ctx, answerKey(id)).Err(); err != nil {
			t.Fatal(err)
		}
		for _, p := range pieces {
			if err := client.RPush(ctx, answerKey(id), p).Err(); err != nil {
				t.Fatal(err)
			}
		}
		within, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		r, err := asker.read(within, id, key)
		if err == nil && !bytes.Equal(r.Body, secret) {
			t.Error("another answer")
		}
		return err
	}
	if err := read("id", private, pieces...); err != nil {
		t.Fatal(err)
	}
	patience = 300 * time.Millisecond // for what never comes
	stranger, err := kem.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	last := len(pieces) - 1
	for what, err := range map[string]error{
		"cut off":         read("id", private, pieces[:last]...),
		"a piece missing": read("id", private, append([]string{pieces[0]}, pieces[2:]...)...),
		"said to be last": read("id", private, pieces[0][:encBytes]+"\x01"+pieces[0][encBytes+1:]),
		"another key":     read("id", stranger, pieces...),
		"another ask":     read("other", private, pieces...),
		"rubbish":         read("id", private, "x", "y"),
		"empty":           read("id", private, ""),
	} {
		if err == nil {
			t.Errorf("%s is an answer", what)
		}
	}
}

// A panic is no answer's end, and is told as nothing.
func TestAHandlerThatPanics(t *testing.T) {
	client, k := redistest.Start(t).Client(), keys(t)
	a := NewAnswerer(client, k["router"], People(), quiet, nil)
	a.Allow("console", On("enter", func(context.Context, triage.Entry) (triage.CaseID, error) { panic("山田") }))
	if _, err := a.answer(t.Context(), a.may["console"]["enter"], request{From: "console", Verb: "enter", Body: nil}); !errors.Is(err, triage.ErrRefused) {
		t.Errorf("an ask of nothing: %v", err)
	}
	body, err := encoded(triage.Entry{ID: "e"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.answer(t.Context(), a.may["console"]["enter"], request{From: "console", Verb: "enter", Body: body}); !errors.Is(err, triage.ErrUnavailable) || strings.Contains(err.Error(), "山田") {
		t.Error(err)
	}
}
