package meeting

import (
	"reflect"
	"testing"
	"time"

	"madoguchi/triage"
)

var now = time.Date(2026, 12, 10, 10, 0, 0, 0, time.UTC)

func TestAgenda(t *testing.T) {
	old := now.AddDate(0, -1, 0)
	waiting := []string{Stopped, WatchPeriod}
	owes := func(d triage.Duty) Paper {
		return Paper{Case: triage.Case{State: triage.Open, OpenedAt: old, TouchedAt: now, Duties: []triage.Duty{d}}, Unmet: waiting}
	}
	for name, x := range map[string]struct {
		paper Paper
		want  []Topic
	}{
		"new":             {Paper{Case: triage.Case{State: triage.Waiting, OpenedAt: now.Add(-time.Hour), TouchedAt: now}, Unmet: waiting}, []Topic{New}},
		"nothing":         {Paper{Case: triage.Case{State: triage.Open, OpenedAt: old, TouchedAt: now}, Unmet: waiting}, nil},
		"over":            {Paper{Case: triage.Case{State: triage.Closed, OpenedAt: old}}, nil},
		"began and ended": {Paper{Case: triage.Case{State: triage.Closed, OpenedAt: now.Add(-time.Hour)}}, []Topic{New}},
		"ended undecided": {Paper{Case: triage.Case{State: triage.Resolved, OpenedAt: old, Duties: []triage.Duty{{What: Article23, DueAt: now.Add(-1)}}}}, []Topic{Overdue, NotTold}},
		"withdrawn":       {Paper{Case: triage.Case{State: triage.Open, OpenedAt: now, ErasedAt: now}}, nil},
		"overdue":         {owes(triage.Duty{What: "x", Owner: "assignee", DueAt: now.Add(-1)}), []Topic{Overdue}},
		"not yet":         {owes(triage.Duty{What: "x", Owner: "assignee", DueAt: now.Add(1)}), nil},
		"told nobody":     {owes(triage.Duty{What: Article23, Owner: "assignee", DueAt: now.Add(Every)}), []Topic{NotTold}},
		"and is late":     {owes(triage.Duty{What: Article23, Owner: "assignee", DueAt: now.Add(-1)}), []Topic{Overdue, NotTold}},
		"decided":         {owes(triage.Duty{What: Article23, DueAt: now.Add(-1), DoneAt: now}), nil},
		"silent":          {owes(triage.Duty{What: "acknowledge:1", Owner: "school", DueAt: now.Add(-1)}), []Topic{Silent}},
		"watch ends":      {owes(triage.Duty{What: Watch, Owner: "assignee", DueAt: now.Add(Every - 1)}), []Topic{WatchEnd}},
		"watch ends late": {owes(triage.Duty{What: Watch, Owner: "assignee", DueAt: now.Add(Every + 1)}), nil},
		"the week's":      {owes(triage.Duty{What: Weekly, Owner: "coordinator", DueAt: now.Add(Every - 1)}), []Topic{Asked}},
		"had it already":  {owes(triage.Duty{What: Weekly, Owner: "coordinator", DueAt: now.Add(Every)}), nil},
		"hard":            {Paper{Case: triage.Case{State: triage.Open, OpenedAt: old, TouchedAt: now}, Hard: []string{"absence"}, Unmet: waiting}, []Topic{Hard}},
		"to be resolved":  {Paper{Case: triage.Case{State: triage.Watching, OpenedAt: old, TouchedAt: now}, Unmet: []string{"child_no_pain"}}, []Topic{Resolve}},
		"untouched":       {Paper{Case: triage.Case{State: triage.Watching, OpenedAt: old}, Unmet: waiting}, []Topic{Lies}},
	} {
		var got []Topic
		if items := Agenda([]Paper{x.paper}, now.Add(-Every), now); len(items) == 1 {
			got = items[0].Topics
		}
		if !reflect.DeepEqual(got, x.want) {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
}

func TestTheLastMeetingBefore(t *testing.T) {
	a, b := now.AddDate(0, 0, -9), now.AddDate(0, 0, -2)
	all := map[string]Record{"a": {At: a}, "b": {At: b}, "c": {At: now.Add(time.Hour)}}
	if got := Last(all, now); !got.Equal(b) {
		t.Errorf("%v", got)
	}
	if got := Last(all, b); !got.Equal(a) {
		t.Errorf("%v", got)
	}
	if got := Last(nil, now); !got.Equal(now.Add(-Every)) {
		t.Errorf("%v", got)
	}
}
