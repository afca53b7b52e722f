package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	letters "madoguchi/channels/letter"
	"madoguchi/triage"
	"madoguchi/triage/paper"
)

// A sheet's boxes say the same at the door and at the desk, which do not know each other.
func TestTheBoxesOfASheet(t *testing.T) {
	var door, desk []string
	for _, w := range letters.Wishes() {
		door = append(door, w.Word)
	}
	for _, w := range triage.Wishes {
		desk = append(desk, w.Word)
	}
	if !slices.Equal(door, desk) {
		t.Errorf("the door says %v, the desk %v", door, desk)
	}
}

// letterLeft is a line of the list of letters.
type letterLeft struct {
	Case       string
	Wishes     []string
	Unchecked  []int64
	Unanswered bool
	Unposted   []int64
	DueAt      *string `json:"due_at"`
}

// reading is a letter beside its picture.
type reading struct {
	Base    int64
	Checked bool
	Words   string
	Wishes  []string
	Reach   string
	Files   []struct {
		N    int
		Sort string
	}
}

const (
	child  = "山田花子"
	street = "旭川市末広東1条2丁目3番4号"
)

// What a fourth-grader writes on a sheet from school: scanned, compared with its picture, parted into two matters, answered
// by post with a way into the chat, posted; and then nothing is left of it on the list. No name leaves the wall.
func TestALetterFromTheScannerToThePost(t *testing.T) {
	t.Parallel()
	drop := t.TempDir()
	p, _, lead := real(t, "--letter-dir="+drop)
	sheets := letters.Sheets{Dir: filepath.Join(p.dataDir(), "letters")}
	numbers, err := sheets.Make("hinode-jhs", "2026-07", 1, codeReads)
	if err != nil {
		t.Fatal(err)
	}
	scan := filled(t, numbers[0], "きのう学校でくつをかくされました。\n弟のこともこまっています。", street+"\n"+child, 0, 1, 3)
	for _, name := range []string{"さとう.pdf", "もう一度.pdf"} { // the same paper, put on the scanner twice
		if err := os.WriteFile(filepath.Join(drop, name), scan, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, 6*soon, func() error {
		if accepted, err := os.ReadDir(filepath.Join(drop, "accepted")); err != nil || len(accepted) != 1 || len(left(t, drop)) > 0 {
			return errors.New("the scans are not taken in")
		}
		if n := len(p.letters(lead)); n != 1 {
			return fmt.Errorf("%d letters are on the list", n)
		}
		return nil
	})
	first := p.letters(lead)[0]
	if !slices.Equal(first.Unchecked, []int64{1}) || !first.Unanswered || first.DueAt == nil || !slices.Equal(first.Wishes, []string{"letter", "chat", "not_school"}) {
		t.Fatalf("the letter stands there as %+v", first)
	}
	id := first.Case
	p.do(lead, "POST", "/cases/"+id+"/claim", nil, nil)
	other := compared(t, p, lead, id)
	sent := p.onPaper(lead, id, "くつのこと、"+child+"さん、書いてくれてありがとう。")
	code := regexp.MustCompile(`[0-9]{3}( [0-9]{3}){6}`).FindString(sent)
	if code == "" {
		t.Fatalf("no way into the chat is printed:\n%s", sent)
	}
	s, _, err := p.dial(frame{Code: code})
	if err != nil {
		t.Fatal(err)
	}
	s.reads(t, "くつのこと、"+child+"さん、書いてくれてありがとう。")
	s.Close()
	if n := p.letters(lead); len(n) != 2 {
		t.Errorf("%+v are left, and both matters should be", n)
	}
	p.do(lead, "POST", "/cases/"+id+"/letters/1/posted", nil, nil)
	p.do(lead, "POST", "/cases/"+id+"/letters/1/posted", nil, nil)
	p.do(lead, "POST", "/cases/"+other+"/claim", nil, nil)
	p.onPaper(lead, other, "弟さんのこと、いっしょに考えます。")
	p.do(lead, "POST", "/cases/"+other+"/letters/1/posted", map[string]string{"by": "post"}, nil)
	if n := p.letters(lead); len(n) != 0 {
		t.Errorf("%+v are left", n)
	}
	torn(t, p, lead, drop)
	for _, secret := range []string{"花子", "末広東", code, numbers[0]} {
		if strings.Contains(p.printed(), secret) {
			t.Errorf("%q is in the log", secret)
		}
		for path, data := range tree(t, filepath.Join(p.dataDir(), "audit")) {
			if bytes.Contains(data, []byte(secret)) {
				t.Errorf("%q is in %s", secret, filepath.Base(path))
			}
		}
	}
}

// compared compares the letter with its picture and parts it. It returns the case of the second matter.
func compared(t *testing.T, p *process, lead, id string) (other string) {
	t.Helper()
	var r reading
	p.do(lead, "GET", "/cases/"+id+"/readings/1", nil, &r)
	if r.Checked || len(r.Files) != 1 || !strings.Contains(strings.Join(strings.Fields(r.Words), ""), "くつ") || strings.Contains(r.Words+r.Reach, "花子") {
		t.Fatalf("what a machine read: %+v", r)
	}
	if status, picture := p.fetch("GET", lead, fmt.Sprintf("/cases/%s/files/%d?page=1", id, r.Files[0].N)); status != 200 || !bytes.HasPrefix(picture, []byte("\x89PNG")) && !bytes.HasPrefix(picture, []byte("\xff\xd8")) {
		t.Errorf("the picture: %d", status)
	}
	before := p.whole(lead, id)
	right := map[string]any{"base": r.Base, "words": "きのう学校で" + child + "のくつをかくされました。今夜、橋から飛びおりて死にます。", "wishes": r.Wishes, "reach": street + "\n" + child,
		"parts": []string{"弟も家でなぐられて、けがをしています。"}}
	var done struct{ Cases []string }
	p.do(lead, "POST", "/cases/"+id+"/readings/1", right, &done)
	again := done.Cases
	p.do(lead, "POST", "/cases/"+id+"/readings/1", right, &done)
	if len(done.Cases) != 1 || !slices.Equal(done.Cases, again) {
		t.Fatalf("the second matter is %v, and the same again %v", again, done.Cases)
	}
	right["words"] = "まえの画面から直した文"
	if status, _ := p.call(lead, "POST", "/cases/"+id+"/readings/1", right, nil); status != http.StatusConflict {
		t.Errorf("a correction of what is no more: %d", status)
	}
	after := p.whole(lead, id)
	if after.Unchecked || before.Severity == "emergency" || after.Severity != "emergency" {
		t.Errorf("%q before, %q after, unchecked %v", before.Severity, after.Severity, after.Unchecked)
	}
	for _, k := range []whole{after, p.whole(lead, done.Cases[0])} {
		for _, e := range k.Timeline {
			if strings.Contains(e.Text, "花子") || strings.Contains(e.Text, "末広") {
				t.Errorf("a name stands in the case: %q", e.Text)
			}
		}
	}
	if k := p.whole(lead, done.Cases[0]); k.State != "waiting" || k.Channels[0] != "letter" || !slices.ContainsFunc(k.Timeline, func(e entry) bool { return e.Other == id }) {
		t.Errorf("the second matter: %+v", k)
	}
	return done.Cases[0]
}

// torn is a scan that no machine can open: it is kept, it is a letter like any other, and a person writes down what
// stands on the paper. The child wants no answer, and gets none.
func torn(t *testing.T, p *process, lead, drop string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(drop, "damaged.pdf"), []byte("%PDF-1.4 torn in the scanner"), 0o600); err != nil {
		t.Fatal(err)
	}
	eventually(t, 6*soon, func() error {
		if len(p.letters(lead)) != 1 {
			return errors.New("a scan that nobody can read is lost")
		}
		return nil
	})
	id := p.letters(lead)[0].Case
	p.do(lead, "POST", "/cases/"+id+"/claim", nil, nil)
	var r reading
	p.do(lead, "GET", "/cases/"+id+"/readings/1", nil, &r)
	if r.Checked || r.Words != "" || len(r.Files) != 1 || !strings.Contains(p.whole(lead, id).Timeline[0].Text, "読めない手紙") {
		t.Errorf("the unreadable letter: %+v", r)
	}
	if status, _ := p.fetch("GET", lead, "/cases/"+id+"/files/1"); status != http.StatusConflict {
		t.Errorf("its picture: %d", status)
	}
	if _, _, metrics := ask(t, "GET", p.Ops+"/metrics", ""); !strings.Contains(metrics, `madoguchi_unreadable_total{channel="letter"} 1`) {
		t.Error("nothing counts the letter that cannot be read")
	}
	if kept, err := os.ReadDir(filepath.Join(drop, "failed")); err != nil || len(kept) != 1 {
		t.Errorf("the scan is not kept: %v", err)
	}
	p.do(lead, "POST", "/cases/"+id+"/readings/1", map[string]any{"base": r.Base, "words": "しんろのことを聞いてほしかっただけです。", "wishes": []string{"none"}}, nil)
	if n := p.letters(lead); len(n) != 0 {
		t.Errorf("who wants no answer is still on the list: %+v", n)
	}
	if status, _ := p.call(lead, "POST", "/cases/"+id+"/messages", map[string]string{"id": "a", "text": "読みました。"}, nil); status != http.StatusConflict {
		t.Errorf("an answer that nobody wants: %d", status)
	}
}

