package email

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"madoguchi/channels"
)

// Where mails go once they need no more attention.
const (
	acceptedFolder  = "Accepted"
	automaticFolder = "Automatic"
)

// maxMail is how much of a mail is fetched. What is beyond it is told to the reader, not silently cut.
const maxMail = 10 << 20

// session connects, empties the inbox, and waits for more, until ctx ends or something breaks. It worked if the inbox was
// empty once.
func (d *door) session(ctx context.Context) (worked bool, err error) {
	news := make(chan struct{}, 1)
	c, err := d.dial(ctx, &imapclient.UnilateralDataHandler{Mailbox: func(*imapclient.UnilateralDataMailbox) {
		select {
		case news <- struct{}{}:
		default:
		}
	}})
	if err != nil {
		return false, err
	}
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	defer c.Close()
	if err := c.Login(d.inbox.user, d.inbox.password).Wait(); err != nil {
		return false, errors.New("email: sign-in refused")
	}
	for _, folder := range []string{acceptedFolder, automaticFolder} {
		if err := c.Create(folder, nil).Wait(); err != nil && !answered(err) {
			return false, errors.New("email: the folders cannot be made")
		}
	}
	if _, err := c.Select(d.inbox.folder, nil).Wait(); err != nil {
		return false, errors.New("email: the inbox cannot be opened")
	}
	for {
		if err := d.empty(ctx, c); err != nil {
			return worked, err
		}
		worked = true
		if err := wait(ctx, c, news); err != nil {
			return worked, err
		}
	}
}

// answered reports whether the server said no, as it does where a folder is there already.
func answered(err error) bool {
	var no *imap.Error
	return errors.As(err, &no)
}

func (d *door) dial(ctx context.Context, h *imapclient.UnilateralDataHandler) (*imapclient.Client, error) {
	o := &imapclient.Options{UnilateralDataHandler: h, TLSConfig: &tls.Config{ServerName: d.inbox.host, MinVersion: tls.VersionTLS12}}
	dialer := net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", d.inbox.addr())
	if err != nil {
		return nil, errors.New("email: the server cannot be reached")
	}
	if d.inbox.scheme == "imaps" {
		o.TLSConfig.NextProtos = []string{"imap"}
		return imapclient.New(tls.Client(conn, o.TLSConfig), o), nil
	}
	if d.inbox.loopback {
		return imapclient.New(conn, o), nil
	}
	c, err := imapclient.NewStartTLS(conn, o)
	if err != nil {
		return nil, errors.Join(errors.New("email: the server refuses STARTTLS"), conn.Close())
	}
	return c, nil
}

// wait returns when the server tells of something new, and after lookEvery in any case.
func wait(ctx context.Context, c *imapclient.Client, news <-chan struct{}) error {
	idle, err := c.Idle()
	if err != nil {
		return errors.New("email: the server does not let wait")
	}
	select {
	case <-ctx.Done():
	case <-news:
	case <-c.Closed():
		return errors.New("email: the server closed the connection")
	case <-time.After(lookEvery):
	}
	if err := errors.Join(idle.Close(), idle.Wait()); err != nil {
		return errors.New("email: the connection broke")
	}
	return ctx.Err()
}

// empty takes every mail of the inbox in, oldest first, and moves each where it belongs once it is stored.
func (d *door) empty(ctx context.Context, c *imapclient.Client) error {
	found, err := c.UIDSearch(&imap.SearchCriteria{}, nil).Wait()
	if err != nil {
		return errors.New("email: the inbox cannot be searched")
	}
	for _, uid := range found.AllUIDs() {
		raw, whole, err := fetch(c, uid)
		if err != nil {
			return err
		}
		if raw == nil {
			continue // gone meanwhile
		}
		folder := acceptedFolder
		if p := parse(raw, whole); p.automatic || p.from == d.from || p.from == "" {
			folder = automaticFolder
		} else {
			state, err := d.env.Intake.Take(ctx, channels.Message{ID: p.id, Kind: name, From: channels.NewAddress(name, p.from, nil),
				Text: p.text, At: d.env.Now()})
			if err != nil || state != channels.Stored {
				return errors.New("email: the house cannot store now")
			}
		}
		if _, err := c.Move(imap.UIDSetNum(uid), folder).Wait(); err != nil {
			return errors.New("email: a mail cannot be moved")
		}
	}
	return nil
}

func fetch(c *imapclient.Client, uid imap.UID) (raw []byte, whole bool, err error) {
	section := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Offset: 0, Size: maxMail}}
	got, err := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, RFC822Size: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil {
		return nil, false, errors.New("email: a mail cannot be fetched")
	}
	for _, m := range got {
		if m.UID == uid && len(m.BodySection) > 0 {
			return m.BodySection[0].Bytes, m.RFC822Size <= maxMail, nil
		}
	}
	return nil, false, nil
}
