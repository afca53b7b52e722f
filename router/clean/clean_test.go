package clean

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// The test's program is its own child.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == Command {
		page, err := strconv.Atoi(os.Args[2])
		if err == nil {
			err = Child(context.Background(), os.Stdin, os.Stdout, page)
		}
		if err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func cleaner(t testing.TB) *Cleaner {
	t.Helper()
	c, err := NewCleaner("")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// photo is a soft picture, as cameras make them, whose left upper corner is red.
func photo(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{uint8(128 + 100*math.Sin(float64(x)/40)), uint8(128 + 100*math.Cos(float64(y)/50)), uint8((x + y) * 255 / (w + h)), 255}
			if x < w/4 && y < h/4 {
				c = color.NRGBA{220, 20, 20, 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

// canary is what must not be left.
const canary = "CANARY-43.7706N142.3650E-SERIAL-0001"

// block is a JPEG segment.
func block(marker byte, data string) []byte {
	b := []byte{0xff, marker, 0, 0}
	binary.BigEndian.PutUint16(b[2:], uint16(len(data)+2))
	return append(b, data...)
}

// exif is an Exif block with that orientation and the canary in it.
func exif(orientation int) string {
	b := []byte("II*\x00\x08\x00\x00\x00\x01\x00")
	b = binary.LittleEndian.AppendUint16(b, 0x0112)
	b = binary.LittleEndian.AppendUint16(b, 3)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(orientation))
	b = append(b, 0, 0, 0, 0)
	return "Exif\x00\x00" + string(b) + canary
}

func jpegOf(t testing.TB, img image.Image, blocks ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 97}); err != nil {
		t.Fatal(err)
	}
	out := []byte{0xff, 0xd8}
	for _, x := range blocks {
		out = append(out, x...)
	}
	return append(append(out, b.Bytes()[2:]...), canary...) // and something behind its end
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	chunk := func(kind, data string) []byte {
		c := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		c = append(c, kind+data...)
		return binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE([]byte(kind+data)))
	}
	const head = 8 + 25
	out := append([]byte{}, b.Bytes()[:head]...)
	out = append(out, chunk("tEXt", "Comment\x00"+canary)...)
	return append(append(out, b.Bytes()[head:]...), canary...)
}

func encoded(t testing.TB, f func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f(&b); err != nil {
		t.Fatal(err)
	}
	return append(b.Bytes(), canary...)
}

func psnr(a, b image.Image) float64 {
	var sum float64
	r := a.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			p, q := color.NRGBAModel.Convert(a.At(x, y)).(color.NRGBA), color.NRGBAModel.Convert(b.At(x, y)).(color.NRGBA)
			for _, d := range []int{int(p.R) - int(q.R), int(p.G) - int(q.G), int(p.B) - int(q.B)} {
				sum += float64(d * d)
			}
		}
	}
	if sum == 0 {
		return math.Inf(1)
	}
	return 10 * math.Log10(255*255*3*float64(r.Dx()*r.Dy())/sum)
}

// Of every sort of picture nothing but the picture is left, and that is as good as before.
func TestNothingButThePictureIsLeft(t *testing.T) {
	img := photo(320, 240)
	paletted := image.NewPaletted(img.Bounds(), color.Palette{color.NRGBA{220, 20, 20, 255}, color.NRGBA{0, 90, 200, 255}, color.White})
	for y := range 240 {
		for x := range 320 {
			paletted.SetColorIndex(x, y, uint8((x/30+y/30)%3))
		}
	}
	c := cleaner(t)
	for what, f := range map[string]struct {
		data []byte
		want image.Image
	}{
		"JPEG with Exif": {jpegOf(t, img, block(0xe1, exif(1)), block(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x>"+canary+"</x>"),
			block(0xe2, "ICC_PROFILE\x00\x01\x01"+canary), block(0xfe, canary)), img},
		"PNG":  {pngOf(t, img), img},
		"GIF":  {encoded(t, func(b *bytes.Buffer) error { return gif.Encode(b, paletted, nil) }), paletted},
		"BMP":  {encoded(t, func(b *bytes.Buffer) error { return bmp.Encode(b, img) }), img},
		"TIFF": {encoded(t, func(b *bytes.Buffer) error { return tiff.Encode(b, img, nil) }), img},
	} {
		pages, p, err := c.Page(t.Context(), f.data, 1)
		if err != nil || pages != 1 {
			t.Errorf("%s: %d pages, %v", what, pages, err)
			continue
		}
		if bytes.Contains(p.Data, []byte("CANARY")) || bytes.Contains(p.Data, []byte("Exif")) || bytes.Contains(p.Data, []byte("tEXt")) {
			t.Errorf("%s: something of it is left", what)
		}
		got, _, err := image.Decode(bytes.NewReader(p.Data))
		if err != nil || got.Bounds() != f.want.Bounds() {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if db := psnr(f.want, got); db < 35 {
			t.Errorf("%s: %.1f dB", what, db)
		}
	}
}

// A camera that was held on its side: the red corner is where it was seen.
func TestPicturesStandUpright(t *testing.T) {
	red := func(img image.Image, x, y int) bool {
		c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
		return c.R > 180 && c.G < 80
	}
	for o, corner := range map[int][2]float64{1: {.1, .1}, 2: {.9, .1}, 3: {.9, .9}, 4: {.1, .9}, 5: {.1, .1}, 6: {.9, .1}, 7: {.9, .9}, 8: {.1, .9}} {
		_, p, err := cleaner(t).Page(t.Context(), jpegOf(t, photo(200, 100), block(0xe1, exif(o))), 1)
		if err != nil {
			t.Fatal(err)
		}
		img, _, err := image.Decode(bytes.NewReader(p.Data))
		if err != nil {
			t.Fatal(err)
		}
		w, h := img.Bounds().Dx(), img.Bounds().Dy()
		if (w == 200) != (o < 5) || !red(img, int(float64(w)*corner[0]), int(float64(h)*corner[1])) {
			t.Errorf("orientation %d: %d × %d", o, w, h)
		}
	}
}

func TestLargePicturesAreMadeSmaller(t *testing.T) {
	_, p, err := cleaner(t).Page(t.Context(), jpegOf(t, photo(4000, 1000)), 1)
	if err != nil {
		t.Fatal(err)
	}
	if c, _, err := image.DecodeConfig(bytes.NewReader(p.Data)); err != nil || c.Width != MaxSide || c.Height != MaxSide/4 {
		t.Errorf("%d × %d, %v", c.Width, c.Height, err)
	}
}

// paper is a PDF of some pages, with a script, a link and a launch in it.
func paper(pages int) []byte {
	var b bytes.Buffer
	var at []int
	object := func(s string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), s)
	}
	b.WriteString("%PDF-1.4\n")
	var kids []string
	for i := range pages {
		kids = append(kids, fmt.Sprintf("%d 0 R", 3+i))
	}
	object("<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\('" + canary + "'\\)) >> >>")
	object(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), pages))
	for range pages {
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 300] /Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 200 300] " +
			"/A << /S /Launch /F (/bin/sh) >> >>] >>")
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, p := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", p)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, xref)
	return b.Bytes()
}

