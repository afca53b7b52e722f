// Package email is the door of mail: what arrives in one IMAP mailbox, and replies by SMTP.
//
// A mail is moved out of the inbox only after it is stored, so the mailbox is the place where the truth lives until then,
// and a crash at any point leaves either a mail to fetch again or a message that is known already. Mail can wait: while
// the house can only hold, mails stay where they are. Nothing is ever answered by a machine, so that two machines do not write
// to each other, and only what is surely a machine's is set aside.
//
// The sender's address is who it is from, as far as the desk can know: it opens nothing, and a mail can never become words
// of the staff. What a mail answers is told by the desk's own tag alone (tag.go), never by what else it says of itself.
//
// A mail comes in through imap.go (the session), in.go (what becomes of each mail), mime.go (its parts), charset.go (bytes to
// words), parse.go (what is kept of it), words.go (quotations, signatures, pages) and machine.go (whether a machine wrote it, and
// bounces); a reply goes out through out.go.
package email

import (
	"cmp"
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

var settings = []channels.Setting{
	{Name: "IMAP_URL", Required: true, Secret: true, Doc: "imaps://user:pass@host/INBOX, or imap:// with STARTTLS (plain on loopback only)"},
	{Name: "SMTP_URL", Required: true, Secret: true, Doc: "smtps://user:pass@host, or smtp:// with STARTTLS (plain on loopback only)"},
	{Name: "EMAIL_FROM", Required: true, Doc: "the desk's own mail address"},
	{Name: "EMAIL_TAG_KEY", Secret: true, Fits: longEnough, Expects: "at least 16 characters, or two of these and a comma", Doc: "what only the house knows, at least 16 characters, by which bounces and answers are known; while it changes, the new and the old one with a comma; without it, it is made from the mailbox's password"},
	{Name: "EMAIL_RETURN", Default: "plus", Fits: channels.OneOf("plus", "plain"), Expects: "plus or plain", Doc: "where bounces go: plus (name+TAG@…, for a mail server that knows plus addresses) or plain (EMAIL_FROM; then bounces are known by what they quote)"},
	{Name: "EMAIL_KEEP", Default: "24h", Fits: channels.Lasting(time.Minute), Expects: "a time such as 24h, or off", Doc: "how long an accepted mail stays in the folder Accepted, at least (and at most half as long again); off: for ever"},
}

// Kind is the door of mail.
var Kind = channels.Kind{
	Names:    []string{"email"},
	Settings: settings,
	New:      func(env channels.Env) (channels.Channel, error) { return newDoor(env) },
}

const name = "email"

type door struct {
	env   channels.Env
	inbox server
	out   server
	from  string
	tags  tags
	plus  bool          // bounces go to an address with a tag
	keep  time.Duration // how long accepted mails stay; 0: for ever

	patience time.Duration  // how long the mailbox's server may take over one step
	look     time.Duration  // how often to look in any case
	refusals map[string]int // of mails that the server does not give out; only Run has it
	keeping  keeping        // only Run has it
}

// server is where a mail server is and how to sign in to it.
type server struct {
	scheme, host, port, user, password string
	folder                             string
	loopback                           bool
}

func newDoor(env channels.Env) (*door, error) {
	if err := channels.Fit(settings, env.Setting); err != nil {
		return nil, err
	}
	d := &door{env: env, plus: env.Setting("EMAIL_RETURN") != "plain", patience: answerWithin, look: lookEvery, refusals: map[string]int{}}
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
	d.tags = newTags(env.Setting("EMAIL_TAG_KEY"), d.inbox)
	d.keep = channels.Lasts(cmp.Or(env.Setting("EMAIL_KEEP"), "24h"))
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
	lookEvery  = 2 * time.Minute  // some servers lose what is new just before they are asked to tell
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
