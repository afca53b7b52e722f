package phone_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"madoguchi/channels/channelstest"
	"madoguchi/channels/phone"
)

// catalogue are the texts that the phone speaks and sends, as the house carries them.
func catalogue(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("../../deploy/cities/texts.ja.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	if err := yaml.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for key, text := range all {
		if strings.HasPrefix(key, "voice.") || strings.HasPrefix(key, "sms.") {
			text, _, _ = strings.Cut(text, "\n?") // what only the city can fill
			texts[key] = strings.TrimSpace(strings.NewReplacer("{市名}", "みほん市", "{係名}", "まどぐち係").Replace(text))
		}
	}
	return texts
}

// line is a phone line to a desk that speaks the catalogue's texts.
type line struct {
	*channelstest.Site
	t        *testing.T
	provider *provider
	texts    map[string]string
	call     string
	from     string
}

func dialled(t *testing.T, settings map[string]string) *line {
	all, p := open(t, settings)
	l := &line{Site: channelstest.Open(t, phone.Kind, all, nil), t: t, provider: p, texts: catalogue(t), call: sid("CA", 1), from: number(1)}
	for key, text := range l.texts {
		l.Desk.SetText(key, text)
	}
	return l
}

// element is an element of TwiML.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// grammar is what Twilio allows, as far as this door uses it: what may stand in a verb, its attributes, and which of them
// must be there.
var grammar = map[string]struct{ inside, may, must []string }{
	"Response": {[]string{"Say", "Gather", "Dial", "Record", "Hangup"}, nil, nil},
	"Say":      {nil, nil, []string{"language", "voice"}},
	"Gather":   {[]string{"Say"}, []string{"numDigits"}, []string{"input", "action", "method", "finishOnKey", "timeout", "actionOnEmptyResult"}},
	"Dial":     {[]string{"Number"}, nil, []string{"action", "method", "callerId", "timeout", "record"}},
	"Number": {nil, []string{"statusCallback", "statusCallbackEvent", "statusCallbackMethod", "machineDetection", "amdStatusCallback",
		"amdStatusCallbackMethod"}, nil},
	"Record": {nil, nil, []string{"action", "method", "maxLength", "timeout", "finishOnKey", "playBeep", "transcribe", "recordingStatusCallback",
		"recordingStatusCallbackMethod", "recordingStatusCallbackEvent"}},
	"Hangup": {nil, nil, nil},
}

var digitByDigit = regexp.MustCompile(`^[0-9](、[0-9])+$`)

func (l *line) check(e element) {
	l.t.Helper()
	name := e.XMLName.Local
	g, ok := grammar[name]
	if !ok {
		l.t.Errorf("<%s> is no verb", name)
	}
	for _, a := range e.Attrs {
		if !slices.Contains(g.may, a.Name.Local) && !slices.Contains(g.must, a.Name.Local) {
			l.t.Errorf("<%s> has no %s", name, a.Name.Local)
		}
		if u, err := url.Parse(a.Value); (a.Name.Local == "action" || strings.HasSuffix(a.Name.Local, "allback")) && (err != nil || !strings.HasPrefix(a.Value, l.URL+"/hooks/twilio/voice/") || u.Fragment != "") {
			l.t.Errorf("%s of <%s> is %q", a.Name.Local, name, a.Value)
		}
	}
	for _, a := range g.must {
		if e.attr(a) == "" && !(name == "Gather" && a == "finishOnKey") {
			l.t.Errorf("<%s> lacks %s", name, a)
		}
	}
	for i, c := range e.Children {
		if !slices.Contains(g.inside, c.XMLName.Local) {
			l.t.Errorf("<%s> in <%s>", c.XMLName.Local, name)
		}
		if last := i == len(e.Children)-1; name == "Response" && !last && c.XMLName.Local != "Say" {
			l.t.Errorf("nothing after <%s> is reached", c.XMLName.Local)
		}
		l.check(c)
	}
	switch text := e.Text; name {
	case "Say":
		known := digitByDigit.MatchString(text)
		for _, words := range l.texts {
			known = known || words == text
		}
		if !known || e.attr("language") != "ja-JP" {
			l.t.Errorf("it says %q, which is not in the catalogue", text)
		}
	case "Number":
		if !e164.MatchString(text) {
			l.t.Errorf("it dials %q", text)
		}
	case "Dial":
		if e.attr("callerId") != desk || e.attr("record") != "do-not-record" {
			l.t.Error("a call shows another number, or is recorded")
		}
	case "Record":
		if e.attr("transcribe") != "false" {
			l.t.Error("the provider transcribes")
		}
	}
}

// heard is what a step answers: the keys of the texts that are spoken, in order, and the verb that ends it.
type heard struct {
	keys []string
	end  element
}

// press brings a webhook of the call, with more parameters, and reads the answer.
func (l *line) press(target string, more ...string) heard {
	l.t.Helper()
	v := url.Values{"CallSid": {l.call}, "AccountSid": {account}, "From": {l.from}, "To": {desk}, "CallStatus": {"in-progress"}, "Direction": {"inbound"},
		"FromCity": {"ASAHIKAWA"}, "CallerName": {"SATO MISAKI"}}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	status, body := exchange(l.t, target, v.Encode(), sign(token, target, v), nil)
	if status == 204 {
		return heard{}
	}
	if status != 200 {
		l.t.Fatalf("%s: %d", target, status)
	}
	d := xml.NewDecoder(strings.NewReader(body))
	var e element
	if err := d.Decode(&e); err != nil || e.XMLName.Local != "Response" {
		l.t.Fatalf("%v: %s", err, body)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		l.t.Errorf("something follows the response")
	}
	l.check(e)
	var h heard
	var walk func(element)
	walk = func(e element) {
		for _, c := range e.Children {
			if c.XMLName.Local != "Say" {
				h.end = c
			} else {
				h.keys = append(h.keys, l.key(c.Text))
			}
			walk(c)
		}
	}
	walk(e)
	if len(e.Children) > 0 {
		h.end = e.Children[len(e.Children)-1]
	}
	return h
}

func (l *line) key(text string) string {
	for key, words := range l.texts {
		if words == text {
			return strings.TrimPrefix(key, "voice.")
		}
	}
	return text
}

// next presses keys in answer to what was heard.
func (l *line) next(h heard, digits string, more ...string) heard {
	l.t.Helper()
	if digits != "" {
		more = append(more, "Digits", digits)
	}
	return l.press(h.end.attr("action"), more...)
}

func (l *line) greeted() heard { return l.press(l.URL + "/hooks/twilio/voice") }

// is checks what was heard and the verb that ends it.
func (h heard) is(t *testing.T, verb string, keys ...string) heard {
	t.Helper()
	if h.end.XMLName.Local != verb || !slices.Equal(h.keys, keys) {
		t.Errorf("heard %q and then <%s>, want %q and <%s>", h.keys, h.end.XMLName.Local, keys, verb)
	}
	return h
}

func dials(e element) string {
	if len(e.Children) != 1 {
		return fmt.Sprintf("%d numbers", len(e.Children))
	}
	return e.Children[0].Text
}
