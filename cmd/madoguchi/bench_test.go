package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/router/redistest"
)

// What the README's figures are measured with:
//
//	go test -run '^$' -bench Desk -benchtime 1x ./cmd/madoguchi
//
// Everything runs on this machine, load generator included, so only ratios within a run mean anything.

// message is 133 characters, 399 bytes.
var message = strings.Repeat("きょうも教室で一人でした。", 10) + "おわり"

// BenchmarkDeskAcceptance compares durable acceptance through the whole gateway (64 chats, 8 messages in flight each) with a
// bare client of the same Redis that pipelines (8 connections, 64 at a time) a script of the same four writes.
func BenchmarkDeskAcceptance(b *testing.B) {
	p, r, _ := real(b)
	const rounds, each = 5, 3 * time.Second
	var ours, bare []float64
	for range rounds {
		ours = append(ours, accept(b, p, each))
		bare = append(bare, pipelined(b, r, each))
	}
	b.ReportMetric(median(ours), "accepts/s")
	b.ReportMetric(median(bare), "bare/s")
	b.ReportMetric(median(ours)/median(bare), "ratio")
}

// accept returns acknowledged messages a second.
func accept(t testing.TB, p *process, d time.Duration) float64 {
	const chats, inFlight = 64, 8
	var acked atomic.Int64
	var wg sync.WaitGroup
	begin := time.Now()
	for range chats {
		s, _, err := p.dial(frame{})
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			defer s.Close()
			sent := 0
			send := func() bool {
				sent++
				return s.WriteJSON(frame{Type: "message", ID: strconv.Itoa(sent), Text: message}) == nil
			}
			for range inFlight {
				send()
			}
			for time.Since(begin) < d {
				if _, err := s.next("ack", 10*time.Second); err != nil {
					t.Error(err)
					return
				}
				acked.Add(1)
				if !send() {
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(acked.Load()) / time.Since(begin).Seconds()
}

const bareScript = `if redis.call('SET', KEYS[1], 1, 'NX', 'EX', 1000) then
  redis.call('XADD', KEYS[2], '*', 'b', ARGV[1])
  redis.call('ZADD', KEYS[3], 1, ARGV[2])
  redis.call('PUBLISH', 'bare', '1')
end
return 1`

// pipelined returns durable writes a second of a client that does nothing else.
func pipelined(t testing.TB, r *redistest.Server, d time.Duration) float64 {
	c := r.Client()
	defer c.Close()
	ctx := t.Context()
	sha, err := c.ScriptLoad(ctx, bareScript).Result()
	if err != nil {
		t.Fatal(err)
	}
	var done, n atomic.Int64
	var wg sync.WaitGroup
	begin := time.Now()
	for range 8 {
		wg.Go(func() {
			for time.Since(begin) < d {
				_, err := c.Pipelined(ctx, func(pipe redis.Pipeliner) error {
					for range 64 {
						id := strconv.FormatInt(n.Add(1), 10) + "-" + strconv.FormatInt(begin.UnixNano(), 36)
						pipe.EvalSha(ctx, sha, []string{"bare:" + id, "bare:in", "bare:queue"}, message, id)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
				done.Add(64)
			}
		})
	}
	wg.Wait()
	rate := float64(done.Load()) / time.Since(begin).Seconds()
	if err := c.Del(ctx, "bare:in", "bare:queue").Err(); err != nil {
		t.Fatal(err)
	}
	return rate
}

// BenchmarkDeskVisible measures the time from a child's send to the counselor's live stream, at 50 messages a second.
func BenchmarkDeskVisible(b *testing.B) {
	p, _, token := real(b)
	const chats, perSecond, seconds = 25, 50, 10
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var mu sync.Mutex
	sent, took := map[string]time.Time{}, []float64{}
	seen := func(preview string) {
		mu.Lock()
		defer mu.Unlock()
		if at, ok := sent[preview]; ok {
			took = append(took, float64(time.Since(at).Microseconds())/1000)
			delete(sent, preview)
		}
	}
	ready := make(chan struct{})
	go watch(ctx, b, p, token, ready, seen)
	<-ready
	var wg sync.WaitGroup
	for c := range chats {
		s, _, err := p.dial(frame{})
		if err != nil {
			b.Fatal(err)
		}
		wg.Go(func() {
			defer s.Close()
			time.Sleep(time.Duration(c) * time.Second / perSecond) // evenly, and not all at once
			tick := time.NewTicker(time.Second * chats / perSecond)
			defer tick.Stop()
			for n := range perSecond * seconds / chats {
				<-tick.C
				text := fmt.Sprintf("%d番の子の%d通目です", c, n)
				mu.Lock()
				sent[text] = time.Now()
				mu.Unlock()
				if _, err := s.say(strconv.Itoa(n), text); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	eventually(b, 10*time.Second, func() error {
		mu.Lock()
		defer mu.Unlock()
		if len(took) < perSecond*seconds*9/10 {
			return fmt.Errorf("only %d were seen", len(took))
		}
		return nil
	})
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2], "p50-ms")
	b.ReportMetric(took[len(took)*99/100], "p99-ms")
}

// watch reads the live stream of cases.
func watch(ctx context.Context, t testing.TB, p *process, token string, ready chan<- struct{}, seen func(preview string)) {
	req, err := http.NewRequestWithContext(ctx, "GET", p.Staff+"/api/v1/events", nil)
	if err != nil {
		t.Error(err)
		return
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	close(ready)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data:")
		if !ok {
			continue
		}
		var c struct {
			Preview string `json:"preview"`
		}
		if json.Unmarshal([]byte(data), &c) == nil {
			seen(c.Preview)
		}
	}
}

// BenchmarkDeskIdle measures the memory of the server for each chat in which one message was written and nothing happens.
// The collector runs often, so that what is measured is what is held and not what was used on the way.
func BenchmarkDeskIdle(b *testing.B) {
	b.Setenv("GOGC", "10")
	p, _, _ := real(b)
	const chats = 5000
	warm := open(b, p, 200)
	before := resident(b, p.cmd.Process.Pid)
	all := open(b, p, chats)
	after := resident(b, p.cmd.Process.Pid)
	for _, s := range append(warm, all...) {
		s.Close()
	}
	b.ReportMetric(float64(after-before)/chats, "KiB/chat")
}

func open(t testing.TB, p *process, n int) []*socket {
	var all []*socket
	for range n {
		s, _, err := p.dial(frame{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.say("1", "はい"); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// resident is the process's memory in KiB.
func resident(t testing.TB, pid int) int {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		var kib int
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &kib); err == nil {
			return kib
		}
	}
	t.Fatal("no VmRSS")
	return 0
}

// BenchmarkDeskStart measures from the start of the demonstration's process until it is ready, cases and all.
func BenchmarkDeskStart(b *testing.B) {
	var took []float64
	for range 5 {
		begin := time.Now()
		p := start(b, "demo")
		took = append(took, time.Since(begin).Seconds())
		p.kill()
	}
	b.ReportMetric(median(took), "s-to-ready")
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}
