package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"madoguchi/channels/line"
)

var lineSetupCommand = command{name: "line setup", does: "gives the LINE account its menu and webhook; again changes nothing", run: lineSetup}

func lineSetup(ctx context.Context, p *program, _ []string) error {
	c, err := loadCity(p.set["CITY"], nil)
	if err != nil {
		return err
	}
	if on, err := switchedOn(line.Kind, p.set); err != nil || !on {
		return errors.Join(err, errors.New(envPrefix+"LINE_SECRET and "+envPrefix+"LINE_TOKEN are needed"))
	}
	menu := line.MenuOf(cityDesk{c, time.Now}, p.set["PUBLIC_URL"])
	face := menuFace(fontFolders)
	picture, err := drawMenu(menu, face)
	if err != nil {
		return err
	}
	report, err := line.Setup{Setting: func(name string) string { return p.set[name] }, PublicURL: p.set["PUBLIC_URL"], Menu: menu, Picture: picture}.Run(ctx)
	if err != nil {
		return err
	}
	say := func(yes bool, then, otherwise string) {
		fmt.Fprintln(p.stdout, map[bool]string{true: then, false: otherwise}[yes])
	}
	say(report.MenuMade, "menu: made", "menu: as it should be")
	if face == nil {
		fmt.Fprintln(p.stdout, "  it has no words: install fonts-morisawa-bizud-gothic or fonts-noto-cjk and run this again")
	}
	say(report.EndpointSet, "webhook: address set", "webhook: as it should be")
	say(report.Active, "webhook: LINE uses it", "webhook: LINE does not use it yet; switch on \"Use webhook\" and \"Webhook redelivery\" in the console")
	say(report.Answered, "webhook: LINE has called it, and it answered", "webhook: LINE could not call it; is serve running and reachable?")
	if report.Account != "" {
		fmt.Fprintf(p.stdout, "account: %sLINE_DESTINATION=%s refuses webhooks for any other\n", envPrefix, report.Account)
	}
	fmt.Fprintf(p.stdout, "\nBy hand, in LINE's console, because everybody sees it on a locked screen:\n"+
		"  name     %s まどぐち: no word such as 相談 or いじめ\n  picture  plain; no children, no hearts\n"+
		"  groups   off (グループ・複数人トークへの参加を許可しない)\n  greeting and automatic answers of LINE's own: off; the desk sends its own\n", c.Name)
	if !report.Answered {
		return errSaid
	}
	return nil
}

// fontFolders are where Debian puts the fonts that have Japanese.
var fontFolders = [...]string{"/usr/share/fonts/truetype/bizud-gothic", "/usr/share/fonts/opentype/noto", "/usr/local/share/fonts"}

// menuFace opens the first font with Japanese that is installed, or returns nil.
func menuFace(folders [3]string) font.Face {
	for _, folder := range folders {
		for _, name := range []string{"BIZUDPGothic-Bold.ttf", "BIZUDPGothic-Regular.ttf", "NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc"} {
			data, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil {
				continue
			}
			fonts, err := opentype.ParseCollection(data)
			if err != nil {
				continue
			}
			first, err := fonts.Font(0)
			if err != nil {
				continue
			}
			if face, err := opentype.NewFace(first, &opentype.FaceOptions{Size: 76, DPI: 72, Hinting: font.HintingFull}); err == nil {
				return face
			}
		}
	}
	return nil
}

// The colours of the menu: the first button is filled, the others are pale. The contrast of the words is over 7 to 1.
var (
	menuInk   = color.RGBA{0x1f, 0x2a, 0x37, 0xff}
	menuPaper = color.RGBA{0xf4, 0xf1, 0xea, 0xff}
	menuLine  = color.RGBA{0xc9, 0xc2, 0xb4, 0xff}
	menuFirst = color.RGBA{0x1d, 0x4e, 0x5f, 0xff}
)

// drawMenu draws the buttons side by side with their words, or plain where there is no face.
func drawMenu(m line.Menu, face font.Face) ([]byte, error) {
	colours := color.Palette{menuPaper, menuInk, menuLine, menuFirst, color.White}
	for i := range 24 { // the edges of letters
		part := func(a, b uint8) uint8 { return uint8((int(a)*i + int(b)*(24-i)) / 24) }
		colours = append(colours, color.RGBA{part(menuInk.R, menuPaper.R), part(menuInk.G, menuPaper.G), part(menuInk.B, menuPaper.B), 0xff},
			color.RGBA{part(0xff, menuFirst.R), part(0xff, menuFirst.G), part(0xff, menuFirst.B), 0xff})
	}
	img := image.NewPaletted(image.Rect(0, 0, line.MenuWidth, line.MenuHeight), colours)
	fill := func(r image.Rectangle, c color.Color) {
		draw.Draw(img, r, image.NewUniform(c), image.Point{}, draw.Src)
	}
	for i, b := range m.Buttons {
		r := image.Rect(i*line.MenuWidth/len(m.Buttons), 0, (i+1)*line.MenuWidth/len(m.Buttons), line.MenuHeight)
		ink := menuInk
		if i == 0 {
			fill(r, menuFirst)
			ink = color.RGBA{0xff, 0xff, 0xff, 0xff}
		} else {
			fill(image.Rect(r.Min.X, 90, r.Min.X+4, line.MenuHeight-90), menuLine)
		}
		if face == nil {
			fill(image.Rect(r.Min.X+r.Dx()/2-120, line.MenuHeight/2-12, r.Min.X+r.Dx()/2+120, line.MenuHeight/2+12), ink)
			continue
		}
		pen := font.Drawer{Dst: img, Src: image.NewUniform(ink), Face: face}
		lines := fold(b.Label, func(s string) bool { return pen.MeasureString(s).Ceil() <= r.Dx()-120 })
		for j, s := range lines {
			pen.Dot = fixed.P(r.Min.X+(r.Dx()-pen.MeasureString(s).Ceil())/2, line.MenuHeight/2+28+j*112-(len(lines)-1)*56)
			pen.DrawString(s)
		}
	}
	var out bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(io.Writer(&out), img)
	return out.Bytes(), err
}

// fold breaks a label into lines that fit, after ・ where it has one.
func fold(label string, fits func(string) bool) (lines []string) {
	for _, part := range slices.Collect(strings.SplitAfterSeq(label, "・")) {
		if n := len(lines); n > 0 && fits(lines[n-1]+part) {
			lines[n-1] += part
			continue
		}
		runes := []rune(part)
		for len(runes) > 0 {
			n := len(runes)
			for n > 1 && !fits(string(runes[:n])) {
				n--
			}
			lines, runes = append(lines, string(runes[:n])), runes[n:]
		}
	}
	return lines
}
