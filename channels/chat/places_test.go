package chat_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func fetch(t *testing.T, url string) string {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v", url, r.StatusCode, err)
	}
	return string(b)
}

// Every public page says where the desk is, and leads to the sign-posts; neither needs a script or asks anybody else.
func TestEveryPublicPageSaysWhereTheDeskIs(t *testing.T) {
	s := open(t, nil)
	foreign := regexp.MustCompile(`(?:src|href|action)="(?:https?:)?//([^"/]+)`)
	for _, path := range []string{"/", "/places"} {
		body := fetch(t, s.URL+path)
		for _, want := range []string{"みほん市こども課", "〒000-0000 みほん市本町1丁目", `href="tel:0000000000"`, "000-000-0001", `href="mailto:mado@mihon.example"`, `href="/places"`} {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %s", path, want)
			}
		}
		for _, m := range foreign.FindAllStringSubmatch(body, -1) {
			if m[1] != "www.jma.go.jp" && m[1] != "chat.mihon.example" { // where the quick exit leads, and a sign-post
				t.Errorf("%s names %s", path, m[1])
			}
		}
		if !strings.Contains(body, "<title>話してみる</title>") {
			t.Errorf("%s: the title says too much", path)
		}
	}
	body := fetch(t, s.URL+"/places")
	for _, want := range []string{`href="tel:119"`, `href="tel:0120000001"`, "<rt>いのち</rt>", "会って話す", `<a href="https://chat.mihon.example/start" rel="noreferrer">chat.mihon.example</a>`, "昼の12時までと、午後1時から", "<rt>うけつけ</rt>"} {
		if !strings.Contains(body, want) {
			t.Errorf("the sign-posts lack %s", want)
		}
	}
	s.Desk.SetOpen(false)
	if body := fetch(t, s.URL+"/places"); strings.Contains(body, "<rt>うけつけ</rt>") || !strings.Contains(body, "次は、11月24日") {
		t.Error("the hours are not those of the moment")
	}
	form, err := http.Post(s.URL+"/chat/form", "application/x-www-form-urlencoded", strings.NewReader("text=%E3%81%82"))
	if err != nil {
		t.Fatal(err)
	}
	defer form.Body.Close()
	if b, err := io.ReadAll(form.Body); err != nil || !strings.Contains(string(b), "みほん市こども課") || !strings.Contains(string(b), `href="/places"`) {
		t.Error("the page without script does not say where the desk is")
	}
}

// The sign-posts lie behind a button; in a chat no list of telephones stands open while somebody answers.
func TestSignPostsAreBehindAButton(t *testing.T) {
	for name, mobile := range map[string]bool{"telephone": true, "desk": false} {
		t.Run(name, func(t *testing.T) {
			b := browse(t, mobile)
			hides(b, "みほん子どもの電話")
			b.press("電話や手紙で話す")
			b.sees("いまにも命")
			b.sees("119")
			hides(b, "みほん子どもの電話")
			b.shot("20-places")
			b.click("details[data-topic=feelings] summary")
			b.sees("みほん子どもの電話")
			b.sees("0120-000-001")
			b.shot("21-places-open")
			b.press("もどる")
			b.press("書きはじめる")
			b.write("#words", "ことば")
			b.click("#send")
			b.sees("とどきました")
			hides(b, "みほん子どもの電話")
			hides(b, "0120-000-001")
			b.do(chromedp.Navigate(b.s.URL + "/places"))
			b.sees("みほん教育センター")
			b.sees("会って話す")
			b.shot("22-sheet")
			b.js("scrollTo(0, 99999)")
			b.shot("23-sheet-end")
		})
	}
}

// hides fails unless the text is nowhere to be seen.
func hides(b *browser, text string) {
	b.t.Helper()
	if b.js("document.body.innerText.includes("+quote(text)+")") == "true" {
		b.t.Errorf("%q is to be seen", text)
	}
}
