package line

import (
	"cmp"
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
	now := arrival{time.Now(), d.env.Now()}
	var messages []channels.Message
	for _, raw := range batch.Events {
		if m, ok := d.message(raw, now); ok {
			messages = append(messages, m)
		}
	}
	slices.SortStableFunc(messages, func(a, b channels.Message) int { return a.At.Compare(b.At) }) // LINE promises no order
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

// event is what every event has, read one field at a time: a field that is not as described spoils no other.
type event struct {
	Type           string `json:"type"`
	WebhookEventID string `json:"webhookEventId"`
	Timestamp      int64  `json:"timestamp"`
	Source         struct {
		Type   string `json:"type"`
		UserID string `json:"userId"`
	} `json:"source"`
	Delivery struct {
		IsRedelivery bool `json:"isRedelivery"`
	} `json:"deliveryContext"`
	Message struct {
		ID string `json:"id"`
	} `json:"message"`
}

// message turns an event into a message. Events of kinds that say nothing (follow, join, a beacon) and events of groups are
// none. A message that cannot be decoded is one all the same, because somebody has written.
func (d *door) message(raw json.RawMessage, now arrival) (channels.Message, bool) {
	var e event
	if err := json.Unmarshal(raw, &e); err != nil { // what could be read has been read; the error may hold words
		d.env.Log.Warn("an event is not as described", "channel", name, "bytes", len(raw))
	}
	id := cmp.Or(e.WebhookEventID, e.Message.ID)
	if e.Type != "message" || e.Source.Type != "user" || e.Source.UserID == "" || id == "" {
		return channels.Message{}, false
	}
	m := channels.Message{ID: id, Kind: name, From: channels.NewAddress(name, e.Source.UserID, nil), Text: unreadable,
		At: now.at(e.Timestamp), Late: e.Delivery.IsRedelivery}
	if whole, err := webhook.UnmarshalEvent(raw); err != nil { // the SDK's error holds the body
		d.env.Log.Warn("a message could not be decoded", "channel", name, "bytes", len(raw))
	} else if said, ok := whole.(webhook.MessageEvent); ok {
		m.Text = text(said.Message)
	}
	return m, true
}

// unreadable stands for a message of a sort that is not known, or not as described.
const unreadable = "[読めない形式のメッセージ]"

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
	return unreadable
}

// arrival is a moment by both clocks: the machine's, which is LINE's, and the desk's.
type arrival struct{ machine, desk time.Time }

// at carries LINE's time of sending, in milliseconds, over to the desk's clock. What has no time, or one to come, is of now.
func (a arrival) at(milliseconds int64) time.Time {
	age := a.machine.Sub(time.UnixMilli(milliseconds))
	if milliseconds <= 0 || age < 0 {
		age = 0
	}
	return a.desk.Add(-age)
}
