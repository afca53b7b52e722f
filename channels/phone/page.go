package phone

import (
	"context"
	"encoding/xml"
	"errors"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"madoguchi/channels"
)

// pageTimes is how often a call to somebody on call says its text: whoever is woken up misses the first words.
const pageTimes = 3

// Page sends somebody on call a text message, or rings their phone and says the text. Twilio offers no idempotency key: one
// whose outcome stayed unknown may come twice, which wakes nobody who should not be awake.
func (d *door) Page(ctx context.Context, p channels.Page) error {
	if !numberForm.MatchString(p.Reach) || p.Text == "" {
		return &channels.Undeliverable{Code: "no_number"}
	}
	switch p.By {
	case "sms":
		return d.text(ctx, p.Reach, p.Text, "")
	case "voice":
	default:
		return errors.New("phone: no such way to page")
	}
	r := response{}
	for range pageTimes {
		r.Verbs = append(r.Verbs, say{Language: language, Voice: speaker, Text: p.Text})
	}
	twiml, err := xml.Marshal(r)
	if err != nil {
		return errors.New("phone: the text cannot be said")
	}
	c := &openapi.CreateCallParams{}
	c.SetTo(p.Reach).SetFrom(d.from).SetTwiml(string(twiml)).SetTimeout(ringFor)
	_, err = d.api(ctx).CreateCall(c)
	return outcome(err)
}
