package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage/drill"
	"madoguchi/triage/staff"
)

// Drill is an exercise of the night path.
type Drill struct {
	ID         string      `json:"id"`
	At         time.Time   `json:"at" doc:"when it began"`
	By         string      `json:"by" doc:"login of who began it"`
	Calls      []DrillCall `json:"calls" nullable:"false"`
	Received   *time.Time  `json:"received" doc:"when somebody said 受領"`
	ReceivedBy *string     `json:"received_by" doc:"their login"`
	Ended      *time.Time  `json:"ended" doc:"when it was over without that"`
}

// DrillCall is one attempt to reach somebody.
type DrillCall struct {
	At  time.Time `json:"at"`
	Who string    `json:"who" doc:"as the city's file names who is on call"`
	By  string    `json:"by" enum:"voice,sms"`
	Out bool      `json:"out" doc:"it went out; that it was heard, only 受領 says"`
}

// Drills are exercises, the latest first.
type Drills struct {
	Drills []Drill `json:"drills" nullable:"false"`
}

type (
	drillsOut struct{ Body Drills }
	drillOut  struct{ Body Drill }
)

// ByDrill is a path that names an exercise.
type ByDrill struct {
	ID string `path:"id"`
}

// drills registers the exercises of the night path. They make no case.
func (a *api) drills() {
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/drills", Summary: "What came of the exercises of the night path"},
		func(ctx context.Context, p staff.Person, _ *struct{}) (*drillsOut, error) {
			all, err := a.Desk.ListDrills(ctx, p)
			out := Drills{[]Drill{}}
			for _, r := range all {
				out.Drills = append(out.Drills, exercise(r))
			}
			return &drillsOut{out}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/drills", Summary: "Call who is on call, as an exercise", DefaultStatus: 201},
		func(ctx context.Context, p staff.Person, _ *struct{}) (*drillOut, error) {
			r, err := a.Desk.StartDrill(ctx, p)
			return &drillOut{exercise(r)}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/drills/{id}/receive", Summary: "受領, to an exercise"},
		func(ctx context.Context, p staff.Person, in *ByDrill) (*drillOut, error) {
			r, err := a.Desk.ReceiveDrill(ctx, p, in.ID)
			return &drillOut{exercise(r)}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/drills/{id}/end", Summary: "End an exercise that nobody has received"},
		func(ctx context.Context, p staff.Person, in *ByDrill) (*drillOut, error) {
			r, err := a.Desk.EndDrill(ctx, p, in.ID)
			return &drillOut{exercise(r)}, err
		})
}

func exercise(r drill.Record) Drill {
	out := Drill{ID: r.ID, At: r.At, By: r.By, Calls: []DrillCall{}, Received: moment(r.Received), ReceivedBy: maybe(r.ReceivedBy), Ended: moment(r.Ended)}
	for _, c := range r.Calls {
		out.Calls = append(out.Calls, DrillCall(c))
	}
	return out
}
