package main

import (
	"strings"
	"testing"
)

// cast is who plays the story: the desk's address and how its two people sign in.
type cast struct {
	public, staff    string
	counselor, teach func(p *person) // sign in
}

// TestStoryByClicking plays the main job as three people would, each at a browser of their own.
func TestStoryByClicking(t *testing.T) {
	t.Run("demo", func(t *testing.T) {
		p := start(t, "demo")
		play(t, cast{p.Public, p.Staff, signsIn("psy", demoPassword), signsIn("school1", demoPassword)})
	})
	t.Run("serve", func(t *testing.T) {
		p, _, _ := real(t)
		enrols := func(login, role string, more ...string) func(*person) {
			args := []string{"account", "create", "--login=" + login, "--role=" + role, "--staff-url=" + p.Staff}
			for _, a := range p.args {
				if strings.HasPrefix(a, "--data-dir=") || strings.HasPrefix(a, "--redis-url=") {
					args = append(args, a)
				}
			}
			link := must(t, append(args, more...)...)
			return func(b *person) {
				b.goTo(strings.TrimPrefix(link, p.Staff))
				b.fill("#password", "long-enough-password")
				b.fill("#again", "long-enough-password")
				b.press("決めて、はじめる")
				b.until("!['/enrol', '/sign-in'].includes(location.pathname)")
			}
		}
		play(t, cast{p.Public, p.Staff, enrols("sato", "psychologist"), enrols("kyoto", "school", "--school=hinode-jhs")})
	})
}

func signsIn(login, password string) func(*person) {
	return func(p *person) {
		p.goTo("/sign-in")
		p.fill("#login", login)
		p.fill("#password", password)
		p.js("document.querySelector('form').requestSubmit()")
		p.until("location.pathname !== '/sign-in'")
	}
}

const (
	tells   = "となりの席の佐々木くんに、毎日ノートをやぶられています。"
	answers = "書いてくれて、ありがとうございます。いつごろからですか。"
	summary = "ある学級で、持ち物をこわすことが続いています。休み時間の見守りをお願いします。"
)

