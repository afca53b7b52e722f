package line

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/webhook"

	"madoguchi/channels"
)

// usualBody is the largest webhook that is taken, but for what LINE itself sends of several people at once: words are never
// refused for how many came together. maxBody is the largest of these, a hundred of the longest texts, each character written as
// an escape. Whether the signature is true can only be told of the whole.
const (
	usualBody = 1 << 20
	maxBody   = 4 << 20
)

// hook answers 200 only after every message of the request is durable, so that LINE sends it again otherwise.
func (d *door) hook(w http.ResponseWriter, r *http.Request) {
	most := int64(maxBody)
	if r.Header.Get("X-Line-Signature") == "" {
		most = usualBody
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err != nil {
		status := http.StatusBadRequest
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, http.StatusText(status), status)
		return
	}
	if !d.genuine(r.Header.Values("X-Line-Signature"), body) {
		status := http.StatusUnauthorized
		if len(body) > usualBody {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, http.StatusText(status), status)
		return
	}
	var events struct {
		Destination json.RawMessage   `json:"destination"`
		Events      []json.RawMessage `json:"events"`
	}
	malformed := json.Unmarshal(body, &events) != nil
	if len(body) > usualBody && (malformed || len(events.Events) < 2) {
		http.Error(w, http.StatusText(http.StatusRequestEntityTooLarge), http.StatusRequestEntityTooLarge)
		return
	}
	if malformed {
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		return
	}
	if d.account != "" && string(events.Destination) != `"`+d.account+`"` {
		http.Error(w, http.StatusText(http.StatusForbidden), http.StatusForbidden)
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
	wanted   []wanted          // files to be fetched, words to be said
	reworded map[string]string // keys of messages whose words came anew, by the ids that these have now
}

// accept makes durable what came, and what is to be done about it. What fails keeps nothing else from being taken; LINE then
// sends all of it again. Nothing is fetched or said here: LINE waits for 2 seconds.
func (d *door) accept(ctx context.Context, events []json.RawMessage) error {
	b := batch{reworded: map[string]string{}}
	now := arrival{time.Now(), d.env.Now()}
	var failed error
	for _, raw := range events {
		failed = cmp.Or(d.read(ctx, &b, raw, now), failed)
	}
	slices.SortStableFunc(b.messages, func(a, b channels.Message) int { return a.At.Compare(b.At) }) // LINE promises no order

	// Before the words, so that none of them outlives an unsending.
	for as, of := range b.reworded {
		failed = cmp.Or(d.spool.reword(of, as), failed)
	}
	if len(b.messages) > 0 {
		if _, err := d.env.Intake.Take(ctx, b.messages...); err != nil {
			return err
		}
	}
	for _, w := range b.wanted {
		err := d.spool.want(w)
		if err != nil && w.words() { // a greeting keeps no message waiting: the menu below says the same
			d.env.Log.Error("what is to be said cannot be noted", "channel", name)
			continue
		}
		failed = cmp.Or(err, failed)
	}
	if failed != nil {
		d.env.Log.Error("a part of what came could not be kept; LINE is to send it again", "channel", name)
	}
	return failed
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
		if (e.Type == "message" || e.Type == "join") && !e.Delivery.IsRedelivery {
			b.want(refusal, e, now)
		}
		return nil
	case "user":
	default:
		return nil
	}
	m := channels.Message{ID: e.WebhookEventID, Kind: name, From: channels.NewAddress(name, e.Source.UserID, e.how(now.machine)),
		At: now.at(e.Timestamp)}
	m.Late = e.Delivery.IsRedelivery || now.desk.Sub(m.At) > late
	if e.Source.UserID == "" {
		return nil
	}
	switch e.Type {
	case "message":
		m.ID = cmp.Or(e.Message.ID, e.WebhookEventID)
		return d.said(ctx, b, raw, m)
	case "messageEdited":
		d.reworded(b, raw, e, m)
	case "unsend":
		d.unsent(b, e, m)
	case "follow":
		b.want(greeting, e, now)
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
			b.wanted = append(b.wanted, wanted{ID: m.ID, Who: who, How: how, Sort: sort, Slow: slow, Late: m.Late, At: time.Now()})
		} else if sort != "" {
			m.Text = "[" + marks[sort] + "は受け取れませんでした]"
		}
	}
	d.add(b, m, m.ID)
	return nil
}

// add adds a message, and hides it where the one that it belongs to was unsent before it came.
func (d *door) add(b *batch, m channels.Message, of string) {
	b.messages = append(b.messages, m)
	if _, who, _ := channels.OpenAddress(m.From); d.spool.gone(key(who, of)) {
		b.messages = append(b.messages, hide(m, m.ID, "gone:"+m.ID))
	}
}

// hide takes a message back, at the same moment as m.
func hide(m channels.Message, id, as string) channels.Message {
	return channels.Message{ID: as, Kind: name, From: m.From, At: m.At, Late: m.Late, Unsend: id}
}

// reworded adds the new words of a message as one of its own: what was written first stays, because it was said.
func (d *door) reworded(b *batch, raw json.RawMessage, e event, m channels.Message) {
	version := e.WebhookEventID
	if e.Timestamp > 0 {
		version = strconv.FormatInt(e.Timestamp, 10)
	}
	m.ID = e.Message.ID + ".edit." + version
	m.Text = anew + unreadable
	if whole, err := webhook.UnmarshalEvent(raw); err != nil { // the SDK's error holds the body
		d.env.Log.Warn("a message could not be decoded", "channel", name, "bytes", len(raw))
	} else if e, ok := whole.(webhook.MessageEditedEvent); ok {
		m.Text = anew + text(e.Message)
	}
	b.reworded[m.ID] = key(e.Source.UserID, e.Message.ID)
	d.add(b, m, e.Message.ID)
}

// unsent hides a message, its file and what it was written anew as. One that came in the same request is taken all the
// same, before it is hidden, and its file is not fetched.
func (d *door) unsent(b *batch, e event, m channels.Message) {
	id := e.Unsend.MessageID
	if id == "" {
		return
	}
	m.ID = cmp.Or(m.ID, id)
	was, err := d.spool.unsend(key(e.Source.UserID, id))
	if err != nil { // it is hidden all the same
		d.env.Log.Error("what was unsent cannot be noted", "channel", name)
	}
	for as, of := range b.reworded {
		if of == key(e.Source.UserID, id) {
			was.rewords = append(was.rewords, as)
		}
	}
	b.messages = append(b.messages, hide(m, id, m.ID))
	if was.file {
		was.rewords = append(was.rewords, fileID(id))
	}
	for _, of := range was.rewords {
		b.messages = append(b.messages, hide(m, of, m.ID+":"+of))
	}
	b.wanted = slices.DeleteFunc(b.wanted, func(w wanted) bool { return w.ID == id && w.Who == e.Source.UserID })
}

const (
	// unreadable stands for a message of a sort that is not known, or not as described.
	unreadable = "[読めない形式のメッセージ]"
	// anew begins what somebody has written in the place of something else. In kana it could be read as a name.
	anew = "〔書き直し〕"
)

// late is when a message is shown as having come late, although LINE does not say that it brings it again.
const late = 10 * time.Minute

// text is what a message says, or what it is where it has no words.
func text(m webhook.MessageContentInterface) string {
	switch m := m.(type) {
	case webhook.TextMessageContent:
		return m.Text
	case webhook.StickerMessageContent:
		return strings.TrimSpace("[スタンプ] " + m.Text) // of some stickers people write the words
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
