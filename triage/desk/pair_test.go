package desk_test

import (
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

// The breather is of the danger that somebody had, and not of what they judge it before they leave; long after it there is none.
func TestABreatherIsNotJudgedAway(t *testing.T) {
	for name, tt := range map[string]struct {
		after time.Duration
		rests bool
	}{"at once": {0, true}, "next week": {7 * 24 * time.Hour, false}} {
		r := open(t)
		ctx := t.Context()
		id := r.claimed()
		r.grave(id)
		r.must(errOf(r.Say(ctx, people["sato"], id, "1", "読みました")))
		r.must(errOf(r.Overrule(ctx, people["sato"], id, triage.Soon, "落ち着いて話せた")))
		r.clock.pass(tt.after)
		r.must(errOf(r.SetState(ctx, people["sato"], id, desk.StateChange{To: triage.Closed, Reason: "家の人と話した"})))
		calm, want := r.writes("", "べつの話"), "ok"
		if tt.rests {
			want = triage.CodeState
		}
		r.want(name, errOf(r.Claim(ctx, people["sato"], calm)), want)
		if w := r.Warned(ctx, "sato"); (len(w) == 1 && strings.Contains(w[0], "休む時間")) != tt.rests {
			t.Errorf("%s: warned %q", name, w)
		}
		if tt.rests {
			r.want("it is given to them all the same", errOf(r.Transfer(ctx, people["kato"], r.writes("", "べつの話"), "sato")), "ok")
		}
	}
}

// A second who is away is none: somebody is told so until they are back or another one joins, and the leads see it among what they
// leave.
func TestASecondWhoIsAway(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	id := r.claimed()
	r.grave(id)
	r.must(errOf(r.Say(ctx, people["sato"], id, "1", "読みました")))
	r.must(errOf(r.Join(ctx, people["sato"], id, "abe")))
	r.must(r.Sweep(ctx))
	alone := func() bool { return r.duty(id, "second_person").DoneAt.IsZero() }
	list := func() (all []desk.Left) {
		a, err := r.Absent(ctx, people["kato"], "abe")
		r.must(err)
		return a.Left
	}
	if passed, err := r.Handover(ctx, people["abe"]); err != nil || len(passed) != 1 || passed[0].Case.ID != id {
		t.Errorf("handed over: %+v %v", passed, err)
	}
	r.must(r.MarkAway(ctx, people["kato"], "abe", "2026-12-02"))
	r.must(r.Sweep(ctx))
	if left := list(); !alone() || len(left) != 1 || left[0].Case.ID != id || !left[0].Second {
		t.Errorf("away: alone %v, left %+v", alone(), left)
	}
	for _, k := range list()[0].Picks {
		if k.Login == "abe" || k.Login == "sato" {
			t.Errorf("%s is suggested", k.Login)
		}
	}
	r.must(r.MarkAway(ctx, people["kato"], "abe", ""))
	r.must(r.Sweep(ctx))
	if alone() {
		t.Error("back, and it is due still")
	}
	r.must(r.MarkAway(ctx, people["kato"], "abe", "2026-12-02"))
	r.must(r.Sweep(ctx))
	r.must(r.Advance(ctx, r.clock, opened.AddDate(0, 0, 2)))
	if alone() {
		t.Error("the absence is over, and it is due still")
	}
	r.must(r.MarkAway(ctx, people["kato"], "abe", "2026-12-05"))
	r.must(errOf(r.Join(ctx, people["sato"], id, "mori")))
	r.must(r.Sweep(ctx))
	if alone() || len(list()) != 0 {
		t.Errorf("another second: alone %v, left %+v", alone(), list())
	}
}
