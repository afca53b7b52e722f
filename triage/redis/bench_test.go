package redis_test

import (
	"fmt"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
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

// BenchmarkReference finds a case by the reference of a hand-off.
func BenchmarkReference(b *testing.B) {
	for name, client := range map[string]goredis.UniversalClient{"server": redistest.Start(b).Client(), "cluster": redistest.StartCluster(b).Client()} {
		store := redis.New(client, seal.New(), keyring.New(client, "body"))
		if _, err := store.Append(b.Context(), triage.Case{ID: caseID}, everything()[0], handedOff("07reference")); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if cases, _, err := store.List(b.Context(), triage.Query{Ref: "07reference"}); err != nil || len(cases) != 1 {
					b.Fatal(len(cases), err)
				}
			}
		})
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

// oneDay is a queue of n cases of one severity that began on one day, each with a duty on the next.
func oneDay(b *testing.B, n int) *redis.Store {
	b.Helper()
	client := redistest.Forgetful(b).Client()
	store := redis.New(client, seal.New(), keyring.New(client, "body"))
	var writers errgroup.Group
	writers.SetLimit(64)
	for n := range n {
		e := everything()[0]
		e.At = at.Add(time.Duration(n) * 10 * time.Second)
		e.Duty.DueAt = e.At.Add(24 * time.Hour)
		writers.Go(func() error {
			_, err := store.Append(b.Context(), triage.Case{ID: triage.CaseID(fmt.Sprintf("%02d%024d", n%64, n))}, e)
			return err
		})
	}
	if err := writers.Wait(); err != nil {
		b.Fatal(err)
	}
	return store
}

// BenchmarkOneDay reads a queue whose cases all began on one day, so that no score tells their order: its first page, all of its
// pages, and what has fallen due by noon of the next day, when most of it has not.
func BenchmarkOneDay(b *testing.B) {
	for _, n := range []int{500, 5000} {
		store := oneDay(b, n)
		b.Run(fmt.Sprint("page/", n), func(b *testing.B) {
			for b.Loop() {
				if _, _, err := store.List(b.Context(), triage.Query{State: triage.Waiting}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprint("all/", n), func(b *testing.B) {
			for b.Loop() {
				q, all := triage.Query{State: triage.Waiting, Limit: triage.MaxPage}, 0
				for {
					cases, next, err := store.List(b.Context(), q)
					if err != nil {
						b.Fatal(err)
					}
					all += len(cases)
					if q.Cursor = next; next == "" {
						break
					}
				}
				if all != n {
					b.Fatalf("%d cases", all)
				}
			}
		})
		b.Run(fmt.Sprint("due/", n), func(b *testing.B) {
			for b.Loop() {
				if work, err := store.Lease(b.Context(), triage.DueDuty, at.Add(23*time.Hour), time.Minute, 100); err != nil || len(work) != 0 {
					b.Fatalf("%d pieces of work, %v", len(work), err)
				}
			}
		})
	}
}
