package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/redistest"
	"madoguchi/triage/seal"
)

// entry is the entry number n of a test.
func entry(n int) Entry {
	return Entry{At: time.Unix(int64(n), 0).UTC(), Who: "aoki", Role: triage.Psychologist, Act: "look", Case: "07abc", Reason: fmt.Sprint("r", n)}
}

func opened(t *testing.T, client redis.UniversalClient, keys *seal.Keys, dir string) *Log {
	t.Helper()
	l, err := Open(client, keys, dir)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// record writes the entries from, from+1, … to.
func record(t *testing.T, l *Log, from, to int) {
	t.Helper()
	for n := from; n <= to; n++ {
		if err := l.Record(t.Context(), entry(n)); err != nil {
			t.Fatalf("Record %d: %v", n, err)
		}
	}
}

// holds fails the test unless the chain is whole and its entries are 1, 2, … n.
func holds(t *testing.T, l *Log, n int) {
	t.Helper()
	if err := l.Verify(t.Context()); err != nil {
		t.Errorf("Verify: %v", err)
	}
	var all []Entry
	for {
		page, err := l.Entries(t.Context(), int64(len(all)), 7)
		if err != nil {
			t.Fatal(err)
		}
		if all = append(all, page...); len(page) < 7 {
			break
		}
	}
	if got, err := l.Len(t.Context()); err != nil || int(got) != n || len(all) != n {
		t.Fatalf("%d entries, read as %d, %v; want %d", got, len(all), err, n)
	}
	for i, e := range all {
		if e != entry(i+1) {
			t.Fatalf("entry %d is %+v", i+1, e)
		}
	}
}

func TestWhatIsRecordedCanBeReadAndVerified(t *testing.T) {
	t.Parallel()
	embedded, _ := redistest.Embedded(t)
	for name, client := range map[string]redis.UniversalClient{
		"embedded": embedded, "server": redistest.Start(t).Client(), "cluster": redistest.StartCluster(t).Client(),
	} {
		t.Run(name, func(t *testing.T) {
			keys, dir := seal.New(), t.TempDir()
			l := opened(t, client, keys, dir)
			holds(t, l, 0)
			record(t, l, 1, 20)
			holds(t, l, 20)
			again := opened(t, client, keys, dir)
			record(t, again, 21, 23)
			record(t, l, 24, 25)
			holds(t, again, 25)
			if l.Degraded() {
				t.Error("degraded, though all went well")
			}
		})
	}
}

// What was written before an entry said why is part of the same chain: it verifies, and says nothing of it.
func TestEntriesOfBeforeSayNothingOfWhy(t *testing.T) {
	t.Parallel()
	client, _ := redistest.Embedded(t)
	keys, dir := seal.New(), t.TempDir()
	old, _ := link{}.next(keys, chain, []byte(`{"at":"1970-01-01T00:00:01Z","who":"aoki","role":"psychologist","act":"reveal","case":"07abc","reason":"[人物A]"}`))
	setChain(t, client, []string{string(old)})
	l := opened(t, client, keys, dir)
	if err := l.Record(t.Context(), Entry{At: time.Unix(2, 0).UTC(), Who: "aoki", Act: "reveal", Case: "07abc", Reason: "[人物A]", Why: "safety"}); err != nil {
		t.Fatal(err)
	}
	if err := l.Verify(t.Context()); err != nil {
		t.Errorf("Verify: %v", err)
	}
	all, err := l.Entries(t.Context(), 0, 9)
	if err != nil || len(all) != 2 || all[0].Why != "" || all[0].Reason != "[人物A]" || all[1].Why != "safety" {
		t.Errorf("%+v, %v", all, err)
	}
}

// A thousand tamperings: whoever edits, deletes, swaps, cuts off, or inserts is found, at the first entry that is not what
// it was.
func TestEveryTamperingIsFoundAtItsEntry(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	client, _ := redistest.Embedded(t)
	l := opened(t, client, seal.New(), t.TempDir())
	const entries = 25
	record(t, l, 1, entries)
	genuine := chainOf(t, client)
	random := rand.New(rand.NewPCG(2026, 12))
	for trial := 0; trial < 1000; trial++ {
		name, tampered := tamper(random, genuine)
		first := 0
		for first < len(genuine) && first < len(tampered) && genuine[first] == tampered[first] {
			first++
		}
		if first == len(genuine) && first == len(tampered) {
			trial-- // a record was swapped with itself: that is none
			continue
		}
		setChain(t, client, tampered)
		var broken *Broken
		if err := l.Verify(ctx); !errors.As(err, &broken) || broken.Journal || broken.N != int64(first+1) {
			t.Fatalf("trial %d, %s: %v, want entry %d", trial, name, err, first+1)
		}
	}
	setChain(t, client, genuine)
	holds(t, l, entries)
}

// tamper returns the chain changed in one of many ways, and which.
func tamper(random *rand.Rand, genuine []string) (string, []string) {
	c := slices.Clone(genuine)
	at, other := random.IntN(len(c)), random.IntN(len(c))
	switch random.IntN(8) {
	case 0:
		b := []byte(c[at])
		b[random.IntN(len(b))] ^= 1 << random.IntN(8)
		c[at] = string(b)
		return "a bit changed", c
	case 1:
		c[at] = c[at][:random.IntN(len(c[at]))]
		return "a record cut short", c
	case 2:
		return "an entry deleted", slices.Delete(c, at, at+1)
	case 3:
		c[at], c[other] = c[other], c[at]
		return "two entries swapped", c
	case 4:
		return "the end cut off", c[:at]
	case 5:
		return "an entry repeated", slices.Insert(c, at, c[other])
	case 6: // by somebody who knows all of the code and has other keys, to the end of the chain
		return "the rest forged", forge(c, at)
	default:
		return "an entry added", append(c, forge(c, len(c)-1)[len(c)-1])
	}
}

// forge makes the chain anew from the record at that index on, with right hashes and other keys.
func forge(c []string, at int) []string {
	keys, before := seal.New(), link{}
	if at > 0 {
		before = linkOf(int64(at), c[at-1])
	}
	for i := at; i < len(c); i++ {
		made, next := before.next(keys, chain, []byte(`{"who":"mori"}`))
		c[i], before = string(made), next
	}
	return c
}

func chainOf(t *testing.T, client redis.UniversalClient) []string {
	t.Helper()
	c, err := client.LRange(t.Context(), chainKey, 0, -1).Result()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func setChain(t *testing.T, client redis.UniversalClient, c []string) {
	t.Helper()
	_, err := client.TxPipelined(t.Context(), func(p redis.Pipeliner) error {
		p.Del(t.Context(), chainKey)
		for _, record := range c {
			p.RPush(t.Context(), chainKey, record)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A chain that lost its end, by a flush or by an old copy put back, is written on, but what was lost is not forgotten.
func TestALostTailIsRemembered(t *testing.T) {
	t.Parallel()
	client, _ := redistest.Embedded(t)
	keys, dir := seal.New(), t.TempDir()
	l := opened(t, client, keys, dir)
	record(t, l, 1, 6)
	setChain(t, client, chainOf(t, client)[:4])
	for range 3 { // more than there were
		record(t, l, 7, 8)
	}
	var broken *Broken
	if err := opened(t, client, keys, dir).Verify(t.Context()); !errors.As(err, &broken) || broken.N != 5 {
		t.Errorf("Verify: %v, want entry 5", err)
	}
}

// Several processes write one chain, some of them from one data folder.
func TestManyWriters(t *testing.T) {
	t.Parallel()
	client, _ := redistest.Embedded(t)
	keys, one, two := seal.New(), t.TempDir(), t.TempDir()
	logs := []*Log{opened(t, client, keys, one), opened(t, client, keys, one), opened(t, client, keys, two)}
	var wg sync.WaitGroup
	for _, l := range logs {
		for range 2 {
			wg.Go(func() {
				for n := range 20 {
					if err := l.Record(t.Context(), entry(n)); err != nil {
						t.Errorf("Record: %v", err)
					}
				}
			})
		}
	}
	wg.Wait()
	for _, l := range logs {
		if err := l.Verify(t.Context()); err != nil {
			t.Errorf("Verify: %v", err)
		}
		if n, err := l.Len(t.Context()); err != nil || n != 120 {
			t.Errorf("%d entries, %v, want 120", n, err)
		}
	}
}

// Neither Redis nor the data folder shows who did what; the file modes keep others out.
func TestNothingIsReadableAtRest(t *testing.T) {
	t.Parallel()
	server, dir := redistest.Start(t), t.TempDir()
	l := opened(t, server.Client(), seal.New(), dir)
	secret := Entry{At: time.Unix(1, 0), Who: "canary-login", Act: "canary-act", Case: "07canarycase", Ref: "07canaryref", Reason: "canary-reason"}
	if err := l.Record(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	rest := []byte(strings.Join(chainOf(t, server.Client()), ""))
	server.Kill()
	if err := l.Record(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) < 3 {
		t.Fatalf("files: %v, %v", names, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		rest = append(rest, data...)
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", filepath.Base(name), info.Mode(), err)
		}
	}
	if bytes.Contains(rest, []byte("canary")) {
		t.Error("an entry is readable at rest")
	}
}

// An act is found with its place in the chain, newest first, however long the chain is.
func TestProofs(t *testing.T) {
	t.Parallel()
	client, _ := redistest.Embedded(t)
	l := opened(t, client, seal.New(), t.TempDir())
	for i := range 1100 {
		act := "look"
		if i%500 == 3 {
			act = "destroy"
		}
		if err := l.Record(t.Context(), Entry{At: time.Unix(int64(i), 0), Who: "kato", Act: act}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := l.Proofs(t.Context(), "destroy", 10)
	if err != nil || len(all) != 3 || all[0].N != 1004 || all[2].N != 4 || all[0].At.Unix() != 1003 || len(all[0].Hash) != 64 || all[0].Hash == all[1].Hash {
		t.Fatalf("%+v, %v", all, err)
	}
	if at, err := l.Since(t.Context()); err != nil || at.Unix() != 0 {
		t.Errorf("since %v, %v", at, err)
	}
	if at, err := opened(t, redistest.Start(t).Client(), seal.New(), t.TempDir()).Since(t.Context()); err != nil || !at.IsZero() {
		t.Errorf("an empty audit: since %v, %v", at, err)
	}
	if few, err := l.Proofs(t.Context(), "destroy", 2); err != nil || len(few) != 2 || few[1] != all[1] {
		t.Errorf("%+v, %v", few, err)
	}
}
