package mailbox

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"madoguchi/channels"
	"madoguchi/router/redistest"
)

// clock is the machine's clock of a test.
type clock struct{ shift atomic.Int64 }

func (c *clock) Now() time.Time          { return time.Now().Add(time.Duration(c.shift.Load())) }
func (c *clock) Advance(d time.Duration) { c.shift.Add(int64(d)) }

// counter counts what goes to Redis.
type counter struct{ n atomic.Int64 }

func (c *counter) DialHook(next redis.DialHook) redis.DialHook { return next }
func (c *counter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { c.n.Add(1); return next(ctx, cmd) }
}
func (c *counter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error { c.n.Add(int64(len(cmds))); return next(ctx, cmds) }
}

// desk is a mailbox with both sides on one Redis.
type desk struct {
	*Reader
	*Writer
	clock    *clock
	client   *redis.Client
	commands *counter
	hashes   *atomic.Int64
	keys     *ReaderKeys
}

func newDesk(t testing.TB, addr string) *desk {
	client := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, ContextTimeoutEnabled: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}})
	t.Cleanup(func() { _ = client.Close() })
	d := &desk{clock: &clock{}, client: client, commands: &counter{}, hashes: &atomic.Int64{}}
	client.AddHook(d.commands)
	rk, wk := NewKeys()
	d.keys, d.Reader, d.Writer = rk, NewReader(client, rk, d.clock.Now), NewWriter(client, wk, d.clock.Now)
	d.Reader.pool.hash = func(secret uint64) []byte { d.hashes.Add(1); return stretch(secret) }
	return d
}

// each runs a test on the embedded server and on a real one.
func each(t *testing.T, f func(t *testing.T, d *desk)) {
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		f(t, newDesk(t, miniredis.RunT(t).Addr()))
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		f(t, newDesk(t, redistest.Start(t).Addr))
	})
}

func (d *desk) begin(t testing.TB) channels.Conversation {
	t.Helper()
	c, err := d.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// written begins a conversation of which a message was taken.
func (d *desk) written(t testing.TB) channels.Conversation {
	t.Helper()
	c := d.begin(t)
	if err := d.Register(t.Context(), c.Address(), *c.Opening()); err != nil {
		t.Fatal(err)
	}
	return c
}

func (d *desk) put(t testing.TB, to channels.Address, seq int64, text string) {
	t.Helper()
	if err := d.Put(t.Context(), to, channels.Entry{Seq: seq, From: "counselor", Text: text, At: time.Unix(1_800_000_000, 0).UTC()}); err != nil {
		t.Fatal(err)
	}
}

func (d *desk) open(t testing.TB, kind channels.SecretKind, secret string) channels.Conversation {
	t.Helper()
	c, err := d.Open(t.Context(), channels.Secret{Kind: kind, Text: secret})
	if err != nil {
		t.Fatalf("by %s: %v", kind, err)
	}
	return c
}

func (d *desk) refuse(t testing.TB, kind channels.SecretKind, secret string, want error) {
	t.Helper()
	if _, err := d.Open(t.Context(), channels.Secret{Kind: kind, Text: secret}); !errors.Is(err, want) {
		t.Fatalf("by %s: %v, want %v", kind, err, want)
	}
}

func resume(t testing.TB, c channels.Conversation) string {
	t.Helper()
	token, err := c.Resume(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func texts(entries []channels.Entry, err error) string {
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, e := range entries {
		all = append(all, fmt.Sprint(e.Seq, e.Text))
	}
	return strings.Join(all, " ")
}

func expect(t testing.TB, what, got, want string) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: %q, want %q", what, got, want)
	}
}

// The way of a child: write, leave, come back by the code in either form, read, answer, leave, come back.
func TestReturnByCode(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		c := d.written(t)
		words, digits := c.Code()
		d.put(t, c.Address(), 1, "よみました")
		d.put(t, c.Address(), 2, "まっています")
		d.put(t, c.Address(), 2, "another")
		back := d.open(t, channels.ByCode, strings.ReplaceAll(words, " ", "　"))
		if !back.Address().Same(c.Address()) || back.Opening() != nil {
			t.Fatal("not the same conversation, or a new one")
		}
		expect(t, "code", fmt.Sprint(back.Code()), fmt.Sprint("", ""))
		expect(t, "all", texts(back.Since(ctx, 0)), "1よみました 2まっています")
		expect(t, "rest", texts(back.Since(ctx, 1)), "2まっています")
		expect(t, "unread", texts(back.Unread(ctx)), "1よみました 2まっています")
		if err := errors.Join(back.Read(ctx, 2), back.Read(ctx, 1)); err != nil {
			t.Fatal(err)
		}
		expect(t, "all read: the last", texts(d.open(t, channels.ByCode, digits).Unread(ctx)), "2まっています")
		d.put(t, c.Address(), 3, "どうしましたか")
		expect(t, "unread again", texts(back.Unread(ctx)), "3どうしましたか")
	})
}

