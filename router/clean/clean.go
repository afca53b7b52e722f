// Package clean turns a file that a stranger sent into pictures that are safe to look at, or into a recording that is safe to
// listen to.
//
// A file is decoded and encoded again, so that nothing of its bytes is left: no place, no serial number of a camera, no
// script, no second file behind the first. What it is, is decided by its content, never by a name. That happens in a process
// of its own (Child), with nothing in its environment, little time and little memory, because a decoder is where a
// malicious file would strike; the parent (Run) reads pictures in a form so plain that reading it needs no care, and believes
// no number in it.
//
// What cannot be decoded here (the pictures of films, office documents, archives, pictures of formats without a safe decoder) is ErrUnreadable;
// the original is kept elsewhere, sealed.
package clean

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	_ "image/gif"
	"image/jpeg"
	"image/png"
	"net/http"

	_ "golang.org/x/image/bmp"
	xdraw "golang.org/x/image/draw"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
)

// ErrUnreadable says that a file cannot be opened safely.
var ErrUnreadable = errors.New("clean: the file cannot be opened safely")

// Limits of what is opened.
const (
	MaxPixels = 50_000_000 // of a picture: the largest telephones of today
	MaxSide   = 2400       // of what is shown; larger ones are made smaller
	MaxPages  = 50         // of a document
	quality   = 92         // of JPEG: above 35 dB for photographs
)

// Page is one picture.
type Page struct {
	Type string // image/png, image/jpeg or audio/ogg
	Data []byte
}

// picture decodes and encodes one picture.
func picture(data []byte) (Page, error) {
	c, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || c.Width < 1 || c.Height < 1 || c.Width > MaxPixels/c.Height {
		return Page{}, ErrUnreadable
	}
	img, _, err := image.Decode(bytes.NewReader(data)) // of a moving picture the first
	if err != nil {
		return Page{}, ErrUnreadable
	}
	img = upright(smaller(img), orientation(data, kind))
	var b bytes.Buffer
	if kind == "jpeg" || kind == "webp" && opaque(img) {
		if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
			return Page{}, ErrUnreadable
		}
		return Page{"image/jpeg", b.Bytes()}, nil
	}
	if err := png.Encode(&b, img); err != nil {
		return Page{}, ErrUnreadable
	}
	return Page{"image/png", b.Bytes()}, nil
}

func opaque(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// smaller returns the picture with no side above MaxSide, in plain colours: palettes and profiles are gone.
func smaller(img image.Image) *image.NRGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if most := max(w, h); most > MaxSide {
		w, h = max(1, w*MaxSide/most), max(1, h*MaxSide/most)
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	if w == b.Dx() {
		draw.Draw(out, out.Bounds(), img, b.Min, draw.Src)
	} else {
		xdraw.ApproxBiLinear.Scale(out, out.Bounds(), img, b, draw.Src, nil)
	}
	return out
}

// upright turns a picture as a camera says that it was held (Exif orientation 1 to 8).
func upright(img *image.NRGBA, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	place := func(x, y int) (int, int) {
		switch orientation {
		case 2:
			return w - 1 - x, y
		case 3:
			return w - 1 - x, h - 1 - y
		case 4:
			return x, h - 1 - y
		case 5:
			return y, x
		case 6:
			return h - 1 - y, x
		case 7:
			return h - 1 - y, w - 1 - x
		}
		return y, w - 1 - x
	}
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewNRGBA(size)
	for y := range h {
		for x := range w {
			tx, ty := place(x, y)
			out.SetNRGBA(tx, ty, img.At(x, y).(color.NRGBA))
		}
	}
	return out
}

// document reports whether the content is a PDF.
func document(data []byte) bool { return http.DetectContentType(data) == "application/pdf" }
