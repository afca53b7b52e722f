package anonymize_test

import (
	"path/filepath"
	"testing"

	"madoguchi/router/anonymize"
	"madoguchi/triage/assess"
	"madoguchi/triage/assess/gold"
)

// TestDangerIsNotLessAfterwards: whoever reads only the redacted text sees the same danger. The alarm itself comes from the
// original words; this is for the people behind it, and for the reasons that are shown to them.
func TestDangerIsNotLessAfterwards(t *testing.T) {
	a := newAnonymizer(t)
	judge, err := assess.New()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../triage/assess/testdata/*/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal("no messages", err)
	}
	n := 0
	for _, file := range files {
		messages, err := gold.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			n++
			redacted := a.Redact(m.Text, nil, anonymize.Strict).Text
			if redacted == m.Text {
				continue
			}
			before, after := judge.Assess(m.Text).Severity, judge.Assess(redacted).Severity
			if after.Rank() > max(before.Rank(), m.Severity.Rank()) { // that a false alarm goes is no danger less
				t.Errorf("%s: %s → %s", m.ID, before, after) // some of them are held out, and nobody reads those
			}
		}
	}
	if n < 2000 {
		t.Errorf("only %d messages", n)
	}
}
