package desk_test

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/duty"
	"madoguchi/triage/staff"
)

// year is a school year under one city's own file. What happens on a day is planned with on; run goes through the days, from
// due time to due time, and on each of them people do what is owed by the next.
type year struct {
	*room
	school staff.Person // who has the portal at the story's school
	plans  []plan
	tends  map[string]func(desk.Owed) // by the first part of a duty's name
	cases  []triage.CaseID
}

type plan struct {
	at time.Time
	do func()
}

func schoolYear(t *testing.T, id, school string) *year {
	y := &year{room: inLong(t, id), school: staff.Person{Login: school, Role: triage.School, School: school}, tends: map[string]func(desk.Owed){}}
	y.clock.Set(moment("2026-04-01 09:00"))
	y.Press = &press{}
	for _, what := range []string{"check_1w", "check_4w", "tell_result", "tell_child"} {
		y.tends[what] = func(o desk.Owed) { y.does(o.Case.ID, o.What, "") }
	}
	y.tends["read_report"] = func(o desk.Owed) { y.does(o.Case.ID, o.What, "go_on") }
	return y
}

func moment(when string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", when, triage.JST)
	if err != nil {
		panic(err)
	}
	return at
}

func (y *year) on(when string, do func()) { y.plans = append(y.plans, plan{moment(when), do}) }

// weekly plans the same for each week.
func (y *year) weekly(first, last string, do func(on time.Time)) {
	for at := moment(first); !at.After(moment(last)); at = at.AddDate(0, 0, 7) {
		y.plans = append(y.plans, plan{at, func() { do(at) }})
	}
}

func (y *year) run(end string) {
	y.t.Helper()
	next := 0
	for day := moment("2026-04-01 17:00"); !day.After(moment(end)); day = day.AddDate(0, 0, 1) {
		for ; ; next++ {
			slices.SortStableFunc(y.plans[next:], func(a, b plan) int { return a.at.Compare(b.at) })
			if next == len(y.plans) || y.plans[next].at.After(day) {
				break
			}
			y.to(y.plans[next].at)
			y.plans[next].do()
			y.must(y.Sweep(y.t.Context()))
			if y.t.Failed() {
				y.t.Fatalf("on %s", y.clock.Now().In(triage.JST).Format("2006-01-02 15:04"))
			}
		}
		y.to(day)
		y.tend()
	}
}

func (y *year) to(at time.Time) { y.must(y.Advance(y.t.Context(), y.clock, at)) }

// tend does what is due before the same hour of the next day, where somebody sees to such duties.
func (y *year) tend() {
	owed, err := y.Duties(y.t.Context(), people["mori"], false)
	y.must(err)
	for _, o := range owed {
		what, _, _ := strings.Cut(o.What, ":")
		if do := y.tends[what]; do != nil && !o.DueAt.After(y.clock.Now().AddDate(0, 0, 1)) {
			do(o)
		}
	}
	y.must(y.Sweep(y.t.Context()))
}

// does is that a lead writes down that a duty was done, and how it was decided.
func (y *year) does(id triage.CaseID, what, decision string) {
	y.t.Helper()
	_, err := y.Fulfil(y.t.Context(), people["mori"], id, desk.Done{What: what, Decision: decision, Reason: "記録のとおり"})
	y.must(err)
	y.must(y.Sweep(y.t.Context()))
}

