package triage

import (
	"context"
	"time"
)

// Counts tells how many people came to a door and what became of it there, beside the cases: whoever leaves before a word is
// taken has none. It is kept by package tally and wired in cmd.
type Counts interface {
	// Counted returns what was counted in the months of [from, to), in the order of months. The numbers are as they are,
	// small ones too: who shows them withholds those.
	Counted(ctx context.Context, from, to time.Time) ([]Counted, error)
}

// Counted is one number.
type Counted struct {
	Month string // 2026-12
	Door  string // chat or voice
	What  string // one of CountedKinds
	N     int
}

// What is counted at the doors. Each is a visit, not a person: nobody is known well enough there to be counted once.
const (
	// CountedClosed came outside the hours and went without a word: left the page unwritten, or heard that nobody is there
	// and hung up.
	CountedClosed = "closed"
	// CountedUnwritten came while the desk was open and left the page unwritten.
	CountedUnwritten = "unwritten"
	// CountedGaveUp wrote while the desk was open, and left the page before an answer. They may have read it later.
	CountedGaveUp = "gave_up"
	// CountedStayed wrote while the desk was open, and saw the first answer on the same page.
	CountedStayed = "stayed"
	// CountedLate waited longer than the page had said, and was told that the desk is sorry.
	CountedLate = "late"
	// CountedUnanswered phoned while the desk was open, and nobody took the call.
	CountedUnanswered = "unanswered"
)

// CountedKinds lists all of them.
var CountedKinds = []string{CountedClosed, CountedUnwritten, CountedGaveUp, CountedStayed, CountedLate, CountedUnanswered}
