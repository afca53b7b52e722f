package board

import (
	"testing"
	"time"

	"madoguchi/triage"
)

var now = time.Date(2026, 12, 10, 10, 0, 0, 0, triage.JST) // a Thursday

func TestOfCounts(t *testing.T) {
	done := now.Add(-time.Hour)
	cases := []triage.Case{
		{State: triage.Waiting, Severity: triage.Emergency, WaitingSince: now.Add(-3 * time.Minute), DueAt: now.Add(time.Minute), TouchedAt: now,
			Duties: []triage.Duty{{What: "alarm", DueAt: now.Add(-time.Minute)}}},
		{State: triage.Waiting, Severity: triage.Emergency, WaitingSince: now.Add(-9 * time.Minute), DueAt: now.Add(-time.Minute), TouchedAt: now},
		{State: triage.Open, Assignee: "sato", Severity: triage.Soon, WaitingSince: now.Add(-time.Hour), TouchedAt: now,
			Duties: []triage.Duty{{What: "a", DueAt: now.Add(-1)}, {What: "b", DueAt: now.Add(-1), DoneAt: done}, {What: "c", DueAt: now.Add(1)}}},
		{State: triage.HandedOff, Assignee: "sato", Severity: triage.Soon, OpenedAt: now.Add(-Untouched),
			Handoffs: []triage.Handoff{{School: "x", State: triage.HandoffSent}, {School: "y", State: triage.HandoffReceived, ReadAt: done}, {Recipient: "police", State: triage.HandoffSent}},
			Duties:   []triage.Duty{{Kind: "acknowledge", Owner: "school", DueAt: now.Add(-1)}, {Kind: "school_answer", Owner: "school", DueAt: now.Add(-1)}}},
		{State: triage.Closed, Assignee: "sato", OpenedAt: now.Add(-2 * Untouched)},
		{State: triage.Waiting, Severity: triage.Urgent, ErasedAt: now, WaitingSince: now.Add(-time.Hour), Duties: []triage.Duty{{What: "alarm"}}},
	}
	b := Of(cases, now)
	if r := b.Waiting[0]; r != (Row{triage.Emergency, 2, 9 * time.Minute, 1}) {
		t.Errorf("emergencies %+v", r)
	}
	if r := b.Waiting[1]; r != (Row{Severity: triage.Urgent}) {
		t.Errorf("urgent %+v", r)
	}
	if r := b.Waiting[2]; r != (Row{triage.Soon, 1, time.Hour, 0}) {
		t.Errorf("soon %+v", r)
	}
	b.Waiting = nil
	if got, want := b, (Board{Alarms: 1, Overdue: 1, Handoffs: 1, Late: 1, Untouched: 1, Open: 2}); got.Alarms != want.Alarms || got.Overdue != want.Overdue ||
		got.Handoffs != want.Handoffs || got.Late != want.Late || got.Untouched != want.Untouched || got.Open != want.Open {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestExposureCountsEachGraveCaseOnceAWeek(t *testing.T) {
	act := func(by string, at time.Time) triage.Event {
		return triage.Event{Kind: triage.KindMessage, From: triage.Counselor, By: by, At: at}
	}
	judged := triage.Event{Kind: triage.KindMessage, From: triage.Seeker, At: now.AddDate(0, 0, -20), Judgement: &triage.Judgement{Severity: triage.Emergency}}
	week := now.AddDate(0, 0, -7)
	all := []History{
		{triage.Case{Severity: triage.Routine}, []triage.Event{judged, act("sato", week), act("sato", week.Add(time.Hour)), act("sato", now), act("abe", now)}},
		{triage.Case{Severity: triage.Urgent}, []triage.Event{act("sato", now), act("sato", now.AddDate(0, 0, -40)),
			{Kind: triage.KindHandoff, From: triage.AtSchool, By: "hinode", At: now}}},
		{triage.Case{Severity: triage.Soon}, []triage.Event{act("sato", now)}},
	}
	loads := Exposure(all, now, 2)
	if len(loads) != 2 || loads[0].Login != "abe" || loads[1].Login != "sato" {
		t.Fatalf("%+v", loads)
	}
	w := loads[1].Weeks
	if w[0].Cases != 1 || w[0].Emergency != 1 || w[1].Cases != 2 || w[1].Emergency != 1 || loads[1].Total() != 3 {
		t.Errorf("%+v", w)
	}
	if from := w[1].From; !from.Equal(time.Date(2026, 12, 7, 0, 0, 0, 0, triage.JST)) {
		t.Errorf("the week begins %v", from)
	}
}
