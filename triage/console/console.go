// Package console is the pages of the people who answer: the queue, the case, hand-offs, visits, statistics, accounts.
//
// It holds pages only. What can be done is in package desk, who may do it in package staff, and both are asked anew with
// every request. Each page is made on the server by one template; a script asks for the same page again when something
// happened and puts in what differs, so that no second piece of code decides how words are shown. Forms work through the
// same handlers whether a script sends them (it gets JSON) or the browser does (it gets a redirect).
//
// A case is looked at for as long as its page is open, and that is one look in the audit, not one for each refresh: see
// looks.
package console

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

//go:embed *.html static
var files embed.FS

// Accounts is what the pages for signing in and for the administrator need of the accounts.
type Accounts interface {
	SignIn(ctx context.Context, login, password string) (staff.Person, error)
	Link(ctx context.Context, link string) (staff.Person, error)
	Enrol(ctx context.Context, link, password string) (staff.Person, error)
	List(ctx context.Context) ([]staff.Account, error)
	Create(ctx context.Context, login string, role triage.Role, school string) (link string, err error)
	Disable(ctx context.Context, login string) error
	SetPosts(ctx context.Context, login string, schools []string) error
	SetOrg(ctx context.Context, login, org string) error
}

// Ledger is the audit, as the administrator's pages need it.
type Ledger interface {
	// Recent returns the newest acts, newest first, at most limit.
	Recent(ctx context.Context, limit int) ([]Looked, error)
	// Of returns the newest acts on the case of that number, newest first, at most limit. A number is the end of a case's id.
	Of(ctx context.Context, number string, limit int) ([]Looked, error)
	// Head returns the newest place of the audit as people note it down, such as 1234:ab12-cd34, or "" where there is none yet.
	Head(ctx context.Context) (string, error)
	// Record writes down what p is about to do with the account of that login.
	Record(ctx context.Context, p staff.Person, act, login string) error
	// Destroyed returns the newest destructions, newest first, at most limit.
	Destroyed(ctx context.Context, limit int) ([]Certificate, error)
	// Certificate returns the destruction of that number in the audit, or triage.ErrUnknown.
	Certificate(ctx context.Context, n int64) (Certificate, error)
}

// Looked is a line of the audit: who, when, what, about which case. It holds no words.
type Looked struct {
	At     time.Time
	Who    string
	Role   triage.Role
	Act    string
	Case   triage.CaseID
	With   string
	Ref    string
	Reason string
	Why    string
}

// Config is what the console needs.
type Config struct {
	Desk     *desk.Desk
	Accounts Accounts
	Apps     Apps
	Passkeys Passkeys
	Ledger   Ledger
	City     *city.City
	Clock    triage.Clock
	URL      string // the outside URL of the staff pages, for enrolment links
	Log      *slog.Logger
}

// Console serves the pages. Run must run for them to be live.
type Console struct {
	Config
	site  *web.Site
	pages *web.Pages
	hub   *hub
	looks *looks
}

// Mount puts the pages onto the site.
func Mount(site *web.Site, c Config) *Console {
	con := &Console{Config: c, site: site, hub: newHub(), looks: newLooks()}
	con.pages = site.Pages(files, web.Look{Funcs: con.funcs(), Style: "/static/console.css", Nav: nav, Who: name})
	site.Static("", files)
	con.routes()
	return con
}

func (c *Console) routes() {
	s := c.site
	s.Open("GET", "/sign-in", c.signInPage)
	s.Open("POST", "/sign-in", c.signIn)
	s.Open("POST", "/sign-in/code", c.code)
	s.Open("POST", "/sign-in/passkey/options", c.signOptions)
	s.Open("POST", "/sign-in/passkey", c.signByPasskey)
	s.Open("GET", "/enrol", c.enrolPage)
	s.Open("POST", "/enrol", c.enrol)
	s.Page("POST", "/sign-out", c.signOut)
	s.Page("GET", "/{$}", c.home)

	c.caseRoutes()
	c.letterRoutes()
	c.searchRoutes()
	c.filingRoutes()
	for pattern, page := range map[string]web.Page{
		"GET /security": c.security, "GET /security/app.png": c.appPicture, "POST /security/app": c.beginApp,
		"POST /security/app/confirm": c.confirmApp, "POST /security/app/remove": c.removeApp,
		"POST /security/passkeys/options": c.makeOptions, "POST /security/passkeys": c.makePasskey,
		"POST /security/passkeys/remove": c.removePasskey,
		"GET /reveals":                   c.grants, "POST /reveals/{id}/open": c.openGrant, "POST /reveals/{id}/approve": c.approveGrant,
		"POST /reveals/{id}/refuse": c.refuseGrant, "POST /reveals/{id}/looked": c.lookedAtGrant,
	} {
		method, path, _ := strings.Cut(pattern, " ")
		s.Page(method, path, page)
	}

	s.Page("GET", "/duties", c.duties)
	s.Page("GET", "/handover", c.handover)
	s.Page("GET", "/mates", c.mates)
	s.Page("POST", "/mates", c.setProfile)
	s.Page("POST", "/accounts/{login}/posts", c.setPosts)
	s.Page("POST", "/accounts/{login}/org", c.setOrg)
	s.Page("GET", "/disposals", c.disposals)
	s.Page("GET", "/disposals/{n}", c.certificate)
	s.Page("POST", "/disposals/registers/{class}", c.decideTerm)
	s.Page("POST", "/cases/{id}/destroy", c.destroy)
	s.Page("POST", "/cases/{id}/keep", c.keep)
	s.Page("GET", "/visits", c.visitPage)
	s.Page("POST", "/visits", c.visit)
	c.statisticsRoutes()
	s.Page("GET", "/accounts", c.accounts)
	s.Page("POST", "/accounts", c.createAccount)
	s.Page("POST", "/accounts/{login}/disable", c.disableAccount)
	s.Page("GET", "/audit", c.audit)
	c.leadRoutes()
	c.drillRoutes()
	c.seriousRoutes()
	c.requestRoutes()
	c.discardRoutes()
}

