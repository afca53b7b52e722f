package channelstest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"madoguchi/channels"
)

// Mailbox keeps conversations in memory. Codes are fixed words and a number, so that a test can type them.
type Mailbox struct {
	mu    sync.Mutex
	err   error // of every call that would reach Redis
	blind bool  // a resume token opens all the same
	boxes []*box
	next  int
}

type box struct {
	id            string
	words, digits string
	written       bool // its code opens it
	closed        bool
	tokens        []string // resume tokens, the oldest first
	links         []string // not yet spent
	entries       []channels.Entry
	read          int64
	doing         string
	wait          channels.Wait
	listeners     map[int]func(channels.Change)
	own           own
}

// NewMailbox returns an empty mailbox.
func NewMailbox() *Mailbox { return &Mailbox{} }

// words of the codes; a code is six of them and one that counts.
var words = []string{"あさがお", "しじみ", "やまびこ", "つみき", "はちみつ", "ことり", "みずうみ", "たけのこ", "ゆきだま", "からす"}

// Begin implements channels.Mailbox.
func (m *Mailbox) Begin(context.Context) (channels.Conversation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.next++
	b := &box{id: fmt.Sprintf("conversation-%d", m.next), doing: "waiting", listeners: map[int]func(channels.Change){}}
	w := make([]string, 0, 7)
	for i := range 6 {
		w = append(w, words[(m.next+i)%len(words)])
	}
	b.words = strings.Join(append(w, words[m.next/10%10]), "　")
	b.digits = fmt.Sprintf("%021d", m.next)
	m.boxes = append(m.boxes, b)
	return &conversation{m, b, true}, nil
}

// Open implements channels.Mailbox.
func (m *Mailbox) Open(_ context.Context, s channels.Secret) (channels.Conversation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil && !(m.blind && s.Kind == channels.ByResume) {
		return nil, m.err
	}
	for _, b := range m.boxes {
		if !b.closed && b.opens(s) {
			return &conversation{m, b, s.Kind == channels.ByResume && !b.written}, nil
		}
	}
	return nil, channels.ErrUnknown
}

func (b *box) opens(s channels.Secret) bool {
	switch s.Kind {
	case channels.ByCode:
		return b.written && (fold(s.Text) == fold(b.words) || fold(s.Text) == b.digits)
	case channels.ByLink:
		i := slices.Index(b.links, s.Text)
		if i >= 0 {
			b.links = slices.Delete(b.links, i, i+1)
		}
		return i >= 0
	case channels.ByResume:
		i := slices.Index(b.tokens, s.Text)
		if i >= 0 {
			b.tokens = slices.Delete(b.tokens, 0, i)
		}
		return i >= 0
	}
	return false
}

// fold does a little of what the house does: spaces, katakana and full-width digits.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '　' || r == '-' || r == '\n':
			return -1
		case r >= 'ァ' && r <= 'ヶ':
			return r - 'ァ' + 'ぁ'
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		}
		return r
	}, text)
}

// Fail makes every call that would reach Redis fail with err, and with nil succeed again.
func (m *Mailbox) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err, m.blind = err, false
}

// Away makes Redis unreachable, while a resume token that was seen a moment ago still opens its conversation.
func (m *Mailbox) Away() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err, m.blind = channels.ErrUnavailable, true
}

// Put appends what the desk says to the conversation at the address, with the next seq.
func (m *Mailbox) Put(to channels.Address, e channels.Entry) {
	b, call := m.find(to)
	if b == nil {
		return
	}
	m.mu.Lock()
	e.Seq = int64(len(b.entries) + 1)
	if e.From == "" {
		e.From = "counselor"
	}
	if e.At.IsZero() {
		e.At = time.Now()
	}
	b.entries = append(b.entries, e)
	m.mu.Unlock()
	call(channels.Change{Mail: true})
}

// SetDoing says what the desk is doing: waiting, reading or writing.
func (m *Mailbox) SetDoing(to channels.Address, doing string) {
	b, call := m.find(to)
	if b == nil {
		return
	}
	m.mu.Lock()
	b.doing = doing
	m.mu.Unlock()
	call(channels.Change{Doing: doing})
}

