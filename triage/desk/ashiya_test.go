package desk_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/duty"
	"madoguchi/triage/figures"
)

// tally is what a story did, counted as it did it.
type tally struct {
	total  int
	months map[string]int
	of     map[string]map[string]int
}

func (c *tally) count(at time.Time, of map[string][]string) {
	c.total++
	c.months[at.In(triage.JST).Format("2006-01")]++
	for dim, kinds := range of {
		if c.of[dim] == nil {
			c.of[dim] = map[string]int{}
		}
		for _, k := range kinds {
			c.of[dim][k]++
		}
	}
}

// many are so many children who write by a door, are answered after some time, talk, and are content; each counted.
func (y *year) many(c *tally, n int, door string, flag triage.Flag, manner string, wait time.Duration, band string) {
	y.t.Helper()
	ctx, sato := y.t.Context(), people["sato"]
	began := y.clock.Now()
	var ids []triage.CaseID
	for range n {
		id := triage.CaseID(fmt.Sprintf("%02d%s", c.total%64, strings.ToLower(rand.Text()[:24])))
		_, err := y.store.Append(ctx, triage.Case{ID: id}, triage.Event{ID: "m", At: began, Kind: triage.KindMessage, From: triage.Seeker, Channel: door, Text: "x",
			Judgement: &triage.Judgement{Severity: triage.Soon, Flags: []triage.Flag{flag}}, DueAt: began.Add(24 * time.Hour)})
		y.must(err)
		ids = append(ids, id)
		c.count(began, map[string][]string{desk.ByDoor: {door}, desk.BySeverity: {"soon"}, desk.ByFlag: {string(flag)}, desk.ByManner: {manner},
			desk.ByAnswer: {"answered"}, desk.ByWait: {band}, desk.ByGrade: {"unknown"}, desk.ByOutcome: {"closed"}})
	}
	y.to(began.Add(wait))
	for _, id := range ids {
		_, err := y.Claim(ctx, sato, id)
		y.must(err)
		_, err = y.Say(ctx, sato, id, "m", "話してくれて、ありがとう。")
		y.must(err)
		y.does(id, "article23", "talk_on")
		y.closes(id)
	}
}

