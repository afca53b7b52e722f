package audit

import (
	"errors"
	"strings"
	"testing"

	"madoguchi/triage"
	"madoguchi/triage/redistest"
	"madoguchi/triage/seal"
)

// Somebody with the keys, Redis and the data folder cuts off the end and writes another: the chain verifies, and only what
// was noted down on paper tells.
func TestANotedHeadTellsOfARewrittenEnd(t *testing.T) {
	t.Parallel()
	client, _ := redistest.Embedded(t)
	keys, dir := seal.New(), t.TempDir()
	l := opened(t, client, keys, dir)
	if h, err := l.Head(t.Context()); err != nil || h != (Head{}) {
		t.Errorf("the head of nothing: %v, %v", h, err)
	}
	record(t, l, 1, 3)
	early, err := l.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	record(t, l, 4, 6)
	late, err := l.Head(t.Context())
	if err != nil || late.N != 6 || len(late.Hash) != 64 {
		t.Fatalf("%v, %v", late, err)
	}
	for _, h := range []Head{early, late} {
		noted, err := ParseHead(h.String())
		if err != nil || l.Contains(t.Context(), noted) != nil {
			t.Errorf("%s: %v, %v", h, noted, err)
		}
	}
	contains := func(h Head, want int64) {
		t.Helper()
		var broken *Broken
		if err := l.Contains(t.Context(), h); !errors.As(err, &broken) || broken.N != want {
			t.Errorf("%s: %v, want entry %d", h, err, want)
		}
	}
	setChain(t, client, chainOf(t, client)[:4])
	l = opened(t, client, keys, t.TempDir()) // with a head file that remembers nothing
	contains(late, 6)
	record(t, l, 1, 4)
	if err := l.Verify(t.Context()); err != nil {
		t.Errorf("the rewritten chain does not verify: %v", err)
	}
	contains(late, 6)
	if err := l.Contains(t.Context(), early); err != nil {
		t.Errorf("what was not touched: %v", err)
	}
	client.Close()
	if err := l.Contains(t.Context(), early); !errors.Is(err, triage.ErrUnavailable) {
		t.Errorf("without Redis: %v", err)
	}
}

func TestAHeadIsReadAsItIsTyped(t *testing.T) {
	const hash = "0123456789abcdef0123"
	if s := (Head{12, hash + "ffff"}).String(); s != "12:0123-4567-89ab-cdef-0123" {
		t.Errorf("written down as %s", s)
	}
	for _, s := range []string{"12:0123-4567-89ab-cdef-0123", " 12:0123456789abcdef0123 ", "12: 0123 4567 89AB CDEF 0123", "１２：０１２３－４５６７－８９ａｂ－ｃｄｅｆ－０１２３", "12:0123ー4567ー89abーcdefー0123"} {
		if h, err := ParseHead(s); err != nil || h != (Head{12, hash}) {
			t.Errorf("%q: %v, %v", s, h, err)
		}
	}
	for _, s := range []string{"", "12", "12:", "0:" + hash, "-1:" + hash, "12:0123-4567-89ab-cde", "12:0123-4567-89ab-cdeg", "x:" + hash, "12:" + strings.Repeat("a", 65)} {
		if h, err := ParseHead(s); err == nil {
			t.Errorf("%q: %v", s, h)
		}
	}
}
