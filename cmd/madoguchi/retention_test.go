package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"madoguchi/deploy/cities"
)

// A desk whose city has not said how long records are kept does not open, and is told in which line of which file what is
// missing; the demonstration, which keeps nothing, may go on.
func TestNoDeskOpensWithoutTermsOfItsRecords(t *testing.T) {
	_, data, _ := cities.City("asahikawa")
	text := string(data)
	from, to := strings.Index(text, "retention:"), strings.Index(text, "# Fictional schools")
	file := filepath.Join(t.TempDir(), "ours.yaml")
	if err := os.WriteFile(file, []byte(text[:from]+text[to:]), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadCity(file, nil); err != nil {
		t.Fatal(err)
	}
	_, err := servedCity(file, nil)
	for _, class := range []string{"serious", "suspected", "other", "identity", "audit", "requests"} {
		if err == nil || !strings.Contains(err.Error(), "ours.yaml:2: retention: expected the class "+class+" ") {
			t.Fatalf("%s: %v", class, err)
		}
	}
	var out strings.Builder
	p := &program{stdout: &out, stderr: &out, set: settings{"CITY": "usuki", "PUBLIC_URL": "https://example.jp"}}
	if err := cityCheck(t.Context(), p, []string{file}); err == nil || !strings.Contains(out.String(), "ours.yaml:2: retention: expected the class other ") {
		t.Errorf("%v: %s", err, out.String())
	}
	remark, err := doctorCity(t.Context(), p)
	if err != nil || !strings.Contains(remark, "the term of suspected (5y) is an assumption") || strings.Contains(remark, "hottoribon") {
		t.Errorf("%v: %s", err, remark)
	}
}
