package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"madoguchi/deploy/cities"
)

// An old fact is warned of with its line; the file is still good. A number that is none is a mistake.
func TestCityCheckWarnsOfOldFacts(t *testing.T) {
	_, data, _ := cities.City("asahikawa")
	for name, tt := range map[string]struct {
		from, to string
		code     int
		want     string
	}{
		"old.yaml":    {"お問い合わせ先）; こうほう旭川 令和5年8月号\n  checked_on: 2026-11-01", "x）\n  checked_on: 2020-04-01", 0, `old\.yaml:\d+: warning: contact: checked on 2020-04-01, more than 365 days ago`},
		"absent.yaml": {"    reach: 0166-26-5503\n", "", 0, `absent\.yaml:\d+: warning: numbers\.1: child_center: no number and no page`},
		"wrong.yaml":  {"  phone: 0166-76-5523", "  phone: いつか", 1, `wrong\.yaml:\d+: contact\.phone: expected a telephone number`},
	} {
		path := filepath.Join(t.TempDir(), name)
		body := strings.Replace(string(data), tt.from, tt.to, 1)
		if body == string(data) {
			t.Fatalf("%s changes nothing", name)
		}
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		out, _, code := endedProcess(t, nil, "city", "check", path)
		if code != tt.code || !regexp.MustCompile(tt.want).MatchString(out) {
			t.Errorf("%s: %d\n%s", name, code, out)
		}
	}
}
