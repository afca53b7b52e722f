package main

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/deploy/cities"
	"madoguchi/router/redistest"
	"madoguchi/triage"
	"madoguchi/triage/assess"
	"madoguchi/triage/city"
)

// lunching is Asahikawa with a midday break of its chat and its telephone, and that cover at night.
func lunching(t *testing.T, cover string) *city.City {
	t.Helper()
	_, data, ok := cities.City("asahikawa")
	if !ok {
		t.Fatal("no city")
	}
	weekdays := "{days: [mon, tue, wed, thu, fri], from: "
	text := strings.NewReplacer(weekdays+`"08:45", to: "17:15"}`, weekdays+`"08:45", to: "12:00"}`+"\n      - "+weekdays+`"13:00", to: "17:15"}`,
		weekdays+`"17:00", to: "22:00"}`, weekdays+`"09:00", to: "12:00"}`+"\n      - "+weekdays+`"13:00", to: "22:00"}`).Replace(string(data))
	if cover != "none" {
		text = strings.Replace(text, "night_cover: none", "night_cover: "+cover+"\noncall:\n  - {name: 当番1, reach: \"+819011112222\", by: [sms]}", 1)
	}
	file := filepath.Join(t.TempDir(), "city.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	assessor, err := assess.New()
	if err != nil {
		t.Fatal(err)
	}
	c, err := loadCity(file, assessor)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// moment is a moment of a desk, and what people must read and hear then.
type moment struct {
	name  string
	at    time.Time
	away  bool   // the provider that would page answers nothing but errors
	open  bool   // the chat is answered
	empty bool   // and yet nobody has signed in
	rings bool   // the telephone is
	next  string // when somebody reads what is written now; "" where that is now
	call  string // when somebody next answers the telephone
	paged bool   // who is on call was reached
	none  bool   // nobody reads until then, and that is said
}

// What people read and hear is true at that moment, by every door: while somebody is there nobody is sent elsewhere, when nobody
// is they learn when somebody will be and where others are, one of whom can be written to; and that somebody was called is said
// only where a page went out.
func TestTextsAreTrueInEveryState(t *testing.T) {
	t.Parallel()
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, triage.JST) }
	empty := moment{name: "open, and nobody has signed in", at: at(24, 21, 50), open: true, empty: true, next: "11月25日〔水〕の朝9時ごろ", call: "11月25日〔水〕の朝8時45分ごろ"}
	open := moment{name: "open", at: at(24, 18, 0), open: true, call: "11月25日〔水〕の朝8時45分ごろ"}
	both := moment{name: "open by telephone too", at: at(24, 14, 0), open: true, rings: true}
	lunch := moment{name: "lunch", at: at(24, 12, 20), next: "11月24日〔火〕の午後1時ごろ", call: "11月24日〔火〕の午後1時ごろ", none: true}
	night := moment{name: "night", at: at(24, 23, 0), next: "11月25日〔水〕の朝9時ごろ", call: "11月25日〔水〕の朝8時45分ごろ", none: true}
	holiday := moment{name: "a holiday", at: at(23, 18, 0), next: "11月24日〔火〕の朝9時ごろ", call: "11月24日〔火〕の朝8時45分ごろ", none: true}
	covered, failed := night, night
	covered.name, covered.paged, covered.none = "night, and who is on call is reached", true, false
	failed.name, failed.away, failed.none = "night, and nobody can be paged", true, false
	for cover, states := range map[string][]moment{"none": {empty, open, both, lunch, night, holiday}, "oncall": {covered, failed}, "contractor": {covered}} {
		t.Run(cover, func(t *testing.T) {
			o := &outside{t: t}
			var lineURL, twilioURL string
			o.line, lineURL = newLine(t)
			o.twilio, twilioURL = newTwilio(t)
			r := redistest.Start(t)
			common := []string{"--data-dir=" + t.TempDir(), "--redis-url=" + r.URL}
			must(t, append([]string{"keys", "init"}, common...)...)
			o.token = must(t, append([]string{"token", "create", "--login=kato", "--role=coordinator"}, common...)...)
			c, clock := lunching(t, cover), &deskClock{}
			clock.Set(states[0].at)
			o.process = live(t, func(pl *plan) { pl.city, pl.clock = c, clock }, append(common, "--line-secret="+lineSecret, "--line-token="+lineToken,
				"--line-api-base="+lineURL, "--line-data-api-base="+lineURL, "--twilio-account-sid="+twilioAccount, "--twilio-auth-token="+twilioToken,
				"--twilio-from="+twilioFrom, "--twilio-desk="+deskPhone, "--twilio-api-base="+twilioURL)...)
			for i, s := range states {
				clock.Set(s.at)
				o.twilio.failing(nil)
				if s.away {
					o.twilio.failing(hangUp)
				}
				t.Run(s.name, func(t *testing.T) {
					o.t, o.process.t = t, t
					o.readsTheTruth(s, i)
					o.hearsTheTruth(s)
					o.greetedTruly(s, i)
				})
				o.t, o.process.t = t, t
			}
		})
	}
}

