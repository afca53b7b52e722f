package console

import (
	"context"
	"net/http"
	"strconv"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/grant"
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

// attached is a file beside a message. Two says that the person sees it by a grant of two people, and State where that stands.
type attached struct {
	N     int
	Sort  string
	Two   bool
	State grant.State // empty: nobody was asked
}

// Shut reports that the person must ask first, or wait.
func (a attached) Shut() bool { return a.Two && a.State != grant.Approved }

// Mark is by what the file is asked for.
func (a attached) Mark() string { return desk.FileMark(a.N) }

// fileStates say to who must ask where their wish stands.
var fileStates = map[grant.State]string{"": "", grant.Asked: "もう一人の確認を待っています。", grant.Refused: "認められませんでした。", grant.Expired: "開ける時間が終わりました。"}

// Says is where the wish stands, in words.
func (a attached) Says() string { return fileStates[a.State] }

// locked marks those of the files that the person sees by a grant of two people. Where that cannot be told, the page offers to
// ask: what is shown is for Desk.File to say.
func (c *Console) locked(ctx context.Context, p staff.Person, k triage.Case, lists ...[]attached) {
	states, alone, _ := c.Desk.FileGrants(ctx, p, k)
	if alone {
		return
	}
	for _, files := range lists {
		for i := range files {
			files[i].Two, files[i].State = true, states[files[i].N]
		}
	}
}

// called names what a grant is for: a file in words, and a placeholder as it is.
func called(what string) string {
	if n, ok := desk.FileOf(what); ok {
		return "添付ファイル" + strconv.Itoa(n)
	}
	return what
}

// attachments numbers the files of a message, before which came earlier.
func attachments(before int, files []triage.File) []attached {
	var all []attached
	for i, f := range files {
		all = append(all, attached{N: before + i + 1, Sort: f.Sort})
	}
	return all
}
