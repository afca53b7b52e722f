package phone

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// maxBody is the largest webhook that is read.
const maxBody = 1 << 20

// form reads a webhook and judges its signature, which covers the public URL as the city has configured it, with the
// request's path and query, and every parameter; nothing that a proxy says about itself is asked. Either token may have
// signed while one takes the place of the other.
//
// A body whose digest is in the query, as Twilio sends JSON, is covered by that, and the signature by the URL alone. A
// parameter given twice is refused, because only its first value is signed; so is a body that is neither form nor JSON.
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
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	params, ok := parse(kind, body)
	signatures := r.Header.Values("X-Twilio-Signature")
	if !ok || len(signatures) != 1 {
		return fail(http.StatusForbidden)
	}
	signed := params
	if digests := r.URL.Query()["bodySHA256"]; len(digests) > 0 {
		sum := sha256.Sum256(body)
		if len(digests) != 1 || subtle.ConstantTimeCompare([]byte(digests[0]), []byte(hex.EncodeToString(sum[:]))) != 1 {
			return fail(http.StatusForbidden)
		}
		signed = nil
	} else if kind == jsonKind {
		return fail(http.StatusForbidden)
	}
	if !d.signed(d.env.PublicURL+r.URL.RequestURI(), signed, signatures[0]) {
		d.mistaken(r, signed, signatures[0])
		return fail(http.StatusForbidden)
	}
	form := url.Values{}
	for k, v := range params {
		form.Set(k, v)
	}
	if account := form.Get("AccountSid"); account != "" && account != d.account {
		return fail(http.StatusForbidden)
	}
	return form, true
}

// mistaken tells the people of the house when a webhook is refused that is genuine but for the address: then every call
// fails until PUBLIC_URL is what Twilio has been given.
func (d *door) mistaken(r *http.Request, signed map[string]string, signature string) {
	for _, scheme := range []string{"https://", "http://"} {
		if d.signed(scheme+r.Host+r.URL.RequestURI(), signed, signature) {
			d.env.Log.Error("a webhook was refused: Twilio calls another address than PUBLIC_URL", "channel", voice)
			return
		}
	}
}

const jsonKind = "application/json"

// parse reads a form, or an object of JSON, in which every name stands once. Of JSON it takes texts; nothing of ours is
// anything else there.
func parse(kind string, body []byte) (params map[string]string, ok bool) {
	params = map[string]string{}
	switch kind {
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, false
		}
		for k, v := range form {
			if len(v) != 1 {
				return nil, false
			}
			params[k] = v[0]
		}
		return params, true
	case jsonKind:
		return params, object(body, params)
	}
	return nil, false
}

// object reads the texts of an object. encoding/json would take the last of two that have the same name.
func object(body []byte, params map[string]string) bool {
	d := json.NewDecoder(bytes.NewReader(body))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return false
	}
	seen := map[string]bool{}
	for d.More() {
		key, err := d.Token()
		name, ok := key.(string)
		var v any
		if err != nil || !ok || seen[name] || d.Decode(&v) != nil {
			return false
		}
		seen[name] = true
		if text, ok := v.(string); ok {
			params[name] = text
		}
	}
	_, err := d.Token()
	_, end := d.Token()
	return err == nil && errors.Is(end, io.EOF)
}

func (d *door) signed(target string, params map[string]string, signature string) bool {
	ok := false
	for _, v := range d.validators {
		ok = v.Validate(target, params, signature) || ok
	}
	return ok
}
