package chat_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strconv"
	"testing"

	"madoguchi/channels"
)

const canary = "CANARY-35.6586-139.7454"

// photo is a picture as a telephone makes it, with the place where it was taken.
func photo(t *testing.T, width, height int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, color.RGBA{uint8(x * 255 / width), uint8(y * 255 / height), uint8((x*31 ^ y*17) >> 2), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	app := append([]byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00"), canary...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(app)+2))
	return append(append(head, app...), b.Bytes()[2:]...)
}

// choose puts files into the page's picker, as a seeker would.
func (b *browser) choose(kind string, files ...[]byte) {
	b.t.Helper()
	list := "["
	for _, f := range files {
		list += quote(base64.StdEncoding.EncodeToString(f)) + ","
	}
	b.js(`(() => { const t = new DataTransfer();
		for (const f of ` + list + `]) t.items.add(new File([Uint8Array.from(atob(f), (c) => c.charCodeAt(0))], '佐藤美咲.jpg', { type: ` + quote(kind) + ` }));
		const i = document.getElementById('pick'); i.files = t.files; i.dispatchEvent(new Event('change')); })()`)
}

// A picture is sent from the page, and taken back.
func TestPictureOnThePage(t *testing.T) {
	for name, mobile := range map[string]bool{"telephone": true, "desk": false} {
		t.Run(name, func(t *testing.T) {
			b := browse(t, mobile)
			b.press("書きはじめる")
			b.shot("0-chat")
			b.press("写真をおくる")
			b.sees("写真をおくる前に")
			b.shot("1-before-the-first")
			b.press("写真をえらぶ")
			b.choose("image/jpeg", photo(t, 900, 1400), photo(t, 640, 480))
			b.until("document.querySelectorAll('.thumbs img').length === 2 && [...document.querySelectorAll('.thumbs img')].every((i) => i.naturalWidth > 0)")
			b.shot("2-look")
			b.press("この写真をおくる")
			b.until("document.querySelectorAll('.bubble .state').length === 2 && [...document.querySelectorAll('.bubble .state')].every((e) => e.textContent === 'とどきました')")
			b.shot("3-sent")
			taken := b.s.Intake.Taken()
			if len(taken) != 2 || len(taken[0].Files) != 1 || taken[0].Files[0].Sort != channels.Picture || taken[0].Text != "[写真1]" || taken[0].First == nil {
				t.Fatalf("taken %d", len(taken))
			}
			for _, m := range taken {
				data := b.s.Files.Content(m.Files[0].ID)
				if bytes.Contains(data, []byte("CANARY")) || bytes.Contains(data, []byte("Exif")) {
					t.Error("the place where it was taken has left the device")
				}
				if c, kind, err := image.DecodeConfig(bytes.NewReader(data)); err != nil || kind != "jpeg" || c.Width != 900 && c.Width != 640 {
					t.Errorf("%s %d wide: %v", kind, c.Width, err)
				}
			}
			b.say("やっぱり、これはやめます")
			b.until("document.querySelectorAll('.bubble .state').length === 3 && [...document.querySelectorAll('.bubble .state')].every((e) => e.textContent === 'とどきました')")
			b.js("scrollTo(0, document.querySelector('.bubble').offsetTop - 100)")
			b.shot("4-three")
			takeBack(b)
			quiet(b)
			b.js("globalThis.shown = document.querySelector('img.thumb').src")
			b.press("おわる")
			b.seesNot("おわりました。")
			b.press("書きうつした")
			b.sees("おわりました。")
			b.js("(() => { const i = new Image(); i.onload = () => { i.dataset.seen = 'still there'; }; i.onerror = () => { i.dataset.seen = 'gone'; }; i.src = shown; globalThis.probe = i; })()")
			b.until("probe.dataset.seen")
			if b.js("probe.dataset.seen") != "gone" || b.js("document.images.length") != "0" {
				t.Error("who leaves takes her pictures with her")
			}
		})
	}
}

// takeBack takes back the last thing that was sent.
func takeBack(b *browser) {
	b.t.Helper()
	b.press("取り消す")
	b.sees("もう読まれていることもあります。")
	b.shot("5-ask")
	b.press("このままにする")
	b.until("document.querySelectorAll('.asked').length === 0")
	b.press("取り消す")
	b.until("document.querySelectorAll('.asked').length === 1")
	b.press("取り消す")
	b.sees("取り消しました")
	b.shot("6-taken-back")
	b.seesNot("やっぱり、これはやめます")
	taken := b.s.Intake.Taken()
	said, back := taken[len(taken)-2], taken[len(taken)-1]
	if back.Unsend != said.ID || !back.From.Same(said.From) {
		b.t.Errorf("taken back: %q, said %q", back.Unsend, said.ID)
	}
	if n := b.js("document.querySelectorAll('.bubble.mine').length"); n != "3" {
		b.t.Errorf("%s bubbles", n)
	}
}

func TestPictureThatCannotGo(t *testing.T) {
	b := browse(t, true)
	b.press("書きはじめる")
	b.press("写真をおくる")
	b.press("写真をえらぶ")
	b.choose("image/jpeg", []byte("%PDF-1.7 not a picture at all"))
	b.sees("これは、写真ではないようです。")
	b.shot("sort")
	b.js(`(() => { const t = new DataTransfer(); t.items.add(new File(['GIF89a', new Uint8Array(` + strconv.Itoa(channels.MaxFile) + `)], 'x.gif', { type: 'image/gif' }));
		const i = document.getElementById('pick'); i.files = t.files; i.dispatchEvent(new Event('change')); })()`)
	b.sees("この写真は大きすぎて")
	b.shot("large")
	b.choose("image/jpeg", photo(t, 90, 60), photo(t, 90, 60), photo(t, 90, 60), photo(t, 90, 60), photo(t, 90, 60))
	b.sees("4まいまで")
	b.shot("many")
	b.press("やめる")
	b.until("document.querySelectorAll('.pictures').length === 0 && document.activeElement.id === 'to-picture'")
	heic := append([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), make([]byte, 5000)...)
	b.choose("image/heic", heic) // this browser cannot draw it: it goes as it is
	b.press("この写真をおくる")
	b.sees("とどきました")
	if taken := b.s.Intake.Taken(); len(taken) != 1 || !bytes.Equal(b.s.Files.Content(taken[0].Files[0].ID), heic) {
		t.Error("it did not arrive as it was")
	}
	if n := len(b.s.Intake.Taken()); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// A picture goes on after the line broke, also where the WebSocket is blocked, and words do not wait for it.
func TestPictureOverABadLine(t *testing.T) {
	for name, blocked := range map[string]bool{"socket": false, "requests": true} {
		t.Run(name, func(t *testing.T) {
			b := browse(t, true)
			b.gate.mu.Lock()
			b.gate.blocked = blocked
			b.gate.mu.Unlock()
			b.press("書きはじめる")
			b.say("写真もおくります")
			b.sees("とどきました")
			var large bytes.Buffer
			img := image.NewGray(image.Rect(0, 0, 1700, 1700))
			seed := uint32(1)
			for i := range img.Pix { // noise, so that it stays large
				seed = seed*1664525 + 1013904223
				img.Pix[i] = byte(seed >> 24)
			}
			if err := png.Encode(&large, img); err != nil {
				t.Fatal(err)
			}
			b.gate.passes(3)
			b.press("写真をおくる")
			b.press("写真をえらぶ")
			b.choose("image/png", large.Bytes())
			b.press("この写真をおくる")
			b.sees("つながるのを待っています。写真は、ここにあります。")
			b.until("document.querySelector('progress').value > 0")
			b.shot("waits")
			b.say("待っているあいだの文")
			b.until("[...document.querySelectorAll('.bubble .state')].at(-1).textContent === 'とどきました'")
			b.choose("image/jpeg", photo(t, 50, 50))
			b.press("この写真をおくる")
			b.until("document.querySelectorAll('progress').length === 2")
			b.press("やめる")
			b.until("document.querySelectorAll('progress').length === 1")
			b.gate.passes(-1)
			b.until("document.querySelectorAll('.bubble .state').length === 3 && [...document.querySelectorAll('.bubble .state')].every((e) => e.textContent === 'とどきました')")
			taken := b.s.Intake.Taken()
			if len(taken) != 3 {
				t.Fatalf("%d messages", len(taken))
			}
			for _, m := range taken {
				if len(m.Files) == 0 {
					continue
				}
				got, err := png.Decode(bytes.NewReader(b.s.Files.Content(m.Files[0].ID)))
				if err != nil || got.Bounds() != img.Bounds() {
					t.Fatalf("the picture: %v", err)
				}
				for _, at := range []image.Point{{0, 0}, {1699, 1699}, {850, 3}} {
					if r, _, _, _ := got.At(at.X, at.Y).RGBA(); byte(r>>8) != img.GrayAt(at.X, at.Y).Y {
						t.Error("the picture has changed")
					}
				}
			}
		})
	}
}
