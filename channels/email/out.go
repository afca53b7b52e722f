package email

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"madoguchi/channels"
)

// Send mails the reply: a neutral subject and sender, the words and one link in the body, nothing that the seeker wrote,
// and no word of the case in any header.
func (d *door) Send(ctx context.Context, to channels.Address, r channels.Reply) (channels.Sent, error) {
	_, addr, _ := channels.OpenAddress(to)
	m, err := d.compose(addr, r)
	if err != nil {
		return channels.Sent{}, err
	}
	c, err := d.smtp()
	if err != nil {
		return channels.Sent{}, errors.New("email: SMTP_URL is not usable")
	}
	if err := c.DialAndSendWithContext(ctx, m); err != nil { // the error holds addresses
		var refused *mail.SendError
		if errors.As(err, &refused) && refused.Reason != mail.ErrSMTPMailFrom && !refused.IsTemp() && refused.ErrorCode() >= 550 && refused.ErrorCode() < 560 {
			return channels.Sent{}, &channels.Undeliverable{Code: "refused"}
		}
		return channels.Sent{}, errors.New("email: the mail server did not take it")
	}
	return channels.Sent{Status: "sent"}, nil
}

func (d *door) compose(addr string, r channels.Reply) (*mail.Msg, error) {
	desk := d.env.Desk
	key, vars := "mail.body", map[string]string{"呼び名": "こんにちは。", "返事": r.Text, "リンク": r.Link}
	if r.Question != nil || r.Text == "" {
		key = "mail.notice"
	}
	subject, body := desk.Text("mail.subject", nil), desk.Text(key, vars)
	if subject == "" || body == "" {
		return nil, errors.New("email: there is no text for a mail")
	}
	m := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithCharset(mail.CharsetUTF8))
	if err := m.FromFormat(desk.Text("mail.from", nil), d.from); err != nil {
		return nil, errors.New("email: EMAIL_FROM is not usable")
	}
	if m.To(addr) != nil {
		// Carriers gave out addresses that are only valid with quotes (a..b@, a.@).
		local, domain, ok := strings.Cut(addr, "@")
		if !ok || m.To(`"`+local+`"@`+domain) != nil {
			return nil, &channels.Undeliverable{Code: "invalid_address"}
		}
	}
	m.Subject(subject)
	m.SetDate()
	m.SetMessageIDWithValue(r.ID + "@" + d.from[strings.LastIndex(d.from, "@")+1:])
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
