package desk_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

// teachers puts accounts of the school beside those of the desk.
func (r *room) teachers(logins ...string) {
	r.t.Helper()
	all := roll{{Login: "sato", Role: triage.Psychologist}, {Login: "kato", Role: triage.Coordinator}, {Login: "mori", Role: triage.Supervisor}}
	was := maps.Clone(people)
	for _, login := range logins {
		people[login] = staff.Person{Login: login, Role: triage.School, School: "hinode-jhs"}
		all = append(all, staff.Account{Login: login, Role: triage.School, School: "hinode-jhs"})
	}
	r.t.Cleanup(func() { people = was })
	r.Accounts = all
}

// A school where nobody may read it is not told, and the counselor hears why and of the other way.
func TestASchoolWhereNobodyMayReadIsNotTold(t *testing.T) {
	r, ctx := in(t, "asahikawa"), t.Context()
	r.teachers("deputy")
	id, _ := r.allowedCase("hinode-jhs")
	r.must(r.Bar(ctx, people["mori"], id, triage.Bar{Login: "deputy", Why: triage.BarNamed}))
	emergency := quiet("hinode-jhs")
	emergency.Level, emergency.Reason = triage.LevelEmergency, "けがをしている"
	for what, draft := range map[string]desk.Draft{"with her will": quiet("hinode-jhs"), "in an emergency": emergency} {
		_, err := r.HandOff(ctx, people["sato"], id, draft)
		r.want(what, err, "wrong_state")
		var refused *triage.Refusal
		if !errors.As(err, &refused) || !strings.Contains(refused.Say, "教育委員会") {
			t.Errorf("%s: %+v", what, refused)
		}
	}
	_, err := r.AskConsent(ctx, people["sato"], id, desk.Ask{School: "hinode-jhs", Level: triage.LevelNamed, Summary: plainSummary, Early: true})
	r.want("and the child is not asked", err, "wrong_state")
	r.must(r.Sweep(ctx))
	if x := r.duty(id, "article23"); !x.DoneAt.IsZero() {
		t.Errorf("the school was not told: %+v", x)
	}
	r.teachers("deputy", "head")
	_, err = r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
	r.want("somebody else is there", err, "ok")
	r.teachers()
	_, err = r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
	r.want("nobody has an account, and a link is made", err, "ok")
}

// What was sent, and only she could have opened, is called back when she is kept out: nobody was told.
func TestWhatOnlySheCouldOpenIsCalledBack(t *testing.T) {
	r, ctx := in(t, "asahikawa"), t.Context()
	r.teachers("deputy", "head")
	id, _ := r.allowedCase("hinode-jhs")
	h, err := r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
	r.must(err)
	r.must(r.Bar(ctx, people["mori"], id, triage.Bar{Login: "deputy", Why: triage.BarNamed}))
	if c, _ := r.load(id); c.Handoffs[0].State != triage.HandoffSent {
		t.Errorf("the head may read it, and it is %s", c.Handoffs[0].State)
	}
	r.must(r.Bar(ctx, people["mori"], id, triage.Bar{Login: "head", Why: triage.BarNamed}))
	if c, _ := r.load(id); c.Handoffs[0].State != triage.HandoffRecalled {
		t.Errorf("nobody may read it, and it is %s", c.Handoffs[0].State)
	}
	r.must(r.Sweep(ctx))
	if x := r.duty(id, "article23"); !x.DoneAt.IsZero() {
		t.Errorf("nobody was told: %+v", x)
	}
	if x := r.duty(id, "acknowledge:"+h); x.DoneAt.IsZero() {
		t.Error("and yet it is to be received")
	}
}

// Nobody is told to call somebody whom the case names.
func TestWhoIsNamedIsNotCalled(t *testing.T) {
	for what, x := range map[string]struct {
		bar  triage.Bar
		want []string
	}{
		"nobody is named":              {triage.Bar{Login: "ueda", Why: triage.BarNamed}, []string{"教頭", "校長", "教育委員会"}},
		"by the office alone":          {triage.Bar{School: "hinode-jhs", Post: "教頭", Why: triage.BarNamed}, []string{"校長", "教育委員会"}},
		"by login and office":          {triage.Bar{Login: "deputy", Post: "校長", Why: triage.BarNamed}, []string{"教頭", "教育委員会"}},
		"and the office is not known":  {triage.Bar{Login: "deputy", Why: triage.BarNamed}, []string{"教育委員会"}},
		"somebody of another school":   {triage.Bar{Login: "kawabe", Why: triage.BarNamed}, []string{"教頭", "校長", "教育委員会"}},
		"somebody at another's office": {triage.Bar{Login: "kawabe", Post: "教頭", Why: triage.BarNamed}, nil},
	} {
		t.Run(what, func(t *testing.T) {
			r, ctx := in(t, "asahikawa"), t.Context()
			r.teachers("deputy", "head")
			id, _ := r.allowedCase("hinode-jhs")
			err := r.Bar(ctx, people["mori"], id, x.bar)
			if x.want == nil {
				r.want("an office that nobody has there", err, "bad_request")
				return
			}
			r.must(err)
			h, err := r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
			r.must(err)
			r.must(r.Sweep(ctx))
			r.must(r.Advance(ctx, r.clock, opened.Add(48*time.Hour)))
			c, events := r.load(id)
			var called []string
			for _, e := range events {
				if _, who, ok := strings.Cut(e.Text, "次に電話する相手："); ok && e.Duty != nil && e.Duty.What == "acknowledge:"+h {
					called = append(called, who)
				}
			}
			if len(called) != len(x.want) {
				t.Fatalf("called: %v, want %v", called, x.want)
			}
			for i, who := range x.want {
				if !strings.HasPrefix(called[i], who) {
					t.Errorf("called: %v, want %v", called, x.want)
				}
			}
			if rung, ok := r.Calling(c, c.Handoffs[0]); !ok || !rung.Last {
				t.Errorf("at last %+v", rung)
			}
			if x.bar.Login == "" {
				r.must(r.Bar(ctx, people["mori"], id, triage.Bar{School: "hinode-jhs", Post: "教頭", Off: true}))
				if c, _ := r.load(id); len(c.Barred) != 0 {
					t.Errorf("let in again: %+v", c.Barred)
				}
			}
		})
	}
}