// A question is read as it was put, and a long entry, and many.
func TestEntries(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		c := d.written(t)
		q := channels.Entry{Seq: 1, From: "desk", At: time.Now().UTC(), Question: &channels.Question{ID: "q", School: "学校", Level: "named", Text: strings.Repeat("長い文。", 1000)}}
		if err := d.Put(ctx, c.Address(), q); err != nil {
			t.Fatal(err)
		}
		got, err := c.Since(ctx, 0)
		if err != nil || len(got) != 1 || *got[0].Question != *q.Question || got[0].From != "desk" || !got[0].At.Equal(q.At) {
			t.Fatalf("%v, %v", got, err)
		}
		for seq := range int64(249) {
			d.put(t, c.Address(), seq+2, "x")
		}
		for _, read := range []func() ([]channels.Entry, error){func() ([]channels.Entry, error) { return c.Since(ctx, 0) }, func() ([]channels.Entry, error) { return c.Unread(ctx) }} {
			got, err := read()
			if err != nil || len(got) != 250 {
				t.Fatalf("%d entries, %v", len(got), err)
			}
			for i, e := range got {
				if e.Seq != int64(i+1) {
					t.Fatalf("entry %d has seq %d", i, e.Seq)
				}
			}
		}
	})
}

// An entry that was changed, or belongs elsewhere, is shown as damaged and not left out.
func TestDamagedEntry(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		c, other := d.written(t), d.written(t)
		d.put(t, c.Address(), 1, "ほんもの")
		d.put(t, other.Address(), 1, "よそ")
		mail := func(c channels.Conversation) string { return c.(*conversation).name.key("mail") }
		foreign := d.client.ZRange(ctx, mail(other), 0, -1).Val()[0]
		own := []byte(d.client.ZRange(ctx, mail(c), 0, -1).Val()[0])
		d.client.ZAdd(ctx, mail(c), redis.Z{Score: 2, Member: foreign}, redis.Z{Score: 4, Member: "short"})
		own[len(own)/2] ^= 1
		d.client.ZAdd(ctx, mail(c), redis.Z{Score: 3, Member: own})
		got, err := c.Since(ctx, 0)
		if err != nil || len(got) != 4 || got[0].Text != "ほんもの" {
			t.Fatalf("%d entries, %v", len(got), err)
		}
		for i, e := range got[1:] {
			if e.Text != damaged || e.Seq != int64(i+2) {
				t.Errorf("entry %d: %q", e.Seq, e.Text)
			}
		}
	})
}

// An unwritten conversation leaves nothing; its ticket works for 30 minutes, and still makes a new one of it.
func TestUnwritten(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		c := d.begin(t)
		words, _ := c.Code()
		token := resume(t, c)
		expect(t, "nothing to read", texts(c.Unread(ctx)), "")
		if err := c.Read(ctx, 5); err != nil {
			t.Fatal(err)
		}
		back := d.open(t, channels.ByResume, token)
		again, _ := back.Code()
		if again != words || back.Opening() == nil {
			t.Fatal("the resumed conversation has another code, or none")
		}
		if n := d.client.DBSize(ctx).Val(); n != 0 {
			t.Fatalf("%d keys are stored", n)
		}
		d.refuse(t, channels.ByCode, words, channels.ErrUnknown)
		d.clock.Advance(32 * time.Minute)
		d.refuse(t, channels.ByResume, token, channels.ErrUnknown)
	})
}

