package main

import (
	"os"
	"strings"
	"testing"
)

// TestListsAreUpToDate: the committed lists are what the dictionary gives.
func TestListsAreUpToDate(t *testing.T) {
	for name, list := range map[string]func() []string{"names.tsv": lines, "everyday.txt": sounds} {
		data, err := os.ReadFile("../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(list(), "\n") + "\n"; got != string(data) {
			t.Errorf("%s is not what the dictionary gives: go generate ./router/anonymize", name)
		}
	}
}
