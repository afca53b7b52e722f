package console

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

// text reads what an expression says.
func (b *tab) text(expression string) string {
	b.t.Helper()
	s, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// The whole way of somebody without an account, on a telephone: the link comes by mail and passes through a robot, the code by
// telephone; the cover, the content and an answer; and nothing else of the house.
func TestTheWayOfSomebodyWithoutAnAccount(t *testing.T) {
	h := newHouse(t)
	h.seed()
	sato := staff.Person{Login: "sato", Role: triage.Psychologist}
	sent, err := h.desk.HandOff(context.Background(), sato, mine, desk.Draft{School: "hinode-jhs", Level: triage.LevelEmergency, Summary: "休み時間のことです。見守りをお願いします。", Reason: "命の危険"})
	if err != nil {
		t.Fatal(err)
	}
	b := h.open(t)
	b.enter("sato")
	b.goTo("/cases/" + string(mine))
	b.until(`document.querySelector('form[action$="` + sent + `/links"]')`)
	b.js(`document.querySelectorAll('details').forEach((d) => { d.open = true; })`)
	b.shot("case")
	b.js(`const f = document.querySelector('form[action$="` + sent + `/links"]'); f.removeAttribute('target'); f.requestSubmit()`)
	b.until(`document.querySelector('.code strong')`)
	b.shot("link")
	code, mail := b.text(`document.querySelector('.code strong').textContent`), b.text(`document.querySelector('.copy').textContent`)
	link := mail[strings.Index(mail, h.url):]
	link = strings.Fields(link)[0]
	if strings.Contains(mail, code) || strings.Contains(mail, "見守り") {
		t.Errorf("the mail says too much: %s", mail)
	}

	for range 3 { // a robot looks at what is in the mail
		resp, err := http.Get(link)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK || resp.Request.URL.RawQuery != "" {
			t.Errorf("%d for the robot", resp.StatusCode)
		}
	}

	v := h.open(t)
	v.do(chromedp.EmulateViewport(390, 800), chromedp.Navigate(link))
	v.until(`document.getElementById('link').value !== '' && location.hash === ''`)
	v.shot("open")
	wrong := "0000"
	if code == wrong {
		wrong = "0001"
	}
	try := func(code string) {
		v.js(`document.getElementById('code').value = '` + code + `'; document.getElementById('code').form.requestSubmit()`)
	}
	try(wrong)
	v.until(`document.querySelector('[role=alert].late') && document.getElementById('link').value !== ''`)
	try(code)
	v.until(`location.pathname === '/school/handoffs/` + sent + `' && document.body.innerText.includes('相談した子を探さない')`)
	v.shot("cover")
	if strings.Contains(v.text(`document.body.innerText`), "休み時間のこと") {
		t.Error("the content is on the cover")
	}
	v.js(`document.querySelector('form[action$="/acknowledge"]').requestSubmit()`)
	v.until(`location.pathname.endsWith('/content') && document.body.innerText.includes('休み時間のことです。')`)
	v.shot("content")
	v.js(`document.getElementById('text').value = '担任と話しています'; document.querySelector('[name=help][value=team]').checked = true; document.querySelector('button[value=needs_help]').click()`)
	v.until(`document.body.innerText.includes('担任と話しています') && document.querySelector('.tag') && document.body.innerText.includes('緊急支援チーム')`)
	v.do(chromedp.EmulateViewport(1280, 900))
	v.shot("wide")
	for _, path := range []string{"/school/reports", "/cases/" + string(mine), "/queue", "/school/handoffs/03hozzzzzzzzzzzzzzzzzzzzzz"} {
		v.goTo(path)
		v.until(`!document.body.innerText.includes('休み時間') && !document.querySelector('.items, .queue, .timeline, table')`)
	}

	again := h.open(t)
	again.do(chromedp.Navigate(link))
	again.until(`document.getElementById('link').value !== ''`)
	again.js(`document.getElementById('code').value = '` + code + `'; document.getElementById('code').form.requestSubmit()`)
	again.until(`document.querySelector('[role=alert].late')`)

	if _, err := h.desk.Recall(context.Background(), sato, mine, sent, "宛先をまちがえた"); err != nil {
		t.Fatal(err)
	}
	v.goTo("/school/handoffs/" + sent + "/content")
	v.until(`document.body.innerText.includes('窓口が取り消した連絡です') && !document.body.innerText.includes('休み時間')`)
	v.shot("recalled")
	for _, tab := range []*tab{b, v, again} {
		tab.mu.Lock()
		for _, s := range tab.troubles {
			t.Errorf("on a page: %s", s)
		}
		tab.mu.Unlock()
	}
}
