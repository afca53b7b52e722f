package desk

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/duty"
	"madoguchi/triage/serious"
	"madoguchi/triage/staff"
)

// Road is a case and where it stands on the road of a serious one.
type Road struct {
	Case triage.Case
	serious.Standing
}

// Road returns where a case stands, to who may act in it.
func (d *Desk) Road(ctx context.Context, p staff.Person, id triage.CaseID) (Road, error) {
	c, events, err := d.Store.Load(ctx, id)
	if err != nil {
		return Road{}, err
	}
	if err := mayAct(p, c); err != nil {
		return Road{}, d.keptOut(ctx, p, c, err)
	}
	if err := d.record(ctx, p, "serious", id, "", ""); err != nil {
		return Road{}, err
	}
	c = d.owing(c, events)
	return Road{c, d.City.Road().Of(c)}, nil
}

// Serious lists the cases that are treated as serious, and those of which it has to be asked, for the leads and the board of
// education. To the board it tells what was done and what is due, and no words of anybody.
func (d *Desk) Serious(ctx context.Context, p staff.Person) ([]Road, error) {
	if !leads(p) && p.Role != triage.Board {
		return nil, forbidden()
	}
	if err := d.record(ctx, p, "serious_list", "", "", ""); err != nil {
		return nil, err
	}
	way, all := d.City.Road(), []Road{}
	err := d.eachFor(ctx, p, triage.Query{Erased: true}, func(c triage.Case) error {
		at := way.Of(c)
		if !at.Serious && !at.Proposed {
			return nil
		}
		if !leads(p) {
			c, at = silent(c, at)
		}
		all = append(all, Road{c, at})
		return nil
	})
	slices.SortStableFunc(all, func(a, b Road) int {
		if a.Serious != b.Serious {
			if a.Serious {
				return -1
			}
			return 1
		}
		return cmp.Or(a.Case.OpenedAt.Compare(b.Case.OpenedAt), cmp.Compare(a.Case.ID, b.Case.ID))
	})
	return all[:min(len(all), triage.MaxPage)], err
}

// silent is what the board sees of a case: its number and how the steps stand, without what anybody wrote.
func silent(c triage.Case, at serious.Standing) (triage.Case, serious.Standing) {
	bare := triage.Case{ID: c.ID, State: c.State, OpenedAt: c.OpenedAt}
	at.Steps = slices.Clone(at.Steps)
	for i := range at.Steps {
		at.Steps[i].Note, at.Steps[i].By, at.Steps[i].Written, at.Steps[i].Owed.Reason = "", "", nil, ""
	}
	return bare, at
}

// Declared is that a child or a parent said that it is a serious case.
type Declared struct {
	Who  string // child or parent
	On   string
	Note string // in their words, or in short; may be empty
}

// Declare writes down that a child or a parent said that it is a serious case. Whoever hears it writes it down, and there is
// no way to decline: the case is treated as one from then on, and the report to the mayor is due.
func (d *Desk) Declare(ctx context.Context, p staff.Person, id triage.CaseID, x Declared) (triage.Case, error) {
	if !slices.Contains(triage.Declarers, x.Who) {
		return triage.Case{}, bad("本人からか、保護者からかを選んでください。")
	}
	if err := d.dated(x.On); err != nil {
		return triage.Case{}, err
	}
	if err := optional(x.Note, maxReason); err != nil {
		return triage.Case{}, err
	}
	return d.perform(ctx, p, id, act{what: "declared", reason: x.Who, may: mayAdd, erased: true,
		do: func(triage.Case, []triage.Event) ([]triage.Event, error) {
			e := d.event(p, triage.KindState)
			var err error
			e.Text, err = d.scrubbed(ctx, id, x.Note)
			e.Observed = &triage.Observed{Kind: duty.Declared, On: x.On, Note: e.Text, Who: x.Who}
			return []triage.Event{e}, err
		}})
}

// dated checks a day that has come.
func (d *Desk) dated(on string) error {
	if _, err := time.Parse(time.DateOnly, on); err != nil {
		return bad("日付は 2026-12-01 のように書いてください。")
	}
	if on > d.today() {
		return bad("まだ来ていない日付です。")
	}
	return nil
}

