// Package chat is the door of the desk's own page: the page itself, the chat behind it by WebSocket, the same frames by
// POST and server-sent events where WebSocket is blocked, and a plain form where there is no script.
//
// It promises that an acknowledgement is true (it is sent only after Intake.Take has returned), that nothing a person wrote
// is refused for what it says, and that nobody is turned away: new conversations are never counted and no address is ever
// looked at, since one school is one address. It knows no case and keeps nothing but counters of rates and open
// connections in memory. What a seeker wrote is never sent back but behind a PIN that
// she chose (pin.go); the page keeps it in its own memory while it is open.
//
// # Connections
//
// An open chat costs one goroutine, which reads, and one small read buffer; buffers for writing are borrowed. Whatever
// else a connection needs (taking messages, fetching mail) is done by a goroutine that lives as long as there is something
// to do, so messages that arrive while others are being stored are stored together, in their order. Pings of all
// connections come from one loop. Nothing is compressed: a compressed stream tells the length of what it repeats.
//
// Mail counts as shown once there is a sign of life after it was sent: a pong or a frame. A reply that was lost on the way
// is therefore still unread when the seeker comes back with the code.
//
// # Taking back, and pictures
//
// A seeker may take back what she sent. It is acknowledged once that is durable; the wall hides it, and knows no message but
// those of the same conversation. What might be about danger is looked at by a person first, and the page says so.
//
// A picture is a message of its own, so words never wait for it. It comes in pieces by requests (files.go), lies sealed until
// it is whole (uploads.go), then goes to Files, and only then a message may name it. The page draws a picture anew before it
// goes, where the browser can do that faithfully, so that the place where it was taken does not leave the telephone.
// Pictures have a ceiling, and a part of the disk that they never take; words have neither.
//
// # The page
//
// One document at one address. It is rendered for the moment at which it is asked for, since it says who reads this and
// when. Its texts come from Desk.Text; the keys are listed in page.go. Their markup is small: paragraphs are parted by an
// empty line, lines that begin with ・ or "1. " are a list, **…** is emphasis, 漢字（かな） is furigana, and other brackets
// are 〔〕. A text that the city does not have is left out with its heading. The few words without which the page
// cannot work (buttons, states of a message) have a default in page.go and may be changed under button.* and state.*.
//
// The page stores nothing in the browser, asks nobody else for anything and has one entry in the history. It runs under
// Trusted Types and a policy without inline script, so what people write can only ever become text.
package chat

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"madoguchi/channels"
)

// Kind is the door of the desk's own page.
var Kind = channels.Kind{
	Names: []string{name},
	Settings: []channels.Setting{
		{Name: "CHAT_RATE", Default: "60/1m", Doc: "frames with words or answers a conversation may send in a time, such as 60/1m; off"},
		{Name: "CHAT_UPLOADS", Doc: "pictures that are on their way, sealed; default: DATA_DIR/chat"},
	},
	New: func(env channels.Env) (channels.Channel, error) { return newDoor(env) },
}

const name = "chat"

type door struct {
	env    channels.Env
	origin string // scheme and host of the public URL, "" where there is none
	rates  *rates
	open   registry
	page   *page
	work   sync.WaitGroup // what connections have started

	uploads *uploads
	swept   time.Time // by keepAlive alone
}

func newDoor(env channels.Env) (*door, error) {
	rates, err := parseRates(env.Setting("CHAT_RATE"))
	if err != nil {
		return nil, err
	}
	d := &door{env: env, rates: rates, open: newRegistry()}
	if u, err := url.Parse(env.PublicURL); err == nil && u.Host != "" {
		d.origin = strings.ToLower(u.Scheme + "://" + u.Host)
	}
	if d.page, err = newPage(env.Desk, env.Now); err != nil {
		return nil, err
	}
	if env.Setting("CHAT_UPLOADS") == "" {
		return nil, errors.New("CHAT_UPLOADS: expected a folder")
	}
	if d.uploads, err = newUploads(env.Setting("CHAT_UPLOADS"), env.Files); err != nil {
		return nil, errors.New("CHAT_UPLOADS: the folder cannot be made")
	}
	return d, nil
}

// Routes serves the page, the chat and its fallback.
func (d *door) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", d.page.start)
	mux.HandleFunc("GET /places", d.page.places)
	mux.HandleFunc("GET /practice", d.page.practice)
	for path := range assets() {
		mux.HandleFunc("GET "+path, d.page.asset)
	}
	mux.HandleFunc("GET /chat/ws", d.socket)
	mux.HandleFunc("POST /chat/messages", d.post)
	mux.HandleFunc("GET /chat/events", d.events)
	mux.HandleFunc("POST /chat/form", d.form)
	d.fileRoutes(mux)
}

