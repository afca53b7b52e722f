package console

import (
	"context"
	"net/http"
	"strings"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/duty"
	"madoguchi/triage/meeting"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// The words of the screens for meetings and links.
var (
	topicNames = map[string]string{"new": "新しい", "overdue": "期限すぎ", "hard": "困難ケース", "not_told": "学校に未通報（23条）", "silent": "学校の返事がない",
		"watch_end": "見守りが終わる", "resolve": "解消の判断", "lies": "7日ふれていない", "asked": "今週の協議"}
	linkNames = map[string]string{"same_child": "同じ子の相談", "same_incident": "同じことについての、ほかの人の相談", "parent": "この子の保護者の相談", "child": "この保護者の子の相談",
		"other_side": "相手側の家の相談"}
	sureNames = map[string]string{"maybe": "かもしれない", "likely": "たぶん", "certain": "二人で確かめた"}
	partNames = map[string]string{"victim": "被害", "accused": "加害", "audience": "観衆", "bystander": "傍観", "witness": "目撃"}
)

type meetingData struct {
	desk.Pack
	Lead    bool
	Rows    []meetingRow
	Choices []meeting.Choice
	Rule    []duty.Choice // of article 23
	Yearly  []city.Turn   // what the city does every year, and is due soon
}

// soon is how many months ahead a meeting looks at what is done every year.
const soon = 2

// meetingRow is a case before the meeting, as the paper shows it: no words.
type meetingRow struct {
	meeting.Item
	Hard []string
	Owed []owed
	Done []meeting.Decided
}

// meeting is what lies before the person; it is made to be printed.
func (c *Console) meeting(w http.ResponseWriter, r *http.Request, p staff.Person) {
	k, err := c.Desk.Pack(r.Context(), p, r.PathValue("id"))
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	d := meetingData{Pack: k, Lead: desk.Leads(p), Choices: meeting.Choices, Yearly: c.City.Year(k.Now, k.Now.AddDate(0, soon, 0))}
	rule, _ := c.Desk.Rule(meeting.Article23)
	d.Rule = rule.Decide
	for _, i := range k.Items {
		row := meetingRow{Item: i, Done: k.Record.Of(i.Case.ID)}
		for _, name := range i.Hard {
			row.Hard = append(row.Hard, c.fact(name))
		}
		for _, x := range i.Owed {
			row.Owed = append(row.Owed, c.newOwed(x, i.Case, p, false, k.Now))
		}
		d.Rows = append(d.Rows, row)
	}
	c.pages.Show(w, r, p, http.StatusOK, "meeting", web.Frame{Title: "対策会議 " + k.Record.On, Room: "meeting", Data: d})
}

func (c *Console) decide(w http.ResponseWriter, r *http.Request, p staff.Person) {
	id := r.PathValue("id")
	x := desk.Decision{Case: triage.CaseID(r.PostFormValue("case")), Decision: r.PostFormValue("decision"), Reason: r.PostFormValue("reason")}
	x.Deciders = r.PostForm["deciders"]
	if _, err := c.Desk.Decide(r.Context(), p, id, x); err != nil {
		c.sorry(w, r, p, err)
		return
	}
	http.Redirect(w, r, "/meetings/"+id+"#"+string(x.Case), http.StatusSeeOther)
}

func (c *Console) endMeeting(w http.ResponseWriter, r *http.Request, p staff.Person) {
	if _, err := c.Desk.EndMeeting(r.Context(), p, r.PathValue("id")); err != nil {
		c.sorry(w, r, p, err)
		return
	}
	http.Redirect(w, r, "/meetings/"+r.PathValue("id"), http.StatusSeeOther)
}

// decidedAs tells what a meeting decided, in words.
func (c *Console) decidedAs(decision string) string {
	if choice, ok := strings.CutPrefix(decision, meeting.Article23+"."); ok {
		return "23条の措置：" + c.decision(triage.Duty{What: meeting.Article23, Decision: choice})
	}
	return meeting.Say(decision)
}

type kinData struct {
	desk.Kin
	Action string
	Login  string
	Kinds  []string
}

// kin shows what belongs to a case, and what may.
func (c *Console) kin(w http.ResponseWriter, r *http.Request, p staff.Person) {
	k, err := c.Desk.Kin(r.Context(), p, triage.CaseID(r.PathValue("id")))
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	d := kinData{k, "/cases/" + string(k.Case.ID), p.Login, triage.LinkKinds}
	c.pages.Show(w, r, p, http.StatusOK, "kin", web.Frame{Title: "つながる事案", Room: "kin", Data: d})
}

// related serves the acts on links.
func (c *Console) related(do func(ctx context.Context, p staff.Person, id triage.CaseID, x desk.Relation) error, say string) act {
	return func(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
		f := r.PostForm
		x := desk.Relation{Other: triage.CaseID(f.Get("other")), As: f.Get("as"), Sure: f.Get("sure"), Reason: f.Get("reason")}
		return result{Say: say, To: "/cases/" + string(id) + "/kin"}, do(r.Context(), p, id, x)
	}
}

// part says which role somebody has.
func (c *Console) part(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	_, err := c.Desk.Cast(r.Context(), p, id, triage.Part{Who: r.PostForm.Get("who"), Role: r.PostForm.Get("role")})
	return result{Say: "立場を記録しました。"}, err
}

// minuted shows in the conversation what a meeting decided, that cases were linked, and who has which role.
func (c *Console) minuted(e triage.Event) string {
	switch {
	case e.Minute != nil:
		return "対策会議（" + e.Minute.On + "）：" + c.decidedAs(e.Minute.Decision) + "。決めた人：" + strings.Join(e.Minute.Deciders, "、") + "。" + because(e.Text)
	case e.Link != nil && e.Link.Off:
		return "事案 " + number(e.Link.Case) + " とのつながりを取り消しました。" + because(e.Text)
	case e.Link != nil:
		return "事案 " + number(e.Link.Case) + "：" + word(linkNames, e.Link.As) + "（" + word(sureNames, e.Link.Sure) + "）。" + because(e.Text)
	case e.Part != nil && e.Part.Role == "":
		return e.Part.Who + " の立場を取り消しました。"
	case e.Part != nil:
		return e.Part.Who + " の立場：" + word(partNames, e.Part.Role)
	}
	return ""
}
