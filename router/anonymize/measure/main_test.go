package main

import (
	"strings"
	"sync"
	"testing"

	"madoguchi/router/anonymize"
)

var shared = sync.OnceValues(func() (*anonymize.Anonymizer, error) { return anonymize.New(anonymize.Gazetteer{}) })

// TestFloors: no change may find less than this, nor take more. The held-out writers are measured and not read.
func TestFloors(t *testing.T) {
	a, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	for file, floor := range map[string]struct{ people, kana, nicknames, all, over float64 }{
		"../testdata/dev.jsonl":          {0.965, 0.95, 0, 0.97, 0.02},
		"../testdata/dev-voices.jsonl":   {0.97, 0.96, 0, 0.97, 0.02},
		"../testdata/dev-scan.jsonl":     {0.98, 0.98, 0, 0.98, 0.03},
		"../testdata/dev-places.jsonl":   {0.94, 0.89, 0.85, 0.96, 0.045},
		"../testdata/dev-fifteen.jsonl":  {0.94, 0.88, 0.85, 0.93, 0.035},
		"../testdata/dev-desk.jsonl":     {0.96, 0.93, 0, 0.94, 0.06},
		"../testdata/dev-adults.jsonl":   {0.96, 0.93, 0, 0.94, 0.05},
		"../testdata/dev-dialect.jsonl":  {0.90, 0.88, 0, 0.85, 0.06},
		"../testdata/dev-names.jsonl":    {0.94, 0.90, 0, 0.89, 0.045},
		"../testdata/dev-ninth.jsonl":    {0.95, 0.94, 0, 0.955, 0.02},
		"../testdata/dev-tenth.jsonl":    {0.96, 0.96, 0, 0.95, 0.007},
		"../testdata/dev-eleventh.jsonl": {0.97, 0.97, 0, 0.975, 0.015},
		"../testdata/ruled5.jsonl":       {0.945, 0.915, 0.89, 0.97, 0.0165},
		"../testdata/ruled8.jsonl":       {0.965, 0.96, 0, 0.975, 0.018},
		"../testdata/held.jsonl":         {0.98, 0.95, 0, 0.98, 0.015},
		"../testdata/unseen.jsonl":       {0.98, 0.955, 0, 0.98, 0.015},
		"../testdata/unread9.jsonl":      {0.93, 0.925, 0, 0.905, 0.042},
		"../testdata/unread8.jsonl":      {0.945, 0.905, 0, 0.91, 0.018},
		"../testdata/unread5.jsonl":      {0.96, 0.94, 0, 0.968, 0.022},
		"../testdata/unread2.jsonl":      {0.94, 0.935, 0, 0.94, 0.014},
		"../testdata/unread18.jsonl":     {0.96, 0.955, 0, 0.93, 0.030},
	} {
		messages, err := read(file)
		if err != nil {
			t.Fatal(err)
		}
		s := newScores()
		for _, m := range messages {
			s.add(m, a.Redact(m.Text, nil, anonymize.Strict).Spans)
		}
		people, kana, nicknames, all, over := s.of("PERSON").recall(), s.of("PERSON#kana").recall(), s.of("PERSON#nickname").recall(), s.of("all").recall(), share(s.over, s.ordinary)
		t.Logf("%s: people %.3f, in kana %.3f, nicknames %.3f, all %.3f, taken too much %.4f", file, people, kana, nicknames, all, over)
		if people < floor.people || kana < floor.kana || nicknames < floor.nicknames || all < floor.all || over > floor.over {
			t.Errorf("%s: people %.3f, in kana %.3f, nicknames %.3f, all %.3f, taken too much %.4f, want %+v", file, people, kana, nicknames, all, over, floor)
		}
	}
}

// TestEverydaySentencesStay: of sentences in which nobody is named, few lose a word. The held ones were never read.
func TestEverydaySentencesStay(t *testing.T) {
	a, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]struct {
		least int
		most  float64
	}{"../testdata/plain.txt": {250, 0.04}, "../testdata/plain-dialect.txt": {100, 0.11}, "../testdata/plain-held.txt": {250, 0.065}} {
		messages, err := read(file)
		if err != nil {
			t.Fatal(err)
		}
		s := newScores()
		for _, m := range messages {
			s.add(m, a.Redact(m.Text, nil, anonymize.Strict).Spans)
		}
		t.Logf("%s: %d of %d", file, s.spoiled, s.plain)
		if s.plain < want.least || share(s.spoiled, s.plain) > want.most {
			t.Errorf("%s: %d of %d lose a word, want at most %.3f", file, s.spoiled, s.plain, want.most)
		}
	}
}

// TestAgain: what was redacted stays as it is when it is redacted again with the same glossary.
func TestAgain(t *testing.T) {
	a, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	messages, err := read("../testdata/dev.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	changed := 0
	checked := 0
	for i, m := range messages {
		if i%3 > 0 {
			continue
		}
		checked++
		var g anonymize.Glossary
		once := a.Redact(m.Text, &g, anonymize.Strict).Text
		twice := a.Redact(once, &g, anonymize.Strict).Text
		for _, e := range g.Entries {
			if strings.Count(twice, e.Placeholder) < strings.Count(once, e.Placeholder) {
				t.Errorf("%s: %s is gone: %s → %s", m.ID, e.Placeholder, once, twice)
			}
		}
		if once != twice {
			changed++
			t.Logf("%s: %s → %s", m.ID, once, twice)
		}
	}
	if changed*50 > checked {
		t.Errorf("%d of %d messages change when they are redacted again", changed, checked)
	}
}
