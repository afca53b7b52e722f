package line

import (
	"cmp"
	"context"
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
	var events struct {
		Events []json.RawMessage `json:"events"`
	}
	if json.Unmarshal(body, &events) != nil {
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		return
	}
	if err := d.accept(r.Context(), events.Events); err != nil {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
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

// batch is what a request brings.
type batch struct {
	messages []channels.Message
	files    []wanted
	greet    []string // reply tokens of who came
	refuse   []string // reply tokens of groups
}

// accept makes what came durable, and then answers what wants an answer at once.
func (d *door) accept(ctx context.Context, events []json.RawMessage) error {
	var b batch
	now := arrival{time.Now(), d.env.Now()}
	for _, raw := range events {
		if err := d.read(ctx, &b, raw, now); err != nil {
			return err
		}
	}
	slices.SortStableFunc(b.messages, func(a, b channels.Message) int { return a.At.Compare(b.At) }) // LINE promises no order
	if len(b.messages) > 0 {
		if _, err := d.env.Intake.Take(ctx, b.messages...); err != nil {
			return err
		}
	}
	for _, w := range b.files {
		if err := d.spool.want(w); err != nil {
			d.env.Log.Error("what was sent cannot be noted to be fetched", "channel", name)
			return err
		}
	}
	d.answer(ctx, b)
	return nil
}

// event is what every event has, read one field at a time: a field that is not as described spoils no other.
type event struct {
	Type           string `json:"type"`
	WebhookEventID string `json:"webhookEventId"`
	Timestamp      int64  `json:"timestamp"`
	ReplyToken     string `json:"replyToken"`
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
	Unsend struct {
		MessageID string `json:"messageId"`
	} `json:"unsend"`
	Follow struct {
		IsUnblocked bool `json:"isUnblocked"`
	} `json:"follow"`
}

// read adds an event to the batch. Events of kinds that say nothing (a beacon, a membership) add nothing.
func (d *door) read(ctx context.Context, b *batch, raw json.RawMessage, now arrival) error {
	var e event
	if err := json.Unmarshal(raw, &e); err != nil { // what could be read has been read; the error may hold words
		d.env.Log.Warn("an event is not as described", "channel", name, "bytes", len(raw))
	}
	switch e.Source.Type {
	case "group", "room":
		if (e.Type == "message" || e.Type == "join") && e.ReplyToken != "" && !e.Delivery.IsRedelivery {
			b.refuse = append(b.refuse, e.ReplyToken)
		}
		return nil
	case "user":
	default:
		return nil
	}
	m := channels.Message{ID: e.WebhookEventID, Kind: name, From: channels.NewAddress(name, e.Source.UserID, e.how(now.machine)),
		At: now.at(e.Timestamp), Late: e.Delivery.IsRedelivery}
	if e.Source.UserID == "" {
		return nil
	}
	switch e.Type {
	case "message":
		m.ID = cmp.Or(e.Message.ID, e.WebhookEventID)
		return d.said(ctx, b, raw, m)
	case "unsend":
		d.unsent(b, e, m)
	case "follow":
		if e.ReplyToken != "" {
			b.greet = append(b.greet, e.ReplyToken)
		}
		if m.Opt = "in"; e.Follow.IsUnblocked && m.ID != "" {
			b.messages = append(b.messages, m)
		}
	case "unfollow":
		if m.Opt = "out"; m.ID != "" {
			b.messages = append(b.messages, m)
		}
	}
	return nil
}

// said adds a message. One that cannot be decoded is one all the same, because somebody has written.
func (d *door) said(ctx context.Context, b *batch, raw json.RawMessage, m channels.Message) error {
	if m.ID == "" {
		return nil
	}
	m.Text = unreadable
	whole, err := webhook.UnmarshalEvent(raw)
	if err != nil { // the SDK's error holds the body
		d.env.Log.Warn("a message could not be decoded", "channel", name, "bytes", len(raw))
	}
	if e, ok := whole.(webhook.MessageEvent); ok && err == nil {
		m.Text = text(e.Message)
		if at, ok := e.Message.(webhook.LocationMessageContent); ok {
			f, err := d.place(ctx, at)
			if err != nil {
				return err
			}
			m.Text, m.Files = "[位置情報1]", []channels.File{f}
		}
		if sort, slow, here := content(e.Message); here {
			_, who, how := channels.OpenAddress(m.From)
			b.files = append(b.files, wanted{ID: m.ID, Who: who, How: how, Sort: sort, Slow: slow, Late: m.Late, At: time.Now()})
		} else if sort != "" {
			m.Text = "[" + marks[sort] + "は受け取れませんでした]"
		}
	}
	b.messages = append(b.messages, m)
	return nil
}

// unsent hides a message and its file. One that came in the same request is taken all the same, before it is hidden, and
// its file is not fetched.
func (d *door) unsent(b *batch, e event, m channels.Message) {
	id := e.Unsend.MessageID
	if id == "" {
		return
	}
	m.ID, m.Unsend = cmp.Or(m.ID, id), id
	b.messages = append(b.messages, m)
	b.files = slices.DeleteFunc(b.files, func(w wanted) bool { return w.ID == id })
	if d.spool.unsend(id) {
		m.ID, m.Unsend = fileID(m.ID), fileID(id)
		b.messages = append(b.messages, m)
	}
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
	}
	if sort, _, _ := content(m); sort != "" {
		return "[" + marks[sort] + "]"
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
