package school

import (
	"context"
	"net/http"

	"madoguchi/triage"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// Weeks are the weekly reports on a hard case.
type Weeks interface {
	// Week returns what the school owes and wrote the last time, or triage.ErrUnknown.
	Week(ctx context.Context, who staff.Person, handoff string) (triage.WeekView, error)
	// ReportWeek files the report.
	ReportWeek(ctx context.Context, who staff.Person, handoff string, fields map[string]string) (string, error)
}

// weekData is what week.html shows.
type weekData struct {
	triage.WeekView
	Handoff string
	Fields  []triage.Field
	Values  map[string]string
	Wrong   string
}

func (p *portal) week(w http.ResponseWriter, r *http.Request, who staff.Person) {
	v, err := p.Weeks.Week(r.Context(), who, r.PathValue("id"))
	if err != nil {
		p.sorry(w, r, who, err)
		return
	}
	p.showWeek(w, r, who, http.StatusOK, weekData{WeekView: v, Values: v.Last})
}

func (p *portal) showWeek(w http.ResponseWriter, r *http.Request, who staff.Person, status int, d weekData) {
	d.Handoff, d.Fields = r.PathValue("id"), triage.Weekly.Fields
	p.pages.Show(w, r, who, status, "week", web.Frame{Title: "週の報告", Room: "school", Scripts: []string{"/static/compose.js"}, Data: d})
}

// reportWeek shows what was written again where it could not be taken.
func (p *portal) reportWeek(w http.ResponseWriter, r *http.Request, who staff.Person) {
	id, fields := r.PathValue("id"), written(r, triage.Weekly)
	if _, err := p.Weeks.ReportWeek(r.Context(), who, id, fields); err != nil {
		v, again := p.Weeks.Week(r.Context(), who, id)
		if again != nil {
			p.sorry(w, r, who, again)
			return
		}
		status, say := told(err)
		p.showWeek(w, r, who, status, weekData{WeekView: v, Values: fields, Wrong: say})
		return
	}
	p.site.Sessions.Flash(r.Context(), "週の報告を送りました。")
	http.Redirect(w, r, "/school/handoffs/"+id+"/content", http.StatusSeeOther)
}
