package line

import (
	"context"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
)

// withinHook is how long answers by reply token may take before LINE is told 200, all together.
const withinHook = 1500 * time.Millisecond

// answer greets who came and refuses groups. A token works once, so that a redelivery greets nobody twice. What fails is
// not tried again: the menu below says the same.
func (d *door) answer(ctx context.Context, b batch) {
	ctx, cancel := context.WithTimeout(ctx, withinHook)
	defer cancel()
	failed := 0
	say := func(tokens []string, messages []messaging_api.MessageInterface) {
		for _, token := range tokens {
			if messages != nil && d.replyBy(ctx, token, messages) != 200 {
				failed++
			}
		}
	}
	say(b.greet, d.greeting())
	if text := d.env.Desk.Text("line.group", nil); text != "" {
		say(b.refuse, []messaging_api.MessageInterface{messaging_api.TextMessage{Text: text}})
	}
	if failed > 0 {
		d.env.Log.Warn("greetings or refusals did not go out", "channel", name, "count", failed)
	}
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
