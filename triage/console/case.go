package console

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/lookin"
	"madoguchi/triage/staff"
	"madoguchi/triage/telling"
	"madoguchi/triage/web"
)

// caseData is what case.html shows.
type caseData struct {
	row
	login  string
	Lines  []line
	Now    time.Time
	Action string // /cases/ID

	// What the person may do here. Mode names the sum of it: when it changes, the page is made anew.
	Mode                        string
	Burden                      []string // what speaks against having this one too, for who has just taken it
	CanClaim, CanAnswer, IsLead bool
	IsSupervisor                bool
	Careful                     bool // 保護者注意
	CanNote, CanReveal, CanAdd  bool
	Trusted                     bool // they have the case, and not by their own act alone
	Unrecorded                  bool // who came or phoned said yes to telling the school, and it is no record of a will yet

	MessageID  string // of the next reply; a form that is sent twice is one reply
	Canned     []canned
	Schools    []city.School
	Colleagues []string
	Why        []desk.Why // reasons to open a placeholder
	Names      []string   // placeholders that occur
	Steps      []step     // on the way to 解消
	PlanName   string     // 対処プラン, where the city asks for one
	PlanSorts  []city.Choice
	Watch      string // the city's watch period, or ""
	Open       []owed
	Done       []owed
	Settable   []triage.State
	Severities []triage.Severity
	Observable []string
	Recipients []string
	Ages       []triage.AgeBand
	Ways       []string
	Roles      []string // what may stand for a placeholder
	Minute     string   // now, as a field for a time has it
	Near       bool     // somebody is near the child who must not read along
	calling    func(triage.Handoff) (telling.Rung, bool)
	Today      string
	Looks      []lookin.Look // the leads who look in at this moment
	PartRoles  []string
	Phone      *phone // calls; nil where nobody has a phone
	Post       *post  // letters; nil where none came
	Share      *share // who should get it; nil where that is not for the person
}

// canned is a line that fills the composer, to be changed before it is sent.
type canned struct{ Label, Text string }

// step is a condition of 解消 as far as it is recorded. That all are met does not resolve a case: a named body decides.
type step struct {
	Label string
	Name  string // as the desk names it
	Note  string // the day of the latest record
	Met   bool
}

func (c *Console) showCase(w http.ResponseWriter, r *http.Request, p staff.Person) {
	v, err := c.look(r, p)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	d := c.newCase(v, p)
	d.Canned = append(c.telling(v.Case), c.canned(c.Desk.Profile(r.Context(), p.Login).CallMe)...)
	d.Looks, d.PartRoles = c.looking(r.Context(), p, v.Case.ID), triage.PartRoles
	c.suggest(r.Context(), &d, p, v)
	if d.CanAnswer {
		var files [][]attached
		for _, l := range d.Lines {
			files = append(files, l.Files)
		}
		c.locked(r.Context(), p, v.Case, files...)
	}
	if d.Mine && !v.Case.LeaseUntil.IsZero() {
		d.Burden = c.Desk.Burden(r.Context(), p)
	}
	if byHand(r) && d.CanAnswer {
		d.Colleagues = c.colleagues(r.Context(), p)
	}
	c.pages.Show(w, r, p, http.StatusOK, "case", web.Frame{Title: "事案 " + number(v.Case.ID), Room: "case",
		Scripts: []string{"/static/case.js", "/static/compose.js", "/static/file.js"}, Data: d})
}

// look reads the case. The audit gets one line for as long as a page stays open.
func (c *Console) look(r *http.Request, p staff.Person) (desk.View, error) {
	id, now := triage.CaseID(r.PathValue("id")), time.Now()
	if !byHand(r) && c.looks.on(p.Login, id, now) {
		return c.Desk.Again(r.Context(), p, id)
	}
	v, err := c.Desk.Case(r.Context(), p, id)
	if err == nil {
		c.looks.begin(p.Login, id, now)
	}
	return v, err
}

// number is how people call a case: the end of its id.
func number(id triage.CaseID) string { return string(id[max(0, len(id)-6):]) }

