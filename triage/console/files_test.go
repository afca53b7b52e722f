package console

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
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

// sato takes the case with the pictures, and kato and mori lead.
func (h *house) seedColleague() {
	h.t.Helper()
	h.hire("sato", triage.Psychologist, "")
	h.hire("kato", triage.Coordinator, "")
	h.hire("mori", triage.Supervisor, "")
	h.seedPictures()
	h.happened(pictured, triage.Event{ID: "taken", At: ago(0), Kind: triage.KindAssignment, From: triage.Counselor, By: "sato", Assignment: &triage.Assignment{Do: triage.DoClaim, To: "sato"}})
}

// agrees says yes to the newest wish, as mori with a strong sign-in.
func (h *house) agrees() {
	h.t.Helper()
	list, err := h.desk.Register.List(context.Background())
	if err == nil {
		_, err = h.desk.Approve(context.Background(), staff.Person{Login: "mori", Role: triage.Supervisor, Strong: true}, list[0].ID, desk.Spoken{})
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// A lead does not get a colleague's picture from the page either, but the way to ask for it; each of those who read of it does
// so in words.
func TestALeadAsksForAFile(t *testing.T) {
	h := newHouse(t)
	h.seedColleague()
	h.hire("kanri", triage.Admin, "")
	h.signedIn("mori") // another lead is there
	b, page := h.signedIn("kato"), "/cases/"+string(pictured)
	if a := b.get(page + "/files/1"); a.status != http.StatusConflict || strings.Contains(a.body, "PNG") || !strings.Contains(a.body, triage.CodeTwoPersons) {
		t.Errorf("%d %s", a.status, a.body)
	}
	body := b.get(page).body
	sane(t, "case", body)
	if strings.Contains(body, "data-file=") || !strings.Contains(body, `data-ask="[添付1]"`) {
		t.Error("the page leads to the picture, or tells no way to ask")
	}
	if r := said(t, b.script(page+"/reveals", url.Values{"placeholder": {"[添付4]"}, "reason": {desk.Whys[0].Key}})); r.Code != triage.CodeBadRequest {
		t.Errorf("what is not there: %+v", r)
	}
	if r := said(t, b.script(page+"/reveals", url.Values{"placeholder": {"[添付1]"}, "reason": {desk.Whys[0].Key}})); !strings.Contains(r.Say, "もう一人の確認をお願いしました") {
		t.Errorf("%+v", r)
	}
	if body = b.get(page).body; !strings.Contains(body, "もう一人の確認を待っています") || !strings.Contains(body, "添付ファイル1 を二人で開くことを頼みました。") {
		t.Error("the page does not tell that it waits")
	}
	if body = h.signedIn("mori").get("/reveals").body; !strings.Contains(body, "添付ファイル1") || strings.Contains(body, "[添付1]") {
		t.Error("the other lead does not read what it is about")
	}
	h.agrees()
	if a := b.get(page + "/files/1"); a.status != 200 || !strings.HasPrefix(a.body, "\x89PNG") {
		t.Errorf("once allowed: %d", a.status)
	}
	body = b.get(page).body
	if !strings.Contains(body, `data-file="`+page+`/files/1"`) || strings.Contains(body, `data-file="`+page+`/files/2"`) || !strings.Contains(body, "添付ファイル1 を見ました。") {
		t.Error("the page shows another file than the one that was allowed")
	}
	id := b.grantID()
	if body = b.get("/reveals").body; !strings.Contains(body, `href="`+page+`">事案の画面で見る`) || strings.Contains(body, "/reveals/"+id+"/open") {
		t.Error("the page of grants does not lead to the case")
	}
	if r := said(t, b.script("/reveals/"+id+"/open", nil)); len(r.Values) > 0 || !strings.Contains(r.Say, "事案の画面") {
		t.Errorf("%+v", r)
	}
	if page := h.signedIn("kanri").get("/audit").body; !strings.Contains(page, acts["file"]+"</td><td>"+number(pictured)+`</td><td class="small">`+tail(id)+"　添付ファイル1　理由：") {
		t.Errorf("the audit does not tell which file, by which grant: %.3000s", page)
	}
}

// In an emergency with no other lead there, the page lets her see it at once.
func TestALeadSeesAFileAloneInAnEmergency(t *testing.T) {
	h := newHouse(t)
	h.seedColleague()
	b, page := h.signedIn("kato"), "/cases/"+string(pictured)
	h.happened(pictured, triage.Event{ID: "grave", At: ago(0), Kind: triage.KindAssessment, From: triage.Counselor, By: "sato", Text: "橋にいる", Judgement: &triage.Judgement{Severity: triage.Emergency}})
	if r := said(t, b.script(page+"/reveals", url.Values{"placeholder": {"[添付1]"}, "reason": {desk.Whys[0].Key}})); r.To != "" && r.To != page || !strings.Contains(r.Say, "すぐに見られます") {
		t.Errorf("%+v", r)
	}
	if a := b.get(page + "/files/1"); a.status != 200 {
		t.Errorf("%d", a.status)
	}
	if body := b.get(page).body; !strings.Contains(body, "添付ファイル1 を、ほかにだれもいないので一人で開くことにしました。") || !strings.Contains(body, "一人で開いたものの確認") {
		t.Error("the case does not say that somebody looks at it afterwards")
	}
}

// In a real browser, at the width of a desk and of a phone: the picture is asked for where it stands, and is there as soon as
// somebody has said yes.
func TestAskingForAFileInABrowser(t *testing.T) {
	h := newHouse(t)
	h.seedColleague()
	h.signedIn("mori")
	b := h.open(t)
	b.enter("kato")
	for i, width := range []int64{1280, 390} {
		b.do(chromedp.EmulateViewport(width, 900))
		b.goTo("/cases/" + string(pictured))
		file := fmt.Sprint(i + 1)
		ask := `[data-ask="[添付` + file + `]"]`
		b.until(`document.querySelector('` + ask + `:enabled') && document.documentElement.dataset.live === 'yes' && document.documentElement.scrollWidth <= innerWidth`)
		b.js(`document.querySelector('` + ask + `').scrollIntoView({ block: 'center' })`)
		b.shot(fmt.Sprint(width, "-1-shut"))
		b.press(ask)
		b.until(`document.querySelector('#why').open && document.querySelector('#why-what').innerText.includes('もう一人に頼みます') && document.querySelector('#why').scrollWidth <= document.querySelector('#why').clientWidth`)
		b.shot(fmt.Sprint(width, "-2-why"))
		b.press(`#why button[value=open]`)
		b.until(`document.querySelector('` + ask + `')?.innerText.includes('もう一人の確認を待っています')`)
		b.shot(fmt.Sprint(width, "-3-waits"))
		h.agrees()
		b.until(`document.querySelector('[data-file$="/files/` + file + `"]:enabled')?.innerText.includes('15分のあいだ見られます') && document.documentElement.scrollWidth <= innerWidth`)
		b.shot(fmt.Sprint(width, "-4-open"))
		b.press(`[data-file$="/files/` + file + `"]`)
		b.until(`document.querySelector('#file').open && document.querySelector('#file-shown').naturalWidth === 1200`)
		b.press(`#file [data-close]`)
		b.goTo("/reveals")
		b.until(`document.body.innerText.includes('添付ファイル` + file + `') && document.documentElement.scrollWidth <= innerWidth`)
		b.shot(fmt.Sprint(width, "-5-grants"))
	}
	h.seedLetter(false)
	for _, width := range []int64{1280, 390} {
		b.do(chromedp.EmulateViewport(width, 900))
		b.goTo("/cases/" + string(scanned) + "/readings/1")
		b.until(`document.readyState === 'complete' && document.querySelector('#covers .cover a')?.innerText === '事案の画面で頼む' && document.documentElement.scrollWidth <= innerWidth`)
		b.shot(fmt.Sprint(width, "-6-reading"))
	}
	if n := h.looked(t, "file"); n != 2 {
		t.Errorf("%d looks are written down, want 2", n)
	}
	b.quiet()
}
