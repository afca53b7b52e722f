package assess_test

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"madoguchi/triage"
)

// TestMessages judges the messages of testdata, written for this test, and holds the figures that a desk lives by.
func TestMessages(t *testing.T) {
	a := assessor(t)
	f, err := os.Open("testdata/messages.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var n, under, over, suicide, suicideHit, emergency, emergencyHit, calm, alarms int
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var m struct {
			ID, Text string
			Flags    []triage.Flag
			Severity triage.Severity
		}
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		j := a.Assess(m.Text)
		n++
		if j.Severity.Rank() > m.Severity.Rank() {
			under++
			t.Logf("%s: under: %s, want %s", m.ID, j.Severity, m.Severity)
		}
		if j.Severity.Rank() < m.Severity.Rank() {
			over++
			t.Logf("%s: over: %s, want %s", m.ID, j.Severity, m.Severity)
		}
		if slices.Contains(m.Flags, triage.Suicide) {
			suicide++
			if slices.Contains(j.Flags, triage.Suicide) {
				suicideHit++
			}
		}
		if m.Severity == triage.Emergency {
			emergency++
			if j.Severity == triage.Emergency {
				emergencyHit++
			}
		}
		if m.Severity == triage.Routine {
			calm++
			if slices.Contains(j.Flags, triage.Suicide) || slices.Contains(j.Flags, triage.SelfHarm) {
				alarms++
			}
		}
	}
	if n < 70 || under*100 > 6*n || over*100 > 10*n || suicideHit*100 < 97*suicide || emergencyHit*100 < 90*emergency || alarms*100 > 5*calm {
		t.Errorf("%d messages: under %d, over %d, suicide %d/%d, emergency %d/%d, false alarms %d/%d",
			n, under, over, suicideHit, suicide, emergencyHit, emergency, alarms, calm)
	}
}