func (c *Console) newCase(v desk.View, p staff.Person) caseData {
	k := v.Case
	lead := desk.Leads(p)
	d := caseData{login: p.Login, row: newRow(k, p, v.Now), Lines: c.timeline(v.Timeline, p.Login), Now: v.Now, Action: "/cases/" + string(k.ID),
		IsLead: lead, Schools: c.City.Schools, Why: desk.Whys, Severities: triage.Severities, MessageID: rand.Text(),
		Observable: desk.Observations,
		Recipients: desk.Recipients, Ages: triage.AgeBands, Ways: triage.Ways, Roles: desk.Roles, Minute: v.Now.In(triage.JST).Format("2006-01-02T15:04"), Near: telling.Near(k, v.Now.In(triage.JST).Format(time.DateOnly)),
		Settable: []triage.State{triage.Open, triage.Watching, triage.Resolved, triage.Closed},
		Steps:    c.steps(k, v.Now), Watch: period(c.City.CaseTerms().WatchPeriod), Today: v.Now.In(triage.JST).Format(time.DateOnly)}
	d.CanAnswer = k.Assignee == p.Login || k.Second == p.Login || lead
	d.CanAdd = staff.Allowed(p.Role, staff.Row("GET", "/visits"))
	d.Unrecorded = k.Teller != nil && k.Teller.Telling == "yes" && len(k.Consents) == 0
	d.IsSupervisor, d.Careful = p.Role == triage.Supervisor, k.Careful()
	d.CanClaim = k.Assignee == "" && p.Role != triage.Lawyer
	d.CanReveal = d.CanAnswer && (k.Assignee == p.Login || k.Second == p.Login)
	d.CanNote, d.Trusted = d.CanAnswer || p.Role == triage.Lawyer, k.Trusts(p.Login)
	d.PlanName, d.PlanSorts = c.City.Plan.Name, c.City.Plan.Sorts
	c.owe(&d, v, p)
	d.Names = names(v.Timeline)
	d.Phone = c.phone(k, v.Now)
	d.Post = newPost(k, v.Timeline)
	d.Mode = mode(d)
	d.calling = func(h triage.Handoff) (telling.Rung, bool) { return c.Desk.Calling(k, h) }
	return d
}

// Calling is who is to be called now because nobody has received that hand-off, or nil.
func (d caseData) Calling(h triage.Handoff) *telling.Rung {
	if d.calling == nil {
		return nil
	}
	r, ok := d.calling(h)
	if !ok {
		return nil
	}
	return &r
}

// MayCountersign reports whether that emergency hand-off still waits for a second person.
func (d caseData) MayCountersign(h triage.Handoff) bool {
	if h.Level != triage.LevelEmergency || h.By == d.login {
		return false
	}
	return slices.ContainsFunc(d.Open, func(o owed) bool { return o.Kind == "countersign" && strings.HasSuffix(o.What, h.ID) })
}

func mode(d caseData) string {
	m := "see"
	if d.CanAnswer {
		m = "answer"
	}
	if d.CanClaim {
		m += " claim"
	}
	if d.OptedOut {
		m += " out"
	}
	if d.Phone != nil {
		m += " phone"
	}
	if d.Post != nil {
		m += " post"
	}
	return m
}

// names lists the placeholders of the case's words, each once, in the order in which they came.
func names(events []triage.Event) []string {
	var all []string
	for _, e := range events {
		for _, piece := range web.Pieces(e.Text) {
			if piece.Placeholder != "" && !slices.Contains(all, piece.Placeholder) {
				all = append(all, piece.Placeholder)
			}
		}
	}
	return all
}

// cannedKeys are the texts of the catalogue that a counselor may begin with: tell, ask, listen, keep safe, and so on.
var cannedKeys = []canned{{"伝える", "talk.tell"}, {"たずねる", "talk.ask"}, {"いつ・どうやって", "talk.ask.how"}, {"きく", "talk.listen"},
	{"安全", "talk.keep"}, {"いる場所", "talk.keep.where"}, {"あぶない物", "talk.keep.away"},
	{"間をとる", "talk.pause"}, {"終わり", "talk.close"}, {"してしまった", "talk.did_it"}, {"友だち", "talk.friend"}}

