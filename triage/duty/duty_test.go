package duty_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"madoguchi/triage"
	"madoguchi/triage/duty"
)

// weekdays is a calendar without holidays, but for the first week of January.
type weekdays struct{}

func (weekdays) Works(t time.Time) (time.Time, bool) {
	t = t.In(triage.JST)
	ok := t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && (t.Month() != time.January || t.Day() > 4)
	return time.Date(t.Year(), t.Month(), t.Day(), 17, 15, 0, 0, triage.JST), ok
}

func day(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, triage.JST)
	if err != nil {
		panic(err)
	}
	return t
}

func TestTerms(t *testing.T) {
	for _, tt := range []struct {
		term     duty.Term
		from, to string
	}{
		{duty.Term{Span: 30 * time.Minute}, "2026-12-04 23:50", "2026-12-05 00:20"},
		{duty.Term{Today: true}, "2026-12-04 00:00", "2026-12-05 00:00"},
		{duty.Term{Today: true}, "2026-12-31 23:59", "2027-01-01 00:00"},
		{duty.Term{Business: 1}, "2026-12-03 23:59", "2026-12-04 17:15"},
		{duty.Term{Business: 1}, "2026-12-04 09:00", "2026-12-07 17:15"}, // Friday to Monday
		{duty.Term{Business: 1}, "2026-12-05 09:00", "2026-12-07 17:15"}, // from a Saturday as well
		{duty.Term{Business: 3}, "2026-12-30 09:00", "2027-01-06 17:15"}, // 12/31, 1/5, 1/6
		{duty.Term{Months: 3}, "2026-11-30 08:00", "2027-02-28 08:00"},
		{duty.Term{Months: 3}, "2027-11-30 08:00", "2028-02-29 08:00"},
		{duty.Term{Months: 3}, "2026-12-01 00:00", "2027-03-01 00:00"},
		{duty.Term{Years: 5}, "2027-03-31 23:59", "2032-04-01 00:00"},
		{duty.Term{Years: 5}, "2027-04-01 00:00", "2033-04-01 00:00"},
		{duty.Term{Date: "03-29"}, "2026-12-01 09:00", "2027-03-30 00:00"},
		{duty.Term{Date: "03-29"}, "2027-03-29 23:59", "2027-03-30 00:00"},
		{duty.Term{Date: "03-29"}, "2027-03-30 00:00", "2028-03-30 00:00"},
	} {
		if got := tt.term.After(day(tt.from), weekdays{}); !got.Equal(day(tt.to)) {
			t.Errorf("%+v after %s is %s, want %s", tt.term, tt.from, got.In(triage.JST).Format("2006-01-02 15:04"), tt.to)
		}
	}
}

func TestWhatIsOverdueClimbs(t *testing.T) {
	due := day("2026-12-04 17:15")
	told := []triage.Handoff{{ID: "h", Recipient: duty.School, School: "hinode-jhs"}}
	for _, tt := range []struct {
		owner, assignee string
		after           time.Duration
		level           int
		holder          string
	}{
		{duty.Assignee, "sato", 0, 0, duty.Assignee},
		{duty.Assignee, "", 0, 0, duty.Coordinator},
		{duty.Assignee, "sato", time.Second, 1, duty.Coordinator},
		{duty.Assignee, "sato", time.Hour - time.Second, 1, duty.Coordinator},
		{duty.Assignee, "sato", time.Hour, 2, duty.Supervisor},
		{duty.School, "sato", 0, 0, duty.School},
		{duty.School, "sato", time.Second, 1, duty.Coordinator},
		{duty.School, "", 0, 0, duty.School},
		{duty.Board, "", 2 * time.Hour, 2, duty.Supervisor},
		{duty.Coordinator, "sato", 0, 0, duty.Coordinator},
		{duty.Coordinator, "sato", time.Second, 2, duty.Supervisor},
		{duty.Supervisor, "sato", time.Second, 2, duty.Supervisor},
	} {
		d, c, now := triage.Duty{What: "x", Owner: tt.owner, DueAt: due, ClimbAt: due.Add(time.Hour)}, triage.Case{Assignee: tt.assignee, Handoffs: told}, due.Add(tt.after)
		if level, holder := duty.Level(d, now), duty.Holder(d, c, now); level != tt.level || holder != tt.holder {
			t.Errorf("%s of %q, %s after it was due: %d %s, want %d %s", tt.owner, tt.assignee, tt.after, level, holder, tt.level, tt.holder)
		}
		d.DoneAt = due
		if duty.Level(d, now) != 0 {
			t.Error("what is done climbs")
		}
	}
}

