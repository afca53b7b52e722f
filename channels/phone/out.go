package phone

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"madoguchi/channels"
)

// gone lists Twilio's error codes that say that a number can never be reached: invalid, no mobile, blocked, opted out.
var gone = map[int]string{21211: "invalid_number", 21214: "invalid_number", 21610: "opted_out", 21612: "unreachable", 21614: "no_mobile"}

// Send sends a text message. Twilio offers no idempotency key, so a call whose outcome stayed unknown may reach the person
// twice; each is a notice of its own link, and both lead to the same answer.
func (d *door) Send(ctx context.Context, to channels.Address, r channels.Reply) (channels.Sent, error) {
	_, number, _ := channels.OpenAddress(to)
	text := d.env.Desk.Text("sms.door", map[string]string{"リンク": r.Link})
	if d.full && r.Question == nil && r.Text != "" {
		text = r.Text
	}
	if text == "" {
		return channels.Sent{}, errors.New("phone: there is no text for a notice")
	}
	api := openapi.NewApiServiceWithClient(d.caller(ctx))
	p := &openapi.CreateMessageParams{}
	p.SetTo(number).SetFrom(d.from).SetBody(text)
	p.SetContentRetention("discard").SetAddressRetention("obfuscate")
	p.SetStatusCallback(d.env.PublicURL + "/hooks/twilio/status?reply=" + url.QueryEscape(r.ID))
	_, err := api.CreateMessage(p)
	return channels.Sent{Status: "sent"}, outcome(err)
}

// outcome turns an error of the SDK, which may hold the number or the words, into one that does not.
func outcome(err error) error {
	if err == nil {
		return nil
	}
	var e *client.TwilioRestError
	if !errors.As(err, &e) {
		return errors.New("phone: the provider could not be reached")
	}
	if code, ok := gone[e.Code]; ok {
		return &channels.Undeliverable{Code: code}
	}
	switch e.Status {
	case http.StatusTooManyRequests:
		return errors.New("phone: the provider asks to wait")
	case http.StatusUnauthorized, http.StatusForbidden:
		return errors.New("phone: the provider does not accept TWILIO_AUTH_TOKEN")
	}
	return errors.New("phone: the provider failed")
}
