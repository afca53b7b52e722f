package console

import (
	"context"
	"net/http"
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// queueData is what queue.html shows.
type queueData struct {
	Show  string // waiting, mine or all
	Tabs  []web.Link
	Rows  []row
	Next  string // the address of the next page; empty at the end
	Alarm int    // how many in it are in danger now and waiting
	Drill bool   // an exercise of the night path waits for 受領
}

// row is a case in the queue.
type row struct {
	triage.Case
	Reason  triage.Reason // the gravest that fired, if one did
	More    int           // for how many other phrases others did
	Waits   string        // 12分
	Overdue bool
	Mine    bool
	Former  bool // it was this person's before
	Late    int  // duties that are overdue
	Silent  bool // who told of danger says nothing more, and nobody has looked after it yet
}

func (c *Console) queue(w http.ResponseWriter, r *http.Request, p staff.Person) {
	show := r.URL.Query().Get("show")
	q := desk.Query{Cursor: r.URL.Query().Get("after"), Limit: 100}
	switch show {
	case "mine":
		q.State, q.Assignee = "all", p.Login
	case "all":
		q.State = "all"
	default:
		show = "waiting"
	}
	page, err := c.list(r, p, q)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	now := c.Clock.Now()
	d := queueData{Show: show, Tabs: tabs(show), Drill: c.Desk.Drilling()}
	for _, k := range page.Cases {
		d.Rows = append(d.Rows, newRow(k, p, now))
		if k.State == triage.Waiting && k.Severity == triage.Emergency {
			d.Alarm++
		}
	}
	if page.Next != "" {
		d.Next = "/queue?show=" + show + "&after=" + page.Next
	}
	c.pages.Show(w, r, p, http.StatusOK, "queue", web.Frame{Title: "事案", Room: "queue", Scripts: []string{"/static/queue.js"}, Data: d})
}

// list reads the queue. The audit gets one line for as long as the page stays open.
func (c *Console) list(r *http.Request, p staff.Person, q desk.Query) (desk.Page, error) {
	now := time.Now()
	if !byHand(r) && c.looks.on(p.Login, "", now) {
		return c.Desk.QueueAgain(r.Context(), p, q)
	}
	page, err := c.Desk.Queue(r.Context(), p, q)
	if err == nil {
		c.looks.begin(p.Login, "", now)
	}
	return page, err
}

func tabs(show string) []web.Link {
	return []web.Link{
		{Href: "/queue", Label: "待っている", Here: show == "waiting"},
		{Href: "/queue?show=mine", Label: "自分の担当", Here: show == "mine"},
		{Href: "/queue?show=all", Label: "すべて", Here: show == "all"},
	}
}

func newRow(k triage.Case, p staff.Person, now time.Time) row {
	r := row{Case: k, Late: late(k, now), Mine: k.Assignee == p.Login, Former: k.Assignee == "" && k.Former == p.Login}
	r.Silent = slices.ContainsFunc(k.Duties, func(x triage.Duty) bool { return x.What == triage.SilenceRule && x.DoneAt.IsZero() })
	r.Overdue = !k.DueAt.IsZero() && now.After(k.DueAt)
	if !k.WaitingSince.IsZero() {
		r.Waits = span(now.Sub(k.WaitingSince))
	}
	if len(k.Reasons) > 0 {
		r.Reason, r.More = gravest(k.Reasons), len(k.Phrases())-1
	}
	return r
}

// gravest is the reason whose flag stands first in the order of the flags, which begins with danger to life.
func gravest(reasons []triage.Reason) triage.Reason {
	for _, f := range triage.Flags {
		for _, r := range reasons {
			if r.Flag == f {
				return r
			}
		}
	}
	return reasons[0]
}

func (c *Console) queueEvents(w http.ResponseWriter, r *http.Request, p staff.Person) {
	c.stream(w, r, p, "", func(context.Context) bool { return true })
}

// check is how often a stream asks whether it may go on: who is signed out or loses a role sees nothing five seconds later.
const check = 4 * time.Second

// stream tells a page when to look again, until the browser leaves, the session ends or the person may not see it any more.
func (c *Console) stream(w http.ResponseWriter, r *http.Request, p staff.Person, id triage.CaseID, may func(context.Context) bool) {
	ctx := r.Context()
	wake, leave := c.hub.listen(id)
	defer leave()
	s, err := web.NewStream(w)
	if err != nil {
		return
	}
	tick := time.NewTicker(check)
	defer tick.Stop()
	for err == nil {
		select {
		case <-ctx.Done():
			return
		case <-c.hub.over:
			return
		case <-wake:
			err = s.Send("case", "")
		case <-tick.C:
			if !c.site.Still(ctx, p) || !may(ctx) {
				s.Send("end", "")
				return
			}
			err = s.Send("here", "")
		}
	}
}
