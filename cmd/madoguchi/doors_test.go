package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/channels/channelstest"
)

// Whoever comes by LINE, a text message or a mail is heard, answered, and nowhere to be found.
func TestDoors(t *testing.T) {
	t.Parallel()
	o, whole := &outside{}, t
	var lineURL, twilioURL string
	var mail []string
	o.line, lineURL = newLine(t)
	o.twilio, twilioURL = newTwilio(t)
	o.mail, mail = newMail(t, channelstest.Dovecot(t))
	o.process, o.redis, _ = real(t, append(mail, "--line-secret="+lineSecret, "--line-token="+lineToken, "--line-api-base="+lineURL, "--line-data-api-base="+lineURL,
		"--twilio-account-sid="+twilioAccount, "--twilio-auth-token="+twilioToken, "--twilio-from="+twilioFrom, "--twilio-desk="+deskPhone, "--twilio-api-base="+twilioURL,
		"--log-level=debug")...)
	common := slices.DeleteFunc(slices.Clone(o.args[1:]), func(a string) bool {
		return !strings.HasPrefix(a, "--data-dir=") && !strings.HasPrefix(a, "--redis-url=")
	})
	o.token = must(t, append([]string{"token", "create", "--login=aoki", "--role=psychologist"}, common...)...)
	for _, a := range common {
		if dir, ok := strings.CutPrefix(a, "--data-dir="); ok {
			o.data = dir
		}
	}
	for _, test := range []struct {
		name string
		run  func(*outside)
	}{
		{"a parent writes by LINE, reads by the link and writes on", byLine},
		{"who withdraws and writes again is heard anew", afresh},
		{"a question goes out as notice and link", question},
		{"a provider that is away is asked again, and delivers once", away},
		{"a picture follows its mark, and what is taken back is known", takenBack},
		{"who blocks the desk is not written to", blocked},
		{"a text message, its failure and STOP", bySMS},
		{"a call, the wish to be called, and the call back", byPhone},
		{"a mail, the answer and the mail after it", byMail},
		{"nobody can be found in what is kept", unfindable},
	} {
		t.Run(test.name, func(t *testing.T) {
			o.t, o.process.t = t, t
			defer func() { o.process.t = whole }()
			test.run(o)
		})
	}
}

const (
	mother    = "U000000000000000000000000000canary"
	daughter  = "佐藤美咲"
	number    = "+819012345678"
	mailFrom  = "canary.person@example.jp"
	lineSays  = "お知らせが1件あります。7日以内にご覧ください。"
	smsSays   = "旭川市"
	hiddenYou = "くつをかくされました"
)

func byLine(o *outside) {
	o.fromLine(mother, "e1", "はじめまして。娘の"+daughter+"が学校で"+hiddenYou+"。", false)
	k := o.find("娘の[人物A]が学校で" + hiddenYou)
	if !slices.Equal(k.Channels, []string{"line"}) {
		o.t.Errorf("channels %q", k.Channels)
	}
	o.fromLine(mother, "e1", "はじめまして。娘の"+daughter+"が学校で"+hiddenYou+"。", true)
	o.fromLine(mother, "e2", "二通目です。", false)
	first := k.Preview
	o.heard(k.ID, first, "二通目です。")
	o.claim(k.ID)
	said := o.reply(k.ID, "[人物A]さんのこと、聞かせてください。")
	l, link := o.sentTo(&o.line.provider, mother, 1)
	if l.text != lineSays+o.Public+"/#k="+link {
		o.t.Errorf("LINE was told %q", l.text)
	}
	o.until(k.ID, "it is sent", func(k told) bool { return slices.Equal(k.became(said), []string{"sent"}) })
	resp, err := http.Get(o.Public + "/") // a preview robot: the part after # never reaches it, and a GET spends nothing
	if err != nil || resp.Body.Close() != nil || resp.StatusCode != 200 {
		o.t.Fatalf("the page: %v", err)
	}
	page := o.open(link)
	page.reads(o.t, daughter+"さんのこと、聞かせてください。")
	if _, f, err := o.dial(frame{Link: link}); err == nil || !strings.Contains(err.Error(), "unknown_code") {
		o.t.Errorf("the link opens again: %v %v", f.Type, err)
	}
	if _, err := page.say("p1", "ここにも書きます。"); err != nil {
		o.t.Fatal(err)
	}
	o.heard(k.ID, first, "二通目です。", "ここにも書きます。")

	// She may have left the page by now, which has no other key than a link: there is an answer, LINE is told again.
	said = o.reply(k.ID, "読みました。")
	page.reads(o.t, "読みました。")
	l, next := o.sentTo(&o.line.provider, mother, 2)
	if l.text != lineSays+o.Public+"/#k="+next || next == link {
		o.t.Errorf("LINE was told %q", l.text)
	}
	o.until(k.ID, "it is sent", func(k told) bool { return slices.Equal(k.became(said), []string{"sent"}) })
	o.fromLine(mother, "e3", "ありがとうございます。", false)
	o.heard(k.ID, first, "二通目です。", "ここにも書きます。", "ありがとうございます。")
	o.reply(k.ID, "いつでもどうぞ。")
	page.reads(o.t, "いつでもどうぞ。")
	o.sentTo(&o.line.provider, mother, 3)
}

