package console

import (
	"net/http"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/drill"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// drillRoutes are the page of the exercises of the night path.
func (c *Console) drillRoutes() {
	c.site.Page("GET", "/drills", c.drills)
	for pattern, act := range map[string]func(*http.Request, staff.Person) (string, error){
		"/drills": c.startDrill, "/drills/{id}/receive": c.receiveDrill, "/drills/{id}/end": c.endDrill,
	} {
		c.site.Page("POST", pattern, func(w http.ResponseWriter, r *http.Request, p staff.Person) {
			say, err := act(r, p)
			status, res := http.StatusOK, result{Say: say}
			if err != nil {
				status, res = c.failed(err)
			}
			res.To = "/drills"
			c.answer(w, r, status, res)
		})
	}
}

type drillsData struct {
	All   []drill.Record
	Open  *drill.Record // the one that goes on
	Mine  bool          // it was begun by who looks
	Leads bool          // may begin one, and end it
	Calls bool          // somebody could be called
}

func (c *Console) drills(w http.ResponseWriter, r *http.Request, p staff.Person) {
	all, err := c.Desk.ListDrills(r.Context(), p)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	d := drillsData{All: all, Leads: p.Role == triage.Supervisor, Calls: c.Desk.CanDrill()}
	if len(all) > 0 && all[0].Open() {
		d.Open, d.Mine = &all[0], all[0].By == p.Login
	}
	c.pages.Show(w, r, p, http.StatusOK, "drills", web.Frame{Title: "夜の訓練", Room: "drills", Data: d})
}

func (c *Console) startDrill(r *http.Request, p staff.Person) (string, error) {
	_, err := c.Desk.StartDrill(r.Context(), p)
	return "訓練を始めました。受領されるまで、30分のあいだ、順に呼び出します。", err
}

func (c *Console) receiveDrill(r *http.Request, p staff.Person) (string, error) {
	_, err := c.Desk.ReceiveDrill(r.Context(), p, r.PathValue("id"))
	return "受領しました。訓練は終わりです。ありがとうございました。", err
}

func (c *Console) endDrill(r *http.Request, p staff.Person) (string, error) {
	_, err := c.Desk.EndDrill(r.Context(), p, r.PathValue("id"))
	return "訓練を終わりにしました。", err
}

// drillCame tells in a line what came of an exercise.
func drillCame(r drill.Record) string {
	took, received := r.Took()
	switch {
	case received:
		return span(took.Round(time.Minute)) + "で、" + r.ReceivedBy + " が受領しました"
	case r.Open():
		return "受領を待っています"
	}
	return "だれも受領しませんでした"
}
