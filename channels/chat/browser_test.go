package chat_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"madoguchi/channels/channelstest"
	"madoguchi/channels/chat"
)

// gate stands between the browser and the door, as a bad network does.
type gate struct {
	mu      sync.Mutex
	next    http.Handler
	conns   []net.Conn
	down    bool // nothing passes
	blocked bool // no WebSocket passes, as in many schools
	pieces  int  // so many pieces of pictures pass, and then none; negative: all
	streams int  // so many times a page that speaks by requests was welcomed, and listened
}

// passes lets so many pieces of pictures through from now on, and then none; all where n is negative.
func (g *gate) passes(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pieces = n
}

func (g *gate) wrap(next http.Handler) http.Handler {
	g.next = chat.Harden(next, "http://127.0.0.1")
	return g
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	refuse := g.down && r.URL.Path != "/" || g.blocked && r.URL.Path == "/chat/ws"
	if r.Method == "PATCH" && g.pieces >= 0 {
		refuse = refuse || g.pieces == 0
		g.pieces = max(0, g.pieces-1)
	}
	if r.URL.Path == "/chat/events" {
		g.streams++
	}
	g.mu.Unlock()
	if refuse {
		panic(http.ErrAbortHandler)
	}
	g.next.ServeHTTP(&hijacker{w, g}, r)
}

type hijacker struct {
	http.ResponseWriter
	gate *gate
}

func (h *hijacker) Unwrap() http.ResponseWriter { return h.ResponseWriter }

func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	h.gate.mu.Lock()
	defer h.gate.mu.Unlock()
	h.gate.conns = append(h.gate.conns, c)
	return c, rw, err
}

// listens waits until a page that speaks by requests was welcomed.
func (g *gate) listens(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		g.mu.Lock()
		n := g.streams
		g.mu.Unlock()
		if n > 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatal("no page listens")
		}
	}
}

// cut ends every WebSocket, and lets nothing through until mend.
func (g *gate) cut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.down = true
	for _, c := range g.conns {
		c.Close()
	}
	g.conns = nil
}

func (g *gate) mend() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.down = false
}

// launch starts a browser with a profile in dir.
func launch(dir string) (context.Context, context.CancelFunc) {
	allocator, cancel := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath("/usr/bin/chromium"), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.UserDataDir(dir),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("lang", "ja"), chromedp.Flag("hide-scrollbars", true))
	ctx, end := chromedp.NewContext(allocator)
	return ctx, func() { end(); cancel() }
}

var one struct {
	sync.Once
	ctx context.Context
	end func()
	err error
}

// launched returns the browser that the tests share; each has a profile of its own in it.
func launched(t *testing.T) context.Context {
	t.Helper()
	one.Do(func() {
		var dir string
		if dir, one.err = os.MkdirTemp("", "chat-browser-"); one.err != nil {
			return
		}
		ctx, cancel := launch(dir)
		one.ctx, one.end = ctx, func() { cancel(); os.RemoveAll(dir) }
		one.err = chromedp.Do(ctx)
	})
	if one.err != nil {
		t.Fatal(one.err)
	}
	return one.ctx
}

func TestMain(m *testing.M) {
	code := m.Run()
	if one.end != nil {
		one.end()
	}
	os.Exit(code)
}

// browser is one seeker's browser.
type browser struct {
	t   *testing.T
	ctx context.Context
	s   *channelstest.Site
	*gate
	elsewhere *httptest.Server

	mu       sync.Mutex
	requests []string
	trouble  []string
}

func browse(t *testing.T, mobile bool) *browser {
	t.Helper()
	ctx, cancel := chromedp.NewContext(launched(t), chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	return browseIn(t, ctx, mobile)
}

func browseIn(t *testing.T, ctx context.Context, mobile bool) *browser {
	t.Helper()
	b := &browser{t: t, gate: &gate{pieces: -1}}
	b.s = channelstest.Open(t, chat.Kind, furnished(t, nil), b.wrap)
	b.elsewhere = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><title>天気</title><p>晴れ</p>")
	}))
	t.Cleanup(b.elsewhere.Close)
	b.s.Desk.SetText("exit.url", b.elsewhere.URL+"/weather")
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	t.Cleanup(cancel)
	b.ctx = ctx
	if err := chromedp.Listen(ctx, b.heard); err != nil {
		t.Fatal(err)
	}
	b.call(chromedp.Call(ctx, network.Enable, network.EnableParams{}))
	size := chromedp.EmulateViewport(1100, 800)
	if mobile {
		size = chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2), chromedp.EmulateMobile)
	}
	b.do(size, chromedp.Navigate(b.s.URL+"/"))
	return b
}

func (b *browser) call(_ any, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) heard(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *network.EventWebSocketCreated:
		b.requests = append(b.requests, e.URL)
	case *runtime.EventExceptionThrown:
		b.trouble = append(b.trouble, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		b.trouble = append(b.trouble, fmt.Sprint("console: ", e.Type))
	}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) js(expression string) string {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// until waits for an expression to be true.
func (b *browser) until(expression string) {
	b.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		v, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		if err == nil && v {
			return
		}
		if time.Now().After(deadline) {
			b.shot("failed")
			b.t.Fatalf("did not come true: %s (%v)\n%s", expression, err, b.js("document.body.innerText"))
		}
	}
}

func (b *browser) sees(text string) {
	b.t.Helper()
	b.until("(() => { const c = document.body.cloneNode(true); c.querySelectorAll('[hidden], rt, rp, template').forEach((e) => e.remove()); " +
		"return c.textContent.includes(" + quote(text) + ") })()")
}

func (b *browser) seesNot(text string) {
	b.t.Helper()
	if b.js("document.body.textContent.includes("+quote(text)+")") == "true" {
		b.t.Errorf("%q is on the page", text)
	}
}

func quote(s string) string {
	q, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(q)
}

// click clicks the visible element as a finger does.
func (b *browser) click(selector string) {
	b.t.Helper()
	b.until("[...document.querySelectorAll(" + quote(selector) + ")].some((e) => e.checkVisibility() && !e.disabled)")
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

// press clicks the last visible button that says so.
func (b *browser) press(label string) {
	b.t.Helper()
	find := "[...document.querySelectorAll('button')].filter((e) => e.checkVisibility() && !e.disabled && e.textContent.replace(/（.*?）/g, '').includes(" + quote(label) + ")).at(-1)"
	b.until(find)
	b.js("(" + find + ".scrollIntoView({ block: 'center' }), " + find + ".id = " + find + ".id || 'pressed-' + Math.random().toString(36).slice(2))")
	b.do(chromedp.Click(chromedp.CSS("#" + b.js(find+".id"))))
}

func (b *browser) write(selector, text string) {
	b.t.Helper()
	b.click(selector)
	b.call(chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: text}))
}

func (b *browser) say(text string) {
	b.t.Helper()
	b.write("#words", text)
	b.click("#send")
}

// key presses and releases a key, as often as told.
func (b *browser) key(name string, code int64, modifiers int64, times int) {
	b.t.Helper()
	for range times {
		for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
			b.call(chromedp.Call(b.ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Key: name, Code: name, WindowsVirtualKeyCode: code, Modifiers: modifiers}))
		}
	}
}

// shot keeps a picture of the screen where MADOGUCHI_SCREENSHOTS names a folder.
func (b *browser) shot(name string) {
	b.t.Helper()
	dir := os.Getenv("MADOGUCHI_SCREENSHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, strings.ReplaceAll(b.t.Name(), "/", "_")+"-"+name+".png"), picture, 0o600)
	}
	if err != nil {
		b.t.Log("no picture:", err)
	}
}
