package desk_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/duty"
)

// found is a form in which everything is no but what is given, as key, value and so on.
func found(answers ...string) triage.Risk {
	r := triage.Risk{Found: map[string]string{}}
	for _, q := range triage.RiskQuestions {
		r.Found[q.Key] = triage.RiskNo
	}
	for i := 0; i < len(answers); i += 2 {
		r.Found[answers[i]] = answers[i+1]
	}
	return r
}

func assessing(t *testing.T) *room {
	r := open(t)
	r.City.Terms.RiskWithin = map[string]city.Duration{"high": "24h", "other": "7d"}
	return r
}

func unmet(c triage.Case, kind string) []triage.Duty {
	return slices.DeleteFunc(slices.Clone(c.Duties), func(x triage.Duty) bool { return x.Kind != kind || !x.DoneAt.IsZero() })
}

// Each form asks for the next one, by the city's terms or by the counselor's word, and does what the one before asked for; the
// last one ends it.
func TestADangerIsFoundOutAnew(t *testing.T) {
	r := assessing(t)
	ctx := t.Context()
	id := r.claimed()
	soon, week := r.clock.Now().Add(24*time.Hour), 7*24*time.Hour
	for _, k := range []struct {
		name string
		form triage.Risk
		want time.Duration
	}{
		{"a plan", found("ideation", "yes", "plan", "yes"), 24 * time.Hour},
		{"means that nobody speaks of using", found("means", "yes"), 24 * time.Hour},
		{"wants to die, and was not asked for a plan", found("ideation", "yes", "plan", "unknown"), 24 * time.Hour},
		{"wants to die, and nothing is prepared", found("ideation", "yes", "alone", "yes"), week},
		{"nothing was asked", found("ideation", "unknown", "plan", "unknown"), week},
	} {
		k.form.Note = "ゆうかのことがつらい"
		c, err := r.AssessRisk(ctx, people["sato"], id, k.form, false)
		r.must(err)
		due := unmet(c, "reassess")
		if len(due) != 1 || !due[0].DueAt.Equal(r.clock.Now().Add(k.want)) || due[0].Owner != "assignee" {
			t.Errorf("%s: %+v", k.name, due)
		}
		last := c.Risks[len(c.Risks)-1]
		if last.By != "sato" || !last.At.Equal(r.clock.Now()) || last.Note != "[人物A]のことがつらい" || !maps.Equal(last.Found, k.form.Found) {
			t.Errorf("%s: %+v", k.name, last)
		}
		r.clock.pass(time.Hour)
	}
	chosen := found("ideation", "yes")
	chosen.Again = soon
	c, err := r.AssessRisk(ctx, people["mori"], id, chosen, false)
	r.must(err)
	if due := unmet(c, "reassess"); len(due) != 1 || !due[0].DueAt.Equal(soon) {
		t.Errorf("chosen: %+v", due)
	}
	_, err = r.Fulfil(ctx, people["sato"], id, desk.Done{What: unmet(c, "reassess")[0].What, Reason: "もういい"})
	r.want("without a form", err, "wrong_state")
	_, err = r.AssessRisk(ctx, people["sato"], id, found("ideation", "yes"), true)
	r.want("the last one, of somebody who wants to die", err, "bad_request")
	_, err = r.AssessRisk(ctx, people["sato"], id, found("means", "yes"), true)
	r.want("the last one, with means", err, "bad_request")
	c, err = r.AssessRisk(ctx, people["sato"], id, found(), true)
	r.must(err)
	if due := unmet(c, "reassess"); len(due) != 0 || len(c.Risks) != 7 || !slices.Contains(r.log.acts("sato"), "risk") {
		t.Errorf("the end: %+v, %d forms, %v", due, len(c.Risks), r.log.acts("sato"))
	}
}

