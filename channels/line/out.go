package line

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
	"unicode/utf16"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"madoguchi/channels"
)

// LINE counts UTF-16 units.
const (
	longestText   = 5000 // of a text
	longestNotice = 160  // of the text above a button
)

// tokenLife is how long a reply token is used: LINE takes it for about a minute.
const tokenLife = 45 * time.Second

// ticket is what an address holds beside the user: the token of the message that came from there, and since when.
type ticket struct {
	Token string `json:"t"`
	At    int64  `json:"at"` // milliseconds, by the machine's clock
}

// how is the ticket of an event. A redelivery has none, because its token is old.
func (e event) how(now time.Time) []byte {
	if e.Type != "message" || e.ReplyToken == "" || e.Delivery.IsRedelivery {
		return nil
	}
	data, err := json.Marshal(ticket{e.ReplyToken, now.UnixMilli()})
	if err != nil {
		return nil
	}
	return data
}

// tried says which reply a token was used for. It is lost while nobody knows whether LINE has heard.
type tried struct {
	reply string
	at    time.Time
	lost  bool
}

// Send replies by a fresh token, or else pushes with the reply's id as LINE's retry key.
func (d *door) Send(ctx context.Context, to channels.Address, r channels.Reply) (channels.Sent, error) {
	_, user, how := channels.OpenAddress(to)
	messages := d.words(r)
	if messages == nil {
		return channels.Sent{}, errors.New("line: there is no text for a notice")
	}
	if done, err := d.reply(ctx, how, r.ID, messages); err != nil {
		return channels.Sent{}, err
	} else if done {
		return channels.Sent{Status: "sent"}, nil
	}
	if err := d.push(ctx, user, r.ID, messages); err != nil {
		return channels.Sent{}, err
	}
	return channels.Sent{Status: "sent"}, nil
}

// push brings messages to a person. LINE takes them once for each retry key, for a day.
func (d *door) push(ctx context.Context, user, key string, messages []messaging_api.MessageInterface) error {
	api := *d.api // WithContext writes into its receiver
	response, _, err := api.WithContext(ctx).PushMessageWithHttpInfo(&messaging_api.PushMessageRequest{
		To: user, Messages: messages, CustomAggregationUnits: []string{}}, key)
	if response == nil {
		return errAway
	}
	switch code := response.StatusCode; {
	case err == nil, code == http.StatusConflict: // 409: this retry key was accepted already
		return nil
	case code == http.StatusBadRequest, code == http.StatusNotFound:
		return &channels.Undeliverable{Code: "rejected"}
	case code == http.StatusTooManyRequests:
		return errors.New("line: the provider asks to wait")
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return errors.New("line: the provider does not accept LINE_TOKEN")
	}
	return errors.New("line: the provider failed")
}

// final reports whether an error is the end of it.
func final(err error) bool {
	undeliverable := (*channels.Undeliverable)(nil)
	return errors.As(err, &undeliverable)
}

var errAway = errors.New("line: the provider could not be reached")

// reply uses a token if it is fresh and nobody else's. It reports whether the reply has reached LINE; where it has not,
// push has to.
func (d *door) reply(ctx context.Context, how []byte, id string, messages []messaging_api.MessageInterface) (bool, error) {
	var t ticket
	if json.Unmarshal(how, &t) != nil || t.Token == "" {
		return false, nil
	}
	age := time.Since(time.UnixMilli(t.At))
	before, ok := d.use(t.Token, id)
	if !ok || age < 0 || age > tokenLife {
		return false, nil
	}
	code := d.replyBy(ctx, t.Token, messages)
	switch {
	case code == http.StatusOK:
		d.note(t.Token, tried{reply: id, at: time.Now()})
		return true, nil
	case code == 0:
		d.note(t.Token, tried{reply: id, at: time.Now(), lost: true})
		return false, errAway
	case code == http.StatusBadRequest && before.lost: // it works once, and has
		return true, nil
	}
	d.note(t.Token, tried{at: time.Now()})
	return false, nil
}

// use reports whether a token may be used for a reply, and what came of it before.
func (d *door) use(token, reply string) (tried, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for k, t := range d.tokens {
		if time.Since(t.at) > 2*tokenLife {
			delete(d.tokens, k)
		}
	}
	t, used := d.tokens[token]
	return t, !used || t.reply == reply && t.lost
}

func (d *door) note(token string, t tried) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tokens[token] = t
}

// replyBy returns LINE's status, or 0 where none came.
func (d *door) replyBy(ctx context.Context, token string, messages []messaging_api.MessageInterface) int {
	api := *d.api // as above
	response, _, err := api.WithContext(ctx).ReplyMessageWithHttpInfo(&messaging_api.ReplyMessageRequest{ReplyToken: token, Messages: messages})
	switch {
	case response == nil:
		return 0
	case err == nil:
		return http.StatusOK
	}
	return response.StatusCode
}

// words are what LINE gets to see: the reply itself where the city wants that and LINE can carry it whole, or a notice
// whose button opens the page.
func (d *door) words(r channels.Reply) []messaging_api.MessageInterface {
	if d.full && r.Question == nil && r.Text != "" && units(r.Text) <= longestText {
		return []messaging_api.MessageInterface{messaging_api.TextMessage{Text: r.Text}}
	}
	notice, open := d.env.Desk.Text("line.door", nil), d.env.Desk.Text("line.door.open", nil)
	if notice == "" || open == "" || r.Link == "" || units(notice) > longestNotice {
		return nil
	}
	messages := []messaging_api.MessageInterface{messaging_api.TemplateMessage{AltText: notice, Template: &messaging_api.ButtonsTemplate{
		Text: notice, Actions: []messaging_api.ActionInterface{&messaging_api.UriAction{Label: open, Uri: r.Link}}}}}
	if safety := d.env.Desk.Text("line.door.safety", nil); r.Urgent && safety != "" {
		messages = append(messages, messaging_api.TextMessage{Text: safety})
	}
	return messages
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }
