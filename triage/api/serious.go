package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/serious"
	"madoguchi/triage/staff"
)

// Road is where a case stands on the road of a serious one (重大事態).
type Road struct {
	Case     string            `json:"case"`
	Serious  bool              `json:"serious" doc:"it is treated as one: a body decided so, or somebody declared it"`
	Proposed bool              `json:"proposed" doc:"rules found reason to ask, and nobody has answered yet"`
	Declared bool              `json:"declared" doc:"a child or a parent said so"`
	Steps    []RoadStep        `json:"steps" nullable:"false"`
	Plan     []triage.PlanItem `json:"plan" nullable:"false" doc:"the plan for the child, where the city asks for one"`
}

// RoadStep is one step of it.
type RoadStep struct {
	Key         string            `json:"key"`
	Title       string            `json:"title"`
	Body        string            `json:"body" doc:"who takes it: school, board, mayor, inquiry, family, desk, team; empty where the city has not said"`
	Deliverable string            `json:"deliverable"`
	Source      string            `json:"source"`
	Stage       string            `json:"stage" enum:"risk,serious"`
	On          string            `json:"on" doc:"the day on which it was taken, or empty"`
	Choice      string            `json:"choice"`
	Note        string            `json:"note" doc:"empty to the board of education"`
	Choices     []Choice          `json:"choices" nullable:"false"`
	Readers     []string          `json:"readers" nullable:"false" doc:"family, mayor, council, citizens: who gets a text of their own"`
	Versions    map[string]string `json:"versions" doc:"the texts by reader; empty to the board of education"`
}

type (
	roadOut  struct{ Body Road }
	roadsOut struct {
		Body struct {
			Cases []Road `json:"cases" nullable:"false"`
		}
	}
	declareIn struct {
		ByCase
		Body struct {
			Who  string `json:"who" enum:"child,parent"`
			On   string `json:"on" doc:"2026-12-01"`
			Note string `json:"note,omitempty"`
		}
	}
	stepIn struct {
		ByCase
		Body struct {
			Key    string `json:"key"`
			On     string `json:"on" doc:"2026-12-01"`
			Choice string `json:"choice,omitempty"`
			Note   string `json:"note"`
		}
	}
	versionIn struct {
		ByCase
		Body struct {
			Step   string `json:"step"`
			Reader string `json:"reader" enum:"family,mayor,council,citizens"`
			Text   string `json:"text"`
			Same   string `json:"same,omitempty" doc:"why another reader may get the very same words"`
		}
	}
	planIn struct {
		ByCase
		Body struct {
			ID   string `json:"id,omitempty" doc:"of what is in the plan already: it was done, is to be done after all, or comes out"`
			Sort string `json:"sort,omitempty"`
			Text string `json:"text,omitempty"`
			Who  string `json:"who,omitempty"`
			Done string `json:"done,omitempty" doc:"2026-12-01"`
			Off  bool   `json:"off,omitempty"`
		}
	}
	watchIn struct {
		ByCase
		Body struct {
			Months int    `json:"months"`
			Body   string `json:"body" enum:"school,board"`
			Reason string `json:"reason"`
		}
	}
)

// serious registers the road of serious cases, the plan for a child and the longer watch.
func (a *api) serious() {
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/serious", Summary: "Serious cases, and those of which it has to be asked: steps only to the board of education"},
		func(ctx context.Context, p staff.Person, _ *struct{}) (*roadsOut, error) {
			all, err := a.Desk.Serious(ctx, p)
			out := &roadsOut{}
			out.Body.Cases = []Road{}
			for _, x := range all {
				out.Body.Cases = append(out.Body.Cases, road(x))
			}
			return out, err
		})
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/cases/{id}/serious", Summary: "Where a case stands on the road of a serious one"},
		func(ctx context.Context, p staff.Person, in *ByCase) (*roadOut, error) {
			x, err := a.Desk.Road(ctx, p, in.id())
			return &roadOut{road(x)}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/declarations", DefaultStatus: 204, Summary: "A child or a parent says that it is a serious case; there is no way to decline"},
		func(ctx context.Context, p staff.Person, in *declareIn) (*struct{}, error) {
			_, err := a.Desk.Declare(ctx, p, in.id(), desk.Declared(in.Body))
			return nil, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/serious/steps", DefaultStatus: 204, Summary: "A step of the road was taken"},
		func(ctx context.Context, p staff.Person, in *stepIn) (*struct{}, error) {
			_, err := a.Desk.TakeStep(ctx, p, in.id(), triage.Step{Key: in.Body.Key, On: in.Body.On, Choice: in.Body.Choice, Note: in.Body.Note})
			return nil, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/serious/versions", DefaultStatus: 204, Summary: "What one reader gets of a step's deliverable"},
		func(ctx context.Context, p staff.Person, in *versionIn) (*struct{}, error) {
			_, err := a.Desk.Write(ctx, p, in.id(), triage.Version{Step: in.Body.Step, Reader: in.Body.Reader, Text: in.Body.Text, Same: in.Body.Same})
			return nil, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/plan", DefaultStatus: 204, Summary: "The plan for a child, where the city asks for one"},
		func(ctx context.Context, p staff.Person, in *planIn) (*struct{}, error) {
			_, err := a.Desk.Planned(ctx, p, in.id(), triage.PlanItem(in.Body))
			return nil, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/watch", DefaultStatus: 204, Summary: "A body set a longer watch than the city's period"},
		func(ctx context.Context, p staff.Person, in *watchIn) (*struct{}, error) {
			_, err := a.Desk.WatchLonger(ctx, p, in.id(), triage.WatchOver(in.Body))
			return nil, err
		})
}

func road(x desk.Road) Road {
	out := Road{Case: string(x.Case.ID), Serious: x.Serious, Proposed: x.Proposed, Declared: x.Declared, Steps: []RoadStep{}, Plan: list(x.Case.Plan)}
	for _, s := range x.Steps {
		out.Steps = append(out.Steps, roadStep(s))
	}
	return out
}

func roadStep(s serious.Stand) RoadStep {
	out := RoadStep{Key: s.Key, Title: s.Title, Body: s.Body, Deliverable: s.Deliverable, Source: s.Source, Stage: s.Stage, On: s.On, Choice: s.Choice,
		Note: s.Note, Choices: []Choice{}, Readers: list(s.Readers), Versions: map[string]string{}}
	for _, k := range s.Choices {
		out.Choices = append(out.Choices, Choice(k))
	}
	for reader, v := range s.Written {
		out.Versions[reader] = v.Text
	}
	return out
}
