package chat_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
)

func TestQuickExit(t *testing.T) {
	for name, leave := range map[string]func(*browser){
		"button": func(b *browser) { b.click("#exit") },
		"shift":  func(b *browser) { b.key("Shift", 16, 8, 3) },
		"escape": func(b *browser) { b.key("Escape", 27, 0, 3) },
		"while it sends": func(b *browser) {
			b.t.Cleanup(b.s.Intake.Block())
			b.click("#send")
			b.click("#exit")
		},
		"without network": func(b *browser) { b.cut(); b.click("#exit") },
	} {
		t.Run(name, func(t *testing.T) {
			b := browse(t, true)
			b.press("書きはじめる")
			b.say("ひみつの文")
			b.until("document.querySelectorAll('#log .words span').length === 7")
			b.write("#words", "書きかけのひみつ")
			started := time.Now()
			leave(b)
			b.until("location.pathname === '/weather'")
			if took := time.Since(started); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
			entries, err := chromedp.Run(b.ctx, chromedp.NavigationEntries())
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries.Entries {
				if strings.HasPrefix(e.URL, b.s.URL) {
					t.Error("the page is in the history")
				}
			}
			b.js("setTimeout(() => history.back(), 0)")
			b.until("location.href === 'about:blank' || location.pathname === '/weather'")
			if text := b.js("document.body?.textContent"); strings.Contains(text, "ひみつ") {
				t.Error("going back shows it")
			}
		})
	}
}

// TestProfileKeepsNothing looks into the files that a browser leaves behind.
func TestProfileKeepsNothing(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := launch(dir)
	defer cancel()
	b := browseIn(t, ctx, true)
	b.press("書きはじめる")
	b.say("kept-nowhere-4711 ひみつのことば")
	b.until("document.querySelectorAll('#log .words span').length === 7")
	b.write("#words", "draft-nowhere-4712")
	taken := b.s.Intake.Taken()
	b.s.Mailbox.Put(taken[0].From, channels.Entry{Text: "answer-nowhere-4713"})
	b.sees("answer-nowhere-4713")
	b.click("#exit")
	b.until("location.pathname === '/weather'")
	if err := chromedp.Do(b.ctx, chromedp.Stop()); err != nil {
		t.Log("stop:", err)
	}
	cancel()
	if err := chromedp.WaitClosed(ctx); err != nil {
		t.Log("the browser closed with", err)
	}
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil //nolint:nilerr // a browser that is ending takes its files away
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil //nolint:nilerr // as above
		}
		files++
		for _, secret := range []string{"nowhere-47", "ひみつのことば", "あさがお", "resume-"} {
			if bytes.Contains(content, []byte(secret)) || bytes.Contains(content, wide(secret)) {
				t.Errorf("%s holds %q", strings.TrimPrefix(path, dir), secret)
			}
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Errorf("%d files looked at: %v", files, err)
	}
}

// wide is a text as browsers often write it.
func wide(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

func TestQuickExitIsQuickAndNotByAccident(t *testing.T) {
	b := browse(t, false)
	b.press("書きはじめる")
	b.say("文")
	b.until("document.querySelectorAll('#log .words span').length === 7")
	b.click("#words")
	b.key("Escape", 27, 0, 2)
	b.key("Shift", 16, 8, 2)
	b.key("a", 65, 0, 1)
	b.key("Shift", 16, 8, 2)
	if b.js("location.pathname") != "/" {
		t.Fatal("it left without being told to")
	}
	// Synchronous work between the press and the moment at which nothing can be read any more.
	took := b.js("(() => { const t = performance.now(); document.getElementById('exit').click(); return document.body.textContent === '' ? performance.now() - t : 'late' })()")
	var ms float64
	if _, err := fmt.Sscan(took, &ms); err != nil || ms > 100 {
		t.Errorf("the page was empty after %s ms", took)
	}
}

func TestHiddenPageIsCovered(t *testing.T) {
	b := browse(t, true)
	b.press("書きはじめる")
	b.say("ひみつの文")
	b.until("document.querySelectorAll('#log .words span').length === 7")
	hide := func(state string) {
		b.js("(Object.defineProperty(document, 'visibilityState', { value: " + quote(state) + ", configurable: true }), document.dispatchEvent(new Event('visibilitychange')))")
	}
	hide("hidden")
	b.until("document.body.classList.contains('covered') && getComputedStyle(document.querySelector('main')).visibility === 'hidden'")
	hide("visible")
	b.shot("covered")
	b.press("つづける")
	b.sees("ひみつの文")
	b.js("(globalThis.realNow = Date.now, 0)")
	hide("hidden")
	b.js("(Date.now = () => globalThis.realNow() + 31 * 60 * 1000, 0)")
	hide("visible")
	b.press("つづける")
	b.sees("時間がたったので、画面を消しました。")
	b.seesNot("ひみつの文")
	b.shot("wiped")
}

func TestEnterAndConversionOfKana(t *testing.T) {
	b := browse(t, false)
	b.press("書きはじめる")
	b.click("#words")
	compose := func(text string) {
		b.call(chromedp.Call(b.ctx, input.ImeSetComposition, input.ImeSetCompositionParams{Text: text, SelectionStart: int64(len([]rune(text))), SelectionEnd: int64(len([]rune(text)))}))
	}
	compose("きょう")
	b.key("Enter", 229, 0, 1) // the Enter that takes the conversion
	b.key("Enter", 229, 2, 1)
	b.key("Enter", 13, 2, 1) // and one whose code does not tell: the composition still does
	b.key("Escape", 229, 0, 4)
	b.key("Escape", 27, 0, 4)
	b.call(chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: "今日"}))
	b.key("Enter", 229, 2, 1) // Safari reports it after the conversion has ended
	b.call(chromedp.Call(b.ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r"}))
	b.until("document.getElementById('words').value.startsWith('今日') && document.getElementById('words').value.includes('\\n')")
	if n := b.s.Intake.Attempts(); n != 0 {
		t.Fatalf("Enter sent %d messages", n)
	}
	b.call(chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: "です"}))
	b.key("Enter", 13, 2, 1)
	channelstest.Eventually(t, "Ctrl+Enter sends", func() bool { return len(b.s.Intake.Taken()) == 1 })
	if text := b.s.Intake.Taken()[0].Text; text != "今日\nです" {
		t.Errorf("it sent %q", text)
	}
}
