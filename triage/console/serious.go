package console

import (
	"net/http"
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/serious"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// The words of the pages for serious cases.
var (
	bodies        = map[string]string{"school": "学校", "board": "教育委員会", "mayor": "市長", "inquiry": "調査の組織", "family": "保護者", "desk": "窓口", "team": "緊急支援チーム", "": "決める組織は、市が定めていません"}
	versionFor    = map[string]string{"family": "本人と保護者へ", "mayor": "市長へ", "council": "議会へ", "citizens": "市民へ"}
	declaredBy    = map[string]string{"child": "本人から", "parent": "保護者から", "": "だれからかは書かれていません"}
	declaredFirst = []string{"child", "parent"}
)

func (c *Console) seriousRoutes() {
	s := c.site
	s.Page("GET", "/serious", c.seriousList)
	s.Page("GET", "/cases/{id}/serious", c.road)
	for pattern, act := range map[string]act{
		"/cases/{id}/declarations": c.declare, "/cases/{id}/serious/steps": c.takeStep, "/cases/{id}/serious/versions": c.version,
		"/cases/{id}/plan": c.planned, "/cases/{id}/watch": c.watchLonger,
	} {
		s.Page("POST", pattern, c.do(act))
	}
}

type seriousListData struct {
	Rows []desk.Road
	Lead bool
	By   string // who decides, in words
}

func (c *Console) seriousList(w http.ResponseWriter, r *http.Request, p staff.Person) {
	rows, err := c.Desk.Serious(r.Context(), p)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	d := seriousListData{rows, p.Role != triage.Board, word(bodies, c.City.Serious.DecidedBy)}
	c.pages.Show(w, r, p, http.StatusOK, "roads", web.Frame{Title: "重大事態", Room: "serious", Data: d})
}

// group is the steps of one stage.
type group struct {
	Title string
	Open  bool // its steps can be taken now
	Steps []serious.Stand
}

type roadData struct {
	desk.Road
	Now     time.Time
	Action  string
	Today   string
	Groups  []group
	City    city.Serious
	By      string
	Because []string
	Who     []string
}

func (c *Console) road(w http.ResponseWriter, r *http.Request, p staff.Person) {
	id := triage.CaseID(r.PathValue("id"))
	at, err := c.Desk.Road(r.Context(), p, id)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	d := roadData{Road: at, Now: c.Clock.Now(), Action: "/cases/" + string(id), Today: c.Clock.Now().In(triage.JST).Format("2006-01-02"), City: c.City.Serious,
		By: word(bodies, c.City.Serious.DecidedBy), Who: declaredFirst}
	for _, name := range at.Why {
		d.Because = append(d.Because, c.fact(name))
	}
	for _, g := range []struct{ stage, title string }{{serious.AtRisk, "重大化のおそれがあるとき"}, {serious.Onwards, "重大事態の歩み"}} {
		steps := slices.DeleteFunc(slices.Clone(at.Steps), func(s serious.Stand) bool { return s.Stage != g.stage })
		if len(steps) > 0 {
			d.Groups = append(d.Groups, group{g.title, g.stage == serious.AtRisk || at.Serious, steps})
		}
	}
	c.pages.Show(w, r, p, http.StatusOK, "serious", web.Frame{Title: "重大事態 事案 " + number(id), Room: "serious", Data: d})
}

// backTo leads a form of the road back to it.
func backTo(id triage.CaseID, say string) result {
	return result{Say: say, To: "/cases/" + string(id) + "/serious"}
}

func (c *Console) declare(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	f := r.PostForm
	_, err := c.Desk.Declare(r.Context(), p, id, desk.Declared{Who: f.Get("who"), On: f.Get("on"), Note: f.Get("note")})
	return result{Say: "申立てを記録しました。起きたものとして扱い、教育委員会を通じて市長に報告します。"}, err
}

func (c *Console) takeStep(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	f := r.PostForm
	_, err := c.Desk.TakeStep(r.Context(), p, id, triage.Step{Key: f.Get("key"), On: f.Get("on"), Choice: f.Get("choice"), Note: f.Get("note")})
	return backTo(id, "書きました。"), err
}

func (c *Console) version(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	f := r.PostForm
	_, err := c.Desk.Write(r.Context(), p, id, triage.Version{Step: f.Get("step"), Reader: f.Get("reader"), Text: f.Get("text"), Same: f.Get("same")})
	return backTo(id, "文をしまいました。"), err
}

func (c *Console) planned(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	f := r.PostForm
	_, err := c.Desk.Planned(r.Context(), p, id, triage.PlanItem{ID: f.Get("id"), Sort: f.Get("sort"), Text: f.Get("text"), Who: f.Get("who"), Done: f.Get("done"), Off: f.Get("off") != ""})
	say := "に書きました。"
	switch {
	case f.Get("off") != "":
		say = "から取り消しました。"
	case f.Get("id") != "" && f.Get("text") == "" && f.Get("done") != "":
		say = "の一つを、済んだことにしました。"
	case f.Get("id") != "" && f.Get("text") == "":
		say = "の一つを、まだ済んでいないことに戻しました。"
	}
	return result{Say: c.City.Plan.Name + say}, err
}

func (c *Console) watchLonger(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	f := r.PostForm
	_, err := c.Desk.WatchLonger(r.Context(), p, id, triage.WatchOver{Months: int(number64(f.Get("months"))), Body: f.Get("body"), Reason: f.Get("reason")})
	return result{Say: "見守りの期間を長くしました。"}, err
}

// roadLine tells in the timeline what happened on the road, of the plan, or of the watch.
func (c *Console) roadLine(e triage.Event) string {
	switch {
	case e.Step != nil:
		for _, x := range c.City.Road().Steps {
			if x.Key != e.Step.Key {
				continue
			}
			text := "重大事態の歩み：" + x.Title + "（" + e.Step.On + "）"
			for _, k := range x.Choices {
				if k.Key == e.Step.Choice {
					text += " " + k.Say
				}
			}
			return text + "。" + e.Step.Note
		}
		return "重大事態の歩み（" + e.Step.On + "）。" + e.Step.Note
	case e.Version != nil:
		return "重大事態の文書を、" + word(versionFor, e.Version.Reader) + "の文で書きました。"
	case e.Plan != nil && e.Plan.Off:
		return c.City.Plan.Name + "から、一つを取り消しました。"
	case e.Plan != nil && e.Plan.Text == "":
		if e.Plan.Done == "" {
			return c.City.Plan.Name + "の一つを、まだ済んでいないことに戻しました。"
		}
		return c.City.Plan.Name + "の一つが済みました（" + e.Plan.Done + "）。"
	case e.Plan != nil:
		return c.City.Plan.Name + "：" + c.planSort(e.Plan.Sort) + "　" + e.Plan.Text + "（" + e.Plan.Who + "）"
	case e.WatchOver != nil:
		return word(bodies, e.WatchOver.Body) + "が、見守りの期間を長くしました（" + period(triage.Period{Months: e.WatchOver.Months}) + "）。" + because(e.WatchOver.Reason)
	}
	return ""
}

func (c *Console) planSort(key string) string {
	for _, k := range c.City.Plan.Sorts {
		if k.Key == key {
			return k.Say
		}
	}
	return key
}