// readsTheTruth lets somebody write of danger on the page.
func (o *outside) readsTheTruth(s moment, i int) {
	width := int64([]int{390, 1280}[i%2])
	p := browse(o.t, "the seeker", o.Public, width)
	defer p.end()
	if s.open && !s.empty {
		o.comes(o.token)
	}
	p.goTo("/")
	p.sees("返事をするのは")
	p.seesNot("次に人が読むのはいま")
	if s.none {
		p.sees("それまでは、だれも読んでいません。")
	} else {
		p.seesNot("それまでは、だれも読んでいません。")
	}
	p.press("書きはじめる")
	p.until("document.querySelector('#notice:not([hidden])')")
	said := "もう限界。今夜、橋から飛び降りて死にます。" + []string{"つらい。", "くるしい。", "ねむれない。", "こわい。", "かなしい。", "さむい。"}[i]
	p.fill("#words", said)
	p.press("送る")
	p.sees("ちゃんと、とどいています。")
	log := "[...document.querySelectorAll('#log .card')].map((c) => { const x = c.cloneNode(true); x.querySelectorAll('rt, rp').forEach((y) => y.remove()); return x.textContent; }).join('\\n')"
	has := func(what string, want bool) {
		o.t.Helper()
		if strings.Contains(p.text(log), what) != want {
			o.t.Errorf("that the page says %q is %v\n%s", what, !want, p.text(log))
		}
	}
	if s.open && !s.empty {
		has("このまま、ここにいてください。", true)
		has("119に電話", true)
		for _, number := range []string{"0120", "189", "110", "talkme.jp", "当番", "いない時間", "ここにいません"} {
			has(number, false)
		}
		return
	}
	has("いまは、相談員がここにいません。", true)
	has("おそくても、"+s.next, true)
	has("次に人が読むのは、"+s.next, !s.open)
	for _, number := range []string{"119", "110", "0120-0-78310", "189", "あなたのいばしょ"} {
		has(number, true)
	}
	has("相談員をよんでいます", false)
	if s.paged {
		p.until(log + ".includes('当番の人に、知らせました。')")
		return
	}
	o.settled(said, s)
	has("当番", false)
	has("知らせました", false)
}

// A page that stays open says at each moment what is true then, and so does one that is opened anew with the code: nobody is there
// in the last minutes of the evening, somebody comes, the desk closes on both.
func TestThePageChangesWithTheDesk(t *testing.T) {
	t.Parallel()
	r := redistest.Start(t)
	common := []string{"--data-dir=" + t.TempDir(), "--redis-url=" + r.URL}
	must(t, append([]string{"keys", "init"}, common...)...)
	token := must(t, append([]string{"token", "create", "--login=kato", "--role=coordinator"}, common...)...)
	c, clock := lunching(t, "none"), &deskClock{}
	at := func(hour, minute int) { clock.Set(time.Date(2026, 11, 24, hour, minute, 0, 0, triage.JST)) }
	at(21, 50)
	o := live(t, func(pl *plan) { pl.city, pl.clock = c, clock }, common...)
	says := func(p *person, want bool, what ...string) {
		t.Helper()
		for _, w := range what {
			eventually(t, soon, func() error {
				if strings.Contains(p.text("[...document.querySelectorAll('#log .card')].map((c) => c.innerText).join()"), w) != want {
					return errors.New("that the page says " + w + " is not " + map[bool]string{true: "so", false: "over"}[want])
				}
				return nil
			})
		}
	}
	const calling, nobody, opens, write = "いま、相談員をよんでいます", "相談員がここにいません", "おそくても、11月25日〔水〕の朝9時ごろには、ここに相談員がいます", "あなたのいばしょ"
	p := browse(t, "the seeker", o.Public, 390)
	p.goTo("/")
	p.press("書きはじめる")
	p.fill("#words", "もう死にたい。屋上にいる")
	p.press("送る")
	says(p, true, nobody, opens, "0120-0-78310", write)
	says(p, false, calling)
	code := p.text("[...document.querySelectorAll('#log .words span')].map((w) => w.textContent).join(' ')")

	o.comes(token)
	says(p, true, calling)
	says(p, false, nobody, "0120-0-78310")

	at(22, 30)
	says(p, true, nobody, opens, "0120-0-78310", write)
	says(p, false, calling, "次に人が読むのは")
	p.fill("#words", "だれもこない。もう死ぬ")
	p.press("送る")
	says(p, true, "いまは相談員がいない時間です。", "次に人が読むのは、11月25日〔水〕の朝9時ごろです。")
	says(p, false, calling)
	p.calm()

	at(23, 10)
	again := browse(t, "the seeker, with the code", o.Public, 1280)
	again.goTo("/")
	again.press("合言葉")
	again.fill("#code", code)
	again.press("話の続きをひらく")
	again.sees("合言葉で、もどってきました。")
	again.fill("#words", "まだいる")
	again.press("送る")
	says(again, true, nobody, opens, write)
	says(again, false, calling)
	again.calm()
}

