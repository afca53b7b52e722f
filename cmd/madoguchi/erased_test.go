package main

import (
	"errors"
	"fmt"
	"testing"

	"madoguchi/router"
	"madoguchi/router/redistest"
)

// A destruction that was cut off before the share of the key was gone is ended by the next start, on both sides of the wall,
// and other shares stay.
func TestACutOffDestructionIsEnded(t *testing.T) {
	server, shares := redistest.Start(t), redistest.Start(t)
	cases, keys, ctx := as(t, server.URL), as(t, shares.URL), t.Context()
	const left, lives = "07leftleftleftleft", "07liveslivesliveslives"
	for _, use := range []string{"body", "identity"} {
		for _, name := range []string{left, lives} {
			if err := keys.HSet(ctx, "{k07}:"+use, name, fmt.Sprintf("%032d", 7)).Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(cases.SAdd(ctx, "{p07}:broken", left).Err(), cases.HSet(ctx, "{v07}:broken", left, "1").Err()); err != nil {
		t.Fatal(err)
	}
	common := []string{"--data-dir=" + t.TempDir(), "--redis-url=" + server.URL, "--keys-redis-url=" + shares.URL}
	must(t, append([]string{"keys", "init"}, common...)...)
	start(t, "serve", common...)
	eventually(t, soon, func() error {
		n := cases.Exists(ctx, "{p07}:broken", "{v07}:broken").Val()
		for _, use := range []string{"body", "identity"} {
			if keys.HExists(ctx, "{k07}:"+use, left).Val() || n != 0 {
				return fmt.Errorf("%s: the share of what was destroyed is still there", use)
			}
			if !keys.HExists(ctx, "{k07}:"+use, lives).Val() {
				t.Fatalf("%s: another share is gone", use)
			}
		}
		return nil
	})
}

// No file is thrown away while a message that may name it is on its way, or waits for a person.
func TestFilesWaitForTheirMessages(t *testing.T) {
	for name, tt := range map[string]struct {
		s    router.Status
		want bool
	}{
		"at rest":         {router.Status{Redis: "ok", Accepted: 3, Processed: 3}, true},
		"held":            {router.Status{Redis: "ok", Held: 1}, false},
		"queued":          {router.Status{Redis: "ok", Queued: 1}, false},
		"a dead letter":   {router.Status{Redis: "ok", Dead: 1}, false},
		"Redis is away":   {router.Status{Redis: "away"}, false},
		"Redis is unsafe": {router.Status{Redis: "unsafe"}, false},
	} {
		if got := settled(tt.s); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
