package console

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"madoguchi/triage"
)

// wisher is a case whose seeker has phoned and wishes to be called in the evening.
const wisher = triage.CaseID("07wisherwisherwisherwisher")

func (h *house) seedWish() {
	h.t.Helper()
	e := wrote(ago(0), "voice", "[電話がほしい]", judged(triage.Soon), 0)
	e.ID, e.CallBack = "wish", &triage.CallBack{Window: "1700-2000", Who: "self"}
	h.happened(wisher, e)
}

func (h *house) ended(outcome, detail string) {
	h.t.Helper()
	k, _, err := h.store.Load(context.Background(), wisher)
	if err != nil || len(k.Calls) == 0 {
		h.t.Fatal("no call: ", err)
	}
	id := k.Calls[len(k.Calls)-1].ID
	h.happened(wisher, triage.Event{ID: id + outcome, At: evening, Kind: triage.KindDelivery, From: triage.System,
		Call: &triage.Call{ID: id, Outcome: outcome, Detail: detail}})
}

// The wish stands in the queue and on the page of the case; one button calls; what became of it is there.
func TestCallingBack(t *testing.T) {
	h := newHouse(t)
	h.hire("sato", triage.Psychologist, "")
	h.seedWish()
	b := h.signedIn("sato")
	if body := b.get("/queue").body; !strings.Contains(body, "電話がほしい　夕方5時から夜8時") {
		t.Error("the queue does not tell of the wish")
	}
	page := "/cases/" + string(wisher)
	if body := b.get(page).body; strings.Contains(body, "電話をかける</button>") || !strings.Contains(body, "本人だけ") {
		t.Error("before it is taken")
	}
	b.script(page+"/claim", nil)
	if body := b.get(page).body; !strings.Contains(body, "電話をかける</button>") || !strings.Contains(body, "番号がちがいます") || strings.Contains(body, "call-reason") {
		t.Error("after it is taken")
	}
	for i, tt := range []struct{ outcome, detail, shown string }{
		{triage.CallNoAnswer, "machine", "出ませんでした〔留守番電話〕"}, {triage.CallFailed, "desk_no_key", "1が押されませんでした"}, {triage.CallBusy, "", "話し中でした"}} {
		if a := b.script(page+"/calls", nil); a.status != 200 {
			t.Fatal(i, a.status, a.body)
		}
		if a := b.script(page+"/calls", url.Values{"reason": {"もう一度"}}); a.status != 409 {
			t.Error("two at once: ", a.status)
		}
		h.ended(triage.CallRinging, "")
		if body := b.get(page).body; !strings.Contains(body, "呼び出しています") || strings.Contains(body, "電話をかける</button>") {
			t.Error("while it rings")
		}
		h.ended(tt.outcome, tt.detail)
		if body := b.get(page).body; !strings.Contains(body, tt.shown) {
			t.Errorf("%s is not shown", tt.shown)
		}
	}
	if a := b.script(page+"/calls", nil); a.status != 409 || !strings.Contains(a.body, "2回") {
		t.Error("a third time: ", a.status, a.body)
	}
}

// press clicks what the selector finds, however often the page puts a fresh one in its place.
func (b *tab) press(selector string) {
	b.t.Helper()
	b.until(`((x) => x && (x.click(), true))(document.querySelector('` + selector + `'))`)
}

// The panel in a real browser, at the width of a desk and of a phone: the button works, and nothing sticks out.
func TestCallingBackInABrowser(t *testing.T) {
	h := newHouse(t)
	h.hire("sato", triage.Psychologist, "")
	h.seedWish()
	b := h.open(t)
	b.enter("sato")
	for _, width := range []int64{1280, 390} {
		b.do(chromedp.EmulateViewport(width, 900))
		b.goTo("/queue?show=all")
		b.until(`document.querySelector('.wish') && document.documentElement.scrollWidth <= innerWidth`)
		b.goTo("/cases/" + string(wisher))
		if width == 1280 {
			b.press("#claim")
		}
		b.until(`document.querySelector('#phone button') && document.documentElement.dataset.live === 'yes' && document.documentElement.scrollWidth <= innerWidth`)
		b.press("#phone summary")
		b.until(`document.querySelector('#phone').innerText.includes('番号がちがいます') && document.documentElement.scrollWidth <= innerWidth`)
		b.press("#phone button")
		b.until(`document.querySelector('#phone').innerText.includes('かけるところです') && !document.querySelector('#phone button')`)
		h.ended(triage.CallNoAnswer, "")
		b.until(`document.querySelector('#phone').innerText.includes('出ませんでした')`)
	}
	b.until(`document.querySelector('#phone').innerText.includes('ほかの方法で知らせてください') && !document.querySelector('#phone button')`)
	if len(b.troubles) > 0 {
		t.Error(b.troubles)
	}
}
