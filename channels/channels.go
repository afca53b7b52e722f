// Package channels is the contract between the doors and the wall. A door (chat, LINE, phone, e-mail, letter) is one
// package below this one that exports one Kind; it knows a wire format and nothing of cases, staff or storage. A new door
// is one package, one run of channelstest and one line in cmd/madoguchi/channels.go.
//
// A door's whole duty: judge that what arrived is authentic, turn it into Messages, give them to Intake, and only when
// Take has returned without an error tell the outside that they were accepted. And the other way: send a Reply to an
// Address that the courier has opened for it.
package channels

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// Kind is what a door's package exports: what it is called, which settings it takes, and how it is opened.
type Kind struct {
	Names    []string  // the channel names it brings messages by: "chat"; "sms", "voice"
	Settings []Setting // without MADOGUCHI_ and in its form: LINE_SECRET
	// New opens the door. It is called only when every required setting is present, and refuses unsafe or malformed ones
	// with an error that names the setting and never its value.
	New func(Env) (Channel, error)
}

// Channel is an open door. Routes and Run serve the gateway's side, Send the courier's; the two may live in different
// processes, so what Send needs travels in the Address.
type Channel interface {
	// Routes registers what the door serves on the public listener.
	Routes(mux *http.ServeMux)
	// Run fetches what does not come by itself (a mailbox, a folder) until ctx ends; a door that needs nothing waits for
	// ctx. It returns nil when ctx ended, and reconnects by itself otherwise.
	Run(ctx context.Context) error
	// Send brings a reply to the person at the address. The same Reply.ID sent again must not reach the person twice
	// where the provider offers any way to prevent it. An error of type *Undeliverable is final; every other error is
	// tried again.
	Send(ctx context.Context, to Address, r Reply) (Sent, error)
}

// Limited is a Channel that may be open and yet not do its work, because this machine lacks something. Lacks says what, for
// the people who run the house, or returns "".
type Limited interface{ Lacks() string }

// Env is what a door may use of the house.
type Env struct {
	Intake    Intake
	Mailbox   Mailbox
	Files     Files
	Desk      Desk
	Tally     Tally                    // nil where nobody counts
	Setting   func(name string) string // value of one of the Kind's own settings
	Now       func() time.Time         // the desk's clock
	Log       *slog.Logger             // never given words, names, addresses or ids of people
	Panics    *Panics                  // nil where nobody keeps account of them
	Unread    func(channel string)     // counts what no machine could read, of which a person was told; nil: nobody does
	PublicURL string                   // without a slash at its end
}

// Tally counts visits that leave nothing else behind: numbers of a month and a door, never who, and never when. What is one of
// closed (came outside the hours and went without a word), unwritten (the same while the desk was open), gave_up (wrote, and left
// the page before an answer), stayed (saw the first answer on it), late (waited longer than the page had said), unanswered
// (phoned, and nobody took the call). A count is an extra: that it fails refuses nobody anything.
type Tally interface {
	Count(ctx context.Context, door, what string, n int) error
}

// Intake takes messages in durably.
type Intake interface {
	// Take returns once every message is durable, with the weaker of their states, or with ErrUnavailable when neither
	// home could take one: then nothing may be acknowledged. A message whose (sender, ID) is already durable is not
	// taken twice. Nothing that a person wrote is refused for what it says or how much of it there is.
	Take(ctx context.Context, messages ...Message) (State, error)
}

// State says where an accepted message is.
type State string

const (
	Stored State = "stored" // in Redis
	Held   State = "held"   // in the gateway's own synced journal while Redis is away
)

// Errors that doors tell apart with errors.Is.
var (
	ErrUnavailable = errors.New("channels: neither home could take it")
	ErrUnknown     = errors.New("channels: no such conversation") // the same for wrong, expired and erased secrets
	ErrBusy        = errors.New("channels: too many checks are waiting")
)

// Undeliverable is a Send that can never succeed (不達). Code is one of the door's own short list; it never carries a
// provider's text.
type Undeliverable struct{ Code string }

func (e *Undeliverable) Error() string { return "channels: undeliverable: " + e.Code }

// Message is one thing that a person sent.
type Message struct {
	ID   string // unique for this sender; sending it again is harmless
	Kind string // one of the Kind's Names
	From Address
	Text string
	At   time.Time // when it reached us (or the provider), by the desk's clock

	About  string   // who it is about: self, friend, did, unsaid; or ""
	CallMe string   // the name to be called by (呼び名), or ""
	Lang   string   // the language that the seeker's page says, as two or three letters, where it is not Japanese; or ""
	First  *Opening // with messages of a new chat conversation until one is acknowledged: what the wall must keep of it
	Answer *Answer  // the answer to a question of the desk, in place of Text
	Unsend string   // ID of an earlier message of this sender to hide, in place of Text
	Erase  bool     // withdraws the conversation, in place of Text
	Opt    string   // "out" after STOP, "in" after START, beside Text; without words it makes no case
	Status *Status  // what the provider says became of a reply, in place of Text
	Late   bool     // a redelivery, or back-filled: genuine but late

	Files     []File    // beside Text, in which each has its mark ([写真1]); kept before the message is taken
	CallBack  *CallBack // beside Text: wishes to be called
	Unchecked bool      // a machine read Text from paper; a person must compare it
	Declares  string    // beside Text: child or parent, who says formally that it is a serious case (重大事態の申立て)
}

// Answer is a seeker's answer to a question: yes, no, later or change.
type Answer struct{ ID, Answer string }

