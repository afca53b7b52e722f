package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"madoguchi/deploy/cities"
)

// atAnyHour is a city file by which somebody is always at the desk: a story that is played by the machine's own clock is the same
// at night, when the desk would answer for itself.
func atAnyHour(t testing.TB) string {
	t.Helper()
	_, data, ok := cities.City("asahikawa")
	if !ok {
		t.Fatal("no city")
	}
	const everyDay = `{days: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "24:00"}`
	text := strings.NewReplacer("holidays: true", "holidays: false", "days: [12-30/01-04]", "days: [02-29/02-29]",
		`{days: [mon, tue, wed, thu, fri], from: "08:45", to: "17:15"}`, everyDay,
		`{days: [mon, tue, wed, thu, fri], from: "17:00", to: "22:00"}`, everyDay).Replace(string(data))
	file := filepath.Join(t.TempDir(), "city.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
