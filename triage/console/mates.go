package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/roster"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// matesData is what mates.html shows.
type matesData struct {
	Mates     []desk.Mate
	Lead      bool
	Who       string // whose profile the form shows
	Mine      roster.Profile
	Shifts    []shiftForm // that they have, and an empty one
	Languages []spokenBy
	TooFew    bool
	Paged     bool
}

// shiftForm is one shift, as it is changed.
type shiftForm struct {
	Held     bool // somebody has it
	Days     []day7
	From, To string
}

type day7 struct {
	N    int
	Name string
	On   bool
}

type spokenBy struct {
	Code string
	On   bool
}

func (c *Console) mates(w http.ResponseWriter, r *http.Request, p staff.Person) {
	mates, err := c.Desk.Mates(r.Context(), p)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	lead := desk.Leads(p)
	who := r.URL.Query().Get("who")
	if who == "" || !lead {
		who = p.Login
	}
	d := matesData{Mates: mates, Lead: lead, Who: who, Mine: c.Desk.Profile(r.Context(), who), TooFew: c.Desk.TooFew(r.Context()), Paged: c.Desk.Pages()}
	for _, s := range d.Mine.Shifts {
		d.Shifts = append(d.Shifts, newShiftForm(s))
	}
	if len(d.Shifts) < desk.MostShifts {
		d.Shifts = append(d.Shifts, newShiftForm(roster.Shift{}))
	}
	for _, l := range spoken {
		d.Languages = append(d.Languages, spokenBy{l, slices.Contains(d.Mine.Languages, l)})
	}
	c.pages.Show(w, r, p, http.StatusOK, "mates", web.Frame{Title: "当番", Room: "mates", Data: d})
}

func newShiftForm(s roster.Shift) shiftForm {
	f := shiftForm{Held: len(s.Days) > 0}
	if f.Held {
		f.From, f.To = roster.Clock(s.From), roster.Clock(s.To)
	}
	for i, name := range []string{"月", "火", "水", "木", "金", "土", "日"} {
		n := (i + 1) % 7
		f.Days = append(f.Days, day7{n, name, slices.Contains(s.Days, time.Weekday(n))})
	}
	return f
}

func minutesOf(clock string) int {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return -1
	}
	return t.Hour()*60 + t.Minute()
}

func (c *Console) setProfile(w http.ResponseWriter, r *http.Request, p staff.Person) {
	if r.ParseForm() != nil {
		c.sorry(w, r, p, triage.ErrUnknown)
		return
	}
	f := r.PostForm
	x := roster.Profile{CallMe: strings.TrimSpace(f.Get("call_me")), Woman: f.Get("who") == "woman", Man: f.Get("who") == "man", Languages: f["language"], Most: int(number64(f.Get("most")))}
	x.Shifts = shiftsOf(f)
	res := result{Say: "保存しました。", To: "/mates"}
	status := http.StatusOK
	if err := c.Desk.SetProfile(r.Context(), p, f.Get("login"), x); err != nil {
		status, res = c.failed(err)
		res.To = "/mates"
	}
	c.answer(w, r, status, res)
}

// shiftsOf are the shifts of a form, without those that are left empty or taken away.
func shiftsOf(f url.Values) []roster.Shift {
	var all []roster.Shift
	for i := range desk.MostShifts {
		n := strconv.Itoa(i)
		days, from, to := f["day"+n], f.Get("from"+n), f.Get("to"+n)
		if f.Get("drop"+n) != "" || len(days) == 0 && from == "" && to == "" {
			continue
		}
		s := roster.Shift{From: minutesOf(from), To: minutesOf(to)}
		if s.To == 0 {
			s.To = 24 * 60 // a shift that ends at midnight
		}
		for _, d := range days {
			s.Days = append(s.Days, time.Weekday(number64(d)))
		}
		all = append(all, s)
	}
	return all
}
