package main

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"testing"

	"madoguchi/router/clean"
)

// large is a picture within the limit of points that needs 400 MB once it is decoded.
type large struct{}

func (large) ColorModel() color.Model { return color.NRGBA64Model }
func (large) Bounds() image.Rectangle { return image.Rect(0, 0, 7000, 7000) }
func (large) At(int, int) color.Color { return color.NRGBA64{A: 0x8000} }

// The program itself is the child that opens files, with nothing in its environment; a file that asks for more memory than a
// child gets ends the child and nothing else.
func TestTheProgramCleansFiles(t *testing.T) {
	t.Parallel()
	c, err := clean.NewCleaner("")
	if err != nil {
		t.Fatal(err)
	}
	drawn := func(img image.Image) []byte {
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	pages, p, err := c.Page(t.Context(), drawn(image.NewGray(image.Rect(0, 0, 30, 20))), 1)
	if err != nil || pages != 1 || p.Type != "image/png" {
		t.Errorf("%d pages, %s, %v", pages, p.Type, err)
	}
	if size, _, err := image.DecodeConfig(bytes.NewReader(p.Data)); err != nil || size.Width != 30 || size.Height != 20 {
		t.Errorf("%+v, %v", size, err)
	}
	if _, _, err := c.Page(t.Context(), drawn(large{}), 1); !errors.Is(err, clean.ErrUnreadable) {
		t.Errorf("one that is too large: %v", err)
	}
	if _, _, err := c.Page(t.Context(), []byte("<html>"), 1); !errors.Is(err, clean.ErrUnreadable) {
		t.Errorf("a page: %v", err)
	}
}
