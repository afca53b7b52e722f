package desk_test

import (
	"slices"
	"testing"
	"time"

	"madoguchi/triage"
)

// The plan that holds is the latest; what was agreed before stays in the timeline.
func TestASafetyPlan(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	id := r.claimed()
	_, err := r.PlanSafety(ctx, people["sato"], id, triage.SafetyPlan{})
	r.want("nothing", err, "bad_request")
	for login, want := range map[string]string{"abe": "forbidden", "ueda": "unknown", "ono": "forbidden", "kato": "ok"} {
		_, err := r.PlanSafety(ctx, people[login], id, triage.SafetyPlan{Helps: "音楽"})
		r.want(login, err, want)
	}
	_, err = r.PlanSafety(ctx, people["sato"], id, triage.SafetyPlan{Signs: "ねむれない", People: "ゆうか"})
	r.must(err)
	r.clock.pass(time.Hour)
	_, err = r.PlanSafety(ctx, people["sato"], id, triage.SafetyPlan{People: "保健室の先生"})
	r.must(err)
	c, events := r.load(id)
	if s := c.Safety; s == nil || s.Signs != "" || s.People != "保健室の先生" || s.By != "sato" || !s.At.Equal(r.clock.Now()) || c.Said != 0 {
		t.Errorf("%+v", c.Safety)
	}
	if !slices.ContainsFunc(events, func(e triage.Event) bool {
		return e.Safety != nil && e.Text == "つらくなる前のしるし：ねむれない\n話せる人：[人物A]"
	}) {
		t.Errorf("the plan before is not there")
	}
}
