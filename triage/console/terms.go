package console

import (
	"fmt"
	"net/http"

	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

// ended is a register of which a part has been kept long enough, as the page shows it.
type ended struct{ desk.Ended }

// Years says which fiscal years it is about.
func (e ended) Years() string {
	if e.First == e.Year {
		return fmt.Sprintf("%d年度のもの", e.Year)
	}
	return fmt.Sprintf("%d年度から%d年度までのもの", e.First, e.Year)
}

// termDecided is what was decided of a register before.
type termDecided struct {
	desk.Term
	Name string
}

// terms lists what is due of registers, and what was decided.
func (c *Console) terms(r *http.Request, p staff.Person, d *disposalsData) error {
	all, decided, err := c.Desk.Ended(r.Context(), p)
	for _, x := range all {
		d.Ended = append(d.Ended, ended{x})
	}
	for _, t := range decided {
		k, _ := c.City.Class(t.Class)
		d.Terms = append(d.Terms, termDecided{t, k.Name})
	}
	return err
}

func (c *Console) decideTerm(w http.ResponseWriter, r *http.Request, p staff.Person) {
	err := c.Desk.DecideTerm(r.Context(), p, r.PathValue("class"), int(number64(r.PostFormValue("upto"))), r.PostFormValue("do"), r.PostFormValue("reason"))
	c.told(w, r, "/disposals", "決めたことを残しました。", err)
}
