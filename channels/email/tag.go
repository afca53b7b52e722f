package email

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/crypto/argon2"
)

// tags make and know the tag that every mail of the desk carries, in the address where bounces go and in its Message-ID: the
// reply's id, and a MAC of 128 bits over it and the person it went to. Nobody else can make one, and one that was made for
// another person is none: so what a mail says of itself opens nothing, and a forged bounce changes nothing. The first key
// makes tags and all know them, so that bounces of mails sent before a change of keys are still known.
type tags [][]byte

// newTags reads EMAIL_TAG_KEY. Where there is none, the key is made from the mailbox's password, slowly on purpose, because
// whoever gets a mail can test guesses of it.
func newTags(setting string, s server) tags {
	var t tags
	for _, secret := range secrets(setting) {
		t = append(t, mac([]byte(secret), "madoguchi mail tag"))
	}
	switch {
	case len(t) > 0:
	case s.password == "":
		t = tags{[]byte(rand.Text())}
	default:
		t = tags{argon2.IDKey([]byte(s.password), []byte("madoguchi mail tag\x00"+s.user+"\x00"+s.host), 2, 19<<10, 1, 32)}
	}
	return t
}

// secrets are those of EMAIL_TAG_KEY.
func secrets(setting string) []string {
	var all []string
	for secret := range strings.SplitSeq(setting, ",") {
		if secret = strings.TrimSpace(secret); secret != "" {
			all = append(all, secret)
		}
	}
	return all
}

// longEnough fits keys that cannot be guessed.
func longEnough(setting string) bool {
	return !slices.ContainsFunc(secrets(setting), func(s string) bool { return len(s) < 16 })
}

func mac(key []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write([]byte(p + "\x00"))
	}
	return h.Sum(nil)
}

// letters write tags: what is left of them when a server changes the case of an address.
var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

const (
	lineLength = 4  // letters that stand for a line: one of a million others has the same
	maxLines   = 24 // lines that a Message-ID stands for
	maxOwned   = 8  // of the mails that one answers
)

// seal returns the tag of a reply to a person, or "" for an id that is no UUID.
func (t tags) seal(replyID, who string) string {
	id, err := hex.DecodeString(strings.ReplaceAll(replyID, "-", ""))
	if err != nil || len(id) != 16 {
		return ""
	}
	return letters.EncodeToString(append(id, t.proof(0, replyID, who)...))
}

func (t tags) proof(key int, replyID, who string) []byte {
	return mac(t[key], "tag", replyID, strings.ToLower(who))[:16]
}

// open returns the reply that a tag is of, if it went to this person.
func (t tags) open(tag, who string) (replyID string, ok bool) {
	data, err := letters.DecodeString(strings.ToLower(tag))
	if err != nil || len(data) != 32 {
		return "", false
	}
	h := hex.EncodeToString(data[:16])
	replyID = h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	for k := range t {
		if hmac.Equal(data[16:], t.proof(k, replyID, who)) {
			return replyID, true
		}
	}
	return "", false
}

// messageID returns what stands before the @ of a mail's Message-ID: the tag, and a few letters for each line of the reply, by
// which the desk knows its own words again where they are quoted. They tell nobody else anything.
func (t tags) messageID(replyID, who, text string) string {
	tag := t.seal(replyID, who)
	if tag == "" {
		return hex.EncodeToString(mac(t[0], "id", replyID)[:16])
	}
	var lines strings.Builder
	for line := range strings.Lines(text) {
		if line = bare(line); line != "" && lines.Len() < maxLines*lineLength {
			lines.WriteString(t.line(0, replyID, line))
		}
	}
	if lines.Len() > 0 {
		tag += "."
	}
	return tag + lines.String()
}

func (t tags) line(key int, replyID, bare string) string {
	return letters.EncodeToString(mac(t[key], "line", replyID, bare)[:3])[:lineLength]
}

// bare is a line without spaces and marks of quotation, which programs put in and take out.
func bare(line string) string {
	line = strings.TrimLeftFunc(line, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(">＞|｜", r) })
	return strings.Join(strings.Fields(line), "")
}

var ownIDs = regexp.MustCompile(`([A-Za-z2-7]{52})(?:\.([A-Za-z2-7]*))?@`)

// sent is a mail of the desk that another mail names.
type sent struct {
	tags    tags
	replyID string
	lines   string
}

// answered returns the mails that went to this person and that the text of a header names.
func (t tags) answered(ids, who string) (all []sent) {
	for _, m := range ownIDs.FindAllStringSubmatch(ids, -1) {
		if id, ok := t.open(m[1], who); ok && len(all) < maxOwned {
			all = append(all, sent{t, id, strings.ToLower(m[2])})
		}
	}
	return all
}

// said reports whether a line, made bare, is one of the mail's.
func (s sent) said(bare string) bool {
	for k := range s.tags {
		letters := s.tags.line(k, s.replyID, bare)
		for i := 0; i+lineLength <= len(s.lines); i += lineLength {
			if s.lines[i:i+lineLength] == letters {
				return true
			}
		}
	}
	return false
}
