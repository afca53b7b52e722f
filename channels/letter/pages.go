package letter

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"time"

	"golang.org/x/image/tiff"

	"madoguchi/channels"
)

// errUnreadable says that a scan is none, is damaged, or is more than a letter can be.
var errUnreadable = errors.New("letter: the scan cannot be read")

const (
	maxPages  = 200
	maxPixels = 50_000_000 // a page of A3 at 400 dots per inch has 31 million
	dpi       = 200        // 300 made tesseract's Japanese worse
)

// scan is a file as it lies in the folder.
type scan struct {
	data []byte
	sort string // pdf, tiff, png or jpeg, by its content
}

// still reports whether the scan is one page that can be kept as it is.
func (s scan) still() bool {
	return (s.sort == "png" || s.sort == "jpeg") && len(s.data) <= channels.MaxFile
}

// sortOf tells what data is by how it begins, or "".
func sortOf(data []byte) string {
	for _, m := range []struct{ sort, begins string }{{"pdf", "%PDF-"}, {"png", "\x89PNG\r\n\x1a\n"}, {"jpeg", "\xff\xd8\xff"},
		{"tiff", "II*\x00"}, {"tiff", "MM\x00*"}} {
		if bytes.HasPrefix(data, []byte(m.begins)) {
			return m.sort
		}
	}
	return ""
}

// pages decodes a scan into grey pages and gives each to f, so that a thick one need not be in memory whole. It fails with
// errUnreadable, or with what f returns.
func (d *door) pages(ctx context.Context, s scan, f func(page *image.Gray) error) error {
	switch s.sort {
	case "pdf":
		return d.pdf(ctx, s.data, f)
	case "tiff":
		return tiffs(s.data, f)
	case "png", "jpeg":
		page, err := drawn(s)
		if err != nil {
			return err
		}
		return f(page)
	}
	return errUnreadable
}

// pdf lets poppler draw a few pages at a time.
func (d *door) pdf(ctx context.Context, data []byte, f func(*image.Gray) error) error {
	for first := 1; first <= maxPages; first++ {
		n := itoa(first)
		l := limits{cpu: 10 * time.Second, memory: 512 << 20, output: maxPixels + 64, wall: 20 * time.Second}
		out, err := d.run.do(ctx, l, bytes.NewReader(data), "pdftoppm", "-gray", "-r", itoa(d.dots), "-f", n, "-l", n, "-")
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if first > 1 && (err != nil || len(out) == 0) {
			return nil // there is no such page: the one before was the last
		}
		if err != nil {
			return errUnreadable
		}
		page, err := parsePGM(out)
		if err != nil {
			return err
		}
		if err := f(page); err != nil {
			return err
		}
	}
	return nil
}

// parsePGM reads a binary grey map (P5) of 8 bits, as poppler writes it.
func parsePGM(data []byte) (*image.Gray, error) {
	rest, ok := bytes.CutPrefix(data, []byte("P5"))
	var n [3]int
	for i := range n {
		rest = bytes.TrimLeft(rest, " \t\r\n")
		digits := 0
		for digits < len(rest) && digits < 9 && rest[digits] >= '0' && rest[digits] <= '9' {
			n[i] = n[i]*10 + int(rest[digits]-'0')
			digits++
		}
		ok = ok && digits > 0
		rest = rest[digits:]
	}
	w, h := n[0], n[1]
	if !ok || n[2] != 255 || w < 1 || h < 1 || w > maxPixels/h || len(rest) != 1+w*h {
		return nil, errUnreadable
	}
	return &image.Gray{Pix: rest[1:], Stride: w, Rect: image.Rect(0, 0, w, h)}, nil
}

// drawn decodes a scan of one page.
func drawn(s scan) (page *image.Gray, err error) {
	decode, config := png.Decode, png.DecodeConfig
	if s.sort == "jpeg" {
		decode, config = jpeg.Decode, jpeg.DecodeConfig
	}
	return decoded(bytes.NewReader(s.data), decode, config)
}

// decoded decodes a picture unless it is too large. A decoder that panics has found something that is no picture.
func decoded(r io.ReadSeeker, decode func(io.Reader) (image.Image, error), config func(io.Reader) (image.Config, error)) (page *image.Gray, err error) {
	defer func() {
		if recover() != nil {
			page, err = nil, errUnreadable
		}
	}()
	c, err := config(r)
	if err != nil || c.Width < 1 || c.Height < 1 || c.Width > maxPixels/c.Height {
		return nil, errUnreadable
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, errUnreadable
	}
	m, err := decode(r)
	if err != nil {
		return nil, errUnreadable
	}
	return grey(m), nil
}

