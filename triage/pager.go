package triage

import "context"

// Pager reaches whoever is on call by a path that is not the desk's own pages. Where a city has nobody on call there is
// none, and no text says that somebody was called.
type Pager interface {
	// Page calls that number by that path, or fails: nil says that whoever carries it has taken it, not that it was heard.
	// The same ID is one page. It ends within the context's time.
	Page(ctx context.Context, p Page) error
}

// Page is one attempt to reach a person on call.
type Page struct {
	ID    string // tells nothing of the case
	Reach string // the telephone number, of the city's file
	By    string // voice or sms
	Text  string // that something waits, never what
}
