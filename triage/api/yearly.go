package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage/desk"
	"madoguchi/triage/figures"
	"madoguchi/triage/staff"
)

// YearReport is what was told of a fiscal year when it was over. It never changes.
type YearReport struct {
	Year   int        `json:"year" doc:"the fiscal year, which is the report's number as well"`
	MadeAt time.Time  `json:"made_at"`
	Counts Statistics `json:"counts"`
}

// YearReports are reports, the newest first.
type YearReports struct {
	Reports []YearReport `json:"reports" nullable:"false"`
}

type (
	yearReportsOut struct{ Body YearReports }
	yearReportOut  struct{ Body YearReport }
	byYear         struct {
		Year int `path:"year" doc:"a fiscal year: 2026 begins in April 2026"`
	}
	makeYearIn struct {
		Body struct {
			Year int `json:"year" doc:"a fiscal year that is over"`
		}
	}
)

// yearly registers the reports of years.
func (a *api) yearly() {
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/statistics/reports", Summary: "Reports of fiscal years"},
		func(ctx context.Context, p staff.Person, _ *struct{}) (*yearReportsOut, error) {
			all, err := a.Desk.Reports(ctx, p)
			out := YearReports{[]YearReport{}}
			for _, r := range all {
				out.Reports = append(out.Reports, newYear(r))
			}
			return &yearReportsOut{out}, err
		})
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/statistics/reports/{year}", Summary: "The report of a fiscal year"},
		func(ctx context.Context, p staff.Person, in *byYear) (*yearReportOut, error) {
			r, err := a.Desk.Report(ctx, p, in.Year)
			return &yearReportOut{newYear(r)}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/statistics/reports", DefaultStatus: 201, Summary: "Make the report of a fiscal year that is over, once"},
		func(ctx context.Context, p staff.Person, in *makeYearIn) (*yearReportOut, error) {
			r, err := a.Desk.MakeReport(ctx, p, in.Body.Year)
			return &yearReportOut{newYear(r)}, err
		})
}

func newYear(r figures.Report) YearReport {
	return YearReport{r.Year, r.At, counted(desk.Statistics{From: r.Begin(), To: r.End(), Whole: true, Total: r.Total, Months: r.Months, Of: r.Of, SmallCell: desk.SmallCell})}
}
