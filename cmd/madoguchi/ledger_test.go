package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/audit"
	"madoguchi/triage/seal"
)

// Who did something with a case is found however long ago it was, the newest first, and nobody else.
func TestTheLedgerOfACase(t *testing.T) {
	t.Parallel()
	client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
	t.Cleanup(func() { client.Close() })
	log, err := audit.Open(client, seal.New(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	const all, ours = 1100, 100
	for n := range all {
		id := triage.CaseID("07aaaaaaaaaaaaaaaaaaaaaaaa")
		if n%(all/ours) == 0 {
			id = "07bbbbbbbbbbbbbbbbbbbbbbbb"
		}
		if err := log.Record(t.Context(), audit.Entry{At: time.Unix(int64(n), 0), Who: "sato", Act: "look", Case: id, Ref: fmt.Sprint(n)}); err != nil {
			t.Fatal(err)
		}
	}
	l := ledger{log: log}
	looked, err := l.Of(t.Context(), "bbbbbb", all)
	if err != nil || len(looked) != ours || looked[0].Ref != fmt.Sprint(all-all/ours) || looked[ours-1].Ref != "0" {
		t.Fatalf("%d of the case, %v", len(looked), err)
	}
	if looked, err = l.Of(t.Context(), "bbbbbb", 3); err != nil || len(looked) != 3 {
		t.Errorf("the newest three are %d, %v", len(looked), err)
	}
	if looked, err = l.Recent(t.Context(), 700); err != nil || len(looked) != 700 || looked[0].Ref != fmt.Sprint(all-1) {
		t.Errorf("the newest are %d, %v", len(looked), err)
	}
}
