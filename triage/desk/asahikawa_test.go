package desk_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/duty"
	"madoguchi/triage/meeting"
)

// letter is that a scanned letter of that month comes, is compared with its picture, answered, printed and posted, all before
// its answer is due.
func (y *year) letter(month time.Time, text string, flags ...triage.Flag) {
	y.t.Helper()
	ctx, sato, now := y.t.Context(), people["sato"], y.clock.Now()
	due := y.City.CaseTerms().AnswerBy[triage.Soon](now)
	id := triage.CaseID(fmt.Sprintf("07letter%018d", now.Unix()))
	scanned := month.Format("〔2006年1月の手紙〕") + "\n" + text + "\n〔返事：手紙で、書いたところへ〕\n〔送り先〕[電話1]\n[人物A]\n[写真1]"
	c, err := y.store.Append(ctx, triage.Case{ID: id}, triage.Event{ID: "scan", At: now, Kind: triage.KindMessage, From: triage.Seeker, Channel: "letter", Text: scanned,
		Unchecked: true, Files: []triage.File{{ID: "a", Sort: "picture"}}, DueAt: due, Judgement: &triage.Judgement{Severity: triage.Soon, Flags: flags}})
	y.must(err)
	y.cases = append(y.cases, id)
	_, err = y.Claim(ctx, sato, id)
	y.must(err)
	read, err := y.Reading(ctx, sato, id, 1)
	y.must(err)
	if read.Text.Head != month.Format("2006年1月の手紙") || read.Text.Words != text || !slices.Equal(read.Text.Wishes, []string{triage.WishPost}) || read.Checked {
		y.t.Errorf("the letter reads %+v", read)
	}
	_, err = y.Compare(ctx, sato, id, 1, desk.Comparison{Base: read.Base, Words: text + "。", Wishes: read.Text.Wishes, Reach: read.Text.Reach})
	y.must(err)
	y.to(now.Add(10 * time.Minute))
	said := y.answered(id)
	all, err := y.Letters(ctx, sato)
	y.must(err)
	if len(all) != 1 || !slices.Equal(all[0].Unposted, []int64{said}) {
		y.t.Errorf("the letters are %+v", all)
	}
	pdf, err := y.Letter(ctx, sato, id, said, desk.Posting{Final: true})
	y.must(err)
	if !bytes.HasPrefix(pdf, []byte("%PDF")) {
		y.t.Error("no letter was printed")
	}
	_, err = y.Posted(ctx, sato, id, said, desk.PostedMail)
	y.must(err)
	if c, _ = y.load(id); len(c.Unposted) != 0 || len(c.Unchecked) != 0 || !c.WaitingSince.IsZero() || !y.clock.Now().Before(due) {
		y.t.Errorf("the letter is not answered in time: %+v", c)
	}
	if all, err = y.Letters(ctx, sato); err != nil || len(all) != 0 {
		y.t.Errorf("letters are left: %+v %v", all, err)
	}
	y.must(y.Sweep(ctx))
}

// closes is that a lead ends a case as the child wished.
func (y *year) closes(id triage.CaseID) {
	y.t.Helper()
	_, err := y.SetState(y.t.Context(), people["mori"], id, desk.StateChange{To: triage.Closed, Reason: "本人が、これでよいと言った"})
	y.must(err)
}

// meets holds the weekly meeting: everything that is before it is decided, minuted with who decided and why, and the topics of
// the hard case are returned.
func (y *year) meets(hard triage.CaseID) (topics []meeting.Topic) {
	y.t.Helper()
	ctx, kato := y.t.Context(), people["kato"]
	m, err := y.CallMeeting(ctx, kato, []string{"sato", "mori", "ito"})
	y.must(err)
	pack, err := y.Pack(ctx, people["ito"], m.ID)
	y.must(err)
	for _, item := range pack.Items {
		decision := "go_on"
		switch {
		case item.Case.ID == hard:
			topics = item.Topics
			if item.Has(meeting.Silent) {
				decision = "ask_school"
			}
		case slices.ContainsFunc(item.Owed, func(d triage.Duty) bool { return d.What == meeting.Article23 }):
			decision = "article23.talk_on"
		}
		_, err := y.Decide(ctx, kato, m.ID, desk.Decision{Case: item.Case.ID, Decision: decision, Reason: "本人の気持ちを大切にする"})
		y.must(err)
	}
	_, err = y.EndMeeting(ctx, kato, m.ID)
	y.must(err)
	ended, err := y.Pack(ctx, people["sato"], m.ID)
	y.must(err)
	if !ended.Record.Ended() || len(ended.Record.Done) != len(pack.Items) || len(pack.Items) > 0 && len(ended.Record.Done[0].Deciders) != 4 {
		y.t.Errorf("the minutes are %+v", ended.Record)
	}
	return topics
}

