package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"madoguchi/triage"
)

var listTests = map[string]func(*testing.T, triage.Store){
	"MostPressingFirst":            mostPressingFirst,
	"PagesJoinToTheWhole":          pagesJoin,
	"PagesOfCrowdedPartitions":     crowdedPartitions,
	"TheOrderFollowsTheCase":       orderFollows,
	"ByState":                      byState,
	"ByAssignee":                   byAssignee,
	"BySchool":                     bySchool,
	"ByReference":                  byReference,
	"ErasedOnlyWhereAsked":         erasedOnlyWhereAsked,
	"QuestionsCombine":             questionsCombine,
	"LimitsAndCursors":             limitsAndCursors,
	"ManyInOneMinuteOnePartition":  manyInOneMinute,
	"ManyOnOneDay":                 manyOnOneDay,
	"ListedIsWhatIsLoaded":         listedIsLoaded,
	"ManyThatDoNotWait":            manyThatDoNotWait,
	"APageSkipsWhatDoesNotMatchIt": pageSkips,
}

// order is the order of a list.
func order(a, b triage.Case) int {
	return cmp.Or(cmp.Compare(a.Severity.Rank(), b.Severity.Rank()), compareWait(a, b), cmp.Compare(a.ID, b.ID))
}

// compareWait puts first who waits longer; who does not wait comes last.
func compareWait(a, b triage.Case) int {
	if az, bz := a.WaitingSince.IsZero(), b.WaitingSince.IsZero(); az != bz {
		if az {
			return 1
		}
		return -1
	}
	return a.WaitingSince.Compare(b.WaitingSince)
}

func idsOf(cases []triage.Case) []triage.CaseID {
	ids := []triage.CaseID{}
	for _, c := range cases {
		ids = append(ids, c.ID)
	}
	return ids
}

func mostPressingFirst(t *testing.T, s triage.Store) {
	want := []triage.CaseID{id(40, "a"), id(3, "a"), id(3, "b"), id(50, "c"), id(1, "z"), id(0, "a")}
	begin(t, s, want[5], message("m", 0, triage.Routine))
	begin(t, s, want[4], message("m", -100*24*time.Hour, triage.Soon))
	begin(t, s, want[3], message("m", 2*time.Nanosecond, triage.Urgent))
	begin(t, s, want[2], message("m", time.Nanosecond, triage.Urgent)) // the same time as the next: by id
	begin(t, s, want[1], message("m", time.Nanosecond, triage.Urgent))
	begin(t, s, want[0], message("m", time.Hour, triage.Emergency))
	same(t, "the queue", list(t, s, triage.Query{State: triage.Waiting}), want)
	same(t, "all", list(t, s, triage.Query{}), want)
}

// crowd makes n cases, each in the partition that in says, with many ties, and returns them in order.
func crowd(t *testing.T, s triage.Store, n int, in func(i int) int) []triage.Case {
	t.Helper()
	var all []triage.Case
	for i := range n {
		at := time.Duration(i%7) * 20 * time.Second // three a minute, ties in each
		c := begin(t, s, newID(in(i)), message("m", at, triage.Severities[i%3]))
		if i%5 == 0 {
			c = add(t, s, c, claim("c", "aoki", time.Hour), said("s", 1)) // answered: does not wait
		}
		all = append(all, c)
	}
	slices.SortFunc(all, order)
	return all
}

func pagesJoin(t *testing.T, s triage.Store) {
	want := idsOf(crowd(t, s, 80, func(i int) int { return i * 11 % 64 }))
	for _, limit := range []int{1, 7, 50, 79, 80, 81, 200} {
		same(t, fmt.Sprintf("in pages of %d", limit), list(t, s, triage.Query{Limit: limit}), want)
	}
}

func crowdedPartitions(t *testing.T, s triage.Store) {
	want := idsOf(crowd(t, s, 80, func(i int) int { return []int{0, 0, 0, 0, 7, 7, 63, i % 64}[i%8] }))
	for _, limit := range []int{3, 20, 64, 79, 80} {
		same(t, fmt.Sprintf("in pages of %d", limit), list(t, s, triage.Query{Limit: limit}), want)
	}
}

