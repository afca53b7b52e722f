package console

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// tab is a tab of a real browser.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string

	mu       sync.Mutex
	troubles []string // what a script threw, and what the policy of the page refused
}

// open starts a browser; it ends with the test.
func (h *house) open(t *testing.T) *tab {
	t.Helper()
	alloc, stop := chromedp.NewExecAllocator(t.Context(), chromedp.ExecPath("/usr/bin/chromium"), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("lang", "ja"))
	b := &tab{t: t, url: h.url}
	ctx, end := chromedp.NewContext(alloc, chromedp.WithListener(b.hear))
	ctx, late := context.WithTimeout(ctx, 90*time.Second)
	t.Cleanup(func() { late(); end(); stop() })
	b.ctx = ctx
	b.do(chromedp.EmulateViewport(1280, 900))
	return b
}

// hear notes what must never happen on a page.
func (b *tab) hear(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		b.troubles = append(b.troubles, fmt.Sprint(e.ExceptionDetails.Text, " at line ", e.ExceptionDetails.LineNumber))
	case *log.EventEntryAdded:
		if e.Entry.Source == "security" {
			b.troubles = append(b.troubles, e.Entry.Text)
		}
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) goTo(path string) { b.t.Helper(); b.do(chromedp.Navigate(b.url + path)) }

// until waits for an expression to be true, also across a change of page.
func (b *tab) until(expression string) {
	b.t.Helper()
	tick := time.NewTicker(30 * time.Millisecond)
	defer tick.Stop()
	var last error
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); <-tick.C {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		if ok && err == nil {
			return
		}
		last = err
	}
	text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string]("location.pathname + ' ' + document.body.innerText.slice(0, 1500)"))
	b.t.Fatalf("never true: %s (%v)\n%s", expression, last, text)
}

// keys presses keys that mean something on the page: without the character that a text field would take.
func (b *tab) keys(keys string) {
	b.t.Helper()
	press := chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, r := range keys {
			for _, k := range kb.Encode(r) {
				if k.Type == kb.KeyChar {
					continue
				}
				if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, *k); err != nil {
					return err
				}
			}
		}
		return nil
	})
	b.do(press)
}

// enter signs in by keyboard.
func (b *tab) enter(login string) {
	b.t.Helper()
	b.goTo("/sign-in")
	b.do(chromedp.WaitVisible("#login"), chromedp.SendKeys("#login", login), chromedp.SendKeys("#password", password+"\r"))
	b.until(`location.pathname !== '/sign-in'`)
}

