package chat_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
)

// TestPage plays a seeker's whole story in a browser, on a telephone and at a desk.
func TestPage(t *testing.T) {
	for name, mobile := range map[string]bool{"telephone": true, "desk": false} {
		t.Run(name, func(t *testing.T) {
			b := browse(t, mobile)
			b.sees("学校を通らずに")
			b.shot("1-start")
			b.js("scrollTo(0, 900)")
			b.shot("2-start-secret")
			b.js("scrollTo(0, 99999)")
			b.shot("3-start-end")
			b.press("書きはじめる")
			b.sees("だれのこと？")
			b.shot("4-chat")
			b.click("#about label:nth-child(2)")
			b.write("#call-me", "そら")
			b.write("#words", "友だちのくつが、かくされました。")
			b.shot("5-written")
			b.click("#send")
			b.sees("とどきました")
			b.sees("合言葉")
			b.until("document.querySelectorAll('#log .words span').length === 7")
			b.shot("6-code")
			m := b.s.Intake.Taken()
			if len(m) != 1 || m[0].About != "friend" || m[0].CallMe != "そら" || m[0].Text != "友だちのくつが、かくされました。" {
				t.Fatalf("taken: %d", len(m))
			}
			b.press("数字で見る")
			b.until("document.querySelectorAll('#log .digits span').length === 7")
			b.shot("7-digits")
			b.press("書きうつした")
			b.until("document.querySelectorAll('.words, .digits').length === 0")
			who := m[0].From
			b.s.Mailbox.SetDoing(who, "reading")
			b.sees("相談員が読んでいます。")
			b.s.Mailbox.SetDoing(who, "writing")
			b.sees("返事を書いています。")
			b.shot("8-writing")
			b.s.Mailbox.Put(who, channels.Entry{Text: "読みました。話してくれてよかった。\n\nいつごろ、どこでありましたか。\n学校（がっこう）の中ですか。<b>"})
			b.s.Mailbox.SetDoing(who, "waiting")
			b.sees("話してくれてよかった。")
			b.sees("返事があります。")
			b.shot("9-answer")
			consent(b, who)
			b.click("#show-code")
			b.until("document.querySelectorAll('#code-here .words span').length === 7")
			b.shot("13-code-again")
			b.press("もどる")
			b.press("いま話せるところ")
			b.sees("0120-0-78310")
			b.shot("14-numbers")
			b.press("もどる")
			b.sees("話してくれてよかった。")
			quiet(b)
			b.press("消したい")
			b.shot("15-erase")
			b.click("#erase-yes")
			b.sees("消すお願いを受け取りました。")
			b.shot("16-erased")
			b.seesNot("くつが")
			taken := b.s.Intake.Taken()
			if !taken[len(taken)-1].Erase {
				t.Error("the withdrawal did not arrive")
			}
		})
	}
}

func consent(b *browser, who channels.Address) {
	b.t.Helper()
	q := &channels.Question{ID: "q1", School: "みほん第一中学校の教頭先生", Level: "anonymous", Text: "2年生の教室で、持ち物をかくされている子がいます。\n休み時間の見守りをお願いします。"}
	b.s.Mailbox.Put(who, channels.Entry{Question: q})
	b.until("document.querySelector('.question .exactly')?.textContent === " + quote(q.Text))
	b.sees(q.School)
	b.js("document.querySelector('.question').scrollIntoView()")
	b.shot("10-consent")
	b.press("いいです")
	b.sees("「いいです」と伝えました。")
	b.shot("11-consented")
	b.press("やっぱりやめる")
	b.sees("「やめる」と伝えました。")
	b.shot("12-withdrawn")
	var answers []string
	for _, m := range b.s.Intake.Taken() {
		if m.Answer != nil {
			answers = append(answers, m.Answer.Answer)
		}
	}
	if fmt.Sprint(answers) != "[yes no]" {
		b.t.Errorf("the answers are %v", answers)
	}
}

