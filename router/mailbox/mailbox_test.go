package mailbox

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/channels"
)

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
