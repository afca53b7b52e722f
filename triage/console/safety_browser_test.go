package console

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// A counselor finds out how near it is, agrees a plan, puts it into the reply and says goodbye with a promise; what was agreed stays
// in its form, and keeps nobody on the page who has written all that they wanted to.
func TestADangerIsSpokenOfInABrowser(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.open(t)
	b.enter("sato")
	b.goTo("/cases/" + string(mine))
	b.until(`document.documentElement.dataset.live === 'yes'`)
	b.js(`document.getElementById('assess').open = true;
for (const k of ['ideation', 'plan', 'means', 'when']) document.querySelector('[name=risk_' + k + '][value=yes]').checked = true;
for (const k of ['alone', 'holds']) document.querySelector('[name=risk_' + k + '][value=unknown]').checked = true`)
	b.js(`document.getElementById('assess').scrollIntoView()`)
	b.shot("form")
	b.js(`document.querySelector('#assess form').requestSubmit()`)
	b.until(`document.querySelector('#risk .grave')`)
	b.js(`document.getElementById('plan-safety').open = true`)
	b.choose(`#plan-safety [name=people]`, "保健室の先生")
	b.choose(`#plan-safety [name=helps]`, "ねこといる")
	b.js(`document.querySelector('#plan-safety form').requestSubmit()`)
	b.until(`document.querySelector('#safety [data-into]') && document.querySelector('#plan-safety [name=helps]').value === 'ねこといる'`)
	b.js(`document.querySelector('#safety').scrollIntoView({block: 'center'})`)
	b.shot("found")
	b.js(`document.querySelector('#safety [data-into]').click()`)
	b.until(`document.getElementById('text').value.includes('・話せる人：保健室の先生')`)
	b.js(`[...document.querySelectorAll('#reply .tools button')].find((x) => x.textContent === '終わり').click()`)
	b.until(`document.getElementById('text').value.includes('次は{次に話す時}に、わたしがここで待っています') && document.getElementById('text').value.includes('保健室の先生')`)
	b.js(`document.getElementById('reply').scrollIntoView({block: 'center'})`)
	b.shot("reply")
	b.choose(`#reply [name=promised]`, "2026-11-26T18:00")
	b.js(`document.getElementById('reply').requestSubmit()`)
	b.until(`document.getElementById('text').value === '' && [...document.querySelectorAll('.line.desk .words')].some((x) => x.textContent.includes('次は11月26日〔木〕の夕方6時に'))`)
	if k, _, err := h.store.Load(context.Background(), mine); err != nil || len(k.Risks) != 1 || k.Safety == nil || strings.Count(k.Safety.Say(), "：") != 2 {
		t.Errorf("%+v %+v %v", k.Risks, k.Safety, err)
	}
	b.do(chromedp.EmulateViewport(390, 844))
	b.js(`document.querySelector('#risk').scrollIntoView()`)
	b.shot("phone")
	b.js(`document.getElementById('assess').open = true; document.getElementById('assess').scrollIntoView()`)
	b.shot("phone-form")
	b.goTo("/queue") // without a question whether what was written is to be lost
	b.until(`location.pathname === '/queue'`)
	b.quiet()
}
