package console

import (
	"net/http"
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// RisksFound lists what was found of a danger to life, newest first.
func (d caseData) RisksFound() []triage.Risk {
	all := slices.Clone(d.Risks)
	slices.Reverse(all)
	return all
}

// Raisable reports whether the latest form asks a person to raise the case to an emergency.
func (d caseData) Raisable() bool {
	n := len(d.Risks)
	return n > 0 && d.Risks[n-1].Grave() && d.Severity != triage.Emergency
}

// RiskQuestions are those of the form.
func (caseData) RiskQuestions() []triage.RiskQuestion { return triage.RiskQuestions }

// assessRisk writes down what was found.
func (c *Console) assessRisk(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	f := r.PostForm
	x := triage.Risk{Found: map[string]string{}, Note: f.Get("note")}
	for _, q := range triage.RiskQuestions {
		x.Found[q.Key] = f.Get("risk_" + q.Key)
	}
	if days := number64(f.Get("again")); days > 0 {
		x.Again = c.Clock.Now().Add(time.Duration(days) * 24 * time.Hour)
	}
	_, err := c.Desk.AssessRisk(r.Context(), p, id, x, f.Get("again") == "last")
	res := result{Say: "見立てを残しました。次に見立てる時が、担当の期限になります。"}
	switch {
	case f.Get("again") == "last":
		res.Say = "見立てを残しました。"
	case x.Grave():
		res.Say = "見立てを残しました。計画・手段・時がそろっています。「緊急」に上げるかを、いま決めてください。"
	}
	return res, err
}
