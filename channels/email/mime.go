package email

import (
	"bytes"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// What is read of a mail. A mail within them is read whole; of one beyond them the rest is told to be there.
const (
	maxDepth  = 20      // parts within parts
	maxParts  = 1000    // parts in all
	maxHeader = 1 << 20 // bytes of a part's header
)

// part is a part of a mail, or a whole one. Programs write mails in every broken way there is, so reading one never fails: what
// has no form is the body of a part that has no header. Nothing is copied; body is where it lies in the mail.
type part struct {
	header header
	kind   string // text/plain
	params map[string]string
	body   []byte  // as it came, still encoded
	parts  []*part // of a multipart, or the mail inside
	cut    bool    // its end was not fetched
}

// header is the fields of a part by lower-case name, unfolded, as they came.
type header map[string][]string

func (h header) get(name string) string {
	if v := h[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// reading reads one mail.
type reading struct {
	parts int  // so far
	more  bool // there is more than is read
}

// readMail reads a mail of which raw is the whole, or else the beginning.
func readMail(raw []byte, whole bool) (p *part, all bool) {
	var r reading
	p = r.read(raw, 0)
	if !whole {
		last := p
		for len(last.parts) > 0 {
			last = last.parts[len(last.parts)-1]
		}
		last.cut = true
	}
	return p, whole && !r.more
}

func (r *reading) read(raw []byte, depth int) *part {
	r.parts++
	p := &part{}
	p.header, p.body = r.head(raw)
	p.kind, p.params = contentType(p.header.get("content-type"))
	switch boundary := p.params["boundary"]; {
	case strings.HasPrefix(p.kind, "multipart/") && boundary != "":
		if depth >= maxDepth {
			r.more = true
			return p
		}
		p.parts = r.split(p.body, boundary, depth)
	case p.kind == "message/rfc822" || p.kind == "message/global" || p.kind == "message/news":
		if depth >= maxDepth {
			r.more = true
			return p
		}
		inside := p.body
		if strings.Contains(strings.ToLower(p.header.get("content-transfer-encoding")), "base64") || quoted(p) { // forbidden, and done
			inside = p.content(maxMail)
		}
		p.parts = []*part{r.read(inside, depth+1)}
	case strings.HasPrefix(p.kind, "multipart/"): // of parts that cannot be told from one another
		p.kind = "text/plain"
	}
	return p
}

// field cuts a line of a header into the field's lower-case name and what it says.
func field(line []byte) (name string, value []byte, ok bool) {
	before, value, ok := bytes.Cut(line[:min(len(line), 200)], []byte(":"))
	before = bytes.TrimRight(before, " \t")
	if !ok || len(before) == 0 || bytes.ContainsFunc(before, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return "", nil, false
	}
	return strings.ToLower(string(before)), line[len(line[:min(len(line), 200)])-len(value):], true
}

// head reads the fields before the first empty line, or before the first line that is no field, and returns what follows.
func (r *reading) head(raw []byte) (header, []byte) {
	h, size := header{}, 0
	name, value := "", []byte(nil) // of the field being read
	end := func() {
		if name != "" {
			h[name] = append(h[name], string(bytes.TrimSpace(value)))
		}
		name, value = "", nil
	}
	defer end()
	for first := true; len(raw) > 0; first = false {
		line, rest, _ := bytes.Cut(raw, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			return h, rest
		}
		called, says, ok := field(line)
		switch size += len(line) + 1; {
		case (line[0] == ' ' || line[0] == '\t') && !first:
			if size <= maxHeader {
				value = append(append(value, '\n'), line...)
			}
		case ok && size <= maxHeader:
			end()
			name, value = called, bytes.Clone(says)
		case ok || first && bytes.HasPrefix(line, []byte("From ")):
			end()
		default:
			return h, raw
		}
		raw, r.more = rest, r.more || size > maxHeader
	}
	return h, nil
}

// split returns the parts between the lines of a boundary. What stands before the first and behind the last is a note for old
// programs in ASCII, or it is words that are misplaced.
func (r *reading) split(rest []byte, boundary string, depth int) (parts []*part) {
	add := func(raw []byte) { parts = append(parts, r.read(raw, depth+1)) }
	headless := func(text []byte) { add(append([]byte("\n"), text...)) }
	for begun := false; r.parts < maxParts; begun = true {
		before, after, last, found := cutBoundary(rest, []byte("--"+boundary))
		if begun {
			add(before)
		} else if !found || hasWords(before) {
			headless(before)
		}
		if last && hasWords(after) {
			headless(after)
		}
		if last || !found {
			return parts
		}
		rest = after
	}
	r.more = true
	return parts
}

// hasWords reports whether there is more than ASCII.
func hasWords(text []byte) bool { return !isASCII(text) || escaped.Match(text) }

// cutBoundary cuts around the first line that is the mark, or the mark of the end. Without one all is before it.
func cutBoundary(text, mark []byte) (before, after []byte, last, found bool) {
	for at := 0; ; {
		i := bytes.Index(text[at:], mark)
		if i < 0 {
			return text, nil, false, false
		}
		i += at
		at = i + len(mark)
		line, after, _ := bytes.Cut(text[at:], []byte("\n"))
		rest := strings.TrimRight(string(line[:min(len(line), 80)]), " \t\r")
		if (i == 0 || text[i-1] == '\n') && (rest == "" || rest == "--") {
			before = bytes.TrimSuffix(bytes.TrimSuffix(text[:i], []byte("\n")), []byte("\r"))
			return before, after, rest == "--", true
		}
	}
}

var param = regexp.MustCompile(`;\s*([^=\s;*]+)(?:\*\d*\*?)?\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)`)

// contentType reads the value of a Content-Type or a Content-Disposition. What is none is text.
func contentType(v string) (kind string, params map[string]string) {
	kind, _, _ = strings.Cut(v, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	params = map[string]string{}
	for _, m := range param.FindAllStringSubmatch(v[:min(len(v), 1<<14)], 50) {
		value := strings.TrimSpace(m[2])
		if inner, ok := strings.CutPrefix(value, `"`); ok {
			value = strings.ReplaceAll(strings.TrimSuffix(inner, `"`), `\`, "")
		}
		if name := strings.ToLower(m[1]); len(params[name])+len(value) <= 1000 {
			params[name] += value // the pieces of one value follow one another
		}
	}
	return kind, params
}

func quoted(p *part) bool {
	return strings.Contains(strings.ToLower(p.header.get("content-transfer-encoding")), "quoted-printable")
}

// reader gives the content of a part, decoded.
func (p *part) reader() io.Reader {
	switch way := strings.ToLower(p.header.get("content-transfer-encoding")); {
	case strings.Contains(way, "base64"):
		return base64Reader(p.body)
	case quoted(p):
		return bytes.NewReader(unquote(p.body))
	}
	return bytes.NewReader(p.body)
}

// content returns at most so many bytes of the content of a part.
func (p *part) content(most int64) []byte {
	data, err := io.ReadAll(io.LimitReader(p.reader(), most))
	if err != nil {
		return nil // the readers have no errors
	}
	return data
}

// attached reports whether a part is meant to be a file rather than words: it says so, or it has a name. The name itself is
// not read.
func (p *part) attached() bool {
	way, params := contentType(p.header.get("content-disposition"))
	return way == "attachment" || params["filename"] != "" || p.params["name"] != ""
}

// each calls f for every part that has no parts.
func (p *part) each(f func(*part)) {
	p.inside(func(q *part) {
		if len(q.parts) == 0 {
			f(q)
		}
	})
}

// inside calls f for the part and all its parts.
func (p *part) inside(f func(*part)) {
	f(p)
	for _, q := range p.parts {
		q.inside(f)
	}
}

// numbered writes marks such as [写真1], which the router numbers anew within its case.
func numbered(mark string, n int) string { return "[" + mark + strconv.Itoa(n) + "]" }
