package console

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/duty"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// The words of the screens for duties.
var (
	duties = map[string]string{"answer": "相談者への返事", "countersign": "緊急の連絡の、二人目の確認", "acknowledge": "学校の受け取り", "school_answer": "学校の回答", "look_reveal": "一人で開いたものの確認"}
	owners = map[string]string{"assignee": "担当", "coordinator": "コーディネーター", "supervisor": "統括", "school": "学校", "board": "教育委員会"}
	// known are facts that no file names.
	known = map[string]string{"claims_serious": "申立てかもしれない言葉", "severity.emergency": "緊急の言葉", "severity.urgent": "至急の言葉", "told.school": "学校が知っている", "told.police": "警察が知っている",
		"told.child_guidance": "児童相談所が知っている", "told.board": "教育委員会が知っている", "told.ambulance": "救急を呼んだ", "told.guardian": "保護者が知っている",
		"answered": "学校の回答", "reported": "学校の報告", "updated": "担当している相談への、学校の報告", "stopped": "行為が止んだ", "recurred": "また起きた", "watching": "見守り", "resolved": "解消", "closed": "終了", "over": "終わった事案",
		"taken": "だれかが担当した", "silent": "あぶない言葉のあとの、とぎれた返事", "silent.emergency": "緊急の言葉のあとの、とぎれた返事", "unanswered.emergency": "受領したまま、返事のない緊急の言葉", "heard": "本人の返事", "left.emergency": "担当していた人の手を離れた緊急の相談", "waits.emergency": "返事を待っている緊急の相談", "planned": "計画を書いた", "paper": "紙がある（手紙、印刷したもの）", "told.child_center": "こども家庭センターが知っている"}
)

// owed is a duty as the pages show it.
type owed struct {
	triage.Duty
	Name    string
	Late    bool
	Holder  string // who has to see to it now
	Risen   bool   // it is not its owner any more
	Because []string
	Hint    string
	Numbers []city.Number
	Choices []duty.Choice
	May     bool   // the person may say that it is done
	Decided string // how it was decided, in words
	Leads   bool   // only the leads may
	Notice  bool   // who has the case does it by writing down whom they told
	Untold  bool   // the school has to do it, and learns of it from nobody but a person
}

func (c *Console) newOwed(x triage.Duty, k triage.Case, p staff.Person, acts bool, now time.Time) owed {
	r, ruled := c.Desk.Rule(x.What)
	o := owed{Duty: x, Name: cmp.Or(x.Title, word(duties, x.Kind)), Late: x.Overdue(now), Hint: r.Hint, Choices: r.Decide,
		May: (acts || x.What == desk.Alarm) && c.Desk.MayFulfil(p, x), Leads: x.Owner == duty.Coordinator || x.Owner == duty.Supervisor}
	o.Notice = r.Lead && acts && x.DoneAt.IsZero()
	o.Untold = ruled && x.Owner == duty.School && !r.Shown && slices.ContainsFunc(k.Handoffs, func(h triage.Handoff) bool { return h.Recipient == desk.ToSchool && !h.Void() })
	holder := duty.Holder(x, k, now)
	o.Holder, o.Risen = word(owners, holder), duty.Level(x, now) > 0 && holder != x.Owner
	for _, name := range x.Why {
		o.Because = append(o.Because, c.fact(name))
	}
	for _, key := range r.Numbers {
		if i := slices.IndexFunc(c.City.Numbers, func(n city.Number) bool { return n.Key == key }); i >= 0 {
			o.Numbers = append(o.Numbers, c.City.Numbers[i])
		}
	}
	o.Decided = c.decision(x)
	return o
}