// Run keeps connections alive until ctx ends. Then it lets what was received be stored and acknowledged, and closes them.
func (d *door) Run(ctx context.Context) error {
	d.open.keepAlive(ctx, d.tidy)
	d.open.shut()
	d.work.Wait()
	return nil
}

// tidy forgets what is over: periods of rates, and pictures that nobody goes on with.
func (d *door) tidy() {
	d.rates.forget()
	if now := time.Now(); now.Sub(d.swept) >= sweepEvery {
		d.swept = now
		if d.uploads.sweep(now) != nil {
			d.env.Log.Warn("pictures that nobody goes on with cannot be thrown away", "channel", name)
		}
	}
}

// Send has nothing to bring: a seeker reads in the mailbox, and the gateway that holds the connection sees it there.
func (d *door) Send(ctx context.Context, to channels.Address, _ channels.Reply) (channels.Sent, error) {
	if kind, who, _ := channels.OpenAddress(to); kind != name || who == "" {
		return channels.Sent{}, &channels.Undeliverable{Code: "no_conversation"}
	}
	return channels.Sent{Status: "sent"}, ctx.Err()
}

// ours reports whether a request may come from that origin. A missing one is accepted, since no cookie or other ambient
// authority is there to be stolen; another than ours would only serve to deceive.
func (d *door) ours(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return true
	}
	if len(origins) > 1 {
		return false
	}
	if d.origin != "" && strings.EqualFold(origins[0], d.origin) {
		return true
	}
	u, err := url.Parse(origins[0])
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.Path == "" && u.User == nil &&
		strings.EqualFold(u.Host, r.Host)
}

// problem answers with a problem document (RFC 9457) that holds nothing of the request.
func problem(w http.ResponseWriter, status int, code string) {
	body, err := json.Marshal(map[string]any{"type": "about:blank", "title": http.StatusText(status), "status": status, "code": code})
	if err != nil {
		body = []byte("{}")
	}
	w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // nobody is left to be told
}

// storing bounds how long a message that has arrived may take to become durable. It is stored even if the seeker has
// gone meanwhile. It is less than the ten seconds in which the house promises to end.
const storing = 7 * time.Second

// take stores messages in their order, whatever becomes of the connection they came by.
func (d *door) take(ctx context.Context, messages ...channels.Message) (channels.State, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storing)
	defer cancel()
	return d.env.Intake.Take(ctx, messages...)
}

// begin starts a conversation, or opens one by what the hello holds.
func (d *door) begin(ctx context.Context, f *frame) (conv channels.Conversation, how channels.SecretKind, err error) {
	for _, s := range []channels.Secret{{Kind: channels.ByResume, Text: f.Resume}, {Kind: channels.ByLink, Text: f.Link}, {Kind: channels.ByCode, Text: f.Code}} {
		if s.Text == "" {
			continue
		}
		if conv, err = d.env.Mailbox.Open(ctx, s); err == nil || !errors.Is(err, channels.ErrUnknown) {
			return conv, s.Kind, err
		}
	}
	if err != nil {
		return nil, "", err
	}
	conv, err = d.env.Mailbox.Begin(ctx)
	return conv, "", err
}

// welcome says where the seeker has arrived. Where the mailbox cannot be read just now it still welcomes: writing is
// possible. The code is told once, to whoever began the conversation.
func (d *door) welcome(ctx context.Context, conv channels.Conversation, how channels.SecretKind, last int64) *frame {
	hours := d.env.Desk.Hours(name, d.env.Now())
	w := &frame{Type: "welcome", Open: &hours.Open, Notice: &hours.Notice, Seq: &last}
	if how == "" {
		w.Code, w.Digits = conv.Code()
		w.Digits = strings.ReplaceAll(w.Digits, " ", "") // in groups it is for eyes; the page makes its own
	}
	if token, err := conv.Resume(ctx); err == nil {
		w.Resume = token
	}
	if how == channels.ByCode {
		w.tellOwn(ctx, conv)
	}
	return w
}

// failure turns an error of the house into what the seeker is told.
func failure(id string, err error) *frame {
	switch {
	case errors.Is(err, channels.ErrUnknown):
		return refuse(id, unknownCode)
	case errors.Is(err, channels.ErrBusy):
		f := refuse(id, rateLimited)
		f.RetryAfter = busyAgain
		return f
	}
	return refuse(id, unavailable)
}

// busyAgain is after how many seconds a code may be tried again when too many wait to be checked.
const busyAgain = 3