// Resume tokens: idle for 30 minutes they are stale, in use they live; the one before lives until the new one is used; they
// survive a restart of the gateway; once something was written, the code is not told again.
func TestResume(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		c := d.written(t)
		first := resume(t, c)
		for range 5 {
			d.clock.Advance(25 * time.Minute)
			if _, err := c.Since(ctx, 0); err != nil {
				t.Fatal(err)
			}
		}
		second := d.open(t, channels.ByResume, first)
		if w, _ := second.Code(); w != "" || second.Opening() != nil {
			t.Fatal("a code is told again")
		}
		next := resume(t, second)
		keys, err := ParseReaderKeys(d.keys.Marshal())
		if err != nil {
			t.Fatal(err)
		}
		d.Reader = NewReader(d.client, keys, d.clock.Now)
		d.open(t, channels.ByResume, first)
		d.open(t, channels.ByResume, next)
		d.refuse(t, channels.ByResume, first, channels.ErrUnknown)
		d.open(t, channels.ByResume, next)
		d.clock.Advance(32 * time.Minute)
		d.refuse(t, channels.ByResume, next, channels.ErrUnknown)
		for _, bad := range []string{"", "x", next[:len(next)-1], next + "A", strings.ToLower(next)} {
			d.refuse(t, channels.ByResume, bad, channels.ErrUnknown)
		}
	})
}

// A link opens once, within 7 days, and opens a mailbox founded for another door.
func TestLink(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		to, seed := d.Found()
		d.put(t, to, 1, "へんじ")
		link := func() string {
			token, err := d.Link(ctx, to, seed)
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		token, late := link(), link()
		c := d.open(t, channels.ByLink, token)
		expect(t, "mail", texts(c.Unread(ctx)), "1へんじ")
		if !c.Address().Same(to) {
			t.Fatal("another conversation")
		}
		d.open(t, channels.ByResume, resume(t, c))
		d.refuse(t, channels.ByLink, token, channels.ErrUnknown)
		d.refuse(t, channels.ByLink, "x", channels.ErrUnknown)
		d.clock.Advance(7*24*time.Hour + time.Minute)
		d.refuse(t, channels.ByLink, late, channels.ErrUnknown)
		other, _ := d.Found()
		if _, err := d.Link(ctx, other, seed); err == nil {
			t.Fatal("a link to another conversation")
		}
	})
}

// A code lives 180 days from its last use or the desk's last answer.
func TestCodeExpires(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		used, answered, idle := d.written(t), d.written(t), d.written(t)
		code := func(c channels.Conversation) string { w, _ := c.Code(); return w }
		d.clock.Advance(170 * 24 * time.Hour)
		d.open(t, channels.ByCode, code(used))
		d.put(t, answered.Address(), 1, "へんじ")
		d.clock.Advance(20 * 24 * time.Hour)
		d.open(t, channels.ByCode, code(used))
		d.open(t, channels.ByCode, code(answered))
		d.refuse(t, channels.ByCode, code(idle), channels.ErrUnknown)
	})
}

