package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/duty"
	"madoguchi/triage/staff"
)

// Overrule sets the severity in the place of the rules. A graver message of the seeker raises it again.
func (d *Desk) Overrule(ctx context.Context, p staff.Person, id triage.CaseID, s triage.Severity, reason string) (triage.Case, error) {
	if !s.Valid() {
		return triage.Case{}, bad("そのような緊急度はありません。")
	}
	if err := words(reason, maxReason); err != nil {
		return triage.Case{}, err
	}
	return d.perform(ctx, p, id, act{what: "severity", reason: string(s), may: mayAct, erased: true,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			e := d.event(p, triage.KindAssessment)
			e.Judgement, e.DueAt = &triage.Judgement{Severity: s}, d.dueBy(c, s)
			var err error
			e.Text, err = d.scrubbed(ctx, id, reason)
			return []triage.Event{e}, err
		}})
}

// dueBy is when whoever waits must be answered once the case is judged so: what is graver is sooner, from now on and never later
// than was said before; what is less grave has the longer time from when the wait began.
func (d *Desk) dueBy(c triage.Case, s triage.Severity) time.Time {
	by, ok := d.terms.AnswerBy[s]
	switch {
	case !ok || c.WaitingSince.IsZero() || s == c.Severity:
		return c.DueAt
	case s.Rank() > c.Severity.Rank():
		return by(c.WaitingSince)
	}
	if at := by(d.Clock.Now()); c.DueAt.IsZero() || at.Before(c.DueAt) {
		return at
	}
	return c.DueAt
}

// Kinds of an observation.
const (
	Stopped        = "stopped"
	Recurred       = "recurred"
	Apology        = "apology"
	ChildNoPain    = "child_no_pain"
	ParentNoPain   = "parent_no_pain"
	ParentNotAsked = "parent_not_asked"
)

// Observations lists the kinds of an observation: the steps on the way to 解消, and what the rules of duties ask for.
var Observations = append([]string{Stopped, Recurred, Apology, ChildNoPain, ParentNoPain, ParentNotAsked}, duty.Observations...)

// Observe records a step on the way to 解消, or a fact that duties ask for. It is of a date that has come. That the parents were not asked has a reason
// and a second person who decided it.
func (d *Desk) Observe(ctx context.Context, p staff.Person, id triage.CaseID, o triage.Observed) (triage.Case, error) {
	if !slices.Contains(Observations, o.Kind) {
		return triage.Case{}, bad("そのような記録の種類はありません。")
	}
	if _, err := time.Parse(time.DateOnly, o.On); err != nil {
		return triage.Case{}, bad("日付は 2026-12-01 のように書いてください。")
	}
	if o.On > d.today() {
		return triage.Case{}, bad("まだ来ていない日付です。面談などのあった日を書いてください。")
	}
	if err := optional(o.Note, maxReason); err != nil {
		return triage.Case{}, err
	}
	if o.Kind != duty.AbsentTotal && o.Kind != duty.AbsentRun {
		o.Days = 0
	} else if o.Days < 1 || o.Days > 366 {
		return triage.Case{}, bad("欠席の日数を、1から366までの数で書いてください。")
	}
	if o.Kind != ParentNotAsked {
		o.Second = ""
	}
	if o.Kind == duty.GuardianEase {
		switch {
		case !leads(p):
			return triage.Case{}, refuse(triage.CodeTwoPersons, "「保護者注意」を外すのは、統括かコーディネーターです。")
		case words(o.Note, maxReason) != nil:
			return triage.Case{}, bad("「保護者注意」を外す理由を書いてください。")
		}
	}
	return d.perform(ctx, p, id, act{what: "observation", reason: o.Kind, may: mayAct,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			kept := o
			if o.Kind == ParentNotAsked {
				if err := words(o.Note, maxReason); err != nil {
					return nil, bad("保護者に聞かない理由を書いてください。")
				}
				second, err := d.colleague(ctx, o.Second, answering...)
				if err != nil {
					return nil, err
				}
				if second.Login == p.Login {
					return nil, bad("もう一人の決めた人は、自分以外の人です。")
				}
				kept.Second = second.Login
			}
			note, err := d.scrubbed(ctx, id, o.Note)
			if err != nil {
				return nil, err
			}
			kept.Note = note
			e := d.event(p, triage.KindState)
			e.Text, e.Observed = note, &kept
			return append([]triage.Event{e}, d.reopened(p, c, o.Kind)...), nil
		}})
}

