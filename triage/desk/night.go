package desk

import (
	"context"
	"fmt"
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

// nightID names the tries of one wait.
func nightID(c triage.Case, try int) string {
	return fmt.Sprintf("night:%d:%d", c.WaitingSince.UnixNano(), try)
}

// toldAtNight reports how often who is on call was to be told of this wait, and whether it went out.
func toldAtNight(c triage.Case, events []triage.Event) (tries int, out bool) {
	prefix := strings.TrimSuffix(nightID(c, 0), "0")
	for _, e := range events {
		if strings.HasPrefix(e.ID, prefix) {
			tries, out = tries+1, out || e.Paged
		}
	}
	return tries, out
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
// closes; the zero time where they need not be.
func (d *Desk) nightly(c triage.Case, events []triage.Event) time.Time {
	if d.Pager == nil || c.WaitingSince.IsZero() || c.Overruled || !d.City.Wakes(c) {
		return time.Time{}
	}
	if _, _, ok := d.City.Texted(0, c.Bars); !ok {
		return time.Time{}
	}
	tries, out := toldAtNight(c, events)
	if out || tries >= nightTries {
		return time.Time{}
	}
	at := c.LastAt
	for _, e := range events { // the first words of this wait that are grave
		if e.From == triage.Seeker && e.Judgement != nil && !e.At.Before(c.WaitingSince) && e.Judgement.Severity == triage.Urgent {
			at = e.At
			break
		}
	}
	if until := d.atDesk(c, at); !until.IsZero() {
		at = until
	}
	at = at.Add(time.Duration(tries) * nightPause)
	if now := d.Clock.Now(); now.After(at) {
		if until := d.atDesk(c, now); !until.IsZero() { // nobody looked at the clock then, and now somebody is there
			return until
		}
	}
	return at
}

// tonight tells who is on call, where that is due, and returns the event that says truly what was done.
func (d *Desk) tonight(ctx context.Context, c triage.Case, events []triage.Event, now time.Time) []triage.Event {
	if at := d.nightly(c, events); at.IsZero() || now.Before(at) {
		return nil
	}
	try, _ := toldAtNight(c, events)
	who, by, ok := d.City.Texted(try, d.outOf(ctx, c))
	if !ok {
		return nil
	}
	e := d.event(staff.Person{}, triage.KindDuty)
	e.ID, e.From, e.Text = nightID(c, try), triage.System, "急ぎの相談が、窓口の時間の外で返事を待っています。"
	return []triage.Event{d.reached(ctx, e, who, by)}
}
