package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

// Wall is the board on the wall: numbers and times.
type Wall struct {
	Waiting        []WaitingRow `json:"waiting" nullable:"false" doc:"by severity, most pressing first"`
	Alarms         int          `json:"alarms" doc:"that nobody has received"`
	Overdue        int          `json:"overdue" doc:"duties past their time"`
	Unacknowledged int          `json:"unacknowledged" doc:"hand-offs that a school has not received"`
	Late           int          `json:"late" doc:"of these, past their time"`
	Untouched      int          `json:"untouched" doc:"cases in which nobody did anything for seven days"`
	Here           []string     `json:"here" nullable:"false" doc:"logins of those who answer and are there"`
	NextOpen       *time.Time   `json:"next_open" doc:"of the chat, where it is closed"`
	OnCall         string       `json:"on_call"`
	Drill          *Drill       `json:"drill,omitempty" doc:"the latest exercise of the night path"`
}

// WaitingRow are those who wait at one severity.
type WaitingRow struct {
	Severity triage.Severity `json:"severity"`
	N        int             `json:"n"`
	Longest  int             `json:"longest" doc:"the longest wait, in minutes"`
	Late     int             `json:"late"`
}

// Exposure is how many of the gravest cases people had, week by week. It is for their wellbeing, never for appraisal.
type Exposure struct {
	People []ExposedPerson `json:"people" nullable:"false" doc:"oneself; for the supervisor everybody"`
}

// ExposedPerson is one person's weeks.
type ExposedPerson struct {
	Login string        `json:"login"`
	Weeks []ExposedWeek `json:"weeks" nullable:"false"`
}

// ExposedWeek is a week from Monday.
type ExposedWeek struct {
	From      time.Time `json:"from"`
	Cases     int       `json:"cases" doc:"urgent or graver, in which the person acted"`
	Emergency int       `json:"emergency"`
}

// Absence is what somebody leaves who is away.
type Absence struct {
	Login string     `json:"login"`
	Until *time.Time `json:"until" doc:"null where nobody said that they are away"`
	Cases []LeftCase `json:"cases" nullable:"false" doc:"emergencies first; a case is moved by its transfer"`
}

// LeftCase is a case with those who could have it, best first.
type LeftCase struct {
	Case     string          `json:"case"`
	Severity triage.Severity `json:"severity"`
	Second   bool            `json:"second" doc:"they are its second, and it is an emergency: another one joins by POST /cases/{id}/second"`
	Suggest  []string        `json:"suggest" nullable:"false" doc:"logins"`
}

// ByLogin names a person of the staff.
type ByLogin struct {
	Login string `path:"login"`
}

type (
	wallOut     struct{ Body Wall }
	exposureOut struct{ Body Exposure }
	absenceOut  struct{ Body Absence }
	awayIn      struct {
		ByLogin
		Body struct {
			Until string `json:"until" doc:"the last day (2026-12-01); empty: they are back"`
		}
	}
	whisperIn struct {
		ByCase
		Body struct {
			Text string `json:"text" doc:"read by who has the case, and by the leads"`
		}
	}
)

// lead registers what whoever leads needs.
func (a *api) lead() {
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/board", Summary: "The board on the wall"},
		func(ctx context.Context, p staff.Person, _ *struct{}) (*wallOut, error) {
			w, err := a.Desk.Wall(ctx, p)
			return &wallOut{newWall(w)}, err
		})
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/exposure", Summary: "How much of the gravest work people had",
		Description: "For their wellbeing. It is never used to appraise anybody."},
		func(ctx context.Context, p staff.Person, _ *struct{}) (*exposureOut, error) {
			loads, err := a.Desk.Exposure(ctx, p)
			out := Exposure{[]ExposedPerson{}}
			for _, l := range loads {
				x := ExposedPerson{Login: l.Login, Weeks: []ExposedWeek{}}
				for _, w := range l.Weeks {
					x.Weeks = append(x.Weeks, ExposedWeek(w))
				}
				out.People = append(out.People, x)
			}
			return &exposureOut{out}, err
		})
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/absences/{login}", Summary: "What somebody has who is away, with suggestions"},
		func(ctx context.Context, p staff.Person, in *ByLogin) (*absenceOut, error) {
			x, err := a.Desk.Absent(ctx, p, in.Login)
			out := Absence{Login: in.Login, Until: moment(x.Until), Cases: []LeftCase{}}
			for _, l := range x.Left {
				k := LeftCase{Case: string(l.Case.ID), Severity: l.Case.Severity, Second: l.Second, Suggest: []string{}}
				for _, pick := range l.Picks {
					k.Suggest = append(k.Suggest, pick.Login)
				}
				out.Cases = append(out.Cases, k)
			}
			return &absenceOut{out}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/absences/{login}", DefaultStatus: 204, Summary: "Somebody is away, or back"},
		func(ctx context.Context, p staff.Person, in *awayIn) (*struct{}, error) {
			return nil, a.Desk.MarkAway(ctx, p, in.Login, in.Body.Until)
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/look-in", DefaultStatus: 204, Summary: "Look in: shown for 20 seconds to who has the case"},
		func(ctx context.Context, p staff.Person, in *ByCase) (*struct{}, error) {
			return nil, a.Desk.LookIn(ctx, p, in.id())
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/whispers", DefaultStatus: 204, Summary: "A note to who has the case, and to nobody after them"},
		func(ctx context.Context, p staff.Person, in *whisperIn) (*struct{}, error) {
			_, err := a.Desk.Whisper(ctx, p, in.id(), in.Body.Text)
			return nil, err
		})
}

func newWall(w desk.Wall) Wall {
	out := Wall{Waiting: []WaitingRow{}, Alarms: w.Alarms, Overdue: w.Overdue, Unacknowledged: w.Handoffs, Late: w.Late, Untouched: w.Untouched, Here: []string{}, OnCall: w.OnCall}
	if w.Drill != nil {
		x := exercise(*w.Drill)
		out.Drill = &x
	}
	for _, r := range w.Waiting {
		out.Waiting = append(out.Waiting, WaitingRow{r.Severity, r.N, int(r.Longest.Minutes()), r.Late})
	}
	for _, x := range w.Here {
		out.Here = append(out.Here, x.Login)
	}
	for _, d := range w.Doors {
		if d.Channel == "chat" {
			out.NextOpen = moment(d.Next)
		}
	}
	return out
}
