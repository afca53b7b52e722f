package chat

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"madoguchi/channels"
)

// Limits of frames.
const (
	maxFrame  = 64 << 10 // bytes
	maxText   = 4000     // code points
	maxID     = 64       // code points
	maxCallMe = 64       // code points; a longer name to be called by is cut
	maxFiles  = 4        // pictures of one message
)

// Codes of error frames.
const (
	badFrame    = "bad_frame"
	tooLong     = "too_long"
	empty       = "empty"
	rateLimited = "rate_limited"
	unknownCode = "unknown_code"
	unavailable = "unavailable"
	closed      = "closed"
	unknownFile = "unknown_file"
	wrongOffset = "wrong_offset"
	noPicture   = "no_picture"
	tooLarge    = "too_large"
	noRoom      = "no_room"
)

// says are the words that go with the codes, for whoever reads frames; the page has its own.
var says = map[string]string{
	badFrame:    "この形では受け取れません。",
	tooLong:     "一度に送れるのは4,000字までです。",
	empty:       "何も書かれていません。",
	rateLimited: "少し待ってから、もう一度送ってください。",
	unknownCode: "その合言葉では開けませんでした。",
	unavailable: "まだとどいていません。もう一度送ってください。",
	closed:      "この話は、もう開けません。",
	unknownFile: "その写真は、まだとどいていません。もう一度送ってください。",
	wrongOffset: "写真の続きは、別のところからです。",
	noPicture:   "写真ではないようです。",
	tooLarge:    "写真が大きすぎます。20MBまでです。",
	noRoom:      "いまは写真を受け取れません。文は送れます。",
}

// frame is everything that goes to and fro. Fields that a kind of frame does not have are left out.
type frame struct {
	Type string `json:"type"`

	Code   string `json:"code,omitempty"`
	Digits string `json:"digits,omitempty"`
	Resume string `json:"resume,omitempty"`
	Link   string `json:"link,omitempty"`
	After  *int64 `json:"after,omitempty"`
	Lang   string `json:"lang,omitempty"`

	Open       *bool   `json:"open,omitempty"`
	Notice     *string `json:"notice,omitempty"`
	Hours      string  `json:"hours,omitempty"` // with an ack while the desk is closed: what is true until it opens
	Seq        *int64  `json:"seq,omitempty"`
	State      string  `json:"state,omitempty"`
	Band       string  `json:"band,omitempty"` // of a status: how long it may take
	Care       string  `json:"care,omitempty"` // of a status: what is said to somebody who wrote of danger
	Next       string  `json:"next,omitempty"` // of a status: when somebody answers next, as people read it
	By         string  `json:"by,omitempty"`   // of a status: by when there is an answer, the same; only where that is promised
	From       string  `json:"from,omitempty"`
	At         string  `json:"at,omitempty"`
	School     string  `json:"school,omitempty"`
	Level      string  `json:"level,omitempty"`
	RetryAfter int     `json:"retry_after,omitempty"`
	Message    string  `json:"message,omitempty"`

	ID     string `json:"id,omitempty"`
	Text   string `json:"text,omitempty"`
	About  string `json:"about,omitempty"`
	CallMe string `json:"call_me,omitempty"`
	// Declares is child or parent, who says formally that it is a serious case; with an ack, that it was said.
	Declares string `json:"declares,omitempty"`
	Family   bool   `json:"family,omitempty"` // of a question: her family would be spoken with
	Answer   string `json:"answer,omitempty"` // with an ack: that it is one of an answer
	Erase    *bool  `json:"erase,omitempty"`
	Left     string `json:"left,omitempty"` // with a bye: what became of a visit of a page that speaks by requests; one of leaves

	Files  []string `json:"files,omitempty"`  // ids of whole uploads
	Unsent bool     `json:"unsent,omitempty"` // with an ack: that the message of this id is taken back

	PIN    string    `json:"pin,omitempty"`
	Old    string    `json:"old,omitempty"`    // the PIN before
	Words  []ownWord `json:"words,omitempty"`  // what the seeker wrote
	More   bool      `json:"more,omitempty"`   // another frame of words follows
	Hidden *int      `json:"hidden,omitempty"` // with a welcome by the code: how many of the seeker's messages are not shown
	Locked *bool     `json:"locked,omitempty"` // the same: that a PIN opens them

	kept []channels.File // what Files are for the house
}