// refused asserts that 解消 is refused for want of these conditions, and that the refusal says so of an apology.
func (y *year) refused(what string, err error, want ...string) {
	y.t.Helper()
	var x *triage.Refusal
	if !errors.As(err, &x) || x.Code != triage.CodeConditions || !slices.Equal(x.Conditions, want) || !strings.Contains(x.Say, "謝罪があったことだけでは") {
		y.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// Ashiya from April to the report of the year: what happens at school is dealt with on the same day; the watch of three months
// begins again when it happens again, an apology ends nothing, and 解消 needs both conditions; what happens after it opens the
// case once more; thirty days of absence ask the school whether it is serious, and the road goes on to the council and the
// citizens; and the report of the year has the numbers of what was done in it.
func TestTheSchoolYearOfAshiya(t *testing.T) {
	y := schoolYear(t, "ashiya", "hamakaze-jhs")
	numbers := &tally{months: map[string]int{}, of: map[string]map[string]int{}}
	var id triage.CaseID
	y.sameDay(&id, numbers)
	y.watched(&id)
	y.absent(&id)
	y.on("2026-05-12 16:00", func() { y.many(numbers, 14, "chat", triage.Exclusion, "exclusion", 5*time.Minute, "10m") })
	y.on("2026-06-10 16:00", func() { y.many(numbers, 11, "line", triage.Verbal, "verbal", 40*time.Minute, "1h") })
	y.on("2026-09-02 16:00", func() { y.many(numbers, 3, "voice", triage.Verbal, "verbal", 30*time.Minute, "1h") })
	y.on("2026-11-18 10:00", func() { y.many(numbers, 12, "chat", triage.SNSSpread, "net", 6*time.Hour, "24h") })
	y.tends["observe_on"] = func(o desk.Owed) { y.does(o.Case.ID, o.What, "") }
	y.run("2027-03-31 17:00")
	_, err := y.MakeReport(t.Context(), people["mori"], 2026)
	y.want("before the year is over", err, triage.CodeBadRequest)
	y.ends([]string{"watch_over 2026-09-16 00:00"}, []string{"watch_over assignee 2027-04-12 00:00"})
	y.never(id, "weekly_meeting", "weekly_report", "emergency_team", "hottoribon", "incident_report", "resolution_report", "emergency_meeting")

	due := y.City.Year(moment("2026-04-01 00:00"), moment("2027-04-01 00:00"))
	if len(due) != 1 || due[0].Key != "yearly_report" || due[0].By.In(triage.JST).Format(time.DateOnly) != "2027-04-01" {
		t.Errorf("the year asks for %+v", due)
	}
	y.to(moment("2027-04-01 09:00"))
	report, err := y.MakeReport(t.Context(), people["mori"], 2026)
	y.must(err)
	y.told(report, numbers)
}

// told asserts that a report tells what was counted, or withholds it because it is small or would tell what is.
func (y *year) told(r figures.Report, c *tally) {
	y.t.Helper()
	if r.Year != 2026 || r.Total.Withheld || r.Total.N != c.total {
		y.t.Errorf("the report of %d has %+v cases, there were %d", r.Year, r.Total, c.total)
	}
	shown := 0
	check := func(dim string, cells map[string]figures.Cell, counted map[string]int, least int) {
		for kind, cell := range cells {
			switch n := counted[kind]; {
			case cell.Withheld:
			case cell.N != n:
				y.t.Errorf("%s %s: the report tells %d, there were %d", dim, kind, cell.N, n)
			case n > 0 && n < least:
				y.t.Errorf("%s %s tells of %d", dim, kind, n)
			case n > 0:
				shown++
			}
		}
		for kind, n := range counted {
			if cell, ok := cells[kind]; n >= least && !ok || n < least && ok && !cell.Withheld && cell.N != 0 {
				y.t.Errorf("%s %s: %d, and the report has %+v", dim, kind, n, cell)
			}
		}
	}
	check("months", r.Months, c.months, desk.SmallCell)
	for dim, cells := range r.Of {
		if least := desk.SmallCell; dim != desk.ByStage && dim != desk.BySchool && dim != desk.ByAbout && dim != desk.ByParents {
			check(dim, cells, c.of[dim], least)
		}
	}
	for dim, kind := range map[string]string{desk.ByManner: "exclusion", desk.ByDoor: "chat", desk.ByAnswer: "answered", desk.ByWait: "24h"} {
		if cell := r.Of[dim][kind]; cell.Withheld || cell.N != c.of[dim][kind] {
			y.t.Errorf("%s %s is %+v, and there were %d", dim, kind, cell, c.of[dim][kind])
		}
	}
	if may, ok := r.Months["2026-05"]; !ok || may.Withheld || may.N != 14 || shown < 10 {
		y.t.Errorf("in May %+v, and %d numbers are told", may, shown)
	}
}

// sameDay is a child of April: the school is told, and deals with it on the same day.
func (y *year) sameDay(id *triage.CaseID, c *tally) {
	var handoff string
	y.on("2026-04-20 10:00", func() {
		*id = y.child("", "chat", "悪口を言われる", triage.Soon, triage.Verbal)
		c.count(y.clock.Now(), map[string][]string{desk.ByDoor: {"chat"}, desk.BySeverity: {"soon"}, desk.ByFlag: {"verbal"}, desk.ByManner: {"verbal"},
			desk.ByAnswer: {"answered"}, desk.ByWait: {"10m"}, desk.ByGrade: {"teen"}, desk.ByOutcome: {"open"}})
		handoff = y.tells(*id, "[人物A]さんが、悪口を言われているそうです。")
		y.owes(*id, "same_day", duty.School, "2026-04-21 00:00")
		y.owes(*id, "school_report", duty.School, "2026-04-23 17:30")
		y.owes(*id, "plan", duty.School, "2026-04-23 17:30")
	})
	y.on("2026-04-20 16:00", func() {
		y.handles(handoff, "学校いじめ対策組織に報告し、本人から話を聞きました。")
		if d := y.duty(*id, "same_day"); d.Decision != duty.Met || d.Reason != "answered" || d.DoneAt.In(triage.JST).Day() != 20 {
			y.t.Errorf("the same day: %+v", d)
		}
	})
	y.on("2026-04-22 15:00", func() {
		report := y.files(handoff, "incident", map[string]string{"matter": "悪口", "place": "教室"})
		if y.caseOf(report) != *id {
			y.t.Error("the school's report is not in the case")
		}
		for sort, text := range map[string]string{"support": "席を替える", "roles": "担任が毎日話す", "prevention": "学級で話す"} {
			_, err := y.Planned(y.t.Context(), people["mori"], *id, triage.PlanItem{Sort: sort, Text: text, Who: "担任"})
			y.must(err)
		}
		y.must(y.Sweep(y.t.Context()))
		for _, what := range []string{"school_report", "plan"} {
			if d := y.duty(*id, what); d.Decision != duty.Met {
				y.t.Errorf("%s: %+v", what, d)
			}
		}
		y.owes(*id, "carry_on", duty.School, "2027-04-01 00:00")
	})
}

// watched is how it stops, happens again within the three months, stops, is resolved, and happens again after that.
func (y *year) watched(id *triage.CaseID) {
	y.on("2026-04-27 10:00", func() {
		y.observes(*id, desk.Apology, 0)
		y.refused("an apology alone", y.resolves(*id), "stopped", "watch_period", desk.ChildNoPain, desk.ParentNoPain)
	})
	y.on("2026-05-01 10:00", func() {
		y.observes(*id, desk.Stopped, 0)
		y.owes(*id, "watch_over", duty.Assignee, "2026-08-01 00:00")
	})
	y.on("2026-06-15 10:00", func() {
		y.observes(*id, desk.Recurred, 0)
		y.owes(*id, "watch_again", duty.Assignee, "2026-06-18 17:30")
		c, _ := y.load(*id)
		if slices.ContainsFunc(c.Duties, func(d triage.Duty) bool { return d.What == "watch_over" && d.DoneAt.IsZero() }) {
			y.t.Error("the old watch goes on")
		}
	})
	y.on("2026-06-18 10:00", func() {
		_, err := y.Observe(y.t.Context(), people["mori"], *id, triage.Observed{Kind: desk.Stopped, On: "2026-06-16"})
		y.must(err)
		y.must(y.Sweep(y.t.Context()))
		y.owes(*id, "watch_over", duty.Assignee, "2026-09-16 00:00")
	})
	y.on("2026-08-03 10:00", func() {
		y.observes(*id, desk.ChildNoPain, 0)
		y.observes(*id, desk.ParentNoPain, 0)
		y.refused("three months after the first time", y.resolves(*id), "watch_period", desk.ChildNoPain, desk.ParentNoPain)
	})
	y.on("2026-09-16 10:00", func() {
		y.refused("stopped, and nobody asked", y.resolves(*id), desk.ChildNoPain, desk.ParentNoPain)
		y.observes(*id, desk.ChildNoPain, 0)
		y.refused("only the child was asked", y.resolves(*id), desk.ParentNoPain)
		y.observes(*id, desk.ParentNoPain, 0)
		y.must(y.resolves(*id))
		y.owes(*id, "observe_on", duty.Assignee, "2026-10-16 10:00")
	})
	y.on("2026-11-10 10:00", func() {
		y.observes(*id, desk.Recurred, 0)
		if c, _ := y.load(*id); c.State != triage.Open {
			y.t.Errorf("it happened again, and the case is %s", c.State)
		}
		y.owes(*id, "watch_again", duty.Assignee, "2026-11-13 17:30")
	})
	y.on("2026-11-13 10:00", func() {
		_, err := y.Observe(y.t.Context(), people["mori"], *id, triage.Observed{Kind: desk.Stopped, On: "2026-11-12"})
		y.must(err)
		y.must(y.Sweep(y.t.Context()))
		y.owes(*id, "watch_over", duty.Assignee, "2027-02-12 00:00")
	})
}

// absent is that the child stays away: the school judges at thirty days, and the road goes to its end.
func (y *year) absent(id *triage.CaseID) {
	y.on("2026-12-14 10:00", func() {
		y.observes(*id, duty.AbsentTotal, 29)
		y.never(*id, "serious_ask")
	})
	y.on("2026-12-15 10:00", func() {
		y.observes(*id, duty.AbsentTotal, 30)
		y.owes(*id, "serious_ask", duty.School, "2026-12-18 17:30")
	})
	y.on("2026-12-16 10:00", func() {
		y.step(*id, "decide", "serious", "学校が判断した")
		y.owes(*id, "step:board", duty.School, "2026-12-16 10:30")
		y.owes(*id, "article30", duty.School, "2026-12-16 10:30")
		y.owes(*id, "article28", duty.Coordinator, "2026-12-21 17:30")
		y.owes(*id, "watch_check", duty.Assignee, "2026-12-21 17:30") // a decision after it stopped: did it happen again?
		y.does(*id, "watch_check", "not_recurred")
		y.to(y.clock.Now().Add(20 * time.Minute))
		y.step(*id, "board", "", "教育委員会に報告した")
		y.step(*id, "mayor", "", "教育委員会を通じて市長に報告した")
		y.writes(*id, "mayor", "mayor", "重大事態の発生について、報告します。")
		_, err := y.WatchLonger(y.t.Context(), people["mori"], *id, triage.WatchOver{Months: 5, Body: duty.Board, Reason: "被害が重い"})
		y.must(err)
		y.must(y.Sweep(y.t.Context()))
		y.owes(*id, "watch_over", duty.Assignee, "2027-04-12 00:00")
	})
	for _, s := range []struct{ at, key, choice, note string }{
		{"2026-12-18 10:00", "inquiry", "inquiry_board", "審議会が調査する"},
		{"2026-12-22 10:00", "family_first", "", "家庭の要望を聴いた"},
		{"2027-01-29 10:00", "facts", "", "五つのことを確かめた"},
		{"2027-02-02 10:00", "explain", "", "本人と保護者に説明した"},
		{"2027-02-05 10:00", "opinion", "", "保護者の所見を添えた"},
		{"2027-02-08 10:00", "result", "", "市長に報告した"},
		{"2027-02-15 10:00", "again", "go", "附属機関が再調査する"},
		{"2027-03-12 10:00", "again_result", "", "結果を説明した"},
		{"2027-03-18 10:00", "council", "", "議会に報告した"},
		{"2027-03-24 10:00", "citizens", "", "市民に公表した"},
	} {
		y.on(s.at, func() { y.step(*id, s.key, s.choice, s.note) })
	}
	y.on("2027-03-18 11:00", func() { y.writes(*id, "council", "council", "再調査の結果を、議会に報告します。") })
	y.on("2027-03-24 11:00", func() {
		_, err := y.Write(y.t.Context(), people["mori"], *id, triage.Version{Step: "citizens", Reader: "citizens", Text: "ゆうかさんのことについて"})
		y.want("a name for the citizens", err, triage.CodeBadRequest)
		_, err = y.Write(y.t.Context(), people["mori"], *id, triage.Version{Step: "citizens", Reader: "citizens", Text: "再調査の結果を、議会に報告します。"})
		y.want("the council's text for the citizens", err, triage.CodeBadRequest)
		y.writes(*id, "citizens", "citizens", "再調査の結果の概要を、公表します。")
		y.does(*id, "carry_on", "")
		y.taken(*id, "2026-12-16 decide school serious", "2026-12-16 board school 発生報告", "2026-12-16 mayor school 発生報告", "2026-12-18 inquiry board inquiry_board",
			"2026-12-22 family_first inquiry", "2027-01-29 facts inquiry 調査結果報告書", "2027-02-02 explain inquiry", "2027-02-05 opinion family",
			"2027-02-08 result board 調査結果報告書", "2027-02-15 again mayor go", "2027-03-12 again_result inquiry 再調査結果報告書",
			"2027-03-18 council mayor 議会への報告", "2027-03-24 citizens mayor 市民への公表")
	})
}
