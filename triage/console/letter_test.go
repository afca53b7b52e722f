package console

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"madoguchi/triage"
)

// scanned is a letter of two matters on a sheet, with the answer to it.
const scanned = triage.CaseID("09scannedscannedscannedsca")

const read = "〔2026年10月の手紙　[学校1]〕\nきのうくつをかくされまLた。\nおとうとも学枚でたたかれています。\n〔返事：手紙で、書いたところへ、チャットで。入り方を手紙で、学校をとおさないで〕\n〔送り先〕[住所1]\n[人物A]\n[書類1]"

// press knows the words of every answer.
type press struct{}

func (press) Letter(_ context.Context, _ triage.CaseID, said int64, coded bool) (triage.Letter, error) {
	l := triage.Letter{Text: "手紙（てがみ）を読みました。くつのこと、こまりましたね。\nいつでも、また書いてください。"}
	if coded {
		l.Code, l.Digits = "あさがお しじみ たんぽぽ かもめ どんぐり ひまわり すずめ", "123 456 789 012 345 678 901"
	}
	return l, nil
}

// seedLetter makes the case of sato's; answered says whether an answer waits for the post.
func (h *house) seedLetter(answered bool) {
	h.t.Helper()
	h.front.words = map[string]string{"[人物A]": "山田花子", "[学校1]": "日の出中", "[住所1]": "旭川市末広東一条"}
	img := image.NewGray(image.Rect(0, 0, 1240, 1754))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	for y := 300; y < 1400; y += 90 {
		draw.Draw(img, image.Rect(120, y, 1100-y/4, y+26), image.NewUniform(color.Gray{60}), image.Point{}, draw.Src)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		h.t.Fatal(err)
	}
	h.desk.Cabinet, h.desk.Press, h.desk.ChatURL = shelf{picture: b.Bytes()}, press{}, "https://madoguchi.example/"
	e := wrote(ago(26*time.Hour), "letter", read, judged(triage.Soon), 24*time.Hour)
	e.ID, e.Unchecked, e.Files = "scan", true, []triage.File{{ID: "a", Sort: "document"}}
	h.happened(scanned, e, triage.Event{ID: "mine", At: ago(time.Hour), Kind: triage.KindAssignment, From: triage.Counselor, By: "sato", Assignment: &triage.Assignment{Do: triage.DoClaim, To: "sato"}})
	if answered {
		h.happened(scanned,
			triage.Event{ID: "answer", At: ago(30 * time.Minute), Kind: triage.KindMessage, From: triage.Counselor, By: "sato", Text: "手紙を読みました。くつのこと、こまりましたね。", Said: 1, Words: []byte("sealed")},
			triage.Event{ID: "paper", At: ago(29 * time.Minute), Kind: triage.KindDelivery, From: triage.System, Delivery: &triage.Delivery{Said: 1, Status: triage.DeliveryPaper}})
	}
}

