package desk_test

import (
	"slices"
	"testing"
	"time"

	"madoguchi/deploy/cities"
	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/duty"
)

// in opens a desk under a carried city's rules.
func in(t *testing.T, id string) *room {
	t.Helper()
	return under(t, open(t), id)
}

// inLong is in for a story of many days.
func inLong(t *testing.T, id string) *room {
	t.Helper()
	return under(t, openLong(t), id)
}

// under gives the room's desk a carried city's rules.
func under(t *testing.T, r *room, id string) *room {
	t.Helper()
	file := func(name string, data []byte) city.File { return city.File{Name: name, Data: data} }
	name, data, _ := cities.City(id)
	c, err := city.Load(file(name, data), file(cities.National()), file(cities.Texts()), nil)
	if err != nil {
		t.Fatal(err)
	}
	conf := r.Config
	conf.City = c
	r.Desk = desk.New(conf)
	return r
}

func (r *room) duty(id triage.CaseID, what string) triage.Duty {
	r.t.Helper()
	c, _ := r.load(id)
	i := slices.IndexFunc(c.Duties, func(d triage.Duty) bool { return d.What == what })
	if i < 0 {
		r.t.Fatalf("no duty %s among %+v", what, c.Duties)
	}
	return c.Duties[i]
}

// The rules' duties become events of the case at the next sweep; who looks before sees them already.
func TestWhatHappensMakesDuties(t *testing.T) {
	r, ctx := in(t, "usuki"), t.Context()
	id := r.claimed()
	v, err := r.Case(ctx, people["sato"], id)
	r.must(err)
	if len(v.Case.Duties) != 1 || v.Case.Duties[0].What != "article23" || v.Case.Version != 2 {
		t.Fatalf("before the sweep: version %d, %+v", v.Case.Version, v.Case.Duties)
	}
	r.must(r.Sweep(ctx))
	r.must(r.Sweep(ctx))
	d := r.duty(id, "article23")
	if want := time.Date(2026, 12, 4, 17, 0, 0, 0, triage.JST); !d.DueAt.Equal(want) || d.Turn != 1 || !d.Since.Equal(opened) || d.Why[0] != "suspected" {
		t.Errorf("%+v, due %s, want %s", d, d.DueAt, want)
	}
	if n := len(r.kinds(id, triage.KindDuty, triage.System)); n != 1 {
		t.Errorf("%d events of one duty", n)
	}
}

// Who may write that a duty is done: who has the case, and the leads; a lead's duty by a lead; with a reason, and a decision
// where one is asked for. It is in the audit, and names are not in the reason.
func TestWhoMayDoADuty(t *testing.T) {
	r, ctx := in(t, "asahikawa"), t.Context()
	id := r.claimed()
	for _, tt := range []struct {
		who, what, decision, reason, want string
	}{
		{"sato", "article23", "", "本人が望まない", "bad_request"},
		{"sato", "article23", "later", "本人が望まない", "bad_request"},
		{"sato", "article23", "talk_on", "", "bad_request"},
		{"abe", "article23", "talk_on", "本人が望まない", "forbidden"},
		{"ueda", "article23", "talk_on", "本人が望まない", "unknown"},
		{"ono", "article23", "talk_on", "本人が望まない", "forbidden"},
		{"hinode", "article23", "talk_on", "本人が望まない", "forbidden"},
		{"sato", "weekly_meeting", "", "協議した", "forbidden"},
		{"sato", "weekly_report", "", "受け取った", "unknown"}, // nobody owes that
		{"sato", "answer", "", "返事した", "unknown"},
		{"sato", "article23", "talk_on", "ゆうかさんが望まない", "ok"},
		{"kato", "weekly_meeting", "", "協議した", "ok"},
		{"mori", "weekly_meeting", "", "協議した", "wrong_state"}, // the next turn is there already, and is not meant
	} {
		_, err := r.Fulfil(ctx, people[tt.who], id, desk.Done{What: tt.what, Decision: tt.decision, Reason: tt.reason})
		r.want(tt.who+" does "+tt.what, err, tt.want)
	}
	for _, tt := range []struct {
		turn int
		want string
	}{{1, "wrong_state"}, {3, "wrong_state"}, {2, "ok"}, {2, "wrong_state"}} {
		_, err := r.Fulfil(ctx, people["mori"], id, desk.Done{What: "weekly_meeting", Turn: tt.turn, Reason: "協議した"})
		r.want("that turn", err, tt.want)
	}
	_, events := r.load(id)
	i := slices.IndexFunc(events, func(e triage.Event) bool { return e.Duty != nil && e.By == "sato" })
	if d := events[i].Duty; d.By != "sato" || d.Decision != "talk_on" || d.Reason != "[人物A]さんが望まない" || !d.DoneAt.Equal(opened) {
		t.Errorf("it was done as %+v", d)
	}
	if acts := r.log.acts("sato"); !slices.Contains(acts, "duty") {
		t.Errorf("the audit of sato says %v", acts)
	}
	_, err := r.HandOff(ctx, people["sato"], id, desk.Draft{Recipient: "police", Level: triage.LevelEmergency, Summary: "いま", Reason: "あぶない"})
	r.must(err)
	c, _ := r.load(id)
	sign := c.Duties[slices.IndexFunc(c.Duties, func(d triage.Duty) bool { return d.Kind == desk.DutyCountersign })]
	_, err = r.Fulfil(ctx, people["kato"], id, desk.Done{What: sign.What, Reason: "見た"})
	r.want("a countersign as a mere duty", err, "wrong_state")
}

