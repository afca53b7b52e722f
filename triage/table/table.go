// Package table writes tables as offices take them away: an Excel workbook, or CSV. Cells are words and nothing else: a name
// that begins with = does nothing on the screen of who opens the file.
package table

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// BookType is the media type of a workbook.
const BookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// Table is a table as an office takes it away.
type Table struct {
	Name string // of the sheet in a workbook: at most 31 characters, none of :\/?*[]
	Head []string
	Rows [][]string
}

// WriteBook writes the tables as an Excel workbook, a sheet each. Every cell is text: what looks like a formula stays what
// was written.
func WriteBook(w io.Writer, tables ...Table) error {
	book := excelize.NewFile()
	defer book.Close()
	wrap, err := book.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return err
	}
	strong, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E6F0F1"}},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}})
	if err != nil {
		return err
	}
	for i, t := range tables {
		if i == 0 {
			err = book.SetSheetName(book.GetSheetName(0), t.Name)
		} else {
			_, err = book.NewSheet(t.Name)
		}
		if err != nil {
			return err
		}
		if err := fill(book, t, wrap, strong); err != nil {
			return err
		}
	}
	return book.Write(w)
}

func fill(book *excelize.File, t Table, wrap, strong int) error {
	for n, cells := range append([][]string{t.Head}, t.Rows...) {
		style := wrap
		if n == 0 {
			style = strong
		}
		for i, text := range cells {
			at, err := excelize.CoordinatesToCellName(i+1, n+1)
			if err != nil {
				return err
			}
			if err := errors.Join(book.SetCellStr(t.Name, at, text), book.SetCellStyle(t.Name, at, at, style)); err != nil {
				return err
			}
		}
	}
	for i, title := range t.Head {
		col, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		wide := utf8.RuneCountInString(title)
		for _, row := range t.Rows {
			if i < len(row) {
				wide = max(wide, utf8.RuneCountInString(row[i]))
			}
		}
		if err := book.SetColWidth(t.Name, col, col, float64(min(max(2*wide+2, 9), 48))); err != nil {
			return err
		}
	}
	return book.SetPanes(t.Name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

// WriteCSV writes the table as CSV that Excel reads as UTF-8. What a spreadsheet would take for a formula gets an apostrophe
// before it, full-width signs as well.
func WriteCSV(w io.Writer, t Table) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	for _, cells := range append([][]string{t.Head}, t.Rows...) {
		safe := make([]string, len(cells))
		for i, text := range cells {
			safe[i] = harmless(text)
		}
		if err := out.Write(safe); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func harmless(text string) string {
	if strings.ContainsAny(text[:firstLen(text)], "=+-@\t\r\n＝＋－＠") {
		return "'" + text
	}
	return text
}

// firstLen is the length of the first character.
func firstLen(s string) int { _, n := utf8.DecodeRuneInString(s); return n }
