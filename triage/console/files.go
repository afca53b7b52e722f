package console

import (
	"net/http"
	"strconv"

	"madoguchi/triage"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// file serves a page of what came with a message. It is a picture that was made anew; the browser is told to open nothing.
func (c *Console) file(w http.ResponseWriter, r *http.Request, p staff.Person) {
	n, err := strconv.Atoi(r.PathValue("n"))
	page := 1
	if q := r.URL.Query().Get("page"); err == nil && q != "" {
		page, err = strconv.Atoi(q)
	}
	if err != nil {
		web.Problem{Status: http.StatusNotFound, Code: "not_found", Title: "no such file"}.Write(w)
		return
	}
	f, err := c.Desk.File(r.Context(), p, triage.CaseID(r.PathValue("id")), n, page)
	if err != nil {
		status, res := c.failed(err)
		web.Problem{Status: status, Code: res.Code, Title: "not shown"}.Write(w)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Disposition", "attachment")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("X-Pages", strconv.Itoa(f.Pages))
	w.Write(f.Data)
}

// attached is a file beside a message.
type attached struct {
	N    int
	Sort string
}

// attachments numbers the files of a message, before which came earlier.
func attachments(before int, files []triage.File) []attached {
	var all []attached
	for i, f := range files {
		all = append(all, attached{before + i + 1, f.Sort})
	}
	return all
}