// reportsWeek is the school's weekly report, with what it wrote last week and what changed.
func (y *year) reportsWeek(handoff string, on time.Time, last string) string {
	y.t.Helper()
	ctx := y.t.Context()
	v, err := y.Portal().Week(ctx, y.school, handoff)
	y.must(err)
	if v.Last["done"] != last || v.DueAt.Before(on) && on.Format(time.DateOnly) != "2027-01-08" {
		y.t.Errorf("the report of %s is due %s, and begins with %q, want %q", on, v.DueAt, v.Last["done"], last)
	}
	fields := map[string]string{"state": "かわらない", "attendance": "別室に来ている"}
	for key, text := range v.Last {
		fields[key] = text
	}
	fields["done"] = on.Format("1月2日") + "までの見守り"
	_, err = y.Portal().ReportWeek(ctx, y.school, handoff, fields)
	y.must(err)
	return fields["done"]
}

// Asahikawa from April to March: the letters of July, October and January, each answered within its term; a hard case of
// September, with the school's report and the minuted meeting of every week until it is none any more; the emergency team,
// which goes out in November at a risk, before anybody says that the case is serious; and the end of both kinds of cases.
func TestTheSchoolYearOfAsahikawa(t *testing.T) {
	y := schoolYear(t, "asahikawa", "hinode-jhs")
	var months []string
	for _, turn := range y.City.Year(moment("2026-04-01 00:00"), moment("2027-04-01 00:00")) {
		first := turn.By.AddDate(0, -1, 0).In(triage.JST)
		months = append(months, turn.Key+first.Format(" 2006-01"))
		text, flags := "部活がつかれます", []triage.Flag{}
		if first.Month() == time.October {
			text, flags = "くつをかくされました", []triage.Flag{triage.Property}
		}
		y.on(first.Format("2006-01")+"-12 10:00", func() { y.letter(first, text, flags...) })
		y.on(first.Format("2006-01")+"-13 15:30", func() { y.closes(y.cases[len(y.cases)-1]) })
	}
	if got := strings.Join(months, ", "); got != "letters 2026-07, letters 2026-10, letters 2027-01" {
		t.Fatalf("the letters are handed out in %s", got)
	}

	var id triage.CaseID
	var handoff, last string
	meetings, reports := 0, 0
	y.on("2026-09-01 16:00", func() {
		id = y.child("", "chat", "なかまはずれで、学校に行けない", triage.Soon, triage.Absence, triage.Exclusion)
		y.owes(id, "article23", duty.Assignee, "2026-09-04 17:15")
		y.owes(id, "weekly_meeting", duty.Coordinator, "2026-09-08 16:00")
		y.never(id, "weekly_report", "emergency_team")
	})
	y.on("2026-09-02 10:00", func() {
		handoff = y.tells(id, "[人物A]さんが、学校に行きづらいそうです。")
		y.owes(id, "weekly_report", duty.School, "2026-09-09 10:00")
		y.owes(id, "school_report", duty.School, "2026-09-07 17:15")
		y.handles(handoff, "登校の見守りを始めました。")
		if d := y.duty(id, "article23"); d.Decision != duty.Met || d.Reason != "told.school" {
			t.Errorf("article 23: %+v", d)
		}
	})
	y.on("2026-09-03 16:00", func() {
		y.files(handoff, "incident", map[string]string{"matter": "なかまはずれ", "place": "教室"})
		if d := y.duty(id, "school_report"); d.Reason != "reported.incident" {
			t.Errorf("the report of every case: %+v", d)
		}
	})
	y.weekly("2026-09-08 15:00", "2027-02-23 15:00", func(on time.Time) {
		topics := y.meets(id)
		meetings++
		eased := on.After(moment("2027-01-25 00:00"))
		if slices.Contains(topics, meeting.Hard) == eased || slices.Contains(topics, meeting.Silent) != (on.Format(time.DateOnly) == "2027-01-05") {
			t.Errorf("the meeting of %s has %v before it", on.Format(time.DateOnly), topics)
		}
	})
	y.weekly("2026-09-04 16:00", "2027-01-29 16:00", func(on time.Time) {
		if on.Format(time.DateOnly) == "2027-01-01" {
			return // nobody reports on New Year's Day
		}
		last = y.reportsWeek(handoff, on, last)
		reports++
	})
	y.team(&id, &handoff)
	y.on("2026-11-24 10:00", func() { y.observes(id, desk.Stopped, 0) })
	y.on("2027-01-06 09:00", func() {
		if _, events := y.load(id); !slices.ContainsFunc(events, func(e triage.Event) bool { return strings.HasPrefix(e.ID, "climbed:weekly_report:") }) {
			t.Error("a report that does not come is not the supervisor's after a day of work")
		}
	})
	y.on("2027-01-26 10:00", func() { y.observes(id, duty.Eased, 0) })
	y.on("2027-02-23 16:00", func() { y.want("a day before the watch ends", y.resolves(id), triage.CodeConditions) })
	y.on("2027-02-24 10:00", func() {
		y.observes(id, desk.ChildNoPain, 0)
		y.observes(id, desk.ParentNoPain, 0)
		y.must(y.resolves(id))
		y.owes(id, "observe_on", duty.Assignee, "2027-03-26 10:00")
	})
	y.tends["observe_on"] = func(o desk.Owed) { y.does(o.Case.ID, o.What, "") }
	y.run("2027-03-31 17:00")

	if meetings != 25 || reports != 21 {
		t.Errorf("%d meetings and %d reports", meetings, reports)
	}
	y.weeks(id, "weekly_meeting", "2026-09-08 16:00", "2027-03-03 00:00")
	y.weeks(id, "weekly_report", "2026-09-09 10:00", "2027-01-30 00:00")
	c, events := y.load(id)
	minutes := 0
	for _, e := range events {
		if e.Minute != nil && e.Text != "" && len(e.Minute.Deciders) == 4 {
			minutes++
		}
	}
	if filed := c.Filed(); minutes != meetings || len(filed) != reports+1 || c.State != triage.Resolved {
		t.Errorf("the case has %d minutes and %d reports, and is %s", minutes, len(filed), c.State)
	}
	y.never(id, "article30", "article28", "same_day", "hottoribon", "incident_report", "resolution_report", "plan", "emergency_meeting")
	y.ends([]string{"watch_over 2027-02-24 00:00", "weekly_report 2027-01-02 00:00"},
		[]string{"observe_on assignee 2027-04-25 00:00"})
}

