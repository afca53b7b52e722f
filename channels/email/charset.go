package email

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// geta stands where a character cannot be known: a carrier's own, a company's own, or one that is damaged.
const geta = '〓'

// The names that Japanese mail gives to its encodings, without what separates their parts.
var encodings = map[string]func([]byte) string{
	"utf8": fromUTF8, "cesu8": fromUTF8, "unicode11utf8": fromUTF8,
	"iso2022jp": fromJIS, "iso2022jp1": fromJIS, "iso2022jp2": fromJIS, "iso2022jp3": fromJIS, "iso2022jp2004": fromJIS, "iso2022jpms": fromJIS,
	"csiso2022jp": fromJIS, "csiso2022jp2": fromJIS, "cp50220": fromJIS, "cp50221": fromJIS, "cp50222": fromJIS, "jis": fromJIS, "iso2022jpmobile": fromJIS,
	"shiftjis": fromShiftJIS, "sjis": fromShiftJIS, "xsjis": fromShiftJIS, "csshiftjis": fromShiftJIS, "mskanji": fromShiftJIS, "cp932": fromShiftJIS,
	"ms932": fromShiftJIS, "windows31j": fromShiftJIS, "cswindows31j": fromShiftJIS, "shiftjis2004": fromShiftJIS, "shiftjisx0213": fromShiftJIS, "xmscp932": fromShiftJIS,
	"eucjp": fromEUC, "xeucjp": fromEUC, "xeuc": fromEUC, "ujis": fromEUC, "eucjpms": fromEUC, "eucjpwin": fromEUC, "cp51932": fromEUC, "eucjis2004": fromEUC, "cseucpkdfmtjapanese": fromEUC,
}

// unsaid are the labels that say nothing: those for no encoding, and those that programs write when they know none.
var unsaid = []string{"", "usascii", "ascii", "iso88591", "windows1252", "latin1", "8bit", "binary", "unknown8bit", "utf7", "unicode11utf7", "unknown", "xunknown"}

// decode turns bytes into words. label is the encoding that the mail says they are in; it is believed only as far as the bytes
// bear it out, because a wrong one is common. Nothing is executed that a label asks for: UTF-7 stays the ASCII that it is.
func decode(data []byte, label string) string {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	plain := strings.NewReplacer("-", "", "_", "", " ", "", `"`, "", "'", "", ".", "").Replace(strings.ToLower(label))
	wide := strings.HasPrefix(plain, "utf16") || strings.HasPrefix(plain, "utf32")
	switch {
	case escaped.Match(data) && !isASCII(data) && bytes.IndexByte(data, '\n') >= 0:
		return byLine(data, label)
	case escaped.Match(data):
		return fromJIS(data)
	case isJIS(plain) && lostEscape.Match(data):
		if text := fromJIS(lostEscape.ReplaceAll(data, []byte("\x1b$$$1$2\x1b($3"))); readable(text) && kana(text) > 0 {
			return text
		}
	}
	if !wide && isASCII(data) {
		return string(data)
	}
	named := encodings[plain]
	if !wide && utf8.Valid(data) && (named == nil && slices.Contains(unsaid, plain) || plain == "utf8" || bytes.ContainsFunc(data, func(r rune) bool { return r >= 0x800 })) {
		return string(data)
	}
	if named != nil && !isJIS(plain) {
		if text := named(data); readable(text) {
			return text
		}
	} else if !slices.Contains(unsaid, plain) && named == nil {
		if r, err := charset.Reader(strings.Trim(label, ` "'`), bytes.NewReader(data)); err == nil {
			if text, err := io.ReadAll(r); err == nil {
				return strings.ToValidUTF8(string(text), string(geta))
			}
		}
	}
	return guess(data, named)
}

func isJIS(label string) bool {
	return strings.HasPrefix(label, "iso2022jp") || strings.HasPrefix(label, "cp5022") || strings.HasPrefix(label, "csiso2022jp") || label == "jis"
}

func isASCII(data []byte) bool {
	return !slices.ContainsFunc(data, func(b byte) bool { return b >= 0x80 })
}

// readable reports whether a decoding has no sign of being the wrong one.
func readable(text string) bool { return doubt(text) == 0 }

// doubt counts what is seldom in words: characters that could not be decoded, and half-width kana next to others or nearly
// alone, which wrong decodings are full of.
func doubt(text string) (n int) {
	last, halves, others := ' ', 0, 0
	for _, r := range text {
		if half(r) {
			halves++
		} else if r > unicode.MaxASCII {
			others++
		}
		switch {
		case r == utf8.RuneError, r == geta:
			n += 4
		case half(r) && (last > unicode.MaxASCII && !half(last) && !unicode.Is(unicode.Katakana, last)):
			n++
		case r < ' ' && !strings.ContainsRune("\r\n\t\f\v\b\x1b\x00", r):
			n++
		}
		last = r
	}
	if halves > 5 && halves > others {
		n++
	}
	return n
}

func half(r rune) bool { return r >= '｡' && r <= 'ﾟ' }

