package redis_test

import (
	"errors"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/keyring"
	"madoguchi/triage/redis"
	"madoguchi/triage/redistest"
	"madoguchi/triage/seal"
)

// What a store remembers is never older than what lies in Redis, whoever wrote it.
func TestAnotherProcessIsSeenAtOnce(t *testing.T) {
	client, keys := redistest.Start(t).Client(), seal.New()
	ours := redis.New(client, keys, keyring.New(client, "body"))
	theirs := redis.New(client, keys, keyring.New(client, "body"))
	listed := func() []triage.Case {
		t.Helper()
		cases, _, err := ours.List(t.Context(), triage.Query{})
		if err != nil {
			t.Fatal(err)
		}
		return cases
	}
	c := triage.Case{ID: "07aaaaaaaaaaaaaaaaaaaaaaaa"}
	for i, e := range everything()[:3] {
		var err error
		if c, err = theirs.Append(t.Context(), c, e); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time it is remembered
			if cases := listed(); len(cases) != 1 || cases[0].Version != int64(i+1) {
				t.Fatalf("after %d events %d cases are listed: %+v", i+1, len(cases), cases)
			}
		}
	}
	fields, err := client.HMGet(t.Context(), "{p07}:case:"+string(c.ID), "s").Result()
	if err != nil || fields[0] == nil {
		t.Fatalf("the snapshot is not where it was: %v", err)
	}
	record := []byte(fields[0].(string))
	record[len(record)-1] ^= 1
	if err := client.HSet(t.Context(), "{p07}:case:"+string(c.ID), "s", record).Err(); err != nil {
		t.Fatal(err)
	}
	if cases := listed(); len(cases) != 1 || cases[0].Version != 0 {
		t.Errorf("a damaged snapshot is listed as it was: %+v", cases)
	}
	if err := theirs.Shred(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if cases := listed(); len(cases) != 0 {
		t.Errorf("a shredded case is listed: %+v", cases)
	}
}

// What one process destroyed, another that had it in memory forgets as well, though it goes on asking: where a copy from before is
// put back, nobody reads it.
func TestAnotherProcessForgetsWhatWasDestroyed(t *testing.T) {
	t.Parallel()
	client, keys, ctx := redistest.Start(t).Client(), seal.New(), t.Context()
	ours := redis.New(client, keys, keyring.Holding(client, "body", 200*time.Millisecond))
	theirs := redis.New(client, keys, keyring.New(client, "body"))
	told, err := ours.Watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c, err := theirs.Append(ctx, triage.Case{ID: caseID}, everything()[0])
	if err != nil {
		t.Fatal(err)
	}
	for heard(t, told) != c.ID {
	}
	reads := func() (int, error) {
		cases, _, err := ours.List(ctx, triage.Query{})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = ours.Load(ctx, c.ID)
		return len(cases), err
	}
	if n, err := reads(); n != 1 || err != nil {
		t.Fatalf("before: %d cases, %v", n, err)
	}
	copied := map[string]string{}
	for _, key := range client.Keys(ctx, "{p*").Val() {
		copied[key] = client.Dump(ctx, key).Val()
	}
	if err := theirs.Shred(ctx, c); err != nil {
		t.Fatal(err)
	}
	for heard(t, told) != c.ID {
	}
	for key, value := range copied {
		if err := client.RestoreReplace(ctx, key, 0, value).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for until := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		n, err := reads()
		if n == 0 && errors.Is(err, triage.ErrUnknown) {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("%d cases, %v", n, err)
		}
	}
}