// What a school owes is the school's where it knows of it; where it knows nothing the desk holds it.
func TestWhatTheSchoolDoesNotKnowIsHeldByTheDesk(t *testing.T) {
	due := day("2026-12-04 17:15")
	d := triage.Duty{What: "article30", Owner: duty.School, DueAt: due}
	for name, tt := range map[string]struct {
		c    triage.Case
		want string
	}{
		"nobody told":    {triage.Case{Assignee: "sato"}, duty.Coordinator},
		"told":           {triage.Case{Handoffs: []triage.Handoff{{Recipient: duty.School}}}, duty.School},
		"reported by it": {triage.Case{Reports: []triage.Filing{{School: "hinode-jhs"}}}, duty.School},
		"the police":     {triage.Case{Handoffs: []triage.Handoff{{Recipient: "police"}}}, duty.Coordinator},
		"called back":    {triage.Case{Handoffs: []triage.Handoff{{Recipient: duty.School, State: triage.HandoffRecalled}}}, duty.Coordinator},
	} {
		if got := duty.Holder(d, tt.c, due); got != tt.want {
			t.Errorf("%s: held by %s, want %s", name, got, tt.want)
		}
	}
}

// names are facts that the drawn rules name, and that the drawn events can bring about.
var names = []duty.Fact{"violence", "suicide", "severity.urgent", "told.school", "told.police", "reported.incident", "observed.serious", "stopped",
	"recurred", "over", "watching", "answered"}

func rule(t *rapid.T, key string) duty.Rule {
	some := rapid.SliceOfN(rapid.SampledFrom(names), 0, 2)
	r := duty.Rule{Key: key, What: key, Source: "policy:1", Any: rapid.SliceOfN(rapid.SampledFrom(names), 1, 3).Draw(t, "any"), All: some.Draw(t, "all"),
		Unless: some.Draw(t, "unless"), Met: some.Draw(t, "met"), Owner: rapid.SampledFrom(duty.Owners).Draw(t, "owner"),
		Due: rapid.SampledFrom([]duty.Term{{Span: time.Hour}, {Today: true}, {Business: 2}, {Months: 3}}).Draw(t, "due"), Climb: duty.Term{Business: 1}}
	switch rapid.SampledFrom([]string{"once", "every", "renews", "restarts"}).Draw(t, "comes") {
	case "every":
		r.Every, r.Until = duty.Term{Span: 7 * 24 * time.Hour}, some.Draw(t, "until")
	case "renews":
		r.Renews = true
	case "restarts":
		r.Restarts = true
	}
	return r
}

func event(t *rapid.T, at time.Time, n int, c triage.Case) triage.Event {
	e := triage.Event{ID: fmt.Sprint(n), At: at, From: triage.Counselor, By: "sato"}
	on := at.Format(time.DateOnly)
	switch rapid.IntRange(0, 6).Draw(t, "kind") {
	case 0:
		e.Kind, e.From, e.By = triage.KindMessage, triage.Seeker, ""
		e.Judgement = &triage.Judgement{Severity: rapid.SampledFrom(triage.Severities).Draw(t, "severity"),
			Flags: rapid.SliceOfN(rapid.SampledFrom([]triage.Flag{triage.Violence, triage.Suicide, triage.Other}), 0, 2).Draw(t, "flags")}
	case 1:
		e.Kind = triage.KindHandoff
		e.Handoff = &triage.Handoff{ID: fmt.Sprint("h", n), Recipient: rapid.SampledFrom([]string{"school", "police"}).Draw(t, "to")}
	case 2:
		e.Kind, e.From = triage.KindReport, triage.AtSchool
		e.Report = &triage.Report{ID: fmt.Sprint("r", n), Form: "incident"}
	case 3:
		e.Kind = triage.KindState
		e.Observed = &triage.Observed{Kind: rapid.SampledFrom([]string{"stopped", "recurred", duty.Serious}).Draw(t, "observed"), On: on}
	case 4:
		e.Kind, e.Change = triage.KindState, &triage.Change{To: rapid.SampledFrom([]triage.State{triage.Watching, triage.Resolved, triage.Closed}).Draw(t, "state")}
	default:
		open := slices.DeleteFunc(slices.Clone(c.Duties), func(d triage.Duty) bool { return !d.DoneAt.IsZero() })
		e.Kind = triage.KindNote
		if len(open) > 0 {
			d := rapid.SampledFrom(open).Draw(t, "duty")
			d.DoneAt, d.By = at, "sato"
			e.Kind, e.Duty = triage.KindDuty, &d
		}
	}
	return e
}

// apply lets the rules find what they find, and fails where they never come to rest.
func apply(t *rapid.T, rs duty.Rules, c triage.Case, events []triage.Event, now time.Time) (triage.Case, []triage.Event) {
	for range 3 {
		owe := rs.Owe(c, events, weekdays{}, now)
		if len(owe) == 0 {
			return c, events
		}
		for _, d := range owe {
			e := triage.Event{ID: duty.EventID(d), At: now, Kind: triage.KindDuty, From: triage.System, Duty: &d}
			if slices.ContainsFunc(events, func(x triage.Event) bool { return x.ID == e.ID }) {
				t.Fatalf("the event %s happens twice", e.ID)
			}
			c, events = c.With(e), append(events, e)
		}
	}
	t.Fatal("the rules never come to rest")
	return c, events
}

