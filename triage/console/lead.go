package console

import (
	"context"
	"net/http"
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/board"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/lookin"
	"madoguchi/triage/meeting"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// leadRoutes are the pages of whoever leads, and of the meeting.
func (c *Console) leadRoutes() {
	s := c.site
	s.Page("GET", "/board", c.board)
	s.Page("GET", "/exposure", c.exposure)
	s.Page("GET", "/absences", c.absences)
	s.Page("POST", "/absences", c.away)
	s.Page("GET", "/meetings", c.meetings)
	s.Page("POST", "/meetings", c.convene)
	s.Page("GET", "/meetings/{id}", c.meeting)
	s.Page("POST", "/meetings/{id}/decisions", c.decide)
	s.Page("POST", "/meetings/{id}/end", c.endMeeting)
	s.Page("GET", "/cases/{id}/kin", c.kin)
	for pattern, act := range map[string]act{
		"/cases/{id}/whispers": c.whisper, "/cases/{id}/parts": c.part,
		"/cases/{id}/links": c.related(c.Desk.Relate, "つながりを書きました。もう一人が確かめると、確かなものになります。"), "/cases/{id}/links/agree": c.related(c.Desk.Agree, "二人で確かめました。"),
		"/cases/{id}/links/off": c.related(c.Desk.Unrelate, "つながりを取り消しました。"),
	} {
		s.Page("POST", pattern, c.do(act))
	}
}

type boardData struct {
	desk.Wall
	Grave bool // an emergency waits, or an alarm rings
}

// board is the page for the wall. It follows what happens, as the queue does.
func (c *Console) board(w http.ResponseWriter, r *http.Request, p staff.Person) {
	wall, err := c.Desk.Wall(r.Context(), p)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	d := boardData{wall, wall.Alarms > 0 || len(wall.Waiting) > 0 && wall.Waiting[0].N > 0}
	c.pages.Show(w, r, p, http.StatusOK, "board", web.Frame{Title: "いまの様子", Room: "board", Scripts: []string{"/static/board.js"}, Data: d})
}

type exposureData struct{ Loads []board.Load }

func (c *Console) exposure(w http.ResponseWriter, r *http.Request, p staff.Person) {
	loads, err := c.Desk.Exposure(r.Context(), p)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	c.pages.Show(w, r, p, http.StatusOK, "exposure", web.Frame{Title: "重い相談の数", Room: "exposure", Data: exposureData{loads}})
}

type absencesData struct {
	Who    string
	Logins []string
	desk.Absence
	Asked bool
	Back  string // the first day on which they are there again
}

// absences shows what somebody leaves who is away.
func (c *Console) absences(w http.ResponseWriter, r *http.Request, p staff.Person) {
	d := absencesData{Who: r.URL.Query().Get("login"), Logins: c.colleagues(r.Context(), p)}
	if d.Asked = d.Who != ""; d.Asked {
		var err error
		if d.Absence, err = c.Desk.Absent(r.Context(), p, d.Who); err != nil {
			c.sorry(w, r, p, err)
			return
		}
		if !d.Until.IsZero() {
			d.Back = d.Until.In(triage.JST).Format("1月2日")
		}
	}
	c.pages.Show(w, r, p, http.StatusOK, "absences", web.Frame{Title: "休みの人の事案", Room: "absences", Data: d})
}

func (c *Console) away(w http.ResponseWriter, r *http.Request, p staff.Person) {
	login := r.PostFormValue("login")
	if err := c.Desk.MarkAway(r.Context(), p, login, r.PostFormValue("until")); err != nil {
		c.sorry(w, r, p, err)
		return
	}
	http.Redirect(w, r, "/absences?login="+login, http.StatusSeeOther)
}

func (c *Console) whisper(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	_, err := c.Desk.Whisper(r.Context(), p, id, r.PostForm.Get("text"))
	return result{Say: "担当の人に伝えました。"}, err
}

// watched tells a case's page who of the leads looks in, and lets a lead's own look be seen, for as long as the page is open.
// It returns whether that has changed since the last time.
func (c *Console) watched(p staff.Person, id triage.CaseID) (again func(context.Context) bool, leave func()) {
	var last []string
	again = func(ctx context.Context) bool {
		if desk.Leads(p) {
			_ = c.Desk.LookIn(ctx, p, id) // shown again at the next turn
		}
		now := logins(c.looking(ctx, p, id))
		changed := !slices.Equal(last, now)
		last = now
		return changed
	}
	leave = func() {
		ctx, stop := context.WithTimeout(context.Background(), 2*time.Second)
		defer stop()
		_ = c.Desk.LookAway(ctx, p, id) // it ends by itself
		c.hub.looked(id)
	}
	if !desk.Leads(p) {
		leave = func() {} // nobody is shown that they look
	}
	return again, leave
}

// looking are those who look in; that it is not known is as if nobody did.
func (c *Console) looking(ctx context.Context, p staff.Person, id triage.CaseID) []lookin.Look {
	looks, err := c.Desk.LookingIn(ctx, p, id)
	if err != nil {
		return nil
	}
	return looks
}

func logins(looks []lookin.Look) []string {
	var all []string
	for _, l := range looks {
		all = append(all, l.Login)
	}
	return all
}

type meetingsData struct {
	Lead bool
	All  []meeting.Record
	Sit  []staff.Person

	Yearly []city.Turn // what the city does every year, in the twelve months to come
}

func (c *Console) meetings(w http.ResponseWriter, r *http.Request, p staff.Person) {
	now := c.Clock.Now()
	d := meetingsData{Lead: desk.Leads(p), Yearly: c.City.Year(now, now.AddDate(1, 0, 0))}
	var err error
	if d.All, err = c.Desk.Meetings(r.Context(), p); err == nil && d.Lead {
		d.Sit, err = c.Desk.Table(r.Context(), p)
	}
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	d.Sit = slices.DeleteFunc(d.Sit, func(x staff.Person) bool { return x.Login == p.Login })
	c.pages.Show(w, r, p, http.StatusOK, "meetings", web.Frame{Title: "対策会議", Room: "meetings", Data: d})
}

func (c *Console) convene(w http.ResponseWriter, r *http.Request, p staff.Person) {
	if r.ParseForm() != nil {
		c.sorry(w, r, p, triage.ErrUnknown)
		return
	}
	m, err := c.Desk.CallMeeting(r.Context(), p, r.PostForm["people"])
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	http.Redirect(w, r, "/meetings/"+m.ID, http.StatusSeeOther)
}
