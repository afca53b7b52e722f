package line

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/webhook"

	"madoguchi/channels"
)

// maxBody is the largest webhook that is read.
const maxBody = 1 << 20

// hook answers 200 only after every message of the request is durable, so that LINE sends it again otherwise.
func (d *door) hook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		status := http.StatusBadRequest
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, http.StatusText(status), status)
		return
	}
	if !d.genuine(r.Header.Values("X-Line-Signature"), body) {
		http.Error(w, http.StatusText(http.StatusUnauthorized), http.StatusUnauthorized)
		return
	}
	var batch struct {
		Events []json.RawMessage `json:"events"`
	}
	if json.Unmarshal(body, &batch) != nil {
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		return
	}
	var messages []channels.Message
	for _, raw := range batch.Events {
		if m, ok := d.message(raw); ok {
			messages = append(messages, m)
		}
	}
	if len(messages) > 0 {
		if _, err := d.env.Intake.Take(r.Context(), messages...); err != nil {
			http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
			return
		}
	}
	w.WriteHeader(http.StatusOK)
}

// genuine judges the signature over the raw bytes, against each secret that is live.
func (d *door) genuine(signatures []string, body []byte) bool {
	if len(signatures) != 1 {
		return false
	}
	return slices.ContainsFunc(d.secrets, func(secret string) bool {
		return webhook.ValidateSignature(secret, signatures[0], body)
	})
}

// message turns an event into a message. Events of kinds that say nothing (follow, join, a beacon), events of groups, and
// events that cannot be decoded are no messages.
func (d *door) message(raw json.RawMessage) (channels.Message, bool) {
	event, err := webhook.UnmarshalEvent(raw)
	if err != nil { // the SDK's error holds the body
		d.env.Log.Warn("an event could not be decoded", "channel", name, "bytes", len(raw))
		return channels.Message{}, false
	}
	e, ok := event.(webhook.MessageEvent)
	if !ok {
		return channels.Message{}, false
	}
	from, ok := e.Source.(webhook.UserSource)
	if !ok || from.UserId == "" || e.WebhookEventId == "" {
		return channels.Message{}, false
	}
	return channels.Message{
		ID:   e.WebhookEventId,
		Kind: name,
		From: channels.NewAddress(name, from.UserId, nil),
		Text: text(e.Message),
		At:   d.at(e.Timestamp),
		Late: e.DeliveryContext != nil && e.DeliveryContext.IsRedelivery,
	}, true
}

// text is what a message says, or what it is where it has no words.
func text(m webhook.MessageContentInterface) string {
	switch m := m.(type) {
	case webhook.TextMessageContent:
		return m.Text
	case webhook.StickerMessageContent:
		return "[スタンプ]"
	case webhook.ImageMessageContent:
		return "[写真1]"
	case webhook.AudioMessageContent:
		return "[音声1]"
	case webhook.VideoMessageContent:
		return "[動画1]"
	case webhook.FileMessageContent:
		return "[ファイル1]"
	case webhook.LocationMessageContent:
		return "[位置情報1]"
	}
	return "[読めない形式のメッセージ]"
}

// at carries LINE's time of sending over to the desk's clock, which need not be the machine's.
func (d *door) at(milliseconds int64) time.Time {
	age := time.Since(time.UnixMilli(milliseconds))
	return d.env.Now().Add(-max(age, 0))
}
