// Package school is the pages of the people at a school: what was handed to them, their answers, their reports.
//
// By its type it cannot reach a case. Its Desk names hand-offs and reports of the person's own school and nothing else; no
// method takes or returns a case or its id, so that no mistake on these pages can show one.
//
// A hand-off is read in two steps. The first page is the cover: whose will it rests on, until when to answer, what must
// not be done. The words themselves are on the second page, because a vice-principal in a staff room opens these pages on
// a screen that others can see.
package school

import (
	"context"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

//go:embed *.html static
var files embed.FS

// Desk is what a school can ask of the desk.
type Desk interface {
	// List returns the hand-offs to the person's school, newest first, without their summaries.
	List(ctx context.Context, who staff.Person) ([]triage.HandoffView, error)
	// Cover shows a hand-off without its content, or triage.ErrUnknown for every other id.
	Cover(ctx context.Context, who staff.Person, id string) (triage.HandoffView, error)
	// Open shows the content as well, which the child cannot take back from then on. Looking marks nothing as received.
	Open(ctx context.Context, who staff.Person, id string) (triage.HandoffView, error)
	// Acknowledge says 受け取りました; again is the same as once.
	Acknowledge(ctx context.Context, who staff.Person, id string) (triage.HandoffView, error)
	// Answer says where the school stands.
	Answer(ctx context.Context, who staff.Person, id string, a triage.HandoffAnswer) (triage.HandoffView, error)
	// Report files a report; handoff is the hand-off that it is about, or empty.
	Report(ctx context.Context, who staff.Person, handoff, form string, fields map[string]string) (string, error)
	// Reports returns what the person's school reported, newest first.
	Reports(ctx context.Context, who staff.Person) ([]triage.ReportView, error)
}

// Config is what the pages need.
type Config struct {
	Desk   Desk
	Papers Papers
	Passes Passes
	Weeks  Weeks
	Name   func(school string) string // of a school's id, as the city writes it
	Clock  triage.Clock               // the desk's
}

type portal struct {
	Config
	site  *web.Site
	pages *web.Pages
}

func newPortal(site *web.Site, c Config) *portal {
	p := &portal{Config: c, site: site}
	form := func(id string) string { f, _ := triage.FormByID(id); return f.Name }
	funcs := template.FuncMap{"form": form, "reference": reference, "box": newBox,
		"help": func(h string) string { return helps[h] }, "late": func(t time.Time) bool { return p.Clock.Now().After(t) }}
	p.pages = site.Pages(files, web.Look{Funcs: funcs, Style: "/static/school.css", Nav: nav, Who: p.who})
	return p
}

// Mount puts the pages onto the site.
func Mount(site *web.Site, c Config) {
	p := newPortal(site, c)
	site.Static("", files)
	site.Open("GET", "/school/open", p.openPage)
	site.Open("POST", "/school/open", p.open)
	site.Page("GET", "/school", p.list)
	site.Page("GET", "/school/handoffs/{id}", p.cover)
	site.Page("GET", "/school/handoffs/{id}/content", p.content)
	site.Page("POST", "/school/handoffs/{id}/acknowledge", p.acknowledge)
	site.Page("POST", "/school/handoffs/{id}/answers", p.answer)
	site.Page("GET", "/school/handoffs/{id}/week", p.week)
	site.Page("POST", "/school/handoffs/{id}/week", p.reportWeek)
	site.Page("GET", "/school/reports", p.reports)
	site.Page("GET", "/school/reports/new", p.newReport)
	site.Page("POST", "/school/reports", p.report)
	p.papers()
}

func nav(who staff.Person) []web.Link {
	if who.Only != "" {
		return nil // who came by a link has that one page
	}
	return []web.Link{{Href: "/school", Label: "届いた連絡"}, {Href: "/school/reports/new", Label: "報告を書く"}, {Href: "/school/reports", Label: "出した報告"}}
}

func (p *portal) who(who staff.Person) string {
	if who.Only != "" {
		return strings.TrimSpace(p.Name(who.School) + "　リンクで開いた人")
	}
	return p.Name(who.School) + "　" + who.Login
}

// reference is how the telephone calls a hand-off: ten characters that cannot be joined with anything elsewhere.
func reference(id string) string { return id[max(0, len(id)-10):] }

// helps are what a school can ask for, in words.
var helps = map[string]string{triage.HelpTeam: "緊急支援チーム", triage.HelpSCSSW: "スクールカウンセラー・スクールソーシャルワーカー", triage.HelpLawyer: "弁護士"}

// item is a hand-off with what is late about it.
type item struct {
	triage.HandoffView
	LateReceipt, LateAnswer bool
}

func (p *portal) item(h triage.HandoffView) item {
	now := p.Clock.Now()
	answered := h.State != triage.HandoffSent && h.State != triage.HandoffReceived
	return item{h, h.State == triage.HandoffSent && now.After(h.AcknowledgeBy) && !h.AcknowledgeBy.IsZero(),
		!answered && now.After(h.AnswerBy) && !h.AnswerBy.IsZero()}
}

func (p *portal) list(w http.ResponseWriter, r *http.Request, who staff.Person) {
	views, err := p.Desk.List(r.Context(), who)
	if err != nil {
		p.sorry(w, r, who, err)
		return
	}
	items := []item{}
	for _, h := range views {
		items = append(items, p.item(h))
	}
	p.show(w, r, who, http.StatusOK, "list", "届いた連絡", items)
}

func (p *portal) cover(w http.ResponseWriter, r *http.Request, who staff.Person) {
	p.read(w, r, who, "cover")
}

func (p *portal) content(w http.ResponseWriter, r *http.Request, who staff.Person) {
	p.read(w, r, who, "content")
}

func (p *portal) read(w http.ResponseWriter, r *http.Request, who staff.Person, page string) {
	look := p.Desk.Open
	if page == "cover" {
		look = p.Desk.Cover
	}
	h, err := look(r.Context(), who, r.PathValue("id"))
	if err != nil {
		p.sorry(w, r, who, err)
		return
	}
	p.show(w, r, who, http.StatusOK, page, "連絡 "+reference(h.ID), contentData{item: p.item(h), Steps: steps(h), Forms: triage.Forms, Guest: who.Only != ""})
}

// contentData is what cover.html and content.html show.
type contentData struct {
	item
	Steps  []triage.HandoffState // the answers that are possible now
	Forms  []triage.Form
	Wrong  string // why an answer was not taken
	Text   string // what was written in it
	Chosen triage.HandoffState
	Help   []string
	Guest  bool // came by a link: has this one page
}

// steps are the answers of a school. Until it is done, any may follow any: what was handled may turn out to need help.
func steps(h triage.HandoffView) []triage.HandoffState {
	if h.State == triage.HandoffDone || h.State == triage.HandoffWrongSchool || h.State == triage.HandoffRecalled {
		return nil
	}
	return []triage.HandoffState{triage.HandoffHandling, triage.HandoffNeedsHelp, triage.HandoffWrongSchool, triage.HandoffDone}
}

func (p *portal) acknowledge(w http.ResponseWriter, r *http.Request, who staff.Person) {
	h, err := p.Desk.Acknowledge(r.Context(), who, r.PathValue("id"))
	if err != nil {
		p.sorry(w, r, who, err)
		return
	}
	p.site.Sessions.Flash(r.Context(), "受け取りを窓口に伝えました。")
	http.Redirect(w, r, "/school/handoffs/"+h.ID+"/content", http.StatusSeeOther)
}

// answer shows what was written again where it could not be taken.
func (p *portal) answer(w http.ResponseWriter, r *http.Request, who staff.Person) {
	id, step, text := r.PathValue("id"), triage.HandoffState(r.PostFormValue("step")), r.PostFormValue("text")
	_, err := p.Desk.Answer(r.Context(), who, id, triage.HandoffAnswer{Step: step, Text: text, Help: r.PostForm["help"]})
	if err == nil {
		p.site.Sessions.Flash(r.Context(), "窓口に伝えました。")
		http.Redirect(w, r, "/school/handoffs/"+id+"/content", http.StatusSeeOther)
		return
	}
	status, say := told(err)
	h, again := p.Desk.Open(r.Context(), who, id)
	if again != nil {
		p.sorry(w, r, who, err)
		return
	}
	p.show(w, r, who, status, "content", "連絡 "+reference(h.ID), contentData{item: p.item(h), Steps: steps(h), Forms: triage.Forms,
		Wrong: say, Text: text, Chosen: step, Help: r.PostForm["help"], Guest: who.Only != ""})
}

func (p *portal) show(w http.ResponseWriter, r *http.Request, who staff.Person, status int, page, title string, data any) {
	p.pages.Show(w, r, who, status, page, web.Frame{Title: title, Room: "school", Scripts: []string{"/static/compose.js"}, Data: data})
}

func (p *portal) sorry(w http.ResponseWriter, r *http.Request, who staff.Person, err error) {
	status, say := told(err)
	p.show(w, r, who, status, "refused", "開けません", say)
}

// told says why something was not done: to the browser and to the person.
func told(err error) (int, string) {
	var refusal *triage.Refusal
	switch {
	case errors.As(err, &refusal) && refusal.Code == triage.CodeBadRequest:
		return http.StatusBadRequest, refusal.Say
	case errors.As(err, &refusal) && refusal.Code == triage.CodeForbidden:
		return http.StatusForbidden, refusal.Say
	case errors.As(err, &refusal):
		return http.StatusConflict, refusal.Say
	case errors.Is(err, triage.ErrUnknown):
		return http.StatusNotFound, "その連絡は見つかりません。"
	}
	return http.StatusServiceUnavailable, "いまはできません。少し待って、もう一度お願いします。続くときは、窓口に電話してください。"
}

// today is the desk's date and time as a form's first value.
func (p *portal) today() string {
	now := p.Clock.Now().In(triage.JST)
	return web.Moment(now.Truncate(time.Minute))
}