// parseFrame reads a frame of a seeker, or returns the error frame to answer with.
func parseFrame(b []byte) (f, bad *frame) {
	f = &frame{}
	if !utf8.Valid(b) || json.Unmarshal(b, f) != nil {
		return nil, refuse("", badFrame)
	}
	id := ""
	if n := utf8.RuneCountInString(f.ID); n >= 1 && n <= maxID && !strings.ContainsRune(f.ID, utf8.RuneError) { // two ids that cannot be written would be one
		id = f.ID
	}
	switch f.Type {
	case "hello":
		if f.After != nil && *f.After < 0 {
			return nil, refuse("", badFrame)
		}
	case "message":
		switch n := utf8.RuneCountInString(f.Text); {
		case id == "":
			return nil, refuse("", badFrame)
		case len(f.Files) > maxFiles || repeated(f.Files):
			return nil, refuse(id, badFrame)
		case strings.TrimSpace(f.Text) == "" && len(f.Files) == 0 && known(f.Declares, declarers...) == "":
			return nil, refuse(id, empty)
		case n > maxText:
			return nil, refuse(id, tooLong)
		}
		f.About, f.Declares = known(f.About, "self", "friend", "did", "unsaid"), known(f.Declares, declarers...)
		if name := []rune(strings.TrimSpace(f.CallMe)); len(name) > maxCallMe {
			f.CallMe = string(name[:maxCallMe])
		}
	case "consent":
		if id == "" || known(f.Answer, "yes", "no", "later", "change") == "" {
			return nil, refuse(id, badFrame)
		}
	case "unsend":
		if id == "" {
			return nil, refuse("", badFrame)
		}
	case "pin", "own":
		if bad := f.parsePIN(id); bad != nil {
			return nil, bad
		}
	case "bye":
		f.Left = known(f.Left, leaves...)
	default:
		return nil, refuse(id, badFrame)
	}
	return f, nil
}

func repeated(ids []string) bool {
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			return true
		}
	}
	return false
}

func known(s string, words ...string) string {
	for _, w := range words {
		if s == w {
			return s
		}
	}
	return ""
}

func refuse(id, code string) *frame {
	return &frame{Type: "error", ID: id, Code: code, Message: says[code]}
}

func (f *frame) bytes() []byte {
	b, err := json.Marshal(f)
	if err != nil {
		return []byte(`{"type":"error","code":"unavailable"}`) // a struct of strings and numbers always marshals
	}
	return padded(b)
}

// What whoever watches the line could learn from the length of a frame is which of a few classes it is in: 512·2ⁿ bytes. Frames
// above the last class, which only many pictures and the longest texts need, go as they are.
const (
	leastFrame  = 512
	mostPadding = 32 << 10
)

// padded fills a frame up to its class by a field that nobody reads.
func padded(b []byte) []byte {
	const empty = `,"pad":""`
	size := leastFrame
	for size < len(b)+len(empty) {
		size *= 2
	}
	if size > mostPadding {
		return b
	}
	out := make([]byte, 0, size)
	out = append(out, b[:len(b)-1]...)
	out = append(out, `,"pad":"`...)
	for len(out) < size-len(`"}`) {
		out = append(out, '0')
	}
	return append(out, `"}`...)
}

