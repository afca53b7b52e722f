package mailbox

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"madoguchi/channels"
	"madoguchi/router/redistest"
)

// Whatever is wrong with a code, it costs one stretching and the same commands, and the answer is the same.
func TestUniform(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		expired := d.written(t)
		d.clock.Advance(200 * 24 * time.Hour)
		erased, erasedByWall, right := d.written(t), d.written(t), d.written(t)
		if err := errors.Join(erased.Close(t.Context()), d.Writer.Close(t.Context(), erasedByWall.Address())); err != nil {
			t.Fatal(err)
		}
		code := func(c channels.Conversation) string { w, _ := c.Code(); return w }
		d.open(t, channels.ByCode, code(right)) // the scripts are known to the server from here on
		for name, typed := range map[string]string{
			"never issued": code(d.begin(t)), "expired": code(expired), "erased": code(erased), "erased by the wall": code(erasedByWall),
			"mistyped": strings.Replace(code(right), " ", " てすと ", 1), "nothing": "", "nonsense": "てすと",
		} {
			commands, hashes := d.commands.n.Load(), d.hashes.Load()
			_, err := d.Open(t.Context(), channels.Secret{Kind: channels.ByCode, Text: typed})
			commands, hashes = d.commands.n.Load()-commands, d.hashes.Load()-hashes
			if err != channels.ErrUnknown || commands != 4 || hashes != 1 {
				t.Errorf("%s: %v after %d commands and %d stretchings", name, err, commands, hashes)
			}
		}
		to, seed := d.Found()
		spent, err := d.Link(t.Context(), to, seed)
		if err != nil {
			t.Fatal(err)
		}
		d.open(t, channels.ByLink, spent)
		for name, token := range map[string]string{"spent": spent, "wrong": base64.RawURLEncoding.EncodeToString(make([]byte, 16)), "malformed": "!"} {
			commands := d.commands.n.Load()
			_, err := d.Open(t.Context(), channels.Secret{Kind: channels.ByLink, Text: token})
			if n := d.commands.n.Load() - commands; err != channels.ErrUnknown || n != 2 {
				t.Errorf("link %s: %v after %d commands", name, err, n)
			}
		}
	})
}

// One check runs and 64 wait; one more is told so at once, and those who give up leave.
func TestBusy(t *testing.T) {
	t.Parallel()
	d := newDesk(t, miniredis.RunT(t).Addr())
	enter, leave := make(chan struct{}), make(chan struct{})
	d.Reader.pool.hash = func(uint64) []byte { enter <- struct{}{}; <-leave; return make([]byte, 32) }
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	check := func(ctx context.Context) error {
		_, err := d.Open(ctx, channels.Secret{Kind: channels.ByCode, Text: "x"})
		return err
	}
	all.Go(func() { _ = check(t.Context()) })
	<-enter
	for range waiting {
		all.Go(func() { _ = check(ctx) })
	}
	eventually(t, func() bool { return len(d.Reader.pool.queue) == waiting+1 })
	if err := check(t.Context()); !errors.Is(err, channels.ErrBusy) {
		t.Errorf("one too many: %v", err)
	}
	cancel()
	eventually(t, func() bool { return len(d.Reader.pool.queue) == 1 })
	close(leave)
	all.Wait()
}

