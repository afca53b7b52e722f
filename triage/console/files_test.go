package console

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"madoguchi/triage"
)

// pictured is a case to which a photograph, a document of two pages and something that cannot be opened came.
const pictured = triage.CaseID("08picturedpicturedpictured")

// shelf is a cabinet of paper.
type shelf struct{ picture, voice []byte }

func (s shelf) File(_ context.Context, _ triage.CaseID, n, page int) (triage.Cleaned, error) {
	if s.voice != nil && page == 1 {
		return triage.Cleaned{Type: "audio/ogg", Data: s.voice, Pages: 1}, nil
	}
	if n == 3 || page > n {
		return triage.Cleaned{}, triage.ErrUnreadable
	}
	return triage.Cleaned{Type: "image/png", Data: s.picture, Pages: n}, nil
}

func (h *house) seedPictures() {
	h.t.Helper()
	img := image.NewGray(image.Rect(0, 0, 1200, 900))
	for i := range img.Pix {
		img.Pix[i] = uint8(i / 1200 / 4)
	}
	img.SetGray(0, 0, color.Gray{255})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		h.t.Fatal(err)
	}
	h.desk.Cabinet = shelf{picture: b.Bytes()}
	e := wrote(ago(0), "line", "これをかかれました。\n[写真1] [ファイル2] [動画3]", judged(triage.Soon), 0)
	e.ID, e.Files = "pictures", []triage.File{{ID: "a", Sort: "picture"}, {ID: "b", Sort: "document"}, {ID: "c", Sort: "video"}}
	h.happened(pictured, e)
}

// What is served is a picture that a browser neither opens by itself, nor keeps, nor takes for anything else; and whoever may
// not see it gets no byte of it.
func TestHowAFileIsServed(t *testing.T) {
	h := newHouse(t)
	for login, role := range map[string]triage.Role{"sato": triage.Psychologist, "endo": triage.Psychologist, "ueda": triage.Lawyer, "ono": triage.Clerk} {
		h.hire(login, role, "")
	}
	h.seedPictures()
	page := "/cases/" + string(pictured)
	sato := h.signedIn("sato")
	if a := sato.get(page + "/files/1"); a.status != 403 || strings.Contains(a.body, "PNG") {
		t.Errorf("before it is taken: %d", a.status)
	}
	sato.script(page+"/claim", nil)
	a := sato.get(page + "/files/2?page=2")
	if a.status != 200 || !strings.HasPrefix(a.body, "\x89PNG") {
		t.Fatalf("%d", a.status)
	}
	for name, want := range map[string]string{"Content-Type": "image/png", "Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store", "X-Pages": "2"} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for path, want := range map[string]int{"/files/3": 409, "/files/4": 404, "/files/0": 404, "/files/-1": 404, "/files/x": 404, "/files/1?page=x": 404,
		"/files/1?page=0": 404, "/files/99999999999999999999": 404, "/files/%2e%2e": 404} {
		if a := sato.get(page + path); a.status != want || strings.Contains(a.body, "PNG") {
			t.Errorf("%s: %d, want %d", path, a.status, want)
		}
	}
	for _, login := range []string{"endo", "ueda", "ono", ""} {
		b := h.browser()
		if login != "" {
			b = h.signedIn(login)
		}
		for n := range 5 {
			if a := b.ask("GET", fmt.Sprint(page, "/files/", n), nil, map[string]string{"Accept": "application/json"}); a.status < 400 || strings.Contains(a.body, "PNG") {
				t.Errorf("%q, file %d: %d", login, n, a.status)
			}
		}
	}
}

// In a real browser, at the width of a desk and of a phone: everything is covered, and nothing is loaded, until it is pressed.
func TestPicturesAreCoveredUntilPressed(t *testing.T) {
	h := newHouse(t)
	h.hire("sato", triage.Psychologist, "")
	h.seedPictures()
	b := h.open(t)
	b.enter("sato")
	for _, width := range []int64{1280, 390} {
		b.do(chromedp.EmulateViewport(width, 900))
		b.goTo("/cases/" + string(pictured))
		if width == 1280 {
			b.until(`document.querySelectorAll('.cover:disabled').length === 3 && document.querySelector('.cover').innerText.includes('担当すると開けます')`)
			b.press("#claim")
		}
		b.until(`document.querySelector('#reply') && document.querySelectorAll('.cover:enabled').length === 3 && document.documentElement.dataset.live === 'yes' && document.documentElement.scrollWidth <= innerWidth`)
		b.until(`document.querySelector('.cover').innerText.includes('人や名前が写っている可能性') && !document.querySelector('.ph') && !document.querySelector('#file-shown').getAttribute('src')`)
		b.press(`[data-file$="/files/1"]`)
		b.until(`document.querySelector('#file').open && document.querySelector('#file-shown').naturalWidth === 1200 && !document.querySelector('#file-shown').hidden`)
		b.until(`document.documentElement.scrollWidth <= innerWidth && document.querySelector('#file').scrollWidth <= document.querySelector('#file').clientWidth`)
		b.press(`#file [data-close]`)
		b.until(`!document.querySelector('#file').open && !document.querySelector('#file-shown').getAttribute('src')`)
		b.press(`[data-file$="/files/2"]`)
		b.until(`document.querySelector('#file-said').innerText === '1ページ'`)
		b.press(`[data-turn="1"]`)
		b.until(`document.querySelector('#file-said').innerText === '2ページ'`)
		b.press(`#file [data-close]`)
		b.press(`[data-file$="/files/3"]`)
		b.until(`document.querySelector('#file-said').innerText.includes('安全に開けないファイルです')`)
		b.press(`#file [data-close]`)
	}
	if n := h.looked(t, "file"); n != 8 {
		t.Errorf("%d looks are written down, want 8", n)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.troubles) > 0 {
		t.Error(b.troubles)
	}
}

// What somebody said onto the machine is listened to in the same window, and is silent when that is closed.
func TestAVoiceIsListenedTo(t *testing.T) {
	h := newHouse(t)
	h.hire("sato", triage.Psychologist, "")
	tone, err := exec.Command("ffmpeg", "-v", "quiet", "-f", "lavfi", "-i", "sine=duration=2", "-c:a", "libopus", "-f", "ogg", "pipe:1").Output()
	if err != nil {
		t.Fatal(err)
	}
	h.desk.Cabinet = shelf{voice: tone}
	e := wrote(ago(0), "voice", "[音声1]", judged(triage.Soon), 0)
	e.ID, e.Files = "voice", []triage.File{{ID: "a", Sort: "voice"}}
	h.happened(pictured, e)
	b := h.open(t)
	b.enter("sato")
	b.goTo("/cases/" + string(pictured))
	b.press("#claim")
	b.until(`document.querySelector('#reply') && document.querySelector('.cover:enabled')?.innerText.includes('聞くときに押します') && document.documentElement.dataset.live === 'yes'`)
	b.press(`[data-file$="/files/1"]`)
	b.until(`document.querySelector('#file').open && !document.querySelector('#file-heard').hidden && document.querySelector('#file-heard').duration > 1.5 && document.querySelector('#file-shown').hidden`)
	b.press(`#file [data-close]`)
	b.until(`!document.querySelector('#file').open && !document.querySelector('#file-heard').getAttribute('src') && document.querySelector('#file-heard').readyState === 0`)
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.troubles) > 0 {
		t.Error(b.troubles)
	}
}