// comes lets somebody be there: they do something, as a program that only reads does not.
func (p *process) comes(token string) {
	_, _ = p.call(token, "POST", "/cases/07nosuchcase/doing", map[string]string{"doing": "reading"}, nil)
}

// settled waits until the alarm has rung, whatever became of it.
func (o *outside) settled(said string, s moment) {
	eventually(o.t, soon, func() error {
		id := caseWith(o.t, o.process, o.token, said)
		if id == "" {
			return errors.New("the case is not in the queue")
		}
		var k told
		o.do(o.token, "GET", "/cases/"+id, nil, &k)
		for _, e := range k.Timeline {
			if e.Kind == "duty" && strings.Contains(e.Text, "受領を待っています。") {
				if strings.Contains(e.Text, "当番1にSMSで知らせようとしましたが、できませんでした。") != s.away {
					return errors.New("the case says " + e.Text)
				}
				return nil
			}
		}
		return errors.New("no alarm has rung")
	})
}

// hearsTheTruth is a call.
func (o *outside) hearsTheTruth(s moment) {
	heard := o.hears(o.Public + "/hooks/twilio/voice")
	if s.rings {
		if !strings.Contains(heard, "いますぐ話したい方は1") || strings.Contains(heard, "いない時間") || strings.Contains(heard, "78310") {
			o.t.Errorf("who calls hears %s", heard)
		}
		return
	}
	if strings.Count(heard, "0120の0の78310") != 2 || !strings.Contains(heard, "次に人が電話に出るのは、"+strings.ReplaceAll(strings.ReplaceAll(s.call, "〔", ""), "〕", "")) && !strings.Contains(heard, s.call) {
		o.t.Errorf("who calls hears %s", heard)
	}
	if strings.Contains(heard, "いますぐ話したい方") || strings.Contains(heard, "当番") {
		o.t.Errorf("who calls is promised %s", heard)
	}
}

// greetedTruly adds the desk as a friend in LINE, and sends a text message to it: neither is told of anybody who was called.
func (o *outside) greetedTruly(s moment, i int) {
	user := "U00000000000000000000000000000" + string(rune('a'+i)) + "00"
	body, signature := lineEvent(user, "follow", false, map[string]any{"type": "follow", "replyToken": "reply-" + user, "follow": map[string]any{"isUnblocked": false}})
	r, err := http.NewRequest("POST", o.Public+"/hooks/line", strings.NewReader(string(body)))
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header.Set("X-Line-Signature", signature)
	resp, err := http.DefaultClient.Do(r)
	if err != nil || resp.Body.Close() != nil || resp.StatusCode != 200 {
		o.t.Fatalf("LINE: %v", err)
	}
	eventually(o.t, soon, func() error {
		o.line.mu.Lock()
		defer o.line.mu.Unlock()
		all := slices.Concat(o.line.delivered, o.line.tries)
		for _, l := range all {
			if strings.Contains(l.text, "当番") || strings.Contains(l.text, "知らせました") {
				o.t.Errorf("LINE is told %s", l.text)
			}
			if strings.Contains(l.text, "友だち追加ありがとうございます") && strings.Contains(l.text, "119") && strings.Contains(l.text, "返事をするのは") {
				return nil
			}
		}
		return errors.New("nobody is greeted")
	})
}
