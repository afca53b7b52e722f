package assess_test

import (
	"os"
	"strings"
	"testing"

	"madoguchi/triage"
)

// Of three hundred people whose life is in danger none is taken for less than urgent, and at least 280 for an emergency.
// The same texts come through every door in package main.
func TestWhoeverIsInDangerIsHeard(t *testing.T) {
	a := assessor(t)
	list, err := os.ReadFile("testdata/imminent.txt")
	if err != nil {
		t.Fatal(err)
	}
	n, at := 0, 0
	for text := range strings.Lines(string(list)) {
		if text = strings.TrimSpace(text); text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		n++
		switch s := a.Assess(text).Severity; {
		case s == triage.Emergency:
			at++
		case s != triage.Urgent:
			t.Errorf("%s: %s", s, text)
		default:
			t.Logf("urgent: %s", text)
		}
	}
	if n != 300 || at < 280 {
		t.Errorf("%d texts, %d emergencies", n, at)
	}
}

// TestAPastTenseIsNoBlade: what hurt and is touched is no cutter at somebody's body, though the two sound alike.
func TestAPastTenseIsNoBlade(t *testing.T) {
	a := assessor(t)
	for text, emergency := range map[string]bool{
		"苦しかった胸に手をあてて先生が大丈夫って言ってくれた": false,
		"痛かったお腹に手を当てたら少し楽になった":       false,
		"カッター首にあててる":                 true,
		"痛かったけどカッターを首にあててる。もう死ぬ":     true,
	} {
		if got := a.Assess(text).Severity; (got == triage.Emergency) != emergency {
			t.Errorf("%s: %s", text, got)
		}
	}
}