// canned are these lines, from who is called by that name; empty: by none.
func (c *Console) canned(callMe string) []canned {
	with := map[string]string{"わたし": "わたし", "次に話す時": desk.NextTime}
	if callMe != "" {
		with["わたし"] += "〔" + callMe + "〕"
	}
	var all []canned
	for _, k := range cannedKeys {
		if text := c.City.Text(k.Text, "chat", c.Clock.Now(), with); text != "" {
			all = append(all, canned{k.Label, text})
		}
	}
	return all
}

// steps lists the conditions of 解消 as they stand, by the desk's own rule.
func (c *Console) steps(k triage.Case, now time.Time) []step {
	watch := k.Watched(c.City.CaseTerms().WatchPeriod)
	unmet := desk.Unmet(k.Observed, watch, now.In(triage.JST).Format(time.DateOnly))
	last := func(kinds ...string) string {
		for _, o := range slices.Backward(k.Observed) {
			if slices.Contains(kinds, o.Kind) {
				return o.On
			}
		}
		return ""
	}
	all := []step{{"行為が止んでいる", desk.Stopped, last(desk.Stopped), false}}
	if !watch.IsZero() {
		all = append(all, step{"見守りの期間（" + period(watch) + "）", "watch_period", "", false})
	}
	all = append(all, step{"本人に苦痛がない（面談など）", desk.ChildNoPain, last(desk.ChildNoPain), false},
		step{"保護者に確かめた（または、確かめない理由と二人の判断）", desk.ParentNoPain, last(desk.ParentNoPain, desk.ParentNotAsked), false})
	for i := range all {
		all[i].Met = !slices.Contains(unmet, all[i].Name)
	}
	if on := last(desk.Recurred); on > all[0].Note {
		all[0].Note = on + " にまた起きた"
	}
	return all
}

func (c *Console) colleagues(ctx context.Context, p staff.Person) []string {
	accounts, err := c.Accounts.List(ctx)
	if err != nil {
		return nil // the field takes a login typed by hand as well
	}
	var logins []string
	for _, a := range accounts {
		answers := staff.Allowed(a.Role, staff.Row("POST", "/cases/{id}/claim")) || a.Role == triage.Lawyer
		if answers && !a.Disabled && a.Login != p.Login {
			logins = append(logins, a.Login)
		}
	}
	return logins
}

func (c *Console) caseEvents(w http.ResponseWriter, r *http.Request, p staff.Person) {
	id := triage.CaseID(r.PathValue("id"))
	again, leave := c.watched(p, id)
	may := func(ctx context.Context) bool {
		if _, err := c.Desk.Visible(ctx, p, id); err != nil {
			return false
		}
		if again(ctx) {
			c.hub.looked(id)
		}
		return true
	}
	if !may(r.Context()) {
		web.Problem{Status: http.StatusNotFound, Code: "not_found", Title: "no such case"}.Write(w)
		return
	}
	defer leave()
	if desk.Leads(p) {
		c.hub.looked(id)
	}
	c.stream(w, r, p, id, may)
}

// doing shows the seeker what the person does, as the page says while it is in sight.
func (c *Console) doing(w http.ResponseWriter, r *http.Request, p staff.Person) {
	d := triage.Doing(r.PostFormValue("doing"))
	if d != triage.DoingReading && d != triage.DoingWriting && d != triage.DoingWaiting {
		web.Problem{Status: http.StatusBadRequest, Code: triage.CodeBadRequest, Title: "not a thing to be doing"}.Write(w)
		return
	}
	if err := c.Desk.Doing(r.Context(), p, triage.CaseID(r.PathValue("id")), d); err != nil {
		status, res := c.failed(err)
		web.Problem{Status: status, Code: res.Code, Title: "not shown"}.Write(w)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
