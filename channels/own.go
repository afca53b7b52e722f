package channels

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Word is a message as its seeker wrote it.
type Word struct {
	ID   string    `json:"id"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// Own is a Conversation that can keep what the seeker wrote, for her alone: behind a PIN that she chose. Without one it is
// only counted. Nothing of it is needed to write, or to read what the desk says.
type Own interface {
	// Wrote keeps words that were taken in. Again is harmless.
	Wrote(ctx context.Context, words ...Word) error
	// Unwrote forgets a word that was taken back.
	Unwrote(ctx context.Context, id string) error
	// Hidden says how many words there are, and whether a PIN opens them.
	Hidden(ctx context.Context) (n int, locked bool, err error)
	// SetPIN chooses a PIN, and keeps the words that the page still has. It needs the one before, where there is one. Only
	// where the conversation was begun may a first one be chosen: who comes with the code may be somebody else. It fails
	// with ErrUnknown for everything that is wrong, or with *Slow.
	SetPIN(ctx context.Context, before, pin string, words ...Word) error
	// Words returns what the PIN opens, oldest first. It fails with ErrUnknown where it is wrong, or there is none, or with
	// *Slow.
	Words(ctx context.Context, pin string) ([]Word, error)
}

// Slow says that a PIN was tried too often, and when it may be tried again.
type Slow struct{ Wait time.Duration }

func (s *Slow) Error() string { return fmt.Sprintf("channels: to be tried again in %s", s.Wait) }

// Is makes every Slow the like of ErrBusy.
func (*Slow) Is(err error) bool { return errors.Is(err, ErrBusy) }
