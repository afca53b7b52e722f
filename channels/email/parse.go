package email

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/charset"
	"github.com/emersion/go-message/mail"
	"golang.org/x/net/html"
)

// parsed is what is kept of a mail: nothing of its other headers, and no attachment.
type parsed struct {
	id        string // of its Message-ID and its content
	from      string // lower-case address, or ""
	text      string // subject and words
	automatic bool
}

// parse reads a mail, however broken: what cannot be read as mail is taken as it stands, because words may be in it.
func parse(raw []byte, whole bool) parsed {
	sum := sha256.Sum256(raw)
	p := parsed{id: hex.EncodeToString(sum[:16])}
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if r == nil || err != nil && !message.IsUnknownCharset(err) {
		p.text = strings.ToValidUTF8(string(raw), "�")
		return p
	}
	if from, err := r.Header.AddressList("From"); err == nil && len(from) > 0 {
		p.from = strings.ToLower(from[0].Address)
	}
	p.automatic = automatic(r.Header.Header)
	var words []string
	if subject := decoded(r.Header.Get("Subject")); subject != "" && !strings.HasPrefix(strings.ToLower(subject), "re:") {
		words = append(words, subject)
	}
	said := body(r)
	if len(said) == 0 { // no part can be told from another
		_, rest, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
		said = []string{strings.ToValidUTF8(string(rest), "�")}
	}
	words = append(words, said...)
	if !whole {
		words = append(words, "〔このメールは大きすぎたため、続きは受信箱の「"+acceptedFolder+"」にあります〕")
	}
	p.text = strings.TrimSpace(strings.Join(words, "\n"))
	if p.text == "" {
		p.text = "[空のメール]"
	}
	return p
}

func decoded(header string) string {
	d := mime.WordDecoder{CharsetReader: charset.Reader}
	s, err := d.DecodeHeader(header)
	if err != nil {
		return strings.TrimSpace(header)
	}
	return strings.TrimSpace(s)
}

// automatic tells mail that a machine wrote (RFC 3834), and mail of lists and bounces.
func automatic(h message.Header) bool {
	if a := strings.ToLower(h.Get("Auto-Submitted")); a != "" && a != "no" {
		return true
	}
	switch strings.ToLower(h.Get("Precedence")) {
	case "bulk", "list", "junk", "auto_reply":
		return true
	}
	return h.Get("List-Id") != "" || h.Get("X-Auto-Response-Suppress") != "" || strings.TrimSpace(h.Get("Return-Path")) == "<>" ||
		strings.HasPrefix(strings.ToLower(h.Get("Content-Type")), "multipart/report")
}

// body returns the plain words, or where there are none those of the HTML part, and says where something was attached.
func body(r *mail.Reader) []string {
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
		text := strings.ToValidUTF8(string(data), "�")
		switch kind, _, _ := inline.ContentType(); {
		case kind == "text/html":
			rich = append(rich, fromHTML(text))
		case kind == "" || strings.HasPrefix(kind, "text/"):
			plain = append(plain, text)
		case strings.HasPrefix(kind, "image/"):
			rest = append(rest, "[写真1]")
		default:
			rest = append(rest, "[添付]")
		}
	}
	if len(plain) == 0 {
		plain = rich
	}
	for i := range plain {
		plain[i] = own(plain[i])
	}
	return append(plain, rest...)
}

// own leaves the quoted lines of earlier mails out.
func own(text string) string {
	var kept []string
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		if !strings.HasPrefix(strings.TrimSpace(line), ">") {
			kept = append(kept, line)
		}
	}
	return strings.TrimSpace(strings.Join(kept, ""))
}

// fromHTML returns the words of a page, a line for each block.
func fromHTML(page string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	hidden := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(b.String())
		case html.TextToken:
			if hidden == 0 {
				b.Write(bytes.TrimSpace(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			switch tag, _ := z.TagName(); string(tag) {
			case "br", "p", "div", "li", "tr", "blockquote":
				b.WriteByte('\n')
			case "style", "script", "head", "title":
				hidden++
			}
		case html.EndTagToken:
			switch tag, _ := z.TagName(); string(tag) {
			case "style", "script", "head", "title":
				hidden = max(0, hidden-1)
			}
		}
	}
}
