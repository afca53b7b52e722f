package phone

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"madoguchi/channels"
)

// maxBody is the largest webhook that is read.
const maxBody = 1 << 20

// incoming takes a text message in, and answers 200 only after it is durable.
func (d *door) incoming(w http.ResponseWriter, r *http.Request) {
	form, ok := d.form(w, r)
	if !ok {
		return
	}
	id, from := form.Get("MessageSid"), form.Get("From")
	if id == "" || from == "" { // whoever sends from what is no number cannot be answered, but is heard
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		return
	}
	m := channels.Message{ID: id, Kind: sms, From: channels.NewAddress(sms, from, nil), Text: form.Get("Body"), At: d.env.Now()}
	m.Opt = opt(form.Get("OptOutType"), m.Text)
	if n := form.Get("NumMedia"); n != "" && n != "0" {
		m.Text = strings.TrimSpace(m.Text + "\n[写真1]")
	}
	d.take(w, r, m, `<?xml version="1.0" encoding="UTF-8"?><Response></Response>`)
}

// opt tells STOP and START. Twilio says so itself where that is switched on; elsewhere it acts on its standard words alone,
// and does not bring what is sent to whoever wrote one.
func opt(said, text string) string {
	if said == "" {
		said = strings.ToUpper(strings.TrimSpace(text))
	}
	switch said {
	case "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT":
		return "out"
	case "START", "YES", "UNSTOP":
		return "in"
	}
	return ""
}

// status takes in what became of a message that was sent.
func (d *door) status(w http.ResponseWriter, r *http.Request) {
	form, ok := d.form(w, r)
	if !ok {
		return
	}
	status := map[string]string{"delivered": "delivered", "read": "read", "undelivered": "failed", "failed": "failed"}[form.Get("MessageStatus")]
	reply, to, sid := r.URL.Query().Get("reply"), form.Get("To"), form.Get("MessageSid")
	if status == "" || reply == "" || sid == "" || !numberForm.MatchString(to) {
		w.WriteHeader(http.StatusNoContent) // a step on the way, or none of ours
		return
	}
	detail := ""
	if status == "failed" {
		detail = "provider_failed"
	}
	d.take(w, r, channels.Message{ID: sid + ":" + status, Kind: sms, From: channels.NewAddress(sms, to, nil), At: d.env.Now(),
		Status: &channels.Status{ReplyID: reply, Status: status, Detail: detail}}, "")
}

func (d *door) take(w http.ResponseWriter, r *http.Request, m channels.Message, answer string) {
	if _, err := d.env.Intake.Take(r.Context(), m); err != nil {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	if answer == "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	if _, err := io.WriteString(w, answer); err != nil {
		d.env.Log.Debug("the provider did not wait for the answer", "channel", sms)
	}
}

// form reads a webhook and judges its signature, which covers the public URL and every parameter. A parameter given twice
// is refused: only its first value is signed.
func (d *door) form(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
	fail := func(status int) (url.Values, bool) {
		http.Error(w, http.StatusText(status), status)
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return fail(http.StatusRequestEntityTooLarge)
	} else if err != nil {
		return fail(http.StatusBadRequest)
	}
	form, parseErr := url.ParseQuery(string(body))
	params := make(map[string]string, len(form))
	twice := false
	for k, v := range form {
		params[k] = v[0]
		twice = twice || len(v) > 1
	}
	signatures := r.Header.Values("X-Twilio-Signature")
	if parseErr != nil || len(signatures) != 1 || !d.validator.Validate(d.env.PublicURL+r.URL.RequestURI(), params, signatures[0]) {
		return fail(http.StatusForbidden)
	}
	if twice {
		return fail(http.StatusForbidden)
	}
	return form, true
}