func orderFollows(t *testing.T, s triage.Store) {
	a := begin(t, s, id(10, "a"), message("m", 0, triage.Soon))
	b := begin(t, s, id(10, "b"), message("m", time.Minute, triage.Soon))
	same(t, "at first", list(t, s, triage.Query{}), idsOf([]triage.Case{a, b}))
	b = add(t, s, b, message("n", 2*time.Minute, triage.Emergency))
	same(t, "b is graver", list(t, s, triage.Query{}), idsOf([]triage.Case{b, a}))
	b = add(t, s, b, triage.Event{ID: "o", At: start, Kind: triage.KindAssessment, From: triage.Counselor,
		Judgement: &triage.Judgement{Severity: triage.Routine}})
	same(t, "a person overruled", list(t, s, triage.Query{}), idsOf([]triage.Case{a, b}))
}

func byState(t *testing.T, s triage.Store) {
	made := map[triage.State]triage.CaseID{}
	for i, state := range triage.States {
		c := begin(t, s, newID(i), message("m", 0, triage.Soon), claim("c", "aoki", time.Hour))
		switch state {
		case triage.Waiting:
			c = add(t, s, c, triage.Event{ID: "r", At: start, Kind: triage.KindAssignment, Assignment: &triage.Assignment{Do: triage.DoRelease}})
		case triage.HandedOff:
			c = add(t, s, c, handoff("h", fmt.Sprintf("%02dh", i), "sakura"))
		case triage.Open:
		default:
			c = add(t, s, c, triage.Event{ID: "s", At: start, Kind: triage.KindState, By: "aoki", Change: &triage.Change{To: state}})
		}
		if c.State != state {
			t.Fatalf("the case is %s, want %s", c.State, state)
		}
		made[state] = c.ID
	}
	for _, state := range triage.States {
		same(t, string(state), list(t, s, triage.Query{State: state}), []triage.CaseID{made[state]})
	}
	if got := list(t, s, triage.Query{}); len(got) != len(triage.States) {
		t.Errorf("all: %d, want %d", len(got), len(triage.States))
	}
}

func byAssignee(t *testing.T, s triage.Store) {
	a := begin(t, s, newID(1), message("m", 0, triage.Soon), claim("c", "aoki", time.Hour))
	b := begin(t, s, newID(2), message("m", 0, triage.Urgent), claim("c", "aoki", time.Hour))
	begin(t, s, newID(3), message("m", 0, triage.Urgent), claim("c", "mori", time.Hour))
	begin(t, s, newID(4), message("m", 0, triage.Urgent))
	same(t, "aoki's", list(t, s, triage.Query{Assignee: "aoki"}), []triage.CaseID{b.ID, a.ID})
	add(t, s, b, triage.Event{ID: "t", At: start, Kind: triage.KindAssignment, Assignment: &triage.Assignment{Do: triage.DoTransfer, To: "mori"}})
	same(t, "aoki's after a transfer", list(t, s, triage.Query{Assignee: "aoki"}), []triage.CaseID{a.ID})
	if got := list(t, s, triage.Query{Assignee: "mori"}); len(got) != 2 {
		t.Errorf("mori's: %d, want 2", len(got))
	}
	if got := list(t, s, triage.Query{Assignee: "nobody"}); len(got) != 0 {
		t.Errorf("nobody's: %v", got)
	}
}

func bySchool(t *testing.T, s triage.Store) {
	var want []triage.CaseID
	for i := range 30 {
		c := begin(t, s, newID(i*17%64), message("m", time.Duration(i)*time.Hour, triage.Severities[i%4]))
		if i%3 == 0 {
			c = add(t, s, c, handoff("h", string(c.ID[:2])+"h", "sakura"))
			want = append(want, c.ID)
		} else {
			add(t, s, c, handoff("h", string(c.ID[:2])+"h", "momiji"))
		}
	}
	r := begin(t, s, newID(61), triage.Event{ID: "r", At: start, Kind: triage.KindReport, From: triage.AtSchool, Channel: "school",
		Report: &triage.Report{ID: "61r", School: "sakura", Form: "incident"}})
	want = append(want, r.ID)
	slices.Sort(want)
	for _, limit := range []int{1, 3, 50} {
		same(t, fmt.Sprintf("in pages of %d", limit), list(t, s, triage.Query{School: "sakura", Limit: limit}), want)
	}
	if got := list(t, s, triage.Query{School: "kaede"}); len(got) != 0 {
		t.Errorf("another school's: %v", got)
	}
}

