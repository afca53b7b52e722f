//go:build !race

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestModelIsUpToDate: training again gives the files that ship, byte for byte. It learns from all messages, which takes
// a minute, and many where every access to memory is watched. Another processor may round a sum otherwise.
func TestModelIsUpToDate(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		return
	}
	to := t.TempDir()
	if err := run("../../..", to); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"weights.bin", "words.tsv", "senses.tsv"} {
		got, err := os.ReadFile(filepath.Join(to, name))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join("../model", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the messages teach: go run ./triage/assess/train", name)
		}
	}
}
