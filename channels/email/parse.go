package email

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/mail"
	"regexp"
	"slices"
	"strings"

	"madoguchi/channels"
)

// What is taken over of one mail. What is beyond stays in the mailbox, and the text says so.
const (
	maxWords = 8 << 20 // bytes of one part's words
	maxText  = 100_000 // characters of one message; a longer text becomes several
	maxTexts = 10
	maxFiles = 30
)

// letter is what is kept of a mail: nothing of its other headers, and no name of a file.
type letter struct {
	id     string // the same for the same mail, by whichever way it came
	from   string // lower-case address, or ""
	texts  []string
	files  []attachment
	lacks  []string // what could not be taken over
	unsure bool     // something was left out that may be words
	header header
	whole  *part
}

// attachment is a file that came with a mail.
type attachment struct {
	*part
	sort string
}

// parse reads a mail, however broken: what cannot be read as mail is taken as it stands, because words may be in it. It returns
// always, because a mail that ends the reader would end it again and again.
func (d *door) parse(raw []byte, whole bool) (l letter) {
	defer func() {
		if recover() != nil { // what it says may hold words
			d.env.Panics.Caught(name)
			sum := sha256.Sum256(raw)
			l = letter{id: hex.EncodeToString(sum[:16]), whole: &part{}, header: header{}, lacks: []string{damaged}}
		}
	}()
	return d.read(raw, whole)
}

func (d *door) read(raw []byte, whole bool) letter {
	p, all := readMail(raw, whole)
	l := letter{from: sender(p.header), header: p.header, whole: p}
	if !all {
		l.lacks = append(l.lacks, tooLarge)
	}
	l.id = identity(raw, p.header.get("message-id"), l.from)
	c := contents{letter: &l, history: d.history(p.header, l.from)}
	said := c.walk(p)
	if subject := headerWords(p.header.get("subject")); subject != "" && (d.subject() == "" || !strings.HasSuffix(subject, d.subject())) {
		said.text = append([]string{subject}, said.text...)
	}
	l.texts = pieces(strings.TrimSpace(strings.Join(said.text, "\n")), &l)
	return l
}

// identity names a mail by its Message-ID, its sender and its body, so that a copy by another way is the same, and another mail
// with the same Message-ID is another.
func identity(raw []byte, messageID, from string) string {
	body := raw
	if messageID != "" {
		for _, gap := range []string{"\r\n\r\n", "\n\n"} {
			if _, after, ok := bytes.Cut(raw, []byte(gap)); ok {
				body = after
				break
			}
		}
	}
	of := sha256.Sum256(bytes.TrimSpace(body))
	sum := sha256.Sum256([]byte(messageID + "\x00" + from + "\x00" + string(of[:])))
	return hex.EncodeToString(sum[:16])
}

// pieces cuts a text so that each piece is a message.
func pieces(text string, l *letter) (all []string) {
	if most := 4 * maxText * maxTexts; len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
		l.lacks = append(l.lacks, tooLong)
	}
	runes := []rune(text)
	if len(runes) <= maxText {
		return []string{text}
	}
	for len(runes) > 0 && len(all) < maxTexts {
		n := min(len(runes), maxText)
		if end := slices.Index(runes[max(0, n-200):n], '\n'); end >= 0 && n < len(runes) {
			n = max(0, n-200) + end + 1
		}
		all = append(all, string(runes[:n]))
		runes = runes[n:]
	}
	if len(runes) > 0 {
		l.lacks = append(l.lacks, tooLong)
	}
	return all
}

// contents gathers what is in the parts of a mail.
type contents struct {
	*letter
	history history
}

// said is the words of a part.
type said struct {
	text []string
	rich bool // they are those of a page
}

func (s said) empty() bool { return strings.TrimSpace(strings.Join(s.text, "")) == "" }

func (s said) size() int { return len(strings.Join(s.text, "")) }

func (c *contents) walk(p *part) (s said) {
	switch {
	case p.kind == "multipart/alternative" && len(p.parts) > 0:
		return c.choose(p.parts)
	case strings.HasPrefix(p.kind, "message/") && len(p.parts) > 0:
		inside := p.parts[0]
		s.text = append(s.text, "〔添付されたメール〕")
		for _, field := range []string{"from", "date", "subject"} {
			if v := headerWords(inside.header.get(field)); v != "" {
				s.text = append(s.text, v)
			}
		}
		s.text = append(s.text, c.walk(inside).text...)
		return s
	case len(p.parts) > 0:
		for _, q := range p.parts {
			t := c.walk(q)
			s.rich = s.rich || t.rich
			s.text = append(s.text, t.text...)
		}
		return s
	}
	return c.leaf(p)
}

