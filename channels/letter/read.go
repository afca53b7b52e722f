package letter

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

func itoa(n int) string { return strconv.Itoa(n) }

// sheetOn looks for a sheet's code on the page. It returns the number, or "", and where the sheet lies.
func sheetOn(page *image.Gray) (number string, at place) {
	defer func() {
		if recover() != nil { // what the reader does not expect is no code
			number, at = "", place{}
		}
	}()
	result, err := codeOn(page)
	if err != nil {
		return "", place{}
	}
	corners := result.GetResultPoints()
	if number = fromQR(result.GetText()); number == "" || len(corners) < 3 {
		return "", place{}
	}
	return number, placed(corners[0], corners[1], corners[2])
}

// codeOn reads the code on a page. What black is is judged near each point first, since a scan has shadows; a code that is
// lost by that is often found when black is one and the same on the whole page.
func codeOn(page *image.Gray) (result *gozxing.Result, err error) {
	source := gozxing.NewLuminanceSourceFromImage(page)
	hints := map[gozxing.DecodeHintType]interface{}{gozxing.DecodeHintType_TRY_HARDER: true}
	for _, binarizer := range []gozxing.Binarizer{gozxing.NewHybridBinarizer(source), gozxing.NewGlobalHistgramBinarizer(source)} {
		var bitmap *gozxing.BinaryBitmap
		if bitmap, err = gozxing.NewBinaryBitmap(binarizer); err != nil {
			continue
		}
		if result, err = qrcode.NewQRCodeReader().Decode(bitmap, hints); err == nil {
			return result, nil
		}
	}
	return nil, err
}

// Reads reports whether the code of a number, one pixel a module, is read where a page is scanned so that each module has few dots.
// One in fifty is not, however good the scan is.
func Reads(code image.Image, number string) bool {
	const dots, edge = 4, 4 // for a module, in modules
	n := code.Bounds().Dx()
	page := image.NewGray(image.Rect(0, 0, (n+2*edge)*dots, (n+2*edge)*dots))
	for y := range page.Rect.Dy() {
		for x := range page.Rect.Dx() {
			at := image.Pt(x/dots-edge, y/dots-edge).Add(code.Bounds().Min)
			grey := color.Gray{255}
			if x >= edge*dots && y >= edge*dots && at.In(code.Bounds()) {
				grey = color.GrayModel.Convert(code.At(at.X, at.Y)).(color.Gray)
			}
			page.SetGray(x, y, grey)
		}
	}
	found, _ := sheetOn(page)
	return found == number
}

// placed finds the sheet by the middles of the code's corners.
func placed(lowerLeft, upperLeft, upperRight gozxing.ResultPoint) place {
	inset := 3.5 * CodeAt.W / modules
	side := CodeAt.W - 2*inset
	p := place{
		xx: (upperRight.GetX() - upperLeft.GetX()) / side, xy: (upperRight.GetY() - upperLeft.GetY()) / side,
		yx: (lowerLeft.GetX() - upperLeft.GetX()) / side, yy: (lowerLeft.GetY() - upperLeft.GetY()) / side,
	}
	x, y := CodeAt.X+inset, CodeAt.Y+inset
	p.ox, p.oy = upperLeft.GetX()-x*p.xx-y*p.yx, upperLeft.GetY()-x*p.xy-y*p.yy
	return p
}

// scale is at how many pixels for a millimetre pages are read.
func (d *door) scale() float64 { return float64(d.dots) / 25.4 }

// side is what was read on a page.
type side struct {
	number string // of the sheet, where the page shows one
	text   string
	wishes []string
	reach  string // what was written where an answer may go
}

// read reads a page.
func (d *door) read(ctx context.Context, page *image.Gray) (side, error) {
	if number, at := sheetOn(page); number != "" {
		p := side{number: number, wishes: ticked(page, at, d.scale())}
		var err error
		if p.text, err = d.words(ctx, cut(page, at, WriteAt, d.scale())); err == nil {
			p.reach, err = d.words(ctx, cut(page, at, ReachAt, d.scale()))
		}
		return p, err
	}
	text, err := d.words(ctx, straightened(page))
	p := side{text: text}
	for _, number := range fromText(text) {
		if _, known := d.sheets.Find(number); known {
			p.number = number
			break
		}
	}
	return p, err
}

