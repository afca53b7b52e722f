package desk_test

import (
	"testing"
	"time"

	"madoguchi/triage"
)

// A hard case is reported on each week, beginning with what the same school wrote the week before; where the city asks for no
// such report there is none.
func TestTheWeeklyReportBeginsWithLastWeeks(t *testing.T) {
	r, ctx := open(t), t.Context()
	id, _ := r.allowedCase("hinode-jhs")
	h, err := r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
	r.must(err)
	school := r.Portal()
	_, err = school.Week(ctx, people["hinode"], h)
	r.want("no rule asks for it", err, "unknown")
	_, err = school.ReportWeek(ctx, people["hinode"], h, map[string]string{"state": "かわらない"})
	r.want("nor takes it", err, "unknown")

	due := opened.Add(7 * 24 * time.Hour)
	before, _ := r.load(id)
	_, err = r.store.Append(ctx, before, triage.Event{ID: "rule:weekly", At: opened, Kind: triage.KindDuty, From: triage.System,
		Duty: &triage.Duty{Kind: "weekly_report", What: "weekly_report", Title: "週1回の報告", Source: "asahikawa-model:74", DueAt: due, Owner: "school", Turn: 1}})
	r.must(err)
	v, err := school.Week(ctx, people["hinode"], h)
	if err != nil || !v.DueAt.Equal(due) || !v.LastAt.IsZero() || len(v.Last) != 0 {
		t.Fatalf("%+v %v", v, err)
	}
	if h, err := school.Open(ctx, people["hinode"], h); err != nil || len(h.Duties) != 1 || h.Duties[0].Kind != "weekly_report" {
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
	if err != nil || !v.LastAt.Equal(opened) || v.Last["state"] != "かわらない" || v.Last["done"] == "" {
		t.Errorf("%+v %v", v, err)
	}
	c, _ := r.load(id)
	if f := c.Filed(); len(f) != 1 || f[0].Form != "weekly" {
		t.Errorf("%+v", f)
	}
}
