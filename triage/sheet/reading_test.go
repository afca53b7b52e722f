package sheet_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"madoguchi/triage"
	"madoguchi/triage/sheet"
	"madoguchi/triage/table"
)

func book(t testing.TB, tables ...table.Table) *bytes.Buffer {
	t.Helper()
	var out bytes.Buffer
	if err := table.WriteBook(&out, tables...); err != nil {
		t.Fatal(err)
	}
	return &out
}

// What a school writes into the empty table comes back as it was written.
func TestABookComesBack(t *testing.T) {
	form, _ := triage.FormByID("incident")
	filled := sheet.Template(form)
	for n := range 30 {
		row := make([]string, len(filled.Head))
		for i, label := range filled.Head {
			row[i] = fmt.Sprintf("%s %d", label, n)
		}
		filled.Rows = append(filled.Rows, row)
	}
	rows, err := sheet.Read(book(t, filled), form)
	if err != nil || len(rows) != 30 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for n, row := range rows {
		if row.Wrong != "" || row.Number != n+2 || len(row.Fields) != len(form.Fields)+1 {
			t.Errorf("row %d: number %d, %d fields, wrong %q", n, row.Number, len(row.Fields), row.Wrong)
		}
		for _, f := range form.Fields {
			if want := fmt.Sprintf("%s %d", f.Label, n); row.Fields[f.Key] != want {
				t.Errorf("row %d: %s is %q, want %q", n, f.Key, row.Fields[f.Key], want)
			}
		}
	}
}

// A sheet of the city's own: a title above, numbers and full width in the labels, a column that no form has, an empty row,
// a row in which the matter is missing.
func TestABookOfTheCity(t *testing.T) {
	form, _ := triage.FormByID("incident")
	rows, err := sheet.Read(book(t, table.Table{Name: "ひょうし", Head: []string{"読んでください"}}, table.Table{Name: "報告", Head: []string{"令和8年度　いじめ等報告"}, Rows: [][]string{
		{},
		{"No.", "①報告日時", "②　いじめ事案", "④発生場所", "⑥・何が起きているか", "指導主事メモ"},
		{"1", "12月1日", "上履きかくし", "げた箱", "三回目", "確認ずみ"},
		{"", "", "", "", "", ""},
		{"2", "12月2日", "", "教室", "", ""},
	}}), form)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	first := rows[0]
	if first.Number != 4 || first.Wrong != "" || first.Fields["matter"] != "上履きかくし" || first.Fields["place"] != "げた箱" ||
		first.Fields["what"] != "三回目" || first.Fields["note"] != "No.：1\n指導主事メモ：確認ずみ" {
		t.Errorf("the first row is %+v", first)
	}
	if second := rows[1]; second.Number != 6 || !strings.Contains(second.Wrong, "いじめ事案") {
		t.Errorf("the second row is %+v", second)
	}
}

// What is too much is said, and nothing of it is read as if it were all.
func TestTooManyRows(t *testing.T) {
	form, _ := triage.FormByID("incident")
	many := table.Table{Name: "x", Head: []string{"いじめ事案"}}
	for range sheet.MaxRead {
		many.Rows = append(many.Rows, []string{"悪口"})
	}
	if rows, err := sheet.Read(book(t, many), form); err != nil || len(rows) != sheet.MaxRead {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	many.Rows = append(many.Rows, []string{"悪口"})
	if rows, err := sheet.Read(book(t, many), form); !errors.Is(err, sheet.ErrTooMany) || len(rows) != 0 {
		t.Errorf("one more: %d rows, %v", len(rows), err)
	}
}

func TestNoBook(t *testing.T) {
	form, _ := triage.FormByID("incident")
	for what, data := range map[string][]byte{"nothing": nil, "words": []byte("いじめ事案,発生場所"), "a zip that ends": book(t, sheet.Template(form)).Bytes()[:900]} {
		if _, err := sheet.Read(bytes.NewReader(data), form); !errors.Is(err, sheet.ErrNoBook) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := sheet.Read(book(t, table.Table{Name: "x", Head: []string{"なまえ", "クラス"}}), form); !errors.Is(err, sheet.ErrNoHead) {
		t.Errorf("a table of something else: %v", err)
	}
}

// A workbook that was made to do harm ends in an error or in rows, never otherwise.
func FuzzRead(f *testing.F) {
	form, _ := triage.FormByID("incident")
	whole := book(f, sheet.Template(form)).Bytes()
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := sheet.Read(bytes.NewReader(data), form)
		if err != nil && (len(rows) > 0 || !errors.Is(err, sheet.ErrNoBook) && !errors.Is(err, sheet.ErrNoHead) && !errors.Is(err, sheet.ErrTooMany)) {
			t.Errorf("%d rows and %v", len(rows), err)
		}
	})
}
