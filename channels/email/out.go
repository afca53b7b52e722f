package email

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"madoguchi/channels"
)

// Send mails the reply: a neutral subject and sender, the words and one link in the body, nothing that the seeker wrote,
// and no word of the case in any header. Date and Message-ID are the same however often it is tried, so that a mail that went
// out twice is shown once by most programs.
func (d *door) Send(ctx context.Context, to channels.Address, r channels.Reply) (channels.Sent, error) {
	_, addr, _ := channels.OpenAddress(to)
	c, err := d.smtp()
	if err != nil {
		return channels.Sent{}, errors.New("email: SMTP_URL is not usable")
	}
	back := d.returnPath(r.ID, addr)
	for {
		m, err := d.compose(addr, back, r)
		if err != nil {
			return channels.Sent{}, err
		}
		err = c.DialAndSendWithContext(ctx, m) // the error holds addresses
		switch final, ours := judge(err); {
		case err == nil, m.IsDelivered(): // what breaks after the server has taken it is no failure
			return channels.Sent{Status: "sent"}, nil
		case final != "":
			return channels.Sent{}, &channels.Undeliverable{Code: final}
		case ours && back != d.from: // a server may allow no other sender than the account's own
			back = d.from
		default:
			return channels.Sent{}, errors.New("email: the mail server did not take it")
		}
	}
}

// returnPath is the address where a bounce of the reply goes.
func (d *door) returnPath(replyID, who string) string {
	local, domain, _ := strings.Cut(d.from, "@")
	if tag := d.tags.seal(replyID, who); d.plus && tag != "" && len(local)+1+len(tag) <= 64 { // RFC 5321, 4.5.3.1.1
		return local + "+" + tag + "@" + domain
	}
	return d.from
}

var enhanced = regexp.MustCompile(`(?:^|[\s-])5\.(\d{1,3}\.\d{1,3})(?:[\s]|$)`)

// judge tells what a refusal is about: final is why the person can never be reached; ours says that it is something about the
// desk (its address, its account, the server's rules), for which nobody's message may be given up.
func judge(err error) (final string, ours bool) {
	var refused *mail.SendError
	if !errors.As(err, &refused) || refused.IsTemp() || refused.ErrorCode() < 500 || refused.ErrorCode() > 599 {
		return "", false
	}
	code := strings.TrimPrefix(refused.EnhancedStatusCode(), "5.")
	if code == "" {
		if m := enhanced.FindStringSubmatch(refused.Error()); m != nil {
			code = m[1]
		}
	}
	if refused.Reason == mail.ErrSMTPMailFrom {
		return "", true
	}
	switch subject, detail, _ := strings.Cut(code, "."); {
	case subject == "1" && detail != "7" && detail != "8": // those two are about the sender
		return "no_such_address", false
	case code == "2.2":
		return "mailbox_full", false
	case subject == "2":
		return "refused", false
	case code == "" && refused.Reason == mail.ErrSMTPRcptTo && !relaying.MatchString(refused.Error()):
		switch refused.ErrorCode() {
		case 550, 551, 553, 556:
			return "no_such_address", false
		case 552:
			return "mailbox_full", false
		}
	}
	return "", true
}

// relaying is what a server says that does not send for the desk.
var relaying = regexp.MustCompile(`(?i)relay|authenticat|not (permitted|allowed)|policy|sender|spam|blocked|denied`)

// greeting stands in the place of a name to be called by: a mail may be read by others.
const greeting = "こんにちは。"

// body returns the words of a mail.
func (d *door) body(notice bool, text, link string) string {
	key := "mail.body"
	if notice {
		key = "mail.notice"
	}
	return d.env.Desk.Text(key, map[string]string{"呼び名": greeting, "返事": text, "リンク": link})
}

func (d *door) subject() string { return oneLine(d.env.Desk.Text("mail.subject", nil)) }

func (d *door) sender() string {
	return strings.ReplaceAll(oneLine(d.env.Desk.Text("mail.from", nil)), `"`, "")
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// history returns by what the desk's own words are known in a mail that answers one of its.
func (d *door) history(h header, from string) history {
	const hole = "\uE000"
	var known history
	for _, notice := range []bool{false, true} {
		known.fixed = append(known.fixed, patterns(d.body(notice, hole, hole), hole)...)
	}
	ids := h.get("in-reply-to") + " " + h.get("references")
	known.sent = d.tags.answered(ids[max(0, len(ids)-1<<14):], from)
	known.heads = []string{d.from, d.sender(), d.subject()}
	return known
}

func (d *door) compose(addr, back string, r channels.Reply) (*mail.Msg, error) {
	subject, body := d.subject(), d.body(r.Question != nil || r.Text == "", r.Text, r.Link)
	if subject == "" || body == "" {
		return nil, errors.New("email: there is no text for a mail")
	}
	m := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithCharset(mail.CharsetUTF8))
	if m.FromFormat(d.sender(), d.from) != nil || m.EnvelopeFrom(back) != nil {
		return nil, errors.New("email: EMAIL_FROM is not usable")
	}
	if m.To(addr) != nil {
		// Carriers gave out addresses that are only valid with quotes (a..b@, a.@).
		local, domain, ok := strings.Cut(addr, "@")
		if !ok || m.To(`"`+local+`"@`+domain) != nil {
			return nil, &channels.Undeliverable{Code: "invalid_address"}
		}
	}
	at := r.At
	if at.IsZero() {
		at = d.env.Now()
	}
	m.Subject(subject)
	m.SetDateWithValue(at)
	m.SetMessageIDWithValue(d.tags.messageID(r.ID, addr, r.Text) + d.from[strings.LastIndex(d.from, "@"):])
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader(mail.HeaderXAutoResponseSuppress, "OOF, AutoReply") // not the reports of failed delivery
	m.SetBodyString(mail.TypeTextPlain, body)
	return m, nil
}

func (d *door) smtp() (*mail.Client, error) {
	o := []mail.Option{mail.WithTimeout(15 * time.Second), mail.WithHELO("madoguchi")}
	switch {
	case d.out.scheme == "smtps":
		o = append(o, mail.WithSSL())
	case d.out.loopback:
		o = append(o, mail.WithTLSPolicy(mail.NoTLS))
	default:
		o = append(o, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if d.out.user != "" {
		auth := mail.SMTPAuthAutoDiscover
		if d.out.loopback && d.out.scheme == "smtp" {
			auth = mail.SMTPAuthPlainNoEnc
		}
		o = append(o, mail.WithUsername(d.out.user), mail.WithPassword(d.out.password), mail.WithSMTPAuth(auth))
	}
	port, err := strconv.Atoi(d.out.port)
	if err != nil {
		return nil, err
	}
	return mail.NewClient(d.out.host, append(o, mail.WithPort(port))...)
}
