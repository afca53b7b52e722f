package email

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
)

// memory starts go-imap's server in memory, with these capabilities, and returns its address.
func memory(t *testing.T, caps ...imap.Cap) string {
	t.Helper()
	users := imapmemserver.New()
	user := imapmemserver.NewUser("u", "secret")
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	users.AddUser(user)
	set := imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIdle: {}}
	for _, c := range caps {
		set[c] = struct{}{}
	}
	server := imapserver.New(&imapserver.Options{InsecureAuth: true, Caps: set, Logger: log.New(io.Discard, "", 0),
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return users.NewSession(), nil, nil
		}})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return l.Addr().String()
}

// box is the mailbox as a person sees it.
type box struct {
	t *testing.T
	*imapclient.Client
	user string
}

func look(t *testing.T, addr, user string) *box {
	t.Helper()
	c, err := imapclient.DialInsecure(addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Login(user, "secret").Wait(); err != nil {
		t.Fatal(err)
	}
	return &box{t, c, user}
}

func (b *box) put(folder, raw string) {
	b.t.Helper()
	raw = crlf(raw)
	cmd := b.Append(folder, int64(len(raw)), nil)
	_, err := io.WriteString(cmd, raw)
	if err = errors.Join(err, cmd.Close()); err != nil {
		b.t.Fatal(err)
	}
	if _, err := cmd.Wait(); err != nil {
		b.t.Fatal(err)
	}
}

// count counts the mails of a folder; where none can be removed, those that are not marked as deleted.
func (b *box) count(folder string) int {
	b.t.Helper()
	if _, err := b.Select(folder, nil).Wait(); err != nil {
		return 0
	}
	look := &imap.SearchCriteria{}
	if !b.Caps().Has(imap.CapUIDPlus) {
		look.NotFlag = []imap.Flag{imap.FlagDeleted}
	}
	found, err := b.UIDSearch(look, nil).Wait()
	if err != nil {
		b.t.Fatal(err)
	}
	return len(found.AllUIDs())
}

func (b *box) door(h *indoors, addr string) *indoors {
	var err error
	if h.inbox, err = parseServer("imap://"+b.user+":secret@"+addr+"/INBOX", map[string]string{"imap": "143"}); err != nil {
		b.t.Fatal(err)
	}
	return h
}

// run runs the door until the test, or stop, ends it.
func (h *indoors) run(t *testing.T) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// eventually waits longer than a busy machine takes.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("did not come true: ", what)
		}
	}
}

// servers are the ones that all of this is tried with.
func servers(t *testing.T, f func(t *testing.T, addr string, b *box)) {
	dovecot := channelstest.Dovecot(t)
	for name, addr := range map[string]func(t *testing.T) string{
		"Dovecot":             func(*testing.T) string { return dovecot },
		"MOVE":                func(t *testing.T) string { return memory(t, imap.CapMove, imap.CapUIDPlus) },
		"no MOVE":             func(t *testing.T) string { return memory(t, imap.CapUIDPlus) },
		"no MOVE, no UIDPLUS": func(t *testing.T) string { return memory(t) },
	} {
		t.Run(name, func(t *testing.T) {
			addr, user := addr(t), "u"
			if addr == dovecot {
				user = fmt.Sprintf("u%x", time.Now().UnixNano())
			}
			f(t, addr, look(t, addr, user))
		})
	}
}

// The connection, or the house with it, ends before or after any step of the server's; the next session goes on from there.
// Nothing is lost, and nothing is there twice: each mail is one message, and where the server can move it is one mail.
func TestKilledAtEveryStep(t *testing.T) {
	const mails = 3
	var kills atomic.Int64
	servers(t, func(t *testing.T, addr string, b *box) {
		steps := 0
		for step := 1; ; step++ {
			h := newIndoors(t, "EMAIL_KEEP", "off")
			for i := range mails {
				b.put("INBOX", from("a@example.jp")+mixed(text(fmt.Sprint("通 ", i)), file("image/jpeg", jpeg)))
			}
			for _, late := range []bool{false, true} {
				cut := newCutter(t, addr, step, late)
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				go func() { // without a fault it would wait for more
					for ctx.Err() == nil && !cut.idle.Load() {
						time.Sleep(time.Millisecond)
					}
					cancel()
				}()
				if _, err := b.door(h, cut.addr).session(ctx); err != nil && cut.cuts.Load() > 0 {
					kills.Add(1)
				} else {
					steps = step
				}
				cancel()
				cut.close()
			}
			stop := b.door(h, addr).run(t)
			eventually(t, "the inbox is empty", func() bool { return b.count("INBOX") == 0 })
			stop()
			if n := len(h.intake.Taken()); n != mails {
				t.Errorf("step %d: %d messages", step, n)
			}
			if b.Caps().Has(imap.CapMove) {
				if n := b.count(acceptedFolder); n != mails*step {
					t.Fatalf("step %d: %d mails in all", step, n)
				}
			} else if n := b.count(acceptedFolder); n < mails*step {
				t.Fatalf("step %d: %d mails in all", step, n)
			}
			if steps > 0 {
				break
			}
		}
	})
	t.Logf("%d kills", kills.Load())
	if kills.Load() < 100 {
		t.Errorf("only %d kills", kills.Load())
	}
}

