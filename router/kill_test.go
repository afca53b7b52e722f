package router

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/router/envelope"
	"madoguchi/router/redistest"
)

const (
	childDir   = "MADOGUCHI_TEST_GATE_DIR"
	childRedis = "MADOGUCHI_TEST_GATE_REDIS"
	talkers    = 6
)

// TestGatewayProcess is the gateway that TestKilledGateway kills: with childDir set it sends what the parent has no
// acknowledgement of, and writes a line for each acknowledgement. In an ordinary run it has nothing to do.
func TestGatewayProcess(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		return
	}
	read := func(name string) []byte {
		b, err := os.ReadFile(dir + name)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	to, err := envelope.ParseRecipient(envelope.Intake, read(".recipient"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseTakeKey(read(".key"))
	if err != nil {
		t.Fatal(err)
	}
	options, err := redis.ParseURL(os.Getenv(childRedis))
	if err != nil {
		t.Fatal(err)
	}
	options.MaxRetries = -1
	i, err := OpenIntake(IntakeConfig{Dir: dir, Redis: redis.NewClient(options), Recipient: to, Key: key,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = i.Run(context.Background()) }() // until the process is killed
	var wg sync.WaitGroup
	for who := range talkers {
		var from int
		if _, err := fmt.Sscanf(string(read(fmt.Sprintf(".acked%d", who))), "%d", &from); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			for n := from + 1; ; n++ {
				for {
					if _, err := i.Take(context.Background(), letterOf(fmt.Sprintf("c%d", who), n)); err == nil {
						break
					}
				}
				// One write, so that a line is whole or absent.
				if _, err := os.Stdout.WriteString(fmt.Sprintf("ack %d %d\n", who, n)); err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
}

// A gateway that is killed at random moments, twenty times, sometimes together with Redis, loses, doubles and reorders
// nothing that it has acknowledged.
func TestKilledGateway(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	g := newGate(t, server.Client())
	g.stop()
	public, err := g.id.Recipient().Marshal()
	if err != nil {
		t.Fatal(err)
	}
	key, err := g.key.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, b []byte) {
		if err := os.WriteFile(g.dir+name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(".recipient", public)
	write(".key", key)
	acked := make([]int, talkers)
	for round := range 20 {
		for who, n := range acked {
			write(fmt.Sprintf(".acked%d", who), fmt.Appendf(nil, "%d\n", n))
		}
		if round%5 == 3 {
			server.Kill()
		}
		killedGateway(t, g.dir, server.URL, acked, time.Duration(rand.IntN(120))*time.Millisecond)
		if round%5 == 4 {
			server.Restart()
		}
	}
	g.start()
	s := g.caughtUp()
	got := g.inRedis()
	total := 0
	for who, last := range acked {
		ids := got[fmt.Sprintf("c%d", who)]
		for i, id := range ids {
			if id != i+1 {
				t.Fatalf("c%d: message %d at place %d", who, id, i+1)
			}
		}
		// One message beyond the last acknowledged may have landed.
		if len(ids) < last || len(ids) > last+1 {
			t.Fatalf("c%d: %d messages, %d acknowledged", who, len(ids), last)
		}
		total += len(ids)
	}
	if s.Accepted != int64(total) || total < 200 {
		t.Fatalf("%d messages; %+v", total, s)
	}
	d := newDesk()
	g.consume(d)
	if s := g.settled(); s.Processed != int64(total) {
		t.Fatalf("%+v", s)
	}
}

// killedGateway runs a gateway's process, kills it a while after its first acknowledgement, and notes what it acknowledged.
func killedGateway(t *testing.T, dir, url string, acked []int, after time.Duration) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestGatewayProcess$")
	cmd.Env = append(os.Environ(), childDir+"="+dir, childRedis+"="+url)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var others []string
	lines := 0
	begun := time.Now()
	defer func() { t.Log(time.Since(begun)) }()
	limit := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer limit.Stop()
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		var who, n int
		if _, err := fmt.Sscanf(scanner.Text(), "ack %d %d", &who, &n); err != nil {
			others = append(others, scanner.Text())
			continue
		}
		if n != acked[who]+1 {
			t.Errorf("c%d: %d acknowledged after %d", who, n, acked[who])
		}
		acked[who] = n
		if lines++; lines == 1 {
			limit.Reset(after)
		}
	}
	_ = cmd.Wait() // it was killed
	t.Logf("lines %d", lines)
	if lines == 0 {
		t.Fatalf("the gateway acknowledged nothing: %s", strings.Join(others, "\n"))
	}
}
