package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"madoguchi/deploy/cities"
)

// Where the city has somebody on call, words of danger at night call them by the telephone, and the case says truly that
// they were called; the call says nothing of it.
func TestWhoIsOnCallIsCalled(t *testing.T) {
	t.Parallel()
	o := atNight(t)
	p, twilio, token := o.process, o.twilio, o.token
	c, _ := p.chat(frame{})
	c.says(t, "1", "もう限界。今夜、橋から飛び降りて死にます", "stored")
	eventually(t, soon, func() error {
		twilio.mu.Lock()
		defer twilio.mu.Unlock()
		if len(twilio.calls) == 0 {
			return errors.New("nobody is called")
		}
		said := twilio.calls[0].Get("Twiml")
		if to := twilio.calls[0].Get("To"); to != oncall || !strings.Contains(said, "急ぎの知らせが1件あります") || strings.Contains(said, "橋") {
			t.Errorf("%s hears %s", to, said)
		}
		return nil
	})
	id := ""
	eventually(t, soon, func() error {
		if id = caseWith(t, p, token, "今夜"); id == "" {
			return errors.New("the case is not in the queue")
		}
		var k told
		p.do(token, "GET", "/cases/"+id, nil, &k)
		for _, e := range k.Timeline {
			if strings.Contains(e.Text, "当番1に電話で知らせました。") {
				return nil
			}
		}
		return errors.New("the case does not say that somebody was called")
	})
}

const oncall = "+819011112222"

// atNight is a house outside of its hours, with somebody on call.
func atNight(t *testing.T) *outside {
	t.Helper()
	_, data, ok := cities.City("asahikawa")
	if !ok {
		t.Fatal("no city")
	}
	file := filepath.Join(t.TempDir(), "city.yaml")
	// A telephone that is answered for one minute a week is closed.
	text := strings.NewReplacer("night_cover: none", "night_cover: oncall\noncall:\n  - {name: 当番1, reach: \""+oncall+"\", by: [voice, sms]}",
		`{days: [mon, tue, wed, thu, fri], from: "08:45", to: "17:15"}`, `{days: [sun], from: "00:00", to: "00:01"}`).Replace(string(data))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	o := &outside{t: t}
	var url string
	o.twilio, url = newTwilio(t)
	o.process, o.redis, o.token = real(t, "--city="+file, "--twilio-account-sid="+twilioAccount, "--twilio-auth-token="+twilioToken, "--twilio-from="+twilioFrom,
		"--twilio-desk="+deskPhone, "--twilio-api-base="+url)
	return o
}