// ticked lists the wishes whose boxes have more ink in and around them than the printed box: much more, or, for a small
// or thin tick, clearly more than the emptiest box of the same page, which was scanned as they were.
func ticked(page *image.Gray, at place, scale float64) []string {
	wishes := Wishes()
	inks := make([]float64, len(wishes))
	for i := range wishes {
		const around = 1.5
		inks[i] = ink(cut(page, at, Rect{TickAt.X - around, TickAt.Y + float64(i)*TickStep - .75, TickAt.W + 2*around, TickStep - .5}, scale))
	}
	empty := max(slices.Min(inks), .9*boxInk)
	var words []string
	for i, w := range wishes {
		if inks[i] > 1.6*boxInk || inks[i] > 1.35*empty {
			words = append(words, w.Word)
		}
	}
	return words
}

// boxInk is how much of that place the printed box covers: four sides of a line of 0.3 mm.
const boxInk = 4 * 5 * .3 / (8 * 6.5)

// ink is how much of a picture is dark.
func ink(m *image.Gray) float64 {
	dark := 0
	for _, v := range m.Pix {
		if v < 140 {
			dark++
		}
	}
	return float64(dark) / float64(max(len(m.Pix), 1))
}

// blank is the most ink that dust and the printed lines of an empty page have: they are pale.
const blank = .0004

// words reads the words of a picture across and down the page, and keeps what the machine is surer of.
func (d *door) words(ctx context.Context, m *image.Gray) (string, error) {
	if ink(m) < blank {
		return "", nil
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, m); err != nil {
		return "", errUnreadable
	}
	best, surest := "", 0.
	for _, how := range [][]string{{"-l", "jpn", "--psm", "3"}, {"-l", "jpn_vert", "--psm", "5"}} {
		args := slices.Concat([]string{"stdin", "stdout", "--dpi", itoa(d.dots)}, how, []string{"tsv"})
		l := limits{cpu: 60 * time.Second, memory: 1 << 30, output: 8 << 20, wall: 90 * time.Second}
		out, err := d.run.do(ctx, l, bytes.NewReader(b.Bytes()), "tesseract", args...)
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err != nil {
			continue // the picture is there for a person to read
		}
		if text, sure := parseTSV(out); text != "" && sure > surest {
			best, surest = text, sure
		}
	}
	return best, nil
}

// parseTSV returns the text of tesseract's table and how sure it is of it in all: 0 to 100 for each character, so that
// a long text that is read well wins over two characters that are certain.
func parseTSV(table []byte) (text string, sure float64) {
	var b strings.Builder
	last := ""
	var sum, runes float64
	for line := range strings.Lines(string(table)) {
		f := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(f) != 12 || f[0] != "5" {
			continue
		}
		confidence, err := strconv.ParseFloat(f[10], 64)
		word := strings.TrimSpace(strings.ToValidUTF8(f[11], ""))
		if err != nil || math.IsNaN(confidence) || confidence < 0 || confidence > 100 || word == "" {
			continue
		}
		at := strings.Join(f[1:5], ".") // page, block, paragraph, line
		switch {
		case last == "":
		case at != last:
			b.WriteByte('\n')
		case latin(b.String()) && latin(word):
			b.WriteByte(' ')
		}
		last = at
		b.WriteString(word)
		n := float64(len([]rune(word)))
		sum += confidence * n
		runes += n
	}
	if runes == 0 {
		return "", 0
	}
	return b.String(), sum / runes * min(1, runes/8)
}

// latin reports whether a word that ends so is kept apart from the next: Japanese has no spaces.
func latin(s string) bool {
	r := []rune(s)
	if len(r) > 1 {
		r = r[len(r)-1:]
	}
	return len(r) == 1 && r[0] < unicode.MaxLatin1 && (unicode.IsLetter(r[0]) || unicode.IsDigit(r[0]))
}
