package router

import (
	"errors"
	"maps"
	"testing"

	"madoguchi/triage"
)

// A school gets its own words back, each version as it was written.
func TestAReportComesBackAsItWasWritten(t *testing.T) {
	h := newHouse(t)
	id := h.enter(t, triage.Entry{ID: "v1", Channel: "visit", Text: "山田花子さんにけられた。はなこは二組"})
	fields := map[string]string{"harming": "山田花子", "matter": "けり"}
	h.enter(t, triage.Entry{ID: "r1", Case: id, Channel: "school", Report: &triage.Report{ID: "sent", School: "hinode", Form: "incident", Fields: fields}})
	k, events := h.load(t, id)
	if len(k.Reports) != 1 || events[1].Report.Fields["harming"] == "山田花子" {
		t.Fatalf("%+v", k.Reports)
	}
	got, err := h.front.Report(t.Context(), id, k.Reports[0].ID)
	if err != nil || !maps.Equal(got, fields) {
		t.Errorf("%d fields came back, %v", len(got), err)
	}
	for what, id := range map[string]string{"another report": "99nothing", "none": ""} {
		if _, err := h.front.Report(t.Context(), k.ID, id); !errors.Is(err, triage.ErrUnknown) {
			t.Errorf("%s: %v", what, err)
		}
	}
	// What is amended keeps its first words.
	amended := map[string]string{"harming": "山田花子", "matter": "けりと悪口"}
	h.enter(t, triage.Entry{ID: "r2", Case: id, Channel: "school", Report: &triage.Report{ID: "again", School: "hinode", Form: "incident", Fields: amended, Amends: k.Reports[0].ID}})
	k, _ = h.load(t, id)
	if filed := k.Filed(); len(filed) != 1 || filed[0].Version != 2 || filed[0].Matter != "けりと悪口" || len(k.Reports) != 2 {
		t.Errorf("%+v", k.Reports)
	}
	if got, err := h.front.Report(t.Context(), id, k.Reports[0].ID); err != nil || !maps.Equal(got, fields) {
		t.Errorf("the first version: %v", err)
	}
	if err := h.front.Erase(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := h.front.Report(t.Context(), id, k.Reports[0].ID); err == nil {
		t.Error("after the erasure the words are still there")
	}
}
