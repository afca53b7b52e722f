package desk

import (
	"context"
	"slices"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// weeklyRule is the rule of a city that asks schools to report on a hard case each week (asahikawa-model:74).
const weeklyRule = "weekly_report"

// Week shows the weekly report that the school owes on a hard case, with its own words of the last time; ErrUnknown where
// the city asks for none, or not on this.
func (p *Portal) Week(ctx context.Context, who staff.Person, id string) (triage.WeekView, error) {
	c, h, due, err := p.weekly(ctx, who, id)
	if err != nil {
		return triage.WeekView{}, err
	}
	v := triage.WeekView{DueAt: due.DueAt, Last: map[string]string{}}
	for _, f := range slices.Backward(c.Filed()) {
		if f.School != h.School || f.Form != triage.Weekly.ID {
			continue
		}
		if err := p.desk.record(ctx, who, "report_look", c.ID, f.ID, ""); err != nil {
			return triage.WeekView{}, err
		}
		v.LastAt = f.At
		v.Last, err = p.desk.Filed.Report(ctx, c.ID, f.ID)
		return v, err
	}
	return v, nil
}

// weekly returns the duty to report each week on the case of a hand-off, or ErrUnknown.
func (p *Portal) weekly(ctx context.Context, who staff.Person, id string) (triage.Case, triage.Handoff, triage.Duty, error) {
	c, h, err := p.find(ctx, who, id)
	if err != nil {
		return c, h, triage.Duty{}, err
	}
	asked, err := p.desk.asked(ctx, c, h)
	if err != nil {
		return c, h, triage.Duty{}, err
	}
	i := slices.IndexFunc(asked, func(x triage.Duty) bool { return x.What == weeklyRule })
	if i < 0 {
		return c, h, triage.Duty{}, triage.ErrUnknown
	}
	return c, h, asked[i], nil
}

// ReportWeek files the weekly report on a hard case.
func (p *Portal) ReportWeek(ctx context.Context, who staff.Person, id string, fields map[string]string) (string, error) {
	if _, _, _, err := p.weekly(ctx, who, id); err != nil {
		return "", err
	}
	if fields["state"] == "" {
		return "", bad("本人の様子を選んでください。")
	}
	return p.Report(ctx, who, id, triage.Weekly.ID, fields)
}