// child is that a child writes by a door, in a new case where id is empty, and sato answers at once.
func (y *year) child(id triage.CaseID, door, text string, s triage.Severity, flags ...triage.Flag) triage.CaseID {
	y.t.Helper()
	ctx, sato := y.t.Context(), people["sato"]
	before := triage.Case{ID: triage.CaseID(fmt.Sprintf("%02d%s", len(y.cases)%64, strings.ToLower(rand.Text()[:24])))}
	if id != "" {
		before, _ = y.load(id)
	}
	now := y.clock.Now()
	c, err := y.store.Append(ctx, before, triage.Event{ID: "m:" + rand.Text(), At: now, Kind: triage.KindMessage, From: triage.Seeker, Channel: door,
		Text: text, Judgement: &triage.Judgement{Severity: s, Flags: flags}, DueAt: y.City.CaseTerms().AnswerBy[s](now)})
	y.must(err)
	if id == "" {
		y.cases = append(y.cases, c.ID)
	}
	if c.Assignee == "" { // what was handed off, or is watched, comes back to the queue
		_, err = y.Claim(ctx, sato, c.ID)
		y.must(err)
	}
	_, err = y.Say(ctx, sato, c.ID, rand.Text(), "話してくれて、ありがとう。")
	y.must(err)
	if c, _ = y.load(c.ID); !c.WaitingSince.IsZero() || c.AnsweredAt.IsZero() {
		y.t.Error("the child waits")
	}
	y.must(y.Sweep(ctx))
	if s == triage.Urgent { // whose silence is seen to
		y.plans = append(y.plans, plan{now.Add(time.Hour + time.Minute), func() {
			if c, _ := y.load(c.ID); slices.ContainsFunc(c.Duties, func(x triage.Duty) bool { return x.What == triage.SilenceRule && x.DoneAt.IsZero() }) {
				y.does(c.ID, triage.SilenceRule, "again")
			}
		}})
	}
	return c.ID
}

// tells asks the child, tells the school what she allowed, and lets it receive that and say what it does.
func (y *year) tells(id triage.CaseID, summary string) (handoff string) {
	y.t.Helper()
	ctx, sato := y.t.Context(), people["sato"]
	k, err := y.AskConsent(ctx, sato, id, desk.Ask{School: y.school.School, Level: triage.LevelNamed, Summary: summary, Age: triage.AgeTeen, Early: true})
	y.must(err)
	y.answers(id, k.ID, triage.AnswerYes)
	handoff, err = y.HandOff(ctx, sato, id, desk.Draft{School: y.school.School, Level: triage.LevelNamed, Summary: summary, Disclose: []string{"[人物A]"}})
	y.must(err)
	y.must(y.Sweep(ctx))
	v, err := y.Portal().Open(ctx, y.school, handoff)
	y.must(err)
	if v.Summary != strings.ReplaceAll(summary, "[人物A]", "ゆうか") {
		y.t.Errorf("the school reads %q", v.Summary)
	}
	_, err = y.Portal().Acknowledge(ctx, y.school, handoff)
	y.must(err)
	return handoff
}

// handles is that the school says what it does.
func (y *year) handles(handoff, text string) {
	y.t.Helper()
	_, err := y.Portal().Answer(y.t.Context(), y.school, handoff, triage.HandoffAnswer{Step: triage.HandoffHandling, Text: text})
	y.must(err)
	y.must(y.Sweep(y.t.Context()))
}

// files is a report by the portal; about names a hand-off or a report of the school's, or is empty.
func (y *year) files(about, form string, fields map[string]string) string {
	y.t.Helper()
	id, err := y.Portal().Report(y.t.Context(), y.school, about, form, fields)
	y.must(err)
	y.must(y.Sweep(y.t.Context()))
	return id
}

// step takes a step of the road, today.
func (y *year) step(id triage.CaseID, key, choice, note string) {
	y.t.Helper()
	_, err := y.TakeStep(y.t.Context(), people["mori"], id, triage.Step{Key: key, On: y.today(), Choice: choice, Note: note})
	y.must(err)
	y.must(y.Sweep(y.t.Context()))
}

func (y *year) writes(id triage.CaseID, step, reader, text string) {
	y.t.Helper()
	_, err := y.Write(y.t.Context(), people["mori"], id, triage.Version{Step: step, Reader: reader, Text: text})
	y.must(err)
}

func (y *year) today() string { return y.clock.Now().In(triage.JST).Format(time.DateOnly) }

