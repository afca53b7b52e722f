package phone

import (
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
// A parameter given twice is refused, because only its first value is signed. So is a body that is no form, and an
// address that says what its body's digest is: Twilio signs those otherwise, and no hook of ours is called so.
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
	form, params, ok := parseForm(body)
	signatures := r.Header.Values("X-Twilio-Signature")
	if kind != "application/x-www-form-urlencoded" || !ok || r.URL.Query().Has("bodySHA256") || len(signatures) != 1 ||
		!d.signed(d.env.PublicURL+r.URL.RequestURI(), params, signatures[0]) {
		return fail(http.StatusForbidden)
	}
	if account := form.Get("AccountSid"); account != "" && account != d.account {
		return fail(http.StatusForbidden)
	}
	return form, true
}

// parseForm reads a form in which every name stands once.
func parseForm(body []byte) (form url.Values, params map[string]string, ok bool) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, nil, false
	}
	params = make(map[string]string, len(form))
	for k, v := range form {
		if len(v) != 1 {
			return nil, nil, false
		}
		params[k] = v[0]
	}
	return form, params, true
}

func (d *door) signed(target string, params map[string]string, signature string) bool {
	ok := false
	for _, v := range d.validators {
		ok = v.Validate(target, params, signature) || ok
	}
	return ok
}
