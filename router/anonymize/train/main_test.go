package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"madoguchi/router/anonymize"
	"madoguchi/router/anonymize/tagger"
)

func newTestMaker(t *testing.T) *maker {
	m, err := newMaker(".")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestExamples: every example has a label for each character, names begin with a first label, lines without names have
// none, and there are enough of either.
func TestExamples(t *testing.T) {
	lines, err := written("written", "")
	if err != nil {
		t.Fatal(err)
	}
	named, plain := 0, 0
	for _, line := range lines {
		if strings.Contains(strings.ReplaceAll(line, "{w}", ""), "{") {
			named++
		} else {
			plain++
		}
		if strings.Count(line, "{") != strings.Count(line, "}") || strings.Count(line, "<") != strings.Count(line, ">") {
			t.Errorf("a bracket is open: %s", line)
		}
	}
	if named < 400 || plain < 800 {
		t.Errorf("%d lines with names, %d without", named, plain)
	}
	var some []string
	for i := 0; i < len(lines); i += 5 {
		some = append(some, lines[i])
	}
	for _, e := range newTestMaker(t).all(some, nil) {
		if len(e.text) != len(e.labels) {
			t.Fatalf("%d characters, %d labels: %s", len(e.text), len(e.labels), string(e.text))
		}
		for i, l := range e.labels {
			if l > 0 && l%2 == 0 && (i == 0 || e.labels[i-1] != l && e.labels[i-1] != l-1) {
				t.Fatalf("a name without a beginning: %s", e)
			}
		}
	}
}

// TestSameWeights: the same sentences give the same weights, and a little of them suffices for a beginning.
func TestSameWeights(t *testing.T) {
	a, err := anonymize.New(anonymize.Gazetteer{})
	if err != nil {
		t.Fatal(err)
	}
	lines, err := written("written", "")
	if err != nil {
		t.Fatal(err)
	}
	var few []string
	for i := 0; i < len(lines); i += 40 {
		if !strings.Contains(lines[i], "<") {
			few = append(few, lines[i])
		}
	}
	once := learn(a, newTestMaker(t).all(few, nil))
	if again := learn(a, newTestMaker(t).all(few, nil)); !bytes.Equal(once, again) {
		t.Error("the weights differ")
	}
	if _, err := tagger.Parse(once); err != nil {
		t.Error(err)
	}
}

// TestWritersAreFiles: leaving out a writer leaves out a file.
func TestWritersAreFiles(t *testing.T) {
	names, err := filepath.Glob("written/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	all, err := written("written", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		rest, err := written("written", strings.TrimSuffix(filepath.Base(name), ".txt"))
		if err != nil {
			t.Fatal(err)
		}
		if len(rest) >= len(all) {
			t.Errorf("%s is no writer", name)
		}
	}
}