func TestALetterIsComparedAndSplit(t *testing.T) {
	h := newHouse(t)
	h.hire("sato", triage.Psychologist, "")
	h.hire("endo", triage.Psychologist, "")
	h.seedLetter(false)
	b := h.signedIn("sato")
	base := "/cases/" + string(scanned)
	if body := b.get(base).body; !strings.Contains(body, "読み取り未確認") || !strings.Contains(body, base+"/readings/1") || !strings.Contains(body, "学校をとおさないで") {
		t.Error("the case does not say that the letter waits for a person")
	}
	page := b.get(base + "/readings/1")
	for _, want := range []string{"きのうくつをかくされまLた。", `data-picture="` + base + `/files/1"`, `value="chat" checked`, `value="phone">`, "[住所1]\n[人物A]</textarea>"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	sane(t, "reading", page.body)
	if strings.Contains(page.body, "〔返事：") || strings.Contains(page.body, "<img src=") {
		t.Error("marks of the machine, or the picture itself, stand on the page")
	}
	form := url.Values{"base": {"1"}, "words": {"きのう、くつをかくされました。"}, "part": {"おとうとも学校でたたかれています。", " "}, "wish": {"letter", "not_school"}, "reach": {"旭川市末広東一条\n山田花子"}}
	if a := b.post(base+"/readings/1", url.Values{"base": {"1"}, "words": {"  "}, "part": {"別の件の文"}}); a.status != 400 || !strings.Contains(a.body, "別の件の文") {
		t.Errorf("what was typed is lost: %d", a.status)
	}
	if a := h.signedIn("endo").script(base+"/readings/1", form); a.status != 403 {
		t.Errorf("somebody else's: %d", a.status)
	}
	for range 2 { // the button pressed twice
		if a := b.script(base+"/readings/1", form); a.status != 200 || !strings.Contains(a.body, "別の件は、事案") {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	k, events, err := h.store.Load(t.Context(), scanned)
	if err != nil || len(k.Unchecked) != 0 || !strings.Contains(k.Preview, "きのう、くつをかくされました。") || strings.Contains(k.Preview, "おとうと") {
		t.Errorf("%v, unchecked %v, %q", err, k.Unchecked, k.Preview)
	}
	other := ""
	for _, e := range events {
		if rest, ok := strings.CutPrefix(e.ID, "alongside:"); ok {
			other = rest
		}
		if strings.Contains(e.Text, "花子") || strings.Contains(e.Text, "末広東") {
			t.Error("a name reached the case")
		}
	}
	o, otherEvents, err := h.store.Load(t.Context(), triage.CaseID(other))
	if err != nil || o.State != triage.Waiting || !o.OpenedAt.Equal(ago(26*time.Hour)) {
		t.Fatalf("the other matter: %v %+v", err, o)
	}
	if l, _ := triage.LetterOf(otherEvents); l.Words != "おとうとも学校でたたかれています。" || !slices.Equal(l.Wishes, []string{"letter", "not_school"}) || l.Reach != "[住所1]\n[人物A]" {
		t.Errorf("the other matter is %+v", l)
	}
	body := b.get(base).body
	if strings.Contains(body, "読み取り未確認") || !strings.Contains(body, "機械が読んだ文字") || !strings.Contains(body, `href="/cases/`+other+`"`) {
		t.Error("the case does not show what became of the letter")
	}
	if a := b.script(base+"/readings/1", url.Values{"base": {"1"}, "words": {"ちがう文"}}); a.status != http.StatusConflict {
		t.Errorf("an old page overwrote: %d %s", a.status, a.body)
	}
}

// A lead reads a colleague's letter as a machine read it, and its picture when somebody else has said yes.
func TestAColleaguesLetterIsComparedByTwo(t *testing.T) {
	h := newHouse(t)
	h.hire("kato", triage.Coordinator, "")
	h.hire("mori", triage.Supervisor, "")
	h.seedLetter(false)
	h.signedIn("mori")
	b, base := h.signedIn("kato"), "/cases/"+string(scanned)
	page := b.get(base + "/readings/1").body
	sane(t, "reading", page)
	if strings.Contains(page, "data-picture=") || !strings.Contains(page, `href="`+base+`">事案の画面で頼む`) || !strings.Contains(page, "くつをかくされ") {
		t.Error("the page leads to the picture, or does not say where to ask")
	}
	said(t, b.script(base+"/reveals", url.Values{"placeholder": {"[添付1]"}, "reason": {"understand"}}))
	if page = b.get(base + "/readings/1").body; !strings.Contains(page, "もう一人の確認を待っています") {
		t.Error("the page does not say that it waits")
	}
	h.agrees()
	if page = b.get(base + "/readings/1").body; !strings.Contains(page, `data-picture="`+base+`/files/1"`) {
		t.Error("the page does not show what was allowed")
	}
}

func TestAnAnswerIsPrintedAndPosted(t *testing.T) {
	h := newHouse(t)
	h.hire("sato", triage.Psychologist, "")
	h.hire("mori", triage.Coordinator, "")
	h.seedLetter(true)
	b := h.signedIn("sato")
	base := "/cases/" + string(scanned)
	list := b.get("/letters")
	sane(t, "letters", list.body)
	if list.status != 200 || !strings.Contains(list.body, "未投函") || !strings.Contains(list.body, "読み取り未確認") || !strings.Contains(list.body, "手紙で、書いたところへ") {
		t.Errorf("%d: the list does not tell what is to be done", list.status)
	}
	if !strings.Contains(b.get("/queue").body, `<a href="/letters"`) {
		t.Error("no way to the list")
	}
	look := b.get(base + "/letters/1")
	if look.status != 200 || !strings.HasPrefix(look.body, "%PDF") || look.header.Get("Content-Disposition") != `inline; filename="print.pdf"` || look.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", look.status, look.header)
	}
	print := b.post(base+"/letters/1", nil)
	if print.status != 200 || !strings.HasPrefix(print.body, "%PDF") || print.body == look.body {
		t.Errorf("printed: %d", print.status)
	}
	if a := h.signedIn("mori").get(base + "/letters/1"); a.status != http.StatusConflict || strings.Contains(a.body, "%PDF") {
		t.Errorf("a lead who does not speak with the child: %d", a.status)
	}
	for range 2 {
		if a := b.script(base+"/letters/1/posted", url.Values{"by": {"post"}}); a.status != 200 {
			t.Errorf("posted: %d %s", a.status, a.body)
		}
	}
	k, _, err := h.store.Load(t.Context(), scanned)
	if err != nil || len(k.Unposted) != 0 {
		t.Errorf("%v: %v waits for the post", err, k.Unposted)
	}
	if a := b.script(base+"/letters/2/posted", nil); a.status != 404 {
		t.Errorf("no such answer: %d", a.status)
	}
	if !strings.Contains(b.get(base).body, "に出しました") {
		t.Error("the case does not say that it was posted")
	}
	if n := h.looked(t, "letter_print"); n != 1 {
		t.Errorf("%d prints are written down", n)
	}
	if strings.Contains(h.logged.String(), "花子") || strings.Contains(h.logged.String(), "あさがお") {
		t.Error("the log holds words")
	}
}

// In a real browser, at the width of a desk and of a phone: covered at first, then enlarged and turned beside the text, which
// is parted and saved.
func TestComparingInABrowser(t *testing.T) {
	h := newHouse(t)
	h.hire("sato", triage.Psychologist, "")
	h.seedLetter(true)
	b := h.open(t)
	b.enter("sato")
	for _, width := range []int64{1280, 390} {
		b.do(chromedp.EmulateViewport(width, 900))
		for _, path := range []string{"/letters", "/cases/" + string(scanned)} {
			b.goTo(path)
			b.until(`document.readyState === 'complete' && document.documentElement.scrollWidth <= innerWidth`)
		}
		b.goTo("/cases/" + string(scanned) + "/readings/1")
		b.until(`document.readyState === 'complete' && !document.getElementById('split').hidden && document.documentElement.scrollWidth <= innerWidth && !document.getElementById('picture').getAttribute('src')`)
		b.press(`[data-picture]`)
		b.until(`document.getElementById('picture').naturalWidth === 1240 && !document.getElementById('turned').hidden`)
		beside := `(() => { const a = document.getElementById('pane').getBoundingClientRect(), c = document.getElementById('words').getBoundingClientRect(); return `
		if width == 1280 {
			b.until(beside + `a.right <= c.left && a.top < c.bottom; })()`)
		} else {
			b.until(beside + `a.bottom <= c.top; })()`)
		}
		b.press(`[data-zoom="1"]`)
		b.until(`document.getElementById('pane').scrollWidth > document.getElementById('pane').clientWidth + 100 && document.documentElement.scrollWidth <= innerWidth`)
		b.press(`[data-rotate]`)
		b.until(`(() => { const r = document.getElementById('picture').getBoundingClientRect(); return r.width > r.height; })()`)
		b.press(`[data-cover]`)
		b.until(`document.getElementById('viewer').hidden && !document.getElementById('picture').getAttribute('src')`)
	}
	b.js(`const w = document.getElementById('words'); w.focus(); w.setSelectionRange(w.value.indexOf('おとうと'), w.value.indexOf('おとうと')); document.getElementById('split').click()`)
	b.until(`document.querySelector('[name=part]').value.startsWith('おとうとも') && !document.getElementById('words').value.includes('おとうと')`)
	b.choose("#words", "きのう、くつをかくされました。")
	b.press(`#reading button:not([type])`)
	b.until(`location.pathname === '/cases/` + string(scanned) + `' && document.querySelector('.timeline').innerText.includes('きのう、くつをかくされました。')`)
	k, _, err := h.store.Load(t.Context(), scanned)
	if err != nil || len(k.Unchecked) != 0 {
		t.Errorf("%v, unchecked %v", err, k.Unchecked)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.troubles) > 0 {
		t.Error(b.troubles)
	}
}