// choose takes the words of one of several forms, the plain one unless it only says that there is another, and the files of all.
func (c *contents) choose(parts []*part) (best said) {
	for _, q := range parts {
		switch s := c.walk(q); {
		case s.empty():
		case best.empty(), best.rich && !s.rich, s.rich && !best.rich && best.size() < 200 && s.size() > 4*best.size()+200:
			best = s
		}
	}
	return best
}

// leaf takes words, or keeps a file.
func (c *contents) leaf(p *part) (s said) {
	kind := p.kind
	if !strings.Contains(kind, "/") {
		kind = "text/plain"
	}
	begin := p.content(512)
	switch {
	case strings.HasSuffix(kind, "-signature"):
		return s
	case strings.HasSuffix(kind, "pkcs7-mime"), kind == "message/partial":
		c.lacks = append(c.lacks, damaged)
	case (strings.HasPrefix(kind, "text/") || strings.HasPrefix(kind, "message/")) && isWords(kind, begin):
		data := p.content(maxWords + 1)
		if len(data) > maxWords || p.cut {
			c.lacks = append(c.lacks, tooLong)
		}
		text := strings.ReplaceAll(decode(data[:min(len(data), maxWords)], p.params["charset"]), "\r\n", "\n")
		if kind == "text/html" {
			text = fromHTML(text)
		} else if strings.EqualFold(p.params["format"], "flowed") {
			text = flowed(text, !strings.EqualFold(p.params["delsp"], "yes"))
		}
		text, unsure := c.history.own(strings.TrimSpace(text))
		c.unsure = c.unsure || unsure
		if text = unsigned(text); p.attached() && text != "" {
			text = "〔添付された文書〕\n" + text
		}
		return said{[]string{text}, kind == "text/html"}
	}
	c.keep(p, begin, kind)
	return s
}

func (c *contents) keep(p *part, begin []byte, kind string) {
	switch {
	case len(bytes.TrimSpace(begin)) == 0 && len(bytes.TrimSpace(p.body)) == 0:
	case p.cut:
		c.lacks = append(c.lacks, tooLarge)
	case len(c.files) == maxFiles:
		c.lacks = append(c.lacks, tooMany)
	default:
		c.files = append(c.files, attachment{p, sortOf(begin, kind)})
	}
}

// isWords reports whether what is called text is to be read as such: a file may be called so, and some texts are for machines.
func isWords(kind string, begin []byte) bool {
	if slices.Contains([]string{"text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/csv", "text/rtf"}, kind) {
		return false
	}
	is := http.DetectContentType(begin)
	return strings.HasPrefix(is, "text/") || is == "application/octet-stream"
}

// sortOf tells the sort of a file by its first bytes, and where they say nothing, by what the mail calls it.
func sortOf(begin []byte, kind string) string {
	is := http.DetectContentType(begin)
	if len(begin) > 12 && string(begin[4:8]) == "ftyp" && slices.Contains([]string{"heic", "heix", "mif1", "msf1", "avif"}, string(begin[8:12])) {
		is = "image/heic"
	}
	if is == "application/octet-stream" || strings.HasPrefix(is, "text/") {
		is = kind
	}
	switch {
	case strings.HasPrefix(is, "image/"):
		return channels.Picture
	case strings.HasPrefix(is, "audio/"):
		return channels.Voice
	case strings.HasPrefix(is, "video/"):
		return channels.Video
	case is == "application/pdf":
		return channels.Document
	}
	return channels.Other
}

var (
	bracketed = regexp.MustCompile(`<([^<>@\s"\\]+@[A-Za-z0-9.-]+)>`)
	address   = regexp.MustCompile(`[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9.-]+`)
)

// sender returns the lower-case address that a mail is from, or "". Old addresses of Japanese carriers have dots where
// RFC 5322 allows none (a..b@, a.@), so an address that cannot be parsed is looked for.
func sender(h header) string {
	from := strings.NewReplacer("\r", " ", "\n", " ").Replace(h.get("from"))
	if all, err := mail.ParseAddressList(encodedWord.ReplaceAllString(from, "x")); err == nil && len(all) > 0 {
		return strings.ToLower(all[0].Address)
	}
	if found := bracketed.FindStringSubmatch(from); found != nil {
		return strings.ToLower(found[1])
	}
	return strings.ToLower(address.FindString(from))
}
