package mailbox

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"madoguchi/channels"
)

func word(id, text string, minute int) channels.Word {
	return channels.Word{ID: id, Text: text, At: time.Unix(1_800_000_000, 0).UTC().Add(time.Duration(minute) * time.Minute)}
}

func own(t *testing.T, c channels.Conversation) channels.Own {
	t.Helper()
	o, ok := c.(channels.Own)
	if !ok {
		t.Fatal("the conversation keeps no words")
	}
	return o
}

func said(words []channels.Word, err error) string {
	var all []string
	for _, w := range words {
		all = append(all, w.Text)
	}
	return fmt.Sprint(strings.Join(all, " "), " ", err)
}

// The way of a child who wants to read again what she wrote: without a PIN it is counted; behind one it is hers.
func TestOwnWordsOnlyBehindAPIN(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		c := d.written(t)
		_, digits := c.Code()
		if err := own(t, c).SetPIN(ctx, "", "1234"); !errors.Is(err, channels.ErrUnknown) {
			t.Errorf("before anything was written: %v", err)
		}
		for range 2 {
			if err := own(t, c).Wrote(ctx, word("a", "けられた", 1), word("b", "つらい", 2)); err != nil {
				t.Fatal(err)
			}
		}
		back := own(t, d.open(t, channels.ByCode, digits))
		n, locked, err := back.Hidden(ctx)
		expect(t, "without a PIN", fmt.Sprint(n, locked, err), "2 false <nil>")
		expect(t, "no PIN was chosen", said(back.Words(ctx, "1234")), " "+channels.ErrUnknown.Error())
		if err := back.SetPIN(ctx, "", "9999"); !errors.Is(err, channels.ErrUnknown) {
			t.Errorf("who comes with the code chooses a PIN: %v", err)
		}
		again := own(t, d.open(t, channels.ByResume, resume(t, c))) // the line was lost for a moment
		if err := again.SetPIN(ctx, "", "1234", word("b", "つらい", 2)); err != nil {
			t.Fatal(err)
		}
		if err := again.Wrote(ctx, word("c", "きょうもされた", 3)); err != nil {
			t.Fatal(err)
		}
		n, locked, err = back.Hidden(ctx)
		expect(t, "with a PIN", fmt.Sprint(n, locked, err), "3 true <nil>")
		expect(t, "what the page still had, and what came after", said(back.Words(ctx, "1234")), "つらい きょうもされた <nil>")
		expect(t, "a wrong one", said(back.Words(ctx, "1235")), " "+channels.ErrUnknown.Error())
		if err := back.SetPIN(ctx, "1111", "5678"); !errors.Is(err, channels.ErrUnknown) {
			t.Errorf("changed without the one before: %v", err)
		}
		if err := errors.Join(back.SetPIN(ctx, "1234", "56789"), back.Unwrote(ctx, "b")); err != nil {
			t.Fatal(err)
		}
		expect(t, "the one before", said(back.Words(ctx, "1234")), " "+channels.ErrUnknown.Error())
		expect(t, "the new one, one word taken back", said(back.Words(ctx, "56789")), "きょうもされた <nil>")
		if err := c.Close(ctx); err != nil {
			t.Fatal(err)
		}
		if left := d.client.Keys(ctx, "*:own:*").Val(); len(left)+len(d.client.Keys(ctx, "*:pin:*").Val()) > 0 {
			t.Errorf("after the withdrawal there is %v", left)
		}
	})
}

// Guessing is slowed and never ends in a lock; neither writing nor the desk's words wait for it.
func TestGuessingAPINIsSlow(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		for what, chosen := range map[string]bool{"with a PIN": true, "without one": false} {
			c := d.written(t)
			o := own(t, c)
			if err := o.Wrote(ctx, word("a", "けられた", 1)); err != nil {
				t.Fatal(err)
			}
			if chosen {
				if err := o.SetPIN(ctx, "", "1234"); err != nil {
					t.Fatal(err)
				}
			}
			var waited []time.Duration
			for len(waited) < 9 {
				_, err := o.Words(ctx, "0000")
				slow := (*channels.Slow)(nil)
				switch {
				case errors.As(err, &slow):
					waited = append(waited, slow.Wait.Round(10*time.Second))
					d.clock.Advance(slow.Wait + time.Second)
				case !errors.Is(err, channels.ErrUnknown):
					t.Fatal(err)
				}
			}
			expect(t, what, fmt.Sprint(waited), "[30s 1m0s 2m0s 4m0s 8m0s 16m0s 32m0s 1h0m0s 1h0m0s]")
			d.put(t, c.Address(), 1, "よみました")
			expect(t, "the desk's words", texts(c.Since(ctx, 0)), "1よみました")
			if err := o.Wrote(ctx, word("b", "まだつらい", 2)); err != nil {
				t.Errorf("writing: %v", err)
			}
			if chosen {
				expect(t, "the right one, then", said(o.Words(ctx, "1234")), "まだつらい <nil>")
				expect(t, "and at once again", said(o.Words(ctx, "1234")), "まだつらい <nil>")
			}
		}
	})
}

// At rest there is no word and no PIN, neither for who has the store nor for who has the gateway's keys as well.
func TestOwnWordsAtRest(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		c := d.written(t)
		o := own(t, c)
		if err := errors.Join(o.Wrote(ctx, word("a", "まえのことば", 1)), o.SetPIN(ctx, "", "4711", word("a", "まえのことば", 1)), o.Wrote(ctx, word("b", "あとのことば", 2))); err != nil {
			t.Fatal(err)
		}
		private := c.(*conversation).private
		for _, kind := range []string{"own", "pin"} {
			for _, key := range d.client.Keys(ctx, "*:"+kind+":*").Val() {
				if d.client.PTTL(ctx, key).Val() <= 0 {
					t.Errorf("%s stays for ever", kind)
				}
				for name, value := range d.client.HGetAll(ctx, key).Val() {
					if strings.Contains(value, "ことば") || strings.Contains(value, "4711") {
						t.Errorf("%s %s can be read", kind, name)
					}
					if _, ok := openPadded(private, "own "+c.(*conversation).id, []byte(name), []byte(value)); ok {
						t.Errorf("the conversation's own key opens %s %s", kind, name)
					}
				}
			}
		}
	})
}
