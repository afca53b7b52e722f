package router

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/channels"
	"madoguchi/router/envelope"
	"madoguchi/router/journal"
	"madoguchi/router/redistest"
	"madoguchi/router/stream"
)

// gate is a gateway under test: what stays the same when its process is started again.
type gate struct {
	t      testing.TB
	dir    string
	client redis.UniversalClient
	key    *TakeKey
	id     *envelope.Identity
	people *envelope.Identity
	unsafe atomic.Bool
	disk   *disk

	*Intake
	stop func()
}

func newGate(t testing.TB, client redis.UniversalClient) *gate {
	t.Helper()
	id, err := envelope.NewIdentity(envelope.Intake)
	people, failed := envelope.NewIdentity(envelope.Addresses)
	if err := errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	g := &gate{t: t, dir: t.TempDir(), client: client, key: NewTakeKey(), id: id, people: people, disk: &disk{}}
	g.start()
	t.Cleanup(func() { g.stop() })
	return g
}

// start starts the gateway's process.
func (g *gate) start() {
	g.t.Helper()
	i, err := OpenIntake(IntakeConfig{Dir: g.dir, Redis: g.client, Recipient: g.id.Recipient(), Addresses: g.people.Recipient(), Key: g.key,
		Safe: func() bool { return !g.unsafe.Load() }, Files: g.disk, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		g.t.Fatal(err)
	}
	g.Intake = i
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- i.Run(ctx) }()
	g.stop = sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-done, i.Close()); err != nil {
			g.t.Error(err)
		}
	})
}

// letterOf is the n-th message of a conversation.
func letterOf(conversation string, n int) channels.Message {
	return channels.Message{ID: strconv.Itoa(n), Kind: "chat", From: channels.NewAddress("chat", conversation, nil),
		Text: strings.Repeat("たすけて", 30), At: time.Now()}
}

// take hands a message in and fails unless it is in one of the states; without states it may fail.
func (g *gate) take(m channels.Message, states ...channels.State) channels.State {
	g.t.Helper()
	state, err := g.Take(context.Background(), m)
	for _, s := range states {
		if err == nil && s == state {
			return state
		}
	}
	if len(states) > 0 {
		g.t.Fatalf("taken as %q, %v; want %q", state, err, states)
	}
	return state
}

// takeMany hands in messages from..to of several conversations, each in order, all conversations at once.
func (g *gate) takeMany(conversations, from, to int, states ...channels.State) {
	g.t.Helper()
	var wg sync.WaitGroup
	for c := range conversations {
		wg.Go(func() {
			for n := from; n <= to; n++ {
				g.take(letterOf("c"+strconv.Itoa(c), n), states...)
			}
		})
	}
	wg.Wait()
	if g.t.Failed() {
		g.t.FailNow()
	}
}

