package console

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// Certificate says that a case was destroyed: when, by whose decision, on which ground, and how much it was; and where in the
// audit that stands. Of what the case was about it says nothing.
type Certificate struct {
	N      int64  // number of the record in the audit
	Hash   string // SHA-256 of the record, in hex
	At     time.Time
	Who    string
	Role   triage.Role
	Case   triage.CaseID
	Ground string
	What   string // events=12 files=2
}

// Said tells how much was destroyed.
func (c Certificate) Said() string {
	return strings.NewReplacer("events=", "記録 ", " files=", "件、ファイル ").Replace(c.What) + "件"
}

// On is the day and time of it, with its year.
func (c Certificate) On() string { return c.At.In(triage.JST).Format("2006年1月2日 15:04") }

// disposalsShown is how many certificates are listed.
const disposalsShown = 200

// everyDisposal is more than a desk ever destroys: each paper is linked to what destroyed its case's keys, however long ago.
const everyDisposal = 1_000_000

// disposal is a case with its days, and their years.
type disposal struct {
	desk.Disposal
	FromOn, SinceOn string
}

type disposalsData struct {
	Ready, Later []disposal
	Done         []Certificate
	Classes      []city.Retention
	Papers       []city.Due
	Holders      map[string]string
	Ended        []ended
	Terms        []termDecided
}

// disposals lists what can be destroyed, what must wait, and what was destroyed.
func (c *Console) disposals(w http.ResponseWriter, r *http.Request, p staff.Person) {
	all, err := c.Desk.Disposals(r.Context(), p)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	d := disposalsData{Classes: c.City.Retention, Papers: c.City.Papers(c.Clock.Now()), Holders: map[string]string{"school": "学校", "board": "教育委員会", "desk": "窓口"}}
	for _, a := range all {
		x := disposal{a, a.From.In(triage.JST).Format("2006年1月2日"), a.Since.In(triage.JST).Format("2006年1月2日")}
		if len(x.Bars) == 0 {
			d.Ready = append(d.Ready, x)
		} else {
			d.Later = append(d.Later, x)
		}
	}
	if err := c.terms(r, p, &d); err != nil {
		c.sorry(w, r, p, err)
		return
	}
	if d.Done, err = c.Ledger.Destroyed(r.Context(), disposalsShown); err != nil {
		c.sorry(w, r, p, err)
		return
	}
	c.pages.Show(w, r, p, http.StatusOK, "disposals", web.Frame{Title: "廃棄", Room: "disposals", Data: d})
}

// certificate is one destruction, to be printed.
func (c *Console) certificate(w http.ResponseWriter, r *http.Request, p staff.Person) {
	n, err := strconv.ParseInt(r.PathValue("n"), 10, 64)
	if err != nil {
		c.sorry(w, r, p, triage.ErrUnknown)
		return
	}
	x, err := c.Ledger.Certificate(r.Context(), n)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	c.pages.Show(w, r, p, http.StatusOK, "certificate", web.Frame{Title: "廃棄の記録", Room: "disposals", Data: x})
}

func (c *Console) destroy(w http.ResponseWriter, r *http.Request, p staff.Person) {
	if err := c.Desk.Destroy(r.Context(), p, triage.CaseID(r.PathValue("id")), r.PostFormValue("reason")); err != nil {
		c.sorry(w, r, p, err)
		return
	}
	http.Redirect(w, r, "/disposals", http.StatusSeeOther)
}

func (c *Console) keep(w http.ResponseWriter, r *http.Request, p staff.Person) {
	_, err := c.Desk.Keep(r.Context(), p, triage.CaseID(r.PathValue("id")), r.PostFormValue("keep") == triage.KeepOn, r.PostFormValue("reason"))
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	http.Redirect(w, r, "/disposals", http.StatusSeeOther)
}