// quiet fails unless the browser has kept nothing, asked nobody else, and told nothing by its address, title or history.
func quiet(b *browser) {
	b.t.Helper()
	host := strings.TrimPrefix(b.s.URL, "http://")
	b.mu.Lock()
	for _, u := range b.requests {
		if !strings.HasPrefix(strings.TrimPrefix(u, "blob:"), "http://"+host+"/") && !strings.HasPrefix(u, "ws://"+host+"/") {
			b.t.Errorf("somebody else was asked: %s", u)
		}
	}
	for _, trouble := range b.trouble {
		b.t.Errorf("the page has trouble: %s", trouble)
	}
	b.mu.Unlock()
	cookies, err := chromedp.Call(b.ctx, network.GetCookies, network.GetCookiesParams{})
	if err != nil {
		b.t.Fatal(err)
	}
	if len(cookies.Cookies) != 0 {
		b.t.Error("there are cookies")
	}
	for what, want := range map[string]string{
		"document.cookie": "", "localStorage.length": "0", "sessionStorage.length": "0", "history.length": b.js("history.length"),
		"location.pathname + location.search + location.hash": "/", "document.title": "話してみる", "JSON.stringify(history.state)": "null",
	} {
		if got := b.js(what); got != want {
			b.t.Errorf("%s is %q", what, got)
		}
	}
	kept, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](
		"Promise.all([indexedDB.databases(), caches.keys(), navigator.serviceWorker.getRegistrations()]).then((a) => JSON.stringify(a.map((x) => x.length)))", chromedp.EvalAwaitPromise))
	if err != nil || kept != "[0,0,0]" {
		b.t.Errorf("databases, caches and workers: %s %v", kept, err)
	}
	entries, err := chromedp.Run(b.ctx, chromedp.NavigationEntries())
	if err != nil {
		b.t.Fatal(err)
	}
	if n := len(entries.Entries); n > 2 { // the first is the empty page that the test's browser opens with
		b.t.Errorf("the history has %d entries", n)
	}
}

// What the page sends is filled up to the same lengths as what it is sent.
func TestThePageFillsItsFrames(t *testing.T) {
	b := browse(t, true)
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](
		"import('/chat/wire.js').then((m) => [4, 100, 200, 400, 4000, 20000].map((n) => { const s = m.wire({ type: 'message', id: '1', text: '\u3042'.repeat(n) }); return new TextEncoder().encode(s).length + (JSON.parse(s).text.length === n ? '' : '!'); }).join(' '))", chromedp.EvalAwaitPromise))
	if err != nil || got != "512 512 1024 2048 16384 60037" {
		t.Errorf("lengths: %s %v", got, err)
	}
}

func TestDroppedConnection(t *testing.T) {
	b := browse(t, true)
	b.press("書きはじめる")
	b.say("一つ目")
	b.until("document.querySelector('.bubble .state')?.textContent === 'とどきました'")
	b.write("#words", "書きかけの文")
	b.cut()
	b.sees("つながるのを待っています。")
	b.until("document.getElementById('words').value === '書きかけの文'")
	b.click("#send")
	b.sees("おくっています…")
	b.sees("まだとどいていません")
	b.shot("lost")
	b.write("#words", "つぎの文")
	b.mend()
	b.press("もう一度おくる")
	b.until("[...document.querySelectorAll('.bubble .state')].every((e) => e.textContent === 'とどきました')")
	b.until("document.getElementById('words').value === 'つぎの文'")
	if n := b.js("document.querySelectorAll('.bubble.mine').length"); n != "2" {
		t.Errorf("there are %s bubbles", n)
	}
	taken := b.s.Intake.Taken()
	if len(taken) != 2 || taken[1].Text != "書きかけの文" || !taken[0].From.Same(taken[1].From) {
		t.Fatalf("%d taken", len(taken))
	}
	b.cut() // while an answer comes
	b.s.Mailbox.Put(taken[0].From, channels.Entry{Text: "返事です"})
	b.mend()
	b.sees("返事です")
	if n := b.js("document.querySelectorAll('.bubble.theirs').length"); n != "1" {
		t.Errorf("the answer is there %s times", n)
	}
	if n := b.js("document.querySelectorAll('.bubble.mine').length"); n != "2" {
		t.Errorf("her own words did not stay: %s", n)
	}
	quiet(b)
}

