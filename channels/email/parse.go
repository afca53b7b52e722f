package email

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"
)

// parsed is what is kept of a mail: nothing of its other headers, and no attachment.
type parsed struct {
	id        string // the same for the same mail, by whichever way it came
	from      string // lower-case address, or ""
	text      string // subject and words
	automatic bool
}

// maxText is the longest text that is taken over, in characters. The rest stays in the mailbox, and the text says so.
const maxText = 100_000

// goesOn stands at the end of what was too long.
const goesOn = "〔このメールは大きすぎたため、続きは受信箱の「" + acceptedFolder + "」にあります〕"

// parse reads a mail, however broken: what cannot be read as mail is taken as it stands, because words may be in it. ours
// is the subject of the desk's own mails, which a reply repeats.
func parse(raw []byte, whole bool, ours string) parsed {
	var p parsed
	id := ""
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if r == nil || err != nil && !message.IsUnknownCharset(err) {
		p.text = readable(raw)
	} else {
		p.from, p.automatic = sender(r.Header), automatic(r.Header.Header)
		id = r.Header.Get("Message-Id")
		p.text = words(r, raw, ours)
	}
	cut, ok := shortened(p.text)
	if p.text = cut; !ok || !whole {
		p.text += "\n" + goesOn
	}
	if p.text == "" {
		p.text = "[空のメール]"
	}
	sum := sha256.Sum256(raw)
	if id != "" {
		sum = sha256.Sum256([]byte(id + "\x00" + p.from + "\x00" + p.text))
	}
	p.id = hex.EncodeToString(sum[:16])
	return p
}

// words are the subject and the text of a mail.
func words(r *mail.Reader, raw []byte, ours string) string {
	subject := decoded(r.Header.Get("Subject"))
	reply := strings.HasPrefix(strings.ToLower(subject), "re:") || r.Header.Get("In-Reply-To") != "" || r.Header.Get("References") != ""
	var all []string
	if subject != "" && (ours == "" || !strings.HasSuffix(subject, ours)) {
		all = append(all, subject)
	}
	said := body(r, reply)
	if len(said) == 0 { // no part can be told from another
		_, rest, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
		said = []string{readable(rest)}
	}
	return strings.TrimSpace(strings.Join(append(all, said...), "\n"))
}

// shortened returns at most maxText characters, and whether that is all.
func shortened(text string) (string, bool) {
	if len(text) <= maxText || utf8.RuneCountInString(text) <= maxText {
		return text, true
	}
	return string([]rune(text)[:maxText]), false
}

var (
	bracketed = regexp.MustCompile(`<([^<>@\s"\\]+@[A-Za-z0-9.-]+)>`)
	bare      = regexp.MustCompile(`[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9.-]+`)
)

// sender returns the lower-case address that a mail is from, or "". Old addresses of Japanese carriers have dots where
// RFC 5322 allows none (a..b@, a.@), so an address that cannot be parsed is looked for.
func sender(h mail.Header) string {
	if from, err := h.AddressList("From"); err == nil && len(from) > 0 {
		return strings.ToLower(from[0].Address)
	}
	from := h.Get("From")
	if found := bracketed.FindStringSubmatch(from); found != nil {
		return strings.ToLower(found[1])
	}
	return strings.ToLower(bare.FindString(from))
}

// automatic tells mail that a machine wrote (RFC 3834), and mail of lists and bounces. X-Auto-Response-Suppress is no such
// sign: it only asks not to be answered by a machine, and none answers here.
func automatic(h message.Header) bool {
	if a := strings.ToLower(h.Get("Auto-Submitted")); a != "" && a != "no" {
		return true
	}
	switch strings.ToLower(h.Get("Precedence")) {
	case "bulk", "list", "junk", "auto_reply":
		return true
	}
	return h.Get("List-Id") != "" || strings.TrimSpace(h.Get("Return-Path")) == "<>" ||
		strings.HasPrefix(strings.ToLower(h.Get("Content-Type")), "multipart/report")
}

// body returns the plain words, or where there are none those of the HTML part, and says where something was attached.
func body(r *mail.Reader, reply bool) []string {
	var plain, rich, rest []string
	for {
		part, err := r.NextPart()
		if part == nil || err != nil && !message.IsUnknownCharset(err) {
			break
		}
		inline, ok := part.Header.(*mail.InlineHeader)
		if !ok {
			rest = append(rest, "[添付]")
			continue
		}
		data, err := io.ReadAll(part.Body)
		if err != nil && len(data) == 0 {
			rest = append(rest, "[読めない部分]")
			continue
		}
		switch kind, _, _ := inline.ContentType(); {
		case kind == "text/html":
			rich = append(rich, fromHTML(readable(data)))
		case kind == "" || strings.HasPrefix(kind, "text/"):
			plain = append(plain, readable(data))
		case strings.HasPrefix(kind, "image/"):
			rest = append(rest, "[写真1]")
		default:
			rest = append(rest, "[添付]")
		}
	}
	if strings.TrimSpace(strings.Join(plain, "")) == "" {
		plain = rich
	}
	for i := range plain {
		if plain[i] = strings.TrimSpace(strings.ReplaceAll(plain[i], "\r\n", "\n")); reply {
			plain[i] = own(plain[i])
		}
	}
	return append(plain, rest...)
}
