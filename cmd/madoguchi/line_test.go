package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// fromLineEvent brings an event of another kind than a text.
func (o *outside) fromLineEvent(user, id string, again bool, more map[string]any) {
	o.t.Helper()
	body, signature := lineEvent(user, id, again, more)
	if status := o.post("/hooks/line", "application/json", "X-Line-Signature", signature, body); status != 200 {
		o.t.Fatalf("LINE's webhook: %d", status)
	}
}

func lineUnsend(id string) map[string]any {
	return map[string]any{"type": "unsend", "unsend": map[string]any{"messageId": id}}
}

// takenBack: what somebody takes back is on no screen within moments, whatever it was and in whatever order it comes, and
// what was not taken back stays.
func takenBack(o *outside) {
	const user = "U0000000000000000000000000picture"
	o.line.mu.Lock()
	o.line.content = map[string][]byte{"77": []byte("\xff\xd8\xff a picture")}
	o.line.mu.Unlock()
	o.fromLine(user, "e1", "写真を送ります", false)
	k := o.find("写真を送ります")
	o.fromLineEvent(user, "e2", false, map[string]any{"type": "message", "message": map[string]any{"type": "image", "id": "77", "quoteToken": "q",
		"contentProvider": map[string]any{"type": "line"}}})
	o.heard(k.ID, "写真を送ります", "[写真]", "[写真1]")
	edited := map[string]any{"type": "messageEdited", "replyToken": "reply-" + user + "-edit", "message": map[string]any{"type": "text", "id": "4e1",
		"text": "写真を見てください", "quoteToken": "q"}, "timestamp": time.Now().UnixMilli()}
	for _, again := range []bool{false, true} {
		o.fromLineEvent(user, "e3", again, edited)
	}
	k = o.until(k.ID, "the new words are there", func(k told) bool {
		return slices.Contains(k.says(), "〔書き直し〕写真を見てください")
	})

	o.fromLineEvent(user, "e6", false, lineUnsend("4late")) // before what it takes back
	o.fromLine(user, "e7", "これは見えます", false)
	for _, again := range []bool{false, true} {
		o.fromLineEvent(user, "e4", again, lineUnsend("4e1"))
		o.fromLineEvent(user, "e5", again, lineUnsend("77"))
		o.fromLine(user, "late", "あとからついた言葉", true)
		o.fromLine(user, "e1", "写真を送ります", true)
	}
	var raw json.RawMessage
	eventually(o.t, soon, func() error {
		o.do(o.token, "GET", "/cases/"+k.ID, nil, &raw)
		for _, gone := range []string{"写真を送り", "写真を見て", "[写真", "あとから"} {
			if strings.Contains(string(raw), gone) {
				return fmt.Errorf("%q can be seen", gone)
			}
		}
		if !strings.Contains(string(raw), "これは見えます") {
			return fmt.Errorf("what was not taken back: %s", raw)
		}
		return nil
	})
	if code, err := o.call(o.token, "GET", "/cases/"+k.ID+"/files/1", nil, nil); code == 200 {
		o.t.Errorf("the picture can be seen: %d %v", code, err)
	}
	var queue json.RawMessage
	if o.do(o.token, "GET", "/queue?state=all&limit=200", nil, &queue); strings.Contains(string(queue), "写真を送り") {
		o.t.Error("the queue shows what was taken back")
	}
}

// blocked: who blocks the desk is not written to, and who comes is greeted once, although LINE was away.
func blocked(o *outside) {
	const user = "U0000000000000000000000000blocked"
	o.fromLine(user, "e1", "ブロックする人です", false)
	k := o.find("ブロックする人です")
	o.claim(k.ID)
	o.fromLineEvent(user, "e2", false, map[string]any{"type": "unfollow"})
	o.until(k.ID, "it is opted out", func(k told) bool { return k.OptedOut })
	if code, err := o.call(o.token, "POST", "/cases/"+k.ID+"/messages", map[string]string{"id": "x", "text": "返事"}, nil); code != 409 {
		o.t.Errorf("to who has blocked the desk: %d %v", code, err)
	}
	o.line.failing(hangUp)
	back := map[string]any{"type": "follow", "replyToken": "reply-" + user + "-e3", "follow": map[string]any{"isUnblocked": true}}
	for _, again := range []bool{false, true} {
		o.fromLineEvent(user, "e3", again, back)
	}
	o.until(k.ID, "it is opted in", func(k told) bool { return !k.OptedOut })
	eventually(o.t, soon, func() error {
		if len(o.line.triedFor(user)) == 0 {
			return fmt.Errorf("nobody was greeted")
		}
		return nil
	})
	o.line.failing(nil)
	eventually(o.t, soon, func() error {
		if all := o.line.deliveredTo(user); len(all) != 1 || !strings.HasPrefix(all[0].text, "友だち追加ありがとうございます。旭川市の、") {
			return fmt.Errorf("said: %+v", all)
		}
		return nil
	})
}
