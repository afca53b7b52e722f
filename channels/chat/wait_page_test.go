package chat_test

import (
	"strings"
	"testing"

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
	is("sorry", "")
	b.sees("おそくなって、ごめんなさい。")
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
}

// Whoever writes of danger while somebody is there is asked to stay, once, and is given no list of other numbers; at night there
// is a list on which one can write, and that somebody on call knows is said when it is so.
func TestThePageCaresOnce(t *testing.T) {
	for _, mobile := range []bool{true, false} {
		b := browse(t, mobile)
		b.press("書きはじめる")
		b.say("もう限界です。")
		b.sees("合言葉")
		who := b.s.Intake.Taken()[0].From
		for range 3 {
			b.s.Mailbox.SetWait(who, channels.Wait{Band: "05min", Care: "alarm"})
			b.sees("このまま、ここにいてください。")
			b.s.Mailbox.SetWait(who, channels.Wait{Band: "20min", Care: "night"})
			b.until("document.getElementById('status').textContent.includes('5分')")
		}
		if n := b.js("document.getElementById('log').textContent.split('ちゃんと、とどいています').length - 1"); n != "1" {
			t.Errorf("the page cares %s times", n)
		}
		for _, number := range []string{"0120", "189", "110", "当番"} {
			if strings.Contains(b.js("document.getElementById('log').textContent"), number) {
				t.Errorf("%s stands in the talk while the desk is open", number)
			}
		}
		b.shot("care-1-open")
	}
	b := browse(t, true)
	b.s.Desk.SetOpen(false)
	b.press("書きはじめる")
	b.say("もう限界です。")
	b.sees("合言葉")
	who := b.s.Intake.Taken()[0].From
	b.s.Mailbox.SetWait(who, channels.Wait{Care: "night"})
	b.sees("みほんチャット")
	b.until("document.querySelector('#log a[href=\"tel:119\"]')")
	b.until("!document.getElementById('log').textContent.includes('当番')")
	b.s.Mailbox.SetWait(who, channels.Wait{Care: "paged"})
	b.until("document.getElementById('log').textContent.includes('に、いま知らせました')")
	b.shot("care-2-night")
}
