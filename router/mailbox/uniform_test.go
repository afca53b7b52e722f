package mailbox

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/channels"
	"madoguchi/router/redistest"
)

// trials is how often a code of each sort is timed. What a month of guessing could show wants 2,000 (some five minutes):
//
//	go test ./router/mailbox -run TestTheTimeTellsNothing -args -trials 2000
var trials = flag.Int("trials", 25, "codes of each sort that are timed")

// trips writes down what goes to Redis, by command and script, and how often a connection is asked.
type trips struct {
	mu   sync.Mutex
	said []string
}

func (*trips) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (s *trips) note(cmds ...redis.Cmder) {
	var names []string
	for _, c := range cmds {
		name := c.FullName()
		if strings.HasPrefix(name, "eval") {
			name += fmt.Sprint(" ", c.Args()[1:3], " of ", len(c.Args()))
		}
		names = append(names, name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said = append(s.said, strings.Join(names, "+"))
}

func (s *trips) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { s.note(cmd); return next(ctx, cmd) }
}

func (s *trips) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error { s.note(cmds...); return next(ctx, cmds) }
}

// took returns what was said since it was asked last.
func (s *trips) took() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	said := s.said
	s.said = nil
	return said
}

// sorts are codes that open, that have run out (and are kept still), and that never were.
func (d *desk) sorts(t *testing.T, n int) map[string][]string {
	t.Helper()
	code := func(c channels.Conversation) string { w, _ := c.Code(); return w }
	all := map[string][]string{}
	for range n {
		all["expired"] = append(all["expired"], code(d.written(t)))
	}
	d.clock.Advance(200 * 24 * time.Hour)
	for range n {
		all["valid"] = append(all["valid"], code(d.written(t)))
		all["invalid"] = append(all["invalid"], code(d.begin(t)))
	}
	return all
}

// changes is how much a real server has written.
func (d *desk) changes(t *testing.T) (n int) {
	t.Helper()
	info, err := d.client.Info(t.Context(), "persistence").Result()
	_, rest, found := strings.Cut(info, "rdb_changes_since_last_save:")
	if _, scanned := fmt.Sscan(rest, &n); err != nil || !found || scanned != nil {
		t.Fatal(err, scanned)
	}
	return n
}

// expects fails where a code does not do what its sort says.
func (d *desk) expects(t *testing.T, sort, code string) {
	t.Helper()
	_, err := d.Open(t.Context(), channels.Secret{Kind: channels.ByCode, Text: code})
	if sort == "valid" && err != nil || sort != "valid" && !errors.Is(err, channels.ErrUnknown) {
		t.Fatalf("%s: %v", sort, err)
	}
}

// Whether a code opens, has run out or never was, the same commands go to Redis, in the same trips and the same order.
func TestTheTripsTellNothing(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		all := d.sorts(t, 2)
		d.expects(t, "valid", all["valid"][0]) // the scripts are known to the server from here on
		seen := &trips{}
		d.client.AddHook(seen)
		var first []string
		for sort, codes := range all {
			for _, code := range codes {
				d.expects(t, sort, code)
				said := seen.took()
				if first == nil {
					first = said
				}
				if !slices.Equal(said, first) {
					t.Errorf("%s: %q, and others %q", sort, said, first)
				}
			}
		}
		if len(first) != 4 {
			t.Errorf("the trips are %q", first)
		}
	})
}

// How long the answer takes does not tell a code that opens from one that has run out or never was: by Welch's test their
// times are of one sort. The three are timed in turns, in a random order, so that what else the machine does befalls all alike.
func TestTheTimeTellsNothing(t *testing.T) {
	d := newDesk(t, redistest.Start(t).Addr)
	d.Reader.patience = 0 // the second that every code waits is as long for each, and would only hide what is looked for
	all := d.sorts(t, 8)
	var turns []string
	for sort := range all {
		turns = append(turns, slices.Repeat([]string{sort}, *trials)...)
	}
	slices.Sort(turns)
	rand.Shuffle(len(turns), func(i, j int) { turns[i], turns[j] = turns[j], turns[i] })
	for sort, codes := range all {
		d.expects(t, sort, codes[0]) // the scripts are known to the server from here on
		before := d.changes(t)
		if d.expects(t, sort, codes[0]); d.changes(t)-before < 2 {
			t.Errorf("%s: a server that waits for its disk answers sooner", sort)
		}
	}
	times := map[string][]float64{}
	for i, sort := range turns {
		begun := time.Now()
		d.expects(t, sort, all[sort][i%len(all[sort])])
		times[sort] = append(times[sort], float64(time.Since(begun))/float64(time.Millisecond))
	}
	for _, pair := range [][2]string{{"valid", "invalid"}, {"valid", "expired"}, {"invalid", "expired"}} {
		s := welch(times[pair[0]], times[pair[1]])
		t.Logf("%s and %s, %d each: %.2f and %.2f ms, t = %.2f", pair[0], pair[1], *trials, mean(times[pair[0]]), mean(times[pair[1]]), s)
		if math.Abs(s) >= 4.5 {
			t.Errorf("%s and %s are told apart by their time: t = %.2f", pair[0], pair[1], s)
		}
	}
}

func mean(x []float64) (sum float64) {
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// welch is Welch's t of two samples of unlike spread.
func welch(a, b []float64) float64 {
	spread := func(x []float64) (sum float64) {
		m := mean(x)
		for _, v := range x {
			sum += (v - m) * (v - m)
		}
		return sum / float64(len(x)-1) / float64(len(x))
	}
	return (mean(a) - mean(b)) / math.Sqrt(spread(a)+spread(b))
}
