package console

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

type accountsData struct {
	Accounts []staff.Account
	Roles    []triage.Role
	Schools  []city.School
	Made     string // login of the account just made
	Link     string // its one-time link, shown once
	Wrong    string
	Unled    []string // ids of schools that nobody who leads may look at
}

func (c *Console) accounts(w http.ResponseWriter, r *http.Request, p staff.Person) {
	c.showAccounts(w, r, p, http.StatusOK, accountsData{})
}

func (c *Console) showAccounts(w http.ResponseWriter, r *http.Request, p staff.Person, status int, d accountsData) {
	var err error
	if d.Accounts, err = c.Accounts.List(r.Context()); err != nil {
		c.sorry(w, r, p, triage.ErrUnavailable)
		return
	}
	d.Roles, d.Schools, d.Unled = triage.Roles, c.City.Schools, unled(d.Accounts, c.City.Schools)
	c.pages.Show(w, r, p, status, "accounts", web.Frame{Title: "アカウント", Room: "accounts", Data: d})
}

// unled are the schools to which everybody who leads belongs as well: a case in which one of them is named is seen by none.
func unled(accounts []staff.Account, schools []city.School) (ids []string) {
	var leads []staff.Person
	for _, a := range accounts {
		if x := (staff.Person{Login: a.Login, Role: a.Role, Posts: a.Posts}); desk.Leads(x) && a.Enrolled && !a.Disabled {
			leads = append(leads, x)
		}
	}
	for _, s := range schools {
		if len(leads) > 0 && !slices.ContainsFunc(leads, func(x staff.Person) bool { return !x.Belongs(s.ID) }) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

func (c *Console) createAccount(w http.ResponseWriter, r *http.Request, p staff.Person) {
	role, school := triage.Role(r.PostFormValue("role")), r.PostFormValue("school")
	if role != triage.School {
		school = ""
	}
	d := accountsData{Made: strings.ToLower(strings.TrimSpace(r.PostFormValue("login")))}
	if _, known := c.City.SchoolByID(school); role == triage.School && !known {
		d.Wrong = "学校の人には、学校を選んでください。"
		c.showAccounts(w, r, p, http.StatusBadRequest, d)
		return
	}
	if err := c.Ledger.Record(r.Context(), p, "account_create", d.Made); err != nil {
		c.sorry(w, r, p, triage.ErrUnavailable)
		return
	}
	link, err := c.Accounts.Create(r.Context(), d.Made, role, school)
	if org := r.PostFormValue("org"); err == nil && org != "" {
		err = c.Accounts.SetOrg(r.Context(), d.Made, org)
	}
	switch {
	case errors.Is(err, staff.ErrTaken):
		d.Wrong = "そのログインは、ほかの役割で使われています。"
		c.showAccounts(w, r, p, http.StatusConflict, d)
	case errors.Is(err, staff.ErrInvalid):
		d.Wrong = "ログインは、英小文字と数字と . _ - @ で書いてください（64文字まで）。所属先は60文字までで、学校の人には書きません。"
		c.showAccounts(w, r, p, http.StatusBadRequest, d)
	case err != nil:
		c.sorry(w, r, p, triage.ErrUnavailable)
	default:
		d.Link = EnrolURL(c.URL, link)
		c.showAccounts(w, r, p, http.StatusOK, d)
	}
}

func (c *Console) disableAccount(w http.ResponseWriter, r *http.Request, p staff.Person) {
	login := r.PathValue("login")
	if login == p.Login {
		c.showAccounts(w, r, p, http.StatusConflict, accountsData{Wrong: "自分のアカウントは止められません。"})
		return
	}
	if err := c.Ledger.Record(r.Context(), p, "account_disable", login); err != nil {
		c.sorry(w, r, p, triage.ErrUnavailable)
		return
	}
	if err := c.Accounts.Disable(r.Context(), login); err != nil {
		c.showAccounts(w, r, p, http.StatusNotFound, accountsData{Wrong: "そのアカウントは止められませんでした。"})
		return
	}
	c.site.Sessions.Flash(r.Context(), login+" を止めました。")
	http.Redirect(w, r, "/accounts", http.StatusSeeOther)
}

// auditLines is how many of the newest acts are shown.
const auditLines = 200

type auditData struct {
	Case string // the number that was asked for
	Head string // to be noted down; not with one case's acts
	Due  int    // the last fiscal year of which a lead has to decide whether it stays, or 0
	Acts []Looked
}

// caseNumber reports whether s can be the number of a case as the pages show it, or a whole id.
func caseNumber(s string) bool {
	return len(s) >= 6 && len(s) <= 26 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

func (c *Console) audit(w http.ResponseWriter, r *http.Request, p staff.Person) {
	var looked []Looked
	var head string
	var err error
	number := strings.ToLower(strings.TrimSpace(r.URL.Query().Get("case")))
	if number == "" {
		if head, err = c.Ledger.Head(r.Context()); err == nil {
			looked, err = c.Ledger.Recent(r.Context(), auditLines)
		}
	} else if caseNumber(number) {
		looked, err = c.Ledger.Of(r.Context(), number, auditLines)
	}
	if err != nil {
		c.sorry(w, r, p, triage.ErrUnavailable)
		return
	}
	hidden := map[triage.CaseID]bool{"": false} // one case has many lines
	looked = slices.DeleteFunc(looked, func(l Looked) bool {
		h, known := hidden[l.Case]
		if !known {
			h = c.Desk.Hidden(r.Context(), p, l.Case)
			hidden[l.Case] = h
		}
		return h
	})
	due, err := c.Desk.AuditDue(r.Context())
	if err != nil {
		c.sorry(w, r, p, triage.ErrUnavailable)
		return
	}
	c.pages.Show(w, r, p, http.StatusOK, "audit", web.Frame{Title: "見た人の記録", Room: "audit", Data: auditData{number, head, due, looked}})
}
