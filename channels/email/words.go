package email

import (
	"bytes"
	"io"
	"mime"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"golang.org/x/net/html"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
)

// readable turns bytes into words. What has been decoded already stays as it is; what nobody named an encoding for, or one
// that is not known (cp932, iso-2022-jp-ms), is in one of the Japanese ones.
func readable(data []byte) string {
	var candidates []encoding.Encoding
	switch jis := bytes.Contains(data, []byte("\x1b$")); {
	case jis:
		candidates = []encoding.Encoding{japanese.ISO2022JP}
	case utf8.Valid(data):
		return string(data)
	default:
		candidates = []encoding.Encoding{japanese.ShiftJIS, japanese.EUCJP}
	}
	for _, e := range candidates {
		if text, err := e.NewDecoder().Bytes(data); err == nil && !bytes.ContainsRune(text, utf8.RuneError) {
			return string(text)
		}
	}
	return strings.ToValidUTF8(string(data), "\uFFFD")
}

// decoded returns a header as words.
func decoded(header string) string {
	d := mime.WordDecoder{CharsetReader: func(name string, r io.Reader) (io.Reader, error) {
		data, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		if known, err := charset.Reader(name, bytes.NewReader(data)); err == nil {
			return known, nil
		}
		return strings.NewReader(readable(data)), nil
	}}
	s, err := d.DecodeHeader(header)
	if err != nil {
		s = header
	}
	return strings.TrimSpace(readable([]byte(s)))
}

// own leaves out what a reply quotes of earlier mails. Who writes nothing below or between is not silenced: then it all
// stays.
func own(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	var kept []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), ">") {
			kept = append(kept, line)
		}
	}
	if said := strings.TrimSpace(strings.Join(kept, "")); said != "" {
		return said
	}
	return strings.TrimSpace(text)
}

// fromHTML returns the words of a page, a line for each block.
func fromHTML(page string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	unseen := "" // the element inside of which nothing is shown
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(b.String())
		case html.TextToken:
			if unseen == "" {
				inline(&b, string(z.Text()))
			}
		case html.SelfClosingTagToken:
			if tag, _ := z.TagName(); string(tag) == "br" {
				b.WriteByte('\n')
			}
		case html.StartTagToken:
			switch tag, _ := z.TagName(); string(tag) {
			case "br", "p", "div", "li", "tr", "blockquote", "h1", "h2", "h3":
				b.WriteByte('\n')
			case "style", "script", "title":
				unseen = string(tag)
			}
		case html.EndTagToken:
			if tag, _ := z.TagName(); string(tag) == unseen {
				unseen = ""
			}
		}
	}
}

// inline adds text as a browser shows it, where any space is one.
func inline(b *strings.Builder, text string) {
	space := func(r rune) bool { return r <= unicode.MaxASCII && unicode.IsSpace(r) }
	words := strings.FieldsFunc(text, space)
	if len(words) == 0 {
		return
	}
	if space(rune(text[0])) && b.Len() > 0 && !strings.HasSuffix(b.String(), "\n") {
		b.WriteByte(' ')
	}
	b.WriteString(strings.Join(words, " "))
	if space(rune(text[len(text)-1])) {
		b.WriteByte(' ')
	}
}
