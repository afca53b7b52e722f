package chat

import (
	"context"
	"time"

	"madoguchi/channels"
)

// visit is what the tally needs to know of one connection; it is forgotten with it. A visit ends when the page is closed or left,
// and the browser says so. A line that breaks is no end: whoever lost it comes back, and would be counted twice. Of a page
// that speaks by requests the house sees no end; it keeps the same account itself, and says with its bye what became of it.
type visit struct {
	fresh    bool // the conversation began here
	open     bool // the desk, when it began
	wrote    bool // something of it is durable
	answered bool // a person has answered since
	over     bool // the page was closed or left
}

// became says what became of the visit, or "" where there is nothing to count.
func (v visit) became() string {
	switch {
	case !v.over:
		return ""
	case v.fresh && !v.wrote && !v.open:
		return "closed"
	case v.fresh && !v.wrote:
		return "unwritten"
	case v.wrote && v.open && !v.answered:
		return "gave_up"
	}
	return ""
}

// leaves are what a page that speaks by requests may say of its visit.
var leaves = []string{"closed", "unwritten", "gave_up", "stayed"}

// left notes that the page was closed or left.
func (s *socket) left(over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.visit.over = s.visit.over || over
}

// heard notes an answer of a person.
func (s *socket) heard(ctx context.Context, e channels.Entry) {
	s.mu.Lock()
	stayed := e.From == "counselor" && s.visit.wrote && s.visit.open && !s.visit.answered
	s.visit.answered = s.visit.answered || stayed
	s.mu.Unlock()
	if stayed {
		s.door.count(ctx, "stayed")
	}
}

// counted counts the visit that is over.
func (s *socket) counted(ctx context.Context) {
	s.mu.Lock()
	what := s.visit.became()
	s.mu.Unlock()
	if what != "" {
		s.door.count(ctx, what)
	}
}

// counting bounds how long a number may keep a connection.
const counting = 2 * time.Second

func (d *door) count(ctx context.Context, what string) {
	if d.env.Tally == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), counting)
	defer cancel()
	if d.env.Tally.Count(ctx, name, what, 1) != nil {
		d.env.Log.Debug("a visit could not be counted", "channel", name)
	}
}
