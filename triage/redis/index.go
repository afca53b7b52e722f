package redis

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"time"

	"madoguchi/triage"
)

// The indexes of a partition are sorted sets of case ids, one family for ordinary cases and one for erased ones:
//
//	{pNN}:queue:all              every case
//	{pNN}:queue:state:STATE      by state
//	{pNN}:queue:who:DIGEST       by assignee
//	{pNN}:queue:school:DIGEST    by school, in the order of ids
//	{pNN}:erased:…               the same
//	{pNN}:due:KIND               work, by the day on which it falls due or comes again, in ms
//	{pNN}:refs                   hash: digest of a reference -> case id
const (
	ordinary = "queue:"
	erased   = "erased:"
)

// The score of a case in an index orders by severity, then by the day since which it waits: the last minute of it. A version
// before wrote the minute itself, which is of the same day.
const (
	rankShift  = 42
	minuteMask = 1<<rankShift - 1
	notWaiting = minuteMask // after all that wait
	dayMinutes = int64(day / time.Minute)
)

const day = 24 * time.Hour

// score is the case's place in every index but a school's.
func score(c triage.Case) int64 {
	rank := int64(c.Severity.Rank()) << rankShift
	if c.WaitingSince.IsZero() {
		return rank + notWaiting
	}
	return rounded(rank + min(max(c.WaitingSince.Unix()/60, 1), notWaiting-dayMinutes))
}

// timed reports whether cases of that score are ordered by their exact waiting time, before their ids.
func timed(score int64) bool { return score != 0 && score&minuteMask != notWaiting }

// rounded is the score of the same severity and day.
func rounded(score int64) int64 {
	if !timed(score) {
		return score
	}
	return score + dayMinutes - 1 - score&minuteMask%dayMinutes
}

// sameDay are the lowest and the highest score that round to the given one, which is rounded.
func sameDay(score int64) (from, to string) {
	to = strconv.FormatInt(score, 10)
	if !timed(score) {
		return to, to
	}
	return strconv.FormatInt(max(score-dayMinutes+1, 1), 10), to
}

func stateFacet(s triage.State) string { return "state:" + string(s) }

func (s *Store) whoFacet(login string) string { return "who:" + s.digest("who", login) }

func (s *Store) schoolFacet(school string) string { return "school:" + s.digest("school", school) }

func (s *Store) digest(label, value string) string {
	return hex.EncodeToString(s.keys.Digest(label, value))
}

// facets returns the keys of the indexes that hold the case, with its score in each.
func (s *Store) facets(c triage.Case) map[string]int64 {
	all := map[string]int64{}
	if c.Version == 0 {
		return all
	}
	family := ordinary
	if c.Erased() {
		family = erased
	}
	at := score(c)
	all[keyOf(c.ID, family+"all")] = at
	all[keyOf(c.ID, family+stateFacet(c.State))] = at
	if c.Assignee != "" {
		all[keyOf(c.ID, family+s.whoFacet(c.Assignee))] = at
	}
	for _, school := range c.Schools() {
		all[keyOf(c.ID, family+s.schoolFacet(school))] = 0
	}
	return all
}

// plan is what append.lua does beside appending. Positions count KEYS from 1; scores are strings, because Lua's numbers
// lose digits on their way into text.
type plan struct {
	keys []string

	Add  [][2]any `json:"add"`
	Drop []int    `json:"drop"`
	Refs []string `json:"refs"`
	Due  [][3]any `json:"due"`
}

// key declares a key and returns its position.
func (p *plan) key(name string) int {
	p.keys = append(p.keys, name)
	return len(p.keys)
}

func (p *plan) json() []byte {
	out, err := json.Marshal(p)
	if err != nil {
		panic("redis: " + err.Error()) // numbers and strings always have JSON
	}
	return out
}

// plan compares the indexes that hold the case before and after.
func (s *Store) plan(before, after triage.Case) *plan {
	id := after.ID
	p := &plan{
		keys: []string{caseKey(id), eventsKey(id), knownKey(id), keyOf(id, "refs")},
		Add:  [][2]any{}, Drop: []int{}, Refs: []string{}, Due: [][3]any{},
	}
	was, is := s.facets(before), s.facets(after)
	for key := range was {
		if _, stays := is[key]; !stays {
			p.Drop = append(p.Drop, p.key(key))
		}
	}
	for key, at := range is {
		if old, there := was[key]; !there || old != at {
			p.Add = append(p.Add, [2]any{p.key(key), strconv.FormatInt(at, 10)})
		}
	}
	known := before.Refs()
	for _, ref := range after.Refs() {
		if !slices.Contains(known, ref) {
			p.Refs = append(p.Refs, s.digest("ref", ref))
		}
	}
	agenda := after.Agenda()
	for _, kind := range triage.DueKinds {
		at, due := agenda[kind]
		switch {
		case due && changed(kind, before, after):
			p.Due = append(p.Due, [3]any{p.key(dueKey(id, kind)), string(kind), dueScore(at)})
		case !due && has(before.Agenda(), kind):
			p.Due = append(p.Due, [3]any{p.key(dueKey(id, kind)), string(kind), ""})
		}
	}
	return p
}

func dueKey(id triage.CaseID, kind triage.DueKind) string { return keyOf(id, "due:"+string(kind)) }

// dueScore is the beginning of the day on which the work falls due, in ms: a duty's time tells when a child wrote. Lease asks
// the sealed snapshot for the exact time.
func dueScore(at time.Time) string {
	if at.IsZero() {
		return "0"
	}
	return strconv.FormatInt(at.Truncate(day).UnixMilli(), 10)
}

func has(agenda map[triage.DueKind]time.Time, kind triage.DueKind) bool {
	_, ok := agenda[kind]
	return ok
}

// changed reports whether the work that is due after is another than before, so that it falls due again whoever holds it
// now: something new was said, the lease has another end, another set of duties is open.
func changed(kind triage.DueKind, before, after triage.Case) bool {
	was, is := before.Agenda(), after.Agenda()
	if !has(was, kind) || !was[kind].Equal(is[kind]) {
		return true
	}
	switch kind {
	case triage.DueSend:
		return before.Said != after.Said
	case triage.DueRules:
		return before.News != after.News
	case triage.DueDuty:
		return !slices.EqualFunc(open(before), open(after), func(a, b triage.Duty) bool {
			return a.What == b.What && a.DueAt.Equal(b.DueAt)
		})
	}
	return false
}

// open returns the duties that are not done.
func open(c triage.Case) []triage.Duty {
	return slices.DeleteFunc(slices.Clone(c.Duties), func(d triage.Duty) bool { return !d.DoneAt.IsZero() })
}

// rankOf is the severity that a score tells.
func rankOf(score int64) triage.Severity {
	rank := int(math.Min(float64(score>>rankShift), float64(len(triage.Severities)-1)))
	return triage.Severities[rank]
}
