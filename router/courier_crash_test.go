package router

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"madoguchi/channels"
	"madoguchi/triage"
)

// A door that fails is asked again, later and later, for a day. Time is the test's.
func TestRetries(t *testing.T) {
	h := newHouse(t)
	line := &door{fail: func(int, channels.Reply) error { return errors.New("山田花子 canary: the provider failed") }}
	c := h.courier(map[string]channels.Channel{"line": line})
	var now atomic.Int64
	now.Store(morning.UnixNano())
	c.now = func() time.Time { return time.Unix(0, now.Load()) }
	u1 := channels.NewAddress("line", "U1", nil)
	h.process(t, channels.Message{ID: "1", Kind: "line", From: u1, Text: "こんにちは", At: morning})
	id := h.caseOf(u1)
	h.reply(t, id, "r1", "返事")
	var pauses []time.Duration
	for !h.settled(t, id)() {
		work, err := h.Store.Lease(t.Context(), triage.DueSend, c.now(), hold, 9)
		if err != nil || len(work) != 1 {
			t.Fatalf("after %v: %d pieces of work, %v", pauses, len(work), err)
		}
		again := c.work(t.Context(), work[0])
		if again.IsZero() {
			break
		}
		pauses = append(pauses, again.Sub(c.now()))
		now.Store(again.UnixNano())
	}
	if !slices.Equal(pauses[:6], delays[:]) || pauses[len(pauses)-1] != delays[5] {
		t.Errorf("pauses %v", pauses)
	}
	if got := h.outcomes(t, id); len(got) != 1 || got[0].Detail != "unreachable" {
		t.Errorf("%+v", got)
	}
	var all time.Duration
	for _, p := range pauses {
		all += p
	}
	if all < giveUpAfter || all > giveUpAfter+delays[5] || line.count() != len(pauses)+1 {
		t.Errorf("%d attempts in %v", line.count(), all)
	}
	if log := h.logged(); strings.Contains(log, "canary") || strings.Contains(log, "山田") || strings.Contains(log, "U1") || !strings.Contains(log, "line") {
		t.Errorf("the log: %s", log)
	}
}

// Another courier remembers how often and since when it was tried, and a reply that failed is sent in the end.
func TestFailedAttemptIsRepeatedByARunningCourier(t *testing.T) {
	h := newHouse(t)
	line := &door{fail: func(n int, _ channels.Reply) error {
		if n == 1 {
			return errors.New("the provider failed")
		}
		return nil
	}}
	doors := map[string]channels.Channel{"line": line}
	u1 := channels.NewAddress("line", "U1", nil)
	h.process(t, channels.Message{ID: "1", Kind: "line", From: u1, Text: "こんにちは", At: morning})
	id := h.caseOf(u1)
	h.reply(t, id, "r1", "返事")
	h.reply(t, id, "r2", "次の返事")
	stop := start(t, h.courier(doors))
	until(t, "it was tried", func() bool { return line.count() > 0 })
	stop()
	start(t, h.courier(doors))
	until(t, "both are sent", h.settled(t, id))
	if len(line.sent) != 2 || line.sent[0].Text != "返事" || line.sent[1].Text != "次の返事" {
		t.Errorf("%+v", line.sent)
	}
}

