package assess_test

import (
	"path/filepath"
	"slices"
	"testing"

	"madoguchi/triage"
	"madoguchi/triage/assess"
	"madoguchi/triage/assess/gold"
)

// Writers whom the model did not learn from, and the rules of all but some emergencies neither: most of what is grave is
// found in their words too. The floors are a little below what is measured; see triage/assess/measure.
func TestUnknownWritersAreHeard(t *testing.T) {
	a, err := assess.New()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/heldout/*.jsonl")
	if err != nil || len(files) < 6 {
		t.Fatalf("%d writers, %v", len(files), err)
	}
	var n, under, suicide, found, urgent, missed int
	for _, name := range files {
		messages, err := gold.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			j := a.Assess(m.Text)
			n++
			if j.Severity.Rank() > m.Severity.Rank() && !slices.Contains(m.Else, j.Severity) {
				under++
			}
			if slices.Contains(m.Flags, triage.Suicide) {
				suicide++
				if slices.Contains(j.Flags, triage.Suicide) {
					found++
				}
			}
			if m.Severity.Rank() <= triage.Urgent.Rank() && len(m.Else) == 0 {
				urgent++
				if j.Severity.Rank() > triage.Urgent.Rank() {
					missed++
				}
			}
		}
	}
	if n < 300 || under*100 > 4*n || found*100 < 92*suicide || missed*100 > 2*urgent {
		t.Errorf("of %d messages %d judged too lightly, suicide found %d of %d, urgent missed %d of %d", n, under, found, suicide, missed, urgent)
	}
}
