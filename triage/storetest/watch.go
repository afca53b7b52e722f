package storetest

import (
	"context"
	"testing"
	"time"

	"madoguchi/triage"
)

var watchTests = map[string]func(*testing.T, triage.Store){
	"EachChangeIsTold":         eachChangeIsTold,
	"EveryWatcherIsTold":       everyWatcherIsTold,
	"ASlowReaderIsToldThatToo": slowReader,
	"EndsWithItsContext":       watchEnds,
}

// watch watches until the test ends.
func watch(t *testing.T, s triage.Store) <-chan triage.CaseID {
	t.Helper()
	told, err := s.Watch(t.Context())
	if err != nil {
		t.Fatalf("Watch: %v", err)
	}
	return told
}

// next returns what is told next.
func next(t *testing.T, told <-chan triage.CaseID) triage.CaseID {
	t.Helper()
	select {
	case id, ok := <-told:
		if !ok {
			t.Fatal("the watch has ended")
		}
		return id
	case <-time.After(patience):
		t.Fatal("nothing is told")
	}
	return ""
}

// hears reads until the id is told.
func hears(t *testing.T, told <-chan triage.CaseID, want triage.CaseID) {
	t.Helper()
	for next(t, told) != want {
	}
}

func eachChangeIsTold(t *testing.T, s triage.Store) {
	told := watch(t, s)
	a := begin(t, s, newID(1), message("m", 0, triage.Soon))
	hears(t, told, a.ID)
	b := begin(t, s, newID(60), message("m", 0, triage.Soon))
	hears(t, told, b.ID)
	add(t, s, a, said("s", 1))
	hears(t, told, a.ID)
	shredded(t, s, a.ID)
	hears(t, told, a.ID)
}

func everyWatcherIsTold(t *testing.T, s triage.Store) {
	one, two := watch(t, s), watch(t, s)
	c := begin(t, s, newID(2), message("m", 0, triage.Soon))
	hears(t, one, c.ID)
	hears(t, two, c.ID)
}

func slowReader(t *testing.T, s triage.Store) {
	const many = 500 // more than a store would keep for one reader
	slow := watch(t, s)
	quick := watch(t, s)
	var last triage.CaseID
	for i := range many {
		last = begin(t, s, newID(i%64), message("m", 0, triage.Soon)).ID
	}
	hears(t, quick, last) // whoever reads quickly or slowly, the writers were not held up
	first := next(t, slow)
	heard, missed := 0, first == ""
	for id := first; id != last; id = next(t, slow) {
		heard++
		missed = missed || id == ""
	}
	if heard < many-1 && !missed {
		t.Errorf("a slow reader heard %d of %d and was never told that it missed some", heard, many)
	}
}

func watchEnds(t *testing.T, s triage.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	told, err := s.Watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	soon(t, "the channel is closed", func() bool {
		select {
		case _, ok := <-told:
			return !ok
		default:
			return false
		}
	})
}