// A counselor's evening by keyboard: sign in, take the case in danger, answer it, see what the child writes next.
func TestACounselorWorksByKeyboard(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.open(t)
	b.enter("sato")
	b.until(`document.querySelectorAll('.queue li.case').length === 4 && document.documentElement.dataset.live === 'yes' && document.title.startsWith('（緊急1）')`)

	b.keys("/")
	b.do(chromedp.SendKeys("#filter", "手紙"))
	b.until(`[...document.querySelectorAll('.queue li.case')].filter((x) => !x.hidden).length === 1`)
	b.keys("\x1b")
	b.until(`[...document.querySelectorAll('.queue li.case')].filter((x) => !x.hidden).length === 4`)
	b.keys("kkk")
	b.until(`document.querySelector('.here').dataset.sev === 'emergency'`)
	b.keys("c")
	b.until(`location.pathname === '/cases/` + string(danger) + `' && document.getElementById('text') !== null && document.documentElement.dataset.live === 'yes'`)
	b.until(`document.querySelector('.timeline').scrollHeight - document.querySelector('.timeline').scrollTop - document.querySelector('.timeline').clientHeight < 2`)

	b.keys("r")
	b.until(`document.activeElement.id === 'text'`)
	b.do(chromedp.SendKeys("#text", "読みました。\rいま、一人ですか。"))
	b.until(`document.getElementById('text').value === '読みました。\nいま、一人ですか。'`)
	const during = `document.getElementById('text').dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', ctrlKey: true, bubbles: true, %s}))`
	for _, state := range []string{"isComposing: true", "keyCode: 229"} {
		if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](fmt.Sprintf(during, state))); err != nil {
			t.Fatal(err)
		}
	}
	if n := h.replies(danger); n != 0 {
		t.Fatalf("a key of the conversion of kanji sent %d replies", n)
	}
	b.do(chromedp.KeyEvent("\r", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.until(`document.getElementById('text').value === '' && document.querySelector('.line.desk .words').textContent.includes('いま、一人ですか')`)
	if n := h.replies(danger); n != 1 {
		t.Errorf("%d replies", n)
	}
	if !h.lamp.has(triage.DoingReading) || !h.lamp.has(triage.DoingWriting) {
		t.Error("the child was not shown that somebody reads and writes")
	}

	b.keys("r")
	b.do(chromedp.SendKeys("#text", "書きかけ"))
	h.happened(danger, triage.Event{ID: "m:next", At: evening.Add(time.Minute), Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat", Text: "うん、一人。"})
	b.until(`[...document.querySelectorAll('.line.seeker .words')].some((x) => x.textContent === 'うん、一人。')`)
	b.until(`document.getElementById('text').value === '書きかけ' && document.activeElement.id === 'text'`)

	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.troubles {
		t.Errorf("on a page: %s", s)
	}
}

// replies counts what the desk said in a case.
func (h *house) replies(id triage.CaseID) int64 {
	c, _, err := h.store.Load(context.Background(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return c.Said
}

// js runs a statement on the page.
func (b *tab) js(statement string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("(() => {"+statement+"; return true; })()")); err != nil {
		b.t.Fatal(err)
	}
}

// choose sets a field as a person would.
func (b *tab) choose(selector, value string) {
	b.t.Helper()
	b.js(fmt.Sprintf(`const f = document.querySelector(%q); f.value = %q; f.dispatchEvent(new Event('input', {bubbles: true}))`, selector, value))
}

// Nothing goes to a child or a school unseen, names open one by one, and a draft outlives a colleague's claim.
func TestTellingASchoolInABrowser(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.open(t)
	b.enter("sato")
	b.goTo("/cases/" + string(mine))
	b.until(`document.documentElement.dataset.live === 'yes' && document.querySelectorAll('.ph[role=button]').length > 0`)

	b.js(`document.querySelector('.timeline .ph[data-ph="[人物B]"]').click()`)
	b.until(`document.getElementById('why').open`)
	b.js(`document.querySelector('#why button[value=open]').click()`)
	b.until(`document.querySelector('.ph[data-ph="[人物B]"] .bare').textContent === 'ゆうと'`)
	b.until(`document.querySelectorAll('.ph[data-ph="[人物A]"] .bare').length === 0`)

	ask := `[action$="/consents"] `
	b.js(`document.querySelectorAll('details').forEach((d) => { d.open = true; })`)
	b.until(`document.querySelector('` + ask + `[data-go]').disabled`)
	b.choose(ask+"[name=school]", "shirakaba-es")
	b.js(`document.querySelector('` + ask + `[name=early]').checked = true`)
	b.choose(ask+"[name=summary]", "休み時間に、持ち物がなくなることが続いています。")
	b.js(`document.querySelector('` + ask + `[data-look]').click()`)
	b.until(`document.querySelectorAll('` + ask + `.paper').length === 2 && !document.querySelector('` + ask + `[data-go]').disabled`)
	b.choose(ask+"[name=summary]", "休み時間に、持ち物がなくなります。")
	b.until(`document.querySelector('` + ask + `[data-go]').disabled && document.querySelectorAll('` + ask + `.paper').length === 0`)
	b.js(`document.querySelector('` + ask + `[data-look]').click()`)
	b.until(`!document.querySelector('` + ask + `[data-go]').disabled`)
	b.js(`document.querySelector('` + ask + `[data-go]').click()`)
	b.until(`document.getElementById('said').textContent.includes('本人にたずねました')`)
	b.until(`document.querySelector('[data-region=facts]').textContent.includes('返事待ち')`)

	hand := "#handoff "
	b.js(`document.querySelectorAll('details').forEach((d) => { d.open = true; })`)
	b.choose(hand+"[name=recipient]", "police")
	b.until(`new FormData(document.getElementById('handoff')).get('level') === 'emergency' && document.getElementById('to-school').disabled`)
	b.choose(hand+"[name=recipient]", "school")
	b.js(`document.querySelector('#handoff [name=level][value=named]').click()`)
	b.choose(hand+"[name=school]", "hinode-jhs")
	b.choose(hand+"[name=summary]", "[人物A]さんのこと")
	b.js(`document.querySelector('#handoff [name=disclose]').click(); document.querySelector('#handoff [data-look]').click()`)
	b.until(`document.querySelector('#handoff .paper').textContent.includes('みかさんのこと')`)
	b.js(`document.querySelector('#handoff [data-go]').click()`)
	b.until(`document.getElementById('said').classList.contains('bad') && document.getElementById('to-summary').value === '[人物A]さんのこと'`)

	b.choose("#text", "書きかけの返事")
	if _, err := h.desk.Transfer(context.Background(), staff.Person{Login: "mori", Role: triage.Coordinator}, mine, "ito"); err != nil {
		t.Fatal(err)
	}
	b.until(`document.getElementById('lost').textContent.includes('担当が変わったのかもしれません')`)
	b.until(`document.getElementById('text').value === '書きかけの返事'`)
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.troubles {
		t.Errorf("on a page: %s", s)
	}
}
