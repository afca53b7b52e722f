package console

import (
	"net/http"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

// orgNames are the words of the kinds that are no organisation.
var orgNames = map[string]string{desk.OrgOwn: "市の職員", desk.OrgNobody: "まだだれも"}

// setOrg says which organisation employs somebody of the desk.
func (c *Console) setOrg(w http.ResponseWriter, r *http.Request, p staff.Person) {
	login := r.PathValue("login")
	if err := c.Ledger.Record(r.Context(), p, "account_org", login); err != nil {
		c.sorry(w, r, p, triage.ErrUnavailable)
		return
	}
	if err := c.Accounts.SetOrg(r.Context(), login, r.PostFormValue("org")); err != nil {
		c.showAccounts(w, r, p, http.StatusBadRequest, accountsData{Wrong: "そのアカウントの所属先は変えられませんでした。60文字までで書いてください。"})
		return
	}
	c.site.Sessions.Flash(r.Context(), login+" の、所属先を変えました。")
	http.Redirect(w, r, "/accounts", http.StatusSeeOther)
}

// orgs are the tables of what whose people had and answered, where another employer than the city has some.
func orgs(of func(title, dimension string, names map[string]string, order []string, note string) countTable, counts map[string]map[string]desk.Count) []countTable {
	if len(counts[desk.ByOrg]) == 0 {
		return nil
	}
	return []countTable{of("所属先ごとの事案", desk.ByOrg, orgNames, nil, "いま、または終わりに受け持った人の所属先"),
		of("所属先ごとの返事", desk.ByOrgAnswer, orgNames, nil, "返事を書いた人の所属先。その事案の数で、重なりあり")}
}
