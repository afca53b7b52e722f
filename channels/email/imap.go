package email

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// connection is one session with the server.
type connection struct {
	*imapclient.Client
	news    <-chan struct{}   // the server has said that something is new
	alarm   *time.Timer       // closes the connection unless it is put off: the client waits for an answer forever
	folders map[string]string // what the server calls them
	valid   uint32            // the inbox's UIDVALIDITY
}

// session connects, empties the inbox, and waits for more, until ctx ends or something breaks. It worked if the inbox was
// empty once.
func (d *door) session(ctx context.Context) (worked bool, err error) {
	c, err := d.dial(ctx)
	if err != nil {
		return false, err
	}
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	defer c.Close()
	c.alarm = time.AfterFunc(d.patience, func() { c.Close() })
	defer c.alarm.Stop()
	if err := c.Login(d.inbox.user, d.inbox.password).Wait(); err != nil {
		return false, errors.New("email: sign-in refused")
	}
	c.folders = map[string]string{}
	for _, name := range []string{acceptedFolder, automaticFolder, keptFolder} {
		if c.folders[name], err = d.folder(c, name); err != nil {
			return false, err
		}
	}
	for swept := (time.Time{}); ; {
		if err := d.open(c); err != nil {
			return worked, err
		}
		if err := d.empty(ctx, c); err != nil {
			return worked, err
		}
		worked = true
		if now := time.Now(); now.Sub(swept) >= sweepEvery { // with the inbox empty; it is opened again and looked into
			if swept = now; d.keep > 0 {
				if err := d.sweep(c); err != nil {
					return worked, err
				}
				continue
			}
		}
		if err := d.wait(ctx, c); err != nil {
			return worked, err
		}
	}
}

// folder makes a folder, or finds it there, and returns what the server calls it: some allow none but below the inbox.
func (d *door) folder(c *connection, name string) (string, error) {
	for _, full := range []string{name, d.inbox.folder + "." + name, d.inbox.folder + "/" + name} {
		err := c.Create(full, nil).Wait()
		if refused(err) {
			_, err = c.Status(full, &imap.StatusOptions{NumMessages: true}).Wait()
		}
		if err == nil {
			return full, nil
		}
		if !refused(err) {
			break
		}
	}
	return "", errors.New("email: the folders cannot be made")
}

// open opens the inbox. Nothing that was known of it before holds on, so a mailbox that has been made anew (UIDVALIDITY) is like
// any other.
func (d *door) open(c *connection) error {
	c.alarm.Reset(d.patience)
	box, err := c.Select(d.inbox.folder, nil).Wait()
	if err != nil {
		return errors.New("email: the inbox cannot be opened")
	}
	c.valid = box.UIDValidity
	return nil
}

// refused reports whether the server answered, and said no.
func refused(err error) bool {
	var no *imap.Error
	return errors.As(err, &no)
}

func (d *door) dial(ctx context.Context) (*connection, error) {
	news := make(chan struct{}, 1)
	tell := func(*imapclient.UnilateralDataMailbox) { // runs on the loop that reads: it must not wait
		select {
		case news <- struct{}{}:
		default:
		}
	}
	o := &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: tell},
		TLSConfig: &tls.Config{ServerName: d.inbox.host, MinVersion: tls.VersionTLS12}}
	dialer := net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", d.inbox.addr())
	if err != nil {
		return nil, errors.New("email: the server cannot be reached")
	}
	switch {
	case d.inbox.scheme == "imaps":
		o.TLSConfig.NextProtos = []string{"imap"}
		return &connection{Client: imapclient.New(tls.Client(conn, o.TLSConfig), o), news: news}, nil
	case d.inbox.loopback:
		return &connection{Client: imapclient.New(conn, o), news: news}, nil
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	c, err := imapclient.NewStartTLS(conn, o)
	if err != nil {
		return nil, errors.Join(errors.New("email: the server refuses STARTTLS"), conn.Close())
	}
	return &connection{Client: c, news: news}, nil
}

// wait returns when the server tells of something new, and after a while in any case.
func (d *door) wait(ctx context.Context, c *connection) error {
	c.alarm.Reset(d.patience)
	look, idle := min(lookOften, d.look), (*imapclient.IdleCommand)(nil)
	if c.Caps().Has(imap.CapIdle) {
		var err error
		if idle, err = c.Idle(); err != nil {
			return errors.New("email: the server does not let wait")
		}
		look = d.look
	}
	c.alarm.Stop()
	timer := time.NewTimer(look)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-c.news:
	case <-c.Closed():
		return errors.New("email: the server closed the connection")
	case <-timer.C:
	}
	c.alarm.Reset(d.patience)
	if idle != nil {
		if err := errors.Join(idle.Close(), idle.Wait()); err != nil {
			return errors.New("email: the connection broke")
		}
	}
	return ctx.Err()
}
