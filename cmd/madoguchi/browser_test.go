package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chromium is where Debian puts the browser.
const chromium = "/usr/bin/chromium"

// person is somebody at a browser of their own.
type person struct {
	t    *testing.T
	ctx  context.Context
	name string
	home string // the only address that the browser may ask
	end  func()

	mu       sync.Mutex
	troubles []string // what no page may do
}

// browse opens a fresh browser: width 390 is a telephone, 1280 a desk.
func browse(t *testing.T, name, home string, width int64) *person {
	t.Helper()
	alloc, stop := chromedp.NewExecAllocator(t.Context(), chromedp.ExecPath(chromium), chromedp.Headless, chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("lang", "ja"))
	p := &person{t: t, name: name, home: home}
	ctx, end := chromedp.NewContext(alloc, chromedp.WithListener(p.hear))
	ctx, late := context.WithTimeout(ctx, 3*time.Minute)
	p.ctx, p.end = ctx, sync.OnceFunc(func() { late(); end(); stop() })
	t.Cleanup(p.end)
	p.do(chromedp.EmulateViewport(width, 860), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
		return err
	}))
	return p
}

// hear notes scripts that throw and requests to anybody else.
func (p *person) hear(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		p.troubles = append(p.troubles, "a script threw: "+e.ExceptionDetails.Text)
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, p.home+"/") && !strings.HasPrefix(u, "blob:") && !strings.HasPrefix(u, "data:") {
			p.troubles = append(p.troubles, "somebody else was asked: "+u)
		}
	}
}

// calm fails for everything that hear noted.
func (p *person) calm() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, trouble := range p.troubles {
		p.t.Errorf("%s: %s", p.name, trouble)
	}
}

func (p *person) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v", p.name, err)
	}
}

func (p *person) goTo(path string) { p.t.Helper(); p.do(chromedp.Navigate(p.home + path)) }

func (p *person) js(script string) {
	p.t.Helper()
	if _, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("(() => { "+script+"; return true; })()")); err != nil {
		p.t.Fatalf("%s: %s: %v", p.name, script, err)
	}
}

func (p *person) text(expression string) string {
	p.t.Helper()
	s, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		p.t.Fatalf("%s: %s: %v", p.name, expression, err)
	}
	return s
}

// until waits for an expression to become true, also across a change of page.
func (p *person) until(expression string) {
	p.t.Helper()
	var last error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(25 * time.Millisecond) {
		ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		if ok && err == nil {
			return
		}
		last = err
	}
	text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string]("location.href + ' ' + document.body.innerText.slice(0, 2500)")) //nolint:errcheck // for the report only
	p.t.Fatalf("%s: never true: %s (%v)\n%s", p.name, expression, last, text)
}

// words is what a page says, without furigana.
const words = `[...document.querySelectorAll('body')].map((b) => { const c = b.cloneNode(true); c.querySelectorAll('rt, rp, template, script').forEach((x) => x.remove()); return c.textContent; }).join('')`

func (p *person) sees(what string) { p.t.Helper(); p.until(words + ".includes(" + quoted(what) + ")") }

func (p *person) seesNot(what string) {
	p.t.Helper()
	if strings.Contains(p.text("document.documentElement.outerHTML"), what) {
		p.t.Errorf("%s can find %q on the page", p.name, what)
	}
}

// press clicks the last button or link that can be pressed and says so.
func (p *person) press(label string) {
	p.t.Helper()
	find := `[...document.querySelectorAll('button, a, summary')].filter((e) => e.checkVisibility() && !e.disabled && e.textContent.replace(/（.*?）/g, '').includes(` + quoted(label) + `)).at(-1)`
	p.until(find)
	p.js("const e = " + find + "; e.scrollIntoView({block: 'center'}); e.click()")
}

// fill writes into a field as typing does.
func (p *person) fill(selector, value string) {
	p.t.Helper()
	p.until("document.querySelector(" + quoted(selector) + ")")
	p.js(fmt.Sprintf("const f = document.querySelector(%s); f.value = %s; f.dispatchEvent(new Event('input', {bubbles: true})); f.dispatchEvent(new Event('change', {bubbles: true}))",
		quoted(selector), quoted(value)))
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}

// keepsNothing fails unless the browser holds no trace of the page beyond one neutral entry of its history.
func (p *person) keepsNothing() {
	p.t.Helper()
	cookies, err := chromedp.Call(p.ctx, network.GetCookies, network.GetCookiesParams{})
	if err != nil {
		p.t.Fatal(err)
	}
	if len(cookies.Cookies) != 0 {
		p.t.Errorf("%s has cookies", p.name)
	}
	for what, want := range map[string]string{"localStorage.length": "0", "sessionStorage.length": "0", "document.title": "話してみる",
		"location.pathname + location.search + location.hash": "/"} {
		if got := p.text(what); got != want {
			p.t.Errorf("%s: %s is %q", p.name, what, got)
		}
	}
}
