// Package meeting makes what lies before the weekly meeting (いじめ対策会議, asahikawa-model:54), and keeps what it decided.
//
// The whole staff sits there, people of the board among them, so what it reads holds no words of anybody and no placeholder:
// how grave a case is, what it is about, what is owed in it, and why it is on the table. A case of which one of them may not
// know is not on their paper at all, nor counted on it; see who calls Agenda.
//
// All here is pure. The record of a meeting is kept on a shelf of its own, and what was decided stands in each case.
package meeting

import (
	"cmp"
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/board"
)

// Topic is why a case is before the meeting.
type Topic string

// The topics, in the order of the agenda.
const (
	New      Topic = "new"       // began since the last meeting
	Overdue  Topic = "overdue"   // something is owed and past its time
	Hard     Topic = "hard"      // 困難ケース, by the city's own grounds (asahikawa-model:74)
	NotTold  Topic = "not_told"  // bullying is suspected and the school does not know: decided anew each week (いじめ防止対策推進法23条1項)
	Silent   Topic = "silent"    // a school has not received a hand-off, or not answered, in its time
	WatchEnd Topic = "watch_end" // the time of watching ends before the next meeting
	Resolve  Topic = "resolve"   // it has ended: whether the matter is resolved is to be judged
	Lies     Topic = "lies"      // nobody touched it for seven days
	Asked    Topic = "asked"     // none of that, and the city's rule asks for this week's meeting on it all the same
)

// Keys of the rules that the agenda knows: of the nation's file, and of the meeting itself.
const (
	Article23 = "article23"
	Watch     = "watch_over"
	Weekly    = "weekly_meeting"
)

// Every is how long it is from one meeting to the next.
const Every = 7 * 24 * time.Hour

// Item is a case on the agenda.
type Item struct {
	Case   triage.Case
	Topics []Topic
	Hard   []string      // which of the city's grounds make it a hard one: names of facts
	Owed   []triage.Duty // what is open of the topics, what is due the longest first
}

// Has reports whether the case is there for that.
func (i Item) Has(t Topic) bool { return slices.Contains(i.Topics, t) }

// Paper is what the agenda is made of: a case, and what only its events tell.
type Paper struct {
	Case triage.Case
	Hard []string // as in Item
	// Unmet are the conditions of 解消 that are not met yet; without Stopped and WatchPeriod it may be judged.
	Unmet []string
}

// Conditions of 解消 that must be met before it can be judged at all.
const (
	Stopped     = "stopped"
	WatchPeriod = "watch_period"
)

// Agenda lists what is before a meeting now, since the last one: by severity, then what has the most topics, then by age.
func Agenda(papers []Paper, since, now time.Time) []Item {
	var items []Item
	for _, p := range papers {
		if i := newItem(p, since, now); len(i.Topics) > 0 {
			items = append(items, i)
		}
	}
	slices.SortStableFunc(items, func(a, b Item) int {
		return cmp.Or(a.Case.Severity.Rank()-b.Case.Severity.Rank(), len(b.Topics)-len(a.Topics),
			a.Case.OpenedAt.Compare(b.Case.OpenedAt), cmp.Compare(a.Case.ID, b.Case.ID))
	})
	return items
}

// Past reports whether the case is no matter of a meeting any more. One that ended before any meeting saw it still is, and so is
// one on which something is still to be decided.
func Past(c triage.Case, since time.Time) bool {
	open := func(d triage.Duty) bool { return d.DoneAt.IsZero() && (d.What == Weekly || d.What == Article23) }
	return c.Erased() || board.Over(c) && c.OpenedAt.Before(since) && !slices.ContainsFunc(c.Duties, open)
}

