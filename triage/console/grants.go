package console

import (
	"net/http"

	"madoguchi/triage/desk"
	"madoguchi/triage/grant"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// grantData is a grant as one person sees it.
type grantData struct {
	grant.Grant
	State                                 grant.State
	CanOpen, CanDecide, CanSpeak, CanLook bool
}

// Called is what it is for, in words; IsFile, that the page of its case shows it.
func (d grantData) Called() string { return called(d.What) }
func (d grantData) IsFile() bool   { _, file := desk.FileOf(d.What); return file }

var grantStates = map[string]string{"asked": "確認を待っています", "approved": "開けます", "refused": "認められませんでした", "expired": "終わりました"}

func (c *Console) grants(w http.ResponseWriter, r *http.Request, p staff.Person) {
	list, err := c.Desk.Grants(r.Context(), p)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	lead := staff.Allowed(p.Role, staff.Row("POST", "/reveals/{id}/refuse"))
	var all []grantData
	for _, g := range list {
		if g.For == grant.Seek {
			continue // on a page of its own
		}
		d := grantData{Grant: g, State: g.State(c.Desk.Register.Now())}
		mine, waits := g.By == p.Login, d.State == grant.Asked
		d.CanOpen = mine && d.State == grant.Approved
		d.CanDecide = lead && !mine && waits
		d.CanSpeak = mine && waits
		d.CanLook = lead && !mine && g.Alone && g.Looked == ""
		all = append(all, d)
	}
	c.pages.Show(w, r, p, http.StatusOK, "grants", web.Frame{Title: "二人で開く", Room: "grants", Scripts: []string{"/static/grants.js"}, Data: all})
}

// openGrant shows the words to a script alone: a page that a browser keeps has no place for them.
func (c *Console) openGrant(w http.ResponseWriter, r *http.Request, p staff.Person) {
	o, err := c.Desk.UseGrant(r.Context(), p, r.PathValue("id"))
	res := result{Say: "いまは開けません。", To: "/reveals"}
	if err == nil && o.Grant.For == grant.Trace && o.Grant.State(c.Desk.Register.Now()) == grant.Approved {
		t, err := c.Desk.Trace(r.Context(), p, o.Grant.ID)
		c.toGrants(w, r, traced(t), err)
		return
	}
	if err == nil {
		if _, file := desk.FileOf(o.Grant.What); file {
			res.Say = "写真やファイルは、事案の画面で見ます。"
		}
	}
	if o.Value != "" {
		res.Say, res.Values = "開きました。だれがいつ見たかは記録されました。", map[string]string{o.Grant.What: o.Value}
	}
	c.toGrants(w, r, res, err)
}

func (c *Console) approveGrant(w http.ResponseWriter, r *http.Request, p staff.Person) {
	_, err := c.Desk.Approve(r.Context(), p, r.PathValue("id"), desk.Spoken{By: r.PostFormValue("approver"), Code: r.PostFormValue("code")})
	c.toGrants(w, r, result{Say: "認めました。頼んだ人が15分のあいだ開けます。"}, err)
}

func (c *Console) refuseGrant(w http.ResponseWriter, r *http.Request, p staff.Person) {
	_, err := c.Desk.Refuse(r.Context(), p, r.PathValue("id"))
	c.toGrants(w, r, result{Say: "認めませんでした。"}, err)
}

func (c *Console) lookedAtGrant(w http.ResponseWriter, r *http.Request, p staff.Person) {
	c.toGrants(w, r, result{Say: "確かめたことを記録しました。"}, c.Desk.LookAtGrant(r.Context(), p, r.PathValue("id")))
}

func (c *Console) toGrants(w http.ResponseWriter, r *http.Request, res result, err error) {
	status := http.StatusOK
	if err != nil {
		status, res = c.failed(err)
	}
	res.To = "/reveals"
	c.answer(w, r, status, res)
}
