package tally

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
)

func TestNumbersOfMonthsAndNothingElse(t *testing.T) {
	server := miniredis.RunT(t)
	c := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1})
	t.Cleanup(func() { c.Close() })
	now := time.Date(2026, 11, 30, 23, 59, 0, 0, triage.JST)
	tally := New(c, func() time.Time { return now })
	count := func(door, what string, n int) {
		t.Helper()
		if err := tally.Count(t.Context(), door, what, n); err != nil {
			t.Fatal(err)
		}
	}
	count("chat", triage.CountedClosed, 1)
	count("chat", triage.CountedClosed, 1)
	count("voice", triage.CountedClosed, 1)
	count("voice", triage.CountedClosed, -1)
	now = now.Add(time.Minute) // the next month, in Japan
	count("chat", triage.CountedGaveUp, 1)
	got, err := tally.Counted(t.Context(), time.Date(2026, 11, 5, 0, 0, 0, 0, triage.JST), time.Date(2027, 1, 1, 0, 0, 0, 0, triage.JST))
	want := []triage.Counted{{Month: "2026-11", Door: "chat", What: triage.CountedClosed, N: 2}, {Month: "2026-12", Door: "chat", What: triage.CountedGaveUp, N: 1}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("counted %v, %v", got, err)
	}
	for _, key := range server.Keys() {
		if key != "{tally}:2026-11" && key != "{tally}:2026-12" {
			t.Errorf("the key %s", key)
		}
		fields, err := server.HKeys(key)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fields {
			door, what, _ := strings.Cut(f, "|")
			if !slices.Contains(doors, door) || !slices.Contains(triage.CountedKinds, what) {
				t.Errorf("the field %s", f)
			}
		}
	}
}

func TestNothingElseIsCounted(t *testing.T) {
	server := miniredis.RunT(t)
	c := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1})
	t.Cleanup(func() { c.Close() })
	tally := New(c, time.Now)
	if tally.Count(t.Context(), "chat", "はなこ", 1) == nil || tally.Count(t.Context(), "line", triage.CountedClosed, 1) == nil {
		t.Error("something else was counted")
	}
	if len(server.Keys()) != 0 {
		t.Errorf("keys %v", server.Keys())
	}
	server.Close()
	if err := tally.Count(t.Context(), "chat", triage.CountedLate, 1); !errors.Is(err, triage.ErrUnavailable) {
		t.Errorf("without Redis: %v", err)
	}
	if _, err := tally.Counted(t.Context(), time.Now(), time.Now().AddDate(0, 1, 0)); !errors.Is(err, triage.ErrUnavailable) {
		t.Errorf("without Redis: %v", err)
	}
}
