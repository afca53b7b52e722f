package console

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

type statisticsData struct {
	From, To string
	Total    desk.Count
	NotAsked desk.Count
	Small    int
	Tables   []countTable
}

type countTable struct {
	Title string
	Rows  []countRow
}

type countRow struct {
	Label string
	desk.Count
}

func (c *Console) statistics(w http.ResponseWriter, r *http.Request, p staff.Person) {
	now := c.Clock.Now().In(web.JST)
	from := day(r.URL.Query().Get("from"), fiscalYear(now))
	last := day(r.URL.Query().Get("to"), time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, web.JST))
	s, err := c.Desk.Statistics(r.Context(), p, from, last.AddDate(0, 0, 1))
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	d := statisticsData{From: from.Format(time.DateOnly), To: last.Format(time.DateOnly), Total: s.Total, NotAsked: s.NotAsked, Small: s.SmallCell,
		Tables: []countTable{
			table("月", s.Months, nil, nil), table("入口", s.Channels, doors, nil),
			table("緊急度", s.Severity, severities, order(triage.Severities)), table("内容（重なりあり）", s.Flags, flags, order(triage.Flags)),
			table("学校", s.Schools, c.schoolNames(), nil),
		}}
	c.pages.Show(w, r, p, http.StatusOK, "statistics", web.Frame{Title: "件数", Room: "statistics", Data: d})
}

// fiscalYear begins on the first of April.
func fiscalYear(t time.Time) time.Time {
	y := t.Year()
	if t.Month() < time.April {
		y--
	}
	return time.Date(y, time.April, 1, 0, 0, 0, 0, web.JST)
}

func day(s string, otherwise time.Time) time.Time {
	if t, err := time.ParseInLocation(time.DateOnly, s, web.JST); err == nil {
		return t
	}
	return otherwise
}

func order[T ~string](codes []T) []string {
	var all []string
	for _, c := range codes {
		all = append(all, string(c))
	}
	return all
}

// table lists counts in the given order of their codes, or in that of the codes themselves.
func table(title string, counts map[string]desk.Count, names map[string]string, order []string) countTable {
	keys := slices.Collect(maps.Keys(counts))
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a), slices.Index(order, b)), strings.Compare(a, b))
	})
	t := countTable{Title: title}
	for _, k := range keys {
		t.Rows = append(t.Rows, countRow{word(names, k), counts[k]})
	}
	return t
}

func (c *Console) schoolNames() map[string]string {
	names := map[string]string{}
	for _, s := range c.City.Schools {
		names[s.ID] = s.Name
	}
	return names
}

type accountsData struct {
	Accounts []staff.Account
	Roles    []triage.Role
	Schools  []city.School
	Made     string // login of the account just made
	Link     string // its one-time link, shown once
	Wrong    string
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
	d.Roles, d.Schools = triage.Roles, c.City.Schools
	c.pages.Show(w, r, p, status, "accounts", web.Frame{Title: "アカウント", Room: "accounts", Data: d})
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
	switch {
	case errors.Is(err, staff.ErrTaken):
		d.Wrong = "そのログインは、ほかの役割で使われています。"
		c.showAccounts(w, r, p, http.StatusConflict, d)
	case errors.Is(err, staff.ErrInvalid):
		d.Wrong = "ログインは、英小文字と数字と . _ - @ で書いてください（64文字まで）。"
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

func (c *Console) audit(w http.ResponseWriter, r *http.Request, p staff.Person) {
	looked, err := c.Ledger.Recent(r.Context(), auditLines)
	if err != nil {
		c.sorry(w, r, p, triage.ErrUnavailable)
		return
	}
	looked = slices.DeleteFunc(looked, func(l Looked) bool { return l.Case != "" && c.Desk.Hidden(r.Context(), p, l.Case) })
	c.pages.Show(w, r, p, http.StatusOK, "audit", web.Frame{Title: "見た人の記録", Room: "audit", Data: looked})
}
