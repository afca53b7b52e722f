package school

import (
	"maps"
	"net/http"

	"madoguchi/triage"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// reportData is what report.html shows.
type reportData struct {
	triage.Form
	Forms   []triage.Form
	School  string
	Handoff string // the hand-off that it is about, or empty
	Values  map[string]string
	Wrong   string
}

func (p *portal) reports(w http.ResponseWriter, r *http.Request, who staff.Person) {
	reports, err := p.Desk.Reports(r.Context(), who)
	if err != nil {
		p.sorry(w, r, who, err)
		return
	}
	p.show(w, r, who, http.StatusOK, "reports", "出した報告", reports)
}

func (p *portal) newReport(w http.ResponseWriter, r *http.Request, who staff.Person) {
	form, ok := triage.FormByID(r.URL.Query().Get("form"))
	if !ok {
		form = triage.Forms[0]
	}
	values := map[string]string{"reported_at": p.today(), "reported_on": p.today()}
	p.showReport(w, r, who, http.StatusOK, reportData{Form: form, Handoff: r.URL.Query().Get("handoff"), Values: values})
}

func (p *portal) showReport(w http.ResponseWriter, r *http.Request, who staff.Person, status int, d reportData) {
	d.School, d.Forms = p.Name(who.School), triage.Forms
	p.pages.Show(w, r, who, status, "report", web.Frame{Title: "報告を書く", Room: "school", Scripts: []string{"/static/compose.js"}, Data: d})
}

// report shows what was written again where it could not be taken.
func (p *portal) report(w http.ResponseWriter, r *http.Request, who staff.Person) {
	form, ok := triage.FormByID(r.PostFormValue("form"))
	if !ok {
		p.sorry(w, r, who, &triage.Refusal{Code: triage.CodeBadRequest, Say: "報告の種類を選んでください。"})
		return
	}
	fields := map[string]string{}
	for _, f := range form.Fields {
		if v := r.PostFormValue(f.Key); v != "" {
			fields[f.Key] = v
		}
	}
	handoff := r.PostFormValue("handoff")
	if _, err := p.Desk.Report(r.Context(), who, handoff, form.ID, maps.Clone(fields)); err != nil {
		status, say := told(err)
		p.showReport(w, r, who, status, reportData{Form: form, Handoff: handoff, Values: fields, Wrong: say})
		return
	}
	p.site.Sessions.Flash(r.Context(), "報告を送りました。")
	http.Redirect(w, r, "/school/reports", http.StatusSeeOther)
}