// team is the emergency team in November: the school asks for it, words of the child make it owed at once, and what it found
// and decided is written down; nobody has said that the case is serious.
func (y *year) team(id *triage.CaseID, handoff *string) {
	y.on("2026-11-10 15:30", func() {
		_, err := y.Portal().Answer(y.t.Context(), y.school, *handoff, triage.HandoffAnswer{Step: triage.HandoffNeedsHelp, Text: "対応に迷っています。", Help: []string{triage.HelpTeam}})
		y.must(err)
		y.owes(*id, "help:"+*handoff, duty.Coordinator, "2026-11-10 16:00")
		y.does(*id, "help:"+*handoff, "")
	})
	y.on("2026-11-10 16:30", func() {
		y.child(*id, "chat", "もう死にたい", triage.Urgent, triage.Suicide)
		y.owes(*id, "emergency_team", duty.Coordinator, "2026-11-10 17:00")
	})
	y.on("2026-11-10 16:50", func() { y.step(*id, "team", "send", "部内で共有し、学校へ派遣する") })
	y.on("2026-11-11 11:00", func() {
		y.step(*id, "team_facts", "", "担任と養護教諭から聞き、別室での様子を確かめた")
	})
	y.on("2026-11-11 15:00", func() { y.step(*id, "team_advice", "", "見守りの体制について助言した") })
	y.on("2026-11-13 15:00", func() {
		y.step(*id, "team_support", "", "別室での支援と、毎週の面談を学校と決めた")
		y.taken(*id, "2026-11-10 team desk send", "2026-11-11 team_facts team 確認したこと", "2026-11-11 team_advice team", "2026-11-13 team_support team 支援の方針")
		road, err := y.Road(y.t.Context(), people["mori"], *id)
		y.must(err)
		if facts, _ := road.Step("team_facts"); road.Serious || road.Declared || !strings.Contains(facts.Note, "養護教諭") {
			y.t.Errorf("at a risk the case is %+v", road.Standing)
		}
	})
}

// weeks asserts that a duty came each week from its first day to its last, whatever the hour at which it was done.
func (y *year) weeks(id triage.CaseID, what, first, last string) {
	y.t.Helper()
	days := y.turns(id, what)
	if len(days) == 0 || days[0] != first || days[len(days)-1] != last {
		y.t.Fatalf("%s was owed on %v", what, days)
	}
	due := moment(days[1])
	for _, d := range days[2:] {
		if due = due.AddDate(0, 0, 7); d == "2027-01-16 00:00" {
			due = moment(d)
		}
		want := due
		if _, works := y.City.Works(due.Add(-1)); what == "weekly_meeting" && !works { // nobody meets then
			want = duty.Term{Business: 1}.After(due.Add(-1), y.City)
		}
		if !moment(d).Equal(want) {
			y.t.Errorf("%s is owed on %s, and not on %v", what, d, want)
		}
	}
}