func newItem(p Paper, since, now time.Time) Item {
	c := p.Case
	i := Item{Case: c}
	if Past(c, since) {
		return i
	}
	add := func(t Topic, so bool) {
		if so && !i.Has(t) {
			i.Topics = append(i.Topics, t)
		}
	}
	add(New, !c.OpenedAt.Before(since))
	late, silent, untold, ends, asked := false, false, false, false, false
	for _, d := range c.Duties {
		if !d.DoneAt.IsZero() || d.What == Weekly {
			asked = asked || d.DoneAt.IsZero() && d.DueAt.Before(now.Add(Every))
			continue
		}
		was := len(i.Owed)
		switch {
		case d.What == Article23:
			untold = true
			i.Owed = append(i.Owed, d)
		case d.What == Watch && d.DueAt.Before(now.Add(Every)):
			ends = true
			i.Owed = append(i.Owed, d)
		case d.Owner == "school" && d.Overdue(now):
			silent = true
			i.Owed = append(i.Owed, d)
		}
		if d.Owner != "school" && d.Overdue(now) {
			late = true
			if len(i.Owed) == was {
				i.Owed = append(i.Owed, d)
			}
		}
	}
	add(Overdue, late)
	if len(p.Hard) > 0 {
		add(Hard, true)
		i.Hard = p.Hard
	}
	add(NotTold, untold)
	add(Silent, silent)
	add(WatchEnd, ends)
	add(Resolve, !board.Over(c) && !slices.Contains(p.Unmet, Stopped) && !slices.Contains(p.Unmet, WatchPeriod))
	add(Lies, board.Lies(c, now))
	add(Asked, asked && len(i.Topics) == 0)
	slices.SortStableFunc(i.Owed, func(a, b triage.Duty) int { return a.DueAt.Compare(b.DueAt) })
	return i
}

// Choice is what a meeting can decide on a case.
type Choice struct{ Key, Say string }

// Choices are the decisions that need no rule. What they ask for is done afterwards, by who has the case.
var Choices = []Choice{
	{"go_on", "いまの方針を続ける"},
	{"change", "方針を変える（理由に書く）"},
	{"ask_school", "学校に回答を求める"},
	{"hand_on", "担当を替える・二人にする"},
	{"watch", "見守りに移る"},
	{"watch_on", "見守りの期間を延ばす"},
	{"ask_resolved", "解消かどうかの判断を、学校か教育委員会に求める"},
	{"serious", "重大事態に当たるかどうかの判断を求める"},
}

// Say is a choice in words, or the key itself.
func Say(key string) string {
	if i := slices.IndexFunc(Choices, func(c Choice) bool { return c.Key == key }); i >= 0 {
		return Choices[i].Say
	}
	return key
}

// Record is what is kept of a meeting.
type Record struct {
	ID      string    `json:"id"`
	On      string    `json:"on"` // 2026-12-01
	Since   time.Time `json:"since"`
	At      time.Time `json:"at"`
	By      string    `json:"by"`     // login of who called it
	People  []string  `json:"people"` // logins of those who took part
	Done    []Decided `json:"done,omitempty"`
	EndedAt time.Time `json:"ended_at,omitzero"`
	EndedBy string    `json:"ended_by,omitempty"`
}

// Decided is a decision. Its reason stands in the case.
type Decided struct {
	Case     triage.CaseID `json:"case"`
	At       time.Time     `json:"at"`
	By       string        `json:"by"` // login of who wrote it down
	Deciders []string      `json:"deciders"`
	Topics   []Topic       `json:"topics"`
	Decision string        `json:"decision"`
}

// Ended reports whether nothing can be decided in it any more.
func (r Record) Ended() bool { return !r.EndedAt.IsZero() }

// Of returns what was decided on a case, the latest first.
func (r Record) Of(id triage.CaseID) []Decided {
	var all []Decided
	for _, d := range slices.Backward(r.Done) {
		if d.Case == id {
			all = append(all, d)
		}
	}
	return all
}

// Last is when the meeting before the one at t was, or a week before where there was none.
func Last(all map[string]Record, t time.Time) time.Time {
	last := t.Add(-Every)
	found := false
	for _, r := range all {
		if r.At.Before(t) && (!found || r.At.After(last)) {
			last, found = r.At, true
		}
	}
	return last
}
