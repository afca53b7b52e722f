package desk

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// Who told of danger, was answered, and says nothing more may be asleep, or may be in greater danger than before. Nobody can tell
// from here, so it never stands for calm: after the city's time (silence in its file) it is written down as a reason of its own.
// By the rules of the nation's layer an emergency then rings anew, and every such case is somebody's to look after.

func silenceID(said int64) string { return "silence:" + strconv.FormatInt(said, 10) }

// falls is when the silence of who told of danger has lasted too long, or the zero time where it does not count: nobody has
// answered their words yet (then the wait counts), a person has decided that the case is only watched or over, or it was said already
// of this answer. That somebody else waits, a parent who phoned, makes it no shorter. Where it was promised when they are spoken
// with again, it counts from then on.
func (d *Desk) falls(c triage.Case, events []triage.Event) time.Time {
	within, ok := d.silence(c)
	if !ok || c.State != triage.Open && c.State != triage.HandedOff || c.OptedOut || c.Said == 0 || triage.Happened(events, silenceID(c.Said)) {
		return time.Time{}
	}
	var from time.Time // what has been said since the seeker's last words: by us, or of when it goes on
	said := false
	for _, e := range slices.Backward(events) {
		if c.HeardFrom(e) || rests(e) {
			break
		}
		switch x := e.Duty; {
		case e.Kind == triage.KindMessage && e.From == triage.Counselor && !e.Interim:
			from, said = later(from, e.At), true
		case x != nil && x.Kind == dutyPromise && x.DoneAt.IsZero() && (c.Severity != triage.Emergency || x.DueAt.Sub(e.At) <= longestPause):
			from = later(from, x.DueAt)
		}
	}
	if !said {
		return time.Time{}
	}
	return from.Add(within)
}

// rests reports whether a person decided by it that the matter is only watched, or over: what was silence until then is none.
func rests(e triage.Event) bool {
	return e.Change != nil && slices.Contains([]triage.State{triage.Watching, triage.Resolved, triage.Closed}, e.Change.To)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// longestPause is the longest promise on which the silence of an emergency is let be: until tomorrow, and not next week.
const longestPause = 24 * time.Hour

// silence is how long the city waits for words of who told of danger: by a slow door longer.
func (d *Desk) silence(c triage.Case) (time.Duration, bool) {
	if c.Severity.Rank() > triage.Urgent.Rank() {
		return 0, false
	}
	terms := d.City.Terms.Silence
	within := cmp.Or(terms[c.Door].Value(), terms[string(c.Severity)].Value())
	return within, within > 0
}

// wordless is the event by which it counts that nothing is said: a judgement that stays as grave as it was, with its reason.
func (d *Desk) wordless(c triage.Case, events []triage.Event, now time.Time) []triage.Event {
	e := d.event(staff.Person{}, triage.KindAssessment)
	e.From = triage.System
	rule := ""
	if at := d.falls(c, events); !at.IsZero() && !now.Before(at) {
		e.ID, e.Text, rule = silenceID(c.Said), "あぶない言葉のあと、返事がとぎれています。", triage.SilenceRule
	} else if at, id := d.unheeded(c, events); !at.IsZero() && !now.Before(at) {
		e.ID, e.Text, rule = id, "緊急の言葉に、まだ返事をしていません。", triage.UnansweredRule
	} else {
		return nil
	}
	e.Judgement = &triage.Judgement{Severity: c.Severity, Reasons: []triage.Reason{{Flag: gravest(c.Flags), Rule: rule}}}
	return []triage.Event{e}
}

// unheeded is when an emergency to which somebody said 受領, and that nobody has answered, rings anew: two leases after that, and
// after the last that anybody did in the case. The second is the id of the event that says so.
func (d *Desk) unheeded(c triage.Case, events []triage.Event) (time.Time, string) {
	i := slices.IndexFunc(c.Duties, func(x triage.Duty) bool {
		return x.What == Alarm && !x.DoneAt.IsZero() && !x.DoneAt.Before(c.WaitingSince)
	})
	if i < 0 || c.Severity != triage.Emergency || c.OptedOut || c.WaitingSince.IsZero() || c.State != triage.Waiting && c.State != triage.Open {
		return time.Time{}, ""
	}
	from, id := c.Duties[i].DoneAt, "unanswered:"+strconv.FormatInt(c.Duties[i].DoneAt.UnixNano(), 10)
	if triage.Happened(events, id) {
		return time.Time{}, ""
	}
	for _, e := range events {
		if e.By != "" {
			from = later(from, e.At)
		}
	}
	return from.Add(2 * d.lease()), id
}

// gravest is the first of the flags in the order of the vocabulary, which begins with danger to life.
func gravest(flags []triage.Flag) triage.Flag {
	for _, f := range triage.Flags {
		if slices.Contains(flags, f) {
			return f
		}
	}
	return triage.Other
}