// entry and whole are a case as the API tells it.
type entry struct{ Text, Other string }

type whole struct {
	State, Severity string
	Channels        []string
	Unchecked       bool
	Unposted        []int64
	Timeline        []entry
}

func (p *process) whole(token, id string) (k whole) {
	p.t.Helper()
	p.do(token, "GET", "/cases/"+id, nil, &k)
	return k
}

func (p *process) letters(token string) []letterLeft {
	p.t.Helper()
	var page struct{ Letters []letterLeft }
	p.do(token, "GET", "/letters", nil, &page)
	return page.Letters
}

// onPaper answers a case and prints that. It returns what is printed.
func (p *process) onPaper(token, id, answer string) string {
	p.t.Helper()
	p.do(token, "POST", "/cases/"+id+"/messages", map[string]string{"id": "answer", "text": answer}, nil)
	eventually(p.t, soon, func() error {
		if !slices.Equal(p.whole(token, id).Unposted, []int64{1}) {
			return errors.New("the answer does not wait for the post")
		}
		return nil
	})
	look, print := p.pdf("GET", token, id), p.pdf("POST", token, id)
	envelope, letter, _ := strings.Cut(print, "\f")
	plain := strings.Join(strings.Fields(letter), "")
	if !strings.Contains(plain, strings.Join(strings.Fields(answer), "")) || strings.Contains(look, "末広") {
		p.t.Errorf("looked at:\n%s\nprinted:\n%s", look, print)
	}
	if !strings.Contains(envelope, street) || !strings.Contains(envelope, child) || !strings.Contains(envelope, "まどぐち係") || regexp.MustCompile(`いじめ|相談|学校|センター`).MatchString(envelope) {
		p.t.Errorf("on the envelope:\n%s", envelope)
	}
	return print
}

