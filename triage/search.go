package triage

import "context"

// Sought is who is looked for: the law, an inquiry or a child who came by two doors asks where somebody is named, and there
// is no index of names to ask. It is data of persons: it leaves the process in which it was typed only closed by Conceal.
type Sought struct {
	Names   []string `json:"names,omitempty"`   // as written, each writing for itself: 佐藤 ゆうか, さとう ゆうか; a space parts family and given name
	Numbers []string `json:"numbers,omitempty"` // telephone numbers, in any writing
	Reason  string   `json:"reason"`            // why, in the words of who asks
}

// Match is the way in which a case names who is sought.
type Match string

// The ways, the surest first.
const (
	MatchContact Match = "contact" // it is the seeker's own address
	MatchNumber  Match = "number"  // the number stands in a text
	MatchFull    Match = "full"    // the whole name stands in a text, or is one that the case calls somebody by
	MatchPart    Match = "part"    // the family or the given name alone
	MatchUnread  Match = "unread"  // something of the case cannot be read, so that nobody knows
)

// Matches are all ways, the surest first.
var Matches = []Match{MatchContact, MatchNumber, MatchFull, MatchPart, MatchUnread}

// Found is a case that names who is sought, and how; never where, or in which words.
type Found struct {
	Case  CaseID  `json:"case"`
	Match []Match `json:"match"`
}

// SearchBatch is the most cases that are looked through at once.
const SearchBatch = 100

// Searcher looks for somebody in what only the wall can read. It is kept by package router and wired in cmd. The caller has
// seen to it that two people want this, and written the audit.
type Searcher interface {
	// Conceal closes what is sought: Unveil and Search alone open it again, and nobody after Burn. reason is s.Reason
	// anonymized, without the words that are sought.
	Conceal(ctx context.Context, s Sought) (sealed []byte, reason string, err error)
	// Unveil opens what Conceal closed, for the screens of who asked and who decides. ErrNoWords after Burn.
	Unveil(ctx context.Context, sealed []byte) (Sought, error)
	// Search looks through those cases, at most SearchBatch, and returns those that name who is sought.
	Search(ctx context.Context, sealed []byte, cases []CaseID) ([]Found, error)
	// Burn destroys the key of what Conceal closed, so that no copy of it opens any more. Again is harmless.
	Burn(ctx context.Context, sealed []byte) error
}

// Reached looks for somebody among the addresses that people are reached at, as Searcher does among what was said. They are kept
// apart, and no process can open both.
type Reached interface {
	Search(ctx context.Context, sealed []byte, cases []CaseID) ([]Found, error)
}

// Both returns a searcher that finds what s finds, and whom r finds.
func Both(s Searcher, r Reached) Searcher { return both{s, r} }

type both struct {
	Searcher
	reached Reached
}

// Search implements Searcher.
func (b both) Search(ctx context.Context, sealed []byte, cases []CaseID) ([]Found, error) {
	said, err := b.Searcher.Search(ctx, sealed, cases)
	if err != nil {
		return nil, err
	}
	reached, err := b.reached.Search(ctx, sealed, cases)
	if err != nil {
		return nil, err
	}
	ways := map[CaseID]map[Match]bool{}
	for _, f := range append(said, reached...) {
		if ways[f.Case] == nil {
			ways[f.Case] = map[Match]bool{}
		}
		for _, m := range f.Match {
			ways[f.Case][m] = true
		}
	}
	var found []Found
	for _, id := range cases {
		if len(ways[id]) == 0 {
			continue
		}
		f := Found{Case: id}
		for _, m := range Matches {
			if ways[id][m] {
				f.Match = append(f.Match, m)
			}
		}
		found, ways[id] = append(found, f), nil
	}
	return found, nil
}
