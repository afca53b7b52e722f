package desk_test

import (
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

// What of a visit can be taken in, and when it was.
func TestWhatAVisitMaySay(t *testing.T) {
	r, ctx := open(t), t.Context()
	now := r.clock.Now()
	for what, tt := range map[string]struct {
		with func(*desk.Visit)
		want string
	}{
		"now":                {func(*desk.Visit) {}, "ok"},
		"this morning":       {func(v *desk.Visit) { v.At = now.Add(-2 * time.Hour) }, "ok"},
		"a clock that leads": {func(v *desk.Visit) { v.At = now.Add(30 * time.Second) }, "ok"},
		"to come":            {func(v *desk.Visit) { v.At = now.Add(2 * time.Minute) }, "bad_request"},
		"long ago":           {func(v *desk.Visit) { v.At = now.AddDate(0, 0, -8) }, "bad_request"},
		"everything asked": {func(v *desk.Visit) {
			v.Teller = triage.Teller{Who: "neighbour", Safe: "unknown", Unnamed: true, Telling: "no"}
		}, "ok"},
		"an unknown teller": {func(v *desk.Visit) { v.Teller.Who = "uncle" }, "bad_request"},
		"unknown safety":    {func(v *desk.Visit) { v.Teller.Safe = "perhaps" }, "bad_request"},
		"unknown telling":   {func(v *desk.Visit) { v.Teller.Telling = "later" }, "bad_request"},
		"who may answer":    {func(v *desk.Visit) { v.CallBack = &triage.CallBack{Who: "teacher"} }, "bad_request"},
		"a long contact":    {func(v *desk.Visit) { v.Contact = strings.Repeat("9", 2000) }, "bad_request"},
		"nothing said":      {func(v *desk.Visit) { v.Text = " \n" }, "bad_request"},
	} {
		v := desk.Visit{Channel: "voice", Text: "ゆうかの母です"}
		tt.with(&v)
		in, err := r.Enter(ctx, people["ono"], v)
		r.want(what, err, tt.want)
		if err != nil {
			continue
		}
		at := v.At
		if at.IsZero() {
			at = now
		}
		if c, events := r.load(in.Case); !events[0].At.Equal(at) || c.WaitingSince.IsZero() || in.Severity != c.Severity {
			t.Errorf("%s: at %v, %s", what, events[0].At, in.Severity)
		}
	}
}

// The one who entered it is told how grave it is, also where they may see no case; a word on the spot is no consent.
func TestWhoIsNotSafeIsOnTop(t *testing.T) {
	r, ctx := open(t), t.Context()
	in, err := r.Enter(ctx, people["ono"], desk.Visit{Channel: "voice", Text: "ゆうかの母です", CallMe: "ゆうか",
		Teller: triage.Teller{Who: "guardian", Safe: "no", Telling: "yes"}, CallBack: &triage.CallBack{Window: "any", Who: "family"}})
	r.must(err)
	c, _ := r.load(in.Case)
	if in.Severity != triage.Emergency || c.Severity != triage.Emergency || c.CallMe != "[人物A]" || c.CallBack.Window != "any" || len(c.Consents) != 0 {
		t.Errorf("%s, %+v", in.Severity, c)
	}
	if c.Teller == nil || c.Teller.Telling != "yes" {
		t.Errorf("asked %+v", c.Teller)
	}
	_, err = r.HandOff(ctx, people["kato"], in.Case, desk.Draft{School: "hinode-jhs", Level: triage.LevelAnonymous, Summary: "x"})
	r.want("a hand-off on that word", err, "consent_required")
}

// Somebody phones again: who may put it into the case.
func TestAVisitIntoACaseOfWhom(t *testing.T) {
	r, ctx := open(t), t.Context()
	mine := r.claimed()
	waits := r.writes("", "まだだれも見ていない")
	for what, tt := range map[string]struct {
		who  string
		into triage.CaseID
		want string
	}{
		"one's own":      {"sato", mine, "ok"},
		"a lead":         {"kato", mine, "ok"},
		"a colleague's":  {"abe", mine, "forbidden"},
		"one that waits": {"abe", waits, "ok"},
		"a clerk":        {"ono", waits, "forbidden"},
		"a lawyer":       {"ueda", waits, "unknown"},
		"none":           {"sato", "07nosuchcase", "unknown"},
	} {
		_, err := r.Enter(ctx, people[tt.who], desk.Visit{Channel: "voice", Case: tt.into, Text: what})
		r.want(what, err, tt.want)
	}
}
