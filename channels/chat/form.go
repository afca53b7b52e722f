package chat

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"madoguchi/channels"
)

// plain is what the page without script shows.
type plain struct {
	Told          string   // key of the text that says what became of the message
	Words, Digits string   // the code of a new conversation
	Closed        bool     // the desk, just now
	Notice        string   // the desk's hours
	Entries       []*frame // what the desk says
	Resume, ID    string   // for the next message
	Draft         string   // what could not be taken
	Sent          []string // ids of what was taken just now, to take it back
	Here          bool     // something was written on this page
	Care          string   // what is said to somebody who wrote of danger, here: others may hold a code; see channels.Wait
}

// form takes one message, or a code, where the browser runs no script. A form of ours may come without an origin, because
// the page tells browsers to send no referrer; from elsewhere nothing is taken.
func (d *door) form(w http.ResponseWriter, r *http.Request) {
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" || r.Header.Get("Origin") != "null" && !d.ours(r) {
		problem(w, http.StatusForbidden, "forbidden_origin")
		return
	}
	fields, picture, err := readForm(w, r)
	if err != nil {
		status := http.StatusBadRequest
		if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
			status = http.StatusRequestEntityTooLarge
		}
		d.page.render(w, status, d.page.plain, &plain{Told: "unavailable"})
		return
	}
	hello := &frame{Type: "hello", Resume: fields.Get("resume"), Code: fields.Get("code")}
	out := &plain{Draft: strings.ReplaceAll(fields.Get("text"), "\r\n", "\n"), Here: fields.Has("here")} // browsers send both
	conv, how, err := d.begin(r.Context(), hello)
	if err != nil {
		bad := failure("", err)
		out.Told = formSays[bad.Code]
		d.page.render(w, statuses[bad.Code], d.page.plain, out)
		return
	}
	d.show(w, r, conv, how, d.filled(r, conv, how, fields, picture, out), out)
}

// filled does what a form asks for, and notes what became of it.
func (d *door) filled(r *http.Request, conv channels.Conversation, how channels.SecretKind, fields url.Values, picture io.Reader, out *plain) (status int) {
	if back := fields["unsend"]; len(back) > 0 && how != "" {
		return d.takeBack(r.Context(), conv, back[:min(len(back), 100)], out)
	}
	declares := known(fields.Get("declares"), declarers...)
	if out.Draft == "" && how != "" && picture == nil && declares == "" {
		return http.StatusOK
	}
	f := &frame{Type: "message", ID: fields.Get("id"), Text: out.Draft, About: fields.Get("about"), CallMe: fields.Get("call_me"), Declares: declares}
	if picture != nil {
		kept, bad := d.keepPart(r.Context(), picture)
		if bad != nil {
			out.Told = formSays[bad.Code]
			return statuses[bad.Code]
		}
		f.kept, f.Files = []channels.File{kept}, []string{"form"}
	}
	return d.write(r, conv, f, out)
}

// takeBack takes back what a form sent before.
func (d *door) takeBack(ctx context.Context, conv channels.Conversation, ids []string, out *plain) (status int) {
	for _, id := range ids {
		f, bad := parseFrame((&frame{Type: "unsend", ID: id}).bytes())
		if bad == nil {
			bad = d.say(ctx, conv, f)
		}
		if bad.Type == "error" {
			out.Told, out.Sent = "state.unsendFailed", ids
			return statuses[bad.Code]
		}
		out.Told = "state.unsent"
		if bad.State == string(channels.Held) {
			out.Told = "state.unsentHeld"
		}
	}
	return http.StatusOK
}

// formSays are the texts for what could not be taken; where there is none, that it has not arrived.
var formSays = map[string]string{
	unknownCode: "code.unknown", rateLimited: "say.busy", empty: "say.draft", noPicture: "say.picture.sort", tooLarge: "say.picture.large",
	noRoom: "say.picture.room", unavailable: "unavailable", badFrame: "unavailable", tooLong: "unavailable", closed: "unavailable",
}

