package mailbox

import (
	"errors"
	"testing"
	"time"

	"madoguchi/channels"
)

// A code that was told under a pepper of before opens, however often the pepper was replaced, and is moved to the present one
// when it is used; new codes are registered under the present one. Whoever has the store and an old pepper gains nothing by it
// once the old one is removed.
func TestCodesOutliveTheirPepper(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		readers, writers := d.keys, d.writes
		turn := func() {
			r, w := Added(readers, writers)
			readers.Adopt(r)
			writers.Adopt(w)
			r, w = Turned(readers, writers, d.clock.Now())
			readers.Adopt(r)
			writers.Adopt(w)
		}
		used, unused := d.written(t), d.written(t)
		for range 3 {
			turn()
			words, _ := used.Code()
			if !d.open(t, channels.ByCode, words).Address().Same(used.Address()) {
				t.Fatal("another conversation opens")
			}
		}
		fresh := d.written(t)
		late := d.clock.Now().Add(2*codeLives + 3*day)
		r, w := Retired(readers, writers, late)
		readers.Adopt(r)
		writers.Adopt(w)
		for _, c := range []channels.Conversation{used, fresh} {
			words, _ := c.Code()
			d.open(t, channels.ByCode, words)
		}
		words, _ := unused.Code()
		if _, err := d.Open(t.Context(), channels.Secret{Kind: channels.ByCode, Text: words}); !errors.Is(err, channels.ErrUnknown) {
			t.Errorf("a code opens under a pepper that was removed: %v", err)
		}
	})
}

// A pepper is not removed while a code under it may still open.
func TestAPepperStaysWhileItsCodesMayOpen(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r, w := Turned(func() (*ReaderKeys, *WriterKeys, time.Time) {
		r, w := NewKeys()
		r, w = Added(r, w)
		return r, w, now
	}())
	if r, _ = Retired(r, w, now.Add(codeLives+day)); len(r.Versions()) != 2 {
		t.Errorf("%d peppers", len(r.Versions()))
	}
}
