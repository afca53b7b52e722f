package redis_test

import (
	"fmt"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"madoguchi/triage"
	"madoguchi/triage/keyring"
	"madoguchi/triage/redis"
	"madoguchi/triage/redistest"
	"madoguchi/triage/seal"
)

// BenchmarkAppend appends one message to a case of its own, on a server that syncs every write.
func BenchmarkAppend(b *testing.B) {
	client := redistest.Start(b).Client()
	store := redis.New(client, seal.New(), keyring.New(client, "body"))
	e := everything()[0]
	n := 0
	for b.Loop() {
		n++
		id := triage.CaseID(fmt.Sprintf("%02d%024d", n%64, n))
		if _, err := store.Append(b.Context(), triage.Case{ID: id}, e); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkList reads the first page of a queue of 5,000.
func BenchmarkList(b *testing.B) {
	client := redistest.Start(b).Client()
	store := redis.New(client, seal.New(), keyring.New(client, "body"))
	var writers errgroup.Group
	writers.SetLimit(64)
	for n := range 5000 {
		e := everything()[0]
		e.At = at.Add(time.Duration(n) * 13 * time.Second)
		writers.Go(func() error {
			_, err := store.Append(b.Context(), triage.Case{ID: triage.CaseID(fmt.Sprintf("%02d%024d", n%64, n))}, e)
			return err
		})
	}
	if err := writers.Wait(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := store.List(b.Context(), triage.Query{State: triage.Waiting}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkListEverything visits 3,000 cases page by page, as the lists that are not of one queue do.
func BenchmarkListEverything(b *testing.B) {
	client := redistest.Start(b).Client()
	store := redis.New(client, seal.New(), keyring.New(client, "body"))
	fill(b, store, 3000)
	for b.Loop() {
		q, n := triage.Query{Limit: triage.MaxPage}, 0
		for {
			cases, next, err := store.List(b.Context(), q)
			if err != nil {
				b.Fatal(err)
			}
			n += len(cases)
			if q.Cursor = next; next == "" {
				break
			}
		}
		if n < 3000 {
			b.Fatalf("%d cases", n)
		}
	}
}

// fill appends everything that can happen to n cases.
func fill(b *testing.B, store triage.Store, n int) {
	b.Helper()
	var writers errgroup.Group
	writers.SetLimit(64)
	for n := range n {
		events := everything()
		writers.Go(func() error {
			_, err := store.Append(b.Context(), triage.Case{ID: triage.CaseID(fmt.Sprintf("%02d%024d", n%64, n))}, events...)
			return err
		})
	}
	if err := writers.Wait(); err != nil {
		b.Fatal(err)
	}
}