func afresh(o *outside) {
	const user = "U0000000000000000000000000000again"
	o.fromLine(user, "e1", "これは取り消します", false)
	k := o.find("これは取り消します")
	o.claim(k.ID)
	o.reply(k.ID, "読みました。")
	_, link := o.sentTo(&o.line.provider, user, 1)
	page := o.open(link)
	if err := page.WriteJSON(map[string]any{"type": "bye", "erase": true}); err != nil {
		o.t.Fatal(err)
	}
	eventually(o.t, soon, func() error {
		if status, err := o.call(o.token, "GET", "/cases/"+k.ID, nil, nil); status != 404 {
			return fmt.Errorf("a withdrawn case: %d %v", status, err)
		}
		return nil
	})
	o.fromLine(user, "e2", "やっぱり聞いてください", false)
	o.fromLine(user, "e1", "これは取り消します", true)
	again := o.find("やっぱり聞いてください")
	o.heard(again.ID, "やっぱり聞いてください")
	o.claim(again.ID)
	o.reply(again.ID, "はい、聞いています。")
	_, link = o.sentTo(&o.line.provider, user, 2)
	o.open(link).reads(o.t, "はい、聞いています。")
	if again.ID == k.ID {
		o.t.Error("it is the withdrawn case")
	}
}

func question(o *outside) {
	const user = "U00000000000000000000000000consent"
	o.fromLine(user, "e1", "学校に話してほしいです", false)
	k := o.find("学校に話してほしいです")
	o.claim(k.ID)
	o.do(o.token, "POST", "/cases/"+k.ID+"/consents", map[string]string{"school": "hinode-jhs", "level": "anonymous",
		"summary": "クラスでつらい思いをしている子がいます。"}, nil)
	l, link := o.sentTo(&o.line.provider, user, 1)
	if l.text != lineSays+o.Public+"/#k="+link {
		o.t.Errorf("LINE was told %q", l.text)
	}
	page := o.open(link)
	q, err := page.next("consent", soon)
	if err != nil || !strings.Contains(q.Text, "つらい思い") || q.Level != "anonymous" {
		o.t.Fatalf("the question: %+v %v", q, err)
	}
	if err := page.WriteJSON(frame{Type: "consent", ID: q.ID, Answer: "yes"}); err != nil {
		o.t.Fatal(err)
	}
	o.until(k.ID, "the answer is there", func(k told) bool { return len(k.Consents) == 1 && k.Consents[0].Answer == "yes" })
}

func away(o *outside) {
	const user = "U0000000000000000000000000000wait"
	o.fromLine(user, "e1", "返事を待っています", false)
	k := o.find("返事を待っています")
	o.claim(k.ID)
	o.line.failing(hangUp)
	said := o.reply(k.ID, "お待たせしました。")
	eventually(o.t, soon, func() error {
		if len(o.line.triedFor(user)) == 0 {
			return errors.New("LINE was not asked")
		}
		return nil
	})
	o.line.failing(nil)
	o.line.losing() // the next attempt reaches the person, but the answer to it is lost: only the one after that tells
	o.sentTo(&o.line.provider, user, 1)
	if tries := o.line.triedFor(user); tries[1].at.Sub(tries[0].at) > 5*time.Second {
		o.t.Errorf("asked again after %v", tries[1].at.Sub(tries[0].at))
	}
	k = o.until(k.ID, "it is sent", func(k told) bool { return len(k.became(said)) > 0 })
	if n := len(o.line.deliveredTo(user)); n != 1 || len(o.line.triedFor(user)) != 3 || !slices.Equal(k.became(said), []string{"sent"}) {
		o.t.Errorf("delivered %d times, %q", n, k.became(said))
	}
	o.line.mu.Lock()
	o.line.refuse = user
	o.line.mu.Unlock()
	said = o.reply(k.ID, "もう一通です。")
	o.until(k.ID, "it is undeliverable", func(k told) bool { return slices.Equal(k.became(said), []string{"failed rejected"}) })
}

func bySMS(o *outside) {
	in := func(sid, text string) url.Values {
		return url.Values{"MessageSid": {sid}, "AccountSid": {twilioAccount}, "From": {number}, "To": {twilioFrom}, "Body": {text}, "NumMedia": {"0"}}
	}
	hook := o.Public + "/hooks/twilio/sms"
	o.fromTwilio(hook, in("SM1", "携帯から送ります"), 200)
	o.fromTwilio(hook, in("SM1", "携帯から送ります"), 200)
	k := o.find("携帯から送ります")
	o.claim(k.ID)
	said := o.reply(k.ID, "読みました。電話でも話せます。")
	l, link := o.sentTo(&o.twilio.provider, number, 1)
	if strings.Contains(l.text, "読みました") || !strings.HasPrefix(l.text, smsSays) {
		o.t.Errorf("the text message says %q", l.text)
	}
	o.open(link).reads(o.t, "読みました。電話でも話せます。")
	status := url.Values{"MessageSid": {"SM9"}, "MessageStatus": {"undelivered"}, "To": {number}, "From": {twilioFrom}, "ErrorCode": {"30003"}}
	o.fromTwilio(l.callback, status, 204)
	o.fromTwilio(l.callback, status, 204)
	o.until(k.ID, "it is undeliverable", func(k told) bool {
		return slices.Equal(k.became(said), []string{"sent", "failed switched_off"})
	})
	stop := in("SM2", "STOP")
	stop.Set("OptOutType", "STOP")
	o.fromTwilio(hook, stop, 200)
	o.until(k.ID, "it is opted out", func(k told) bool { return k.OptedOut })
	code, err := o.call(o.token, "POST", "/cases/"+k.ID+"/messages", map[string]string{"id": "x", "text": "返事"}, nil)
	if code != 409 || !strings.Contains(fmt.Sprint(err), "opted_out") {
		o.t.Errorf("after STOP: %d %v", code, err)
	}
	o.heard(k.ID, "携帯から送ります", "STOP")
}