// fact tells a fact of the rules in words.
func (c *Console) fact(name string) string {
	prefix, rest, _ := strings.Cut(name, ".")
	switch {
	case c.City.FactName(name) != "":
		return c.City.FactName(name)
	case prefix == "observed":
		return word(observations, rest)
	case prefix == "reported" && rest != "":
		form, _ := triage.FormByID(rest)
		return form.Name
	case prefix == "done":
		r, _ := c.Desk.Rule(rest)
		return "済んだこと：" + r.What
	case prefix == "decided":
		key, choice, _ := strings.Cut(rest, ".")
		return c.decision(triage.Duty{What: key, Decision: choice})
	case flags[name] != "":
		return flags[name]
	case prefix == "sure":
		return word(flags, rest)
	}
	return word(known, name)
}

// decision tells how a duty was decided, or by which act it was done.
func (c *Console) decision(x triage.Duty) string {
	switch x.Decision {
	case "":
		return ""
	case duty.Met:
		return c.fact(x.Reason)
	case duty.Restarted:
		return "はじめから数え直します"
	case duty.Closed:
		return "事案を終えたので、なくなりました"
	}
	r, _ := c.Desk.Rule(x.What)
	for _, k := range r.Decide {
		if k.Key == x.Decision {
			return k.Say
		}
	}
	return x.Decision
}

// owe fills in what has to be done in the case, by when it is due, and what was done.
func (c *Console) owe(d *caseData, v desk.View, p staff.Person) {
	for _, x := range v.Duties() {
		if o := c.newOwed(x, v.Case, p, d.CanAnswer, v.Now); x.DoneAt.IsZero() {
			d.Open = append(d.Open, o)
		} else {
			d.Done = append(d.Done, o)
		}
	}
	slices.SortStableFunc(d.Open, func(a, b owed) int { return a.DueAt.Compare(b.DueAt) })
	slices.SortStableFunc(d.Done, func(a, b owed) int { return b.DoneAt.Compare(a.DoneAt) })
}

// late counts the duties of a case that are overdue.
func late(k triage.Case, now time.Time) int {
	n := 0
	for _, x := range k.Duties {
		if x.Overdue(now) {
			n++
		}
	}
	return n
}

// dutyLine shows in the conversation that a duty was done by a person, or began anew.
func (c *Console) dutyLine(l *line, e triage.Event) bool {
	x := *e.Duty
	if x.DoneAt.IsZero() || x.Turn == 0 || e.By == "" && x.Decision != duty.Restarted {
		return false // what is due stands beside the conversation
	}
	l.Text = "「" + x.Title + "」"
	if x.Decision == duty.Restarted {
		l.Who, l.Text = "窓口", l.Text+"は、はじめから数え直します。"
		return true
	}
	if how := c.decision(x); how != "" {
		l.Text += "：" + how
	}
	l.Text += "。" + because(x.Reason)
	return true
}

func (c *Console) fulfil(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	f := r.PostForm
	_, err := c.Desk.Fulfil(r.Context(), p, id, desk.Done{What: r.PathValue("duty"), Decision: f.Get("decision"), Reason: f.Get("reason"), Turn: int(number64(f.Get("turn")))})
	return result{Say: "記録しました。"}, err
}

// dutiesData is what duties.html shows.
type dutiesData struct {
	All  bool // what is not overdue as well
	Lead bool
	Tabs []web.Link
	Rows []dutyRow
}

type dutyRow struct {
	owed
	Case triage.Case
}

// duties lists what is overdue, or all that is open: of one's own cases; for the leads of every case.
func (c *Console) duties(w http.ResponseWriter, r *http.Request, p staff.Person) {
	all := r.URL.Query().Get("show") == "all"
	list, err := c.Desk.Duties(r.Context(), p, !all)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	now := c.Clock.Now()
	d := dutiesData{All: all, Lead: desk.Leads(p),
		Tabs: []web.Link{{Href: "/duties", Label: "過ぎたもの", Here: !all}, {Href: "/duties?show=all", Label: "これからのものも", Here: all}}}
	for _, o := range list {
		d.Rows = append(d.Rows, dutyRow{c.newOwed(o.Duty, o.Case, p, false, now), o.Case})
	}
	c.pages.Show(w, r, p, http.StatusOK, "duties", web.Frame{Title: "期限", Room: "duties", Data: d})
}