// eventually waits for a condition.
func eventually(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// caughtUp waits until nothing is held and Redis is back.
func (g *gate) caughtUp() Status {
	g.t.Helper()
	var s Status
	eventually(g.t, "caught up", func() bool {
		s = g.Status(context.Background())
		return s.Held == 0 && s.Redis == "ok"
	})
	g.balanced(s)
	return s
}

func (g *gate) balanced(s Status) {
	g.t.Helper()
	if s.Accepted != s.Held+s.Queued+s.Processed+s.Dead {
		g.t.Fatalf("the sum is wrong: %+v", s)
	}
}

// inRedis opens everything that is in the gateway's lanes and returns the ids of each conversation in order.
func (g *gate) inRedis() map[string][]int {
	g.t.Helper()
	ctx := context.Background()
	names, err := stream.Lanes(ctx, g.client)
	if err != nil {
		g.t.Fatal(err)
	}
	opener, got := envelope.NewOpener(g.id), make(map[string][]int)
	for _, name := range names {
		messages, err := g.client.XRange(ctx, "{"+name+"}:in", "-", "+").Result()
		if err != nil {
			g.t.Fatal(err)
		}
		for _, x := range messages {
			seq, _, _ := strings.Cut(x.ID, "-")
			if s, ok := x.Values["s"].(string); ok {
				seq = s
			}
			number, _ := strconv.ParseInt(seq, 10, 64)
			plain, err := opener.Open(name, number, []byte(x.Values["b"].(string)))
			if err != nil {
				g.t.Fatal(err)
			}
			m, err := envelope.Decode(plain)
			if err != nil {
				g.t.Fatal(err)
			}
			_, who, _ := channels.OpenAddress(m.From)
			n, _ := strconv.Atoi(m.ID)
			got[who] = append(got[who], n)
		}
	}
	return got
}

// whole fails unless Redis has each conversation's messages 1..last once and in order.
func (g *gate) whole(conversations, last int) {
	g.t.Helper()
	got := g.inRedis()
	if len(got) != conversations {
		g.t.Fatalf("%d conversations, want %d", len(got), conversations)
	}
	for who, ids := range got {
		for i, id := range ids {
			if id != i+1 {
				g.t.Fatalf("%s: message %d at place %d", who, id, i+1)
			}
		}
		if len(ids) != last {
			g.t.Fatalf("%s: %d messages, want %d", who, len(ids), last)
		}
	}
}

func TestOutageIsHeldAndReplayed(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	g := newGate(t, server.Client())
	g.takeMany(6, 1, 20, channels.Stored, channels.Held)
	g.caughtUp()
	server.Kill()
	g.takeMany(6, 21, 40, channels.Held)
	g.takeMany(6, 1, 20, channels.Stored) // sent again: acknowledged with what is true
	g.takeMany(6, 21, 40, channels.Held)
	if s := g.Status(t.Context()); s.Held != 120 || s.Accepts != "held" || s.Redis != "away" {
		t.Fatalf("%+v", s)
	}
	g.stop() // and the gateway is started again meanwhile
	g.start()
	g.takeMany(6, 1, 50, channels.Held, channels.Stored)
	s := g.Status(t.Context())
	if g.balanced(s); s.Held != 180 {
		t.Fatalf("%+v", s)
	}
	server.Restart()
	if s := g.caughtUp(); s.Accepted != 300 || s.Queued != 300 || s.Replayed != 180 || s.Accepts != "stored" {
		t.Fatalf("%+v", s)
	}
	g.whole(6, 50)
	g.takeMany(6, 51, 52, channels.Stored, channels.Held)
	g.caughtUp()
	g.whole(6, 52)
}

// A flush, seen by nobody while the lanes are quiet, is repaired by itself.
func TestFlushIsRepaired(t *testing.T) {
	t.Parallel()
	g := newGate(t, redistest.Start(t).Client())
	g.takeMany(5, 1, 300, channels.Stored, channels.Held)
	g.caughtUp()
	for round := range 2 {
		if err := g.client.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		if round == 1 { // this time under load
			g.takeMany(5, 301, 320, channels.Stored, channels.Held)
		}
		eventually(t, "all back", func() bool {
			s := g.Status(t.Context())
			return s.Held == 0 && s.Redis == "ok" && s.Queued == int64(1500+round*100)
		})
	}
	g.whole(5, 320)
}

// An old backup: what came after it is offered again, and nothing else.
func TestRolledBackMarkReplaysTheGap(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	g := newGate(t, redistest.Start(t).Client())
	g.takeMany(5, 1, 20, channels.Stored, channels.Held)
	before := g.caughtUp()
	keys, err := g.client.Keys(ctx, "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	backup := make(map[string]string)
	for _, k := range keys {
		if backup[k], err = g.client.Dump(ctx, k).Result(); err != nil {
			t.Fatal(err)
		}
	}
	g.takeMany(5, 21, 50, channels.Stored, channels.Held)
	g.caughtUp()
	restore := g.client.TxPipeline()
	restore.FlushAll(ctx)
	for k, v := range backup {
		restore.Restore(ctx, k, 0, v)
	}
	if _, err := restore.Exec(ctx); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the gap is replayed", func() bool { return g.Status(ctx).Queued == 250 })
	if s := g.caughtUp(); s.Replayed-before.Replayed != 150 {
		t.Fatalf("%+v", s)
	}
	g.whole(5, 50)
}

func TestKilledRedisUnderLoad(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	g := newGate(t, server.Client())
	var wg sync.WaitGroup
	wg.Go(func() { g.takeMany(20, 1, 150, channels.Stored, channels.Held) })
	for range 4 {
		before := g.Status(t.Context()).Accepted
		eventually(t, "some more", func() bool { s := g.Status(t.Context()); return s.Accepted > before+50 || s.Accepted >= 3000 })
		server.Kill()
		server.Restart()
	}
	wg.Wait()
	if s := g.caughtUp(); s.Accepted != 3000 {
		t.Fatalf("%+v", s)
	}
	g.whole(20, 150)
}

func TestSameMessageManyTimes(t *testing.T) {
	t.Parallel()
	g := newGate(t, redistest.Start(t).Client())
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { g.takeMany(2, 1, 3, channels.Stored, channels.Held) })
	}
	wg.Wait()
	g.caughtUp()
	g.stop()
	g.start()
	var all []channels.Message // many in one call, some of them known
	for n := 1; n <= 5; n++ {
		all = append(all, letterOf("c0", n), letterOf("c1", n), letterOf("c0", n))
	}
	if _, err := g.Take(t.Context(), all...); err != nil {
		t.Fatal(err)
	}
	g.caughtUp()
	g.whole(2, 5)
}