// A case that is closed asks for no more forms and keeps no more appointments, with the reason for which it is; what it owes by law,
// and the child's right to hear whom somebody told, it owes as before.
func TestAClosedCaseOwesNoTalk(t *testing.T) {
	r := assessing(t)
	ctx := t.Context()
	id := r.claimed()
	r.must(errOf(r.AssessRisk(ctx, people["sato"], id, found("ideation", "yes"), false)))
	r.must(errOf(r.SayUntil(ctx, people["sato"], id, "1", "またあした話そう", r.clock.Now().Add(24*time.Hour))))
	r.must(errOf(r.Observe(ctx, people["sato"], id, triage.Observed{Kind: "crime", On: r.clock.Now().Format(time.DateOnly), Note: "きいた"})))
	r.must(errOf(r.Notify(ctx, people["sato"], id, desk.Notified{Recipient: "child_center", How: "phone", Text: "きいたこと", Answer: "受け付けた"})))
	r.must(errOf(r.SetState(ctx, people["sato"], id, desk.StateChange{To: triage.Watching})))
	open := func() (kinds []string) {
		c, _ := r.load(id)
		for _, x := range c.Duties {
			if x.DoneAt.IsZero() {
				kinds = append(kinds, x.Kind)
			}
		}
		slices.Sort(kinds)
		return kinds
	}
	r.must(r.Sweep(ctx))
	if got := open(); !slices.Contains(got, "promised") || !slices.Contains(got, "reassess") {
		t.Fatalf("watched, it owes %v", got)
	}
	before := slices.DeleteFunc(open(), func(kind string) bool { return kind == "promised" || kind == "reassess" })
	c, err := r.SetState(ctx, people["sato"], id, desk.StateChange{To: triage.Closed, Reason: "ゆうかさんは転校した"})
	r.must(err)
	if got := open(); !slices.Equal(got, before) || !slices.Contains(got, "tell_child") {
		t.Errorf("closed, it owes %v, want %v", got, before)
	}
	for _, x := range c.Duties {
		if (x.Kind == "promised" || x.Kind == "reassess") && (x.By != "sato" || x.Decision != duty.Closed || x.Reason != "[人物A]さんは転校した") {
			t.Errorf("ended as %+v", x)
		}
	}
}

// A form changes no judgement, in neither direction, and says nothing to the seeker.
func TestAFormJudgesNothing(t *testing.T) {
	r := assessing(t)
	ctx := t.Context()
	id := r.claimed()
	grave := found("ideation", "yes", "plan", "yes", "means", "yes", "when", "yes")
	if !grave.Grave() || found("plan", "yes", "means", "yes", "when", "unknown").Grave() {
		t.Error("grave is plan, means and time")
	}
	c, err := r.AssessRisk(ctx, people["sato"], id, grave, false)
	r.must(err)
	if c.Severity != triage.Soon || c.Said != 0 {
		t.Errorf("%s, said %d", c.Severity, c.Said)
	}
	r.grave(id)
	c, err = r.AssessRisk(ctx, people["sato"], id, found(), false)
	r.must(err)
	if c.Severity != triage.Emergency || c.Said != 0 {
		t.Errorf("%s, said %d", c.Severity, c.Said)
	}
}

func TestWhoFindsOutAndHow(t *testing.T) {
	r := assessing(t)
	ctx := t.Context()
	id := r.claimed()
	for login, want := range map[string]string{"abe": "forbidden", "ueda": "unknown", "ono": "forbidden", "kato": "ok"} {
		_, err := r.AssessRisk(ctx, people[login], id, found(), false)
		r.want(login, err, want)
	}
	part, more := found(), found("sleep", "no")
	delete(part.Found, "holds")
	for name, x := range map[string]triage.Risk{"no answer": part, "a question of nobody": more, "an answer of nobody": found("plan", "perhaps"),
		"long ago": {Found: found().Found, Again: r.clock.Now()}, "never": {Found: found().Found, Again: r.clock.Now().AddDate(1, 0, 0)}} {
		_, err := r.AssessRisk(ctx, people["sato"], id, x, false)
		r.want(name, err, "bad_request")
	}
	r.City.Terms.RiskWithin = nil
	_, err := r.AssessRisk(ctx, people["sato"], id, found(), false)
	r.want("a city that says nothing", err, "bad_request")
}
