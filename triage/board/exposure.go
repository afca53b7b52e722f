package board

import (
	"cmp"
	"slices"
	"time"

	"madoguchi/triage"
)

// History is a case with all that happened in it.
type History struct {
	Case   triage.Case
	Events []triage.Event
}

// Load is how much of the gravest work one person had, week by week. It is there so that somebody sees who carries too much,
// and for nothing else.
type Load struct {
	Login string
	Weeks []Week // the earliest first
}

// Week is one week from Monday.
type Week struct {
	From      time.Time
	Cases     int // cases, urgent or graver, in which the person acted
	Emergency int // of these, emergencies
}

// Total is the number of such cases of all the weeks, each counted once a week.
func (l Load) Total() int {
	n := 0
	for _, w := range l.Weeks {
		n += w.Cases
	}
	return n
}

// Monday is the beginning of t's week.
func Monday(t time.Time) time.Time {
	t = t.In(triage.JST)
	back := (int(t.Weekday()) + 6) % 7
	return time.Date(t.Year(), t.Month(), t.Day()-back, 0, 0, 0, 0, triage.JST)
}

// Exposure counts in how many grave cases each person acted in each of so many weeks until now's own. A case is as grave as
// anybody's words in it ever were judged, since that is what was read. People of a school are none of the desk's.
func Exposure(all []History, now time.Time, weeks int) []Load {
	first := Monday(now).AddDate(0, 0, -7*(weeks-1))
	loads := map[string][]Week{}
	for _, h := range all {
		grave := gravest(h)
		if grave.Rank() > triage.Urgent.Rank() {
			continue
		}
		type act struct {
			login string
			week  int
		}
		seen := map[act]bool{}
		for _, e := range h.Events {
			n := int(Monday(e.At).Sub(first).Hours()/24) / 7
			a := act{e.By, n}
			if e.By == "" || e.From == triage.AtSchool || e.At.Before(first) || n >= weeks || seen[a] || !meets(e) {
				continue
			}
			seen[a] = true
			if loads[e.By] == nil {
				loads[e.By] = blank(first, weeks)
			}
			loads[e.By][n].Cases++
			if grave == triage.Emergency {
				loads[e.By][n].Emergency++
			}
		}
	}
	var out []Load
	for login, w := range loads {
		out = append(out, Load{login, w})
	}
	slices.SortFunc(out, func(a, b Load) int { return cmp.Compare(a.Login, b.Login) })
	return out
}

// meets reports whether who did it had to do with what the seeker wrote.
func meets(e triage.Event) bool {
	switch e.Kind {
	case triage.KindMessage, triage.KindAssignment, triage.KindAssessment, triage.KindNote, triage.KindHandoff, triage.KindReveal:
		return true
	}
	return e.Call != nil
}

func gravest(h History) triage.Severity {
	s := h.Case.Severity
	for _, e := range h.Events {
		if e.Judgement != nil && e.Judgement.Severity.Valid() {
			s = triage.Graver(s, e.Judgement.Severity)
		}
	}
	return s
}

func blank(first time.Time, weeks int) []Week {
	var all []Week
	for i := range weeks {
		all = append(all, Week{From: first.AddDate(0, 0, 7*i)})
	}
	return all
}