// Ids of messages and of consents are separate, and a consent is known by question and answer.
func TestWhatCountsAsTheSame(t *testing.T) {
	t.Parallel()
	from, other := channels.NewAddress("chat", "a", nil), channels.NewAddress("chat", "b", nil)
	key := NewTakeKey()
	different := []channels.Message{
		{ID: "1", From: from}, {ID: "2", From: from}, {ID: "1", From: other}, {ID: "1", From: channels.NewAddress("line", "a", nil)},
		{ID: "1", From: from, Answer: &channels.Answer{ID: "1", Answer: "yes"}}, {ID: "1", From: from, Answer: &channels.Answer{ID: "1", Answer: "no"}},
		{ID: "1", From: from, Erase: true}, {ID: "1", From: from, Unsend: "1"}, {ID: "1", From: from, Status: &channels.Status{}},
	}
	seen := make(map[digest]int)
	for i, m := range different {
		if j, ok := seen[key.name(m)]; ok {
			t.Errorf("%d and %d are the same", i, j)
		}
		seen[key.name(m)] = i
	}
	a := channels.Message{ID: "x", From: from, Answer: &channels.Answer{ID: "1", Answer: "yes"}}
	if _, ok := seen[key.name(a)]; !ok {
		t.Error("a consent depends on the frame's id")
	}
	data, err := key.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseTakeKey(data)
	if err != nil || again.name(a) != key.name(a) || again.lane(from) != key.lane(from) {
		t.Errorf("the key came back otherwise: %v", err)
	}
	if _, err := ParseTakeKey(data[1:]); !errors.Is(err, ErrTakeKey) {
		t.Errorf("%v", err)
	}
}

// A Redis that answers slowly does not keep a child waiting.
func TestSlowRedisIsHeldEarly(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	g := newGate(t, server.Client())
	g.takeMany(2, 1, 5, channels.Stored, channels.Held)
	g.caughtUp()
	if err := server.Client().Do(t.Context(), "CLIENT", "PAUSE", "4000", "ALL").Err(); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	g.takeMany(2, 6, 10, channels.Held)
	if d := time.Since(begun); d > 3*time.Second {
		t.Errorf("waited %v", d)
	}
	g.caughtUp()
	g.whole(2, 10)
}

// An unsafe Redis is given nothing until it is mended.
func TestUnsafeRedisIsGivenNothing(t *testing.T) {
	t.Parallel()
	g := newGate(t, redistest.Start(t).Client())
	g.takeMany(3, 1, 5, channels.Stored, channels.Held)
	g.caughtUp()
	g.unsafe.Store(true)
	g.takeMany(3, 6, 10, channels.Held)
	if s := g.Status(t.Context()); s.Redis != "unsafe" || s.Accepts != "held" || s.Held != 15 || s.Queued != 15 {
		t.Fatalf("%+v", s)
	}
	g.unsafe.Store(false)
	g.caughtUp()
	g.whole(3, 10)
}

