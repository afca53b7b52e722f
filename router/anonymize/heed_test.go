package anonymize_test

import (
	"strings"
	"testing"

	"madoguchi/router/anonymize"
	"madoguchi/triage"
)

// TestHeeding: a doubtful name by which a danger is seen is none, and whoever is called so is gone all the same.
func TestHeeding(t *testing.T) {
	judge := func(words string) anonymize.Judge {
		return func(text string) triage.Judgement {
			i := strings.Index(text, words)
			if i < 0 {
				return triage.Judgement{Severity: triage.Soon}
			}
			start := len([]rune(text[:i]))
			return triage.Judgement{Severity: triage.Urgent, Reasons: []triage.Reason{{Start: start, End: start + len([]rune(words))}}}
		}
	}
	for _, c := range []struct{ words, text, plain, heeding string }{
		{"まひろ", "まひろ、また増えちゃった", "[人物A]、また増えちゃった", "まひろ、また増えちゃった"},
		{"まひろ", "まひろちゃんにけられた", "[人物A]ちゃんにけられた", "[人物A]ちゃんにけられた"},
		{"まひろ", "まひろ、また増えちゃった。田中くんがこわい", "[人物A]、また増えちゃった。[人物B]くんがこわい", "まひろ、また増えちゃった。[人物A]くんがこわい"},
		{"消えたい", "ゆうまがこわい。消えたい", "[人物A]がこわい。消えたい", "[人物A]がこわい。消えたい"},
	} {
		a := newAnonymizer(t)
		if got := a.Redact(c.text, nil, anonymize.Strict).Text; got != c.plain {
			t.Errorf("%s → %s, want %s", c.text, got, c.plain)
		}
		if got := a.Heeding(judge(c.words)).Redact(c.text, nil, anonymize.Strict).Text; got != c.heeding {
			t.Errorf("heeding: %s → %s, want %s", c.text, got, c.heeding)
		}
	}
}