// Other news does not make a courier forget when to try again: the first time is a second later, and not at the next sweep.
func TestOtherNewsDoesNotDelayARetry(t *testing.T) {
	h := newHouse(t)
	line := &door{fail: func(n int, _ channels.Reply) error {
		if n == 1 {
			return errors.New("the provider failed")
		}
		return nil
	}}
	u1, u2 := channels.NewAddress("line", "U1", nil), channels.NewAddress("line", "U2", nil)
	h.process(t, channels.Message{ID: "1", Kind: "line", From: u1, Text: "こんにちは", At: morning})
	id := h.caseOf(u1)
	h.reply(t, id, "r1", "返事")
	start(t, h.courier(map[string]channels.Channel{"line": line}))
	until(t, "it was tried", func() bool { return line.count() > 0 })
	tried := time.Now()
	for n := 0; !h.settled(t, id)(); n++ {
		if time.Since(tried) < 500*time.Millisecond { // all of it before it is time
			h.process(t, channels.Message{ID: fmt.Sprint(n), Kind: "line", From: u2, Text: "こんばんは", At: morning})
		}
		if time.Since(tried) > sweep-500*time.Millisecond {
			t.Fatalf("not tried again within %v", time.Since(tried))
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// stopAt returns a context that ends when the courier comes to the step for the first time.
func stopAt(t *testing.T, step string, mail *mailboxes, line *door) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	stop := func(here string) error {
		if here == step && ctx.Err() == nil {
			cancel()
			return context.Canceled
		}
		return nil
	}
	mail.step = func(what string) error {
		if what == "put" {
			return stop("before put")
		}
		return stop(what)
	}
	mail.afterPut = func() { _ = stop("after put") }
	line.fail = func(int, channels.Reply) error {
		if err := stop("send"); err != nil {
			return err
		}
		_ = stop("sent") // it is sent, and then the courier is stopped
		return nil
	}
	return ctx
}

// A courier that is stopped at any step leaves a mailbox that the next one completes.
func TestStoppedAtAnyStep(t *testing.T) {
	for _, step := range []string{"before put", "after put", "link", "send", "sent"} {
		t.Run(step, func(t *testing.T) {
			h := newHouse(t)
			line := &door{}
			ctx := stopAt(t, step, h.mail, line)
			u1 := channels.NewAddress("line", "U1", nil)
			h.process(t, channels.Message{ID: "1", Kind: "line", From: u1, Text: "こんにちは", At: morning})
			h.process(t, said("c1", "1", "こんにちは"))
			lineCase, chatCase := h.caseOf(u1), h.caseOf(from("c1"))
			for i := range 3 {
				h.reply(t, lineCase, fmt.Sprint("l", i), fmt.Sprint("返事", i))
				h.reply(t, chatCase, fmt.Sprint("c", i), fmt.Sprint("返事", i))
			}
			c := h.courier(map[string]channels.Channel{"line": line})
			if err := c.Run(ctx); err != nil {
				t.Fatal(err)
			}
			second := h.courier(map[string]channels.Channel{"line": line})
			second.now = func() time.Time { return time.Now().Add(hold) } // whatever was claimed has run out
			start(t, second)
			until(t, "all are sent", func() bool { return h.settled(t, lineCase)() && h.settled(t, chatCase)() })
			rec, err := h.Vault.Open(t.Context(), string(lineCase))
			if err != nil {
				t.Fatal(err)
			}
			_, page, _ := channels.OpenAddress(rec.Mailbox.Address)
			for _, who := range []string{"c1", page} {
				var texts []string
				for _, e := range h.mail.entries(who) {
					texts = append(texts, e.Text)
				}
				if !slices.Equal(texts, []string{"返事0", "返事1", "返事2"}) {
					t.Errorf("%s reads %q", who, texts)
				}
			}
			if len(h.mail.boxes) != 2 || len(h.mail.anomaly) != 0 {
				t.Errorf("%d mailboxes, %q", len(h.mail.boxes), h.mail.anomaly)
			}
			seen := map[string]bool{}
			for _, r := range line.sent {
				seen[r.ID] = true
			}
			if len(seen) != 3 {
				t.Errorf("%d replies by the door", len(seen))
			}
			for _, id := range []triage.CaseID{lineCase, chatCase} {
				if got := h.outcomes(t, id); len(got) != 3 || got[2] != (triage.Delivery{Said: 3, Status: "sent"}) {
					t.Errorf("%+v", got)
				}
			}
		})
	}
}

// Three couriers, many cases by two doors, replies while they run: each once, in order, to nobody else.
func TestSeveralCouriers(t *testing.T) {
	h := newHouse(t)
	line := &door{fail: func(n int, _ channels.Reply) error {
		time.Sleep(time.Duration(rand.N(3)) * time.Millisecond) // providers take their time
		return nil
	}}
	doors := map[string]channels.Channel{"line": line}
	start(t, h.courier(doors), h.courier(doors), h.courier(doors))
	const cases, replies = 12, 4
	ids := make([]triage.CaseID, cases)
	for i := range cases {
		who := fmt.Sprint("u", i)
		a := channels.NewAddress("line", who, nil)
		if i%2 == 0 {
			a = from(who)
		}
		ids[i] = h.caseOf(a)
		h.process(t, channels.Message{ID: "1", From: a, Text: "こんにちは", At: morning})
	}
	for n := range replies {
		for i, id := range ids {
			h.reply(t, id, fmt.Sprint("r", n), fmt.Sprint("u", i, " ", n))
		}
	}
	for _, id := range ids {
		until(t, "all are sent", h.settled(t, id))
		for n, o := range h.outcomes(t, id) {
			if o != (triage.Delivery{Said: int64(n + 1), Status: "sent"}) {
				t.Errorf("outcome %d: %+v", n, o)
			}
		}
	}
	byDoor := map[string][]string{}
	for i, r := range line.sent {
		byDoor[line.to[i]] = append(byDoor[line.to[i]], r.Text)
	}
	for i := range cases {
		who := fmt.Sprint("u", i)
		got := byDoor[who]
		if i%2 == 0 {
			for _, e := range h.mail.entries(who) {
				got = append(got, e.Text)
			}
		}
		var want []string
		for n := range replies {
			want = append(want, fmt.Sprint(who, " ", n))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s was told %q", who, got)
		}
	}
}