func TestPagesOfADocumentArePictures(t *testing.T) {
	c := cleaner(t)
	for page, ok := range map[int]bool{1: true, 3: true, 4: false, 0: false, -1: false} {
		pages, p, err := c.Page(t.Context(), paper(3), page)
		if ok && (err != nil || pages != 3 || p.Type != "image/png" || bytes.Contains(p.Data, []byte("CANARY"))) {
			t.Errorf("page %d: %d, %s, %v", page, pages, p.Type, err)
		}
		if !ok && !errors.Is(err, ErrUnreadable) {
			t.Errorf("page %d: %v", page, err)
		}
	}
	if pages, _, err := c.Page(t.Context(), paper(MaxPages+5), 1); err != nil || pages != MaxPages {
		t.Errorf("a long one: %d, %v", pages, err)
	}
}

// What is meant to harm dies within its limits and is only a file that cannot be opened.
func TestBombs(t *testing.T) {
	huge := pngOf(t, image.NewGray(image.Rect(0, 0, 8, 8)))
	binary.BigEndian.PutUint32(huge[16:], 30000)
	binary.BigEndian.PutUint32(huge[20:], 30000)
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	for what, data := range map[string][]byte{
		"nothing": {}, "a picture of 30,000 by 30,000": huge, "a torn picture": jpegOf(t, photo(100, 100))[:2000],
		"a page as a picture":  []byte("<html><script>alert(1)</script></html>"),
		"a drawing with words": []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"an archive":           append([]byte("PK\x03\x04"), make([]byte, 500)...),
		"a program":            append([]byte("\x7fELF"), make([]byte, 500)...),
		"a film":               append([]byte("\x00\x00\x00\x18ftypmp42"), make([]byte, 500)...),
		"a document that leads to itself": []byte("%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n" +
			"<< /Type /Pages /Kids [2 0 R] /Count 1000000000 >>\nendobj\nxref\n0 1\ntrailer\n<< /Root 1 0 R /Prev 0 >>\nstartxref\n0\n%%EOF"),
		"noise": bytes.Repeat([]byte{0xff, 0xd8, 0xff, 0xe1, 0, 3}, 1000),
	} {
		began := time.Now()
		_, _, err := cleaner(t).Page(t.Context(), data, 1)
		if !errors.Is(err, ErrUnreadable) {
			t.Errorf("%s: %v", what, err)
		}
		if took := time.Since(began); took > within+2*time.Second {
			t.Errorf("%s took %v", what, took)
		}
	}
}

func TestWhoLeavesIsNotWaitedFor(t *testing.T) {
	c := cleaner(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := c.Page(ctx, jpegOf(t, photo(100, 100)), 1); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// A child that lies is not believed.
func FuzzReadPage(f *testing.F) {
	var b bytes.Buffer
	if err := writePage(&b, 3, Page{"image/png", []byte("\x89PNG\r\n\x1a\n1234")}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte{form, 0, 0, 0, 1, isJPEG, 0, 0, 0, 4, 0xff, 0xd8, 0xff, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		pages, p, err := readPage(data)
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := writePage(&again, pages, p); err != nil || !bytes.Equal(again.Bytes(), data) {
			t.Errorf("%v", err)
		}
	})
}
