package console

import (
	"net/http"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

// families are the words for those of a family.
var families = map[string]string{"": desk.Whom(""), "mother": desk.Whom("mother"), "father": desk.Whom("father"), "other": desk.Whom("other")}

// kinsfolk is somebody of a family who can be told, as a choice of a form.
type kinsfolk struct{ ID, Whom, Name string }

// kinsfolks are all of them, whoever looks after the child first.
func kinsfolks() []kinsfolk {
	all := []kinsfolk{{triage.ToGuardian, "", desk.Whom("")}}
	for _, whom := range triage.Whoms {
		all = append(all, kinsfolk{triage.Guardian(whom), whom, desk.Whom(whom) + "だけ"})
	}
	return all
}

// Families are the choices of a form that asks the child about her family.
func (caseData) Families() []kinsfolk { return kinsfolks() }

// MayAgree reports whether the person is the second who has to look at a question about the family.
func (d caseData) MayAgree(k triage.Consent) bool {
	_, family := triage.Family(k.School)
	return family && d.IsSupervisor && k.Agreed == "" && k.Explained != d.login && k.Answer != triage.AnswerNo
}

// Alone reports whether a question about the family waits for a supervisor.
func (caseData) Alone(k triage.Consent) bool {
	_, family := triage.Family(k.School)
	return family && k.Agreed == "" && k.Answer != triage.AnswerNo
}

// agreeFamily is a supervisor's look at a question about the family.
func (c *Console) agreeFamily(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	_, err := c.Desk.AgreeFamily(r.Context(), p, id, r.PathValue("consent"), r.PostForm.Get("reason"))
	return result{Say: "統括として確かめました。本人が「いいです」と答えていれば、保護者に話せます。"}, err
}

// toldFamily writes down that somebody spoke with the family.
func (c *Console) toldFamily(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	f := r.PostForm
	at, err := moment(f.Get("at"))
	if err != nil {
		return result{}, err
	}
	_, err = c.Desk.TellFamily(r.Context(), p, id, r.PathValue("handoff"), desk.Notified{At: at, How: f.Get("how"), Spoke: f.Get("spoke"), Answer: f.Get("answer")})
	return result{Say: "保護者に話したことを記録しました。次は、そのことを本人に話します。"}, err
}

// moment reads when something was told.
func moment(field string) (time.Time, error) {
	at, err := time.ParseInLocation("2006-01-02T15:04", field, triage.JST)
	if err != nil {
		return time.Time{}, &triage.Refusal{Code: triage.CodeBadRequest, Say: "いつ伝えたかを書いてください。"}
	}
	return at, nil
}
