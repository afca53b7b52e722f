package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-smtp"
)

// letter is what a provider was given for somebody.
type letter struct {
	to, text string
	callback string // where it wants to be told what became of it
	at       time.Time
}

// provider is the part that all stand-ins have: what was asked, what was delivered, and how it fails.
type provider struct {
	mu        sync.Mutex
	tries     []letter
	delivered []letter
	fail      func() // run in place of the answer, before anything is delivered; nil where it works
	lost      bool   // the next answer is lost on the way, although what was asked is done
	mistakes  []string
}

// deliveredTo returns what has reached somebody.
func (p *provider) deliveredTo(to string) []letter { return p.only(to, &p.delivered) }

// triedFor returns what was asked for somebody, whatever became of it.
func (p *provider) triedFor(to string) []letter { return p.only(to, &p.tries) }

func (p *provider) only(to string, of *[]letter) []letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(*of), func(l letter) bool { return l.to != to })
}

// failing makes it fail for all who are served from now on, until it is told otherwise.
func (p *provider) failing(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = f
}

func (p *provider) losing() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lost = true
}

func (p *provider) judge(t *testing.T, name string) {
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, m := range p.mistakes {
			t.Errorf("%s would refuse: %s", name, m)
		}
	})
}

func hangUp() { panic(http.ErrAbortHandler) }

const (
	lineSecret = "0123456789abcdef0123456789abcdef"
	lineToken  = "channel-access-token"
)

// lineStand stands for LINE: strict about what its API describes, and delivering once for each retry key.
type lineStand struct {
	provider
	keys    map[string]bool
	refuse  string            // a user that it refuses
	content map[string][]byte // by message
}

func newLine(t *testing.T) (*lineStand, string) {
	l := &lineStand{keys: map[string]bool{}}
	s := httptest.NewServer(http.HandlerFunc(l.push))
	t.Cleanup(s.Close)
	l.judge(t, "LINE")
	return l, s.URL
}

var uuidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// lineAsk is what replies and pushes have in common, and what each has.
type lineAsk struct {
	To         string `json:"to"`
	ReplyToken string `json:"replyToken"`
	Messages   []struct {
		Type     string `json:"type"`
		Text     string `json:"text"`
		Quick    any    `json:"quickReply"`
		AltText  string `json:"altText"`
		Template struct {
			Type    string `json:"type"`
			Text    string `json:"text"`
			Actions []struct {
				Type, Label, URI string
			} `json:"actions"`
		} `json:"template"`
	} `json:"messages"`
	Silent bool     `json:"notificationDisabled"`
	Units  []string `json:"customAggregationUnits"`
}

// noticeOrWords reports whether it is what this house says: a notice with one button, or words alone.
func (a lineAsk) noticeOrWords() bool {
	m := a.Messages[0]
	switch m.Type {
	case "template":
		return m.AltText == m.Template.Text && len(m.Template.Actions) == 1 && m.Text == ""
	case "text":
		return m.Text != "" && len([]rune(m.Text)) <= 5000 && m.AltText == ""
	}
	return false
}

func (l *lineStand) push(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if id, ok := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/v2/bot/message/"), "/content"); ok && r.Method == http.MethodGet {
		if r.Header.Get("Authorization") != "Bearer "+lineToken || l.content[id] == nil {
			w.WriteHeader(http.StatusNotFound)
		}
		w.Write(l.content[id])
		return
	}
	var body lineAsk
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(&body)
	key, to := r.Header.Get("X-Line-Retry-Key"), body.To
	reply := r.URL.Path == "/v2/bot/message/reply"
	if reply {
		key = body.ReplyToken
		to, _, _ = strings.Cut(strings.TrimPrefix(key, "reply-"), "-")
	}
	if err != nil || r.Method != http.MethodPost || !reply && (r.URL.Path != "/v2/bot/message/push" || body.Units == nil || !uuidForm.MatchString(key)) ||
		r.Header.Get("Authorization") != "Bearer "+lineToken || len(body.Messages) != 1 || !body.noticeOrWords() {
		l.mistakes = append(l.mistakes, "a message that is not as described")
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	m := letter{to: to, text: body.Messages[0].Text, at: time.Now()}
	if notice := body.Messages[0].Template; m.text == "" {
		m.text = notice.Text + notice.Actions[0].URI
	}
	l.tries = append(l.tries, m)
	w.Header().Set("Content-Type", "application/json")
	switch {
	case l.fail != nil:
		l.fail()
	case to == l.refuse:
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"message":"The property, 'to', in the request body is invalid"}`)
	case l.keys[key] && reply:
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"message":"Invalid reply token"}`)
	case l.keys[key]:
		w.WriteHeader(http.StatusConflict)
		fmt.Fprint(w, `{"message":"The retry key is already accepted"}`)
	default:
		l.keys[key] = true
		l.delivered = append(l.delivered, m)
		if l.lost {
			l.lost = false
			hangUp()
		}
		fmt.Fprint(w, `{"sentMessages":[{"id":"1","quoteToken":"q"}]}`)
	}
}

