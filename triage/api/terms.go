package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

// EndedRegister is the part of a register that has been kept as long as the city's file says.
type EndedRegister struct {
	Class     string        `json:"class" doc:"key of the city's retention"`
	Name      string        `json:"name"`
	Term      string        `json:"term" doc:"in Japanese"`
	Source    string        `json:"source" doc:"who says so"`
	Confirmed bool          `json:"confirmed" doc:"false where the city has yet to confirm it"`
	First     int           `json:"first" doc:"the oldest fiscal year that is there"`
	Upto      int           `json:"upto" doc:"the last fiscal year whose term has ended"`
	Entries   int           `json:"entries" doc:"of requests, how many; the audit's are not counted"`
	Decided   *TermDecision `json:"decided,omitempty" doc:"absent: a person has to decide in this fiscal year"`
}

// TermDecision is what a lead decided of it.
type TermDecision struct {
	Class     string    `json:"class"`
	Upto      int       `json:"upto"`
	Destroyed int       `json:"destroyed" doc:"entries; 0: it stays"`
	Reason    string    `json:"reason" doc:"anonymized"`
	By        string    `json:"by"`
	At        time.Time `json:"at"`
}

// EndedRegisters are those, and what was decided before, the newest first.
type EndedRegisters struct {
	Registers []EndedRegister `json:"registers" nullable:"false"`
	Decisions []TermDecision  `json:"decisions" nullable:"false"`
}

type endedOut struct{ Body EndedRegisters }

type decideTermIn struct {
	Class string `path:"class" doc:"key of the city's retention"`
	Body  struct {
		Upto   int    `json:"upto" doc:"as it is listed"`
		Do     string `json:"do" enum:"keep,destroy" doc:"the audit can only be kept"`
		Reason string `json:"reason"`
	}
}

// terms registers what is decided of registers that were kept long enough.
func (a *api) terms() {
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/registers", Summary: "Registers of which a part has been kept long enough, and what was decided",
		Description: "The audit is one chain: nothing of it is destroyed by the program, and a person decides each year that it stays."},
		func(ctx context.Context, p staff.Person, _ *struct{}) (*endedOut, error) {
			ended, decided, err := a.Desk.Ended(ctx, p)
			out := EndedRegisters{Registers: []EndedRegister{}, Decisions: []TermDecision{}}
			for _, x := range ended {
				e := EndedRegister{Class: x.Key, Name: x.Name, Term: x.Say(), Source: x.Source, Confirmed: x.Confirmed, First: x.First, Upto: x.Year, Entries: len(x.Entries)}
				if x.Decided != nil {
					t := decision(*x.Decided)
					e.Decided = &t
				}
				out.Registers = append(out.Registers, e)
			}
			for _, t := range decided {
				out.Decisions = append(out.Decisions, decision(t))
			}
			return &endedOut{out}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/registers/{class}/decision", DefaultStatus: 204, Summary: "Decide that what has been kept long enough stays, or destroy it; and why"},
		func(ctx context.Context, p staff.Person, in *decideTermIn) (*struct{}, error) {
			return nil, a.Desk.DecideTerm(ctx, p, in.Class, in.Body.Upto, in.Body.Do, in.Body.Reason)
		})
}

func decision(t desk.Term) TermDecision {
	return TermDecision{t.Class, t.Upto, t.Destroyed, t.Reason, t.By, t.At}
}