// caseRoutes are the queue, and what is seen and done in a case.
func (c *Console) caseRoutes() {
	s := c.site
	s.Either("GET", "/queue", byHand, c.queue)
	s.Quiet("GET", "/queue/events", c.queueEvents)
	s.Either("GET", "/cases/{id}", byHand, c.showCase)
	s.Quiet("GET", "/cases/{id}/events", c.caseEvents)
	s.Quiet("POST", "/cases/{id}/doing", c.doing)
	for pattern, act := range map[string]act{
		"/cases/{id}/claim": c.claim, "/cases/{id}/release": c.release, "/cases/{id}/transfer": c.transfer,
		"/cases/{id}/bars": c.bar, "/cases/{id}/wanted": c.want, "/cases/{id}/interim": c.interim, "/cases/{id}/sessions": c.leave, "/cases/{id}/risks": c.assessRisk, "/cases/{id}/safety": c.planSafety,
		"/cases/{id}/second": c.second, "/cases/{id}/messages": c.reply, "/cases/{id}/notes": c.note, "/cases/{id}/calls": c.call,
		"/cases/{id}/severity": c.severity, "/cases/{id}/state": c.state, "/cases/{id}/observations": c.observe,
		"/cases/{id}/taken/{seq}/open": c.openTaken, "/cases/{id}/taken/{seq}/drop": c.dropTaken,
		"/cases/{id}/reveals": c.reveal, "/cases/{id}/traces": c.askTrace, "/cases/{id}/names": c.names, "/cases/{id}/consents": c.consent,
		"/cases/{id}/duties/{duty}/done": c.fulfil, "/cases/{id}/handoffs": c.handOff, "/cases/{id}/handoffs/{handoff}/countersign": c.countersign,
		"/cases/{id}/handoffs/{handoff}/recall": c.recall, "/cases/{id}/notices": c.notify, "/cases/{id}/consents/{consent}/agree": c.agreeFamily, "/cases/{id}/handoffs/{handoff}/told": c.toldFamily,
	} {
		s.Page("POST", pattern, c.do(act))
	}
	s.Page("GET", "/cases/{id}/files/{n}", c.file)
	s.Page("POST", "/cases/{id}/consents/preview", c.previewConsent)
	s.Page("POST", "/cases/{id}/handoffs/preview", c.previewHandoff)
	s.Page("POST", "/cases/{id}/handoffs/{handoff}/links", c.link)
}

// byHand tells a person who opens a page from a page that refreshes itself.
func byHand(r *http.Request) bool { return r.Header.Get("X-Live") == "" }

// result is what an act tells: say to the person, to where a browser without a script goes on.
type result struct {
	Say    string            `json:"say"`
	To     string            `json:"to,omitempty"`
	Code   string            `json:"code,omitempty"`
	Seq    int64             `json:"seq,omitempty"`
	Values map[string]string `json:"values,omitempty"` // placeholder → words
}

// act is something a person does with a case.
type act func(r *http.Request, p staff.Person, id triage.CaseID) (result, error)

// do serves an act to scripts and to plain forms.
func (c *Console) do(a act) web.Page {
	return func(w http.ResponseWriter, r *http.Request, p staff.Person) {
		if r.ParseForm() != nil {
			c.answer(w, r, http.StatusBadRequest, result{Say: "送られた内容を読めませんでした。", Code: triage.CodeBadRequest})
			return
		}
		id := triage.CaseID(r.PathValue("id"))
		res, err := a(r, p, id)
		status := http.StatusOK
		if err != nil {
			status, res = c.failed(err)
		}
		if res.To == "" {
			res.To = "/cases/" + r.PathValue("id")
		}
		c.answer(w, r, status, res)
	}
}

