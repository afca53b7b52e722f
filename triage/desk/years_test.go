package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/duty"
)

// at moves the clock of the room to a time of the story, through everything that falls due until then.
func (r *room) at(when string) {
	r.t.Helper()
	to, err := time.ParseInLocation("2006-01-02 15:04", when, triage.JST)
	r.must(err)
	if to.After(r.clock.Now()) {
		r.must(r.Advance(r.t.Context(), r.clock, to))
	}
}

// reported is that a school reports by itself, and what is in its report.
func (r *room) reported(id triage.CaseID, form string, flags ...triage.Flag) {
	r.t.Helper()
	c, _ := r.load(id)
	j := triage.Judgement{Severity: triage.Soon, Flags: flags}
	_, err := r.store.Append(r.t.Context(), c, triage.Event{ID: "report:" + r.clock.Now().String() + form, At: r.clock.Now(), Kind: triage.KindReport,
		From: triage.AtSchool, By: "hinode", Judgement: &j, Report: &triage.Report{ID: "r" + form, School: "hinode-jhs", Form: form}})
	r.must(err)
	r.must(r.Sweep(r.t.Context()))
}

// seen is that a lead records what was seen or heard: days later the case is nobody's who has not answered.
func (r *room) seen(id triage.CaseID, kind, on string, days int) {
	r.t.Helper()
	_, err := r.Observe(r.t.Context(), people["mori"], id, triage.Observed{Kind: kind, On: on, Days: days})
	r.must(err)
	r.must(r.Sweep(r.t.Context()))
}

// done is that a lead writes down what was done, and how it was decided.
func (r *room) done(id triage.CaseID, what, decision string) {
	r.t.Helper()
	d := r.open(id, what)
	_, err := r.Fulfil(r.t.Context(), people["mori"], id, desk.Done{What: what, Decision: decision, Reason: "記録", Turn: d.Turn})
	r.must(err)
	r.must(r.Sweep(r.t.Context()))
}

// open is the duty of that rule that is still owed.
func (r *room) open(id triage.CaseID, what string) triage.Duty {
	r.t.Helper()
	c, _ := r.load(id)
	i := slices.IndexFunc(c.Duties, func(d triage.Duty) bool { return d.What == what && d.DoneAt.IsZero() })
	if i < 0 {
		r.t.Fatalf("%s is not owed; there are %+v", what, c.Duties)
	}
	return c.Duties[i]
}

// owes asserts who owes a duty, and by when.
func (r *room) owes(id triage.CaseID, what, owner, due string) {
	r.t.Helper()
	d := r.open(id, what)
	if got := d.DueAt.In(triage.JST).Format("2006-01-02 15:04"); d.Owner != owner || got != due {
		r.t.Errorf("%s: %s by %s, want %s by %s", what, d.Owner, got, owner, due)
	}
}

// never asserts that the case never came under these rules, which are another city's.
func (r *room) never(id triage.CaseID, rules ...string) {
	r.t.Helper()
	c, _ := r.load(id)
	for _, d := range c.Duties {
		if slices.Contains(rules, d.What) {
			r.t.Errorf("%s is another city's rule", d.What)
		}
	}
}

// Asahikawa: the letters of the year; a hard case with its weekly meeting and the school's weekly report; the team that goes
// out at a risk. Nothing of the other cities.
func TestAsahikawasYear(t *testing.T) {
	r := inLong(t, "asahikawa")
	var letters []string
	for _, d := range r.City.Year(time.Date(2026, 4, 1, 0, 0, 0, 0, triage.JST), time.Date(2027, 3, 31, 0, 0, 0, 0, triage.JST)) {
		letters = append(letters, d.Key+" "+d.By.AddDate(0, 0, -1).Format("2006-01"))
	}
	if got := strings.Join(letters, ", "); got != "letters 2026-07, letters 2026-10, letters 2027-01" {
		t.Errorf("the letters: %s", got)
	}
	id := r.claimed()
	r.reported(id, "incident", triage.Absence)
	r.owes(id, "weekly_meeting", duty.Coordinator, "2026-12-08 09:00")
	r.seen(id, duty.Declared, "2026-12-01", 0)
	r.owes(id, "emergency_team", duty.Coordinator, "2026-12-01 09:30")
	r.done(id, "emergency_team", "send")
	meetings, reports := 0, 0
	for day := opened; day.Before(time.Date(2027, 3, 31, 0, 0, 0, 0, triage.JST)); day = day.AddDate(0, 0, 1) {
		r.at(day.Format("2006-01-02") + " 18:00")
		c, _ := r.load(id)
		for _, d := range c.Duties {
			switch owed := d.DoneAt.IsZero() && d.Overdue(r.clock.Now()); {
			case owed && d.What == "weekly_meeting":
				r.done(id, "weekly_meeting", "")
				meetings++
			case owed && d.What == "weekly_report":
				if d.Owner != duty.School {
					t.Errorf("the weekly report is %s's", d.Owner)
				}
				r.reported(id, "weekly")
				reports++
			}
		}
	}
	if meetings < 14 || meetings > 18 || reports < 14 || reports > 18 {
		t.Errorf("%d meetings and %d reports in four months", meetings, reports)
	}
	r.never(id, "same_day", "hottoribon", "incident_report", "resolution_report", "plan", "emergency_meeting")
}

