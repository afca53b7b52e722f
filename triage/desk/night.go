package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// What is urgent is no alarm that rings until somebody says 受領: a telephone that rings for every 死にたい of an evening is soon
// turned off, and then it is off for who stands on the bridge. But nobody who writes it is left until the morning without a
// person knowing. So whoever is on call is told once for each time that somebody waits, by the quieter of their paths.

// nightTries and nightPause are how often, and how long apart, that is tried where it does not go out: each time the next
// person, then the next path.
const (
	nightTries = 6
	nightPause = 10 * time.Minute
)

// nightID names the tries for what began then; see stirred.
func nightID(since time.Time, try int) string {
	return fmt.Sprintf("night:%d:%d", since.UnixNano(), try)
}

// toldAtNight reports how often who is on call was to be told of what began then, and whether it went out.
func toldAtNight(since time.Time, events []triage.Event) (tries int, out bool) {
	prefix := strings.TrimSuffix(nightID(since, 0), "0")
	for _, e := range events {
		if strings.HasPrefix(e.ID, prefix) {
			tries, out = tries+1, out || e.Paged
		}
	}
	return tries, out
}

// stirred returns since when the case waits so that who is on call is told of it, and when it became so: with the first grave
// words, where there are some. A person who judged it knows what was said until then, and nothing of what is said after: their
// judgement begins it anew, and lets no words pass that wake somebody for a child whom nobody has judged.
func stirred(c triage.Case, events []triage.Event) (since, at time.Time) {
	since, at = c.WaitingSince, c.WaitingSince
	grave := false
	for _, e := range events {
		switch {
		case e.At.Before(c.WaitingSince) || e.Judgement == nil:
		case e.From == triage.Counselor:
			since, at, grave = e.At, time.Time{}, false
		case !grave:
			if grave = e.Judgement.Severity.Rank() <= triage.Urgent.Rank(); grave || at.IsZero() {
				at = e.At
			}
		}
	}
	return since, at
}

// atDesk reports until when somebody is at the desk without a break who would see the case there: the zero time where nobody is.
func (d *Desk) atDesk(c triage.Case, now time.Time) (until time.Time) {
	for range 31 { // a desk that never closes
		end := d.City.ClosesAt("phone", now)
		if door := d.City.ClosesAt(c.Door, now); door.After(end) {
			end = door
		}
		if !end.After(now) {
			return until
		}
		until, now = end, end
	}
	return until
}

// nightly is when who is on call is to be told that the case waits: at once while nobody is at the desk, else when the desk
// closes; the zero time where they need not be. While an alarm rings for it they hear that; and whoever has the case and is
// there has the words before their eyes.
func (d *Desk) nightly(ctx context.Context, c triage.Case, events []triage.Event) time.Time {
	if d.Pager == nil || c.WaitingSince.IsZero() || !d.City.Wakes(c) {
		return time.Time{}
	}
	if _, _, rings := alarm(c, events); rings {
		return time.Time{}
	}
	if _, _, ok := d.City.Texted(0, c.Bars); !ok {
		return time.Time{}
	}
	since, at := stirred(c, events)
	tries, out := toldAtNight(since, events)
	if at.IsZero() || out || tries >= nightTries {
		return time.Time{}
	}
	if until := d.atDesk(c, at); !until.IsZero() {
		at = until
	}
	if roused(events, at) {
		return time.Time{}
	}
	at = at.Add(time.Duration(tries) * nightPause)
	now := d.Clock.Now()
	if now.After(at) {
		if until := d.atDesk(c, now); !until.IsZero() { // nobody looked at the clock then, and now somebody is there
			return until
		}
	}
	if later := now.Add(nightPause); later.After(at) && d.anyThere(ctx, func(p staff.Person) bool { return joined(p, c) }) {
		return later // unless they leave it
	}
	return at
}

// roused reports whether an alarm has reached somebody since: who is on call, or a person who said 受領.
func roused(events []triage.Event, since time.Time) bool {
	return slices.ContainsFunc(events, func(e triage.Event) bool {
		x := e.Duty
		return x != nil && x.What == Alarm && (e.Paged && !e.At.Before(since) || x.By != "" && !x.DoneAt.Before(since))
	})
}

// anyThere reports whether somebody of that kind is there. Where that is not known, nobody is; nor is who is away, whatever they
// did just now.
func (d *Desk) anyThere(ctx context.Context, is func(staff.Person) bool) bool {
	present, err := d.People.Present(ctx)
	if err != nil || len(present) == 0 {
		return false
	}
	all, now := d.profiles(ctx), d.Clock.Now()
	return slices.ContainsFunc(present, func(p staff.Person) bool { return !all[p.Login].Away(now) && is(p) })
}

// tonight tells who is on call, where that is due, and returns the event that says truly what was done.
func (d *Desk) tonight(ctx context.Context, c triage.Case, events []triage.Event, now time.Time) []triage.Event {
	if at := d.nightly(ctx, c, events); at.IsZero() || now.Before(at) {
		return nil
	}
	since, _ := stirred(c, events)
	try, _ := toldAtNight(since, events)
	who, by, ok := d.City.Texted(try, d.outOf(ctx, c))
	if !ok {
		return nil
	}
	e := d.event(staff.Person{}, triage.KindDuty)
	e.ID, e.From, e.Text = nightID(since, try), triage.System, "急ぎの相談が、窓口の時間の外で返事を待っています。"
	return []triage.Event{d.reached(ctx, e, who, by)}
}