// lineText is a webhook with one text, and its signature.
func lineText(user, id, text string, again bool) (body []byte, signature string) {
	return lineEvent(user, id, again, map[string]any{"type": "message", "replyToken": "reply-" + user + "-" + id,
		"message": map[string]any{"type": "text", "id": "4" + id, "text": text, "quoteToken": "q"}})
}

// lineEvent is a webhook with one event, of which more is what its kind has.
func lineEvent(user, id string, again bool, more map[string]any) (body []byte, signature string) {
	e := map[string]any{"mode": "active", "timestamp": time.Now().UnixMilli(), "webhookEventId": id,
		"source": map[string]any{"type": "user", "userId": user}, "deliveryContext": map[string]any{"isRedelivery": again}}
	maps.Copy(e, more)
	body, err := json.Marshal(map[string]any{"destination": "Udesk", "events": []any{e}})
	if err != nil {
		panic(err)
	}
	mac := hmac.New(sha256.New, []byte(lineSecret))
	mac.Write(body)
	return body, base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

const (
	twilioAccount = "AC00000000000000000000000000000001"
	twilioToken   = "authtoken0123"
	twilioFrom    = "+815000000000"
)

// twilioStand stands for Twilio's text messages and calls.
type twilioStand struct {
	provider
	calls  []url.Values      // that were placed
	spoken map[string][]byte // recordings that it keeps, by id
}

func newTwilio(t *testing.T) (*twilioStand, string) {
	tw := &twilioStand{spoken: map[string][]byte{}}
	s := httptest.NewServer(http.HandlerFunc(tw.serve))
	t.Cleanup(s.Close)
	tw.judge(t, "Twilio")
	return tw, s.URL
}

func (tw *twilioStand) serve(w http.ResponseWriter, r *http.Request) {
	tw.mu.Lock()
	defer tw.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/2010-04-01/Accounts/"+twilioAccount)
	recording, _, _ := strings.Cut(strings.TrimPrefix(path, "/Recordings/"), ".")
	w.Header().Set("Content-Type", "application/json")
	switch route := r.Method + " " + path; {
	case route == "GET /Messages.json":
		fmt.Fprint(w, `{"messages":[]}`)
	case route == "GET /Calls.json":
		fmt.Fprint(w, `{"calls":[]}`)
	case route == "POST /Calls.json":
		tw.call(w, r)
	case strings.HasSuffix(route, ".mp3") && tw.spoken[recording] != nil:
		w.Write(tw.spoken[recording])
	case r.Method == http.MethodDelete:
		delete(tw.spoken, recording)
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodGet:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"code":20404,"message":"not found","status":404}`)
	default:
		tw.create(w, r)
	}
}

// call is POST /Calls.json.
func (tw *twilioStand) call(w http.ResponseWriter, r *http.Request) {
	err := r.ParseForm()
	needs := []string{"To", "From", "Url", "StatusCallback"}
	if r.FormValue("Twiml") != "" {
		needs = []string{"To", "From", "Twiml"}
	}
	for _, k := range needs {
		if err != nil || r.PostForm.Get(k) == "" {
			tw.mistakes = append(tw.mistakes, "a call without "+k)
		}
	}
	tw.calls = append(tw.calls, r.PostForm)
	w.WriteHeader(http.StatusCreated)
	fmt.Fprint(w, `{"sid":"CA000000000000000000000000000000ff","status":"queued"}`)
}

// create is POST /Messages.json.
func (tw *twilioStand) create(w http.ResponseWriter, r *http.Request) {
	user, pass, _ := r.BasicAuth()
	known := []string{"To", "From", "Body", "ContentRetention", "AddressRetention", "StatusCallback"}
	if err := r.ParseForm(); err != nil || r.URL.Path != "/2010-04-01/Accounts/"+twilioAccount+"/Messages.json" || user != twilioAccount ||
		pass != twilioToken || r.PostForm.Get("From") != twilioFrom || r.PostForm.Get("Body") == "" ||
		r.PostForm.Get("ContentRetention") != "discard" || r.PostForm.Get("AddressRetention") != "obfuscate" ||
		slices.ContainsFunc(slices.Collect(maps.Keys(r.PostForm)), func(k string) bool { return !slices.Contains(known, k) }) {
		tw.mistakes = append(tw.mistakes, "a message that is not as described")
	}
	m := letter{to: r.PostForm.Get("To"), text: r.PostForm.Get("Body"), callback: r.PostForm.Get("StatusCallback"), at: time.Now()}
	tw.tries = append(tw.tries, m)
	if tw.fail != nil {
		tw.fail()
		return
	}
	tw.delivered = append(tw.delivered, m)
	w.WriteHeader(http.StatusCreated)
	fmt.Fprint(w, `{"sid":"SM00000000000000000000000000000001","status":"queued"}`)
}

// twilioSign is Twilio's signature: the URL, and every parameter in the order of the names.
func twilioSign(target string, v url.Values) string {
	mac := hmac.New(sha1.New, []byte(twilioToken))
	io.WriteString(mac, target)
	for _, k := range slices.Sorted(maps.Keys(v)) {
		io.WriteString(mac, k+v.Get(k))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// mailStand is a mail server that takes what the desk sends, beside a mailbox in a real Dovecot.
type mailStand struct {
	provider
	inbox *imapclient.Client
	heads []string
}

// newMail returns the stand and the settings of the door.
func newMail(t *testing.T, imap string) (*mailStand, []string) {
	t.Helper()
	m := &mailStand{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(m)
	server.Domain = "localhost"
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	if m.inbox, err = imapclient.DialInsecure(imap, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.inbox.Close() })
	if err := m.inbox.Login("desk", "secret").Wait(); err != nil {
		t.Fatal(err)
	}
	return m, []string{"--imap-url=imap://desk:secret@" + imap + "/INBOX", "--smtp-url=smtp://" + l.Addr().String(), "--email-from=desk@madoguchi.example"}
}

// arrive puts a mail into the inbox.
func (m *mailStand) arrive(t *testing.T, raw string) {
	t.Helper()
	cmd := m.inbox.Append("INBOX", int64(len(raw)), nil)
	_, err := io.WriteString(cmd, raw)
	if err == nil {
		err = cmd.Close()
	}
	if err == nil {
		_, err = cmd.Wait()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (m *mailStand) NewSession(*smtp.Conn) (smtp.Session, error) { return &mailSession{m: m}, nil }

type mailSession struct {
	m  *mailStand
	to string
}

func (*mailSession) Mail(string, *smtp.MailOptions) error { return nil }
func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return nil
}
func (*mailSession) Reset()        {}
func (*mailSession) Logout() error { return nil }

func (s *mailSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	read, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	part, err := read.NextPart()
	if err != nil {
		return err
	}
	text, err := io.ReadAll(part.Body)
	if err != nil {
		return err
	}
	head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
	head, err = (&mime.WordDecoder{}).DecodeHeader(strings.ReplaceAll(head, "\r\n ", " "))
	if err != nil {
		return err
	}
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	s.m.heads = append(s.m.heads, head)
	s.m.delivered = append(s.m.delivered, letter{to: s.to, text: strings.ReplaceAll(string(text), "\r\n", "\n"), at: time.Now()})
	return nil
}
