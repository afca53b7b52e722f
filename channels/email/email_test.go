package email_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-smtp"
	"golang.org/x/text/encoding/japanese"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
	"madoguchi/channels/email"
)

const desk = "desk@madoguchi.example"

// provider is a Dovecot and a mail server that takes what the desk sends.
type provider struct {
	imap      string
	client    *imapclient.Client
	mu        sync.Mutex
	delivered []channelstest.Outbound
}

func open(t *testing.T, imap string) (map[string]string, *provider) {
	t.Helper()
	p := &provider{imap: imap}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(p)
	server.Domain = "localhost"
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	user := fmt.Sprintf("u%x", time.Now().UnixNano())
	if p.client, err = imapclient.DialInsecure(imap, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.client.Close() })
	if err := p.client.Login(user, "secret").Wait(); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"IMAP_URL": "imap://" + user + ":secret@" + imap + "/INBOX", "SMTP_URL": "smtp://" + l.Addr().String(),
		"EMAIL_FROM": desk, "EMAIL_TAG_KEY": "only the house knows this"}, p
}

// NewSession, Mail, Rcpt, Data, Reset and Logout are the mail server.
func (p *provider) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{p: p}, nil }

type session struct {
	p  *provider
	to string
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error { return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasPrefix(to, "gone@") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user " + to}
	}
	s.to = to
	return nil
}
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	part, err := m.NextPart()
	if err != nil {
		return err
	}
	text, err := io.ReadAll(part.Body)
	if err != nil {
		return err
	}
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.p.delivered = append(s.p.delivered, channelstest.Outbound{To: s.to, Text: string(text)})
	return nil
}
func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func (p *provider) Delivered() []channelstest.Outbound {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.delivered)
}

func (p *provider) Address() (alive, dead channels.Address) {
	return channels.NewAddress("email", "person1@example.jp", nil), channels.NewAddress("email", "gone@example.jp", nil)
}

func (p *provider) append(t *testing.T, raw []byte) {
	t.Helper()
	cmd := p.client.Append("INBOX", int64(len(raw)), nil)
	if _, err := cmd.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}

// count returns how many mails a folder has.
func (p *provider) count(t *testing.T, folder string) int {
	t.Helper()
	data, err := p.client.Select(folder, nil).Wait()
	if err != nil {
		return 0
	}
	return int(data.NumMessages)
}

// given up counts the sessions that ended with something left undone.
func givenUp(s *channelstest.Site) int { return strings.Count(s.Log.String(), "trying again") }

