//go:build !race

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestWeightsAreUpToDate: training again gives the weights that ship, byte for byte. It learns from all sentences, which
// takes seconds, and minutes where every access to memory is watched. Another processor may round a sum otherwise.
func TestWeightsAreUpToDate(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		return
	}
	to := filepath.Join(t.TempDir(), "weights.bin")
	if err := run(".", to, "", 0); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../tagger/weights.bin")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("weights.bin is not what the sentences teach: go run ./router/anonymize/train")
	}
}
