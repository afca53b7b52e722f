package sheet

import (
	"io"

	"madoguchi/triage/paper"
	"madoguchi/triage/table"
)

// PrintTables writes tables below one another on A4 as PDF, under a title and notes. The first column takes what the others,
// which are of numbers, leave. It fails with paper.ErrNoFont where the machine has no typeface for it.
func PrintTables(w io.Writer, title string, notes []string, tables ...table.Table) error {
	doc, err := paper.New()
	if err != nil {
		return err
	}
	p := &page{Doc: doc}
	p.open()
	p.write(title, head)
	for _, n := range notes {
		p.write(n, small)
	}
	for _, t := range tables {
		p.y += 5
		p.room(22)
		p.across(t.Head)
		for _, row := range t.Rows {
			p.across(row)
		}
	}
	_, err = doc.WriteTo(w)
	return err
}

// slim is the width of a column of numbers.
const slim = 17.

// across draws a row of words; a table of two columns has a wide one for its numbers.
func (p *page) across(words []string) {
	each := slim
	if len(words) == 2 {
		each = 30
	}
	cells := make([]cell, len(words))
	for i, text := range words {
		cells[i] = cell{width: each, label: text}
		if i == 0 {
			cells[i].width = width - each*float64(len(words)-1)
		}
	}
	p.row(cells...)
}
