package triage_test

import (
	"strconv"
	"testing"
	"time"

	"madoguchi/triage"
)

// zero is the desk's time at which the tests begin.
var zero = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)

// minute is so many minutes after zero.
func minute(n int) time.Time { return zero.Add(time.Duration(n) * time.Minute) }

// fold folds events that happen a minute apart, the first at minute 0.
func fold(events ...triage.Event) triage.Case {
	for i := range events {
		if events[i].At.IsZero() {
			events[i].At = minute(i)
		}
		events[i].ID, events[i].Seq = strconv.Itoa(i), int64(i+1)
	}
	return triage.Fold("07abc", events)
}

func writes(text string) triage.Event {
	return triage.Event{Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat", Text: text}
}

// judged is a message that the rules find so grave.
func judged(s triage.Severity, flags ...triage.Flag) triage.Event {
	e := writes("x")
	e.Judgement = &triage.Judgement{Severity: s, Flags: flags}
	return e
}

func answers(by string) triage.Event {
	return triage.Event{Kind: triage.KindMessage, From: triage.Counselor, By: by, Text: "読みました。"}
}

func assigns(do, to string, until time.Time) triage.Event {
	return triage.Event{Kind: triage.KindAssignment, From: triage.Counselor, Assignment: &triage.Assignment{Do: do, To: to, Until: until}}
}

// claims takes the case until minute 60.
func claims(by string) triage.Event { return assigns(triage.DoClaim, by, minute(60)) }

func releases() triage.Event { return assigns(triage.DoRelease, "", time.Time{}) }

func sets(by string, to triage.State) triage.Event {
	return triage.Event{Kind: triage.KindState, From: triage.Counselor, By: by, Change: &triage.Change{To: to}}
}

func handsOff(id, recipient, school string) triage.Event {
	return triage.Event{Kind: triage.KindHandoff, From: triage.Counselor,
		Handoff: &triage.Handoff{ID: id, Recipient: recipient, School: school, State: triage.HandoffDone}} // it begins as sent whatever it says
}

func steps(id string, to triage.HandoffState) triage.Event {
	return triage.Event{Kind: triage.KindHandoff, From: triage.AtSchool,
		Handoff: &triage.Handoff{ID: id, State: to, Answers: []triage.HandoffAnswer{{By: "t", Step: to}}}}
}

func overrules(to triage.Severity) triage.Event {
	return triage.Event{Kind: triage.KindAssessment, From: triage.Counselor, Judgement: &triage.Judgement{Severity: to}}
}

func TestStates(t *testing.T) {
	t.Parallel()
	to := func(s triage.State) []triage.Event {
		return []triage.Event{writes("1"), claims("aoki"), answers("aoki"), sets("aoki", s)}
	}
	reports := triage.Event{Kind: triage.KindReport, From: triage.AtSchool, Report: &triage.Report{ID: "07r", School: "sakura"}}
	grave := reports
	grave.Judgement = &triage.Judgement{Severity: triage.Urgent}
	handed := []triage.Event{writes("1"), claims("aoki"), answers("aoki"), handsOff("07h", "school", "sakura")}
	then := func(before []triage.Event, after ...triage.Event) []triage.Event {
		return append(before[:len(before):len(before)], after...)
	}
	for _, row := range []struct {
		name             string
		events           []triage.Event
		state            triage.State
		assignee, former string
		waits            int // minute since which somebody waits; -1 is nobody
		lease            bool
	}{
		{"a new case waits", []triage.Event{writes("1")}, triage.Waiting, "", "", 0, false},
		{"a second message waits with the first", []triage.Event{writes("1"), writes("2")}, triage.Waiting, "", "", 0, false},
		{"a report of a school waits", []triage.Event{{Kind: triage.KindReport, From: triage.AtSchool, Report: &triage.Report{ID: "07r", School: "sakura"}}}, triage.Waiting, "", "", 0, false},
		{"a school's report in an open case: nobody waits anew", []triage.Event{writes("1"), claims("aoki"), answers("aoki"), reports}, triage.Open, "aoki", "", -1, false},
		{"and who waits, waits as long as before", []triage.Event{writes("1"), claims("aoki"), reports}, triage.Open, "aoki", "", 0, true},
		{"while a school has it", then(handed, reports), triage.HandedOff, "aoki", "", -1, false},
		{"while it is watched", then(to(triage.Watching), reports), triage.Watching, "aoki", "", -1, false},
		{"of what is over", then(to(triage.Resolved), reports), triage.Resolved, "aoki", "", -1, false},
		{"graver than what was over", then(to(triage.Closed), grave), triage.Waiting, "", "aoki", 4, false},
		{"of what nobody has", []triage.Event{writes("1"), sets("aoki", triage.Watching), reports}, triage.Waiting, "", "", 2, false},
		{"claimed", []triage.Event{writes("1"), claims("aoki")}, triage.Open, "aoki", "", 0, true},
		{"answered: kept without a lease", []triage.Event{writes("1"), claims("aoki"), answers("aoki")}, triage.Open, "aoki", "", -1, false},
		{"the second person's answer is an answer", []triage.Event{writes("1"), claims("aoki"), assigns(triage.DoSecond, "mori", time.Time{}), answers("mori")}, triage.Open, "aoki", "", -1, false},
		{"a greeting of the machine is none", []triage.Event{writes("1"), claims("aoki"), {Kind: triage.KindMessage, From: triage.Desk}}, triage.Open, "aoki", "", 0, true},
		{"a note is none", []triage.Event{writes("1"), claims("aoki"), {Kind: triage.KindNote, From: triage.Counselor}}, triage.Open, "aoki", "", 0, true},
		{"written to again after an answer: open, no new lease", []triage.Event{writes("1"), claims("aoki"), answers("aoki"), writes("2")}, triage.Open, "aoki", "", 3, false},
		{"written to again before an answer", []triage.Event{writes("1"), claims("aoki"), writes("2")}, triage.Open, "aoki", "", 0, true},
		{"lapsed", []triage.Event{writes("1"), claims("aoki"), assigns(triage.DoLapse, "", time.Time{})}, triage.Waiting, "", "aoki", 0, false},
		{"released unanswered", []triage.Event{writes("1"), claims("aoki"), releases()}, triage.Waiting, "", "aoki", 0, false},
		{"released answered: waits since then", []triage.Event{writes("1"), claims("aoki"), answers("aoki"), releases()}, triage.Waiting, "", "aoki", 3, false},
		{"and a message later waits no shorter", []triage.Event{writes("1"), claims("aoki"), answers("aoki"), releases(), writes("2")}, triage.Waiting, "", "aoki", 3, false},
		{"taken by another", []triage.Event{writes("1"), claims("aoki"), releases(), claims("mori")}, triage.Open, "mori", "aoki", 0, true},
		{"transferred unanswered", []triage.Event{writes("1"), claims("aoki"), assigns(triage.DoTransfer, "mori", minute(60))}, triage.Open, "mori", "", 0, true},
		{"transferred answered: nothing to answer, no lease", []triage.Event{writes("1"), claims("aoki"), answers("aoki"), assigns(triage.DoTransfer, "mori", minute(60))}, triage.Open, "mori", "", -1, false},
		{"transferred while it waits", []triage.Event{writes("1"), assigns(triage.DoTransfer, "mori", minute(60))}, triage.Open, "mori", "", 0, true},

		{"handed off", handed, triage.HandedOff, "aoki", "", -1, false},
		{"handed off before an answer: the lease goes on", []triage.Event{writes("1"), claims("aoki"), handsOff("07h", "school", "sakura")}, triage.HandedOff, "aoki", "", 0, true},
		{"answering goes on", then(handed, answers("aoki")), triage.HandedOff, "aoki", "", -1, false},
		{"transferred while a school has it", then(handed, assigns(triage.DoTransfer, "mori", minute(60))), triage.HandedOff, "mori", "", -1, false},
		{"handed to no school", []triage.Event{writes("1"), claims("aoki"), handsOff("07h", "police", "")}, triage.Open, "aoki", "", 0, true},
		{"handed off while it waits: the child still waits", []triage.Event{writes("1"), handsOff("07h", "school", "sakura")}, triage.Waiting, "", "", 0, false},
		{"handed off out of watching", then(to(triage.Watching), handsOff("07h", "school", "sakura")), triage.HandedOff, "aoki", "", -1, false},
		{"received", then(handed, steps("07h", triage.HandoffReceived)), triage.HandedOff, "aoki", "", -1, false},
		{"the school is done", then(handed, steps("07h", triage.HandoffDone)), triage.Open, "aoki", "", -1, false},
		{"one of two schools is done", then(handed, handsOff("07i", "school", "momiji"), steps("07h", triage.HandoffDone)), triage.Open, "aoki", "", -1, false},
		{"the wrong school: nobody has it", then(handed, steps("07h", triage.HandoffWrongSchool)), triage.Open, "aoki", "", -1, false},
		{"the wrong one of two schools", then(handed, handsOff("07i", "school", "momiji"), steps("07h", triage.HandoffWrongSchool)), triage.HandedOff, "aoki", "", -1, false},
		{"done while it waits", then(handed, writes("2"), steps("07h", triage.HandoffDone)), triage.Waiting, "", "aoki", 4, false},
		{"done while it is watched", then(handed, sets("aoki", triage.Watching), steps("07h", triage.HandoffDone)), triage.Watching, "aoki", "", -1, false},
		{"written to while a school has it", then(handed, writes("2")), triage.Waiting, "", "aoki", 4, false},
		{"and taken again", then(handed, writes("2"), claims("aoki")), triage.Open, "aoki", "aoki", 4, true},
		{"released while a school has it", then(handed, releases()), triage.Waiting, "", "aoki", 4, false},

		{"watching", to(triage.Watching), triage.Watching, "aoki", "", -1, false},
		{"resolved", to(triage.Resolved), triage.Resolved, "aoki", "", -1, false},
		{"closed", to(triage.Closed), triage.Closed, "aoki", "", -1, false},
		{"opened", then(to(triage.Closed), sets("mori", triage.Open)), triage.Open, "aoki", "", -1, false},
		{"opened by whoever has it then", []triage.Event{writes("1"), sets("mori", triage.Open)}, triage.Open, "mori", "", 0, false},
		{"opened by nobody", []triage.Event{writes("1"), sets("", triage.Open)}, triage.Waiting, "", "", 0, false},
		{"set to wait", then(to(triage.Closed), sets("aoki", triage.Waiting)), triage.Waiting, "", "aoki", 4, false},
		{"set to no state", then(to(triage.Closed), sets("aoki", "")), triage.Closed, "aoki", "", -1, false},
		{"closed with a message unanswered", []triage.Event{writes("1"), claims("aoki"), sets("aoki", triage.Closed)}, triage.Closed, "aoki", "", -1, false},
		{"written to while watched", then(to(triage.Watching), writes("2")), triage.Waiting, "", "aoki", 4, false},
		{"written to when resolved", then(to(triage.Resolved), writes("2")), triage.Waiting, "", "aoki", 4, false},
		{"written to when closed", then(to(triage.Closed), writes("2")), triage.Waiting, "", "aoki", 4, false},
		{"released when closed: stays closed", then(to(triage.Closed), releases()), triage.Closed, "", "aoki", -1, false},
		{"released while watched", then(to(triage.Watching), releases()), triage.Waiting, "", "aoki", 4, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := fold(row.events...)
			if c.State != row.state || c.Assignee != row.assignee || c.Former != row.former {
				t.Errorf("%s of %q, formerly of %q; want %s of %q, formerly of %q", c.State, c.Assignee, c.Former, row.state, row.assignee, row.former)
			}
			waits := -1
			if !c.WaitingSince.IsZero() {
				waits = int(c.WaitingSince.Sub(zero) / time.Minute)
			}
			if waits != row.waits {
				t.Errorf("waits since minute %d, want %d", waits, row.waits)
			}
			if c.LeaseUntil.IsZero() == row.lease {
				t.Errorf("lease until %v, want one: %v", c.LeaseUntil, row.lease)
			}
			if c.Version != int64(len(row.events)) || !c.OpenedAt.Equal(zero) || !c.LastAt.Equal(minute(len(row.events)-1)) {
				t.Errorf("version %d, opened %v, last %v", c.Version, c.OpenedAt, c.LastAt)
			}
		})
	}
}

