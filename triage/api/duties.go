package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/duty"
	"madoguchi/triage/staff"
)

// Duty is something that somebody must do by a time.
type Duty struct {
	Kind    string     `json:"kind" doc:"answer, acknowledge, school_answer, countersign, look_reveal, or the key of a rule"`
	What    string     `json:"what" doc:"its name within the case"`
	DueAt   time.Time  `json:"due_at"`
	DoneAt  *time.Time `json:"done_at"`
	Overdue bool       `json:"overdue"`

	Title   string     `json:"title" doc:"what is to be done; empty where no rule made it"`
	Source  string     `json:"source" doc:"who asks for it: document:line, or the article of a law"`
	Why     []string   `json:"why" nullable:"false" doc:"the facts for which it arose"`
	Since   *time.Time `json:"since" doc:"since when they are so"`
	Turn    int        `json:"turn" doc:"from 1; a duty that comes again has a next one"`
	Owner   string     `json:"owner" doc:"assignee, coordinator, supervisor, school, board"`
	Holder  string     `json:"holder" doc:"who has to see to it now: what is overdue climbs; empty once it is done"`
	ClimbAt *time.Time `json:"climb_at" doc:"overdue until then, it is the supervisor's"`

	Choices  []Choice `json:"choices" nullable:"false" doc:"it is a decision between these"`
	By       string   `json:"by" doc:"login of who did it; empty where the machine saw it done"`
	Decision string   `json:"decision" doc:"one of the choices; met where an act did it, restarted where it counts anew, closed where the case was closed and it means nothing any more"`
	Reason   string   `json:"reason"`
}

// Choice is one way to decide.
type Choice struct {
	Key string `json:"key"`
	Say string `json:"say"`
}

// CaseDuties are the duties of a case.
type CaseDuties struct {
	Duties []Duty `json:"duties" nullable:"false"`
}

type caseDutiesOut struct{ Body CaseDuties }

// CaseDuty is an open duty with the case that it belongs to.
type CaseDuty struct {
	Case     string          `json:"case"`
	Severity triage.Severity `json:"severity"`
	Assignee *string         `json:"assignee"`
	Duty
}

// OpenDuties are open duties, the longest due first.
type OpenDuties struct {
	Duties []CaseDuty `json:"duties" nullable:"false"`
}

type openDutiesOut struct{ Body OpenDuties }

type dutiesIn struct {
	Overdue bool `query:"overdue" doc:"1: only what is overdue"`
}

type dutyDoneIn struct {
	ByCase
	Duty string `path:"duty" doc:"its what"`
	Body struct {
		Decision string `json:"decision,omitempty" doc:"one of the choices, where there are any"`
		Reason   string `json:"reason" doc:"how it was done, and why so"`
		Turn     int    `json:"turn,omitempty" doc:"of a duty that comes again: the turn that is meant; without it the present one"`
	}
}

// duties registers what has to be done.
func (a *api) duties() {
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/cases/{id}/duties", Summary: "What has to be done in a case, why, and by when"},
		func(ctx context.Context, p staff.Person, in *ByCase) (*caseDutiesOut, error) {
			v, err := a.Desk.Case(ctx, p, in.id())
			return &caseDutiesOut{CaseDuties{a.owed(v)}}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/duties/{duty}/done", Summary: "What a rule asks for was done, or decided"},
		func(ctx context.Context, p staff.Person, in *dutyDoneIn) (*caseDutiesOut, error) {
			c, err := a.Desk.Fulfil(ctx, p, in.id(), desk.Done{What: in.Duty, Decision: in.Body.Decision, Reason: in.Body.Reason, Turn: in.Body.Turn})
			return &caseDutiesOut{CaseDuties{a.owed(a.Desk.View(c))}}, err
		})
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/duties", Summary: "What has to be done in one's own cases, and for the leads in all"},
		func(ctx context.Context, p staff.Person, in *dutiesIn) (*openDutiesOut, error) {
			all, err := a.Desk.Duties(ctx, p, in.Overdue)
			out := OpenDuties{[]CaseDuty{}}
			for _, o := range all {
				out.Duties = append(out.Duties, CaseDuty{string(o.Case.ID), o.Case.Severity, maybe(o.Case.Assignee),
					a.duty(o.Duty, o.Case, a.Desk.Clock.Now())})
			}
			return &openDutiesOut{out}, err
		})
}

// owed tells the duties of a case.
func (a *api) owed(v desk.View) []Duty {
	out := []Duty{}
	for _, d := range v.Duties() {
		out = append(out, a.duty(d, v.Case, v.Now))
	}
	return out
}

func (a *api) duty(d triage.Duty, c triage.Case, now time.Time) Duty {
	out := Duty{Kind: d.Kind, What: d.What, DueAt: d.DueAt, DoneAt: moment(d.DoneAt), Overdue: d.Overdue(now), Title: d.Title,
		Source: d.Source, Why: list(d.Why), Since: moment(d.Since), Turn: d.Turn, Owner: d.Owner, ClimbAt: moment(d.ClimbAt),
		Choices: []Choice{}, By: d.By, Decision: d.Decision, Reason: d.Reason}
	if d.DoneAt.IsZero() {
		out.Holder = duty.Holder(d, c, now)
	}
	if r, ok := a.Desk.Rule(d.What); ok {
		for _, k := range r.Decide {
			out.Choices = append(out.Choices, Choice(k))
		}
	}
	return out
}