// TakeStep writes down that a step of the road was taken, on which day, and how it was decided. The duty that asks for it is
// done by that, and what the city's road asks for next begins to count.
func (d *Desk) TakeStep(ctx context.Context, p staff.Person, id triage.CaseID, s triage.Step) (triage.Case, error) {
	if err := d.dated(s.On); err != nil {
		return triage.Case{}, err
	}
	if err := words(s.Note, maxText); err != nil {
		return triage.Case{}, bad("どうしたか、何が分かったかを書いてください。")
	}
	return d.perform(ctx, p, id, act{what: "serious_step", ref: s.Key, reason: s.Choice, may: mayAct, erased: true,
		do: func(c triage.Case, events []triage.Event) ([]triage.Event, error) {
			pending, now := d.ruled(c, events), d.owing(c, events)
			at := d.City.Road().Of(now)
			x, ok := at.Step(s.Key)
			if !ok {
				return nil, triage.ErrUnknown
			}
			if err := steppable(at, x, s); err != nil {
				return nil, err
			}
			e := d.event(p, triage.KindState)
			taken := s
			var err error
			if taken.Note, err = d.scrubbed(ctx, id, s.Note); err != nil {
				return nil, err
			}
			taken.By, e.Text, e.Step = p.Login, taken.Note, &taken
			made := append(pending, e)
			if x.Key == "decide" && s.Choice == "serious" && !at.Serious {
				so := d.event(p, triage.KindState)
				so.Observed = &triage.Observed{Kind: duty.Serious, On: s.On}
				made = append(made, so)
			}
			made = append(made, d.settled(p, now, x, taken)...)
			return append(made, d.begins(now, at, x)...), nil
		}})
}

// steppable reports why that step cannot be taken so.
func steppable(at serious.Standing, x serious.Stand, s triage.Step) error {
	choice := slices.ContainsFunc(x.Choices, func(k serious.Choice) bool { return k.Key == s.Choice })
	switch {
	case x.Stage == serious.Onwards && !at.Serious && x.Key != "decide":
		return refuse(triage.CodeState, "まだ重大事態として扱われていません。")
	case x.Key == "decide" && at.Declared:
		return refuse(triage.CodeState, "申立てがあったので、もう重大事態として扱われています。")
	case (len(x.Choices) > 0) != choice, len(x.Choices) == 0 && s.Choice != "":
		return bad("どう決めたかを、選択肢から選んでください。")
	}
	return nil
}

// settled is that the open duties which ask for the step are done.
func (d *Desk) settled(p staff.Person, c triage.Case, x serious.Stand, s triage.Step) []triage.Event {
	var events []triage.Event
	for _, y := range c.Duties {
		if !y.DoneAt.IsZero() || y.What != serious.Due(x.Key) && (x.Duty == "" || y.What != x.Duty) {
			continue
		}
		e := d.event(p, triage.KindDuty)
		y.DoneAt, y.By, y.Decision, y.Reason = e.At, p.Login, s.Choice, s.Note
		e.Text, e.Duty = s.Note, &y
		events = append(events, e)
	}
	return events
}

// begins are the duties of the steps right after this one that have a term of their own, and that no rule asks for.
func (d *Desk) begins(c triage.Case, at serious.Standing, x serious.Stand) []triage.Event {
	i := slices.IndexFunc(at.Steps, func(y serious.Stand) bool { return y.Key == x.Key })
	var events []triage.Event
	for _, y := range at.Steps[i+1:] {
		if y.Due.IsZero() || y.Taken() {
			break
		}
		if slices.ContainsFunc(c.Duties, func(z triage.Duty) bool { return z.What == serious.Due(y.Key) }) {
			break
		}
		owner := duty.Board
		if y.Body == duty.School {
			owner = duty.School
		}
		due := y.Due.After(d.Clock.Now(), d.City)
		e := d.tell("step", y.Key, y.Title, due, owner)
		e.Duty.Source = y.Source
		events = append(events, e)
	}
	return events
}