// grey returns the picture in grey on white paper.
func grey(m image.Image) *image.Gray {
	if g, ok := m.(*image.Gray); ok && g.Rect.Min == (image.Point{}) {
		return g
	}
	b := m.Bounds()
	g := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	if opaque, ok := m.(interface{ Opaque() bool }); !ok || !opaque.Opaque() {
		draw.Draw(g, g.Rect, image.White, image.Point{}, draw.Src)
	}
	draw.Draw(g, g.Rect, m, b.Min, draw.Over)
	return g
}

// tiffs decodes each page of a TIFF. The decoder knows the first page only, so each is made the first in turn: the header
// says where the first page's directory is, and each directory where the next one is.
func tiffs(data []byte, f func(*image.Gray) error) error {
	offsets := directories(data)
	if len(offsets) == 0 {
		return errUnreadable
	}
	turned := bytes.Clone(data)
	for _, offset := range offsets {
		order(data).PutUint32(turned[4:], offset)
		page, err := decoded(bytes.NewReader(turned), tiff.Decode, tiff.DecodeConfig)
		if err != nil {
			return err
		}
		if err := f(page); err != nil {
			return err
		}
	}
	return nil
}

func order(data []byte) binary.ByteOrder {
	if data[0] == 'M' {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// directories lists where the directories of a TIFF's pages are, each once.
func directories(data []byte) []uint32 {
	if len(data) < 8 || sortOf(data) != "tiff" {
		return nil
	}
	bytes, seen := order(data), map[uint32]bool{}
	var offsets []uint32
	for at := bytes.Uint32(data[4:]); at != 0 && !seen[at] && len(offsets) < maxPages; {
		if uint64(at)+2 > uint64(len(data)) {
			break
		}
		seen[at] = true
		offsets = append(offsets, at)
		next := uint64(at) + 2 + 12*uint64(bytes.Uint16(data[at:]))
		if next+4 > uint64(len(data)) {
			break
		}
		at = bytes.Uint32(data[next:])
	}
	return offsets
}

// place is where millimetres of a sheet are on a page.
type place struct{ ox, oy, xx, xy, yx, yy float64 }

func (p place) at(x, y float64) (px, py float64) {
	return p.ox + x*p.xx + y*p.yx, p.oy + x*p.xy + y*p.yy
}

// cut returns a rectangle of the sheet, upright, at so many pixels for a millimetre.
func cut(page *image.Gray, p place, r Rect, scale float64) *image.Gray {
	w, h := int(r.W*scale), int(r.H*scale)
	out := image.NewGray(image.Rect(0, 0, w, h))
	for j := range h {
		for i := range w {
			x, y := p.at(r.X+(float64(i)+.5)/scale, r.Y+(float64(j)+.5)/scale)
			out.Pix[j*out.Stride+i] = sample(page, x-.5, y-.5)
		}
	}
	return out
}

// sample is the page's grey between four pixels; beyond its edges there is white.
func sample(m *image.Gray, x, y float64) byte {
	x0, y0 := math.Floor(x), math.Floor(y)
	dx, dy := x-x0, y-y0
	if k := int(y0)*m.Stride + int(x0); x0 >= 0 && y0 >= 0 && int(x0)+1 < m.Rect.Dx() && int(y0)+1 < m.Rect.Dy() {
		a, b := m.Pix[k:k+2:k+2], m.Pix[k+m.Stride:k+m.Stride+2:k+m.Stride+2]
		if a[0] == a[1] && b[0] == b[1] && a[0] == b[0] {
			return a[0] // most of a page is paper
		}
		top := float64(a[0])*(1-dx) + float64(a[1])*dx
		return byte(top*(1-dy) + (float64(b[0])*(1-dx)+float64(b[1])*dx)*dy + .5)
	}
	at := func(i, j int) float64 {
		if i < 0 || j < 0 || i >= m.Rect.Dx() || j >= m.Rect.Dy() {
			return 255
		}
		return float64(m.Pix[j*m.Stride+i])
	}
	i, j := int(x0), int(y0)
	top := at(i, j)*(1-dx) + at(i+1, j)*dx
	bottom := at(i, j+1)*(1-dx) + at(i+1, j+1)*dx
	return byte(top*(1-dy) + bottom*dy + .5)
}