// guess decodes what nobody has named the encoding of, or not truly: as the one that leaves the least doubt.
func guess(data []byte, named func([]byte) string) string {
	best, least := "", -1
	for _, as := range []func([]byte) string{named, fromUTF8, fromShiftJIS, fromEUC} {
		if as == nil {
			continue
		}
		text := as(data)
		if d := doubt(text); least < 0 || d+1 < least || d < least && kana(text) > 0 || d == least && kana(text) > kana(best) {
			best, least = text, d
		}
	}
	if bytes.IndexByte(data, '\n') >= 0 && least > 0 {
		if text := byLine(data, ""); doubt(text) < least {
			return text
		}
	}
	if least > 0 && kana(best) == 0 && named == nil { // not Japanese at all
		if r, err := charset.Reader("windows-1252", bytes.NewReader(data)); err == nil {
			if text, err := io.ReadAll(r); err == nil && doubt(string(text)) < least {
				return string(text)
			}
		}
	}
	return best
}

// byLine decodes each line by itself: a quotation may be in another encoding than the words.
func byLine(data []byte, label string) string {
	var b strings.Builder
	for line := range bytes.Lines(data) {
		end := bytes.TrimRight(line, "\n")
		b.WriteString(decode(end, label) + string(line[len(end):]))
	}
	return b.String()
}

// kana counts full-width kana.
func kana(text string) (n int) {
	for _, r := range text {
		if r >= 'ぁ' && r <= 'ー' {
			n++
		}
	}
	return n
}

func fromUTF8(data []byte) string { return strings.ToValidUTF8(string(data), string(geta)) }

func fromShiftJIS(data []byte) string {
	text, err := japanese.ShiftJIS.NewDecoder().Bytes(data)
	if err != nil {
		return fromUTF8(data)
	}
	return known(text)
}

func fromEUC(data []byte) string {
	text, err := japanese.EUCJP.NewDecoder().Bytes(data)
	if err != nil {
		return fromUTF8(data)
	}
	return known(text)
}

// known puts geta where a table has no character that others know too.
func known(text []byte) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.Is(unicode.Co, r) {
			return geta
		}
		return r
	}, string(text))
}

var (
	escaped = regexp.MustCompile(`\x1b(\$[@AB(]|\([BIJ])`)
	// Some old servers drop the escape character and nothing else.
	lostEscape = regexp.MustCompile(`\$([@B])((?:[!-~][!-~])+?)\(([BJ])`)
)

// set is one of the sets of characters of ISO-2022-JP and its descendants.
type set struct {
	escape string // switches to it
	bytes  int    // of a character
	prefix []byte // with the character's own bytes, in the upper half, it is EUC-JP
	other  encoding.Encoding
}

var sets = []set{
	{escape: "\x1b(B", bytes: 1}, {escape: "\x1b(J", bytes: 1}, {escape: "\x1b(H", bytes: 1},
	{escape: "\x1b(I", bytes: 1, prefix: []byte{0x8e}},
	{escape: "\x1b$@", bytes: 2}, {escape: "\x1b$B", bytes: 2}, {escape: "\x1b$(B", bytes: 2}, {escape: "\x1b$(@", bytes: 2}, {escape: "\x1b&@\x1b$B", bytes: 2},
	{escape: "\x1b$(O", bytes: 2}, {escape: "\x1b$(Q", bytes: 2}, // the first plane of JIS X 0213 has the old characters at the old places
	{escape: "\x1b$(P", bytes: 2, other: encoding.Replacement},
	{escape: "\x1b$(D", bytes: 2, prefix: []byte{0x8f}},
	{escape: "\x1b$A", bytes: 2, other: simplifiedchinese.GBK}, {escape: "\x1b$(A", bytes: 2, other: simplifiedchinese.GBK},
	{escape: "\x1b$(C", bytes: 2, other: korean.EUCKR},
}

// fromJIS reads ISO-2022-JP in all its forms, and what is left of it when it was damaged: an escape cut short, a character cut
// in two, a line that never switches back, bytes that do not belong there. Most of it becomes EUC-JP first, which has the same
// sets at the same places.
func fromJIS(data []byte) string {
	unknown := []byte{0xa2, 0xae} // geta
	var b strings.Builder
	var euc []byte
	now, shifted := sets[0], false
	for i := 0; i < len(data); i++ {
		c := data[i]
		switch {
		case c == 0x1b:
			if n := slices.IndexFunc(sets, func(s set) bool { return bytes.HasPrefix(data[i:], []byte(s.escape)) }); n >= 0 {
				now = sets[n]
				i += len(now.escape) - 1
			}
		case c == 0x0e || c == 0x0f: // kana by a shift
			shifted = c == 0x0e
		case c == '\n' || c == '\r':
			now, shifted = sets[0], false
			euc = append(euc, c)
		case c <= ' ':
			euc = append(euc, c)
		case shifted || c >= 0xa1 && c <= 0xdf: // kana of eight bits
			euc = append(euc, 0x8e, c|0x80)
		case c >= 0x80:
			euc = append(euc, unknown...)
		case now.bytes == 1 && now.prefix == nil:
			euc = append(euc, c)
		case now.bytes == 1:
			euc = append(euc, now.prefix[0], c|0x80)
		case i+1 == len(data) || data[i+1] <= ' ' || data[i+1] >= 0x7f:
			euc = append(euc, unknown...)
		case now.other != nil:
			b.WriteString(fromEUC(euc))
			euc = euc[:0]
			if text, err := now.other.NewDecoder().Bytes([]byte{c | 0x80, data[i+1] | 0x80}); err == nil && len(text) > 0 {
				b.WriteString(known(text))
			} else {
				b.WriteRune(geta)
			}
			i++
		default:
			euc = append(append(euc, now.prefix...), c|0x80, data[i+1]|0x80)
			i++
		}
	}
	return b.String() + fromEUC(euc)
}
