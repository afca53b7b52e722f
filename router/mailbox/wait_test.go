package mailbox

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/channels"
)

// What is said of a wait reaches its page, live and later, and no other; a turn of before changes nothing, and what cannot be
// opened says nothing.
func TestWait(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		defer run(t, d.Reader)()
		c, other := d.written(t), d.written(t)
		var mu sync.Mutex
		var told []channels.Wait
		defer c.Listen(func(change channels.Change) {
			mu.Lock()
			defer mu.Unlock()
			if change.Wait != nil {
				told = append(told, *change.Wait)
			}
		})()
		say := func(turn int64, said channels.Wait) {
			t.Helper()
			if err := d.Writer.Wait(ctx, c.Address(), turn, said); err != nil {
				t.Fatal(err)
			}
		}
		quiet, soon, night := channels.Wait{Band: unsaid, Care: unsaid}, channels.Wait{Band: "05min", Care: unsaid},
			channels.Wait{Band: "sorry", Care: "night", By: time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)}
		turn := int64(0)
		eventually(t, func() bool { // the subscription stands as soon as something comes through
			turn++
			say(turn, soon)
			mu.Lock()
			defer mu.Unlock()
			return slices.Contains(told, soon)
		})
		say(turn+1, night)
		eventually(t, func() bool {
			mu.Lock()
			defer mu.Unlock()
			return slices.Contains(told, night)
		})
		say(turn, soon)
		if got := c.Wait(ctx); got != night {
			t.Errorf("the page is told %v, want %v", got, night)
		}
		if got := other.Wait(ctx); got != quiet {
			t.Errorf("another page is told %v", got)
		}
		p := c.(*conversation).reader.peppers()
		if long, short := p.sealWait(c.(*conversation).name, night), p.sealWait(c.(*conversation).name, quiet); len(long) != len(short) {
			t.Errorf("what is said has %d characters, and nothing %d", len(long), len(short))
		}
		kept := d.client.Get(ctx, c.(*conversation).name.key("wait")).Val()
		for name, put := range map[string]string{"another's": kept, "of a version before": "192 later night", "cut": kept[:len(kept)-4], "nothing": ""} {
			if err := d.client.Set(ctx, other.(*conversation).name.key("wait"), put, 0).Err(); err != nil {
				t.Fatal(err)
			}
			if got := other.Wait(ctx); got != quiet {
				t.Errorf("%s says %v", name, got)
			}
		}
	})
}

// A session that a version before wrote, whose minutes were not shifted, is still in use.
func TestSessionsOfBefore(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		token := resume(t, d.written(t))
		d.open(t, channels.ByResume, token)
		d.clock.Advance(2 * idleFor) // the page was open all the time
		keys := d.client.Keys(ctx, "*:sess:*").Val()
		if len(keys) != 1 {
			t.Fatalf("%d sessions", len(keys))
		}
		gen, _, _ := strings.Cut(d.client.Get(ctx, keys[0]).Val(), " ")
		for _, idle := range []int64{0, int64(idleFor.Minutes()) + 1} {
			was := gen + " " + strconv.FormatInt(d.clock.Now().Unix()/60-idle, 10)
			if err := d.client.Set(ctx, keys[0], was, 0).Err(); err != nil {
				t.Fatal(err)
			}
			want := error(nil)
			if idle > 0 {
				want = channels.ErrUnknown
			}
			if _, err := d.Open(ctx, channels.Secret{Kind: channels.ByResume, Text: token}); err != want {
				t.Errorf("idle for %d minutes: %v, want %v", idle, err, want)
			}
		}
	})
}

// However many codes are tried, what is written for those that open nothing has few names.
func TestWrongCodesFillNothing(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for range 2000 {
		names[string(nobody())] = true
	}
	if len(names) > 256 {
		t.Errorf("%d names", len(names))
	}
}
