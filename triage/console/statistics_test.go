package console

import (
	"bytes"
	"strings"
	"testing"

	"madoguchi/triage/desk"
	tables "madoguchi/triage/table"
)

// What is taken away says no more than the page: a withheld number is no number, in the list and in the workbook.
func TestWhatIsTakenAwayIsWithheldToo(t *testing.T) {
	d := statisticsData{From: "2026-04-01", To: "2027-03-31", Whole: true, Total: desk.Count{N: 40},
		Months: table("月", map[string]desk.Count{"2026-12": {N: 30}, "2026-11": {Withheld: true}}, nil, nil),
		Tables: []countTable{table("学校", map[string]desk.Count{"a": {Withheld: true}, "b": {N: 25}}, map[string]string{"a": "=西中", "b": "東中"}, nil)}}
	var out bytes.Buffer
	if err := tables.WriteCSV(&out, d.list()); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for _, want := range []string{"\ufeff", "2026-04-01 から 2027-03-31,40", "2026-11,伏せ", "2026-12,30", "'=西中,伏せ", "東中,25"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	bars := columns(d.Months).Bars
	if len(bars) != 2 || !bars[0].Withheld || bars[0].H != columns(table("月", map[string]desk.Count{"2026-10": {Withheld: true}}, nil, nil)).Bars[0].H || bars[1].Label != "12月" {
		t.Errorf("%+v", bars)
	}
}
