package keyring_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
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

// A share is found by its name until it is destroyed, and no two are alike.
func TestAShareLivesUntilItIsDestroyed(t *testing.T) {
	on(t, func(t *testing.T, client redis.UniversalClient) {
		ctx := t.Context()
		here, there, other := keyring.New(client, "body"), keyring.New(client, "body"), keyring.New(client, "identity")
		name, share, err := here.Make(ctx, caseID)
		if err != nil || len(share) != keyring.Bytes || len(name) != keyring.NameBytes || name[:2] != "07" {
			t.Fatalf("%d bytes, %v", len(share), err)
		}
		if second, otherShare, err := here.Make(ctx, caseID); err != nil || second == name || bytes.Equal(otherShare, share) {
			t.Fatalf("two are alike: %v", err)
		}
		if got, err := there.Share(ctx, name); err != nil || !bytes.Equal(got, share) {
			t.Fatalf("another ring: %v", err)
		}
		if _, err := other.Share(ctx, name); !errors.Is(err, keyring.ErrUnknown) {
			t.Errorf("for another use: %v", err)
		}
		for range 2 {
			if err := there.Destroy(ctx, name); err != nil {
				t.Fatal(err)
			}
		}
		for _, r := range []*keyring.Ring{there, keyring.New(client, "body")} {
			if _, err := r.Share(ctx, name); !errors.Is(err, keyring.ErrUnknown) {
				t.Errorf("after: %v", err)
			}
		}
	})
}

// A share that is ended is gone as one that is destroyed, and it is known that it was ended; of one that never was, or that was
// destroyed, it is not.
func TestEnded(t *testing.T) {
	on(t, func(t *testing.T, client redis.UniversalClient) {
		ctx, ring := t.Context(), keyring.New(client, "body")
		var names []string
		for range 3 {
			name, _, err := ring.Make(ctx, caseID)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
		for _, err := range []error{ring.End(ctx, names[0]), ring.End(ctx, names[0]), ring.Destroy(ctx, names[1]), ring.End(ctx, names[1]), ring.End(ctx, "07nobody")} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for i, name := range append(names, "07nobody") {
			ended, err := keyring.New(client, "body").Ended(ctx, name)
			if err != nil || ended != (i == 0) {
				t.Errorf("share %d: %t, %v", i, ended, err)
			}
			if _, err := keyring.New(client, "body").Share(ctx, name); (err == nil) != (i == 2) || err != nil && !errors.Is(err, keyring.ErrUnknown) {
				t.Errorf("share %d: %v", i, err)
			}
		}
	})
}

// A ring forgets after a while what it holds, though it is asked all the time: so what another process destroyed is gone here too.
// Until then it does not ask again.
func TestWhatIsHeldIsForgotten(t *testing.T) {
	on(t, func(t *testing.T, client redis.UniversalClient) {
		ctx, there := t.Context(), keyring.New(client, "body")
		var names []string
		long, brief := keyring.Holding(client, "body", time.Hour), keyring.Holding(client, "body", 100*time.Millisecond)
		for range 3 {
			name, share, err := there.Make(ctx, caseID)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range []*keyring.Ring{long, brief} {
				if got, err := r.Share(ctx, name); err != nil || !bytes.Equal(got, share) {
					t.Fatal(err)
				}
			}
			names = append(names, name)
		}
		for _, err := range []error{there.End(ctx, names[0]), there.Destroy(ctx, names[1])} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for i, name := range names {
			if _, err := long.Share(ctx, name); err != nil {
				t.Errorf("share %d is not held: %v", i, err)
			}
			for until := time.Now().Add(20 * time.Second); i < 2; {
				_, err := brief.Share(ctx, name)
				if errors.Is(err, keyring.ErrUnknown) {
					break
				}
				if err != nil || time.Now().After(until) {
					t.Fatalf("share %d stays: %v", i, err)
				}
			}
		}
		if _, err := brief.Share(ctx, names[2]); err != nil {
			t.Errorf("what lives is lost: %v", err)
		}
	})
}

// Many are found at once, in the order that they were asked in.
func TestSharesInOrder(t *testing.T) {
	on(t, func(t *testing.T, client redis.UniversalClient) {
		ring := keyring.New(client, "body")
		var names []string
		var want [][]byte
		for i := range 300 {
			if i%3 == 0 {
				names, want = append(names, fmt.Sprintf("%02dnobody", i%64)), append(want, nil)
				continue
			}
			name, share, err := ring.Make(t.Context(), fmt.Sprintf("%02dcase%d", i%64, i))
			if err != nil {
				t.Fatal(err)
			}
			names, want = append(names, name), append(want, share)
		}
		for _, r := range []*keyring.Ring{ring, keyring.New(client, "body")} {
			got, err := r.Shares(t.Context(), names...)
			if err != nil {
				t.Fatal(err)
			}
			for i := range want {
				if !bytes.Equal(got[i], want[i]) {
					t.Fatalf("%s has another share", names[i])
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
	name, share, err := ring.Make(ctx, caseID)
	if err != nil {
		t.Fatal(err)
	}
	dir := client.ConfigGet(ctx, "dir").Val()["dir"]
	if err := keyring.Rewrite(ctx, client); err != nil || !onDisk(t, dir, share) {
		t.Fatalf("nothing was destroyed yet: %v", err)
	}
	if err := ring.Destroy(ctx, name); err != nil || !onDisk(t, dir, share) {
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
	_, _, err := ring.Make(t.Context(), caseID)
	if !errors.Is(err, keyring.ErrUnavailable) || strings.Contains(err.Error(), caseID) || ring.Destroy(t.Context(), caseID) == nil {
		t.Errorf("%v", err)
	}
}