// That an agency, the police or the board was told is never a matter of any words: it is done by writing down whom, when and what
// they answered. That nobody need be told is a lead's decision, with its reason.
func TestWhatMustBeToldIsNotTickedOff(t *testing.T) {
	for _, k := range []struct {
		what, observed, need, to string
	}{
		{"abuse_notice", "abused", "not_abuse", "child_center"}, {"police", "crime", "not_crime", "police"}, {"staff_harm", "staff_harm", "not_harm", "board"},
	} {
		for _, tt := range []struct{ who, decision, want string }{
			{"sato", "", "wrong_state"}, {"sato", k.need, "wrong_state"}, {"sato", "known", "wrong_state"}, {"kato", "", "bad_request"},
			{"kato", "told", "bad_request"}, {"kato", k.need, "ok"}, {"kato", "known", "ok"},
		} {
			r, ctx := in(t, "asahikawa"), t.Context()
			id := r.wroteBy("chat", "", triage.Soon, triage.Verbal)
			r.must(errOf(r.Claim(ctx, people["sato"], id)))
			r.must(errOf(r.Observe(ctx, people["sato"], id, triage.Observed{Kind: k.observed, On: r.clock.Now().In(triage.JST).Format(time.DateOnly), Note: "きいた"})))
			r.must(r.Sweep(ctx))
			if got := r.MayFulfil(people[tt.who], r.duty(id, k.what)); got != (tt.who == "kato") {
				t.Errorf("%s: %s may: %v", k.what, tt.who, got)
			}
			_, err := r.Fulfil(ctx, people[tt.who], id, desk.Done{What: k.what, Decision: tt.decision, Reason: "電話した"})
			r.want(k.what+": "+tt.who+" decides "+tt.decision, err, tt.want)
			if tt.want == "ok" {
				continue
			}
			_, err = r.Notify(ctx, people["sato"], id, desk.Notified{Recipient: k.to, At: r.clock.Now(), How: "phone", Text: "きいたこと", Answer: "受け付けた"})
			r.want("the record", err, "ok")
			r.must(r.Sweep(ctx))
			if d := r.duty(id, k.what); d.Decision != "met" || d.Reason != "told."+k.to || d.By != "sato" {
				t.Errorf("%s: %+v", k.what, d)
			}
		}
	}
}

