package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/router/redistest"
)

// real starts serve on a real Redis, with keys and accounts of its own.
func real(t testing.TB, more ...string) (*process, *redistest.Server, string) {
	t.Helper()
	r := redistest.Start(t)
	data := t.TempDir()
	if !slices.ContainsFunc(more, func(a string) bool { return strings.HasPrefix(a, "--city=") }) {
		more = append(more, "--city="+atAnyHour(t))
	}
	common := append([]string{"--data-dir=" + data, "--redis-url=" + r.URL}, more...)
	must(t, append([]string{"keys", "init"}, common...)...)
	token := must(t, append([]string{"token", "create", "--login=coordinator", "--role=coordinator"}, common...)...)
	p := start(t, "serve", append([]string{"--chat-rate=off"}, common...)...)
	return p, r, token
}

// Nothing that was acknowledged is lost, doubled or out of order, whatever is killed and when: the program itself (gateway,
// router and courier at once), or Redis. Writers are patient: they send a message again, with the same id, until it is
// acknowledged, as the page does.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	p, redis, token := real(t)
	const writers, rounds = 8, 6
	var wg sync.WaitGroup
	stop := make(chan struct{})
	acked := make([][]string, writers)
	for w := range writers {
		wg.Go(func() { acked[w] = write(p, w, stop) })
	}
	for round := range rounds {
		pause(300, 900)
		if round%2 == 0 {
			p.kill()
			pause(0, 200)
			p.again()
		} else {
			redis.Kill()
			pause(100, 600)
			redis.Restart()
		}
	}
	pause(300, 500)
	close(stop)
	wg.Wait()
	total := 0
	for w := range writers {
		total += len(acked[w])
	}
	if total < writers*rounds {
		t.Fatalf("only %d messages were acknowledged", total)
	}
	var found map[string][]string
	eventually(t, 60*time.Second, func() (err error) {
		if found, err = stories(p, token); err != nil {
			return err
		}
		have := 0
		for _, s := range found {
			have += len(s)
		}
		if have < total {
			return fmt.Errorf("%d of %d acknowledged messages are in cases", have, total)
		}
		return nil
	})
	for w, want := range acked {
		got := found[fmt.Sprint(w)]
		if !contains(got, want) {
			t.Errorf("writer %d: %d acknowledged, %d in the case\n got %v\nwant %v", w, len(want), len(got), got, want)
		}
		if !slices.IsSortedFunc(got, byNumber) || len(slices.Compact(slices.Clone(got))) != len(got) {
			t.Errorf("writer %d: doubled or out of order: %v", w, got)
		}
	}
	t.Logf("%d messages acknowledged by %d writers over %d kills, all there once and in order", total, writers, rounds)
}

func pause(from, to int) {
	time.Sleep(time.Duration(from+rand.IntN(to-from)) * time.Millisecond)
}

// write chats until stop and returns the texts that were acknowledged, in order. A text is "writer:number".
func write(p *process, writer int, stop <-chan struct{}) []string {
	var acked []string
	var s *socket
	resume := ""
	n := 0
	for {
		select {
		case <-stop:
			if s != nil {
				s.Close()
			}
			return acked
		default:
		}
		if s == nil {
			c, welcome, err := p.dial(frame{Resume: resume})
			if err != nil {
				time.Sleep(50 * time.Millisecond)
				continue
			}
			s, resume = c, welcome.Resume
		}
		text := fmt.Sprintf("%d:%d", writer, n)
		if _, err := s.say(fmt.Sprint("m", n), text); err != nil {
			s.Close()
			s = nil
			continue
		}
		acked = append(acked, text)
		n++
		pause(50, 150) // a fast writer's pace: what is tested is the order of deaths, not the rate
	}
}

// stories returns what each writer's case holds, in the order of its timeline, by writer.
func stories(p *process, token string) (map[string][]string, error) {
	var queue struct {
		Cases []struct {
			ID string `json:"id"`
		} `json:"cases"`
	}
	if _, err := p.call(token, "GET", "/queue?state=all&limit=200", nil, &queue); err != nil {
		return nil, err
	}
	found := map[string][]string{}
	for _, c := range queue.Cases {
		var k struct {
			Timeline []struct {
				Kind string `json:"kind"`
				From string `json:"from"`
				Text string `json:"text"`
			} `json:"timeline"`
		}
		if _, err := p.call(token, "GET", "/cases/"+c.ID, nil, &k); err != nil {
			return nil, err
		}
		for _, e := range k.Timeline {
			if e.Kind == "message" && e.From == "seeker" {
				writer, _, _ := strings.Cut(e.Text, ":")
				found[writer] = append(found[writer], e.Text)
			}
		}
	}
	return found, nil
}

func contains(all, some []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

func byNumber(a, b string) int {
	number := func(s string) (n int) {
		_, after, _ := strings.Cut(s, ":")
		fmt.Sscan(after, &n) //nolint:errcheck // a text without a number is 0
		return n
	}
	return number(a) - number(b)
}