func TestUnavailableAndHeld(t *testing.T) {
	b := browse(t, true)
	b.press("書きはじめる")
	b.s.Intake.Fail(channels.ErrUnavailable)
	b.say("とどかない文")
	b.sees("まだとどいていません")
	b.until("document.querySelectorAll('#log .words').length === 0")
	b.shot("unavailable")
	b.s.Intake.Answer(channels.Held)
	b.s.Intake.Fail(nil)
	b.sees("あずかりました")
	b.sees("いま機械")
	b.until("document.querySelectorAll('#log .words span').length === 7")
	b.shot("held")
	if n := len(b.s.Intake.Taken()); n != 1 {
		t.Errorf("%d taken", n)
	}
}

func TestClosedDesk(t *testing.T) {
	b := browse(t, true)
	b.s.Desk.SetOpen(false)
	b.press("書きはじめる")
	b.sees("いまは相談員がいない時間です。")
	b.say("夜に書いた文")
	b.sees("それまで待てないくらいつらいときは")
	b.shot("closed")
	b.press("いま話せるところ")
	b.sees("0120-0-78310")
}

func TestWebSocketIsBlocked(t *testing.T) {
	b := browse(t, true)
	b.gate.mu.Lock()
	b.blocked = true
	b.gate.mu.Unlock()
	b.press("書きはじめる")
	b.say("学校から書いています")
	b.until("document.querySelector('.bubble .state')?.textContent === 'とどきました'")
	b.until("document.querySelectorAll('#log .words span').length === 7")
	who := b.s.Intake.Taken()[0].From
	b.s.Mailbox.SetDoing(who, "reading")
	b.sees("相談員が読んでいます。")
	b.s.Mailbox.Put(who, channels.Entry{Text: "返事です"})
	b.sees("返事です")
	consent(b, who)
	quiet(b)
	b.press("消したい")
	b.click("#erase-yes")
	b.sees("消すお願いを受け取りました。")
}

// Where WebSocket is blocked the page itself says what became of the visit, when it is left, however it is.
func TestAVisitByRequestsIsCounted(t *testing.T) {
	want := map[string]int{}
	for _, one := range []struct {
		what string
		does func(b *browser)
	}{
		{"unwritten", func(b *browser) { b.press("書きはじめる"); b.listens(t) }},
		{"closed", func(b *browser) { b.s.Desk.SetOpen(false); b.press("書きはじめる"); b.listens(t) }},
		{"gave_up", func(b *browser) { begins(b) }},
		{"stayed", func(b *browser) {
			who := begins(b)
			b.s.Mailbox.Put(who, channels.Entry{From: "counselor", Text: "読みました"})
			b.sees("読みました")
		}},
	} {
		b := browse(t, true)
		b.gate.mu.Lock()
		b.blocked = true
		b.gate.mu.Unlock()
		one.does(b)
		b.js("location.replace('about:blank')")
		clear(want)
		want["chat|"+one.what] = 1
		tallied(t, b.s, want)
	}
}

// begins writes something, and returns who it is.
func begins(b *browser) channels.Address {
	b.press("書きはじめる")
	b.say("学校から書いています")
	b.until("document.querySelector('.bubble .state')?.textContent === 'とどきました'")
	return b.s.Intake.Taken()[0].From
}

