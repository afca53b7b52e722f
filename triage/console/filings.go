package console

import (
	"bytes"
	"net/http"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
	tables "madoguchi/triage/table"
	"madoguchi/triage/web"
)

// filingsData is what filings.html shows.
type filingsData struct {
	Form, School string
	From, To     string // days; To is within
	Forms        []triage.Form
	Schools      []city.School
	Rows         []desk.Filed
	Lead         bool
}

func (c *Console) filingRoutes() {
	s := c.site
	s.Page("GET", "/filings", c.filings)
	s.Page("GET", "/filings.xlsx", c.filingsBook)
	s.Page("GET", "/filings.csv", c.filingsCSV)
	s.Page("GET", "/filings/{id}/sheet", c.filingSheet)
	s.Page("POST", "/filings/{id}/sheet", c.filingSheet)
}

// filingsAsked reads the choice of reports from the address: of the school year until now where it says nothing.
func (c *Console) filingsAsked(r *http.Request) (desk.Filings, filingsData) {
	f := r.URL.Query()
	now := c.Clock.Now().In(triage.JST)
	from := day(f.Get("from"), fiscalYear(now))
	to := day(f.Get("to"), time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, triage.JST))
	return desk.Filings{Form: f.Get("form"), School: f.Get("school"), From: from, To: to.AddDate(0, 0, 1)}, filingsData{Form: f.Get("form"), School: f.Get("school"),
		From: from.Format(time.DateOnly), To: to.Format(time.DateOnly), Forms: triage.AllForms(), Schools: c.City.Schools}
}

func (c *Console) filings(w http.ResponseWriter, r *http.Request, p staff.Person) {
	q, d := c.filingsAsked(r)
	var err error
	if d.Rows, err = c.Desk.Filings(r.Context(), p, q); err != nil {
		c.sorry(w, r, p, err)
		return
	}
	d.Lead = desk.Leads(p)
	c.pages.Show(w, r, p, http.StatusOK, "filings", web.Frame{Title: "学校の報告", Room: "filings", Data: d})
}

func (c *Console) filingsBook(w http.ResponseWriter, r *http.Request, p staff.Person) {
	q, _ := c.filingsAsked(r)
	all, err := c.Desk.FilingTables(r.Context(), p, q)
	c.book(w, r, p, "filings.xlsx", err, all...)
}

// filingsCSV gives one form, the first where none is chosen: a file of CSV is one table.
func (c *Console) filingsCSV(w http.ResponseWriter, r *http.Request, p staff.Person) {
	q, _ := c.filingsAsked(r)
	if _, ok := triage.FormByID(q.Form); !ok {
		q.Form = triage.Forms[0].ID
	}
	all, err := c.Desk.FilingTables(r.Context(), p, q)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	c.csv(w, r, p, "filings.csv", nil, all[0])
}

// filingSheet prints a report: by GET with placeholders, by POST with the names, for a reason.
func (c *Console) filingSheet(w http.ResponseWriter, r *http.Request, p staff.Person) {
	pdf, err := c.Desk.PrintFiling(r.Context(), p, r.PathValue("id"), r.Method == http.MethodPost, r.PostFormValue("reason"))
	c.download(w, r, p, "application/pdf", "print.pdf", pdf, err)
}

// book serves tables as an Excel workbook, unless they could not be made.
func (c *Console) book(w http.ResponseWriter, r *http.Request, p staff.Person, name string, err error, all ...tables.Table) {
	var out bytes.Buffer
	if err == nil {
		err = tables.WriteBook(&out, all...)
	}
	c.download(w, r, p, tables.BookType, name, out.Bytes(), err)
}

// csv serves a table as CSV, unless it could not be made.
func (c *Console) csv(w http.ResponseWriter, r *http.Request, p staff.Person, name string, err error, t tables.Table) {
	var out bytes.Buffer
	if err == nil {
		err = tables.WriteCSV(&out, t)
	}
	c.download(w, r, p, "text/csv; charset=utf-8", name, out.Bytes(), err)
}

// download serves what an office takes away. Its name tells nothing, and the browser keeps nothing of it by itself.
func (c *Console) download(w http.ResponseWriter, r *http.Request, p staff.Person, kind, name string, data []byte, err error) {
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	how := "attachment"
	if kind == "application/pdf" {
		how = "inline"
	}
	h.Set("Content-Disposition", how+`; filename="`+name+`"`)
	w.Write(data)
}

func formName(id string) string { f, _ := triage.FormByID(id); return f.Name }
