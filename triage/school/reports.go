package school

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"madoguchi/triage"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// reportData is what report.html shows.
type reportData struct {
	triage.Form
	Forms   []triage.Form
	School  string
	Handoff string // the hand-off or the report that it is about, or empty
	Amends  string // the report that it takes the place of, or empty
	Draft   string // the draft that it was, or empty
	Values  map[string]string
	Table   []int // the numbers of the rows that are shown
	Wrong   string
}

// Plain are the fields outside of the form's table, in two parts: those before the table, and those after it.
func (d reportData) Plain(before bool) []triage.Field {
	at := len(d.Fields)
	if len(d.Rows) > 0 {
		at = slices.IndexFunc(d.Fields, func(f triage.Field) bool { return f.Key == d.Rows[0] })
	}
	var fields []triage.Field
	for i, f := range d.Fields {
		if !slices.Contains(d.Rows, f.Key) && (i < at) == before {
			fields = append(fields, f)
		}
	}
	return fields
}

// Row are the fields of row n of the form's table, each with the key of that row.
func (d reportData) Row(n int) []triage.Field {
	var fields []triage.Field
	for _, key := range d.Rows {
		f, _ := d.Box(key)
		f.Key, f.Required = d.Key(key, n), f.Required && n == 1
		fields = append(fields, f)
	}
	return fields
}

// box is a field with what stands in it.
type box struct {
	triage.Field
	Value string
}

// Has reports whether the choice was made.
func (b box) Has(choice string) bool {
	return b.Value == choice || b.Many && slices.Contains(strings.Split(b.Value, "、"), choice)
}

func newBox(f triage.Field, values map[string]string) box { return box{f, values[f.Key]} }

// rowsShown are the rows in which something stands and one more; three at least.
func rowsShown(f triage.Form, values map[string]string, more int) []int {
	last := 2
	for _, x := range f.Filled(values) {
		last = max(last, x.Row)
	}
	last = min(max(last+1, more), triage.MaxRows)
	var rows []int
	for n := 1; n <= last && len(f.Rows) > 0; n++ {
		rows = append(rows, n)
	}
	return rows
}

// reportsData is what reports.html shows.
type reportsData struct {
	Reports []triage.ReportView
	Drafts  []triage.Draft
}

func (p *portal) reports(w http.ResponseWriter, r *http.Request, who staff.Person) {
	var d reportsData
	var err error
	if d.Reports, err = p.Desk.Reports(r.Context(), who); err == nil {
		d.Drafts, err = p.Papers.Drafts(r.Context(), who)
	}
	if err != nil {
		p.sorry(w, r, who, err)
		return
	}
	p.show(w, r, who, http.StatusOK, "reports", "出した報告", d)
}

// newReport shows an empty form; or one that is filled in from a draft, from a report that is to be amended, or from the
// report of what happened, whose names the next form asks for again.
func (p *portal) newReport(w http.ResponseWriter, r *http.Request, who staff.Person) {
	q := r.URL.Query()
	form, ok := triage.FormByID(q.Get("form"))
	if !ok {
		form = triage.Forms[0]
	}
	d := reportData{Form: form, Handoff: q.Get("handoff"), Values: map[string]string{"reported_at": p.today(), "reported_on": p.today()}}
	var err error
	switch {
	case q.Get("draft") != "":
		err = p.fromDraft(r, who, q.Get("draft"), &d)
	case q.Get("amends") != "":
		var paper triage.Paper
		if paper, err = p.Papers.Paper(r.Context(), who, q.Get("amends")); err == nil {
			d.Form, _ = triage.FormByID(paper.Form)
			d.Amends, d.Values = paper.ID, paper.Fields
		}
	case q.Get("after") != "":
		var paper triage.Paper
		if paper, err = p.Papers.Paper(r.Context(), who, q.Get("after")); err == nil {
			maps.Copy(d.Values, follows(paper.Fields))
			d.Handoff = paper.ID // it is about the same case
		}
	}
	if err != nil {
		p.sorry(w, r, who, err)
		return
	}
	p.showReport(w, r, who, http.StatusOK, d)
}