// taken asserts the dated steps of a case's road, each with its body and what came out of it.
func (y *year) taken(id triage.CaseID, want ...string) {
	y.t.Helper()
	road, err := y.Road(y.t.Context(), people["mori"], id)
	y.must(err)
	var got []string
	for _, s := range road.Steps {
		if s.Taken() {
			got = append(got, strings.Join(slices.DeleteFunc([]string{s.On, s.Key, s.Body, s.Choice, s.Deliverable}, func(x string) bool { return x == "" }), " "))
		}
	}
	if !slices.Equal(got, want) {
		y.t.Errorf("the road of the case is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// ends asserts what was late during the year, with the day on which that was said, and what is still owed at its end, with its
// owner and its day; what is to be kept for years is not told.
func (y *year) ends(late, left []string) {
	y.t.Helper()
	var wasLate, isLeft []string
	cases := map[triage.CaseID]bool{}
	y.must(y.each(func(c triage.Case) {
		cases[c.ID] = true
		_, events := y.load(c.ID)
		for _, e := range events {
			if strings.HasPrefix(e.ID, "overdue:") {
				what, _, _ := strings.Cut(e.Duty.What, ":")
				wasLate = append(wasLate, what+" "+e.At.In(triage.JST).Format("2006-01-02 15:04"))
			}
		}
		for _, d := range c.Duties {
			if d.What == "retention" && d.DueAt.Before(moment("2028-01-01 00:00")) {
				y.t.Errorf("a record goes in %s", d.DueAt)
			}
			if d.DoneAt.IsZero() && d.What != "retention" && d.What != "papers" {
				isLeft = append(isLeft, d.What+" "+d.Owner+" "+d.DueAt.In(triage.JST).Format("2006-01-02 15:04"))
			}
		}
	}))
	slices.Sort(wasLate)
	slices.Sort(isLeft)
	if !slices.Equal(wasLate, late) {
		y.t.Errorf("late were\n%s\nwant\n%s", strings.Join(wasLate, "\n"), strings.Join(late, "\n"))
	}
	if !slices.Equal(isLeft, left) {
		y.t.Errorf("left are\n%s\nwant\n%s", strings.Join(isLeft, "\n"), strings.Join(left, "\n"))
	}
	over, err := y.Duties(y.t.Context(), people["mori"], true)
	y.must(err)
	for _, o := range over {
		if !slices.ContainsFunc(left, func(s string) bool { return strings.HasPrefix(s, o.What+" ") }) {
			y.t.Errorf("%s is overdue in the end", o.What)
		}
	}
}

func (y *year) each(f func(triage.Case)) error {
	q := triage.Query{Limit: triage.MaxPage, Erased: true}
	seen := map[triage.CaseID]bool{}
	for {
		cases, next, err := y.store.List(y.t.Context(), q)
		if err != nil {
			return err
		}
		for _, c := range cases {
			if !seen[c.ID] {
				seen[c.ID] = true
				f(c)
			}
		}
		if q.Cursor = next; next == "" {
			return nil
		}
	}
}

// turns are the times at which a duty of the case was said to be owed, each with its day.
func (y *year) turns(id triage.CaseID, what string) []string {
	_, events := y.load(id)
	var days []string
	for _, e := range events {
		if d := e.Duty; d != nil && d.What == what && d.DoneAt.IsZero() && strings.HasPrefix(e.ID, "rule:") {
			days = append(days, d.DueAt.In(triage.JST).Format("2006-01-02 15:04"))
		}
	}
	return days
}

// observes is that a lead writes down what was seen or heard today.
func (y *year) observes(id triage.CaseID, kind string, days int) {
	y.t.Helper()
	_, err := y.Observe(y.t.Context(), people["mori"], id, triage.Observed{Kind: kind, On: y.today(), Days: days, Note: "面談で確かめた"})
	y.must(err)
	y.must(y.Sweep(y.t.Context()))
}

// resolves asks for 解消, decided by the school.
func (y *year) resolves(id triage.CaseID) error {
	_, err := y.SetState(y.t.Context(), people["mori"], id, desk.StateChange{To: triage.Resolved, Reason: "期間のあと、面談で確かめた",
		DecidedBy: duty.School, Circumstances: "ほかの事情も確かめた"})
	if err == nil {
		y.must(y.Sweep(y.t.Context()))
	}
	return err
}
