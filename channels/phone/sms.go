package phone

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"madoguchi/channels"
)

// withinHook is what a webhook may take for media before the provider loses patience (15 seconds); what is not taken by
// then is found in its list.
const withinHook = 8 * time.Second

// text is a text message as the provider has it.
type text struct {
	sid, from, body string
	opt             string // what Twilio itself says: STOP, START or HELP
	media           []medium
	at              time.Time
	late            bool
}

// medium is a picture or something else that came with a text message.
type medium struct{ sid, kind string }

// incoming takes a text message in, and answers 200 only after it is durable. The provider joins the parts of a long one.
func (d *door) incoming(w http.ResponseWriter, r *http.Request) {
	form, ok := d.form(w, r)
	if !ok {
		return
	}
	t := text{sid: cmp.Or(form.Get("MessageSid"), form.Get("SmsSid")), from: form.Get("From"), body: form.Get("Body"), opt: form.Get("OptOutType"),
		media: media(form), at: d.env.Now()}
	if t.sid == "" || t.from == "" { // whoever sends from what is no number cannot be answered, but is heard
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), withinHook)
	defer cancel()
	if err := d.takeText(ctx, t); err != nil {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	if _, err := io.WriteString(w, xmlHead+"<Response></Response>"); err != nil {
		d.env.Log.Debug("the provider did not wait for the answer", "channel", sms)
	}
}

// takeText takes the words first, and then each medium as a message of its own, so that no picture keeps words waiting.
// When all of it is durable, the provider is to delete it.
func (d *door) takeText(ctx context.Context, t text) error {
	from := channels.NewAddress(sms, t.from, nil)
	if t.body != "" || len(t.media) == 0 {
		m := channels.Message{ID: t.sid, Kind: sms, From: from, Text: t.body, At: t.at, Late: t.late, Opt: opt(t.opt, t.body)}
		all := []channels.Message{m}
		if m.Opt != "" { // who has called from there is sent the same text messages
			all = append(all, channels.Message{ID: t.sid + ":opt", Kind: voice, From: channels.NewAddress(voice, t.from, nil), At: t.at, Late: t.late, Opt: m.Opt})
		}
		if _, err := d.env.Intake.Take(ctx, all...); err != nil {
			return err
		}
	}
	s, missing := stored{sid: t.sid}, error(nil)
	for i, m := range t.media {
		s.media = append(s.media, m.sid)
		sort, mark := sorted(m.kind)
		f, err := d.fetch(ctx, "/Messages/"+t.sid+"/Media/"+m.sid, sort)
		if err == nil {
			_, err = d.env.Intake.Take(ctx, channels.Message{ID: m.sid, Kind: sms, From: from, Text: fmt.Sprintf("[%s%d]", mark, i+1),
				At: t.at, Late: t.late, Files: []channels.File{f}})
		}
		missing = cmp.Or(missing, err)
	}
	if missing != nil && t.body != "" {
		d.env.Log.Warn("a medium of a text message could not be fetched; it will be asked for again", "channel", sms)
		return nil
	}
	if missing == nil {
		d.forget(s)
	}
	return missing
}

// media lists what a webhook says came with the words, by the ids alone.
func media(form url.Values) (all []medium) {
	n, _ := strconv.Atoi(form.Get("NumMedia"))
	for i := range min(n, 10) { // Twilio's most
		u, err := url.Parse(form.Get("MediaUrl" + strconv.Itoa(i)))
		if err != nil {
			continue
		}
		if sid := path.Base(u.Path); strings.HasPrefix(sid, "ME") && sidForm.MatchString(sid) && sidForm.MatchString(form.Get("MessageSid")) {
			all = append(all, medium{sid, form.Get("MediaContentType" + strconv.Itoa(i))})
		}
	}
	return all
}

// sorted tells the sort of a file by the content type that the provider gives, and how a text marks it.
func sorted(contentType string) (sort, mark string) {
	switch kind, _, _ := strings.Cut(contentType, "/"); {
	case kind == "image":
		return channels.Picture, "写真"
	case kind == "audio":
		return channels.Voice, "音声"
	case kind == "video":
		return channels.Video, "動画"
	case contentType == "application/pdf":
		return channels.Document, "書類"
	}
	return channels.Other, "ファイル"
}

// opt tells STOP and START. Twilio says so itself where that is switched on; elsewhere it acts on its standard words alone,
// and does not bring what is sent to whoever wrote one. The Japanese words are ours: they stop what we send, and only a
// message that is nothing but one of them counts, since 「やめて」 is said of many things.
func opt(said, text string) string {
	if said == "" {
		said = strings.ToUpper(norm.NFKC.String(strings.TrimSpace(text)))
	}
	switch said {
	case "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "配信停止", "配信を停止", "受信停止", "受信拒否", "ストップ", "停止":
		return "out"
	case "START", "YES", "UNSTOP", "配信再開", "受信再開", "再開", "スタート":
		return "in"
	}
	return ""
}