// follows is what a report of an incident tells the forms that come after it.
func follows(incident map[string]string) map[string]string {
	next := map[string]string{}
	for to, from := range map[string]string{"harmed": "harmed", "state": "what"} {
		if v := incident[from]; v != "" {
			next[to] = v
		}
	}
	return next
}

func (p *portal) fromDraft(r *http.Request, who staff.Person, id string, d *reportData) error {
	drafts, err := p.Papers.Drafts(r.Context(), who)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(drafts, func(x triage.Draft) bool { return x.ID == id })
	if i < 0 {
		return triage.ErrUnknown
	}
	x := drafts[i]
	d.Form, _ = triage.FormByID(x.Form)
	d.Handoff, d.Amends, d.Draft, d.Values = x.Handoff, x.Amends, x.ID, x.Fields
	return nil
}

func (p *portal) showReport(w http.ResponseWriter, r *http.Request, who staff.Person, status int, d reportData) {
	d.School, d.Forms = p.Name(who.School), triage.Forms
	if d.Table == nil {
		d.Table = rowsShown(d.Form, d.Values, 0)
	}
	p.pages.Show(w, r, who, status, "report", web.Frame{Title: "報告を書く", Room: "school", Scripts: []string{"/static/compose.js"}, Data: d})
}

// report sends what was written, keeps it as a draft, or shows it with one row more; it shows it again where it could not be
// taken.
func (p *portal) report(w http.ResponseWriter, r *http.Request, who staff.Person) {
	if r.ParseForm() != nil {
		p.sorry(w, r, who, &triage.Refusal{Code: triage.CodeBadRequest, Say: "長すぎて、送れませんでした。前の画面に戻り、分けて送ってください。"})
		return
	}
	form, ok := triage.FormByID(r.PostFormValue("form"))
	if !ok {
		p.sorry(w, r, who, &triage.Refusal{Code: triage.CodeBadRequest, Say: "報告の種類を選んでください。"})
		return
	}
	d := reportData{Form: form, Handoff: r.PostFormValue("handoff"), Amends: r.PostFormValue("amends"), Draft: r.PostFormValue("draft"), Values: written(r, form)}
	var err error
	say := "報告を送りました。"
	switch r.PostFormValue("do") {
	case "row":
		more, _ := strconv.Atoi(r.PostFormValue("rows"))
		d.Table = rowsShown(form, d.Values, more+1)
		p.showReport(w, r, who, http.StatusOK, d)
		return
	case "save":
		say = "下書きを保存しました。まだ送っていません。"
		_, err = p.Papers.SaveDraft(r.Context(), who, triage.Draft{ID: d.Draft, Form: form.ID, Handoff: d.Handoff, Amends: d.Amends, Fields: maps.Clone(d.Values)})
	default:
		if err = p.send(r, who, d); err == nil && d.Draft != "" {
			err = p.Papers.DropDraft(r.Context(), who, d.Draft)
		}
	}
	if err != nil {
		var status int
		status, d.Wrong = told(err)
		p.showReport(w, r, who, status, d)
		return
	}
	p.site.Sessions.Flash(r.Context(), say)
	http.Redirect(w, r, "/school/reports", http.StatusSeeOther)
}

func (p *portal) send(r *http.Request, who staff.Person, d reportData) error {
	var err error
	if d.Amends != "" {
		_, err = p.Papers.Amend(r.Context(), who, d.Amends, maps.Clone(d.Values))
	} else {
		_, err = p.Desk.Report(r.Context(), who, d.Handoff, d.Form.ID, maps.Clone(d.Values))
	}
	return err
}

// written reads the fields of the form from the request.
func written(r *http.Request, form triage.Form) map[string]string {
	r.PostFormValue("form") // reads the body, where it has not been read
	fields := map[string]string{}
	for key, values := range r.PostForm {
		f, ok := form.Box(key)
		if !ok && key != triage.Remarks {
			continue
		}
		if f.Many {
			fields[key] = joined(values)
		} else if values[0] != "" {
			fields[key] = values[0]
		}
	}
	return fields
}
