// Package email is the door of mail: what arrives in one IMAP mailbox, and replies by SMTP.
//
// A mail is moved out of the inbox only after it is stored, so the mailbox is the place where the truth lives until then,
// and a crash at any point leaves either a mail to fetch again or a message that is known already. Mail can wait: while
// the house can only hold, mails stay where they are. Automatic mail (vacation notices, lists, bounces, our own) is moved
// aside and never answered, so that two machines do not write to each other.
//
// The sender's address is who it is from, as far as the desk can know: it opens nothing, and a mail can never become words
// of the staff.
package email

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"madoguchi/channels"
)

// Kind is the door of mail.
var Kind = channels.Kind{
	Names: []string{"email"},
	Settings: []channels.Setting{
		{Name: "IMAP_URL", Required: true, Secret: true, Doc: "imaps://user:pass@host/INBOX, or imap:// with STARTTLS (plain on loopback only)"},
		{Name: "SMTP_URL", Required: true, Secret: true, Doc: "smtps://user:pass@host, or smtp:// with STARTTLS (plain on loopback only)"},
		{Name: "EMAIL_FROM", Required: true, Doc: "the desk's own mail address"},
	},
	New: func(env channels.Env) (channels.Channel, error) { return newDoor(env) },
}

const name = "email"

type door struct {
	env   channels.Env
	inbox server
	out   server
	from  string

	patience time.Duration // how long the mailbox's server may take over one step
}

// server is where a mail server is and how to sign in to it.
type server struct {
	scheme, host, port, user, password string
	folder                             string
	loopback                           bool
}

func newDoor(env channels.Env) (*door, error) {
	d := &door{env: env, patience: answerWithin}
	var err error
	if d.inbox, err = parseServer(env.Setting("IMAP_URL"), map[string]string{"imaps": "993", "imap": "143"}); err != nil {
		return nil, errors.New("IMAP_URL: expected imaps://user:pass@host/INBOX")
	}
	if d.out, err = parseServer(env.Setting("SMTP_URL"), map[string]string{"smtps": "465", "smtp": "587"}); err != nil {
		return nil, errors.New("SMTP_URL: expected smtps://user:pass@host")
	}
	from, err := mail.ParseAddress(env.Setting("EMAIL_FROM"))
	if err != nil {
		return nil, errors.New("EMAIL_FROM: expected a mail address")
	}
	d.from = strings.ToLower(from.Address)
	return d, nil
}

func parseServer(raw string, ports map[string]string) (server, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || ports[u.Scheme] == "" {
		return server{}, errors.New("malformed")
	}
	s := server{scheme: u.Scheme, host: u.Hostname(), port: u.Port(), folder: strings.Trim(u.Path, "/"), user: u.User.Username()}
	s.password, _ = u.User.Password()
	if s.port == "" {
		s.port = ports[u.Scheme]
	}
	if s.folder == "" {
		s.folder = "INBOX"
	}
	ip := net.ParseIP(s.host)
	s.loopback = s.host == "localhost" || ip != nil && ip.IsLoopback()
	return s, nil
}

func (s server) addr() string { return net.JoinHostPort(s.host, s.port) }

// How long the door waits before it connects again, and how often it looks for itself although the server should say.
const (
	firstPause = time.Second
	longPause  = time.Minute
	lookEvery  = 4 * time.Minute
	lookOften  = 30 * time.Second // where the server cannot say
)

// answerWithin bounds one step with the mailbox's server, of which fetching the largest mail is the longest.
const answerWithin = 2 * time.Minute

// Run keeps the inbox empty until ctx ends.
func (d *door) Run(ctx context.Context) error {
	pause := firstPause
	for ctx.Err() == nil {
		worked, err := d.session(ctx)
		if err != nil && ctx.Err() == nil {
			d.env.Log.Warn("the mailbox cannot be read; trying again", "channel", name)
		}
		if worked {
			pause = firstPause
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, longPause)
	}
	return nil
}

// Routes serves nothing: mail is fetched.
func (d *door) Routes(*http.ServeMux) {}
