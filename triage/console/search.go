package console

import (
	"net/http"
	"strings"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/grant"
	"madoguchi/triage/seek"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// searchGrounds are what allows a search, as people read it.
var searchGrounds = map[string]string{
	"disclosure": "保有個人情報の開示の請求（個人情報の保護に関する法律）",
	"inquiry":    "捜査機関・裁判所などからの、法令にもとづく照会",
	"serious":    "重大事態の調査",
	"background": "亡くなった子どもの背景の調査",
	"same_child": "同じ子どもの電話・手紙・保護者の相談を見つけるため",
}

// matches are the ways in which a case names somebody.
var matches = map[string]string{
	string(triage.MatchContact): "連絡先が同じ", string(triage.MatchNumber): "番号が文の中にある",
	string(triage.MatchFull): "氏名がある", string(triage.MatchPart): "姓か名だけがある", string(triage.MatchUnread): "読めない記録があり、分からない",
}

// searchData is a search as one person sees it.
type searchData struct {
	desk.SearchView
	State                          grant.State
	Ground                         string
	CanDecide, CanTakeBack, Begins bool
}

func (c *Console) searchRoutes() {
	s := c.site
	s.Page("GET", "/searches", c.searches)
	s.Page("POST", "/searches", c.askSearch)
	s.Page("GET", "/searches/{id}", c.search)
	s.Page("POST", "/searches/{id}/approve", c.approveSearch)
	s.Page("POST", "/searches/{id}/refuse", c.refuseSearch)
}

func (c *Console) searchOf(v desk.SearchView, p staff.Person) searchData {
	d := searchData{SearchView: v, State: v.Grant.State(c.Desk.Register.Now()), Ground: word(searchGrounds, v.Grant.Ground)}
	waits, mine := d.State == grant.Asked, v.Grant.By == p.Login
	d.CanDecide, d.CanTakeBack = waits && !mine, waits && mine
	d.Begins = d.State == grant.Approved && v.Grant.Search == nil
	return d
}

// searchesData is what searches.html shows.
type searchesData struct {
	All     []searchData
	Grounds []web.Link
}

func (c *Console) searches(w http.ResponseWriter, r *http.Request, p staff.Person) {
	list, err := c.Desk.Searches(r.Context(), p)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	var data searchesData
	for _, g := range list {
		data.All = append(data.All, c.searchOf(desk.SearchView{Grant: g}, p))
	}
	for _, code := range seek.Grounds {
		data.Grounds = append(data.Grounds, web.Link{Href: code, Label: searchGrounds[code]})
	}
	c.pages.Show(w, r, p, http.StatusOK, "searches", web.Frame{Title: "名前で探す", Room: "searches", Data: data})
}

// search shows one search: who is looked for stands on the screen alone.
func (c *Console) search(w http.ResponseWriter, r *http.Request, p staff.Person) {
	v, err := c.Desk.SearchOf(r.Context(), p, r.PathValue("id"))
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	c.pages.Show(w, r, p, http.StatusOK, "search", web.Frame{Title: "名前で探す", Room: "search", Data: c.searchOf(v, p)})
}

func (c *Console) askSearch(w http.ResponseWriter, r *http.Request, p staff.Person) {
	g, err := c.Desk.AskSearch(r.Context(), p, desk.Search{Ground: r.PostFormValue("ground"), Sought: triage.Sought{
		Names: strings.Split(r.PostFormValue("names"), "\n"), Numbers: strings.Split(r.PostFormValue("numbers"), "\n"), Reason: r.PostFormValue("reason")}})
	to := "/searches"
	if err == nil {
		to += "/" + g.ID
	}
	c.told(w, r, to, "もう一人の確認を待っています。コーディネーターか統括が、この画面で認めると始まります。", err)
}

func (c *Console) approveSearch(w http.ResponseWriter, r *http.Request, p staff.Person) {
	_, err := c.Desk.ApproveSearch(r.Context(), p, r.PathValue("id"))
	c.told(w, r, "/searches/"+r.PathValue("id"), "認めました。順に調べています。", err)
}

func (c *Console) refuseSearch(w http.ResponseWriter, r *http.Request, p staff.Person) {
	_, err := c.Desk.RefuseSearch(r.Context(), p, r.PathValue("id"))
	c.told(w, r, "/searches", "取りやめました。書いた名前は消します。", err)
}

// told answers a form with what became of it, and goes on to a page.
func (c *Console) told(w http.ResponseWriter, r *http.Request, to, say string, err error) {
	status, res := http.StatusOK, result{Say: say}
	if err != nil {
		status, res = c.failed(err)
	}
	res.To = to
	c.answer(w, r, status, res)
}
