package keyring_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage/keyring"
	"madoguchi/triage/redistest"
)

const caseID = "07abcdefghijklmnopqrstuvwx"

// on runs the test on every sort of Redis.
func on(t *testing.T, test func(t *testing.T, client redis.UniversalClient)) {
	embedded, _ := redistest.Embedded(t)
	for name, client := range map[string]redis.UniversalClient{"embedded": embedded, "server": redistest.Start(t).Client(),
		"cluster": redistest.StartCluster(t).Client()} {
		t.Run(name, func(t *testing.T) { test(t, client) })
	}
}

// However many make the share of one case, there is one; once it is destroyed nobody has it, and the next is another.
func TestOneShareACase(t *testing.T) {
	on(t, func(t *testing.T, client redis.UniversalClient) {
		ctx := t.Context()
		here, there, other := keyring.New(client, "body"), keyring.New(client, "body"), keyring.New(client, "identity")
		if _, err := here.Share(ctx, caseID); !errors.Is(err, keyring.ErrUnknown) {
			t.Fatalf("before: %v", err)
		}
		made := make([][]byte, 20)
		var all sync.WaitGroup
		for i := range made {
			all.Go(func() { made[i], _ = keyring.New(client, "body").Make(ctx, caseID) })
		}
		all.Wait()
		for _, m := range made {
			if len(m) != keyring.Bytes || !bytes.Equal(m, made[0]) {
				t.Fatal("two shares for one case")
			}
		}
		if got, err := there.Share(ctx, caseID); err != nil || !bytes.Equal(got, made[0]) {
			t.Fatalf("another ring: %v", err)
		}
		if mine, err := other.Make(ctx, caseID); err != nil || bytes.Equal(mine, made[0]) {
			t.Fatalf("two uses share a share: %v", err)
		}
		for range 2 {
			if err := here.Destroy(ctx, caseID); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := there.Again(ctx, caseID); !errors.Is(err, keyring.ErrUnknown) {
			t.Errorf("after: %v", err)
		}
		if again, err := there.Make(ctx, caseID); err != nil || bytes.Equal(again, made[0]) {
			t.Errorf("the next one: %v", err)
		}
		if _, err := other.Again(ctx, caseID); err != nil {
			t.Errorf("the other use: %v", err)
		}
	})
}

// Many are found at once, in the order that they were asked in.
func TestSharesInOrder(t *testing.T) {
	on(t, func(t *testing.T, client redis.UniversalClient) {
		ring := keyring.New(client, "body")
		var ids []string
		var want [][]byte
		for i := range 300 {
			id := fmt.Sprintf("%02dcase%d", i%64, i)
			ids, want = append(ids, id), append(want, nil)
			if i%3 == 0 {
				continue
			}
			share, err := ring.Make(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			want[i] = share
		}
		for _, r := range []*keyring.Ring{ring, keyring.New(client, "body")} {
			got, err := r.Shares(t.Context(), ids...)
			if err != nil {
				t.Fatal(err)
			}
			for i := range want {
				if !bytes.Equal(got[i], want[i]) {
					t.Fatalf("%s has another share", ids[i])
				}
			}
		}
	})
}

// A destroyed share stays in the server's own log until Rewrite, and no longer.
func TestRewriteTakesTheTracesAway(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client()
	ring, ctx := keyring.New(client, "body"), t.Context()
	share, err := ring.Make(ctx, caseID)
	if err != nil {
		t.Fatal(err)
	}
	dir := client.ConfigGet(ctx, "dir").Val()["dir"]
	if err := keyring.Rewrite(ctx, client); err != nil || !onDisk(t, dir, share) {
		t.Fatalf("nothing was destroyed yet: %v", err)
	}
	if err := ring.Destroy(ctx, caseID); err != nil || !onDisk(t, dir, share) {
		t.Fatalf("the log forgot at once, and this test shows nothing: %v", err)
	}
	if err := keyring.Rewrite(ctx, client); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(time.Minute); onDisk(t, dir, share); {
		if time.Now().After(until) {
			t.Fatal("the share is still in the log")
		}
		client.Ping(ctx)
	}
}

func onDisk(t *testing.T, dir string, share []byte) (found bool) {
	t.Helper()
	err := filepath.Walk(dir, func(name string, info os.FileInfo, err error) error {
		if errors.Is(err, os.ErrNotExist) { // it was being replaced
			return nil
		}
		if err != nil || info.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		found = found || bytes.Contains(data, share)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestAwayIsSaidAndNothingElse(t *testing.T) {
	server := redistest.Start(t)
	ring := keyring.New(server.Client(), "body")
	server.Kill()
	_, err := ring.Make(t.Context(), caseID)
	if !errors.Is(err, keyring.ErrUnavailable) || strings.Contains(err.Error(), caseID) || ring.Destroy(t.Context(), caseID) == nil {
		t.Errorf("%v", err)
	}
}
