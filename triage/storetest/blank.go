package storetest

import (
	"testing"

	"madoguchi/triage"
)

// blanksDestroyWords: what an event blanks is gone in the same act, whoever reads it, and the case folds to the same.
func blanksDestroyWords(t *testing.T, s triage.Store) {
	secret := message("m1", 0, triage.Soon)
	secret.Text, secret.CallMe = "消す言葉", "呼び名"
	c := begin(t, s, newID(11), secret, message("m2", 1, triage.Urgent))
	gone := triage.Event{ID: "u1", At: start, Kind: triage.KindState, From: triage.Seeker, Hides: "m1", Blanks: "m1"}
	after := add(t, s, c, gone)
	add(t, s, after, gone) // again: known, and nothing happens
	got, events, err := s.Load(t.Context(), c.ID)
	if err != nil || len(events) != 3 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	if events[0].Text != triage.Blanked || events[0].CallMe != "" || events[0].Seq != 1 || events[1].Text == triage.Blanked {
		t.Errorf("%+v", events[0])
	}
	if got.Version != after.Version || got.Severity != after.Severity || got.Preview != after.Preview {
		t.Errorf("read again it is %+v, want %+v", got, after)
	}
	none := triage.Event{ID: "u2", At: start, Kind: triage.KindState, From: triage.Seeker, Hides: "never", Blanks: "never"}
	if c = add(t, s, got, none); c.Version != 4 {
		t.Errorf("version %d", c.Version)
	}
	first := message("x1", 0, triage.Soon)
	first.Blanks = "x0"
	begin(t, s, newID(12), first) // of a case that is not there yet
}
