package discard

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
)

func TestPapersOfACase(t *testing.T) {
	for _, tt := range []struct {
		e    triage.Event
		want string
	}{
		{triage.Event{Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat"}, "[]"},
		{triage.Event{Kind: triage.KindMessage, From: triage.Seeker, Channel: "letter"}, "[letters]"},
		{triage.Event{Kind: triage.KindDelivery, Delivery: &triage.Delivery{Status: triage.DeliveryPaper}}, "[answers]"},
		{triage.Event{Kind: triage.KindReveal, Reveal: &triage.Reveal{Placeholder: "報告 abc"}}, "[sheets]"},
		{triage.Event{Kind: triage.KindReveal, Reveal: &triage.Reveal{Placeholder: "[人物A]"}}, "[]"},
	} {
		if got := fmt.Sprint(Of([]triage.Event{tt.e, tt.e})); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.e, got, tt.want)
		}
	}
}

func TestStatesAndOrder(t *testing.T) {
	day := time.Date(2028, 4, 2, 9, 0, 0, 0, time.UTC)
	owed := Record{ID: "a", Of: Case, Case: "07aaaa", Owed: day}
	older := Record{ID: "b", Of: Case, Case: "07bbbb", Owed: day.AddDate(0, 0, -1)}
	written := Record{ID: "c", Of: Case, Case: "07cccc", How: "cut", On: "2028-04-02", By: "kato", Witness: "ono"}
	done := written
	done.ID, done.Seen = "d", "ono"
	outside := Record{ID: "e", Of: Class, Class: "hottoribon", Year: 2024, School: "hinode-jhs", How: "burnt", On: "2028-04-03", Doer: "校長", Witness: "教頭"}
	all := []Record{done, outside, written, owed, older}
	Sort(all)
	var got string
	for _, r := range all {
		got += r.ID + " " + string(r.State()) + " "
	}
	if got != "b owed a owed c written e done d done " {
		t.Error(got)
	}
	for r, want := range map[string]string{owed.Key(): "case:07aaaa", outside.Key(): "class:hottoribon:2024:hinode-jhs"} {
		if r != want {
			t.Errorf("%s, want %s", r, want)
		}
	}
	batch := func(mark string) string { return (Record{Of: Batch, Batch: mark}).Key() }
	if k := batch("11-20 午後"); !strings.HasPrefix(k, "batch:") || strings.Contains(k, "11-20") || k != batch("11-20 午後") || k == batch("11-20 午前") {
		t.Errorf("a batch is named %s: the mark, which anybody may write, must not lie open", k)
	}
}