// Status is what a provider reports of a reply sent earlier: delivered, read or failed, with a code of the door's list.
type Status struct{ ReplyID, Status, Detail string }

// Opening is what makes a new conversation reachable again by its return code. It is opaque to doors, travels inside the
// sealed message and is kept by nobody else.
type Opening struct{ Sealed []byte }

// Reply is what the desk says, with the seeker's own words filled in.
type Reply struct {
	ID       string    // the same for every attempt; derive the provider's retry key from it
	Seq      int64     // number among the desk's messages of this conversation
	Text     string    // empty where only notice and link may go out
	Question *Question // a question in place of a plain message; other doors than chat send it as notice and link
	Link     string    // one-time address of the seeker's own page, PUBLIC_URL/#k=…; empty for chat
	Urgent   bool      // the case is urgent or graver: safety lines may be added
	At       time.Time // when it was said, the same for every attempt
}

// Question asks the seeker whether a school may be told, or her family.
type Question struct {
	ID     string
	School string // its name as the seeker reads it, or who of the family
	Level  string // named or anonymous
	Text   string // exactly what the school would read, or the family hear
	Family bool   `json:",omitempty"` // a person of the desk would speak with her family
}

// Sent is what is known of a reply that was handed to its provider.
type Sent struct {
	Status string // "sent" or "delivered"; "paper" where people have to print and post it first
}

// Mailbox is where a seeker reads what the desk says. Only the holder of a return code, a resume token or a link can make
// the gateway able to read.
type Mailbox interface {
	// Begin starts a conversation. Nothing is stored until a message of it is taken.
	Begin(ctx context.Context) (Conversation, error)
	// Open opens a conversation, or fails with ErrUnknown, ErrBusy or ErrUnavailable. Wrong, expired, spent and erased
	// secrets are alike in answer and time. A code is checked slowly, on purpose.
	Open(ctx context.Context, s Secret) (Conversation, error)
}

// Secret is what a seeker holds. Text is as typed; a code may be words or digits in any writing.
type Secret struct {
	Kind SecretKind
	Text string
}

// SecretKind is one of the three keys to a mailbox.
type SecretKind string

const (
	ByCode   SecretKind = "code"
	ByResume SecretKind = "resume"
	ByLink   SecretKind = "link"
)

// Conversation is an open mailbox. Its methods may be called from several goroutines.
type Conversation interface {
	Address() Address             // for Message.From
	Opening() *Opening            // for Message.First; nil unless the conversation is new
	Code() (words, digits string) // empty unless the conversation is new
	// Resume returns a new resume token. It lives for 30 minutes after the conversation was last touched (Since, Read,
	// Touch, or an open Listen), and the one before it until this one is used.
	Resume(ctx context.Context) (string, error)
	// Since returns the entries after the given seq, in order and without a gap.
	Since(ctx context.Context, after int64) ([]Entry, error)
	// Unread returns what was not yet marked by Read, and the last entry if all was.
	Unread(ctx context.Context) ([]Entry, error)
	// Read marks everything up to seq as shown.
	Read(ctx context.Context, seq int64) error
	// Listen calls f on each change until stop is called. f must not block. A change may be reported twice, or without
	// there being anything new.
	Listen(f func(Change)) (stop func())
	// Doing says what the desk is doing at this moment: waiting, reading or writing.
	Doing(ctx context.Context) string
	// Wait says what may be said of the wait.
	Wait(ctx context.Context) Wait
	// Close makes code, resume and links useless at once, as far as Redis can be reached.
	Close(ctx context.Context) error
}

// Change is news for a listener: new mail, or what the desk is doing now ("" where that did not change).
type Change struct {
	Mail  bool
	Doing string
	Wait  *Wait // what may be said of the wait now; nil where that did not change
	Peer  bool  // who may asks where the connection comes from: see Traceable
}

// Wait is what a seeker's page may say of the wait, in codes of five letters; the words are the page's. Band is how long it may
// take: 05min, 20min, 30min, today, later, sorry. Care is what is said once to somebody who wrote of danger: alarm, night, paged.
// quiet, or none, says nothing. By is told with sorry: by when there is an answer; zero where nobody promised that.
type Wait struct {
	Band, Care string
	By         time.Time
}

// Entry is one thing in a mailbox: words, or a question.
type Entry struct {
	Seq      int64
	From     string // counselor or desk
	Text     string
	At       time.Time
	Question *Question
}

// Desk is what a door may tell people about the desk.
type Desk interface {
	City() string // 旭川市
	// Hours tells whether somebody answers this channel at t, and the honest notice for that moment, which names the next
	// opening with date and weekday where it is closed.
	Hours(channel string, t time.Time) Hours
	// Moment tells a point in time as a child reads it: 12月1日〔火〕の夕方6時.
	Moment(t time.Time) string
	// Text returns a text of the catalogue, filled from the city file and from vars ({name} → value), or "" where
	// the city has none or a placeholder could not be filled truly: then nothing is shown. Furigana are written
	// 漢字（かな）.
	Text(key string, vars map[string]string) string
	// School returns a school's name as people read it, or "".
	School(id string) string
	// Signs returns the desk's contact block, its hours and the sign-posts to other desks, as they are at t.
	Signs(t time.Time) Signs
}

// Hours is a moment of the desk.
type Hours struct {
	Open   bool
	Notice string
	Next   time.Time // the next opening; zero where open, or where none is known
}
