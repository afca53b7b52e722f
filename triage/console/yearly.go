package console

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/figures"
	"madoguchi/triage/sheet"
	"madoguchi/triage/staff"
	tables "madoguchi/triage/table"
	"madoguchi/triage/web"
)

type yearlyData struct {
	Lead bool
	Next []int // fiscal years that are over and have no report yet
	All  []figures.Report
}

// offered is how many years back a report can still be made from the page.
const offered = 3

// yearly lists the reports of years.
func (c *Console) yearly(w http.ResponseWriter, r *http.Request, p staff.Person) {
	all, err := c.Desk.Reports(r.Context(), p)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	d := yearlyData{All: all, Lead: desk.Leads(p)}
	made := map[int]bool{}
	for _, x := range all {
		made[x.Year] = true
	}
	last := fiscalYear(c.Clock.Now().In(triage.JST)).Year() - 1
	for y := last; y > last-offered; y-- {
		if !made[y] {
			d.Next = append(d.Next, y)
		}
	}
	c.pages.Show(w, r, p, http.StatusOK, "yearly", web.Frame{Title: "年度の報告", Room: "statistics", Data: d})
}

func (c *Console) makeYearly(w http.ResponseWriter, r *http.Request, p staff.Person) {
	year, err := strconv.Atoi(r.PostFormValue("year"))
	if err == nil {
		_, err = c.Desk.MakeReport(r.Context(), p, year)
	} else {
		err = triage.ErrUnknown
	}
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	http.Redirect(w, r, fmt.Sprintf("/statistics/reports/%d", year), http.StatusSeeOther)
}

// yearData is a report as it is shown and printed.
type yearData struct {
	statisticsData
	Year int
	On   string // the day on which it was made
}

// yearOf reads the report that the address names.
func (c *Console) yearOf(r *http.Request, p staff.Person) (yearData, error) {
	year, err := strconv.Atoi(r.PathValue("year"))
	if err != nil {
		return yearData{}, triage.ErrUnknown
	}
	x, err := c.Desk.Report(r.Context(), p, year)
	if err != nil {
		return yearData{}, err
	}
	s := statisticsData{From: x.Begin().Format(time.DateOnly), To: x.End().AddDate(0, 0, -1).Format(time.DateOnly), Whole: true, Total: x.Total,
		NotAsked: desk.NotAsked(x.Of), Small: desk.SmallCell, School: desk.SmallSchool, Months: table("月", x.Months, nil, nil), Tables: c.kinds(x.Of, c.schoolNames())}
	s.Chart = columns(s.Months)
	if len(x.Cross.Months) > 0 {
		s.Cross = crossed(&desk.Cross{Grid: x.Cross.Grid, Months: x.Cross.Months, Doors: x.Cross.Kinds})
	}
	return yearData{s, x.Year, x.At.In(triage.JST).Format("2006年1月2日")}, nil
}

func (c *Console) year(w http.ResponseWriter, r *http.Request, p staff.Person) {
	d, err := c.yearOf(r, p)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	c.pages.Show(w, r, p, http.StatusOK, "year", web.Frame{Title: fmt.Sprintf("%d年度の報告", d.Year), Room: "statistics", Data: d})
}

// yearPaper is the report on A4.
func (c *Console) yearPaper(w http.ResponseWriter, r *http.Request, p staff.Person) {
	d, err := c.yearOf(r, p)
	var out bytes.Buffer
	if err == nil {
		err = sheet.PrintTables(&out, d.titled(c.City.Name), d.notes(), d.parts()...)
	}
	c.download(w, r, p, "application/pdf", "report.pdf", out.Bytes(), desk.Printed(err))
}

func (c *Console) yearBook(w http.ResponseWriter, r *http.Request, p staff.Person) {
	d, err := c.yearOf(r, p)
	c.book(w, r, p, "report.xlsx", err, d.sheets()...)
}

func (c *Console) yearCSV(w http.ResponseWriter, r *http.Request, p staff.Person) {
	d, err := c.yearOf(r, p)
	c.csv(w, r, p, "report.csv", err, d.list())
}

func (d yearData) titled(city string) string {
	return fmt.Sprintf("%s　相談の件数　%d年度の報告", city, d.Year)
}

func (d yearData) notes() []string {
	return []string{"報告番号　" + strconv.Itoa(d.Year) + "　　作成　" + d.On,
		fmt.Sprintf("%sから%sまでに始まった事案　%s件", d.From, d.To, written(d.Total)),
		fmt.Sprintf("作成した日の様子です。この報告は、あとから変わりません。%d件（学校ごとは%d件）より少ない数と、ほかの数から計算できてしまう数は、伏せています。コーディネーターや統括のだれかを外した事案は、あるかどうかが分からないように、だれが見る件数にも入れていません。", d.Small, d.School)}
}

// parts are the tables of the report, one by one, for paper.
func (d yearData) parts() []tables.Table {
	var all []tables.Table
	for _, x := range append([]countTable{d.Months}, d.Tables...) {
		t := tables.Table{Name: x.Title, Head: []string{x.Title, "件数"}}
		for _, row := range x.Rows {
			t.Rows = append(t.Rows, []string{row.Label, written(row.Count)})
		}
		if len(t.Rows) > 0 {
			all = append(all, t)
		}
	}
	return append(all, d.sheets()[1:]...)
}