func byReference(t *testing.T, s triage.Store) {
	c := begin(t, s, newID(12), message("m", 0, triage.Soon),
		triage.Event{ID: "k", At: start, Kind: triage.KindHandoff, From: triage.Counselor,
			Consent: &triage.Consent{ID: "12consent", School: "sakura", Level: triage.LevelNamed, Answer: triage.AnswerAsked}},
		handoff("h", "12handoff", "sakura"), handoff("other", "nothing-of-the-case", "momiji"),
		triage.Event{ID: "r", At: start, Kind: triage.KindReport, From: triage.AtSchool,
			Report: &triage.Report{ID: "12report", School: "momiji", Form: "incident"}})
	begin(t, s, newID(12), message("m", 0, triage.Soon))
	for _, ref := range []string{"12consent", "12handoff", "12report", "nothing-of-the-case"} {
		same(t, ref, list(t, s, triage.Query{Ref: ref}), []triage.CaseID{c.ID})
	}
	for _, q := range []triage.Query{{Ref: "12other"}, {Ref: "13handoff"}, {Ref: "99x"}, {Ref: "x"}, {Ref: "１２handoff"},
		{Ref: "12handoff", School: "kaede"}, {Ref: "12handoff", State: triage.Closed}, {Ref: string(c.ID)}} {
		if got := list(t, s, q); len(got) != 0 {
			t.Errorf("%+v gives %v", q, got)
		}
	}
}

func erasedOnlyWhereAsked(t *testing.T, s triage.Store) {
	kept := begin(t, s, id(20, "b"), message("m", 0, triage.Soon), claim("c", "aoki", time.Hour), handoff("h", "20kept", "sakura"))
	gone := begin(t, s, id(20, "a"), message("m", 0, triage.Soon), claim("c", "aoki", time.Hour), handoff("h", "20gone", "sakura"))
	gone = add(t, s, gone, erase("e"))
	for name, q := range map[string]triage.Query{"all": {}, "state": {State: triage.HandedOff}, "assignee": {Assignee: "aoki"}, "school": {School: "sakura"}} {
		same(t, name, list(t, s, q), []triage.CaseID{kept.ID})
		q.Erased = true
		for _, limit := range []int{1, 10} {
			q.Limit = limit
			same(t, name+", erased too", list(t, s, q), []triage.CaseID{gone.ID, kept.ID})
		}
	}
	if got := list(t, s, triage.Query{Ref: "20gone"}); len(got) != 0 {
		t.Error("an erased case is found by reference")
	}
	same(t, "by reference, erased too", list(t, s, triage.Query{Ref: "20gone", Erased: true}), []triage.CaseID{gone.ID})
	if c, _ := load(t, s, gone.ID); !c.Erased() {
		t.Error("an erased case can no longer be loaded")
	}
}

func questionsCombine(t *testing.T, s triage.Store) {
	a := begin(t, s, newID(1), message("m", 0, triage.Soon), claim("c", "aoki", time.Hour))
	b := begin(t, s, newID(1), message("m", 0, triage.Soon), claim("c", "aoki", time.Hour), handoff("h", "01h", "sakura"))
	begin(t, s, newID(1), message("m", 0, triage.Soon), claim("c", "mori", time.Hour), handoff("h", "01i", "sakura"))
	same(t, "aoki's open", list(t, s, triage.Query{Assignee: "aoki", State: triage.Open}), []triage.CaseID{a.ID})
	same(t, "aoki's of sakura", list(t, s, triage.Query{Assignee: "aoki", School: "sakura"}), []triage.CaseID{b.ID})
	if got := list(t, s, triage.Query{Assignee: "aoki", School: "sakura", State: triage.Open}); len(got) != 0 {
		t.Errorf("all three: %v", got)
	}
}

