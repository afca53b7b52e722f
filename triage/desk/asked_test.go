package desk_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/duty"
	"madoguchi/triage/staff"
)

// dayAfter is the midnight that ends a day.
func dayAfter(t time.Time) time.Time {
	y, m, d := t.In(triage.JST).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, triage.JST)
}

// listed are the duties that a school sees with its one hand-off, by kind.
func (r *room) listed(p staff.Person) map[string]time.Time {
	r.t.Helper()
	views, err := r.Portal().List(r.t.Context(), p)
	r.must(err)
	if len(views) != 1 {
		r.t.Fatalf("%s has %d hand-offs", p.School, len(views))
	}
	all := map[string]time.Time{}
	for _, x := range views[0].Duties {
		if x.Title == "" || x.Source == "" {
			r.t.Errorf("%+v", x)
		}
		all[x.Kind] = x.DueAt
	}
	return all
}

// adds is that the child writes again, and what the rules make of it.
func (r *room) adds(id triage.CaseID, s triage.Severity, flags ...triage.Flag) {
	r.t.Helper()
	c, _ := r.load(id)
	_, err := r.store.Append(r.t.Context(), c, triage.Event{ID: "m:" + r.clock.Now().String(), At: r.clock.Now(), Kind: triage.KindMessage,
		From: triage.Seeker, Channel: "chat", Text: "もう死にたい", Judgement: &triage.Judgement{Severity: s, Flags: flags}, DueAt: r.clock.Now().Add(time.Hour)})
	r.must(err)
	r.must(r.Sweep(r.t.Context()))
}

// What a child says after a school was told, and what is declared of the case, a school does not learn from its list of duties;
// in no city, though the desk has the duty.
func TestASchoolIsAskedOnlyByItsHandOff(t *testing.T) {
	for city, x := range map[string]struct {
		school      string
		shown, owed []string
	}{
		"asahikawa": {"hinode-jhs", []string{"school_report"}, []string{"weekly_report"}},
		"ashiya":    {"hamakaze-jhs", []string{"plan", "same_day", "school_report"}, []string{"serious_ask", "article30"}},
		"usuki":     {"minato-jhs", []string{"emergency_meeting", "incident_report", "resolution_report"}, []string{"agencies", "article30"}},
	} {
		t.Run(city, func(t *testing.T) {
			r, ctx := in(t, city), t.Context()
			id, _ := r.allowedCase(x.school)
			school := staff.Person{Login: "school", Role: triage.School, School: x.school}
			r.clock.pass(17*time.Second + 3)
			h, err := r.HandOff(ctx, people["sato"], id, quiet(x.school))
			r.must(err)
			r.must(r.Sweep(ctx))
			before := r.listed(school)
			for _, kind := range x.shown {
				if _, ok := before[kind]; !ok {
					t.Errorf("%s is not asked for: %v", kind, before)
				}
			}
			if len(before) != len(x.shown) {
				t.Errorf("asked for %v, want %v", before, x.shown)
			}
			r.clock.pass(time.Minute)
			r.adds(id, triage.Emergency, triage.Suicide)
			_, err = r.Declare(ctx, people["sato"], id, desk.Declared{Who: "parent", On: "2026-12-01"})
			r.must(err)
			r.must(r.Sweep(ctx))
			for _, what := range x.owed {
				if d := r.duty(id, what); d.Owner != duty.School {
					t.Errorf("%+v", d)
				}
			}
			if after := r.listed(school); !reflect.DeepEqual(after, before) {
				t.Errorf("the school was asked for %v, and now for %v", before, after)
			}
			_, err = r.Portal().Week(ctx, school, h)
			r.want("a form that the child's words would open", err, "unknown")
		})
	}
}

// Two schools of one case have no time in common, and neither learns from its list that the other was told, or what it did.
func TestTheDutiesOfTwoSchoolsCannotBeJoined(t *testing.T) {
	r, ctx := in(t, "asahikawa"), t.Context()
	id, _ := r.allowedCase("hinode-jhs")
	k, err := r.AskConsent(ctx, people["sato"], id, desk.Ask{School: "kawabe-jhs", Level: triage.LevelAnonymous, Summary: plainSummary, Early: true})
	r.must(err)
	r.answers(id, k.ID, triage.AnswerYes)
	r.adds(id, triage.Soon, triage.Absence)
	first, err := r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
	r.must(err)
	r.clock.pass(26*time.Hour + 11*time.Second + 7)
	told := r.clock.Now()
	_, err = r.HandOff(ctx, people["sato"], id, quiet("kawabe-jhs"))
	r.must(err)
	r.must(r.Sweep(ctx))

	one, two := r.listed(people["hinode"]), r.listed(people["kawabe"])
	if !one["weekly_report"].Equal(opened.Add(7*24*time.Hour)) || !two["weekly_report"].Equal(told.Add(7*24*time.Hour).Truncate(time.Minute)) {
		t.Errorf("each week from its own hand-off: %v, %v", one, two)
	}
	for kind, at := range two {
		if at.Equal(one[kind]) || at != at.Truncate(time.Minute) {
			t.Errorf("%s is due for both, or to the second: %v", kind, at)
		}
	}
	r.clock.pass(time.Hour)
	_, err = r.Portal().Report(ctx, people["hinode"], first, "incident", map[string]string{"matter": "けられた", "place": "教室"})
	r.must(err)
	_, err = r.Portal().ReportWeek(ctx, people["hinode"], first, map[string]string{"state": "かわらない"})
	r.must(err)
	r.must(r.Sweep(ctx))
	if after := r.listed(people["kawabe"]); !reflect.DeepEqual(after, two) {
		t.Errorf("what the other school did shows: %v, was %v", after, two)
	}
	after := r.listed(people["hinode"])
	if _, still := after["school_report"]; still || !after["weekly_report"].Equal(dayAfter(r.clock.Now().Add(7*24*time.Hour))) {
		t.Errorf("its own reports count: %v", after)
	}

	r.done(id, "weekly_report", "")
	r.seen(id, duty.Hard, r.clock.Now().In(triage.JST).Format(time.DateOnly), 0)
	for _, login := range []string{"hinode", "kawabe"} {
		if at := r.listed(people[login])["weekly_report"]; !at.Equal(dayAfter(r.clock.Now().Add(7 * 24 * time.Hour))) {
			t.Errorf("what a person of the desk did counts for %s: %v", login, at)
		}
	}
	views, err := r.Portal().List(ctx, people["kawabe"])
	r.must(err)
	times := []time.Time{views[0].AcknowledgeBy, views[0].AnswerBy}
	if slices.ContainsFunc(times, func(at time.Time) bool { return !at.Equal(at.Truncate(time.Minute)) }) {
		t.Errorf("%v", times)
	}
}
