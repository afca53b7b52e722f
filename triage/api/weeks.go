package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

type weekOut struct{ Body triage.WeekView }

type weekIn struct {
	ByHandoff
	Body struct {
		State      string `json:"state" enum:"よくなっている,かわらない,悪くなっている,まだ分からない"`
		Attendance string `json:"attendance,omitempty" enum:"毎日来ている,休みや遅れがある,別室に来ている,休んでいる"`
		News       string `json:"news,omitempty" doc:"新しく分かったこと"`
		Done       string `json:"done,omitempty" doc:"この一週間にしたこと"`
		Next       string `json:"next,omitempty" doc:"次の一週間にすること"`
		Need       string `json:"need,omitempty" doc:"足りない人手や助け"`
	}
}

// weeks registers the weekly reports on hard cases.
func (a *api) weeks() {
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/handoffs/{id}/week", Summary: "The weekly report that is owed on a hard case, with the last one"},
		func(ctx context.Context, p staff.Person, in *ByHandoff) (*weekOut, error) {
			v, err := a.portal.Week(ctx, p, in.ID)
			if v.Last == nil {
				v.Last = map[string]string{}
			}
			return &weekOut{v}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/handoffs/{id}/week", DefaultStatus: 201, Summary: "The weekly report on a hard case"},
		func(ctx context.Context, p staff.Person, in *weekIn) (*namedOut, error) {
			b := in.Body
			return named(a.portal.ReportWeek(ctx, p, in.ID, map[string]string{"state": b.State, "attendance": b.Attendance, "news": b.News,
				"done": b.Done, "next": b.Next, "need": b.Need}))
		})
}
