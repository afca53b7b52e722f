package email

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/channels/channelstest"
)

// odd is a mail server that does what a real one rarely does. It has one mail, which it keeps.
type odd struct {
	mu     sync.Mutex
	lines  []string // what it was sent
	caps   string   // what it can beyond IMAP4rev1
	answer func(verb string) string
}

func (o *odd) serve(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go o.talk(c)
		}
	}()
	return l.Addr().String()
}

func (o *odd) talk(c net.Conn) {
	defer c.Close()
	fmt.Fprint(c, "* OK [CAPABILITY IMAP4rev1"+o.caps+"] ready\r\n")
	for in := bufio.NewScanner(c); in.Scan(); {
		tag, line, _ := strings.Cut(in.Text(), " ")
		o.mu.Lock()
		o.lines = append(o.lines, line)
		o.mu.Unlock()
		verb := strings.TrimPrefix(line, "UID ")
		verb, _, _ = strings.Cut(verb, " ")
		if verb == "CAPABILITY" {
			fmt.Fprint(c, "* CAPABILITY IMAP4rev1"+o.caps+"\r\n"+tag+" OK done\r\n")
			continue
		}
		if a := o.answer(verb); a != "" {
			fmt.Fprint(c, strings.ReplaceAll(a, "TAG", tag))
		}
	}
}

// sent counts the commands of a kind.
func (o *odd) sent(verb string) (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, line := range o.lines {
		if strings.HasPrefix(strings.TrimPrefix(line, "UID "), verb) {
			n++
		}
	}
	return n
}

func usual(verb string) string {
	switch verb {
	case "SEARCH":
		return "* SEARCH 1\r\nTAG OK done\r\n"
	case "FETCH":
		mail := "From: a@example.jp\r\nContent-Type: text/plain\r\n\r\nhello"
		return fmt.Sprintf("* 1 FETCH (UID 1 RFC822.SIZE %d BODY[]<0> {%d}\r\n%s)\r\nTAG OK done\r\n", len(mail), len(mail), mail)
	}
	return "TAG OK done\r\n"
}

// a door before an odd server, without the house's end of it.
func before(t *testing.T, o *odd) (*door, *channelstest.Site) {
	settings := map[string]string{"IMAP_URL": "imap://u:p@" + o.serve(t) + "/INBOX", "SMTP_URL": "smtp://127.0.0.1", "EMAIL_FROM": "desk@example.jp", "EMAIL_TAG_KEY": tagKey}
	s := channelstest.Open(t, Kind, settings, nil)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	d := *s.Channel.(*door)
	d.patience = 200 * time.Millisecond
	return &d, s
}

// A server that has frozen is left, at whichever step.
func TestFrozenServer(t *testing.T) {
	for _, verb := range []string{"LOGIN", "CREATE", "SELECT", "SEARCH", "FETCH", "COPY", "STORE", "EXPUNGE"} {
		t.Run(verb, func(t *testing.T) {
			d, _ := before(t, &odd{caps: " UIDPLUS", answer: func(v string) string {
				if v == verb {
					return ""
				}
				return usual(v)
			}})
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if _, err := d.session(ctx); err == nil || ctx.Err() != nil {
				t.Errorf("it is not left: %v", err)
			}
		})
	}
}

// Without MOVE a mail is copied, and stays where it is when that fails.
func TestMailStaysWhereItsCopyFails(t *testing.T) {
	o := &odd{answer: func(v string) string {
		if v == "COPY" {
			return "TAG NO over quota\r\n"
		}
		return usual(v)
	}}
	d, _ := before(t, o)
	if _, err := d.session(t.Context()); err == nil {
		t.Error("no error")
	}
	if o.sent("COPY") == 0 || o.sent("STORE") != 0 || o.sent("EXPUNGE") != 0 {
		t.Errorf("%d copies, %d marked, %d removed", o.sent("COPY"), o.sent("STORE"), o.sent("EXPUNGE"))
	}
}

// Folders that may only lie below the inbox, a mail that is not given out, and no IDLE.
func TestPoorServer(t *testing.T) {
	o := &odd{}
	o.answer = func(v string) string {
		switch v {
		case "FETCH":
			return "TAG NO damaged\r\n"
		case "CREATE", "STATUS":
			if o.sent(`CREATE "INBOX.`) == 0 || v == "STATUS" {
				return "TAG NO not here\r\n"
			}
		}
		return usual(v)
	}
	d, s := before(t, o)
	d.look = 20 * time.Millisecond
	d.patience = 6 * time.Second // more than a busy machine takes
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan bool, 1)
	go func() { worked, _ := d.session(ctx); done <- worked }()
	channelstest.Eventually(t, "the mail is left", func() bool { return strings.Contains(s.Log.String(), "does not give out") })
	channelstest.Eventually(t, "a person is told", func() bool { return len(s.Intake.Taken()) == 1 })
	time.Sleep(d.patience + d.patience/4) // waiting is no frozen server
	if n := s.Intake.Attempts(); n != 1 || !strings.HasPrefix(s.Intake.Taken()[0].Text, "[読めないメール]") {
		t.Errorf("a person is told %d times: %q", n, s.Intake.Taken()[0].Text)
	}
	cancel()
	if worked := <-done; !worked || o.sent("COPY") != 0 || o.sent("LOGIN") != 1 || o.sent("IDLE") != 0 {
		t.Errorf("worked %v, %d sessions", worked, o.sent("LOGIN"))
	}
}