func TestComingBack(t *testing.T) {
	b := browse(t, true)
	_, w, who := begun(t, b.s)
	b.s.Mailbox.Put(who, channels.Entry{Text: "一つ目の返事"})
	b.s.Mailbox.Put(who, channels.Entry{Question: &channels.Question{ID: "q", School: "みほん第一中学校", Level: "named", Text: "ひみつの中身"}})
	b.s.Mailbox.SetWait(who, channels.Wait{Care: "night"})
	b.press("合言葉を持っている")
	b.write("#code", "あさがお しじみ")
	b.press("話の続きをひらく")
	b.sees("その合言葉では開けませんでした。")
	b.shot("unknown")
	b.js("document.getElementById('code').value = ''")
	b.write("#code", strings.ReplaceAll(fmt.Sprint(w["code"]), "　", "\n"))
	b.press("話の続きをひらく")
	b.sees("一つ目の返事")
	b.sees("質問が1つあります")
	b.seesNot("はじめまして")
	b.seesNot("ひみつの中身")
	b.shot("came-back")
	b.press("ひらく")
	b.sees("ひみつの中身")
	if b.js("String(document.querySelector('#log .numbers') === null)") != "true" {
		t.Error("who only holds the code is told of a danger")
	}
	b.say("読みました")
	b.until("document.querySelector('#log .numbers')")
	b.until("document.querySelector('.bubble.mine .state')?.textContent === 'とどきました'")
	quiet(b)
}

func TestLetter(t *testing.T) {
	b := browse(t, true)
	_, _, who := begun(t, b.s)
	b.s.Mailbox.Put(who, channels.Entry{Text: "お返事です"})
	token := b.s.Mailbox.Link(who)
	b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(b.s.URL+"/#k="+token))
	b.until("location.hash === ''")
	b.sees("あなたへのお知らせがあります。")
	b.shot("letter")
	b.press("ひらく")
	b.sees("お返事です")
	b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(b.s.URL+"/#k="+token))
	b.press("ひらく")
	b.sees("この入口は、もう使えません。")
	b.shot("letter-spent")
}

func TestWithoutScript(t *testing.T) {
	b := browse(t, true)
	b.s.Desk.SetOpen(false)
	b.call(chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	b.do(chromedp.Reload())
	b.shot("start")
	b.do(chromedp.ScrollIntoView(chromedp.CSS("#f-text")))
	b.shot("form")
	b.write("#f-text", "スクリプトなしで書いた文\n二行目")
	b.do(chromedp.Click(chromedp.CSS("form button")))
	b.sees("とどきました")
	b.sees("続きを話すときの「合言葉」です。")
	b.shot("taken")
	if m := b.s.Intake.Taken(); len(m) != 1 || m[0].Text != "スクリプトなしで書いた文\n二行目" {
		t.Fatalf("%d taken", len(m))
	}
	b.write("#text", "つづき")
	b.do(chromedp.Click(chromedp.CSS("form button")))
	channelstest.Eventually(t, "the second message", func() bool { return len(b.s.Intake.Taken()) == 2 })
	if m := b.s.Intake.Taken(); !m[0].From.Same(m[1].From) {
		t.Error("the second message began another conversation")
	}
	b.do(chromedp.Click(chromedp.CSS("form details summary")))
	b.do(chromedp.ScrollIntoView(chromedp.CSS("#picture")))
	b.shot("picture")
	back := "form:has([name=unsend]) "
	b.do(chromedp.ScrollIntoView(chromedp.CSS(back+"summary")), chromedp.Click(chromedp.CSS(back+"summary")))
	b.do(chromedp.ScrollIntoView(chromedp.CSS(back + "button")))
	b.shot("take-back")
	b.do(chromedp.Click(chromedp.CSS(back + "button")))
	b.sees("取り消しました")
	b.shot("taken-back")
	if m := b.s.Intake.Taken(); len(m) != 3 || m[2].Unsend != m[1].ID {
		t.Error("it was not taken back")
	}
}

func TestLongTextIsCut(t *testing.T) {
	b := browse(t, false)
	b.press("書きはじめる")
	text := strings.Repeat("きのう、くつをかくされました。", 600) // 9,000 characters
	b.say(text)
	b.until("[...document.querySelectorAll('.bubble.mine .state')].length === 3 && [...document.querySelectorAll('.bubble.mine .state')].every((e) => e.textContent === 'とどきました')")
	whole := ""
	for _, m := range b.s.Intake.Taken() {
		if !strings.HasSuffix(m.Text, "。") {
			t.Error("a part does not end with a sentence")
		}
		whole += m.Text
	}
	if whole != text {
		t.Error("the parts are not the whole")
	}
}
