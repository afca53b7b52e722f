// Package paper sets Japanese type on A4: letter sheets, and answers that go by post.
//
// It knows what a line of Japanese needs (furigana above their kanji, no 。 at the beginning of a line, no 「 at its end) and
// nothing of letters. A character that the typeface lacks is not dropped silently: 〓 stands in its place, as printers have
// it, and Missing names it.
//
// The typeface is BIZ UDP Gothic, made for children to read; it is not part of the program, and a machine without it is
// told so.
package paper

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/boombuler/barcode/qr"
	"github.com/signintech/gopdf"
)

// ErrNoFont says that the machine has no typeface to print with.
var ErrNoFont = errors.New("paper: the typeface BIZ UDP Gothic is missing; install fonts-morisawa-bizud-gothic")

// The size of a page in millimetres.
const (
	Width  = 210.
	Height = 297.
)

// folders is where systems keep the typeface.
func folders() []string {
	return []string{"/usr/share/fonts/truetype/bizud-gothic", "/usr/local/share/fonts", "/usr/share/fonts/bizud-gothic"}
}

const geta = '〓'

// Doc is a document that grows. It belongs to one goroutine.
type Doc struct {
	pdf     gopdf.GoPdf
	missing []rune
	err     error // the first one: what follows is left out
}

// New begins a document, or fails with ErrNoFont.
func New() (*Doc, error) {
	d := &Doc{}
	d.pdf.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4, Unit: gopdf.UnitMM})
	d.pdf.SetNoCompression()
	option := gopdf.TtfOption{OnGlyphNotFound: d.lack, OnGlyphNotFoundSubstitute: func(rune) rune { return geta }}
	for family, file := range map[string]string{"regular": "BIZUDPGothic-Regular.ttf", "bold": "BIZUDPGothic-Bold.ttf"} {
		data, err := face(file)
		if err != nil {
			return nil, err
		}
		if d.pdf.AddTTFFontDataWithOption(family, data, option) != nil {
			return nil, ErrNoFont
		}
	}
	return d, nil
}

func face(file string) ([]byte, error) {
	for _, folder := range folders() {
		if data, err := os.ReadFile(filepath.Join(folder, file)); err == nil {
			return data, nil
		}
	}
	return nil, ErrNoFont
}

func (d *Doc) lack(r rune) {
	if !slices.Contains(d.missing, r) {
		d.missing = append(d.missing, r)
	}
}

// Missing lists the characters that could not be printed.
func (d *Doc) Missing() []rune { return slices.Clone(d.missing) }

// Page begins a page.
func (d *Doc) Page() {
	d.pdf.AddPage()
	d.pdf.SetLineWidth(.3) // a page on which nothing stands would show what the next one does
}

// Stroke is how a line looks: its width in millimetres, its grey from 0 (black) to 255, and whether it is broken.
type Stroke struct {
	Width float64
	Grey  uint8
	Dash  bool
}

func (d *Doc) pen(s Stroke) {
	d.pdf.SetLineWidth(s.Width)
	d.pdf.SetStrokeColor(s.Grey, s.Grey, s.Grey)
	kind := "solid"
	if s.Dash {
		kind = "dashed"
	}
	d.pdf.SetLineType(kind)
}

// Line draws a line.
func (d *Doc) Line(x1, y1, x2, y2 float64, s Stroke) {
	d.pen(s)
	d.pdf.Line(x1, y1, x2, y2)
}

// Box draws a rectangle.
func (d *Doc) Box(x, y, w, h float64, s Stroke) {
	d.pen(s)
	d.pdf.RectFromUpperLeft(x, y, w, h)
}

// Modules is the code that Code draws, one pixel a module and without a margin.
func Modules(text string) (image.Image, error) {
	code, err := qr.Encode(text, qr.Q, qr.AlphaNumeric)
	if err != nil {
		code, err = qr.Encode(text, qr.M, qr.Unicode)
	}
	return code, err
}

// Code draws a QR code of that side without a white edge, which the page has to leave free.
func (d *Doc) Code(x, y, side float64, text string) {
	code, err := Modules(text)
	if err != nil {
		d.fail(err)
		return
	}
	n := code.Bounds().Dx()
	m := side / float64(n)
	d.pdf.SetFillColor(0, 0, 0)
	for j := range n {
		for i := 0; i < n; i++ {
			from := i
			for i < n && dark(code.At(i, j)) {
				i++
			}
			if i > from { // a run of dark modules is one rectangle, so that no seam shows
				d.fail(d.pdf.Rectangle(x+float64(from)*m, y+float64(j)*m, x+float64(i)*m, y+float64(j+1)*m, "F", 0, 0))
			}
		}
	}
}

func dark(c color.Color) bool {
	r, _, _, _ := c.RGBA()
	return r < 0x8000
}

func (d *Doc) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

// WriteTo writes the document as PDF and ends it.
func (d *Doc) WriteTo(w io.Writer) (int64, error) {
	if d.err != nil {
		return 0, errors.New("paper: the document could not be made")
	}
	var b bytes.Buffer
	if _, err := d.pdf.WriteTo(&b); err != nil {
		return 0, errors.New("paper: the document could not be made")
	}
	return b.WriteTo(w)
}