func TestSeverity(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name      string
		events    []triage.Event
		want      triage.Severity
		overruled bool
	}{
		{"nothing judged", []triage.Event{writes("1")}, triage.Routine, false},
		{"judged", []triage.Event{judged(triage.Soon)}, triage.Soon, false},
		{"raised by a later message", []triage.Event{judged(triage.Soon), judged(triage.Emergency)}, triage.Emergency, false},
		{"never lowered by rules", []triage.Event{judged(triage.Urgent), judged(triage.Routine), judged(triage.Soon)}, triage.Urgent, false},
		{"never lowered by an unknown word", []triage.Event{judged(triage.Urgent), judged("calm")}, triage.Urgent, false},
		{"raised by a person", []triage.Event{judged(triage.Soon), overrules(triage.Emergency)}, triage.Emergency, true},
		{"lowered by a person", []triage.Event{judged(triage.Urgent), overrules(triage.Routine)}, triage.Routine, true},
		{"a person's is kept", []triage.Event{judged(triage.Urgent), overrules(triage.Soon), judged(triage.Soon)}, triage.Soon, true},
		{"until the rules find worse", []triage.Event{judged(triage.Urgent), overrules(triage.Soon), judged(triage.Urgent)}, triage.Urgent, false},
		{"and a person may lower it again", []triage.Event{judged(triage.Urgent), overrules(triage.Soon), judged(triage.Urgent), overrules(triage.Routine)}, triage.Routine, true},
		{"judged again by the machine", []triage.Event{judged(triage.Soon), {Kind: triage.KindAssessment, From: triage.System, Judgement: &triage.Judgement{Severity: triage.Urgent}}}, triage.Urgent, false},
		{"an assessment without a judgement", []triage.Event{judged(triage.Soon), {Kind: triage.KindAssessment, From: triage.Counselor}}, triage.Soon, false},
		{"a school's report is judged too", []triage.Event{{Kind: triage.KindReport, From: triage.AtSchool, Report: &triage.Report{ID: "07r"}, Judgement: &triage.Judgement{Severity: triage.Urgent}}}, triage.Urgent, false},
	} {
		if c := fold(row.events...); c.Severity != row.want || c.Overruled != row.overruled {
			t.Errorf("%s: %s, overruled %v; want %s, %v", row.name, c.Severity, c.Overruled, row.want, row.overruled)
		}
	}
}