// cutter stands between the door and the server and cuts the connection at the given command: before the server gets it, or
// when the server has answered it.
type cutter struct {
	addr string
	l    net.Listener
	cuts atomic.Int64
	idle atomic.Bool // the door waits for news
	wg   sync.WaitGroup
}

func newCutter(t *testing.T, target string, step int, late bool) *cutter {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{addr: l.Addr().String(), l: l}
	c.wg.Go(func() {
		in, err := l.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", target)
		if err != nil {
			in.Close()
			return
		}
		var tag atomic.Value // of the command whose answer is the last that the door is not to see
		tag.Store("")
		c.wg.Go(func() {
			defer in.Close()
			for r := bufio.NewReader(out); ; {
				line, err := r.ReadString('\n')
				if t := tag.Load().(string); t != "" && strings.HasPrefix(line, t+" ") {
					c.cuts.Add(1)
					return
				}
				if _, e := io.WriteString(in, line); e != nil || err != nil {
					return
				}
			}
		})
		defer out.Close()
		r := bufio.NewReader(in)
		for n := 1; ; n++ {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			if n == step && !late {
				c.cuts.Add(1)
				in.Close()
				return
			}
			if n == step {
				t, _, _ := strings.Cut(line, " ")
				tag.Store(t)
			}
			if _, err := io.WriteString(out, line); err != nil {
				return
			}
			if strings.HasSuffix(line, " IDLE\r\n") {
				c.idle.Store(true)
			}
		}
	})
	return c
}

func (c *cutter) close() {
	c.l.Close()
	c.wg.Wait()
}

// The same mail a hundred times, in three houses at once, is one message.
func TestOneMailAHundredTimes(t *testing.T) {
	servers(t, func(t *testing.T, addr string, b *box) {
		raw := from("a@example.jp") + text("一通")
		for range 100 {
			b.put("INBOX", raw)
		}
		h := newIndoors(t)
		for range 3 {
			other := newIndoors(t)
			other.env.Intake = h.intake
			b.door(other, addr).run(t)
		}
		eventually(t, "the inbox is empty", func() bool { return b.count("INBOX") == 0 })
		if n := len(h.intake.Taken()); n != 1 {
			t.Errorf("%d messages", n)
		}
	})
}

// ledger is an intake that counts thousands.
type ledger struct {
	mu    sync.Mutex
	texts []string
	times map[string]int
}

func (l *ledger) Take(_ context.Context, messages ...channels.Message) (channels.State, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range messages {
		if l.times[m.ID]++; l.times[m.ID] == 1 {
			l.texts = append(l.texts, m.Text)
		}
	}
	return channels.Stored, nil
}

func (l *ledger) taken() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.texts)
}

// Thousands of mails that have waited are taken in, each once, in order.
func TestBacklog(t *testing.T) {
	const n = 3000
	addr := memory(t, imap.CapMove, imap.CapUIDPlus)
	b := look(t, addr, "u")
	for i := range n {
		b.put("INBOX", from("a@example.jp")+text(fmt.Sprint("通 ", i)))
	}
	h, l := newIndoors(t, "EMAIL_KEEP", "off"), &ledger{times: map[string]int{}}
	h.env.Intake = l
	start := time.Now()
	b.door(h, addr).run(t)
	eventually(t, "all are taken", func() bool { return len(l.taken()) == n })
	t.Logf("%d mails in %v", n, time.Since(start).Round(time.Millisecond))
	eventually(t, "all are moved", func() bool { return b.count(acceptedFolder) == n && b.count("INBOX") == 0 })
	for i, text := range l.taken() {
		if text != fmt.Sprint("通 ", i) {
			t.Fatalf("message %d is %q", i, text)
		}
	}
}
