package school

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"madoguchi/triage"
	"madoguchi/triage/sheet"
	"madoguchi/triage/staff"
	"madoguchi/triage/table"
	"madoguchi/triage/web"
)

// Papers is what a school can do with its own reports beside sending one.
type Papers interface {
	// Paper shows a report of the person's school as it was written, names and all, or triage.ErrUnknown.
	Paper(ctx context.Context, who staff.Person, report string) (triage.Paper, error)
	// Print makes its sheet as PDF.
	Print(ctx context.Context, who staff.Person, report string) ([]byte, error)
	// Amend files a report that takes its place.
	Amend(ctx context.Context, who staff.Person, report string, fields map[string]string) (string, error)
	// Import files the rows of a workbook, each once however often it is sent.
	Import(ctx context.Context, who staff.Person, form string, rows []sheet.Row) ([]triage.Imported, error)
	// Drafts lists what the school has not finished, the newest first.
	Drafts(ctx context.Context, who staff.Person) ([]triage.Draft, error)
	// SaveDraft keeps a draft, a new one where it has no id, and returns its id.
	SaveDraft(ctx context.Context, who staff.Person, d triage.Draft) (string, error)
	// DropDraft destroys a draft; again is the same as once.
	DropDraft(ctx context.Context, who staff.Person, id string) error
}

func (p *portal) papers() {
	s := p.site
	s.Page("GET", "/school/reports/{id}", p.paper)
	s.Page("GET", "/school/reports/{id}/sheet", p.sheet)
	s.Page("POST", "/school/reports/drafts/{id}/drop", p.dropDraft)
	s.Page("GET", "/school/reports/import", p.importPage)
	s.Page("GET", "/school/reports/table.xlsx", p.template)
	s.Upload("/school/reports/import", p.importBook)
}

// paperData is what paper.html shows.
type paperData struct {
	triage.Paper
	Filled []triage.Filled
	Note   string
	Next   []triage.Form // the forms that follow on it
}

func (p *portal) paper(w http.ResponseWriter, r *http.Request, who staff.Person) {
	paper, err := p.Papers.Paper(r.Context(), who, r.PathValue("id"))
	if err != nil {
		p.sorry(w, r, who, err)
		return
	}
	form, _ := triage.FormByID(paper.Form)
	d := paperData{Paper: paper, Filled: form.Filled(paper.Fields), Note: paper.Fields[triage.Remarks]}
	if form.ID == "incident" {
		for _, f := range triage.Forms {
			if f.ID != form.ID {
				d.Next = append(d.Next, f)
			}
		}
	}
	p.show(w, r, who, http.StatusOK, "paper", form.Name, d)
}

// sheet serves the sheet in the browser's own window. Its name tells nothing.
func (p *portal) sheet(w http.ResponseWriter, r *http.Request, who staff.Person) {
	pdf, err := p.Papers.Print(r.Context(), who, r.PathValue("id"))
	if err != nil {
		p.sorry(w, r, who, err)
		return
	}
	serve(w, "application/pdf", `inline; filename="print.pdf"`, pdf)
}

func serve(w http.ResponseWriter, kind, how string, data []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", how)
	w.Write(data)
}

func (p *portal) dropDraft(w http.ResponseWriter, r *http.Request, who staff.Person) {
	if err := p.Papers.DropDraft(r.Context(), who, r.PathValue("id")); err != nil {
		p.sorry(w, r, who, err)
		return
	}
	p.site.Sessions.Flash(r.Context(), "下書きを消しました。")
	http.Redirect(w, r, "/school/reports", http.StatusSeeOther)
}

// importData is what import.html shows.
type importData struct {
	Forms []triage.Form
	Form  triage.Form
	Rows  []triage.Imported
	Sent  int
	Wrong string
}

func (p *portal) importPage(w http.ResponseWriter, r *http.Request, who staff.Person) {
	p.showImport(w, r, who, http.StatusOK, r.URL.Query().Get("form"), importData{})
}

func (p *portal) showImport(w http.ResponseWriter, r *http.Request, who staff.Person, status int, form string, d importData) {
	d.Forms = triage.Forms
	if f, ok := triage.FormByID(form); ok {
		d.Form = f
	} else {
		d.Form = triage.Forms[0]
	}
	p.show(w, r, who, status, "import", "Excelから報告する", d)
}

// template serves the empty table of a form.
func (p *portal) template(w http.ResponseWriter, r *http.Request, who staff.Person) {
	form, ok := triage.FormByID(r.URL.Query().Get("form"))
	if !ok {
		form = triage.Forms[0]
	}
	var out bytes.Buffer
	if err := table.WriteBook(&out, sheet.Template(form)); err != nil {
		p.sorry(w, r, who, err)
		return
	}
	serve(w, table.BookType, `attachment; filename="table.xlsx"`, out.Bytes())
}

// importBook files the rows of a workbook. The workbook stays in memory: names are in it.
func (p *portal) importBook(w http.ResponseWriter, r *http.Request, who staff.Person) {
	if err := r.ParseMultipartForm(2 * web.MaxUpload); err != nil { // all of it in memory: none of it reaches a disk
		p.showImport(w, r, who, http.StatusRequestEntityTooLarge, "", importData{Wrong: "ファイルが大きすぎます（5MBまで）。行を分けて送ってください。"})
		return
	}
	id := r.PostFormValue("form")
	form, ok := triage.FormByID(id)
	file, _, err := r.FormFile("book")
	if !ok || err != nil {
		p.showImport(w, r, who, http.StatusBadRequest, id, importData{Wrong: "報告の種類と、Excelのファイルを選んでください。"})
		return
	}
	defer file.Close()
	rows, err := sheet.Read(file, form)
	switch {
	case errors.Is(err, sheet.ErrNoHead):
		p.showImport(w, r, who, http.StatusBadRequest, id, importData{Wrong: "見出しの行が見つかりません。「" + required(form) + "」という見出しの列がある表を送ってください。"})
		return
	case errors.Is(err, sheet.ErrTooMany):
		p.showImport(w, r, who, http.StatusBadRequest, id, importData{Wrong: fmt.Sprintf("一度に送れるのは%d行までです。まだ何も送っていません。行を分けて送ってください。", sheet.MaxRead)})
		return
	case err != nil:
		p.showImport(w, r, who, http.StatusBadRequest, id, importData{Wrong: "Excelのファイル（.xlsx）として読めません。"})
		return
	}
	d := importData{}
	if d.Rows, err = p.Papers.Import(r.Context(), who, id, rows); err != nil {
		_, d.Wrong = told(err)
		d.Wrong += "送れなかった行があります。同じファイルをもう一度送れば、残りだけが送られます。"
	}
	for _, row := range d.Rows {
		if row.ID != "" {
			d.Sent++
		}
	}
	p.showImport(w, r, who, http.StatusOK, id, d)
}

func required(f triage.Form) string {
	for _, x := range f.Fields {
		if x.Required {
			return x.Label
		}
	}
	return ""
}

// joined is the value of a field of which several choices were ticked.
func joined(values []string) string { return strings.Join(values, "、") }