// While Redis is away a conversation begins and a ticket is taken as it is, but nothing is read; when Redis is back a stale
// ticket is found out, however often it was renewed meanwhile.
func TestRedisAway(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	d := newDesk(t, server.Addr)
	ctx := t.Context()
	c, stale, begun := d.written(t), d.written(t), d.begin(t)
	d.put(t, c.Address(), 1, "へんじ")
	old := resume(t, stale)
	d.clock.Advance(40 * time.Minute)
	token, words := resume(t, c), func() string { w, _ := c.Code(); return w }()
	unwritten := resume(t, begun)
	server.Kill()
	d.begin(t)
	d.refuse(t, channels.ByCode, words, channels.ErrUnavailable)
	d.refuse(t, channels.ByLink, "x", channels.ErrUnavailable)
	blind, laundered := d.open(t, channels.ByResume, token), d.open(t, channels.ByResume, old)
	laundered = d.open(t, channels.ByResume, resume(t, laundered))
	if d.open(t, channels.ByResume, unwritten).Opening() == nil {
		t.Fatal("an unwritten conversation lost its opening")
	}
	for _, err := range []error{second(blind.Since(ctx, 0)), second(blind.Unread(ctx)), blind.Read(ctx, 1), blind.Close(ctx), d.Put(ctx, c.Address(), channels.Entry{Seq: 2})} {
		if !errors.Is(err, channels.ErrUnavailable) {
			t.Fatalf("while Redis is away: %v", err)
		}
	}
	expect(t, "doing", blind.Doing(ctx), "waiting")
	d.clock.Advance(40 * time.Minute)
	token = resume(t, blind)
	server.Restart()
	expect(t, "when it is back", texts(blind.Since(ctx, 0)), "1へんじ")
	expect(t, "the ticket given meanwhile", texts(d.open(t, channels.ByResume, token).Since(ctx, 0)), "1へんじ")
	if _, err := laundered.Since(ctx, 0); !errors.Is(err, channels.ErrUnknown) {
		t.Fatalf("a stale ticket reads: %v", err)
	}
	d.refuse(t, channels.ByResume, resume(t, laundered), channels.ErrUnknown)
}

func second(_ []channels.Entry, err error) error { return err }

// Nothing that tells who, what or which code lies in Redis, in any coding, in names or values.
func TestDump(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		c := d.written(t)
		words, digits := c.Code()
		d.put(t, c.Address(), 1, "ひみつのことば")
		token := resume(t, d.open(t, channels.ByResume, resume(t, c)))
		to, seed := d.Found()
		link, err := d.Link(ctx, to, seed)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(c.Read(ctx, 1), d.Show(ctx, c.Address(), "writing"), d.Writer.Wait(ctx, c.Address(), 16, channels.Wait{Band: "later", Care: "night"})); err != nil {
			t.Fatal(err)
		}
		d.refuse(t, channels.ByCode, "てすと", channels.ErrUnknown)
		if err := c.(*conversation).Wrote(ctx, channels.Word{ID: "w", Text: "ことば", At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		for range freeTries { // the next would have to wait
			if _, err := c.(*conversation).Words(ctx, "1234"); !errors.Is(err, channels.ErrUnknown) {
				t.Fatalf("a PIN that nobody chose: %v", err)
			}
		}
		_, id, how := channels.OpenAddress(c.Address())
		rawID, _ := hex.DecodeString(id)
		rawLink, _ := base64.RawURLEncoding.DecodeString(link)
		o := c.(*conversation)
		secrets := []string{id, string(rawID), string(how[1:]), words, strings.ReplaceAll(words, " ", ""), digits,
			strings.ReplaceAll(digits, " ", ""), string(bytesOf(*o.secret)), string(o.ticket.seed[:]), string(o.ticket.session[:]),
			token, link, string(rawLink), string(seed), "ひみつのことば", "counselor", "later", "night"}
		secrets = append(secrets, strings.Fields(words)...)
		for _, s := range secrets[:len(secrets):len(secrets)] {
			secrets = append(secrets, hex.EncodeToString([]byte(s)), base64.StdEncoding.EncodeToString([]byte(s)))
		}
		var dump strings.Builder
		keys := d.client.Keys(ctx, "*").Val()
		for _, k := range keys {
			if !strings.HasPrefix(k, "{m") {
				t.Errorf("a key outside: %s", k)
			}
			fmt.Fprintln(&dump, k)
			switch d.client.Type(ctx, k).Val() {
			case "string":
				fmt.Fprintln(&dump, d.client.Get(ctx, k).Val())
			case "hash":
				fmt.Fprintln(&dump, d.client.HGetAll(ctx, k).Val())
			case "zset":
				fmt.Fprintln(&dump, d.client.ZRangeWithScores(ctx, k, 0, -1).Val())
			default:
				t.Errorf("%s is of a type that is not looked at", k)
			}
		}
		if len(keys) < 6 {
			t.Fatalf("only %d keys", len(keys))
		}
		for _, s := range secrets {
			if strings.Contains(dump.String(), s) {
				t.Errorf("the dump holds %q", s)
			}
		}
		for _, n := range regexp.MustCompile(`\b\d{5,}\b`).FindAllString(dump.String(), -1) {
			n, _ := strconv.ParseFloat(n, 64)
			for _, unit := range []time.Duration{time.Millisecond, time.Second, time.Minute} {
				if since := float64(time.Now().UnixNano())/float64(unit) - n; time.Duration(since*float64(unit)).Abs() < 2*day {
					t.Errorf("the dump tells a moment, %.0f times %v", n, unit)
				}
			}
		}
		// Ends of life fall on whole days, within the seconds that the test takes.
		for _, k := range keys {
			if strings.Contains(k, ":doing:") || strings.HasSuffix(k, ":feed") {
				continue
			}
			end := time.Now().Add(d.client.PTTL(ctx, k).Val())
			if off := end.Sub(end.Round(day)).Abs(); off > 5*time.Second {
				t.Errorf("%s ends %v from a day's end", k, off)
			}
		}
	})
}

