package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestEveryTextIsSaid: what stands among the texts of a city is asked for somewhere, by its key or by the family of keys that it is
// of; a text that nobody asks for is one that somebody waits for.
func TestEveryTextIsSaid(t *testing.T) {
	raw, err := os.ReadFile("../../deploy/cities/texts.ja.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]any
	if err := yaml.Unmarshal(raw, &texts); err != nil || len(texts) < 100 {
		t.Fatalf("%d texts, %v", len(texts), err)
	}
	var sources strings.Builder
	for _, room := range []string{"../../channels", "../../router", "../../triage", "../../cmd"} {
		err := filepath.WalkDir(room, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !slices.Contains([]string{".go", ".html", ".js"}, filepath.Ext(path)) || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "channelstest") {
				return err
			}
			text, err := os.ReadFile(path)
			sources.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for key := range texts {
		family := key[:strings.LastIndexByte(key, '.')+1]
		if !strings.Contains(sources.String(), `"`+key+`"`) && (family == "" || !strings.Contains(sources.String(), `"`+family+`"`)) {
			t.Errorf("nothing asks for %s", key)
		}
	}
}
