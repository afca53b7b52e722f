package email

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
)

// relay is a mail server that refuses what it is told to.
type relay struct {
	mu     sync.Mutex
	refuse func(step, value string) *smtp.SMTPError // step is MAIL, RCPT or DATA
	hangUp bool                                     // after a mail was taken
	got    []posted
}

// posted is a mail with its envelope.
type posted struct {
	from, to string
	head     mail.Header
	raw      string
}

func (r *relay) NewSession(c *smtp.Conn) (smtp.Session, error) { return &relayed{r: r, c: c}, nil }

type relayed struct {
	r        *relay
	c        *smtp.Conn
	from, to string
}

func (s *relayed) refused(step, value string) error {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	if s.r.refuse == nil {
		return nil
	}
	if err := s.r.refuse(step, value); err != nil {
		return err
	}
	return nil
}

func (s *relayed) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return s.refused("MAIL", from)
}

func (s *relayed) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return s.refused("RCPT", to)
}

func (s *relayed) Data(body io.Reader) error {
	raw, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	if err := s.refused("DATA", string(raw)); err != nil {
		return err
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	s.r.got = append(s.r.got, posted{s.from, s.to, m.Header, string(raw)})
	return nil
}

func (s *relayed) Reset() {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	if s.r.hangUp && len(s.r.got) > 0 {
		s.c.Conn().Close()
	}
}
func (*relayed) Logout() error { return nil }

// sends is a door that sends by a server, and the server.
func sends(t *testing.T, more ...string) (*indoors, *relay) {
	t.Helper()
	r := &relay{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(r)
	server.Domain = "localhost"
	server.ErrorLog = quiet{}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return newIndoors(t, append([]string{"SMTP_URL", "smtp://" + l.Addr().String()}, more...)...), r
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func to(who string) channels.Address { return channels.NewAddress(name, who, nil) }

func TestRefusals(t *testing.T) {
	no := func(code int, enhanced [3]int, text string) *smtp.SMTPError {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode(enhanced), Message: text}
	}
	none := [3]int(smtp.NoEnhancedCode)
	for _, tt := range []struct {
		name, step string
		err        *smtp.SMTPError
		final      string // "" where it is tried again
	}{
		{"nobody there", "RCPT", no(550, [3]int{5, 1, 1}, "User unknown"), "no_such_address"},
		{"no such host", "RCPT", no(550, [3]int{5, 1, 2}, "Bad destination"), "no_such_address"},
		{"nobody there, found late", "DATA", no(550, [3]int{5, 1, 1}, "User unknown"), "no_such_address"},
		{"full", "RCPT", no(552, [3]int{5, 2, 2}, "Mailbox full"), "mailbox_full"},
		{"switched off", "RCPT", no(550, [3]int{5, 2, 1}, "Mailbox disabled"), "refused"},
		{"nobody there, in an old way", "RCPT", no(550, none, "User unknown"), "no_such_address"},
		{"full, in an old way", "RCPT", no(552, none, "Quota exceeded"), "mailbox_full"},
		{"full for now", "RCPT", no(452, [3]int{4, 2, 2}, "Mailbox full"), ""},
		{"later", "RCPT", no(450, [3]int{4, 2, 0}, "Greylisted"), ""},
		{"later, sender", "MAIL", no(451, [3]int{4, 3, 0}, "Later"), ""},
		{"later, data", "DATA", no(451, [3]int{4, 3, 0}, "Later"), ""},
		{"no relaying", "RCPT", no(554, [3]int{5, 7, 1}, "Relay access denied"), ""},
		{"no relaying, in an old way", "RCPT", no(550, none, "relaying denied"), ""},
		{"sign in first", "MAIL", no(530, [3]int{5, 7, 0}, "Authentication required"), ""},
		{"sign in first, found late", "RCPT", no(530, [3]int{5, 7, 0}, "Authentication required"), ""},
		{"a sender that is not allowed", "MAIL", no(553, [3]int{5, 7, 1}, "Not owned by user"), ""},
		{"a sender that is not known", "RCPT", no(550, [3]int{5, 1, 8}, "Bad sender"), ""},
		{"a rule about what is in it", "DATA", no(554, [3]int{5, 7, 1}, "Rejected as spam"), ""},
		{"too large", "DATA", no(552, [3]int{5, 3, 4}, "Too large"), ""},
		{"a loop", "RCPT", no(554, [3]int{5, 4, 6}, "Routing loop"), ""},
		{"no such command", "MAIL", no(502, [3]int{5, 5, 1}, "What"), ""},
	} {
		h, r := sends(t)
		r.refuse = func(step, _ string) *smtp.SMTPError {
			if step == tt.step {
				return tt.err
			}
			return nil
		}
		_, err := h.Send(t.Context(), to("person@example.jp"), channelstest.Reply("x"))
		var final *channels.Undeliverable
		if got := errors.As(err, &final); err == nil || got != (tt.final != "") || got && final.Code != tt.final || len(r.got) != 0 {
			t.Errorf("%s: %v", tt.name, err)
		}
		if strings.Contains(err.Error(), "person@") || strings.Contains(err.Error(), tt.err.Message) {
			t.Errorf("%s: the error holds what the server said: %v", tt.name, err)
		}
	}
	h := newIndoors(t)
	if _, err := h.Send(t.Context(), to("person@example.jp"), channelstest.Reply("x")); err == nil || errors.As(err, new(*channels.Undeliverable)) {
		t.Errorf("a server that is away: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Send(ctx, to("person@example.jp"), channelstest.Reply("x")); err == nil || errors.As(err, new(*channels.Undeliverable)) {
		t.Errorf("ended: %v", err)
	}
}

// A bounce finds its way by the envelope's sender and by the Message-ID; a server that allows no such sender is asked with the
// desk's own address.
func TestWhereBouncesGo(t *testing.T) {
	reply := channelstest.Reply("x")
	for _, tt := range []struct {
		name   string
		more   []string
		refuse func(step, value string) *smtp.SMTPError
		plus   bool
	}{
		{"plus", nil, nil, true},
		{"plain", []string{"EMAIL_RETURN", "plain"}, nil, false},
		{"too long a name", []string{"EMAIL_FROM", "madoguchi-kodomo@madoguchi.example"}, nil, false},
		{"refused at once", nil, func(step, value string) *smtp.SMTPError {
			if step == "MAIL" && strings.Contains(value, "+") {
				return &smtp.SMTPError{Code: 553, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "not owned"}
			}
			return nil
		}, false},
	} {
		h, r := sends(t, tt.more...)
		r.refuse = tt.refuse
		if _, err := h.Send(t.Context(), to("Person@example.jp"), reply); err != nil || len(r.got) != 1 {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		got := r.got[0]
		local, domain, _ := strings.Cut(got.from, "@")
		_, tag, plus := strings.Cut(local, "+")
		id, ok := h.tags.open(tag, "person@example.jp")
		if plus != tt.plus || plus && (!ok || id != reply.ID) || !plus && got.from != h.from || domain != "madoguchi.example" || len(local) > 64 {
			t.Errorf("%s: from %s", tt.name, got.from)
		}
		inID := ownIDs.FindStringSubmatch(got.head.Get("Message-Id"))
		if id, ok := h.tags.open(inID[1], "person@example.jp"); !ok || id != reply.ID || !strings.HasSuffix(got.head.Get("Message-Id"), "@madoguchi.example>") {
			t.Errorf("%s: %s", tt.name, got.head.Get("Message-Id"))
		}
		// And back: what a server returns of it is known.
		back := "From: MAILER-DAEMON@mx.example.jp\nSubject: failure notice\nTo: " + got.from + "\n\n<person@example.jp>: no such user\n\nMessage-ID: " + got.head.Get("Message-Id") + "\n"
		if news, _ := h.receive(t, back); len(news) != 1 || news[0].Status == nil || news[0].Status.ReplyID != reply.ID {
			t.Errorf("%s: its bounce is not known", tt.name)
		}
	}
}

// However often it is tried, it is the same mail; and what breaks after the server has taken it is no reason to send it again.
func TestTheSameMailAgain(t *testing.T) {
	h, r := sends(t)
	r.hangUp = true
	reply := channelstest.Reply("x")
	reply.At = time.Date(2026, 11, 25, 10, 0, 0, 0, time.FixedZone("JST", 9*3600))
	for i := range 3 {
		h.env.Now = func() time.Time { return reply.At.Add(time.Duration(i) * time.Hour) }
		if sent, err := h.Send(t.Context(), to("person@example.jp"), reply); err != nil || sent.Status != "sent" {
			t.Fatalf("%d: %v", i, err)
		}
	}
	if len(r.got) != 3 {
		t.Fatalf("%d mails", len(r.got))
	}
	for _, m := range r.got[1:] {
		if m.from != r.got[0].from || m.raw != r.got[0].raw {
			t.Errorf("another mail:\n%s\n%s", r.got[0].raw, m.raw)
		}
	}
	if at, err := r.got[0].head.Date(); err != nil || !at.Equal(reply.At) {
		t.Errorf("from %v", at)
	}
}

// Nothing in a header is of the case, and nothing that somebody has written becomes one.
func TestHeadersAreOurs(t *testing.T) {
	h, r := sends(t)
	h.env.Desk.(*channelstest.Desk).SetText("mail.from", "まどぐち\r\nBcc: evil@example.jp")
	h.env.Desk.(*channelstest.Desk).SetText("mail.subject", "お知らせ\r\nBcc: evil@example.jp")
	reply := channelstest.Reply("x")
	reply.Text = "死にたいと書いてくれましたね。\r\nBcc: evil@example.jp\r\n\r\n.\r\nMAIL FROM:<evil@example.jp>\r\n学校"
	if _, err := h.Send(t.Context(), to("person@example.jp"), reply); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"a@example.jp\r\nBcc: evil@example.jp", "a@example.jp>\r\nRCPT TO:<evil@example.jp", "a@example.jp, evil@example.jp", "", "unknown 12"} {
		if _, err := h.Send(t.Context(), to(who), reply); !errors.As(err, new(*channels.Undeliverable)) {
			t.Errorf("%q: %v", who, err)
		}
	}
	if len(r.got) != 1 {
		t.Fatalf("%d mails", len(r.got))
	}
	m := r.got[0]
	allowed := []string{"Date", "Mime-Version", "Message-Id", "Subject", "From", "To", "Content-Type", "Content-Transfer-Encoding", "Auto-Submitted", "X-Auto-Response-Suppress"}
	for name, values := range m.head {
		if !slices.Contains(allowed, name) || len(values) != 1 {
			t.Errorf("header %s: %q", name, values)
		}
		for _, v := range values {
			if words := headerWords(v); strings.Contains(words, "死") || strings.Contains(words, "学校") {
				t.Errorf("header %s: %q", name, words)
			}
		}
	}
	if m.head.Get("Auto-Submitted") != "auto-generated" || m.head.Get("X-Auto-Response-Suppress") != "OOF, AutoReply" || m.head.Get("Reply-To") != "" || m.to != "person@example.jp" {
		t.Errorf("%v", m.head)
	}
}
