package main

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/channels/channelstest"
)

// rungWithin is how soon a person must be told of a life in danger.
const rungWithin = 5 * time.Second

// Three hundred people whose life is in danger write, each by one of five doors: whom the rules hear as an emergency is
// before a person within five seconds, in 99 of 100 cases; nobody is taken for less than urgent; and that some say afterwards
// that it is nothing takes nothing back. Whom the rules hear as urgent only is printed.
func TestWhoeverIsInDangerIsBeforeAPerson(t *testing.T) {
	o := &outside{t: t}
	var lineURL, twilioURL string
	var mail []string
	o.line, lineURL = newLine(t)
	o.twilio, twilioURL = newTwilio(t)
	o.mail, mail = newMail(t, channelstest.Dovecot(t))
	o.process, o.redis, o.token = real(t, append(mail, "--line-secret="+lineSecret, "--line-token="+lineToken, "--line-api-base="+lineURL, "--line-data-api-base="+lineURL,
		"--twilio-account-sid="+twilioAccount, "--twilio-auth-token="+twilioToken, "--twilio-from="+twilioFrom, "--twilio-desk="+deskPhone, "--twilio-api-base="+twilioURL)...)
	texts := imminentTexts(t)
	if len(texts) != 300 {
		t.Fatalf("%d texts", len(texts))
	}
	o.do(o.token, "POST", "/visits", map[string]any{"id": "first", "channel": "visit", "text": "見学の日を知りたい", "teller": map[string]any{"who": "guardian", "safe": "yes"}}, nil)
	o.all(1) // the dictionary is there
	doors := []func(n int, text string){o.imminentChat, o.imminentLine, o.imminentSMS, o.imminentMail, o.imminentVisit}
	for n, text := range texts {
		doors[n%len(doors)](n, text)
	}
	cases := slices.DeleteFunc(o.all(len(texts)+1), func(k imminent) bool { return strings.Contains(k.says()[0], "見学") })
	var late []time.Duration
	heard := map[string]int{}
	for _, k := range cases {
		heard[k.Severity]++
		if k.Severity != "emergency" {
			t.Logf("%s: %s", k.Severity, k.says()[0])
			continue
		}
		late = append(late, o.rang(k.ID))
	}
	slices.Sort(late)
	p99 := late[len(late)*99/100]
	t.Logf("heard as %v; the alarm rings after %v (median), %v (99 of 100), %v (last)", heard, late[len(late)/2], p99, late[len(late)-1])
	if p99 > slower*rungWithin {
		t.Errorf("the alarm rings after %v", p99)
	}
	if heard["emergency"] < 280 || heard["emergency"]+heard["urgent"] != len(texts) {
		t.Errorf("heard as %v", heard)
	}
}

// imminentTexts are texts of people whose life is in danger.
func imminentTexts(t *testing.T) []string {
	t.Helper()
	list, err := os.ReadFile("../../triage/assess/testdata/imminent.txt")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(strings.Split(string(list), "\n"), func(s string) bool { return s == "" || strings.HasPrefix(s, "#") })
}

func (o *outside) imminentChat(n int, text string) {
	s, _, err := o.dial(frame{})
	if err != nil {
		o.t.Fatal(err)
	}
	defer s.Close()
	s.says(o.t, "1", text, "stored")
	s.says(o.t, "2", "やっぱり大丈夫です", "stored")
}

func (o *outside) imminentLine(n int, text string) {
	user := fmt.Sprintf("U%032x", n+1)
	o.fromLine(user, fmt.Sprintf("i%d", n), text, false)
	o.fromLine(user, fmt.Sprintf("j%d", n), "やっぱり大丈夫です", false)
}

func (o *outside) imminentSMS(n int, text string) {
	o.fromTwilio(o.Public+"/hooks/twilio/sms", url.Values{"MessageSid": {fmt.Sprintf("SM%d", n)}, "AccountSid": {twilioAccount},
		"From": {fmt.Sprintf("+8190%08d", n)}, "To": {twilioFrom}, "Body": {text}, "NumMedia": {"0"}}, 200)
}

func (o *outside) imminentMail(n int, text string) {
	o.mail.arrive(o.t, fmt.Sprintf("From: <p%d@example.jp>\r\nTo: desk@madoguchi.example\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"+
		"Content-Transfer-Encoding: base64\r\nMessage-ID: <i%d@example.jp>\r\nSubject: hi\r\n\r\n%s\r\n", n, n, base64.StdEncoding.EncodeToString([]byte(text))))
}

func (o *outside) imminentVisit(n int, text string) {
	o.do(o.token, "POST", "/visits", map[string]any{"id": fmt.Sprintf("i%d", n), "channel": "visit", "text": text, "teller": map[string]any{"who": "guardian", "safe": "yes"}}, nil)
}

// imminent is a case as this test looks at it.
type imminent struct {
	told
	Severity string
}

// all waits until there are n cases, each with words, and returns them.
func (o *outside) all(n int) (cases []imminent) {
	o.t.Helper()
	eventually(o.t, 2*time.Minute, func() error {
		cases = nil
		for cursor := ""; ; {
			var page struct {
				Cases []imminent
				Next  string
			}
			o.do(o.token, "GET", "/queue?state=all&limit=200&cursor="+url.QueryEscape(cursor), nil, &page)
			cases = append(cases, page.Cases...)
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if len(cases) != n {
			return fmt.Errorf("%d cases", len(cases))
		}
		return nil
	})
	for i := range cases {
		o.do(o.token, "GET", "/cases/"+cases[i].ID, nil, &cases[i])
	}
	return cases
}

// rang waits until the alarm of the case is before a person, and returns how long after the first words that was.
func (o *outside) rang(id string) (after time.Duration) {
	o.t.Helper()
	eventually(o.t, soon, func() error {
		var k struct {
			Timeline []struct {
				At   time.Time
				Duty *struct{ What string }
			}
		}
		o.do(o.token, "GET", "/cases/"+id, nil, &k)
		for _, e := range k.Timeline {
			if e.Duty != nil && e.Duty.What == "alarm" {
				after = e.At.Sub(k.Timeline[0].At)
				return nil
			}
		}
		return fmt.Errorf("no alarm")
	})
	return after
}
