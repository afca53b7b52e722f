package console

import (
	"net/http"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

func (c *Console) handOff(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	_, err := c.Desk.HandOff(r.Context(), p, id, newDraft(r))
	return result{Say: "引き継ぎました。"}, err
}

func newDraft(r *http.Request) desk.Draft {
	f := r.PostForm
	d := desk.Draft{School: f.Get("school"), Recipient: f.Get("recipient"), Level: triage.ConsentLevel(f.Get("level")),
		Summary: f.Get("summary"), Disclose: f["disclose"], Reason: f.Get("reason"),
		May: triage.May{TalkToChild: triage.Permission(f.Get("talk_to_child")), CallHome: triage.Permission(f.Get("call_home")),
			QuestionOthers: triage.Permission(f.Get("question_others")), GuideClass: triage.Permission(f.Get("guide_class"))}.OrAsk()}
	if d.Recipient == "" {
		d.Recipient = string(triage.School)
	}
	if d.Recipient != string(triage.School) {
		d.School = ""
	}
	return d
}

func (c *Console) countersign(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	_, err := c.Desk.Countersign(r.Context(), p, id, r.PathValue("handoff"))
	return result{Say: "二人目として確認しました。"}, err
}

// previewData is what preview.html shows: what the child will read, and what the recipient will.
type previewData struct {
	Child   string
	School  *triage.HandoffView
	To      string
	Refused string // why there is nothing to see
}

func previewFrame(d previewData) web.Frame {
	return web.Frame{Title: "送る前の確認", Room: "preview", Data: d}
}

// previewConsent shows what the child will read and what the school would.
func (c *Console) previewConsent(w http.ResponseWriter, r *http.Request, p staff.Person) {
	if r.ParseForm() != nil {
		c.sorry(w, r, p, &triage.Refusal{Code: triage.CodeBadRequest, Say: "送られた内容を読めませんでした。"})
		return
	}
	a := newAsk(r)
	school, ok := c.City.SchoolByID(a.School)
	if !ok || a.Summary == "" || a.Level != triage.LevelAnonymous && a.Level != triage.LevelNamed {
		c.refusePreview(w, r, p, "学校、伝え方、伝えることを選んで、書いてください。")
		return
	}
	reader := school.Reader
	if reader == "" {
		reader = school.Name + "の管理職の先生"
	}
	text := c.City.Text("consent."+string(a.Level), "chat", c.Clock.Now(), map[string]string{"伝える人": reader, "伝えること": a.Summary, "伝える名前": "あなたの名前"})
	c.showPreview(w, r, p, previewData{Child: text, To: school.Name}, desk.Draft{School: a.School, Recipient: string(triage.School), Level: a.Level,
		Summary: a.Summary, May: triage.May{}.OrAsk()})
}

// previewHandoff shows exactly what the recipient will read.
func (c *Console) previewHandoff(w http.ResponseWriter, r *http.Request, p staff.Person) {
	if r.ParseForm() != nil {
		c.sorry(w, r, p, &triage.Refusal{Code: triage.CodeBadRequest, Say: "送られた内容を読めませんでした。"})
		return
	}
	c.showPreview(w, r, p, previewData{}, newDraft(r))
}

func (c *Console) showPreview(w http.ResponseWriter, r *http.Request, p staff.Person, d previewData, draft desk.Draft) {
	view, err := c.Desk.Preview(r.Context(), p, triage.CaseID(r.PathValue("id")), draft)
	if err != nil {
		_, res := c.failed(err)
		c.refusePreview(w, r, p, res.Say)
		return
	}
	d.School, d.To = &view, view.SchoolName
	c.pages.Show(w, r, p, http.StatusOK, "preview", previewFrame(d))
}

// refusePreview shows why there is nothing to see, in the preview's place.
func (c *Console) refusePreview(w http.ResponseWriter, r *http.Request, p staff.Person, say string) {
	c.pages.Show(w, r, p, http.StatusOK, "preview", previewFrame(previewData{Refused: say}))
}
