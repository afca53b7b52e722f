package console

import (
	"net/http"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// SafetyParts are the parts of the plan's form, with the words of the plan that holds.
func (d caseData) SafetyParts() []triage.SafetyPart {
	var s triage.SafetyPlan
	if d.Safety != nil {
		s = *d.Safety
	}
	return s.Parts()
}

// planSafety keeps the plan.
func (c *Console) planSafety(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	f := r.PostForm
	_, err := c.Desk.PlanSafety(r.Context(), p, id, triage.SafetyPlan{Signs: f.Get("signs"), Helps: f.Get("helps"), People: f.Get("people"),
		Places: f.Get("places"), Numbers: f.Get("numbers")})
	return result{Say: "安全プランをしまいました。本人には、まだ送っていません。"}, err
}

// safetyText is the plan as the child would read it, to be changed before it is sent.
func (c *Console) safetyText(s *triage.SafetyPlan) string {
	if s == nil {
		return ""
	}
	return c.City.Text("safety.plan", "chat", c.Clock.Now(), map[string]string{"しるし": s.Signs, "楽になること": s.Helps, "話せる人": s.People, "安心できる場所": s.Places, "番号": s.Numbers})
}