// Write keeps what one reader gets of a step's deliverable.
func (d *Desk) Write(ctx context.Context, p staff.Person, id triage.CaseID, v triage.Version) (triage.Case, error) {
	if err := words(v.Text, maxText); err != nil {
		return triage.Case{}, err
	}
	if err := optional(v.Same, maxReason); err != nil {
		return triage.Case{}, err
	}
	return d.perform(ctx, p, id, act{what: "serious_text", ref: v.Step, reason: v.Reader, may: mayAct, erased: true,
		do: func(c triage.Case, events []triage.Event) ([]triage.Event, error) {
			at := d.City.Road().Of(d.owing(c, events))
			x, ok := at.Step(v.Step)
			if !ok || !at.Serious {
				return nil, triage.ErrUnknown
			}
			kept := v
			var err error
			if kept.Text, err = d.scrubbed(ctx, id, v.Text); err != nil {
				return nil, err
			}
			if kept.Same, err = d.scrubbed(ctx, id, v.Same); err != nil {
				return nil, err
			}
			switch x.Refused(c, kept) {
			case serious.NotItsReader:
				return nil, bad("その相手に出すものではありません。")
			case serious.Named:
				return nil, bad("名前など、だれのことか分かる言葉が入っています。議会や市民に出す文からは、除いてください。")
			case serious.SameText:
				return nil, bad("ほかの相手への文と同じです。相手ごとに書き直すか、同じでよい理由を書いてください。")
			}
			e := d.event(p, triage.KindState)
			kept.By, e.Version = p.Login, &kept
			return []triage.Event{e}, nil
		}})
}

// Planned puts something into the plan for the child, says that it was done, or takes it out again. A city that asks for no
// plan has none.
func (d *Desk) Planned(ctx context.Context, p staff.Person, id triage.CaseID, x triage.PlanItem) (triage.Case, error) {
	sort := slices.ContainsFunc(d.City.Plan.Sorts, func(k city.Choice) bool { return k.Key == x.Sort })
	switch {
	case !d.City.Plan.Asked():
		return triage.Case{}, triage.ErrUnknown
	case x.ID == "" && !sort:
		return triage.Case{}, bad("何についてのことかを選んでください。")
	case x.ID == "" && (words(x.Text, maxReason) != nil || words(x.Who, 100) != nil):
		return triage.Case{}, bad("何を、だれがするかを書いてください。")
	case x.ID != "" && (x.Text != "" || x.Who != ""):
		return triage.Case{}, bad("書いたことは変えられません。取り消して、書き直してください。")
	case x.Done != "":
		if err := d.dated(x.Done); err != nil {
			return triage.Case{}, err
		}
	}
	made := "p" + strings.ToLower(rand.Text()[:8])
	return d.perform(ctx, p, id, act{what: "plan", ref: x.ID, may: mayAct,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			item := x
			if x.ID == "" {
				item.ID = made
			} else if !slices.ContainsFunc(c.Plan, func(y triage.PlanItem) bool { return y.ID == x.ID }) {
				return nil, triage.ErrUnknown
			}
			var err error
			if item.Text, err = d.scrubbed(ctx, id, x.Text); err != nil {
				return nil, err
			}
			if item.Who, err = d.scrubbed(ctx, id, x.Who); err != nil {
				return nil, err
			}
			e := d.event(p, triage.KindState)
			e.Plan = &item
			return []triage.Event{e}, nil
		}})
}

// longestWatch is the longest watch that a body may set, in months; no source gives one, and past it a slip is likelier.
const longestWatch = 36

// WatchLonger writes down that the school or the board set a longer watch for a case than the city's period.
func (d *Desk) WatchLonger(ctx context.Context, p staff.Person, id triage.CaseID, w triage.WatchOver) (triage.Case, error) {
	if w.Months <= d.terms.WatchPeriod.Months || w.Months > longestWatch {
		return triage.Case{}, bad("市の定めより長い月数を、36までの数で書いてください。")
	}
	if w.Body != duty.School && w.Body != duty.Board {
		return triage.Case{}, bad("決めるのは学校（school）か教育委員会（board）です。")
	}
	if err := words(w.Reason, maxReason); err != nil {
		return triage.Case{}, err
	}
	return d.perform(ctx, p, id, act{what: "watch", reason: w.Body, may: mayAct,
		do: func(triage.Case, []triage.Event) ([]triage.Event, error) {
			set := w
			var err error
			set.Reason, err = d.scrubbed(ctx, id, w.Reason)
			e := d.event(p, triage.KindState)
			e.Text, e.WatchOver = set.Reason, &set
			return []triage.Event{e}, err
		}})
}