func limitsAndCursors(t *testing.T, s triage.Store) {
	for i := range 210 {
		begin(t, s, newID(i%64), message("m", 0, triage.Soon))
	}
	for limit, want := range map[int]int{0: triage.DefaultPage, -1: triage.DefaultPage, 1: 1, 200: 200, 201: triage.MaxPage, 9999: triage.MaxPage} {
		cases, next, err := s.List(t.Context(), triage.Query{Limit: limit})
		if err != nil || len(cases) != want || next == "" {
			t.Errorf("limit %d: %d cases, next %q, %v; want %d and more", limit, len(cases), next, err, want)
		}
	}
	for _, cursor := range []string{"x", "%%", "e30", "eyJzIjoiMSJ9"} {
		if _, _, err := s.List(t.Context(), triage.Query{Cursor: cursor}); !errors.Is(err, triage.ErrCursor) {
			t.Errorf("cursor %q: %v, want ErrCursor", cursor, err)
		}
	}
}

func manyInOneMinute(t *testing.T, s triage.Store) {
	var all []triage.Case
	for i := range 40 {
		all = append(all, begin(t, s, newID(33), message("m", time.Duration(i*7%40)*time.Second, triage.Soon)))
	}
	slices.SortFunc(all, order)
	for _, limit := range []int{1, 3, 10, 39, 40} {
		same(t, fmt.Sprintf("in pages of %d", limit), list(t, s, triage.Query{Limit: limit}), idsOf(all))
	}
}

// manyOnOneDay: cases of three days and two severities, whose ids and partitions have nothing to do with their order.
func manyOnOneDay(t *testing.T, s triage.Store) {
	var all []triage.Case
	for i := range 120 {
		at := time.Duration(i*37%120) * 31 * time.Minute
		all = append(all, begin(t, s, newID(i*11%64), message("m", at, triage.Severities[i%2])))
	}
	slices.SortFunc(all, order)
	for _, limit := range []int{1, 7, 50, 119, 120} {
		same(t, fmt.Sprintf("in pages of %d", limit), list(t, s, triage.Query{Limit: limit}), idsOf(all))
	}
}

func manyThatDoNotWait(t *testing.T, s triage.Store) {
	var all []triage.Case
	for i := range 60 {
		c := begin(t, s, newID(i%5), message("m", 0, triage.Soon), claim("c", "aoki", time.Hour))
		all = append(all, add(t, s, c, triage.Event{ID: "s", At: start, Kind: triage.KindState, By: "aoki", Change: &triage.Change{To: triage.Closed}}))
	}
	slices.SortFunc(all, order)
	for _, limit := range []int{1, 7, 59, 60} {
		same(t, fmt.Sprintf("in pages of %d", limit), list(t, s, triage.Query{State: triage.Closed, Limit: limit}), idsOf(all))
	}
}

func pageSkips(t *testing.T, s triage.Store) {
	var want []triage.CaseID
	for i := range 40 {
		c := begin(t, s, newID(i%3), message("m", time.Duration(i)*time.Minute, triage.Soon), claim("c", "aoki", time.Hour))
		if i%13 == 12 {
			c = add(t, s, c, handoff("h", string(c.ID[:2])+"h", "sakura"))
			want = append(want, c.ID)
		}
	}
	for _, limit := range []int{1, 2, 3, 50} {
		same(t, fmt.Sprintf("in pages of %d", limit), list(t, s, triage.Query{Assignee: "aoki", State: triage.HandedOff, Limit: limit}), want)
	}
}

func listedIsLoaded(t *testing.T, s triage.Store) {
	begin(t, s, newID(9), message("m", 0, triage.Soon), claim("c", "aoki", time.Hour), said("s", 1))
	cases, _, err := s.List(t.Context(), triage.Query{})
	if err != nil || len(cases) != 1 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	c, _ := load(t, s, cases[0].ID)
	same(t, "listed and loaded", cases[0], c)
}