// Adding a rule never removes, ends or delays a duty of another one; the order of the rules never matters; and a case that
// is folded again from its events has the same duties.
func TestRulesOnlyAdd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		few := duty.Rules{Duties: []duty.Rule{rule(t, "one"), rule(t, "two")}}
		more := duty.Rules{Duties: []duty.Rule{rule(t, "three"), few.Duties[1], few.Duties[0]}}
		a, b := triage.Case{ID: "a"}, triage.Case{ID: "a"}
		var as, bs []triage.Event
		now := day("2026-12-01 09:00")
		for i := range rapid.IntRange(1, 12).Draw(t, "events") {
			now = now.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "hours")) * time.Hour)
			e := event(t, now, i, a) // done is what both have
			a, as = a.With(e), append(as, e)
			b, bs = b.With(e), append(bs, e)
			a, as = apply(t, few, a, as, now)
			b, bs = apply(t, more, b, bs, now)
			for _, d := range a.Duties {
				i := slices.IndexFunc(b.Duties, func(x triage.Duty) bool { return x.What == d.What })
				if i < 0 || !reflect.DeepEqual(b.Duties[i], d) {
					t.Fatalf("with one rule more, %+v is %+v", d, b.Duties)
				}
			}
		}
		if again := triage.Fold("a", as); !reflect.DeepEqual(again.Duties, a.Duties) {
			t.Fatalf("folded again: %+v, was %+v", again.Duties, a.Duties)
		}
	})
}

// What a machine found is never lowered by it: an open duty stays open until a person did it, an act of the rule's own did,
// the rule counts anew, or what it rests on is so no longer.
func TestNothingEndsByItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rule(t, "one")
		rs := duty.Rules{Duties: []duty.Rule{r}}
		c := triage.Case{ID: "a"}
		var events []triage.Event
		now := day("2026-12-01 09:00")
		for i := range rapid.IntRange(1, 12).Draw(t, "events") {
			now = now.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "hours")) * time.Hour)
			e := event(t, now, i, c)
			before := c
			c, events = c.With(e), append(events, e)
			c, events = apply(t, rs, c, events, now)
			if len(before.Duties) == 0 || !before.Duties[0].DoneAt.IsZero() || c.Duties[0].Turn == before.Duties[0].Turn && c.Duties[0].DoneAt.IsZero() {
				continue
			}
			byHand := e.Duty != nil
			var ended triage.Duty
			for _, x := range events {
				if x.Duty != nil && !x.Duty.DoneAt.IsZero() && x.Duty.Turn == before.Duties[0].Turn {
					ended = *x.Duty
				}
			}
			met := ended.Decision == duty.Met && slices.Contains(r.Met, duty.Fact(ended.Reason))
			met = met || ended.Turn > 1 && !r.Every.IsZero() && ended.Decision == duty.Met && slices.Contains(r.Until, duty.Fact(ended.Reason))
			groundless := !r.Restarts && len(r.All) > 0 && ended.Decision == triage.Waived
			if !byHand && !met && !groundless && !(r.Restarts && ended.Decision == duty.Restarted) {
				t.Fatalf("%+v ended as %+v", before.Duties[0], ended)
			}
		}
	})
}

// What people meet for is due on a day on which somebody is there.
func TestAMeetingOnAClosedDayIsOnTheNext(t *testing.T) {
	for _, x := range []struct{ since, due string }{
		{"2026-12-01 09:00", "2026-12-08 09:00"},
		{"2026-12-05 09:00", "2026-12-14 17:15"}, // a Saturday
		{"2026-12-25 09:00", "2027-01-05 17:15"}, // the first of January
	} {
		r := duty.Rule{Key: "weekly", What: "weekly", Source: "policy:1", Any: []duty.Fact{"violence"}, Owner: duty.Coordinator,
			Due: duty.Term{Span: 7 * 24 * time.Hour}, Workday: true}
		e := triage.Event{ID: "m", At: day(x.since), Kind: triage.KindMessage, From: triage.Seeker,
			Judgement: &triage.Judgement{Severity: triage.Soon, Flags: []triage.Flag{triage.Violence}}}
		owed := duty.Rules{Duties: []duty.Rule{r}}.Owe(triage.Case{}.With(e), []triage.Event{e}, weekdays{}, day(x.since))
		if len(owed) != 1 || !owed[0].DueAt.Equal(day(x.due)) {
			t.Errorf("since %s: %+v", x.since, owed)
		}
	}
}
