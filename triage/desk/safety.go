package desk

import (
	"context"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// PlanSafety keeps what the child and the counselor agreed for when it gets hard. It takes the place of the plan before, which
// stays in the timeline.
func (d *Desk) PlanSafety(ctx context.Context, p staff.Person, id triage.CaseID, s triage.SafetyPlan) (triage.Case, error) {
	if s.Say() == "" {
		return triage.Case{}, bad("しるし・楽になること・人・場所・番号の、どれかを書いてください。")
	}
	for _, part := range s.Parts() {
		if err := optional(part.Text, maxReason); err != nil {
			return triage.Case{}, err
		}
	}
	return d.perform(ctx, p, id, act{what: "safety", may: mayAct,
		do: func(triage.Case, []triage.Event) ([]triage.Event, error) {
			plan := s
			for _, text := range []*string{&plan.Signs, &plan.Helps, &plan.People, &plan.Places, &plan.Numbers} {
				var err error
				if *text, err = d.scrubbed(ctx, id, *text); err != nil {
					return nil, err
				}
			}
			e := d.event(p, triage.KindNote)
			e.Text, e.Safety = plan.Say(), &plan
			return []triage.Event{e}, nil
		}})
}