func byMail(o *outside) {
	head := "From: Canary <" + mailFrom + ">\r\nTo: desk@madoguchi.example\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n" +
		"Content-Transfer-Encoding: base64\r\nMessage-ID: <%s@example.jp>\r\nSubject: =?utf-8?B?%s?=\r\n\r\n%s\r\n"
	mail := func(id, subject, text string) string {
		b64 := base64.StdEncoding.EncodeToString
		return fmt.Sprintf(head, id, b64([]byte(subject)), b64([]byte(text)))
	}
	o.mail.arrive(o.t, mail("m1", "相談です", "むすこが学校に行けません"))
	k := o.find("むすこが学校に行けません")
	o.claim(k.ID)
	said := o.reply(k.ID, "お便りをありがとうございます。")
	l, link := o.sentTo(&o.mail.provider, mailFrom, 1)
	if !strings.Contains(l.text, "お便りをありがとうございます。") || strings.Contains(l.text, "むすこ") || strings.Contains(l.text, "行けません") {
		o.t.Errorf("the mail says %q", l.text)
	}
	if head := o.mail.heads[0]; strings.Contains(head, "相談") || strings.Contains(head, "ありがとう") || strings.Contains(head, "Re:") {
		o.t.Errorf("its head says %q", head)
	}
	o.until(k.ID, "it is sent", func(k told) bool { return slices.Equal(k.became(said), []string{"sent"}) })
	o.mail.arrive(o.t, mail("m2", "Re: お知らせ（旭川市）", "つづきです\r\n\r\n2026年12月1日(火) 10:00 旭川市 <desk@madoguchi.example>:\r\n> お便りをありがとうございます。\r\n"))
	o.until(k.ID, "the second mail is there", func(k told) bool {
		s := k.says()
		return len(s) == 2 && strings.HasPrefix(s[1], "つづきです") && !strings.Contains(s[1], "ありがとう")
	})
	// On the page it may be said what others who read these mails must not see: then the mail is a notice.
	page := o.open(link)
	page.reads(o.t, "お便りをありがとうございます。")
	if _, err := page.say("p1", "夫もこのメールを見ます"); err != nil {
		o.t.Fatal(err)
	}
	o.until(k.ID, "the page's words are there", func(k told) bool { return len(k.says()) == 3 })
	o.reply(k.ID, "わかりました。ここで話しましょう。")
	page.reads(o.t, "わかりました。ここで話しましょう。")
	if l, _ = o.sentTo(&o.mail.provider, mailFrom, 2); strings.Contains(l.text, "わかりました") {
		o.t.Errorf("the mail says %q", l.text)
	}
}

// unfindable looks for people and their words in everything that was ever written to a disk, logged or counted.
func unfindable(o *outside) {
	dir, err := o.redis.Client().ConfigGet(o.t.Context(), "dir").Result()
	if err != nil {
		o.t.Fatal(err)
	}
	kept := map[string][]byte{"the log": []byte(o.printed())}
	for _, root := range []string{dir["dir"], o.data} {
		err = errors.Join(err, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			kept[path], err = os.ReadFile(path)
			return err
		}))
	}
	resp, getErr := http.Get(o.Ops + "/metrics")
	if err = errors.Join(err, getErr); err != nil {
		o.t.Fatal(err)
	}
	defer resp.Body.Close()
	if kept["the metrics"], err = io.ReadAll(resp.Body); err != nil {
		o.t.Fatal(err)
	}
	for where, data := range kept {
		for _, canary := range []string{mother, daughter, number, strings.TrimPrefix(number, "+81"), caller, strings.TrimPrefix(caller, "+81"), mailFrom, hiddenYou, "二通目", "ここにも書きます",
			"聞かせてください", "携帯から", "むすこ", "つづきです", "夫もこの", "読みました"} {
			if bytes.Contains(data, []byte(canary)) || bytes.Contains(data, []byte(base64.StdEncoding.EncodeToString([]byte(canary))[:len(canary)/3*4])) {
				o.t.Errorf("%q is in %s", canary, where)
			}
		}
	}
	if n := len(kept); n < 5 {
		o.t.Errorf("only %d things were looked at", n)
	}
}
