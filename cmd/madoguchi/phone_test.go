package main

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

const (
	deskPhone = "+81166000001"
	caller    = "+819098765432"
	callSid   = "CA000000000000000000000000000000aa"
)

// hears brings a webhook of a call and returns the TwiML.
func (o *outside) hears(target string, more ...string) string {
	o.t.Helper()
	v := url.Values{"CallSid": {callSid}, "AccountSid": {twilioAccount}, "From": {caller}, "To": {twilioFrom}, "CallStatus": {"in-progress"}}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	r, err := http.NewRequest("POST", target, bytes.NewReader([]byte(v.Encode())))
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", twilioSign(target, v))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode/100 != 2 {
		o.t.Fatalf("%d %v", resp.StatusCode, err)
	}
	return string(body)
}

// attribute reads an attribute of TwiML.
func attribute(twiml, name string) string {
	if m := regexp.MustCompile(` ` + name + `="([^"]*)"`).FindStringSubmatch(twiml); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}

// byPhone is a call from the menu to the talk: somebody wishes to be called, a counselor presses one button, the desk's
// phone rings, a person there presses 1, and the seeker's phone rings.
func byPhone(o *outside) {
	answer := o.hears(o.Public + "/hooks/twilio/voice")
	if !strings.Contains(answer, "お電話ありがとうございます。") {
		o.t.Errorf("who calls hears %q", answer)
	}
	for _, key := range []string{"2", "1", "1"} { // call me back; at any time; only me
		answer = o.hears(attribute(answer, "action"), "Digits", key)
	}
	if !strings.Contains(answer, "受け取りました。") || !strings.Contains(answer, "<Hangup>") {
		o.t.Errorf("at the end: %q", answer)
	}
	k := o.find("[電話がほしい]")
	if !slices.Equal(k.Channels, []string{"voice"}) {
		o.t.Errorf("channels %q", k.Channels)
	}
	o.claim(k.ID)
	type phoned struct {
		CallBack *struct{ Window, Who string } `json:"call_back"`
		Calls    []struct{ ID, Outcome, Detail string }
	}
	now := func() (p phoned) {
		o.do(o.token, "GET", "/cases/"+k.ID, nil, &p)
		return p
	}
	if p := now(); p.CallBack == nil || p.CallBack.Window != "any" || p.CallBack.Who != "self" {
		o.t.Errorf("the wish: %+v", p.CallBack)
	}
	for n, end := range []struct{ says, outcome string }{{"no-answer", "no_answer"}, {"completed", "answered"}} {
		var placed struct{ ID string }
		o.do(o.token, "POST", "/cases/"+k.ID+"/calls", map[string]string{}, &placed)
		var call url.Values
		eventually(o.t, soon, func() error {
			o.twilio.mu.Lock()
			defer o.twilio.mu.Unlock()
			if len(o.twilio.calls) != n+1 {
				return fmt.Errorf("%d calls were placed", len(o.twilio.calls))
			}
			call = o.twilio.calls[n]
			return nil
		})
		eventually(o.t, soon, func() error {
			if p := now(); len(p.Calls) != n+1 || p.Calls[n].Outcome != "ringing" || p.Calls[n].ID != placed.ID {
				return fmt.Errorf("the calls: %+v", p.Calls)
			}
			return nil
		})
		for k := range call {
			if text, _ := url.QueryUnescape(call.Get(k)); strings.Contains(text, caller[3:]) {
				o.t.Errorf("%s of the desk's call holds the number", k)
			}
		}
		if call.Get("To") != deskPhone || call.Get("From") != twilioFrom {
			o.t.Errorf("%s is rung, and sees %s", call.Get("To"), call.Get("From"))
		}
		bridge := o.hears(attribute(o.hears(call.Get("Url")), "action"), "Digits", "1")
		if !strings.Contains(bridge, ">"+caller+"</Number>") || attribute(bridge, "callerId") != twilioFrom {
			o.t.Errorf("after 1: %q", bridge)
		}
		o.hears(attribute(bridge, "statusCallback"), "CallStatus", end.says, "To", "+810000000000")
		eventually(o.t, soon, func() error {
			p := now()
			if p.Calls[n].Outcome != end.outcome {
				return fmt.Errorf("the calls: %+v", p.Calls)
			}
			if answered := end.outcome == "answered"; answered != (p.CallBack == nil) {
				return errors.New("the wish")
			}
			return nil
		})
	}
	// Without a wish there is no call, and an answer goes out as a notice to the phone.
	if code, err := o.call(o.token, "POST", "/cases/"+k.ID+"/calls", map[string]string{}, nil); code != 409 || !strings.Contains(fmt.Sprint(err), "wrong_state") {
		o.t.Errorf("without a wish: %d %v", code, err)
	}
	o.reply(k.ID, "また話しましょう。")
	l, link := o.sentTo(&o.twilio.provider, caller, 1)
	if strings.Contains(l.text, "話し") {
		o.t.Errorf("the text message says %q", l.text)
	}
	o.open(link).reads(o.t, "また話しましょう。")
	// Who wants no more text messages gets none, whichever way they first came by.
	o.fromTwilio(o.Public+"/hooks/twilio/sms", url.Values{"MessageSid": {"SM77"}, "AccountSid": {twilioAccount}, "From": {caller}, "To": {twilioFrom},
		"Body": {"配信停止"}, "NumMedia": {"0"}}, 200)
	o.until(k.ID, "it is opted out", func(k told) bool { return k.OptedOut })
	if code, err := o.call(o.token, "POST", "/cases/"+k.ID+"/messages", map[string]string{"id": "x", "text": "返事"}, nil); code != 409 {
		o.t.Errorf("after STOP: %d %v", code, err)
	}
}
