package console

import (
	"net/http"
	"strconv"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// openTaken shows the words of a message that was taken back to a script alone.
func (c *Console) openTaken(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	text, err := c.Desk.OpenTaken(r.Context(), p, id, number64(r.PathValue("seq")))
	return result{Say: "開きました。だれがいつ見たかは記録されました。", Values: map[string]string{"": text}}, err
}

// dropTaken destroys them.
func (c *Console) dropTaken(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	err := c.Desk.DropTaken(r.Context(), p, id, number64(r.PathValue("seq")), r.PostForm.Get("note"))
	return result{Say: "消しました。考えたことは、メモに残しました。"}, err
}

// number64 reads a number of a path; what is none is 0, which no event has.
func number64(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