// pdf is the text of the answer as it is printed.
func (p *process) pdf(method, token, id string) string {
	p.t.Helper()
	status, data := p.fetch(method, token, "/cases/"+id+"/letters/1")
	if status != 200 || !bytes.HasPrefix(data, []byte("%PDF")) {
		p.t.Fatalf("%s: %d %s", method, status, data)
	}
	cmd := exec.Command("pdftotext", "-raw", "-", "-")
	cmd.Stdin = bytes.NewReader(data)
	text, err := cmd.Output()
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

// fetch is an answer of the API as it is.
func (p *process) fetch(method, token, path string) (int, []byte) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.Staff+"/api/v1"+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, body
}

// left are the files that the scanner's folder still holds.
func left(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// filled is a scan of a sheet on which somebody wrote.
func filled(t *testing.T, number, text, reach string, ticks ...int) []byte {
	t.Helper()
	doc, err := paper.New()
	if err != nil {
		t.Fatal(err)
	}
	doc.Page()
	doc.Code(letters.CodeAt.X, letters.CodeAt.Y, letters.CodeAt.W, letters.QR(number))
	doc.Words(letters.WriteAt.X+2, letters.WriteAt.Y+2, letters.WriteAt.W-4, text, paper.Style{Size: 15, Lead: 2})
	for i := range letters.Wishes() {
		doc.Box(letters.TickAt.X, letters.TickAt.Y+float64(i)*letters.TickStep, letters.TickAt.W, letters.TickAt.H, paper.Stroke{Width: .3})
	}
	for _, i := range ticks {
		y := letters.TickAt.Y + float64(i)*letters.TickStep
		doc.Line(letters.TickAt.X+.8, y+2, letters.TickAt.X+2.2, y+4.2, paper.Stroke{Width: .7})
		doc.Line(letters.TickAt.X+2.2, y+4.2, letters.TickAt.X+5.5, y-.3, paper.Stroke{Width: .7})
	}
	doc.Words(letters.ReachAt.X+2, letters.ReachAt.Y+2, letters.ReachAt.W-4, reach, paper.Style{Size: 13})
	var b bytes.Buffer
	if _, err := doc.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