func (c *Console) answer(w http.ResponseWriter, r *http.Request, status int, res result) {
	if !web.WantsJSON(r) {
		c.site.Sessions.Flash(r.Context(), res.Say)
		http.Redirect(w, r, res.To, http.StatusSeeOther)
		return
	}
	body, err := json.Marshal(res)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	w.Write(body)
}

// failed tells why an act was not done.
func (c *Console) failed(err error) (int, result) {
	var refusal *triage.Refusal
	switch {
	case errors.As(err, &refusal):
		res := result{Say: refusal.Say, Code: refusal.Code}
		switch refusal.Code {
		case triage.CodeBadRequest:
			return http.StatusBadRequest, res
		case triage.CodeForbidden:
			return http.StatusForbidden, res
		}
		return http.StatusConflict, res
	case errors.Is(err, triage.ErrUnknown):
		return http.StatusNotFound, result{Say: "その事案は見つかりません。", Code: "not_found", To: "/"}
	case errors.Is(err, triage.ErrNoWords):
		return http.StatusNotFound, result{Say: "その記号の元の言葉は残っていません。", Code: "not_found"}
	case errors.Is(err, triage.ErrUnreadable):
		return http.StatusConflict, result{Say: "このファイルは、安全に開けません。原本はしまってあります。", Code: "unreadable"}
	case errors.Is(err, triage.ErrConflict), errors.Is(err, triage.ErrRefused):
		return http.StatusConflict, result{Say: "ほかの人が先に変えました。いまの様子を見て、もう一度決めてください。", Code: triage.CodeChanged}
	case errors.Is(err, triage.ErrDamaged):
		c.Log.Error("a sealed record cannot be opened")
		return http.StatusInternalServerError, result{Say: "記録の一部を開けません。管理者に知らせてください。", Code: "damaged"}
	case errors.Is(err, triage.ErrUnavailable):
		return http.StatusServiceUnavailable, result{Say: "いまは保存できません。少し待って、もう一度ためしてください。", Code: "unavailable"}
	}
	c.Log.Error("an act failed")
	return http.StatusInternalServerError, result{Say: "できませんでした。続くときは、管理者に知らせてください。", Code: "internal"}
}

// sorry shows a page in the place of one that cannot be shown.
func (c *Console) sorry(w http.ResponseWriter, r *http.Request, p staff.Person, err error) {
	status, res := c.failed(err)
	c.pages.Show(w, r, p, status, "sorry", web.Frame{Title: "開けません", Room: "sorry", Data: res.Say})
}

func (c *Console) funcs() template.FuncMap {
	f := template.FuncMap{"school": c.school, "safetyText": c.safetyText, "drillCame": drillCame, "cite": c.City.Cite, "month": func(by time.Time) string { return by.In(triage.JST).AddDate(0, 0, -1).Format("2006年1月") }, "form": formName, "number": number, "split": strings.Fields, "pair": func(a, b any) []any { return []any{a, b} }, "span": span, "pick": newPick, "found": found, "decidedAs": c.decidedAs, "planSort": c.planSort, "detail": c.detail, "tail": tail, "digit": func(i int) int { return i + 1 }}
	for name, table := range map[string]map[string]string{
		"role": roles, "language": languages, "barReason": barReasons, "severity": severities, "flag": flags, "state": states, "door": doors, "about": abouts,
		"consentAnswer": answers, "age": ages, "help": helps, "way": ways, "recipient": recipients, "window": windows, "tellerWho": tellerWho, "observed": observations, "what": acts, "grantState": grantStates, "match": matches, "sort": sorts, "ground": grounds, "topic": topicNames, "link": linkNames, "sure": sureNames, "body": bodies, "versionFor": versionFor, "whom": families, "declaredBy": declaredBy, "part": partNames, "wish": wishes, "outcome": requestOutcomes, "givenPart": givenParts, "answerWay": answerWays, "paperName": paperNames, "discardWay": discardWays,
	} {
		f[name] = func(key any) string { return word(table, key) }
	}
	return f
}

func (c *Console) school(id string) string {
	if name, _, ok := c.reader(id); ok {
		return name
	}
	return id
}

// home leads each role to where its work is.
func (c *Console) home(w http.ResponseWriter, r *http.Request, p staff.Person) {
	if links := nav(p); len(links) > 0 {
		http.Redirect(w, r, links[0].Href, http.StatusSeeOther)
		return
	}
	c.sorry(w, r, p, triage.ErrUnknown)
}

func name(p staff.Person) string { return p.Login + "（" + word(roles, p.Role) + "）" }