// reopened opens a case again that was over, because it happened again: 解消 is only a stage (ashiya-policy:123).
func (d *Desk) reopened(p staff.Person, c triage.Case, kind string) []triage.Event {
	if kind != Recurred || c.State != triage.Resolved && c.State != triage.Closed {
		return nil
	}
	e := d.event(p, triage.KindState)
	e.Text, e.Change = "また起きたため", &triage.Change{To: triage.Open, Reason: "また起きたため"}
	return []triage.Event{e}
}

// StateChange is a state that a person sets.
type StateChange struct {
	To     triage.State // open, watching, resolved or closed
	Reason string
	// DecidedBy (school or board) and Circumstances belong to resolved: that every condition is met is not yet that the
	// matter is resolved; a named body decides on all circumstances (ashiya-policy:119).
	DecidedBy, Circumstances string
}

// SetState sets the state. Resolved is refused while the city's conditions are not met, naming them; what has to be written
// for the decision is named once they are.
func (d *Desk) SetState(ctx context.Context, p staff.Person, id triage.CaseID, ch StateChange) (triage.Case, error) {
	if !slices.Contains([]triage.State{triage.Open, triage.Watching, triage.Resolved, triage.Closed}, ch.To) {
		return triage.Case{}, bad("その状態には、人の操作では変えられません。")
	}
	for _, text := range []string{ch.Reason, ch.Circumstances} {
		if err := optional(text, maxReason); err != nil {
			return triage.Case{}, err
		}
	}
	if !slices.Contains([]string{"", "school", "board"}, ch.DecidedBy) {
		return triage.Case{}, bad("決めるのは学校（school）か教育委員会（board）です。")
	}
	if ch.To == triage.Closed && strings.TrimSpace(ch.Reason) == "" {
		return triage.Case{}, bad("なぜ終えるのか、理由を書いてください。")
	}
	var before triage.Case
	var was []triage.Event
	after, err := d.perform(ctx, p, id, act{what: "state", reason: string(ch.To), may: mayAct,
		do: func(c triage.Case, events []triage.Event) ([]triage.Event, error) {
			if c.State == ch.To {
				return nil, nil
			}
			before, was = c, events
			change := triage.Change{To: ch.To}
			if ch.To == triage.Resolved {
				if err := d.resolvable(c, ch); err != nil {
					return nil, err
				}
				change.DecidedBy = ch.DecidedBy
			}
			if err := d.leavable(c, events, ch.To); err != nil {
				return nil, err
			}
			var err error
			if change.Reason, err = d.scrubbed(ctx, id, ch.Reason); err != nil {
				return nil, err
			}
			if change.Circumstances, err = d.scrubbed(ctx, id, ch.Circumstances); err != nil {
				return nil, err
			}
			e := d.event(p, triage.KindState)
			e.Text, e.Change = change.Reason, &change
			return append([]triage.Event{e}, d.pointless(p, c, change)...), nil
		}})
	if err == nil && ch.To != triage.Open {
		d.rest(ctx, before, after, was)
	}
	return after, err
}

