package main

import (
	"os"
	"strings"
	"testing"
)

// TestListIsUpToDate: the committed list is what the dictionary gives.
func TestListIsUpToDate(t *testing.T) {
	data, err := os.ReadFile("../names.tsv")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(lines(), "\n") + "\n"; got != string(data) {
		t.Error("names.tsv is not what the dictionary gives: go generate ./router/anonymize")
	}
}
