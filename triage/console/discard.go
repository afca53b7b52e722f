package console

import (
	"net/http"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/discard"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// The words of the record of papers.
var (
	paperNames    = map[string]string{triage.PaperLetters: "届いた手紙", triage.PaperAnswers: "印刷した返事とその控え", triage.PaperSheets: "名前を入れて印刷した学校の報告"}
	discardWays   = map[string]string{"cut": "裁断", "burnt": "焼却", "pulped": "溶解", "returned": "書いた人に返した"}
	discardStates = map[string]string{string(discard.Owed): "紙がまだ残っています", string(discard.Written): "立ち会った人の確認を待っています", string(discard.Done): "廃棄しました"}
)

func (c *Console) discardRoutes() {
	s := c.site
	s.Page("GET", "/discards", c.discards)
	s.Page("POST", "/discards", c.discard)
	s.Page("POST", "/discards/witness", c.witnessDiscard)
}

// discarded is a record as the page shows it.
type discarded struct {
	discard.Record
	What, Say   string
	Certificate int64 // number in the audit of the destruction of the case's keys, or 0
	Mine        bool  // it waits for the person's own word
}

type discardsData struct {
	All     []discarded
	Lead    bool
	Ways    []string
	Due     []city.Due
	Classes []city.Retention
	Schools []city.School
	Today   string
	Case    triage.CaseID // that the form begins with
}

func (c *Console) discards(w http.ResponseWriter, r *http.Request, p staff.Person) {
	all, err := c.Desk.Discards(r.Context(), p)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	now := c.Clock.Now()
	d := discardsData{Lead: desk.Leads(p), Ways: discard.Ways, Today: c.Desk.Today(), Schools: c.City.Schools, Due: c.City.Papers(now), Case: triage.CaseID(r.URL.Query().Get("case"))}
	for _, k := range c.City.Retention {
		if k.Of == city.OfPaper {
			d.Classes = append(d.Classes, k)
		}
	}
	certificates := map[triage.CaseID]int64{}
	if d.Lead {
		found, err := c.Ledger.Destroyed(r.Context(), everyDisposal)
		if err != nil {
			c.sorry(w, r, p, err)
			return
		}
		for _, x := range found {
			certificates[x.Case] = x.N
		}
	}
	for _, x := range all {
		d.All = append(d.All, discarded{x, c.paperOf(x), word(discardStates, x.State()), certificates[x.Case], x.State() == discard.Written && x.Witness == p.Login})
	}
	c.pages.Show(w, r, p, http.StatusOK, "discards", web.Frame{Title: "紙の廃棄", Room: "disposals", Data: d})
}

// paperOf tells which paper a record is of.
func (c *Console) paperOf(x discard.Record) string {
	switch x.Of {
	case discard.Case:
		return "事案 " + number(x.Case)
	case discard.Batch:
		return "手紙の束　" + x.Batch
	}
	k, _ := c.City.Class(x.Class)
	return k.Name + "　" + c.school(x.School)
}

func (c *Console) discard(w http.ResponseWriter, r *http.Request, p staff.Person) {
	f := r.PostFormValue
	_, err := c.Desk.Discard(r.Context(), p, discard.Record{Of: f("of"), Case: triage.CaseID(f("case")), Batch: f("batch"), Class: f("class"), Year: int(number64(f("year"))), School: f("school"),
		How: f("how"), On: f("on"), Count: int(number64(f("count"))), Doer: f("doer"), Witness: f("witness"), Note: f("note")})
	c.told(w, r, "/discards", "記録しました。", err)
}

func (c *Console) witnessDiscard(w http.ResponseWriter, r *http.Request, p staff.Person) {
	_, err := c.Desk.WitnessDiscard(r.Context(), p, r.PostFormValue("id"))
	c.told(w, r, "/discards", "立ち会ったことを記録しました。", err)
}
