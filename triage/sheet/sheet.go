// Package sheet puts reports on paper and into workbooks: a form as the city's own sheet has it, in its order and its
// wording, with the line for the principal's seal (公印); many reports as a table that Excel opens; and the other way round,
// a workbook of a school as reports.
//
// It knows forms and words and nothing of cases. What it is given it shows: whoever calls it has asked before whether the
// names may be opened.
package sheet

import (
	"io"
	"strings"

	"madoguchi/triage"
	"madoguchi/triage/paper"
)

// The measures of a sheet in millimetres: A4 with the margins that files with two holes need.
const (
	left   = 25.
	top    = 18.
	width  = paper.Width - left - 18
	bottom = paper.Height - 18
	inside = 2. // between a line and the words beside it
)

var (
	line  = paper.Stroke{Width: .25, Grey: 60}
	seal  = paper.Stroke{Width: .2, Grey: 120, Dash: true}
	head  = paper.Style{Size: 14, Lead: 1.8, Bold: true}
	plain = paper.Style{Size: 10, Lead: 1.55}
	small = paper.Style{Size: 8.5, Lead: 1.5, Grey: 70}
)

// Report is what stands on a sheet.
type Report struct {
	School string // its name, as the city writes it
	Form   triage.Form
	Fields map[string]string
	Number string // by which school and city speak of it; empty before it was sent
	To     string // who has the print, as every page of it says beneath; empty where it says nothing
}

// Print writes the sheet as PDF. It fails with paper.ErrNoFont where the machine has no typeface for it.
func Print(w io.Writer, r Report) error {
	doc, err := paper.New()
	if err != nil {
		return err
	}
	p := &page{Doc: doc, Report: r}
	p.open()
	switch r.Form.ID {
	case "incident":
		p.incident()
	case "resolution":
		p.resolution()
	case "interview":
		p.interview()
	case "continuity":
		p.continuity()
	default:
		p.plain()
	}
	if note := r.Fields[triage.Remarks]; note != "" {
		p.y += 4
		p.row(cell{width, "備考", []part{{"", triage.Remarks}}, 10})
	}
	_, err = doc.WriteTo(w)
	return err
}

// page is the page at hand and how far down it is written.
type page struct {
	*paper.Doc
	Report
	y float64
}

func (p *page) open() {
	p.Page()
	p.y = top
	if p.Number != "" {
		p.Words(paper.Width-78, 8, 60, "連絡番号　"+p.Number, small)
	}
	if p.To != "" {
		p.Words(left, paper.Height-12, width, "この控えを持つ人　"+p.To, small)
	}
}

// room begins another page where less than that is left.
func (p *page) room(height float64) {
	if p.y+height > bottom && p.y > top {
		p.open()
	}
}

// write sets a paragraph.
func (p *page) write(text string, s paper.Style) {
	for _, l := range p.Lines(width, text, s) {
		p.room(height(1, s))
		p.y = p.Words(left, p.y, width, l, s)
	}
}

func height(lines int, s paper.Style) float64 { return float64(lines) * s.Size * s.Lead * 25.4 / 72 }

// cell is a box of a row: what stands above or beside, which fields stand in it, and how high it is when nothing does.
type cell struct {
	width float64
	label string
	parts []part
	least float64
}

// part is a field in a cell, under a label of its own or none.
type part struct{ label, key string }

// text is what stands in the cell.
func (p *page) text(c cell) string {
	var lines []string
	if c.label != "" && len(c.parts) > 0 {
		lines = append(lines, c.label)
	}
	for _, x := range c.parts {
		if x.label != "" {
			lines = append(lines, x.label)
		}
		if v := p.Fields[x.key]; v != "" {
			lines = append(lines, v)
		} else if x.label != "" {
			lines = append(lines, "")
		}
	}
	if len(c.parts) == 0 {
		lines = append(lines, c.label)
	}
	return strings.Join(lines, "\n")
}

// row draws cells beside one another, as high as the fullest; what does not fit on the page goes on on the next one.
func (p *page) row(cells ...cell) {
	rest := make([][]string, len(cells))
	least := 0.
	for i, c := range cells {
		rest[i] = p.Lines(c.width-2*inside, p.text(c), plain)
		least = max(least, c.least)
	}
	for {
		lines := 0
		for _, r := range rest {
			lines = max(lines, len(r))
		}
		want := max(least, height(lines, plain)+2*inside)
		p.room(min(want, 40))
		high := min(want, bottom-p.y)
		fit := max(1, int((high-2*inside)/height(1, plain)+.01))
		x, more := left, false
		for i, c := range cells {
			p.Box(x, p.y, c.width, high, line)
			n := min(fit, len(rest[i]))
			p.Words(x+inside, p.y+inside*.6, c.width-2*inside, strings.Join(rest[i][:n], "\n"), plain)
			rest[i] = rest[i][n:]
			more = more || len(rest[i]) > 0
			x += c.width
		}
		p.y += high
		if !more {
			return
		}
		least = 0
		p.open()
	}
}