func TestForeignKeysAreHeldAgainst(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	g := newGate(t, redistest.Start(t).Client())
	g.takeMany(3, 1, 5, channels.Stored, channels.Held)
	g.caughtUp()
	names, err := stream.Lanes(ctx, g.client)
	if err != nil || len(names) != laneCount {
		t.Fatal(names, err)
	}
	for _, n := range names {
		if err := g.client.Set(ctx, "{"+n+"}:in", "x", 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	g.takeMany(3, 6, 10, channels.Held)
	if err := g.client.FlushAll(ctx).Err(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all back", func() bool { return g.Status(ctx).Queued == 30 })
	g.caughtUp()
	g.whole(3, 10)
}

// disk can be made to fail. A failed sync leaves what was written where it is.
type disk struct {
	journal.OS
	broken  atomic.Bool
	stalled atomic.Int64 // ns that a sync takes
}

var errDisk = errors.New("the disk failed")

func (d *disk) Create(path string) (journal.File, error) {
	if d.broken.Load() {
		return nil, errDisk
	}
	f, err := d.OS.Create(path)
	return &diskFile{f, d}, err
}

type diskFile struct {
	journal.File
	disk *disk
}

func (f *diskFile) Sync() error {
	if f.disk.broken.Load() {
		return errDisk
	}
	time.Sleep(time.Duration(f.disk.stalled.Load()))
	return f.File.Sync()
}

// While the journal's disk fails Redis alone is enough; where both fail nothing is acknowledged; and when the disk works
// again the journal gets what it lacks.
func TestBrokenDisk(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	g := newGate(t, server.Client())
	g.takeMany(4, 1, 5, channels.Stored, channels.Held)
	g.caughtUp()
	g.disk.broken.Store(true)
	g.takeMany(4, 6, 10, channels.Stored)
	if s := g.Status(t.Context()); s.Journal || s.Accepts != "stored" || s.Accepted != 40 {
		t.Fatalf("%+v", s)
	}
	server.Kill()
	for c := range 4 {
		for range 2 {
			if state, err := g.Take(t.Context(), letterOf(fmt.Sprintf("c%d", c), 11)); !errors.Is(err, channels.ErrUnavailable) {
				t.Fatalf("neither home could take it: %q, %v", state, err)
			}
		}
	}
	if s := g.Status(t.Context()); s.Accepts != "none" {
		t.Fatalf("%+v", s)
	}
	server.Restart()
	g.caughtUp()
	g.takeMany(4, 11, 15, channels.Stored)
	g.disk.broken.Store(false)
	g.takeMany(4, 16, 20, channels.Stored, channels.Held)
	eventually(t, "the disk is noticed", func() bool { return g.Status(t.Context()).Journal })
	if err := g.client.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all back from the journal", func() bool { return g.Status(t.Context()).Queued == 80 })
	g.caughtUp()
	g.whole(4, 20)
}

// A disk that stalls does not keep a child waiting either.
func TestStalledDisk(t *testing.T) {
	t.Parallel()
	g := newGate(t, redistest.Start(t).Client())
	g.takeMany(3, 1, 5, channels.Stored, channels.Held)
	g.caughtUp()
	g.disk.stalled.Store(int64(2 * time.Second))
	begun := time.Now()
	g.takeMany(3, 6, 10, channels.Stored)
	if d := time.Since(begun); d > 1800*time.Millisecond {
		t.Errorf("waited %v", d)
	}
	g.disk.stalled.Store(0)
	g.stop()
	g.start()
	g.takeMany(3, 1, 12, channels.Stored, channels.Held)
	g.caughtUp()
	g.whole(3, 12)
}

// What Redis alone had, and what a gateway held that started without Redis, do not get one number.
func TestStartWithoutRedisAfterRedisAlone(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	g := newGate(t, server.Client())
	g.takeMany(4, 1, 5, channels.Stored, channels.Held)
	g.caughtUp()
	g.disk.broken.Store(true)
	g.takeMany(4, 6, 10, channels.Stored)
	g.stop()
	server.Kill()
	g.disk.broken.Store(false)
	g.start()
	g.takeMany(4, 11, 15, channels.Held)
	server.Restart()
	g.caughtUp()
	g.whole(4, 15)
	g.takeMany(4, 16, 17, channels.Stored, channels.Held)
	g.caughtUp()
	g.whole(4, 17)
}

func TestOneProcessAFolder(t *testing.T) {
	t.Parallel()
	g := newGate(t, embedded(t))
	if _, err := OpenIntake(IntakeConfig{Dir: g.dir, Redis: g.client, Recipient: g.id.Recipient(), Addresses: g.people.Recipient(), Key: g.key}); !errors.Is(err, journal.ErrLocked) {
		t.Fatal("a second process opens the folder:", err)
	}
	g.take(letterOf("c0", 1), channels.Stored, channels.Held)
	g.stop()
	if _, err := g.Take(t.Context(), letterOf("c0", 2)); !errors.Is(err, channels.ErrUnavailable) {
		t.Fatalf("after the end: %v", err)
	}
	if s := g.Status(t.Context()); s.Accepts != "none" {
		t.Fatalf("%+v", s)
	}
	g.start()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if state, err := g.Take(ctx, letterOf("c0", 2)); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatalf("a caller that left: %q, %v", state, err)
	}
	g.take(letterOf("c0", 2), channels.Stored, channels.Held)
	g.caughtUp()
	g.whole(1, 2)
}
