package chat_test

import (
	"strings"
	"testing"
	"time"

	"madoguchi/channels"
)

// The page says a band of time and never a place; for one wait it stays or shrinks whatever comes, the apology is said once, and
// after an answer another wait has another band.
func TestThePageNeverSaysALongerWait(t *testing.T) {
	b := browse(t, true)
	b.press("書きはじめる")
	b.say("友だちのくつが、かくされました。")
	b.sees("合言葉")
	who := b.s.Intake.Taken()[0].From
	status := "document.getElementById('status').textContent"
	is := func(band, want string) {
		t.Helper()
		b.s.Mailbox.SetWait(who, channels.Wait{Band: band})
		b.until(status + " === " + quote("相談員の返事を待っています。"+want))
	}
	if said := b.js(status); strings.Contains(said, "分") {
		t.Errorf("before anything is known the page says %q", said)
	}
	is("30min", "だいたい30分くらいです。")
	is("today", "だいたい30分くらいです。")
	is("20min", "だいたい10分から20分くらいです。")
	b.shot("wait-1-band")
	is("30min", "だいたい10分から20分くらいです。")
	is("quiet", "だいたい10分から20分くらいです。")
	is("05min", "だいたい5分くらいです。")
	b.s.Mailbox.SetWait(who, channels.Wait{Band: "sorry", By: time.Date(2026, 11, 25, 18, 0, 0, 0, time.UTC)})
	b.until(status + " === " + quote("相談員の返事を待っています。"))
	b.sees("おそくなって、ごめんなさい。")
	b.sees("11月25日の18時までには、返事を書いておきます。")
	b.shot("wait-2-sorry")
	is("quiet", "")
	is("20min", "")
	is("sorry", "")
	if n := b.js("document.getElementById('log').textContent.split('おそくなって').length - 1"); n != "1" {
		t.Errorf("the page is sorry %s times", n)
	}
	b.s.Mailbox.Put(who, channels.Entry{Text: "読みました。"})
	b.sees("返事があります。")
	b.s.Mailbox.SetWait(who, channels.Wait{Band: "today"}) // before the receipt of what is written next
	b.say("もうひとつ、あります。")
	b.until(status + " === " + quote("相談員の返事を待っています。今日のうちに、返事ができそうです。"))
	b.shot("wait-3-after")
	is("30min", "だいたい30分くらいです。")
	quiet(b)
}

// A day that is full is told as it is.
func TestThePageSaysThatItMayNotBeToday(t *testing.T) {
	b := browse(t, true)
	b.press("書きはじめる")
	b.say("友だちのくつが、かくされました。")
	b.sees("合言葉")
	who := b.s.Intake.Taken()[0].From
	b.s.Mailbox.SetWait(who, channels.Wait{Band: "later"})
	b.sees("今日中に返事ができないかもしれません。")
	b.s.Mailbox.SetWait(who, channels.Wait{Band: "today"})
	b.sees("今日のうちに、返事ができそうです。")
	b.s.Mailbox.SetWait(who, channels.Wait{Band: "sorry"})
	b.sees("おそくなって、ごめんなさい。")
	if log := b.js("document.getElementById('log').textContent"); strings.Contains(log, "返事を書いておきます") {
		t.Errorf("nobody promised that: %s", log)
	}
}

// Whoever writes of danger while somebody is there is asked to stay, once, and is given no list of other numbers; where nobody is
// there is a list on which one can write, and that somebody on call knows is said when it is so. What has become another is said as
// it is then, where it is seen, and what was is gone.
func TestThePageCaresByWhatIsTrue(t *testing.T) {
	const shown = "document.getElementById('log').textContent"
	for _, mobile := range []bool{true, false} {
		b := browse(t, mobile)
		b.press("書きはじめる")
		b.say("もう限界です。")
		b.sees("合言葉")
		who := b.s.Intake.Taken()[0].From
		has := func(want bool, words ...string) {
			t.Helper()
			log := b.js(shown)
			for _, w := range words {
				if strings.Contains(log, w) != want {
					t.Errorf("that the talk says %q is %v: %s", w, !want, log)
				}
			}
		}
		numbers := []string{"みほんチャット", "119", "相談員がここにいません"}
		once := func() {
			t.Helper()
			if n := b.js(shown + ".split('ちゃんと、とどいています').length - 1"); n != "1" {
				t.Errorf("the page cares %s times", n)
			}
			b.until("[document.querySelector('#log .card:last-child h2').getBoundingClientRect()].every((r) => r.top >= 0 && r.bottom < innerHeight * 0.6)")
		}
		for _, band := range []string{"30min", "20min", "05min"} {
			b.s.Mailbox.SetWait(who, channels.Wait{Band: band, Care: "alarm"})
			b.until("document.getElementById('status').textContent.includes(" + quote(strings.TrimLeft(band[:2], "0")) + ")")
		}
		has(true, "このまま、ここにいてください。")
		has(false, append(numbers[:1:1], "0120", "189", "110", "当番", "ここにいません")...)
		once()
		b.shot("care-1-open")

		// The desk closes, or the last one goes.
		b.s.Desk.SetText("wait.next", "11月25日〔水〕の夕方5時ごろ")
		b.s.Mailbox.SetWait(who, channels.Wait{Band: "05min", Care: "night"})
		b.until("document.querySelector('#log a[href=\"tel:119\"]')")
		has(true, append(numbers, "おそくても、11月25日〔水〕の夕方5時ごろには、ここに相談員がいます。")...)
		has(false, "よんでいます", "ここにいてください", "当番")
		b.until("document.getElementById('status').textContent === '相談員の返事を待っています。'")
		once()
		b.shot("care-2-nobody")

		// Somebody is reached, and it becomes another day.
		b.s.Desk.SetText("wait.next", "11月26日〔木〕の夕方5時ごろ")
		b.s.Mailbox.SetWait(who, channels.Wait{Band: "05min", Care: "paged"})
		b.until(shown + ".includes('に、知らせました')")
		has(true, append(numbers, "11月26日〔木〕の夕方5時ごろには、ここに相談員がいます。")...)
		has(false, "よんでいます", "11月25日")
		once()
		b.shot("care-3-paged")
		b.s.Mailbox.SetWait(who, channels.Wait{Band: "05min", Care: "night"})
		b.until("!" + shown + ".includes('知らせました')")

		// Somebody comes, and answers: nothing more is said, and what was said is not said again.
		b.s.Mailbox.SetWait(who, channels.Wait{Band: "05min", Care: "alarm"})
		b.until(shown + ".includes('よんでいます')")
		has(false, numbers[0], numbers[2])
		once()
		b.s.Mailbox.Put(who, channels.Entry{From: "counselor", Text: "読みました。"})
		b.sees("返事があります。")
		b.s.Mailbox.SetWait(who, channels.Wait{})
		b.say("ありがとう。")
		b.s.Mailbox.SetWait(who, channels.Wait{Band: "20min", Care: "alarm"})
		b.until("document.getElementById('status').textContent.includes('20分')")
		if n := b.js(shown + ".split('よんでいます').length - 1"); n != "1" {
			t.Errorf("somebody is called %s times", n)
		}
		quiet(b)
	}
}