// Overdue duties climb, each step said once: to the coordinator, and a working day later to the supervisor.
func TestOverdueDutiesClimbOnce(t *testing.T) {
	r, ctx := in(t, "usuki"), t.Context()
	id := r.claimed()
	_, err := r.Say(ctx, people["sato"], id, "1", "読みました")
	r.must(err)
	late := func(who string) int {
		all, err := r.Duties(ctx, people[who], true)
		r.must(err)
		return len(all)
	}
	due := time.Date(2026, 12, 4, 17, 0, 0, 0, triage.JST)
	for _, tt := range []struct {
		to     time.Time
		holder string
		events int // of the rule, of the overdue, of the climb
		late   int
	}{
		{due, duty.Assignee, 2, 0}, // said to be overdue at its time, and counted as such after it
		{due.Add(time.Second), duty.Coordinator, 2, 1},
		{due.AddDate(0, 0, 3).Add(-time.Second), duty.Coordinator, 2, 1}, // Monday, before five
		{due.AddDate(0, 0, 3), duty.Supervisor, 3, 1},
		{due.AddDate(0, 0, 60), duty.Supervisor, 3, 1},
	} {
		r.must(r.Advance(ctx, r.clock, tt.to))
		c, _ := r.load(id)
		if got := duty.Holder(r.duty(id, "article23"), c, r.clock.Now()); got != tt.holder {
			t.Errorf("at %s: %s has it, want %s", tt.to, got, tt.holder)
		}
		if n := len(r.kinds(id, triage.KindDuty, triage.System)); n != tt.events {
			t.Errorf("at %s: %d events, want %d", tt.to, n, tt.events)
		}
		if n := late("kato"); n != tt.late {
			t.Errorf("at %s: %d are overdue, want %d", tt.to, n, tt.late)
		}
	}
	if late("sato") != 1 || late("abe") != 0 {
		t.Errorf("sato sees %d, abe %d", late("sato"), late("abe"))
	}
	_, err = r.Duties(ctx, people["ito"], true)
	r.want("the board", err, "forbidden")
	_, err = r.Fulfil(ctx, people["mori"], id, desk.Done{What: "article23", Decision: "watch_unnamed", Reason: "学校に見守りを頼んだ"})
	r.must(err)
	r.must(r.Sweep(ctx))
	if next := r.duty(id, "article23"); next.Turn != 2 || next.DueAt.In(triage.JST).Format(time.DateOnly) != r.clock.Now().In(triage.JST).AddDate(0, 0, 8).Format(time.DateOnly) || late("kato") != 0 {
		t.Errorf("the next week: %+v", next)
	}
}

// Facts that people record for the rules have their form.
func TestFactsForDuties(t *testing.T) {
	r, ctx := in(t, "usuki"), t.Context()
	id := r.claimed()
	for _, tt := range []struct {
		o    triage.Observed
		want string
	}{
		{triage.Observed{Kind: duty.AbsentTotal, On: "2026-12-01"}, "bad_request"},
		{triage.Observed{Kind: duty.AbsentTotal, On: "2026-12-01", Days: 400}, "bad_request"},
		{triage.Observed{Kind: duty.AbsentRun, On: "2026-12-01", Days: -1}, "bad_request"},
		{triage.Observed{Kind: "sorrow", On: "2026-12-01"}, "bad_request"},
		{triage.Observed{Kind: duty.AbsentTotal, On: "2026-12-01", Days: 15}, "ok"},
		{triage.Observed{Kind: duty.Declared, On: "2026-12-01", Days: 3, Note: "母から"}, "ok"},
	} {
		_, err := r.Observe(ctx, people["sato"], id, tt.o)
		r.want(tt.o.Kind, err, tt.want)
	}
	r.must(r.Sweep(ctx))
	if d := r.duty(id, "hottoribon"); !d.DueAt.Equal(time.Date(2027, 3, 30, 0, 0, 0, 0, triage.JST)) || d.Owner != duty.School {
		t.Errorf("%+v", d)
	}
	if d := r.duty(id, "article30"); d.Source == "" || !d.DueAt.Equal(opened.Add(30*time.Minute)) {
		t.Errorf("%+v", d)
	}
	if c, _ := r.load(id); c.Observed[1].Days != 0 {
		t.Error("a declaration has days")
	}
}

// A year passes in one go, from due time to due time, with nobody doing anything: every step is said at its own time.
func TestAYearWithNobodyThere(t *testing.T) {
	r, ctx := in(t, "asahikawa"), t.Context()
	var ids []triage.CaseID
	for range 3 {
		ids = append(ids, r.writes("", "[人物A]にけられた"))
	}
	r.must(r.Advance(ctx, r.clock, opened.AddDate(1, 0, 0)))
	for _, id := range ids {
		_, events := r.load(id)
		for i, e := range events[1:] {
			if e.At.Before(events[i].At) {
				t.Errorf("%s goes back at %d", id, i+1)
			}
		}
		// two duties, both overdue; the assignee's has climbed once more
		if n := len(r.kinds(id, triage.KindDuty, triage.System)); n != 5 {
			t.Errorf("%s: %d events of duties", id, n)
		}
	}
}
