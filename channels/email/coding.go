package email

import (
	"bytes"
	"encoding/base64"
	"io"
	"regexp"
	"strings"
	"unicode"
)

var (
	encodedWord = regexp.MustCompile(`=\?([^?\s]{1,64})\?([bBqQ])\?([^?]*)\?=`)
	between     = regexp.MustCompile(`^[ \t\r\n]*$`)
)

// maxEncoded is how far a header is decoded; what follows stays as it is.
const maxEncoded = 64 << 10

// headerWords returns what a header says. Encoded words that follow one another in one encoding are put together before they
// are decoded: many programs cut them in the middle of a character.
func headerWords(raw string) string {
	var b strings.Builder
	var pending []byte
	label := ""
	flush := func() {
		b.WriteString(decode(pending, label))
		pending, label = nil, ""
	}
	raw, rest := raw[:min(len(raw), maxEncoded)], raw[min(len(raw), maxEncoded):]
	for raw != "" {
		at := encodedWord.FindStringSubmatchIndex(raw)
		if at == nil {
			break
		}
		gap := raw[:at[0]]
		name, way, coded := strings.ToLower(raw[at[2]:at[3]]), raw[at[4]:at[5]], raw[at[6]:at[7]]
		name, _, _ = strings.Cut(name, "*") // RFC 2231: a language
		if len(pending) > 0 && (!between.MatchString(gap) || name != label) {
			flush()
		}
		if !between.MatchString(gap) || b.Len() == 0 && len(pending) == 0 {
			b.WriteString(decode([]byte(gap), ""))
		}
		label = name
		if way == "q" || way == "Q" {
			pending = append(pending, unquote([]byte(strings.ReplaceAll(coded, "_", " ")))...)
		} else {
			pending = append(pending, unbase64([]byte(coded))...)
		}
		raw = raw[at[1]:]
	}
	flush()
	b.WriteString(decode([]byte(raw+rest), ""))
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, b.String())), " ")
}

// unbase64 decodes what it can.
func unbase64(data []byte) []byte {
	out, err := io.ReadAll(base64Reader(data))
	if err != nil {
		return nil // the reader has no errors
	}
	return out
}

// base64Reader reads base64 out of data, however it is broken into lines and whatever else stands between. A damaged end is an
// end: who reads must not be made to wait for what will never be better.
func base64Reader(data []byte) io.Reader {
	return enduring{base64.NewDecoder(base64.RawStdEncoding, &alphabetReader{data})}
}

type enduring struct{ io.Reader }

func (r enduring) Read(p []byte) (n int, err error) {
	if n, err = r.Reader.Read(p); err != nil {
		err = io.EOF
	}
	return n, err
}

// alphabetReader gives the letters of base64 and nothing else.
type alphabetReader struct{ rest []byte }

func (r *alphabetReader) Read(p []byte) (n int, err error) {
	read := 0
	for _, c := range r.rest {
		if n == len(p) {
			break
		}
		read++
		if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/' {
			p[n] = c
			n++
		}
	}
	r.rest = r.rest[read:]
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// unquote decodes quoted-printable; what is none stays as it is.
func unquote(data []byte) []byte {
	out := make([]byte, 0, len(data))
	digit := func(c byte) int { return strings.IndexByte("0123456789ABCDEF", byte(unicode.ToUpper(rune(c)))) }
	for i := 0; i < len(data); i++ {
		if data[i] != '=' {
			out = append(out, data[i])
			continue
		}
		line := bytes.TrimLeft(data[i+1:], " \t")
		switch {
		case len(data) > i+2 && digit(data[i+1]) >= 0 && digit(data[i+2]) >= 0:
			out = append(out, byte(digit(data[i+1])<<4|digit(data[i+2])))
			i += 2
		case bytes.HasPrefix(line, []byte("\r\n")):
			i = len(data) - len(line) + 1
		case bytes.HasPrefix(line, []byte("\n")):
			i = len(data) - len(line)
		default:
			out = append(out, '=')
		}
	}
	return out
}
