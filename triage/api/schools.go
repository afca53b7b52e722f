package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// Handoffs are those to the school, newest first, without their contents.
type Handoffs struct {
	Handoffs []triage.HandoffView `json:"handoffs" nullable:"false"`
}

type handoffsOut struct{ Body Handoffs }

// ByHandoff is a path that names a hand-off.
type ByHandoff struct {
	ID string `path:"id" doc:"id of the hand-off"`
}

type viewOut struct{ Body triage.HandoffView }

// seen is a hand-off as an answer.
func seen(v triage.HandoffView, err error) (*viewOut, error) {
	if v.Answers == nil {
		v.Answers = []triage.HandoffAnswer{}
	}
	return &viewOut{v}, err
}

type answerIn struct {
	ByHandoff
	Body struct {
		Step triage.HandoffState `json:"step" enum:"handling,needs_help,wrong_school,done" doc:"すでに対応中、人手や専門職が要る、別の学校の件、終わり"`
		Text string              `json:"text,omitempty" doc:"of done: with what outcome"`
		Help []string            `json:"help,omitempty" enum:"team,sc_ssw,lawyer" doc:"of needs_help: 緊急支援チーム（置いている市だけ）、スクールカウンセラー・スクールソーシャルワーカー、弁護士"`
	}
}

// Report is a form that a school fills in.
type Report struct {
	Form   string            `json:"form" enum:"incident,resolution,interview,continuity" doc:"様式1、様式2、様式3、ほっとりぼん"`
	Fields map[string]string `json:"fields" doc:"by the form's keys; what has another key goes into the remarks (note)"`
}

type reportIn struct{ Body Report }

type reportOnIn struct {
	ByHandoff
	Body Report
}

// Reports are those of the school, newest first.
type Reports struct {
	Reports []triage.ReportView `json:"reports" nullable:"false"`
}

type reportsOut struct{ Body Reports }

// schools registers the school's side.
func (a *api) schools() {
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/handoffs", Summary: "What was sent to my school"},
		func(ctx context.Context, p staff.Person, _ *struct{}) (*handoffsOut, error) {
			views, err := a.portal.List(ctx, p)
			return &handoffsOut{Handoffs{list(views)}}, err
		})
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/handoffs/{id}", Summary: "Read a hand-off; marks nothing as received"},
		func(ctx context.Context, p staff.Person, in *ByHandoff) (*viewOut, error) {
			return seen(a.portal.Open(ctx, p, in.ID))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/handoffs/{id}/acknowledge", Summary: "受け取りました"},
		func(ctx context.Context, p staff.Person, in *ByHandoff) (*viewOut, error) {
			return seen(a.portal.Acknowledge(ctx, p, in.ID))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/handoffs/{id}/answers", Summary: "Where the school stands"},
		func(ctx context.Context, p staff.Person, in *answerIn) (*viewOut, error) {
			return seen(a.portal.Answer(ctx, p, in.ID, triage.HandoffAnswer{Step: in.Body.Step, Text: in.Body.Text, Help: in.Body.Help}))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/handoffs/{id}/reports", DefaultStatus: 201,
		Summary: "Report on a hand-off, or further on a report of one's own", Description: forms()},
		func(ctx context.Context, p staff.Person, in *reportOnIn) (*namedOut, error) {
			return named(a.portal.Report(ctx, p, in.ID, in.Body.Form, in.Body.Fields))
		})
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/reports", Summary: "What my school reported"},
		func(ctx context.Context, p staff.Person, _ *struct{}) (*reportsOut, error) {
			views, err := a.portal.Reports(ctx, p)
			return &reportsOut{Reports{list(views)}}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/reports", DefaultStatus: 201,
		Summary: "Report an incident or a suspicion", Description: forms()},
		func(ctx context.Context, p staff.Person, in *reportIn) (*namedOut, error) {
			return named(a.portal.Report(ctx, p, "", in.Body.Form, in.Body.Fields))
		})
}

// forms describes the fields of every form.
func forms() string {
	var b strings.Builder
	b.WriteString("The fields, all of them optional but one at least filled in:\n")
	for _, f := range triage.Forms {
		fmt.Fprintf(&b, "\n`%s` %s:\n", f.ID, f.Name)
		for _, x := range f.Fields {
			fmt.Fprintf(&b, "- `%s` %s", x.Key, x.Label)
			if len(x.Choices) > 0 {
				fmt.Fprintf(&b, " (%s)", strings.Join(x.Choices, "、"))
			}
			if x.Many {
				b.WriteString("; several are joined by 、")
			}
			if slices.Contains(f.Rows, x.Key) {
				fmt.Fprintf(&b, "; further rows `%s` … `%s`", f.Key(x.Key, 2), f.Key(x.Key, triage.MaxRows))
			}
			b.WriteString("\n")
		}
		b.WriteString("- `note` 備考\n")
	}
	return b.String()
}
