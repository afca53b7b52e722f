package console

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// shot keeps a picture of the screen where MADOGUCHI_SCREENSHOTS names a folder.
func (b *tab) shot(name string) {
	b.t.Helper()
	dir := os.Getenv("MADOGUCHI_SCREENSHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, b.t.Name()+"-"+name+".png"), picture, 0o600)
	}
	if err != nil {
		b.t.Log("no picture:", err)
	}
}

// strike presses keys one by one, and counts them.
func (b *tab) strike(n *int, keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.do(chromedp.KeyEvent(k))
		*n++
	}
}

// quiet fails if a script threw, or the policy of a page refused something.
func (b *tab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.troubles {
		b.t.Errorf("on a page: %s", s)
	}
}

// newest is the case entered last.
func (h *house) newest() (triage.Case, []triage.Event) {
	h.t.Helper()
	cases, _, err := h.store.List(context.Background(), triage.Query{})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, k := range cases {
		if strings.HasPrefix(string(k.ID), "07v") {
			k, events, err := h.store.Load(context.Background(), k.ID)
			if err != nil {
				h.t.Fatal(err)
			}
			return k, events
		}
	}
	h.t.Fatal("nothing was entered")
	return triage.Case{}, nil
}

// A mother has phoned: everything that is asked is entered without a pointer. Beside her words it takes few keys, so that
// the entry is over before the next call: a person who types 2 keys a second has a minute of 120.
func TestAVisitIsEnteredByKeyboard(t *testing.T) {
	h := newHouse(t)
	h.seed()
	h.hire("yakusho", triage.Clerk, "")
	b := h.open(t)
	b.enter("sato")
	b.goTo("/visits")
	b.until(`document.activeElement.id === 'text' && document.getElementById('calls').hidden`)
	b.shot("1-empty")
	said := "みかさんのお母さんから。体育のあと、くつがなくなる。先週から、朝おなかが痛いと言う。"
	began, keys := time.Now(), 0
	b.strike(&keys, strings.Split(said, "")...)
	words := keys
	b.strike(&keys, "\t", "1", "2", "1", "1", "2") // voice, guardian, safe, yes, wishes a call
	b.until(`document.activeElement.name === 'window' && !document.getElementById('calls').hidden`)
	b.strike(&keys, "5", "1") // in the evening, and the child alone may answer
	b.until(`document.activeElement.id === 'contact'`)
	number := "090-1234-5678"
	b.strike(&keys, strings.Split(number, "")...)
	if got := b.value("#contact"); got != number {
		t.Errorf("the contact is %q", got)
	}
	b.shot("2-filled")
	b.do(chromedp.KeyEvent("\r", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	keys++
	b.until(`!document.getElementById('entered').hidden && document.activeElement.id === 'again'`)
	t.Logf("a visit: %d keys in all, %d of them beside the words and the number; %v", keys, keys-words-len(number), time.Since(began).Round(time.Millisecond))
	if beside := keys - words - len(number); beside > 15 {
		t.Errorf("%d keys beside the words", beside)
	}
	b.until(`document.getElementById('entered-severity').textContent !== '' && document.getElementById('entered-case').href.includes('/cases/07v')`)
	b.shot("3-entered")

	b.strike(&keys, "\r")
	b.do(chromedp.EmulateViewport(390, 844))
	b.until(`document.documentElement.scrollWidth <= innerWidth`)
	b.shot("4-telephone")
	b.js(`scrollTo(0, 99999)`)
	b.shot("5-telephone-end")
	b.until(`document.activeElement.id === 'text' && document.getElementById('text').value === '' && document.getElementById('contact').value === ''`)
	b.until(`new FormData(document.getElementById('visit-form')).get('who') === null && new FormData(document.getElementById('visit-form')).get('telling') === '' && new FormData(document.getElementById('visit-form')).get('call_who') === 'self'`)
	k, events := h.newest()
	if len(events) != 1 || k.Teller == nil || *k.Teller != (triage.Teller{Who: "guardian", Safe: "yes", Telling: "yes"}) {
		t.Errorf("%d events, asked %+v", len(events), k.Teller)
	}
	if k.CallBack == nil || k.CallBack.Who != "self" || k.CallBack.Window != "1700-2000" {
		t.Errorf("to be called: %+v", k.CallBack)
	}
	if strings.Contains(k.Preview, "みか") || len(k.Consents) != 0 {
		t.Error("a name, or a consent that nobody gave")
	}
	b.quiet()
}

// Whatever goes wrong, what was typed is still there, nowhere but in the page; and what was sent twice is there once.
func TestWordsOfAVisitAreNeverLost(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.open(t)
	b.enter("sato")
	b.goTo("/visits")
	b.until(`document.activeElement.id === 'text'`)
	b.choose("#text", "となりの家の子が、夜に外で泣いていた。")
	b.js(`document.querySelector('[name=safe][value=no]').click(); document.querySelector('[name=channel][value=visit]').click()`)
	b.until(`!document.getElementById('danger').hidden && document.getElementById('danger').textContent.includes('119')`)
	id := b.value("[name=id]")

	b.js(`const real = window.fetch; window.fetch = async (...a) => { const r = await real(...a); window.fetch = real; if (!r.ok) return r; throw new Error('the line broke after it was kept'); }`)
	b.js(`document.getElementById('visit-form').requestSubmit()`)
	b.until(`!document.getElementById('wrong').hidden && document.getElementById('wrong').textContent.includes('つながっていません')`)
	b.kept("となりの家の子が、夜に外で泣いていた。")

	clear := chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.ClearBrowserCookies, cdp.Empty{})
		return err
	})
	b.do(clear) // the sign-in has expired
	b.js(`document.getElementById('visit-form').requestSubmit()`)
	b.until(`document.getElementById('wrong').textContent.includes('サインインの時間が切れました') && document.querySelector('#lost a') !== null`)
	b.kept("となりの家の子が、夜に外で泣いていた。")
	b.shot("1-expired")
	if b.value("[name=id]") != id {
		t.Error("another id: what was kept would be kept twice")
	}

	ctx, end := chromedp.NewContext(b.ctx)
	defer end()
	other := &tab{t: t, ctx: ctx, url: h.url}
	other.enter("sato") // in another tab
	b.js(`document.getElementById('visit-form').requestSubmit()`)
	b.until(`!document.getElementById('entered').hidden && !document.getElementById('entered-danger').hidden`)
	b.shot("2-danger")
	if _, events := h.newest(); len(events) != 1 {
		t.Errorf("%d events", len(events))
	}
	b.js(`document.getElementById('again').click()`)
	b.until(`new FormData(document.getElementById('visit-form')).get('channel') === 'visit'`) // as the last one
	b.quiet()
}

