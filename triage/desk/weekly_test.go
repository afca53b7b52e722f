package desk_test

import (
	"slices"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/duty"
)

// A hard case is reported on each week, beginning with what the same school wrote the week before; where the city asks for no
// such report there is none.
func TestTheWeeklyReportBeginsWithLastWeeks(t *testing.T) {
	r, ctx := in(t, "asahikawa"), t.Context()
	id, _ := r.allowedCase("hinode-jhs")
	h, err := r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
	r.must(err)
	school := r.Portal()
	_, err = school.Week(ctx, people["hinode"], h)
	r.want("no rule asks for it", err, "unknown")
	_, err = school.ReportWeek(ctx, people["hinode"], h, map[string]string{"state": "かわらない"})
	r.want("nor takes it", err, "unknown")

	r.clock.pass(time.Minute)
	_, err = r.Observe(ctx, people["sato"], id, triage.Observed{Kind: duty.Hard, On: "2026-12-01"})
	r.must(err)
	due := dayAfter(opened.Add(7 * 24 * time.Hour))
	v, err := school.Week(ctx, people["hinode"], h)
	if err != nil || !v.DueAt.Equal(due) || !v.LastAt.IsZero() || len(v.Last) != 0 {
		t.Fatalf("%+v %v", v, err)
	}
	if h, err := school.Open(ctx, people["hinode"], h); err != nil || !slices.ContainsFunc(h.Duties, func(x triage.SchoolDuty) bool { return x.Kind == "weekly_report" }) {
		t.Errorf("%+v %v", h.Duties, err)
	}
	_, err = school.ReportWeek(ctx, people["hinode"], h, map[string]string{"done": "見守り"})
	r.want("without how the child is", err, "bad_request")
	_, err = school.ReportWeek(ctx, people["kawabe"], h, map[string]string{"state": "かわらない"})
	r.want("another school", err, "unknown")
	was, _ := r.load(id)
	_, err = school.ReportWeek(ctx, people["hinode"], h, map[string]string{"state": "かわらない", "done": "ゆうかさんの登下校の見守り"})
	r.want("the first", err, "ok")
	r.clock.pass(7 * 24 * time.Hour)
	if c, _ := r.load(id); c.State != triage.HandedOff || c.Assignee != "sato" || c.WaitingSince != was.WaitingSince || c.DueAt != was.DueAt {
		t.Errorf("the report moves the case: %s of %q, waits since %v until %v", c.State, c.Assignee, c.WaitingSince, c.DueAt)
	}
	v, err = school.Week(ctx, people["hinode"], h)
	if err != nil || !v.LastAt.Equal(opened.Add(time.Minute)) || v.Last["state"] != "かわらない" || v.Last["done"] == "" {
		t.Errorf("%+v %v", v, err)
	}
	c, _ := r.load(id)
	if f := c.Filed(); len(f) != 1 || f[0].Form != "weekly" {
		t.Errorf("%+v", f)
	}
}
