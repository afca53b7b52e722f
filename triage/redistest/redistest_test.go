package redistest_test

import (
	"context"
	"testing"

	"madoguchi/triage/redistest"
)

// What a server acknowledged is there after kill -9.
func TestRestartKeepsWhatWasAcknowledged(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	server := redistest.Start(t)
	if err := server.Client().Set(ctx, "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	server.Kill()
	if err := server.Client().Ping(ctx).Err(); err == nil {
		t.Fatal("a killed server answers")
	}
	server.Restart()
	if got, err := server.Client().Get(ctx, "k").Result(); err != nil || got != "v" {
		t.Fatalf("after the restart: %q, %v", got, err)
	}
}

// The cluster refuses what an ordinary server lets pass: keys of two slots in one script.
func TestClusterRefusesForeignSlots(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	client := redistest.StartCluster(t).Client()
	const both = `redis.call('SET', KEYS[1], '1') redis.call('SET', KEYS[2], '1') return 1`
	if err := client.Eval(ctx, both, []string{"{a}:x", "{a}:y"}).Err(); err != nil {
		t.Errorf("one slot: %v", err)
	}
	if err := client.Eval(ctx, both, []string{"{a}:x", "{b}:y"}).Err(); err == nil {
		t.Error("two slots are taken")
	}
}