// Somebody phones again: it goes into the case, for whoever may; else the words stay, and become a case of their own.
func TestAVisitIntoACase(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.open(t)
	b.enter("sato")
	b.goTo("/cases/" + string(mine))
	b.until(`document.querySelector('a[href="/visits?case=` + string(mine) + `"]') !== null`)
	b.goTo("/visits?case=" + string(mine))
	b.until(`document.getElementById('into').textContent.includes('に加えます')`)
	b.choose("#text", "みかさんから電話。先生に話したい。")
	b.js(`document.querySelector('[name=who][value=self]').click(); document.querySelector('[name=telling][value=yes]').click()`)
	b.js(`document.getElementById('visit-form').requestSubmit()`)
	b.until(`!document.getElementById('entered').hidden`)
	b.goTo("/cases/" + string(mine))
	b.until(`document.querySelector('.timeline').textContent.includes('話した人：本人') && document.querySelector('.timeline').textContent.includes('[人物A]さんから電話')`)
	b.until(`document.querySelector('[data-region=facts]').textContent.includes('来所・電話の場では「はい」（本人）')`)
	b.do(chromedp.EmulateViewport(1280, 900))
	b.shot("1-case")

	if _, err := h.desk.Transfer(context.Background(), staff.Person{Login: "mori", Role: triage.Coordinator}, mine, "ito"); err != nil {
		t.Fatal(err)
	}
	b.goTo("/visits?case=" + string(mine))
	b.choose("#text", "みかさんから、また電話。")
	b.js(`document.getElementById('visit-form').requestSubmit()`)
	b.until(`document.getElementById('wrong').textContent.includes('新しい事案にする') && document.activeElement.id === 'as-new'`)
	b.kept("みかさんから、また電話。")
	b.js(`document.getElementById('as-new').click(); document.getElementById('visit-form').requestSubmit()`)
	b.until(`!document.getElementById('entered').hidden`)
	if k, _ := h.newest(); k.Preview != "[人物A]さんから、また電話。" {
		t.Errorf("%q", k.Preview)
	}
	b.quiet()
}

// kept fails unless the words are in the form, and in no store of the browser.
func (b *tab) kept(words string) {
	b.t.Helper()
	if got := b.value("#text"); got != words {
		b.t.Errorf("the form holds %q", got)
	}
	b.until(`localStorage.length === 0 && sessionStorage.length === 0`)
}

func (b *tab) value(selector string) string {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector('`+selector+`').value`))
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}