func (p *provider) Deliver(t *testing.T, s *channelstest.Site, m channelstest.Inbound) bool {
	before := givenUp(s)
	p.append(t, plain(m))
	for {
		if p.count(t, "INBOX") == 0 {
			return true
		}
		if givenUp(s) > before {
			return false
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// Forge does nothing: everybody may write a mail.
func (p *provider) Forge(*testing.T, *channelstest.Site, channelstest.Inbound) bool { return false }

func plain(m channelstest.Inbound) []byte {
	return []byte(fmt.Sprintf("From: Person <person%d@example.jp>\r\nTo: %s\r\nMessage-ID: <%s@example.jp>\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n",
		m.From, desk, m.ID, base64.StdEncoding.EncodeToString([]byte(m.Text))))
}

func TestDoor(t *testing.T) {
	imap := channelstest.Dovecot(t)
	channelstest.Run(t, channelstest.Fixture{Kind: email.Kind, Name: "email", Waits: true,
		Open: func(t *testing.T) (map[string]string, channelstest.Provider) { s, p := open(t, imap); return s, p }})
}

func TestMailsOfRealLife(t *testing.T) {
	imap := channelstest.Dovecot(t)
	settings, p := open(t, imap)
	s := channelstest.Open(t, email.Kind, settings, nil)
	jis, err := japanese.ISO2022JP.NewEncoder().String("むすめが①学校で\r\n> 引用\r\n泣いています")
	if err != nil { // ① is outside of ISO-2022-JP proper
		if jis, err = japanese.ISO2022JP.NewEncoder().String("むすめが学校で\r\n> 引用\r\n泣いています"); err != nil {
			t.Fatal(err)
		}
	}
	sjis, err := japanese.ShiftJIS.NewEncoder().String("件名なし。助けて")
	if err != nil {
		t.Fatal(err)
	}
	head := "From: person9@example.jp\r\nTo: " + desk + "\r\nMIME-Version: 1.0\r\n"
	for i, tt := range []struct{ raw, want string }{
		{head + "References: <x@y>\r\nSubject: =?ISO-2022-JP?B?GyRCQWpDTBsoQg==?=\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + jis, "相談\nむすめが①学校で\n> 引用\n泣いています"},
		{head + "Content-Type: text/plain; charset=Shift_JIS\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(sjis)), "件名なし。助けて"},
		{head + "Content-Type: text/html; charset=utf-8\r\n\r\n<html><head><style>p{}</style></head><p>一つ目<br>二つ目</p><script>x</script></html>", "一つ目\n二つ目"},
		{head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n見てください\r\n--b\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment; filename=x.jpg\r\n\r\nx\r\n--b--\r\n", "見てください\n[写真1]"},
		{head + "Content-Type: multipart/mixed; boundary=\r\n\r\nこわれたメール", "こわれたメール"},
		{head + "Content-Type: text/plain; charset=utf-8\r\n\r\n", "[空のメール]"},
		{head + "Content-Type: text/plain; charset=cp932\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(sjis)), "件名なし。助けて"},
		{head + "Content-Type: text/html; charset=utf-8\r\n\r\n<html><head><meta name=x><body><p>head が<b>閉じない</b>\r\nmail<script/>です<br/>つづき", "head が閉じない mailです<br/>つづき"},
	} {
		p.append(t, []byte(tt.raw))
		channelstest.Eventually(t, fmt.Sprintf("mail %d is taken", i), func() bool { return len(s.Intake.Taken()) == i+1 })
		if got := s.Intake.Taken()[i].Text; got != tt.want {
			t.Errorf("mail %d: %q", i, got)
		}
	}
	channelstest.Eventually(t, "all are moved", func() bool { return p.count(t, "Accepted") == len(s.Intake.Taken()) })
}

// What is surely a machine's is set aside and kept. A list, a form, or a program that marks all it sends may bring words of
// people, so those are heard.
func TestMachinesAreSetAside(t *testing.T) {
	imap := channelstest.Dovecot(t)
	settings, p := open(t, imap)
	s := channelstest.Open(t, email.Kind, settings, nil)
	aside := []string{"Auto-Submitted: auto-replied", "Precedence: auto_reply", "X-Autoreply: yes", "Return-Path: <>\r\nSubject: =?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte("自動応答: お知らせ")) + "?=",
		"Content-Type: multipart/report; report-type=delivery-status; boundary=x", "Content-Type: multipart/report; report-type=disposition-notification; boundary=x"}
	for i, header := range append(aside, "") {
		from := "bot@example.jp"
		if header == "" {
			from = "MAILER-DAEMON@example.jp"
		}
		p.append(t, []byte("From: "+from+"\r\n"+header+"\r\n\r\nわたしは機械です "+fmt.Sprint(i)))
	}
	heard := []string{"Precedence: bulk", "Precedence: list\r\nList-Id: <x.example>", "List-Unsubscribe: <x>", "Return-Path: <>", "Auto-Submitted: no", "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All"}
	for i, header := range heard {
		p.append(t, []byte("From: person@example.jp\r\n"+header+"\r\nSubject: x\r\n\r\nわたしは人です "+fmt.Sprint(i)))
	}
	p.append(t, []byte("From: "+strings.ToUpper(desk)+"\r\nSubject: x\r\n\r\nわたしは職員ではありません"))
	channelstest.Eventually(t, "all are moved", func() bool { return p.count(t, "INBOX") == 0 })
	if n := p.count(t, "Automatic"); n != len(aside)+1 {
		t.Errorf("%d are set aside", n)
	}
	taken := s.Intake.Taken()
	if len(taken) != len(heard)+1 {
		t.Fatalf("%d were taken", len(taken))
	}
	for _, m := range taken {
		if _, who, _ := channels.OpenAddress(m.From); !strings.HasPrefix(m.Text, "x\nわたしは") || who == desk {
			t.Errorf("from %q: %q", who, m.Text)
		}
	}
}

// The address stands in the header in many ways, and not always at all; the words are taken in any case, and whoever has an
// address can be answered.
func TestWhomAMailIsFrom(t *testing.T) {
	imap := channelstest.Dovecot(t)
	settings, p := open(t, imap)
	s := channelstest.Open(t, email.Kind, settings, nil)
	for i, tt := range []struct{ from, who, to string }{
		{"From: Person <Person@Example.jp>", "person@example.jp", "person@example.jp"},
		{"From: =?cp932?B?jbI=?= <a@example.jp>", "a@example.jp", "a@example.jp"},
		{"From: a..b.@docomo.example.jp", "a..b.@docomo.example.jp", "a..b.@docomo.example.jp"},
		{"From: \"x@y.example\" <.a.@docomo.example.jp>", ".a.@docomo.example.jp", ".a.@docomo.example.jp"},
		{"From: undisclosed", "", ""},
		{"Subject: none", "", ""},
	} {
		p.append(t, []byte(tt.from+"\r\n\r\nメールです "+fmt.Sprint(i)))
		channelstest.Eventually(t, "the mail is taken", func() bool { return len(s.Intake.Taken()) == i+1 })
		m := s.Intake.Taken()[i]
		_, who, _ := channels.OpenAddress(m.From)
		if tt.who != "" && who != tt.who || tt.who == "" && strings.Contains(who, "@") || !strings.Contains(m.Text, fmt.Sprint("メールです ", i)) {
			t.Errorf("mail %d: from %q, %q", i, who, m.Text)
		}
		before := len(p.Delivered())
		_, err := s.Channel.Send(t.Context(), m.From, channelstest.Reply(fmt.Sprint("from", i)))
		if tt.to == "" {
			if final := (*channels.Undeliverable)(nil); !errors.As(err, &final) {
				t.Errorf("mail %d: %v", i, err)
			}
		} else if err != nil || p.Delivered()[before].To != tt.to {
			t.Errorf("mail %d: to %q, %v", i, p.Delivered()[before:], err)
		}
	}
}

// The same mail by two ways is one; another one with the same Message-ID is another.
func TestOneMailByTwoWays(t *testing.T) {
	imap := channelstest.Dovecot(t)
	settings, p := open(t, imap)
	s := channelstest.Open(t, email.Kind, settings, nil)
	mail := func(way, text string) []byte {
		return []byte("Received: by " + way + "\r\nFrom: a@example.jp\r\nMessage-ID: <1@example.jp>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text)
	}
	for _, raw := range [][]byte{mail("a", "一通"), mail("b", "一通"), mail("a", "べつ")} {
		p.append(t, raw)
	}
	channelstest.Eventually(t, "all are moved", func() bool { return p.count(t, "Accepted") == 3 })
	if got := s.Intake.Taken(); len(got) != 2 || got[1].Text != "べつ" {
		t.Errorf("%d were taken", len(got))
	}
}

// A server that dies in the middle of everything costs nothing but time.
func TestServerComesBack(t *testing.T) {
	imap := channelstest.Dovecot(t)
	settings, p := open(t, imap)
	proxy := newProxy(t, imap)
	settings["IMAP_URL"] = strings.Replace(settings["IMAP_URL"], imap, proxy.addr, 1)
	s := channelstest.Open(t, email.Kind, settings, nil)
	for i := range 5 {
		p.append(t, plain(channelstest.Inbound{ID: fmt.Sprint("cut", i), From: 1, Text: fmt.Sprint("通 ", i)}))
		proxy.cut()
		p.append(t, plain(channelstest.Inbound{ID: fmt.Sprint("cut-", i), From: 1, Text: fmt.Sprint("次 ", i)}))
		channelstest.Eventually(t, "both are taken", func() bool { return len(s.Intake.Taken()) == 2*(i+1) })
		channelstest.Eventually(t, "both are moved", func() bool { return p.count(t, "INBOX") == 0 })
	}
	if got := p.count(t, "Accepted"); got != 10 {
		t.Errorf("%d mails were accepted", got)
	}
}

// proxy stands between the door and its server and can cut every connection.
type proxy struct {
	addr  string
	mu    sync.Mutex
	conns []net.Conn
}

func newProxy(t *testing.T, target string) *proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{addr: l.Addr().String()}
	t.Cleanup(func() { l.Close(); p.cut() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", target)
			if err != nil {
				in.Close()
				continue
			}
			p.mu.Lock()
			p.conns = append(p.conns, in, out)
			p.mu.Unlock()
			go func() { io.Copy(out, in); out.Close() }()
			go func() { io.Copy(in, out); in.Close() }()
		}
	}()
	return p
}

func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		c.Close()
	}
	p.conns = nil
}
