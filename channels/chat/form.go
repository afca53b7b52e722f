package chat

import (
	"crypto/rand"
	"errors"
	"net/http"
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
}

// form takes one message, or a code, where the browser runs no script. A form of ours may come without an origin, because
// the page tells browsers to send no referrer; from elsewhere nothing is taken.
func (d *door) form(w http.ResponseWriter, r *http.Request) {
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" || r.Header.Get("Origin") != "null" && !d.ours(r) {
		problem(w, http.StatusForbidden, "forbidden_origin")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 3*maxFrame) // percent signs treble the words
	if err := r.ParseForm(); err != nil {
		status := http.StatusBadRequest
		if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
			status = http.StatusRequestEntityTooLarge
		}
		d.page.render(w, status, d.page.plain, &plain{Told: "unavailable"})
		return
	}
	hello := &frame{Type: "hello", Resume: r.PostForm.Get("resume"), Code: r.PostForm.Get("code")}
	text := strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n") // browsers send both
	out := &plain{Draft: text}
	conv, how, err := d.begin(r.Context(), hello)
	if err != nil {
		bad := failure("", err)
		out.Told = map[string]string{unknownCode: "code.unknown", rateLimited: "say.busy"}[bad.Code]
		if out.Told == "" {
			out.Told = "unavailable"
		}
		d.page.render(w, statuses[bad.Code], d.page.plain, out)
		return
	}
	status := http.StatusOK
	if text != "" || how == "" {
		f := &frame{Type: "message", ID: r.PostForm.Get("id"), Text: text, About: r.PostForm.Get("about"), CallMe: r.PostForm.Get("call_me")}
		status = d.write(r, conv, f, out)
	}
	d.show(w, r, conv, how, status, out)
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
			f.ID += "." + string(rune('a'+i%26)) + string(rune('a'+i/26%26))
		}
		checked, bad := parseFrame(f.bytes())
		if bad == nil {
			bad = d.say(r.Context(), conv, checked)
		}
		if bad.Type == "error" {
			out.Told = map[string]string{empty: "say.draft", rateLimited: "say.busy"}[bad.Code]
			if out.Told == "" {
				out.Told = "unavailable"
			}
			return statuses[bad.Code]
		}
		out.Told = "state.stored"
		if bad.State == string(channels.Held) {
			out.Told = "held"
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
