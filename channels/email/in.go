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

// connection is one session with the server.
type connection struct {
	*imapclient.Client
	news  <-chan struct{} // the server has said that something is new
	alarm *time.Timer     // closes the connection unless it is put off: the client waits for an answer forever
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
	folders := map[string]string{}
	for _, name := range []string{acceptedFolder, automaticFolder} {
		if folders[name], err = d.folder(c, name); err != nil {
			return false, err
		}
	}
	if _, err := c.Select(d.inbox.folder, nil).Wait(); err != nil {
		return false, errors.New("email: the inbox cannot be opened")
	}
	for {
		if err := d.empty(ctx, c, folders); err != nil {
			return worked, err
		}
		worked = true
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
	look, idle := lookOften, (*imapclient.IdleCommand)(nil)
	if c.Caps().Has(imap.CapIdle) {
		var err error
		if idle, err = c.Idle(); err != nil {
			return errors.New("email: the server does not let wait")
		}
		look = lookEvery
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

// empty takes every mail of the inbox in, oldest first, and moves each where it belongs once it is stored. A mail that the
// server does not give out keeps no other waiting; it is asked for again at the next look.
func (d *door) empty(ctx context.Context, c *connection, folders map[string]string) error {
	c.alarm.Reset(d.patience)
	found, err := c.UIDSearch(&imap.SearchCriteria{}, nil).Wait()
	if err != nil {
		return errors.New("email: the inbox cannot be searched")
	}
	for _, uid := range found.AllUIDs() {
		c.alarm.Reset(d.patience)
		raw, whole, err := fetch(c, uid)
		if errors.Is(err, errKept) {
			d.env.Log.Warn("the server does not give out a mail", "channel", name)
			continue
		}
		if err != nil {
			return err
		}
		if raw == nil {
			continue // gone meanwhile
		}
		c.alarm.Reset(d.patience)
		folder, err := d.takeIn(ctx, raw, whole)
		if err != nil {
			return err
		}
		if err := move(c, uid, folders[folder]); err != nil {
			return err
		}
	}
	return nil
}

// takeIn takes a mail in and returns the folder where it belongs then. A mail that does not say whom it is from is taken
// as well: nobody can be answered, but somebody may need help.
func (d *door) takeIn(ctx context.Context, raw []byte, whole bool) (folder string, err error) {
	p := parse(raw, whole, d.env.Desk.Text("mail.subject", nil))
	if p.automatic || p.from == d.from {
		return automaticFolder, nil
	}
	if p.from == "" {
		p.from = "unknown " + p.id
	}
	state, err := d.env.Intake.Take(ctx, channels.Message{ID: p.id, Kind: name, From: channels.NewAddress(name, p.from, nil),
		Text: p.text, At: d.env.Now()})
	if err != nil || state != channels.Stored {
		return "", errors.New("email: the house cannot store now")
	}
	return acceptedFolder, nil
}

// errKept says that the server answers, but does not give out this mail.
var errKept = errors.New("email: a mail is not given out")

func fetch(c *connection, uid imap.UID) (raw []byte, whole bool, err error) {
	section := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Offset: 0, Size: maxMail}}
	got, err := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, RFC822Size: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if refused(err) {
		return nil, false, errKept
	}
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

// move moves a mail. Where the server knows no MOVE it is copied first and removed only then: the client's own way of doing
// that sends both at once, and would remove a mail whose copy failed.
func move(c *connection, uid imap.UID, folder string) error {
	set, failed := imap.UIDSetNum(uid), errors.New("email: a mail cannot be moved")
	if c.Caps().Has(imap.CapMove) {
		if _, err := c.Move(set, folder).Wait(); err != nil {
			return failed
		}
		return nil
	}
	if _, err := c.Copy(set, folder).Wait(); err != nil {
		return failed
	}
	if err := c.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close(); err != nil {
		return failed
	}
	expunge := c.Expunge
	if c.Caps().Has(imap.CapUIDPlus) {
		expunge = func() *imapclient.ExpungeCommand { return c.UIDExpunge(set) }
	}
	if err := expunge().Close(); err != nil {
		return failed
	}
	return nil
}