// Whoever stole the dump and has this program too, but no keys, opens nothing with it: not with the right code, a link or a ticket.
// And a guess costs them what it costs here.
func TestTheRightCodeIsUselessWithoutTheKeys(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		c := d.written(t)
		d.put(t, c.Address(), 1, "ひみつのことば")
		words, digits := c.Code()
		to, seed := d.Found()
		link, err := d.Link(ctx, to, seed)
		if err != nil {
			t.Fatal(err)
		}
		token := resume(t, c)
		reader, writer := NewKeys()
		thief := NewReader(d.client, reader, d.clock.Now)
		thief.patience = 0
		for _, s := range []channels.Secret{{Kind: channels.ByCode, Text: words}, {Kind: channels.ByCode, Text: digits}, {Kind: channels.ByLink, Text: link}, {Kind: channels.ByResume, Text: token}} {
			if _, err := thief.Open(ctx, s); !errors.Is(err, channels.ErrUnknown) {
				t.Errorf("%s opens with other keys: %v", s.Kind, err)
			}
		}
		if err := NewWriter(d.client, writer, d.clock.Now).Put(ctx, c.Address(), channels.Entry{Seq: 2, Text: "うそのへんじ"}); err != nil {
			t.Fatal(err)
		}
		expect(t, "what other keys wrote lies elsewhere", texts(d.open(t, channels.ByCode, words).Since(ctx, 0)), "1ひみつのことば")
		const guesses = 5
		begun := time.Now()
		for i := range guesses {
			stretch(uint64(i))
		}
		each := time.Since(begun) / guesses
		if t.Logf("a guess costs %v of one core", each); each < 10*time.Millisecond {
			t.Errorf("a guess costs %v", each)
		}
	})
}

// Key sets are read back, strictly, and never printed.
func TestKeys(t *testing.T) {
	t.Parallel()
	rk, wk := NewKeys()
	r, err := ParseReaderKeys(rk.Marshal())
	if err != nil || string(r.Marshal()) != string(rk.Marshal()) {
		t.Fatal("reader keys are not read back", err)
	}
	w, err := ParseWriterKeys(wk.Marshal())
	if err != nil || string(w.Marshal()) != string(wk.Marshal()) {
		t.Fatal("writer keys are not read back", err)
	}
	if strings.Contains(string(wk.Marshal()), "ticket") {
		t.Error("the writer has the ticket key")
	}
	for _, bad := range []string{"", "{}", "null", string(wk.Marshal()), strings.Replace(string(rk.Marshal()), `"version": 1`, `"version": 2`, 1), string(rk.Marshal()) + "{}"} {
		if _, err := ParseReaderKeys([]byte(bad)); !errors.Is(err, ErrKeys) {
			t.Errorf("a bad set is taken: %v", err)
		}
	}
	if _, err := ParseWriterKeys(rk.Marshal()); !errors.Is(err, ErrKeys) {
		t.Error("the reader's set is taken for the writer's")
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		if got := fmt.Sprintf(verb+verb, rk, wk); got != "mailbox keysmailbox keys" {
			t.Errorf("%s prints %s", verb, got)
		}
	}
	old := rk.sealTicket(ticket{seed: newSeed()})
	added, both := Added(rk, wk)
	turned, _ := Turned(added, both, time.Now())
	if rk.Adopt(turned); strings.HasPrefix(rk.sealTicket(ticket{}), old[:8]) {
		t.Error("the ticket key is not replaced")
	}
	if _, ok := rk.openTicket(old); !ok {
		t.Error("a ticket of the key before is not opened")
	}
}
