package sheet

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	fold "golang.org/x/text/width"

	"madoguchi/triage"
	"madoguchi/triage/table"
)

// The largest workbook that is read: packed, unpacked, and in rows.
const (
	MaxBook  = 5 << 20
	maxPlain = 24 << 20 // both of the library's limits, so that it never writes a part of the workbook to a temporary file
	MaxRead  = 500
)

// ErrNoBook says that it is no workbook that can be read.
var ErrNoBook = errors.New("sheet: no Excel workbook (.xlsx), or too large a one")

// ErrNoHead says that no row of the workbook names the form's fields.
var ErrNoHead = errors.New("sheet: no row with the names of the form's fields")

// ErrTooMany says that there are more rows than are read: none of them is, so that none is lost unseen.
var ErrTooMany = fmt.Errorf("sheet: more than %d rows", MaxRead)

// Row is a row of a workbook: a report, or what is wrong with it.
type Row struct {
	Number int // as Excel counts
	Fields map[string]string
	Wrong  string // for the person, or empty
}

// Template is the empty table of a form that a school fills in, a report a row.
func Template(f triage.Form) table.Table {
	t := table.Table{Name: plainName(f.Name)}
	for _, x := range f.Fields {
		t.Head = append(t.Head, x.Label)
	}
	t.Head = append(t.Head, "備考")
	return t
}

// plainName is a name that a sheet of a workbook may have.
func plainName(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) {
			return '・'
		}
		return r
	}, name)
	if rs := []rune(name); len(rs) > 31 {
		return string(rs[:31])
	}
	return name
}

// Read reads a school's workbook as reports of the form. The first row that names the form's required field is its head;
// columns are known by the labels of the fields, however numbered, wide or spaced they are written; a column with another
// name goes into the remarks, so that nothing that a school wrote is lost. Rows in which nothing stands are left out.
func Read(r io.Reader, f triage.Form) ([]Row, error) {
	book, err := excelize.OpenReader(io.LimitReader(r, MaxBook), excelize.Options{UnzipSizeLimit: maxPlain, UnzipXMLSizeLimit: maxPlain, RawCellValue: false})
	if err != nil {
		return nil, ErrNoBook // its own words may hold some of the workbook's
	}
	defer book.Close()
	for _, name := range book.GetSheetList() {
		lines, err := book.GetRows(name)
		if err != nil {
			return nil, ErrNoBook
		}
		for i, cells := range lines {
			if columns := columnsOf(cells, f); columns != nil {
				return reports(lines, i+1, cells, columns, f)
			}
		}
	}
	return nil, ErrNoHead
}

// columnsOf returns the key of each column, "" where the form has no such field, or nil where the row is not the head.
func columnsOf(cells []string, f triage.Form) []string {
	columns := make([]string, len(cells))
	found := false
	for i, cell := range cells {
		for _, x := range f.Fields {
			if bare(cell) == bare(x.Label) {
				columns[i] = x.Key
				found = found || x.Required
			}
		}
		if bare(cell) == "備考" {
			columns[i] = triage.Remarks
		}
	}
	if !found {
		return nil
	}
	return columns
}

// bare is a label without its number, its blanks and its width.
func bare(label string) string {
	label = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r >= '①' && r <= '⑳' || strings.ContainsRune("・（）()「」*＊※", r) {
			return -1
		}
		return r
	}, label)
	return strings.TrimLeftFunc(fold.Fold.String(label), func(r rune) bool { return unicode.IsDigit(r) || r == '.' })
}

// reports are the rows below the head.
func reports(lines [][]string, from int, labels, columns []string, f triage.Form) ([]Row, error) {
	var rows []Row
	for i := from; i < len(lines); i++ {
		row := Row{Number: i + 1, Fields: map[string]string{}}
		var rest []string
		for j, cell := range lines[i] {
			if cell = strings.TrimSpace(cell); cell == "" {
				continue
			}
			if j < len(columns) && columns[j] != "" && columns[j] != triage.Remarks {
				row.Fields[columns[j]] = cell
				continue
			}
			if j < len(labels) && columns[j] == "" && strings.TrimSpace(labels[j]) != "" {
				cell = strings.TrimSpace(labels[j]) + "：" + cell
			}
			rest = append(rest, cell)
		}
		if len(rest) > 0 {
			row.Fields[triage.Remarks] = strings.Join(rest, "\n")
		}
		if len(row.Fields) == 0 {
			continue
		}
		if len(rows) == MaxRead {
			return nil, ErrTooMany
		}
		row.Wrong = wrong(row.Fields, f)
		rows = append(rows, row)
	}
	return rows, nil
}

// wrong says what of a row must be mended before it is a report.
func wrong(fields map[string]string, f triage.Form) string {
	for _, x := range f.Fields {
		v := fields[x.Key]
		switch {
		case x.Required && v == "":
			return fmt.Sprintf("「%s」が空です。", x.Label)
		case v != "" && !x.Takes(v):
			return fmt.Sprintf("「%s」は、%s のどれかで書いてください。", x.Label, strings.Join(x.Choices, "、"))
		case utf8.RuneCountInString(v) > triage.MaxLongField:
			return fmt.Sprintf("「%s」が長すぎます（%d文字まで）。", x.Label, triage.MaxLongField)
		}
	}
	return ""
}

// Of is a table of reports of one form: a row each, in the columns of Template with those before that the caller gives.
func Of(f triage.Form, before []string, rows [][]string, fields []map[string]string) table.Table {
	t := Template(f)
	t.Head = slices.Concat(before, t.Head)
	for i, values := range fields {
		row := slices.Clone(rows[i])
		for _, x := range f.Fields {
			row = append(row, joined(f, x.Key, values))
		}
		t.Rows = append(t.Rows, append(row, values[triage.Remarks]))
	}
	return t
}

// joined is what stands in a field, the rows of a table one below the other.
func joined(f triage.Form, key string, values map[string]string) string {
	if !slices.Contains(f.Rows, key) {
		return values[key]
	}
	var all []string
	for _, x := range f.Filled(values) {
		if x.Key == key {
			all = append(all, x.Value)
		}
	}
	return strings.Join(all, "\n")
}