// message is what a frame becomes for the house. Messages and answers have ids of their own, so that a seeker's client
// may count both from 1; an answer is known by its question and what it says.
func (f *frame) message(conv channels.Conversation, at time.Time, first *channels.Opening) channels.Message {
	m := channels.Message{Kind: name, From: conv.Address(), At: at, First: first}
	switch f.Type {
	case "message":
		m.ID, m.Text, m.About, m.CallMe, m.Lang = "m:"+f.ID, f.Text, f.About, strings.TrimSpace(f.CallMe), foreign(f.Lang)
		m.Files, m.Text, m.Declares = f.kept, marked(f.Text, len(f.kept)), f.Declares
		if f.Declares != "" && strings.TrimSpace(f.Text) == "" {
			m.Text = declared
		}
	case "consent":
		m.ID, m.Answer, m.First = "c:"+f.Answer+":"+f.ID, &channels.Answer{ID: f.ID, Answer: f.Answer}, nil // an answer to nothing makes no conversation
	case "unsend":
		m.ID, m.Unsend, m.First = "u:"+f.ID, "m:"+f.ID, nil // it makes no conversation
	case "bye":
		m.ID, m.Erase = "erase", true
	}
	return m
}

// foreign is the language of a tag (en of en-US), where it is one and another than Japanese. The rest of a tag says nothing that
// counts, and might say anything.
func foreign(tag string) string {
	lang, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if lang == "ja" || len(lang) < 2 || len(lang) > 3 || strings.ContainsFunc(lang, func(r rune) bool { return r < 'a' || r > 'z' }) {
		return ""
	}
	return lang
}

// marked puts the marks of pictures before the words, so that none that somebody wrote is taken for one.
func marked(text string, pictures int) string {
	if pictures == 0 {
		return text
	}
	var lines []string
	for i := range pictures {
		lines = append(lines, "[写真"+strconv.Itoa(i+1)+"]")
	}
	if strings.TrimSpace(text) != "" {
		lines = append(lines, text)
	}
	return strings.Join(lines, "\n")
}

// declarers are those who can say formally that it is a serious case, and declared is what they say without words of their own.
var declarers = []string{"child", "parent"}

const declared = "とても重いことが起きていると、正式に伝えます。"

// acknowledge is the answer to a frame whose message is durable.
func (f *frame) acknowledge(s channels.State) *frame {
	return &frame{Type: "ack", ID: f.ID, State: string(s), Answer: f.Answer, Unsent: f.Type == "unsend", Declares: f.Declares}
}

// entry is what the desk says, as a frame.
func entry(e channels.Entry) *frame {
	if q := e.Question; q != nil {
		return &frame{Type: "consent", Seq: &e.Seq, ID: q.ID, School: q.School, Level: q.Level, Text: q.Text, Family: q.Family}
	}
	from := "desk"
	if e.From == "counselor" {
		from = "counselor"
	}
	return &frame{Type: "message", Seq: &e.Seq, From: from, Text: e.Text, At: e.At.Format(time.RFC3339)}
}

// told is what a page was told of the desk: what it is doing, what may be said of the wait, by when there is an answer, and when
// somebody answers next.
type told struct{ State, Band, Care, By, Next string }

// now is what is true of the desk just now.
func (d *door) now(state string, w channels.Wait) told {
	t := told{Next: d.next()}
	t.doing(state)
	t.waits(w, d.env.Desk)
	return t
}

// next is when somebody answers next where nobody does now, or "" where that is not known.
func (d *door) next() string { return d.env.Desk.Text("wait.next", nil) }

func (t *told) doing(state string) {
	t.State = cmp.Or(known(state, "waiting", "reading", "writing"), "waiting")
}

func (t *told) waits(w channels.Wait, desk channels.Desk) {
	t.Band = cmp.Or(known(w.Band, "05min", "20min", "30min", "today", "later", sorry), unsaid)
	t.Care = cmp.Or(known(w.Care, "alarm", "night", "paged"), unsaid)
	if t.By = ""; !w.By.IsZero() {
		t.By = desk.Moment(w.By)
	}
}

// status tells it. All these frames are of one size, so that nothing of it can be read off an encrypted line.
func (t told) status() *frame {
	return &frame{Type: "status", State: t.State, Band: t.Band, Care: t.Care, By: t.By, Next: t.Next}
}

// Codes of a status that the door itself knows.
const (
	unsaid = "quiet"
	sorry  = "sorry"
)