// SetWait says what may be said of the wait.
func (m *Mailbox) SetWait(to channels.Address, w channels.Wait) {
	b, call := m.find(to)
	if b == nil {
		return
	}
	m.mu.Lock()
	b.wait = w
	m.mu.Unlock()
	call(channels.Change{Wait: &w})
}

// Link returns a new one-time link token of the conversation.
func (m *Mailbox) Link(to channels.Address) string {
	b, _ := m.find(to)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.next++
	token := fmt.Sprintf("link-%d", m.next)
	b.links = append(b.links, token)
	return token
}

// ReadUpTo returns the seq up to which the conversation was marked as shown.
func (m *Mailbox) ReadUpTo(to channels.Address) int64 {
	b, _ := m.find(to)
	m.mu.Lock()
	defer m.mu.Unlock()
	return b.read
}

// Wrote counts the messages of the seeker's own that the conversation knows: a door tells of them behind the acknowledgement.
func (m *Mailbox) Wrote(to channels.Address) int {
	b, _ := m.find(to)
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(b.own.ids)
}

// Listeners counts the open listeners of all conversations.
func (m *Mailbox) Listeners() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, b := range m.boxes {
		n += len(b.listeners)
	}
	return n
}

func (m *Mailbox) find(a channels.Address) (*box, func(channels.Change)) {
	_, who, _ := channels.OpenAddress(a)
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, b := range m.boxes {
		if b.id == who {
			listeners := make([]func(channels.Change), 0, len(b.listeners))
			for _, f := range b.listeners {
				listeners = append(listeners, f)
			}
			return b, func(c channels.Change) {
				for _, f := range listeners {
					f(c)
				}
			}
		}
	}
	return nil, func(channels.Change) {}
}

// settle does what the wall does once a message is durable.
func (m *Mailbox) settle(msg channels.Message) {
	b, _ := m.find(msg.From)
	if b == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	b.written = b.written || msg.First != nil
	b.closed = b.closed || msg.Erase
}

type conversation struct {
	m   *Mailbox
	b   *box
	new bool // its code is still known
}

func (c *conversation) Address() channels.Address {
	return channels.NewAddress("chat", c.b.id, []byte("public key of "+c.b.id))
}

func (c *conversation) Opening() *channels.Opening {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	if c.b.written {
		return nil
	}
	return &channels.Opening{Sealed: []byte("opening of " + c.b.id)}
}

func (c *conversation) Code() (words, digits string) {
	if !c.new {
		return "", ""
	}
	return c.b.words, c.b.digits
}

func (c *conversation) ready() error {
	if c.b.closed {
		return channels.ErrUnknown
	}
	return c.m.err
}

func (c *conversation) Resume(context.Context) (string, error) {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	if c.b.closed {
		return "", channels.ErrUnknown
	}
	c.m.next++
	token := fmt.Sprintf("resume-%d", c.m.next)
	c.b.tokens = append(c.b.tokens, token)
	return token, nil
}

func (c *conversation) Since(_ context.Context, after int64) ([]channels.Entry, error) {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	if err := c.ready(); err != nil {
		return nil, err
	}
	after = min(max(after, 0), int64(len(c.b.entries)))
	return slices.Clone(c.b.entries[after:]), nil
}

func (c *conversation) Unread(context.Context) ([]channels.Entry, error) {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	if err := c.ready(); err != nil {
		return nil, err
	}
	from := min(c.b.read, max(int64(len(c.b.entries))-1, 0))
	return slices.Clone(c.b.entries[from:]), nil
}

func (c *conversation) Read(_ context.Context, seq int64) error {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	if err := c.ready(); err != nil {
		return err
	}
	c.b.read = max(c.b.read, min(seq, int64(len(c.b.entries))))
	return nil
}

func (c *conversation) Listen(f func(channels.Change)) (stop func()) {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	c.m.next++
	key := c.m.next
	c.b.listeners[key] = f
	return func() {
		c.m.mu.Lock()
		defer c.m.mu.Unlock()
		delete(c.b.listeners, key)
	}
}

func (c *conversation) Doing(context.Context) string {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	return c.b.doing
}

func (c *conversation) Wait(context.Context) channels.Wait {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	return c.b.wait
}

func (c *conversation) Close(context.Context) error {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	c.b.closed, c.b.tokens, c.b.links = true, nil, nil
	return nil
}
