package line

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
)

// The sorts of words that are said without anybody of the desk: to who comes, and to groups.
const (
	greeting = "greeting"
	refusal  = "refusal"
)

// greetWithin is how long a greeting is still one.
const greetWithin = time.Hour

// want notes words to be said in answer to an event that asks for one. The same event again is known, and says nothing
// twice.
func (b *batch) want(sort string, e event, now arrival) {
	how, err := json.Marshal(ticket{e.ReplyToken, now.machine.UnixMilli()})
	if id := cmp.Or(e.WebhookEventID, e.ReplyToken); e.ReplyToken != "" && err == nil {
		b.wanted = append(b.wanted, wanted{ID: sort + ":" + id, Who: e.Source.UserID, How: how, Sort: sort, At: now.machine})
	}
}

// say tries once: by the token while that is fresh, and then, to a person, by push. Groups are told nothing but in answer.
func (d *door) say(ctx context.Context, w *wanted) {
	var messages []messaging_api.MessageInterface
	if w.Sort == greeting {
		messages = d.greeting()
	} else if text := d.env.Desk.Text("line.group", nil); text != "" {
		messages = []messaging_api.MessageInterface{messaging_api.TextMessage{Text: text}}
	}
	done, err := messages == nil || time.Since(w.At) > greetWithin, error(nil)
	if !done {
		done, err = d.sayByToken(ctx, w, messages)
	}
	if !done && err == nil && w.Sort == greeting {
		err = d.push(ctx, w.Who, retryKey(w.ID), messages)
	}
	if err != nil && !final(err) {
		w.later()
		return
	}
	if d.spool.settle(w.key(), func() error { return nil }) != nil {
		w.later()
	}
}

// retryKey makes an UUID of an id, the same each time.
func retryKey(id string) string {
	sum := sha256.Sum256([]byte(id))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80 // version 8, of whoever makes it
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// sayByToken reports whether the words have reached LINE, or an error where it is to be tried again by the token.
func (d *door) sayByToken(ctx context.Context, w *wanted, messages []messaging_api.MessageInterface) (bool, error) {
	var t ticket
	if json.Unmarshal(w.How, &t) != nil || t.Token == "" || time.Since(time.UnixMilli(t.At)) > tokenLife {
		return false, nil
	}
	switch code := d.replyBy(ctx, t.Token, messages); {
	case code == http.StatusOK, code == http.StatusBadRequest && w.lost: // it works once, and has
		return true, nil
	case code == 0:
		w.lost = true
		return false, errAway
	case code == http.StatusTooManyRequests, code >= http.StatusInternalServerError:
		return false, errAway
	}
	return false, nil
}

// greeting says what this is, when somebody answers and where to turn in a hurry. The page comes first among its buttons;
// the others write a message.
func (d *door) greeting() []messaging_api.MessageInterface {
	text := d.env.Desk.Text("line.greeting", nil)
	if text == "" || units(text) > longestText {
		return nil
	}
	var items []messaging_api.QuickReplyItem
	for _, b := range MenuOf(d.env.Desk, d.env.PublicURL).Buttons {
		items = append(items, messaging_api.QuickReplyItem{Type: "action", Action: b.action()})
	}
	m := messaging_api.TextMessage{Text: text}
	if items != nil {
		m.QuickReply = &messaging_api.QuickReply{Items: items}
	}
	return []messaging_api.MessageInterface{m}
}
