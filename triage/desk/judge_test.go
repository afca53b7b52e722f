package desk_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

func TestUnmet(t *testing.T) {
	three := triage.Period{Months: 3}
	all := []string{"stopped", "watch_period", "child_no_pain", "parent_no_pain"}
	type o = triage.Observed
	for _, c := range []struct {
		what  string
		seen  []o
		watch triage.Period
		today string
		want  []string
	}{
		{"nothing", nil, three, "2027-06-01", all},
		{"an apology", []o{{Kind: "apology", On: "2026-12-01"}}, three, "2027-06-01", all},
		{"stopped today", []o{{Kind: "stopped", On: "2026-12-01"}}, three, "2026-12-01", all[1:]},
		{"one day short", []o{{Kind: "stopped", On: "2026-12-01"}}, three, "2027-02-28", all[1:]},
		{"the period is over", []o{{Kind: "stopped", On: "2026-12-01"}}, three, "2027-03-01", all[2:]},
		{"pain asked too early", []o{{Kind: "stopped", On: "2026-12-01"}, {Kind: "child_no_pain", On: "2027-02-28"},
			{Kind: "parent_no_pain", On: "2027-03-01"}}, three, "2027-03-01", all[2:3]},
		{"all of it", []o{{Kind: "stopped", On: "2026-12-01"}, {Kind: "child_no_pain", On: "2027-03-01"},
			{Kind: "parent_no_pain", On: "2027-03-02"}}, three, "2027-03-02", nil},
		{"parents not asked", []o{{Kind: "stopped", On: "2026-12-01"}, {Kind: "child_no_pain", On: "2027-03-01"},
			{Kind: "parent_not_asked", On: "2027-03-02"}}, three, "2027-03-02", nil},
		{"it recurred", []o{{Kind: "stopped", On: "2026-12-01"}, {Kind: "child_no_pain", On: "2027-03-01"},
			{Kind: "parent_no_pain", On: "2027-03-02"}, {Kind: "recurred", On: "2027-03-03"}}, three, "2027-03-03", all},
		{"and stopped again", []o{{Kind: "stopped", On: "2026-12-01"}, {Kind: "child_no_pain", On: "2027-03-01"},
			{Kind: "parent_no_pain", On: "2027-03-02"}, {Kind: "recurred", On: "2027-03-03"}, {Kind: "stopped", On: "2027-03-04"}},
			three, "2027-05-01", all[1:]},
		{"said twice that it stopped", []o{{Kind: "stopped", On: "2026-12-01"}, {Kind: "stopped", On: "2027-02-01"}}, three, "2027-03-01", all[2:]},
		{"written down in another order", []o{{Kind: "child_no_pain", On: "2027-03-01"}, {Kind: "parent_no_pain", On: "2027-03-01"},
			{Kind: "stopped", On: "2026-12-01"}}, three, "2027-03-01", nil},
		{"a city without a period", []o{{Kind: "stopped", On: "2026-12-01"}}, triage.Period{}, "2026-12-01", all[2:]},
	} {
		if got := desk.Unmet(c.seen, c.watch, c.today); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

func TestResolvedIsDecidedByANamedBody(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	refused := func(what string, err error, want ...string) {
		t.Helper()
		var x *triage.Refusal
		if !errors.As(err, &x) || x.Code != "conditions_unmet" || !slices.Equal(x.Conditions, want) || x.Say == "" {
			t.Errorf("%s: %+v", what, err)
		}
	}
	full := desk.StateChange{To: triage.Resolved, Reason: "落ち着いた", DecidedBy: "school", Circumstances: "席も替わった"}
	observe := func(kind string) {
		t.Helper()
		_, err := r.Observe(ctx, people["sato"], id, triage.Observed{Kind: kind, On: r.clock.Now().Format(time.DateOnly), Note: "面談"})
		r.must(err)
	}
	observe("stopped")
	_, err := r.SetState(ctx, people["sato"], id, full)
	refused("on the first day", err, "watch_period", "child_no_pain", "parent_no_pain")
	r.clock.Set(opened.AddDate(0, 3, 0))
	observe("child_no_pain")
	observe("parent_no_pain")
	_, err = r.SetState(ctx, people["sato"], id, desk.StateChange{To: triage.Resolved, Reason: "落ち着いた"})
	refused("nobody decided", err, "decided_by", "circumstances")
	_, err = r.SetState(ctx, people["sato"], id, desk.StateChange{To: triage.Resolved, DecidedBy: "me", Circumstances: "x"})
	r.want("decided by me", err, "bad_request")
	c, err := r.SetState(ctx, people["sato"], id, full)
	r.want("decided", err, "ok")
	if c.State != triage.Resolved {
		t.Errorf("%s", c.State)
	}
	r.writes(id, "またけられた")
	if c, _ = r.load(id); c.State != triage.Waiting || c.Former != "sato" {
		t.Errorf("%s, former %q", c.State, c.Former)
	}
}

func TestObserveAndSetStateRefuseWhatCannotBe(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	for what, o := range map[string]triage.Observed{
		"an unknown kind":            {Kind: "smile", On: "2026-12-01"},
		"no date":                    {Kind: "stopped"},
		"a date of its own":          {Kind: "stopped", On: "1/12/2026"},
		"tomorrow":                   {Kind: "stopped", On: "2026-12-02"},
		"not asked, no reason":       {Kind: "parent_not_asked", On: "2026-12-01", Second: "kato"},
		"not asked, alone":           {Kind: "parent_not_asked", On: "2026-12-01", Note: "x", Second: "sato"},
		"not asked, with nobody":     {Kind: "parent_not_asked", On: "2026-12-01", Note: "x"},
		"not asked, with the school": {Kind: "parent_not_asked", On: "2026-12-01", Note: "x", Second: "hinode"},
	} {
		_, err := r.Observe(ctx, people["sato"], id, o)
		r.want(what, err, "bad_request")
	}
	_, err := r.Observe(ctx, people["sato"], id, triage.Observed{Kind: "parent_not_asked", On: "2026-12-01", Note: "ゆうかの父がこわい", Second: "kato"})
	r.want("not asked, by two", err, "ok")
	c, _ := r.load(id)
	if o := c.Observed[0]; o.Note != "[人物A]の父がこわい" || o.Second != "kato" {
		t.Errorf("%+v", o)
	}
	for _, s := range []triage.State{"", "waiting", "handed_off", "gone"} {
		_, err := r.SetState(ctx, people["sato"], id, desk.StateChange{To: s})
		r.want("state "+string(s), err, "bad_request")
	}
	c, err = r.SetState(ctx, people["sato"], id, desk.StateChange{To: triage.Watching})
	r.want("watching", err, "ok")
	again, err := r.SetState(ctx, people["sato"], id, desk.StateChange{To: triage.Watching})
	r.want("watching again", err, "ok")
	if c.State != triage.Watching || again.Version != c.Version {
		t.Errorf("%s, version %d then %d", c.State, c.Version, again.Version)
	}
	_, err = r.Claim(ctx, people["abe"], id)
	r.want("claiming what a colleague watches", err, "claimed")
}

// Who waits must be answered by the time of what a person judged: sooner where it is graver, and never later than was said; later
// where it is less grave, counted from when they wrote. The national layer's times are 5 minutes, 2 hours, 24 hours and 3 days.
func TestOverruleSetsTheTime(t *testing.T) {
	for _, tt := range []struct {
		name        string
		was, judged triage.Severity
		due         time.Duration // after the words, as it was
		want        time.Duration // after the words; judged an hour later
	}{
		{"raised", triage.Soon, triage.Urgent, 24 * time.Hour, 3 * time.Hour},
		{"raised when it is nearly due", triage.Soon, triage.Urgent, 2 * time.Hour, 2 * time.Hour},
		{"raised to an emergency", triage.Routine, triage.Emergency, 72 * time.Hour, time.Hour + 5*time.Minute},
		{"lowered", triage.Urgent, triage.Soon, 2 * time.Hour, 24 * time.Hour},
		{"confirmed", triage.Urgent, triage.Urgent, 2 * time.Hour, 2 * time.Hour},
	} {
		r, _ := night(t, watched(t, false))
		ctx := t.Context()
		id, wrote := triage.CaseID("09"+strings.Repeat("v", 24)), r.clock.Now()
		_, err := r.store.Append(ctx, triage.Case{ID: id}, triage.Event{ID: "m:1", At: wrote, Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat", Text: "つらい",
			DueAt: wrote.Add(tt.due), Judgement: &triage.Judgement{Severity: tt.was, Flags: []triage.Flag{triage.Verbal}}})
		r.must(err)
		r.clock.pass(time.Hour)
		c, err := r.Overrule(ctx, people["kato"], id, tt.judged, "電話で話した")
		r.must(err)
		if got := c.DueAt.Sub(wrote); got != tt.want {
			t.Errorf("%s: due %v after the words, want %v", tt.name, got, tt.want)
		}
		if answered, err := r.Say(ctx, people["kato"], id, "1", "読みました"); err != nil || answered != 1 {
			t.Fatal(err)
		}
		if c, err = r.Overrule(ctx, people["kato"], id, triage.Emergency, "また"); err != nil || !c.DueAt.IsZero() {
			t.Errorf("%s: nobody waits, and is due %v (%v)", tt.name, c.DueAt, err)
		}
	}
}

// Nobody in danger is left by a click: not with words that nobody has answered, nor, in an emergency, by one person. Who sees that
// there is no danger says so first, with a reason. What is over has a reason, and does not ring.
func TestNobodyInDangerIsLeft(t *testing.T) {
	r, p := night(t, watched(t, true))
	ctx := t.Context()
	r.office.there = []string{"sato", "kato"}
	r.clock.Set(at("2026-11-18 18:00:00"))
	leave := func(who string, id triage.CaseID, to triage.State, reason string) string {
		_, err := r.SetState(ctx, people[who], id, desk.StateChange{To: to, Reason: reason})
		return code(err)
	}
	id := r.danger("")
	_, err := r.Claim(ctx, people["sato"], id)
	r.must(err)
	for _, to := range []triage.State{triage.Watching, triage.Closed} {
		if got := leave("sato", id, to, "おわり"); got != triage.CodeState {
			t.Errorf("%s with unanswered words: %s", to, got)
		}
	}
	_, err = r.Say(ctx, people["sato"], id, "1", "ここにいます")
	r.must(err)
	if got := leave("sato", id, triage.Closed, "おわり"); got != triage.CodeState {
		t.Errorf("an emergency by one person: %s", got)
	}
	_, err = r.Join(ctx, people["sato"], id, "kato")
	r.must(err)
	if got := leave("sato", id, triage.Closed, " "); got != triage.CodeBadRequest {
		t.Errorf("without a reason: %s", got)
	}
	if got := leave("sato", id, triage.Watching, "救急の人といます"); got != "ok" {
		t.Errorf("by two: %s", got)
	}

	prank := r.wrote(triage.CaseID("09"+strings.Repeat("p", 24)), triage.Emergency, triage.Suicide)
	r.must(r.Sweep(ctx))
	if got := leave("kato", prank, triage.Closed, "いたずら"); got != triage.CodeState {
		t.Errorf("a lead, alone: %s", got)
	}
	_, err = r.Overrule(ctx, people["kato"], prank, triage.Routine, "電話で、いたずらと確かめた")
	r.must(err)
	if got := leave("kato", prank, triage.Closed, "いたずら"); got != "ok" {
		t.Errorf("a lead who judged it: %s", got)
	}
	r.must(r.Sweep(ctx))
	p.pages = nil
	r.must(r.Advance(ctx, r.clock, r.clock.Now().Add(2*time.Hour)))
	if len(p.pages) != 0 || r.duty(prank, desk.Alarm).DoneAt.IsZero() {
		t.Errorf("what is over rings: %v", p.pages)
	}
}

// Two who both rest do not keep one another from a child: a breather yields in an emergency where nobody is there who could come.
func TestTwoWhoRestLeaveNoChild(t *testing.T) {
	r, _ := night(t, watched(t, false))
	ctx := t.Context()
	r.office.there = []string{"sato", "abe"}
	for i, login := range []string{"sato", "abe"} {
		id := r.wrote(triage.CaseID(fmt.Sprintf("09%024d", i)), triage.Emergency, triage.Suicide)
		_, err := r.Claim(ctx, people[login], id)
		r.must(err)
		_, err = r.Say(ctx, people[login], id, "1", "ここにいます")
		r.must(err)
		_, err = r.Transfer(ctx, people["kato"], id, "mori")
		r.must(err)
	}
	next := r.wrote(triage.CaseID(fmt.Sprintf("09%024d", 2)), triage.Emergency, triage.Suicide)
	if _, err := r.Claim(ctx, people["sato"], next); err != nil {
		t.Errorf("nobody may take the child: %v", err)
	}
	r.office.there = []string{"abe", "mori"}
	next = r.wrote(triage.CaseID(fmt.Sprintf("09%024d", 3)), triage.Emergency, triage.Suicide)
	_, err := r.Claim(ctx, people["abe"], next)
	r.want("somebody else is there", err, "wrong_state")
}
