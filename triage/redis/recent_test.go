package redis_test

import (
	"testing"

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