// Closed by either side: nothing opens any more, nothing is readable, nothing can be put, and registering late changes
// nothing. What is left tells only that there was something.
func TestClose(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		for _, by := range []string{"seeker", "wall", "seeker before the message was taken"} {
			c := d.begin(t)
			words, _ := c.Code()
			opening := c.Opening()
			if !strings.Contains(by, "before") {
				if err := d.Register(ctx, c.Address(), *opening); err != nil {
					t.Fatal(err)
				}
				d.put(t, c.Address(), 1, "へんじ")
			}
			token := resume(t, c)
			var err error
			if by == "wall" {
				err = errors.Join(d.Writer.Close(ctx, c.Address()), d.Writer.Close(ctx, c.Address()))
			} else {
				err = c.Close(ctx)
			}
			if err != nil {
				t.Fatal(by, err)
			}
			if err := d.Register(ctx, c.Address(), *opening); err != nil {
				t.Fatal(by, err)
			}
			d.refuse(t, channels.ByResume, token, channels.ErrUnknown)
			d.refuse(t, channels.ByCode, words, channels.ErrUnknown)
			if _, err := c.Since(ctx, 0); !errors.Is(err, channels.ErrUnknown) {
				t.Fatalf("%s: reading: %v", by, err)
			}
			var final *channels.Undeliverable
			if err := d.Put(ctx, c.Address(), channels.Entry{Seq: 2}); !errors.As(err, &final) {
				t.Fatalf("%s: putting: %v", by, err)
			}
		}
	})
}

// Registering is idempotent, wants its own opening, and stretches once.
func TestRegister(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		var n atomic.Int64
		d.Writer.pool.hash = func(secret uint64) []byte { n.Add(1); return stretch(secret) }
		c, other := d.written(t), d.begin(t)
		for range 3 {
			if err := d.Register(ctx, c.Address(), *c.Opening()); err != nil {
				t.Fatal(err)
			}
		}
		if n.Load() != 1 {
			t.Errorf("stretched %d times", n.Load())
		}
		for name, err := range map[string]error{
			"another's opening": d.Register(ctx, c.Address(), *other.Opening()),
			"no opening":        d.Register(ctx, c.Address(), channels.Opening{}),
			"no conversation":   d.Register(ctx, channels.NewAddress("line", "U1", nil), *c.Opening()),
		} {
			if err == nil {
				t.Errorf("%s is taken", name)
			}
		}
	})
}

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
			"mistyped": strings.Replace(code(right), " ", " あお ", 1), "nothing": "", "nonsense": "てすと",
		} {
			commands, hashes := d.commands.n.Load(), d.hashes.Load()
			_, err := d.Open(t.Context(), channels.Secret{Kind: channels.ByCode, Text: typed})
			commands, hashes = d.commands.n.Load()-commands, d.hashes.Load()-hashes
			if err != channels.ErrUnknown || commands != 2 || hashes != 1 {
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

func eventually(t testing.TB, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it never came to be")
		}
	}
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
		if err := errors.Join(c.Read(ctx, 1), d.Show(ctx, c.Address(), "writing")); err != nil {
			t.Fatal(err)
		}
		_, id, how := channels.OpenAddress(c.Address())
		rawID, _ := hex.DecodeString(id)
		rawLink, _ := base64.RawURLEncoding.DecodeString(link)
		o := c.(*conversation)
		secrets := []string{id, string(rawID), string(how[1:]), words, strings.ReplaceAll(words, " ", ""), digits,
			strings.ReplaceAll(digits, " ", ""), string(bytesOf(*o.secret)), string(o.ticket.seed[:]), string(o.ticket.session[:]),
			token, link, string(rawLink), string(seed), "ひみつのことば", "counselor"}
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
		// Ends of life fall on whole days, those of sessions on ten minutes: within the seconds that the test takes.
		for _, k := range keys {
			unit := day
			switch {
			case strings.Contains(k, ":doing:") || strings.HasSuffix(k, ":feed"):
				continue
			case strings.Contains(k, ":sess:"):
				unit = 10 * time.Minute
			}
			end := time.Now().Add(d.client.PTTL(ctx, k).Val())
			if off := end.Sub(end.Round(unit)).Abs(); off > 5*time.Second {
				t.Errorf("%s ends %v from a whole %v", k, off, unit)
			}
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
	rk.set.Tickets = append([]key{newKey()}, rk.set.Tickets...)
	if _, ok := rk.openTicket(old); !ok {
		t.Error("a ticket of the key before is not opened")
	}
}
