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
// answered yet (then the wait counts), a time to speak again was promised, or it was said already of this answer.
func (d *Desk) falls(c triage.Case, events []triage.Event) time.Time {
	within, ok := d.silence(c)
	if !ok || c.State != triage.Open || !c.WaitingSince.IsZero() || c.OptedOut || c.Said == 0 || happened(events, silenceID(c.Said)) {
		return time.Time{}
	}
	if slices.ContainsFunc(c.Duties, func(x triage.Duty) bool { return x.Kind == dutyPromise && x.DoneAt.IsZero() }) {
		return time.Time{}
	}
	for _, e := range slices.Backward(events) {
		switch {
		case e.Kind == triage.KindMessage && e.From == triage.Counselor && !e.Interim:
			return e.At.Add(within)
		case e.HeardFrom():
			return time.Time{}
		}
	}
	return time.Time{}
}

// silence is how long the city waits for words of who told of danger: by a slow door longer.
func (d *Desk) silence(c triage.Case) (time.Duration, bool) {
	if c.Severity.Rank() > triage.Urgent.Rank() {
		return 0, false
	}
	terms := d.City.Terms.Silence
	within := cmp.Or(terms[c.Door].Value(), terms[string(c.Severity)].Value())
	return within, within > 0
}

// silent is the event by which the silence counts: a judgement that stays as grave as it was, with its reason.
func (d *Desk) silent(c triage.Case, events []triage.Event, now time.Time) []triage.Event {
	if at := d.falls(c, events); at.IsZero() || now.Before(at) {
		return nil
	}
	e := d.event(staff.Person{}, triage.KindAssessment)
	e.ID, e.From, e.Text = silenceID(c.Said), triage.System, "あぶない言葉のあと、返事がとぎれています。"
	e.Judgement = &triage.Judgement{Severity: c.Severity, Reasons: []triage.Reason{{Flag: gravest(c.Flags), Rule: triage.SilenceRule}}}
	return []triage.Event{e}
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
