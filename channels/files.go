package channels

import (
	"context"
	"errors"
	"io"
)

// MaxFile is the most bytes that one file may have.
const MaxFile = 20 << 20

// ErrTooLarge says that a file has more than MaxFile bytes.
var ErrTooLarge = errors.New("channels: the file is too large")

// File is a file that came with a message, as Files keeps it. It has no name: names of files name people.
type File struct {
	ID   string
	Sort string // picture, document, voice, video or other, as the door was told; nobody has looked yet
}

// The sorts of files.
const (
	Picture  = "picture"
	Document = "document"
	Voice    = "voice"
	Video    = "video"
	Other    = "other"
)

// Files keeps what comes with messages. Nothing is opened: looking at a file is for a process of its own.
type Files interface {
	// Keep seals everything that r gives and returns once it is durable, or fails with ErrTooLarge or ErrUnavailable. A
	// file that no message names within a day is thrown away.
	Keep(ctx context.Context, r io.Reader, sort string) (File, error)
}

// CallBackKind is the kind of an address that somebody wishes to be called at, a telephone number in E.164. No door has it, so
// nothing is ever sent there, and who calls from there is not taken for who wished it: several of a family may give the same
// number.
const CallBackKind = "callback"

// CallBack is a person's wish to be called. The number is the sender's own address, or in At.
type CallBack struct {
	At     Address // of CallBackKind, where it is another than the sender's
	Window string  // when it is safe: a code of the door's list, or as the person wrote it
	Who    string  // who may answer: self, family, anyone, or ""
}

// Call is one attempt of the desk to speak with somebody.
type Call struct {
	ID string // the same for every attempt to place it
}

// Caller is a Channel that can place calls. It rings the desk's phone first, and when a person of the desk has answered,
// the seeker's; neither sees the other's number. What becomes of the call comes back as a Status whose ReplyID is the
// call's ID, with answered, no_answer, busy or failed.
type Caller interface {
	Call(ctx context.Context, to Address, c Call) error
}

// Page is one attempt to reach a person of the staff who is on call.
type Page struct {
	Reach string // a telephone number, +81…
	By    string // voice or sms
	Text  string // that something waits, never what
}

// Pager is a Channel that can reach a person on call. A nil error says that the provider has taken it, not that it was heard.
type Pager interface {
	Page(ctx context.Context, p Page) error
}
