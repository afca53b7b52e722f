package line

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"unicode/utf16"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"madoguchi/channels"
)

// longestText is the longest text of one LINE message, in UTF-16 units.
const longestText = 5000

// Send pushes the reply with its id as LINE's retry key, so that LINE delivers it once however often it is sent.
func (d *door) Send(ctx context.Context, to channels.Address, r channels.Reply) (channels.Sent, error) {
	_, user, _ := channels.OpenAddress(to)
	text := d.words(r)
	if text == "" {
		return channels.Sent{}, errors.New("line: there is no text for a notice")
	}
	api := *d.api // WithContext writes into its receiver
	response, _, err := api.WithContext(ctx).PushMessageWithHttpInfo(&messaging_api.PushMessageRequest{
		To:                     user,
		Messages:               []messaging_api.MessageInterface{messaging_api.TextMessage{Text: text}},
		CustomAggregationUnits: []string{},
	}, r.ID)
	if response == nil {
		return channels.Sent{}, errors.New("line: the provider could not be reached")
	}
	switch code := response.StatusCode; {
	case err == nil, code == http.StatusConflict: // 409: this retry key was accepted already
		return channels.Sent{Status: "sent"}, nil
	case code == http.StatusBadRequest, code == http.StatusNotFound:
		return channels.Sent{}, &channels.Undeliverable{Code: "rejected"}
	case code == http.StatusTooManyRequests:
		return channels.Sent{}, errors.New("line: the provider asks to wait")
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return channels.Sent{}, errors.New("line: the provider does not accept LINE_TOKEN")
	}
	return channels.Sent{}, errors.New("line: the provider failed")
}

// words are what LINE gets to see.
func (d *door) words(r channels.Reply) string {
	text := d.env.Desk.Text("line.door", map[string]string{"リンク": r.Link})
	notice := !d.full || r.Question != nil || r.Text == ""
	if !notice {
		text = r.Text
	}
	if r.Urgent && text != "" && notice {
		if safety := d.env.Desk.Text("line.door.safety", nil); safety != "" {
			text += "\n" + safety
		}
	}
	if len(utf16.Encode([]rune(text))) > longestText {
		// The whole reply is behind the link; what LINE cannot carry is not cut silently.
		text = strings.TrimSpace(d.env.Desk.Text("line.door", map[string]string{"リンク": r.Link}))
	}
	return text
}
