package assess

import (
	"testing"

	"madoguchi/triage/assess/gold"
)

// TestUnknownWritersAreHeard: writers whom the model did not learn from, and the rules of all but some emergencies neither:
// most of what is grave is found in their words too, and named rightly. The writers of testdata/closed were measured once,
// when rules and model stood. Those of testdata/beside tell of danger, and of nothing else, in the midst of lessons, games, thanks
// and idols, where a rule that knows what is harmless would look away. Those of testdata/common write as most do, plainly and of
// everything; those of testdata/short write one line each, one in four of
// them harmless in the words of danger; those of testdata/pairs say harmless and dangerous things in the same words, and those of
// testdata/veiled tell of danger in words that no list foresees. Nobody looks at their errors. The floors are a little below what is measured; see
// triage/assess/measure.
func TestUnknownWritersAreHeard(t *testing.T) {
	l, err := load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		files                           string
		least                           int
		suicide, emergency, flags, hard float64 // found, found, macro-F1; alarms at most
		under                           float64 // at most
		late                            float64 // what is urgent judged less, at most
	}{
		{"testdata/common/*.jsonl", 720, 0.97, 0.93, 0.93, 0.035, 0.02, 0.02},
		{"testdata/alike/*.jsonl", 1600, 0.97, 0.93, 0.90, 0.07, 0.01, 0.02},
		{"testdata/heldout/*.jsonl", 300, 0.95, 0.95, 0.88, 0.06, 0.01, 0.015},
		{"testdata/closed/*.jsonl", 150, 0.93, 0.90, 0.90, 0.04, 0.02, 0.03},
		{"testdata/short/*.jsonl", 540, 0.95, 0.90, 0.86, 0.055, 0.025, 0.04},
		{"testdata/beside/*.jsonl", 240, 0.95, 0.78, 0.62, 0, 0.08, 0.05},
		{"testdata/pairs/*.jsonl", 1820, 0.98, 0.90, 0.84, 0.09, 0.01, 0.01},
		{"testdata/veiled/*.jsonl", 400, 0.91, 0.85, 0.47, 0, 0.05, 0.05},
	} {
		var all gold.Tally
		messages := written(t, c.files)
		for _, m := range messages {
			all.Add(m, l.judge(m.Text))
		}
		f := all.Figures()
		if len(messages) < c.least || f.Suicide < c.suicide || f.Emergency < c.emergency || f.MacroF1 < c.flags || f.Alarms > c.hard || f.Under > c.under || f.Late > c.late {
			t.Errorf("%s: %d messages, %+v", c.files, len(messages), f)
		}
	}
}
