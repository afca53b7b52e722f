package deploy_test

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"madoguchi/deploy/cities"
	"madoguchi/triage/city"
	"madoguchi/triage/staff"
)

var (
	quoted     = regexp.MustCompile("`([^`]+)`")
	testFunc   = regexp.MustCompile(`^func (Test\w+)\(`)
	ruleSource = regexp.MustCompile(`(asahikawa-model|usuki-policy|ashiya-policy):[0-9]`)
)

// tests lists the names of all tests of the house.
func tests(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if m := testFunc.FindStringSubmatch(lines.Text()); m != nil {
				names[m[1]] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// The table of the rules names only what is there: each of the 77 rules once and with its source, keys that the city's file or
// the nation's has, pages of the staff's side, and tests.
func TestTheTableOfRulesIsTrue(t *testing.T) {
	text, err := os.ReadFile("cities/README.md")
	if err != nil {
		t.Fatal(err)
	}
	known := tests(t)
	of := map[int]*city.City{}
	for i, id := range []string{"asahikawa", "usuki", "ashiya"} {
		file := func(name string, data []byte) city.File { return city.File{Name: name, Data: data} }
		name, data, _ := cities.City(id)
		if of[i+2], err = city.Load(file(name, data), file(cities.National()), file(cities.Texts()), nil); err != nil {
			t.Fatal(err)
		}
	}
	next := 1
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "| R") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		want := fmt.Sprintf("R%02d", next)
		next++
		if no := strings.TrimSpace(cells[0]); len(cells) != 7 || no != want {
			t.Fatalf("row %q has %d cells, want %s with 7", no, len(cells), want)
		}
		if !ruleSource.MatchString(cells[1]) {
			t.Errorf("%s: no source", want)
		}
		for i, cell := range cells[2:] {
			if strings.TrimSpace(cell) == "" {
				t.Errorf("%s: nothing is said in column %d", want, i+3)
			}
			for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
				if !there(m[1], i+2, of, known) {
					t.Errorf("%s: %s is not there", want, m[1])
				}
			}
		}
	}
	if next != 78 {
		t.Errorf("%d rules, want 77", next-1)
	}
}

func there(name string, column int, of map[int]*city.City, known map[string]bool) bool {
	switch column {
	case 5:
		return slices.ContainsFunc(staff.Pages, func(r staff.Route) bool { return r.Pattern == name || r.Pattern == name+"{$}" })
	case 6:
		return known[name]
	}
	return of[column].Has(name)
}