func play(t *testing.T, c cast) {
	counselor := browse(t, "the counselor", c.staff, 1280)
	c.counselor(counselor)
	counselor.goTo("/queue")
	counselor.until("document.documentElement.dataset.live === 'yes'")

	child := browse(t, "the child", c.public, 390)
	child.goTo("/")
	for _, promise := range []string{"だれが読む", "ひみつは守る", "命があぶないとき", "すぐとじる"} {
		child.sees(promise)
	}
	child.press("書きはじめる")
	child.js("document.querySelector('#about input[value=self]').click()")
	child.fill("#call-me", "そら")
	child.fill("#words", tells)
	child.js("document.querySelector('#send').click()")
	child.sees("とどきました")
	child.until("document.querySelectorAll('#log .words span').length === 7")
	code := child.text("[...document.querySelectorAll('#log .words span')].map((s) => s.textContent).join(' ')")
	child.press("書きうつした")

	counselor.sees("毎日ノートをやぶられています") // without reloading
	counselor.seesNot("佐々木")
	counselor.js("[...document.querySelectorAll('.queue li.case')].find((c) => c.textContent.includes('ノートをやぶられています')).querySelector('a').click()")
	counselor.until("location.pathname.startsWith('/cases/') && document.documentElement.dataset.live === 'yes'")
	counselor.press("担当する")
	counselor.until("document.getElementById('text')")
	child.sees("相談員が読んでいます。")
	counselor.fill("#text", answers)
	counselor.press("送る")
	counselor.until("document.querySelector('.timeline').textContent.includes('いつごろからですか')")
	child.sees(answers)
	child.keepsNothing()
	child.calm()
	child.end() // closes the browser

	again := browse(t, "the child, on another day", c.public, 390)
	again.goTo("/")
	again.press("合言葉")
	again.fill("#code", code)
	again.js("document.querySelector('#open-code').click()")
	again.sees(answers)
	again.seesNot("佐々木") // what she wrote herself is not shown again

	withoutConsent(counselor)
	counselor.js("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
	ask := `form[action$="/consents"] `
	counselor.fill(ask+"[name=school]", "hinode-jhs")
	counselor.js("document.querySelector('" + ask + "[name=early]').checked = true")
	counselor.fill(ask+"[name=summary]", summary)
	counselor.js("document.querySelector('" + ask + "[data-look]').click()")
	counselor.until("!document.querySelector('" + ask + "[data-go]').disabled")
	counselor.js("document.querySelector('" + ask + "[data-go]').click()")
	again.sees("1つあります")
	again.press("ひらく")
	again.until("document.querySelector('.question .exactly')?.textContent === " + quoted(summary))
	again.press("いいです")
	again.sees("「いいです」と伝えました。")

	counselor.until("document.querySelector('[data-region=standing]').textContent.includes('日の出台中学校') && !document.querySelector('[data-region=standing]').textContent.includes('返事待ち')")
	handOff(counselor, summary)
	counselor.until("document.querySelector('#handoff .paper').textContent.includes('相談した子を探さない')")
	counselor.js("document.querySelector('#handoff [data-go]').click()")
	counselor.until("!document.getElementById('said').classList.contains('bad') && document.getElementById('said').textContent !== ''")

	teacher := browse(t, "the school", c.staff, 1280)
	c.teach(teacher)
	teacher.goTo("/school")
	teacher.until("document.querySelectorAll('.items a').length === 1") // its own, and no other's
	teacher.js("document.querySelector('.items a').click()")
	teacher.sees("相談した子を探さない")
	teacher.seesNot(summary) // the cover comes first
	teacher.press("受け取りました")
	teacher.sees(summary)
	teacher.sees("この件で、してよいこと")
	teacher.seesNot("佐々木")
	teacher.seesNot("ノートをやぶられて")
	teacher.fill("#text", "学年で共有し、見守りを始めました。")
	teacher.press("対応が終わりました")
	teacher.sees("学年で共有し、見守りを始めました。")

	counselor.sees("学年で共有し、見守りを始めました。")
	takesBack(counselor, again)
	inEmergency(counselor)
	for _, p := range []*person{counselor, again, teacher} {
		p.calm()
	}
	again.keepsNothing()
}

// takesBack asks once more; the child says yes, thinks again, and it is no.
func takesBack(counselor, child *person) {
	counselor.t.Helper()
	counselor.js("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
	ask := `form[action$="/consents"] `
	counselor.fill(ask+"[name=school]", "shirakaba-es")
	counselor.fill(ask+"[name=summary]", "きょうだいのことで、見守りをお願いします。")
	counselor.js("document.querySelector('" + ask + "[data-look]').click()")
	counselor.until("!document.querySelector('" + ask + "[data-go]').disabled")
	counselor.js("document.querySelector('" + ask + "[data-go]').click()")
	child.press("ひらく")
	child.until("document.querySelectorAll('.question .exactly').length > 0 && [...document.querySelectorAll('.question .exactly')].at(-1).textContent.includes('きょうだい')")
	child.press("いいです")
	child.press("やっぱりやめる")
	child.sees("「やめる」と伝えました。")
	counselor.until("[...document.querySelector('[data-region=standing]').textContent.split('。')].some((l) => l.includes('しらかば') && !l.includes('返事待ち') && !l.includes('伝えてよい：'))")
}

// inEmergency tells a school without asking, with a reason.
func inEmergency(p *person) {
	p.t.Helper()
	p.js("document.querySelectorAll('details').forEach((d) => { d.open = true; }); document.querySelector('#handoff [name=level][value=emergency]').click()")
	p.fill("#handoff [name=reason]", "けがのおそれがあり、いま伝えるしかない。")
	handOff(p, "きょうの放課後、けがのおそれがあります。すぐに見守ってください。")
	p.js("document.querySelector('#handoff [data-go]').click()")
	p.until("!document.getElementById('said').classList.contains('bad') && document.querySelector('[data-region=facts]').textContent.includes('緊急')")
}

// handOff fills the form and looks at what the school would read.
func handOff(p *person, text string) {
	p.t.Helper()
	p.js("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
	p.fill("#handoff [name=school]", "hinode-jhs")
	p.fill("#handoff [name=summary]", text)
	p.js("document.querySelector('#handoff [data-look]').click()")
	p.until("!document.querySelector('#handoff [data-go]').disabled")
}

// withoutConsent tries to tell a school what the child was not asked about: it is refused, in words.
func withoutConsent(p *person) {
	p.t.Helper()
	handOff(p, "まだ聞いていないこと。")
	p.js("document.querySelector('#handoff [data-go]').click()")
	p.until("document.getElementById('said').classList.contains('bad') && document.getElementById('said').textContent.includes('本人')")
}