// Usuki: its forms; abuse goes to the agencies at once; the board decides, and the mayor hears of it; ほっとりぼん by 29 March.
func TestUsukisYear(t *testing.T) {
	r := inLong(t, "usuki")
	id := r.claimed()
	r.reported(id, "hearing", triage.Exclusion)
	r.owes(id, "incident_report", duty.School, "2026-12-04 17:00")
	r.owes(id, "resolution_report", duty.School, "2026-12-01 09:30")
	r.at("2026-12-02 11:00")
	r.reported(id, "incident")
	r.reported(id, "resolution")
	for _, what := range []string{"incident_report", "resolution_report", "emergency_meeting"} {
		if d := r.duty(id, what); d.DoneAt.IsZero() {
			t.Errorf("%s is reported and still owed", what)
		}
	}
	r.seen(id, duty.Abused, "2026-12-02", 0)
	r.owes(id, "abuse_notice", duty.Assignee, "2026-12-02 11:30")
	_, err := r.Notify(t.Context(), people["mori"], id, desk.Notified{Recipient: "child_guidance", At: r.clock.Now(), How: "phone", Spoke: "当番", Text: "虐待の疑い", Answer: "受け付けた"})
	r.must(err)
	r.must(r.Sweep(t.Context()))
	if d := r.duty(id, "abuse_notice"); d.DoneAt.IsZero() {
		t.Error("the agencies know, and the notice is still owed")
	}
	r.at("2026-12-21 10:00")
	r.seen(id, duty.AbsentTotal, "2026-12-21", 15)
	r.owes(id, "hottoribon", duty.School, "2027-03-30 00:00")
	r.at("2027-01-20 10:00")
	r.seen(id, duty.AbsentRun, "2027-01-20", 8)
	r.owes(id, "serious_ask", duty.Board, "2027-01-25 17:00")
	r.done(id, "serious_ask", "serious")
	r.owes(id, "article30", duty.School, "2027-01-20 10:30")
	r.done(id, "article30", "")
	r.owes(id, "article28", duty.Coordinator, "2027-01-25 17:00")
	r.done(id, "article28", "inquiry_board")
	r.at("2027-03-26 10:00")
	r.done(id, "hottoribon", "")
	r.owes(id, "hottoribon_april", duty.School, "2027-04-08 00:00")
	r.never(id, "weekly_meeting", "weekly_report", "emergency_team", "same_day", "plan")
}

// Ashiya: the school's own report on the same day, and its plan; three months, anew when it happens again; the school judges
// thirty days of absence, and the mayor hears of it.
func TestAshiyasYear(t *testing.T) {
	r := inLong(t, "ashiya")
	id := r.claimed()
	r.reported(id, "hearing", triage.Verbal)
	if d := r.duty(id, "same_day"); d.Owner != duty.School || !d.DueAt.Equal(time.Date(2026, 12, 2, 0, 0, 0, 0, triage.JST)) {
		t.Errorf("%+v", d)
	}
	r.owes(id, "plan", duty.School, "2026-12-04 17:30")
	r.at("2026-12-03 10:00")
	r.done(id, "plan", "")
	r.seen(id, "stopped", "2026-12-03", 0)
	r.owes(id, "watch_over", duty.Assignee, "2027-03-03 00:00")
	r.at("2027-01-20 10:00")
	r.seen(id, "recurred", "2027-01-18", 0)
	r.owes(id, "watch_again", duty.Assignee, "2027-01-25 17:30")
	r.at("2027-02-01 10:00")
	r.seen(id, "stopped", "2027-01-31", 0)
	r.owes(id, "watch_over", duty.Assignee, "2027-04-30 00:00")
	r.at("2027-02-15 10:00")
	r.seen(id, duty.AbsentTotal, "2027-02-15", 29)
	r.never(id, "serious_ask")
	r.at("2027-02-16 10:00")
	r.seen(id, duty.AbsentTotal, "2027-02-16", 30)
	r.owes(id, "serious_ask", duty.School, "2027-02-19 17:30")
	r.done(id, "serious_ask", "serious")
	r.owes(id, "article30", duty.School, "2027-02-16 10:30")
	var year []string
	for _, d := range r.City.Year(time.Date(2026, 4, 1, 0, 0, 0, 0, triage.JST), time.Date(2027, 4, 1, 0, 0, 0, 0, triage.JST)) {
		year = append(year, d.Key+" "+d.By.AddDate(0, 0, -1).Format("2006-01"))
	}
	if !slices.Equal(year, []string{"yearly_report 2027-03"}) {
		t.Errorf("the year: %v", year)
	}
	r.never(id, "weekly_meeting", "weekly_report", "emergency_team", "hottoribon", "incident_report", "emergency_meeting")
}
