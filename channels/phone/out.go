package phone

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"unicode/utf16"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"madoguchi/channels"
)

// Send sends a text message, to whoever wrote one or called: a notice with a link, unless the city has chosen full
// replies and this one fits. Twilio offers no idempotency key, and no list of what was sent either, since it is told to
// keep neither words nor numbers. So a call whose outcome stayed unknown may reach the person twice; each is a notice of
// its own link, and both lead to the same answer.
func (d *door) Send(ctx context.Context, to channels.Address, r channels.Reply) (channels.Sent, error) {
	kind, number, _ := channels.OpenAddress(to)
	if !numberForm.MatchString(number) {
		return channels.Sent{}, &channels.Undeliverable{Code: "no_number"}
	}
	text := d.env.Desk.Text("sms.door", map[string]string{"リンク": r.Link})
	if d.full && r.Question == nil && r.Text != "" && segments(r.Text) <= maxSegments {
		text = r.Text
	}
	if text == "" {
		return channels.Sent{}, errors.New("phone: there is no text for a notice")
	}
	return channels.Sent{Status: "sent"}, d.text(ctx, number, text, d.env.PublicURL+"/hooks/twilio/status?t="+
		d.tags.seal(useReply, tag{r.ID, kind, number}))
}

// text sends words to a number. The provider is to keep neither.
func (d *door) text(ctx context.Context, number, words, callback string) error {
	p := &openapi.CreateMessageParams{}
	p.SetTo(number).SetFrom(d.from).SetBody(words)
	p.SetContentRetention("discard").SetAddressRetention("obfuscate")
	if callback != "" {
		p.SetStatusCallback(callback)
	}
	_, err := d.api(ctx).CreateMessage(p)
	return outcome(err)
}

// maxSegments is the most parts that a text message may be sent in: Twilio's own advice for a message to arrive whole.
const maxSegments = 10

// gsm are the characters of the phone network's own alphabet, and extended those that take two places in it.
const (
	gsm = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿" +
		"abcdefghijklmnopqrstuvwxyzäöñüà"
	extended = "\f^{}\\[~]|€"
)

// segments counts the parts that a text is sent in: of 160 places (153 each where there are several) as long as every
// character is of the network's alphabet, and otherwise of 70 units of UTF-16 (67).
func segments(text string) int {
	places := 0
	for _, r := range text {
		switch {
		case strings.ContainsRune(gsm, r):
			places++
		case strings.ContainsRune(extended, r):
			places += 2
		default:
			return parts(len(utf16.Encode([]rune(text))), 70, 67)
		}
	}
	return parts(places, 160, 153)
}

func parts(n, one, each int) int {
	if n <= one {
		return 1
	}
	return (n + each - 1) / each
}

// failures are Twilio's codes for why a text message did not arrive, in this door's own.
var failures = map[string]string{
	"30003": "switched_off",                    // unreachable handset
	"30004": "blocked",                         // the person, or their network, blocks us
	"30005": "unknown_number",                  // no such number, or not in use
	"30006": "no_mobile",                       // a landline, or a network that cannot be reached
	"30007": "filtered",                        // by a network that took it for advertising
	"21610": "opted_out", "21614": "no_mobile", //
	"30008": "provider_failed", "30001": "provider_failed", // unknown, queue overflow
}

// endOfText is what is final of what Twilio says became of a text message, in the house's words.
var endOfText = map[string]string{"delivered": "delivered", "read": "read", "undelivered": "failed", "failed": "failed"}

// status takes in what became of a text message, which the provider then is to delete. Whose it was and which reply is in
// the tag; what the webhook says of numbers itself is not asked.
func (d *door) status(w http.ResponseWriter, r *http.Request) {
	form, ok := d.form(w, r)
	if !ok {
		return
	}
	status := endOfText[form.Get("MessageStatus")]
	t, ok := d.tags.open(useReply, r.URL.Query().Get("t"))
	if status == "" || !ok {
		w.WriteHeader(http.StatusNoContent) // a step on the way, or none of ours
		return
	}
	detail := ""
	if status == "failed" {
		if detail = failures[form.Get("ErrorCode")]; detail == "" {
			detail = "provider_failed"
		}
	}
	if d.report(w, r, t, status, detail) {
		d.forget(stored{sid: form.Get("MessageSid")})
	}
}

// report takes in a status, answers the webhook and reports whether it could be taken.
func (d *door) report(w http.ResponseWriter, r *http.Request, t tag, status, detail string) bool {
	if err := d.takeStatus(r.Context(), t, status, detail); err != nil {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return false
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}

func (d *door) takeStatus(ctx context.Context, t tag, status, detail string) error {
	kind := t.kind
	if kind != sms {
		kind = voice
	}
	_, err := d.env.Intake.Take(ctx, channels.Message{ID: t.id + ":" + status, Kind: kind, From: t.address(), At: d.env.Now(),
		Status: &channels.Status{ReplyID: t.id, Status: status, Detail: detail}})
	return err
}
