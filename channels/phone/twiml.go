package phone

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
)

const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// The verbs of TwiML that are used, with the attributes that are used. Everything is spoken in Japanese.
type (
	response struct {
		XMLName xml.Name `xml:"Response"`
		Verbs   []any
	}
	say struct {
		XMLName  xml.Name `xml:"Say"`
		Language string   `xml:"language,attr"`
		Voice    string   `xml:"voice,attr"`
		Text     string   `xml:",chardata"`
	}
	gather struct {
		XMLName xml.Name `xml:"Gather"`
		Input   string   `xml:"input,attr"`
		Action  string   `xml:"action,attr"`
		Method  string   `xml:"method,attr"`
		Digits  int      `xml:"numDigits,attr,omitempty"`
		Finish  string   `xml:"finishOnKey,attr"`
		Timeout int      `xml:"timeout,attr"`
		Empty   bool     `xml:"actionOnEmptyResult,attr"`
		Verbs   []any
	}
	dial struct {
		XMLName  xml.Name `xml:"Dial"`
		Action   string   `xml:"action,attr"`
		Method   string   `xml:"method,attr"`
		CallerID string   `xml:"callerId,attr"`
		Timeout  int      `xml:"timeout,attr"`
		Record   string   `xml:"record,attr"`
		Number   number
	}
	number struct {
		XMLName       xml.Name `xml:"Number"`
		Status        string   `xml:"statusCallback,attr,omitempty"`
		StatusEvent   string   `xml:"statusCallbackEvent,attr,omitempty"`
		StatusMethod  string   `xml:"statusCallbackMethod,attr,omitempty"`
		Machine       string   `xml:"machineDetection,attr,omitempty"`
		MachineStatus string   `xml:"amdStatusCallback,attr,omitempty"`
		MachineMethod string   `xml:"amdStatusCallbackMethod,attr,omitempty"`
		Value         string   `xml:",chardata"`
	}
	record struct {
		XMLName      xml.Name `xml:"Record"`
		Action       string   `xml:"action,attr"`
		Method       string   `xml:"method,attr"`
		MaxLength    int      `xml:"maxLength,attr"`
		Timeout      int      `xml:"timeout,attr"`
		Finish       string   `xml:"finishOnKey,attr"`
		Beep         bool     `xml:"playBeep,attr"`
		Transcribe   bool     `xml:"transcribe,attr"`
		Status       string   `xml:"recordingStatusCallback,attr"`
		StatusMethod string   `xml:"recordingStatusCallbackMethod,attr"`
		StatusEvent  string   `xml:"recordingStatusCallbackEvent,attr"`
	}
	hangup struct {
		XMLName xml.Name `xml:"Hangup"`
	}
)

// speech is how the menu sounds.
const (
	language = "ja-JP"
	speaker  = "Polly.Kazuha-Neural"
)

// said are the verbs that speak texts of the catalogue, one each. A text that the city does not have is not spoken.
func (d *door) said(keys ...string) (verbs []any) {
	for _, key := range keys {
		if text := d.env.Desk.Text(key, nil); text != "" {
			verbs = append(verbs, say{Language: language, Voice: speaker, Text: text})
		}
	}
	return verbs
}

// ask speaks texts and waits for one digit, or for several up to #, which go to the step; nothing pressed goes there too.
func (d *door) ask(step string, q url.Values, digits int, verbs ...any) gather {
	g := gather{Input: "dtmf", Action: d.hook(step, q), Method: http.MethodPost, Digits: digits, Timeout: 6, Empty: true, Verbs: verbs}
	if digits == 0 {
		g.Finish, g.Timeout = "#", 10
	}
	return g
}

// hook is the address of a step.
func (d *door) hook(step string, q url.Values) string {
	target := d.env.PublicURL + "/hooks/twilio/voice/" + step
	if len(q) > 0 {
		target += "?" + q.Encode()
	}
	return target
}

// answer speaks TwiML.
func (d *door) answer(w http.ResponseWriter, verbs []any) {
	body, err := xml.Marshal(response{Verbs: verbs})
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	if _, err := io.WriteString(w, xmlHead+string(body)); err != nil {
		d.env.Log.Debug("the provider did not wait for the answer", "channel", voice)
	}
}