// leavable refuses that somebody in danger is left: with words of theirs that nobody has answered, or, in an emergency, by one
// person. A judgement with its reason (Overrule) comes first, where a person sees no danger.
func (d *Desk) leavable(c triage.Case, events []triage.Event, to triage.State) error {
	waits := !c.WaitingSince.IsZero() && slices.ContainsFunc(events, func(e triage.Event) bool {
		return e.Kind == triage.KindMessage && e.From == triage.Seeker && e.By == "" && !e.At.Before(c.WaitingSince)
	})
	switch {
	case to == triage.Open || c.Erased():
		return nil
	case waits && c.Severity == triage.Emergency && slices.Contains(answerable, c.Door):
		return refuse(triage.CodeState, "あぶない言葉に、まだ返事をしていません。先に返事をするか、危険がないとわかったときは、理由を書いて緊急度を変えてください。")
	case c.Severity == triage.Emergency && (c.Assignee == "" || c.Second == ""):
		return refuse(triage.CodeState, "緊急のままでは、一人では終えられません。二人目をつけるか、危険がなくなったときは、理由を書いて緊急度を変えてください。")
	}
	return nil
}

// answerable are the doors by which an answer goes back.
var answerable = append([]string{"chat"}, readable...)

// resolvable refuses 解消 with what is unmet.
func (d *Desk) resolvable(c triage.Case, ch StateChange) error {
	unmet := Unmet(c.Observed, c.Watched(d.terms.WatchPeriod), d.today())
	if len(unmet) == 0 {
		if ch.DecidedBy == "" {
			unmet = append(unmet, "decided_by")
		}
		if strings.TrimSpace(ch.Circumstances) == "" {
			unmet = append(unmet, "circumstances")
		}
	}
	if len(unmet) == 0 {
		return nil
	}
	say := "解消の条件がまだそろっていません。" + missing(unmet)
	if slices.ContainsFunc(c.Observed, func(o triage.Observed) bool { return o.Kind == Apology }) {
		say += "謝罪があったことだけでは、解消になりません。"
	}
	return &triage.Refusal{Code: triage.CodeConditions, Conditions: unmet, Say: say}
}

// conditions are the names of what 解消 needs, in the order in which they can be met.
var conditions = map[string]string{
	Stopped:         "行為が止んでいること",
	"watch_period":  "見守りの期間",
	ChildNoPain:     "期間のあと、本人が苦痛を感じていないこと",
	ParentNoPain:    "期間のあと、保護者から見ても苦痛がないこと",
	"decided_by":    "決めた機関（学校か教育委員会）",
	"circumstances": "ほかの事情",
}

func missing(unmet []string) string {
	text := "足りないもの："
	for i, name := range unmet {
		if i > 0 {
			text += "、"
		}
		text += conditions[name]
	}
	return text + "。"
}

// Unmet names the conditions of 解消 that the observations do not meet by that day (2026-12-01): that it stopped and did
// not recur; that the watch period since has passed; that after the period the child feels no pain; and the parents, or
// that they were not asked, with a reason. An apology never helps.
func Unmet(observed []triage.Observed, watch triage.Period, today string) []string {
	days := slices.Clone(observed)
	slices.SortStableFunc(days, func(a, b triage.Observed) int {
		switch {
		case a.On < b.On:
			return -1
		case a.On > b.On:
			return 1
		}
		return 0
	})
	stopped := ""
	for _, o := range days {
		switch {
		case o.Kind == Recurred:
			stopped = ""
		case o.Kind == Stopped && stopped == "":
			stopped = o.On
		}
	}
	since, err := time.ParseInLocation(time.DateOnly, stopped, triage.JST)
	if err != nil {
		return []string{Stopped, "watch_period", ChildNoPain, ParentNoPain}
	}
	end := watch.After(since).Format(time.DateOnly) // the first day after the period
	after := func(kinds ...string) bool {
		return slices.ContainsFunc(days, func(o triage.Observed) bool { return slices.Contains(kinds, o.Kind) && o.On >= end })
	}
	var unmet []string
	if today < end {
		unmet = append(unmet, "watch_period")
	}
	if !after(ChildNoPain) {
		unmet = append(unmet, ChildNoPain)
	}
	if !after(ParentNoPain, ParentNotAsked) {
		unmet = append(unmet, ParentNoPain)
	}
	return unmet
}
