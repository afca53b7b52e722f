package desk

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/roster"
	"madoguchi/triage/staff"
)

// Left is a case of somebody who is away, with who could have it instead, the best first.
type Left struct {
	Case   triage.Case
	Second bool // they are its second
	Picks  []roster.Pick
}

// Absence is somebody who is away, and what they leave.
type Absence struct {
	Person staff.Person
	Until  time.Time // zero where nobody has said that they are away
	Left   []Left    // emergencies first, then what has waited longest
}

// maxAway is the longest that somebody can be said to be away in one go.
const maxAway = 400 * 24 * time.Hour

// Absent lists what a person has, and the emergencies of which they are the second, for the leads to share out when they are away:
// emergencies first, each with suggestions. A case is moved by Transfer, and has another second by Join, one act each.
func (d *Desk) Absent(ctx context.Context, p staff.Person, login string) (Absence, error) {
	if !leads(p) {
		return Absence{}, forbidden()
	}
	who, err := d.People.Person(ctx, login)
	if errors.Is(err, staff.ErrUnknown) {
		return Absence{}, bad("その人は、ここにいません。")
	}
	if err != nil {
		return Absence{}, triage.ErrUnavailable
	}
	if err := d.record(ctx, p, "absence_look", "", login, ""); err != nil {
		return Absence{}, err
	}
	a := Absence{Person: who, Until: d.profiles(ctx)[login].AwayUntil}
	if !a.Until.After(d.Clock.Now()) {
		a.Until = time.Time{}
	}
	var mine []triage.Case
	err = d.eachFor(ctx, p, triage.Query{Assignee: login}, func(c triage.Case) error {
		if c.State != triage.Resolved && c.State != triage.Closed {
			mine = append(mine, c)
		}
		return nil
	})
	if err == nil {
		err = d.seconding(ctx, login, d.eachOf(p), func(c triage.Case) error {
			mine = append(mine, c)
			return nil
		})
	}
	if err != nil {
		return Absence{}, err
	}
	slices.SortStableFunc(mine, func(a, b triage.Case) int {
		return cmp.Or(a.Severity.Rank()-b.Severity.Rank(), unanswered(a)-unanswered(b), a.WaitingSince.Compare(b.WaitingSince), cmp.Compare(a.ID, b.ID))
	})
	team, err := d.team(ctx, p)
	if err != nil {
		return Absence{}, err
	}
	for _, c := range mine {
		c, events, err := d.Store.Load(ctx, c.ID)
		if errors.Is(err, triage.ErrUnknown) {
			continue
		}
		if err != nil {
			return Absence{}, err
		}
		s, err := d.suggest(ctx, team, c, events)
		if err != nil {
			return Absence{}, err
		}
		s.Picks = slices.DeleteFunc(s.Picks, func(k roster.Pick) bool { return k.Login == login || k.Login == c.Assignee })
		a.Left = append(a.Left, Left{c, c.Second == login, s.Picks})
	}
	return a, nil
}

// unanswered is 0 where the seeker waits for an answer.
func unanswered(c triage.Case) int {
	if c.WaitingSince.IsZero() {
		return 1
	}
	return 0
}

// MarkAway writes down that somebody is away until the end of a day (2026-12-01), or that they are back.
func (d *Desk) MarkAway(ctx context.Context, p staff.Person, login, until string) error {
	if !leads(p) {
		return forbidden()
	}
	if d.Roster == nil {
		return triage.ErrUnavailable
	}
	end := time.Time{}
	if until != "" {
		day, err := time.ParseInLocation(time.DateOnly, until, triage.JST)
		if err != nil {
			return bad("日付は 2026-12-01 のように書いてください。")
		}
		end = day.AddDate(0, 0, 1)
		if now := d.Clock.Now(); !end.After(now) || end.Sub(now) > maxAway {
			return bad("休みの終わりの日は、今日から後の日にしてください。")
		}
	}
	if _, err := d.People.Person(ctx, login); errors.Is(err, staff.ErrUnknown) {
		return bad("その人は、ここにいません。")
	} else if err != nil {
		return triage.ErrUnavailable
	}
	if err := d.record(ctx, p, "absence", "", login, until); err != nil {
		return err
	}
	_, err := d.Roster.Change(ctx, login, func(x *roster.Profile) error {
		x.AwayUntil = end
		return nil
	})
	if err != nil {
		return err
	}
	if end.IsZero() {
		return d.pairAgain(ctx, login, "二人目が、休みから戻りました。")
	}
	return d.pairAgain(ctx, login, "二人目が、休みになりました。")
}