// readForm reads the fields of a form up to its picture, which is last and is read as it comes: it never lies on the disk.
func readForm(w http.ResponseWriter, r *http.Request) (fields url.Values, picture io.Reader, err error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "multipart/form-data" {
		r.Body = http.MaxBytesReader(w, r.Body, 3*maxFrame) // percent signs treble the words
		err := r.ParseForm()
		return r.PostForm, nil, err
	}
	r.Body = http.MaxBytesReader(w, r.Body, channels.MaxFile+6*maxFrame)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, nil, err
	}
	fields = url.Values{}
	words := &io.LimitedReader{N: 3 * maxFrame}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return fields, nil, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if part.FormName() == "picture" {
			if part.FileName() == "" { // none was chosen
				continue
			}
			return fields, part, nil
		}
		words.R = part
		value, err := io.ReadAll(words)
		if err != nil || words.N == 0 {
			return nil, nil, &http.MaxBytesError{Limit: 3 * maxFrame}
		}
		fields.Add(part.FormName(), string(value))
	}
}

// keepPart keeps the picture of a form. A name that the file had is never read.
func (d *door) keepPart(ctx context.Context, picture io.Reader) (channels.File, *frame) {
	begin := make([]byte, 16)
	n, err := io.ReadFull(picture, begin)
	switch {
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF):
		return channels.File{}, refuse("", unavailable)
	case !isPicture(begin[:n]):
		return channels.File{}, refuse("", noPicture)
	case d.uploads.short(channels.MaxFile):
		return channels.File{}, refuseFile(errRoom)
	}
	f, err := d.env.Files.Keep(ctx, io.MultiReader(bytes.NewReader(begin[:n]), picture), channels.Picture)
	if err != nil {
		return channels.File{}, refuseFile(err)
	}
	return f, nil
}

// write takes the message of a form in, in as many parts as it needs, and notes what became of it.
func (d *door) write(r *http.Request, conv channels.Conversation, whole *frame, out *plain) (status int) {
	if n := utf8.RuneCountInString(whole.ID); n == 0 || n > maxID-4 || !utf8.ValidString(whole.Text) {
		whole.ID = rand.Text()
	}
	for i, text := range parts(strings.ToValidUTF8(whole.Text, "\uFFFD")) {
		f := *whole
		f.Text = text
		if i > 0 {
			f.kept, f.Files, f.Declares = nil, nil, ""
			f.ID += "." + string(rune('a'+i%26)) + string(rune('a'+i/26%26))
		}
		checked, bad := parseFrame(f.bytes())
		if bad == nil {
			checked.kept = f.kept
			bad = d.say(r.Context(), conv, checked)
		}
		if bad.Type == "error" {
			out.Told = formSays[bad.Code]
			return statuses[bad.Code]
		}
		out.Sent = append(out.Sent, checked.ID)
		out.Told = "state.stored"
		if bad.State == string(channels.Held) {
			out.Told = "held"
		} else if whole.Declares != "" {
			out.Told = "say.formal"
		}
	}
	out.Draft = ""
	return http.StatusOK
}

// parts cuts a text into pieces that a frame may hold.
func parts(text string) []string {
	var out []string
	for rest := []rune(text); ; {
		if len(rest) <= maxText {
			return append(out, string(rest))
		}
		out = append(out, string(rest[:maxText]))
		rest = rest[maxText:]
	}
}

// show renders the page after a form.
func (d *door) show(w http.ResponseWriter, r *http.Request, conv channels.Conversation, how channels.SecretKind, status int, out *plain) {
	hours := d.env.Desk.Hours(name, d.env.Now())
	if out.Here = out.Here || len(out.Sent) > 0; out.Here {
		out.Care = conv.Wait(r.Context()).Care
	}
	out.Closed, out.Notice, out.ID = !hours.Open, hours.Notice, rand.Text()
	if how != "" || out.Draft == "" { // else nothing began, and the next try begins it with its code
		if token, err := conv.Resume(r.Context()); err == nil {
			out.Resume = token
		}
	}
	if how == "" && out.Resume != "" {
		out.Words, out.Digits = conv.Code()
	}
	if how != "" {
		entries, err := conv.Unread(r.Context())
		if err != nil {
			d.env.Log.Debug("a mailbox could not be read", "channel", name)
		}
		for _, e := range entries {
			out.Entries = append(out.Entries, entry(e))
		}
		if n := len(entries); n > 0 && conv.Read(r.Context(), entries[n-1].Seq) != nil {
			d.env.Log.Debug("a mailbox could not be marked", "channel", name)
		}
	}
	d.page.render(w, status, d.page.plain, out)
}
