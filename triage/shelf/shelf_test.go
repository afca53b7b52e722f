package shelf_test

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"madoguchi/triage"
	"madoguchi/triage/redistest"
	"madoguchi/triage/seal"
	"madoguchi/triage/shelf"
)

type note struct {
	Count int
	Text  string
}

func TestShelf(t *testing.T) {
	client, keys := redistest.Start(t).Client(), seal.New()
	s := shelf.New[note](client, keys, "notes")
	if _, err := s.Find(t.Context(), "a"); !errors.Is(err, triage.ErrUnknown) {
		t.Errorf("what was never written: %v", err)
	}
	var writers errgroup.Group
	for range 8 {
		writers.Go(func() error {
			for range 5 {
				if _, err := s.Change(t.Context(), "a", func(n *note) error { n.Count++; n.Text = "山田さんのこと"; return nil }); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := writers.Wait(); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Find(t.Context(), "a"); err != nil || n.Count != 40 {
		t.Errorf("after 40 changes at once: %+v, %v", n, err)
	}
	refused := errors.New("no")
	if _, err := s.Change(t.Context(), "a", func(n *note) error { n.Count = 0; return refused }); !errors.Is(err, refused) {
		t.Errorf("a change that is refused: %v", err)
	}
	all, err := s.All(t.Context())
	if err != nil || len(all) != 1 || all["a"].Count != 40 {
		t.Errorf("all: %+v, %v", all, err)
	}
	raw, err := client.HGetAll(t.Context(), "{staff}:shelf:notes").Result()
	if err != nil || len(raw) != 1 || strings.Contains(raw["a"], "山田") {
		t.Errorf("what lies in Redis: %d records, readable %t, %v", len(raw), strings.Contains(raw["a"], "山田"), err)
	}
	// A record moved to another place is not that other record.
	if err := client.HSet(t.Context(), "{staff}:shelf:notes", "b", raw["a"]).Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Find(t.Context(), "b"); !errors.Is(err, triage.ErrDamaged) {
		t.Errorf("a record in another's place: %v", err)
	}
	for range 2 {
		if err := s.Remove(t.Context(), "a"); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Find(t.Context(), "a"); !errors.Is(err, triage.ErrUnknown) {
		t.Errorf("what was removed: %v", err)
	}
}
