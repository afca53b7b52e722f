package console

import (
	"net/http"
	"slices"
	"strings"
	"time"

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
			QuestionOthers: triage.Permission(f.Get("question_others")), GuideClass: triage.Permission(f.Get("guide_class"))}.OrAsk(),
		Wait: time.Duration(number64(f.Get("wait"))) * time.Hour, Reworded: f.Get("reworded") != ""}
	for key, role := range f {
		if p, ok := strings.CutPrefix(key, "role "); ok && role[0] != "" && !slices.Contains(d.Disclose, p) {
			if d.Roles == nil {
				d.Roles = map[string]string{}
			}
			d.Roles[p] = role[0]
		}
	}
	if d.Recipient == "" {
		d.Recipient = string(triage.School)
	}
	if d.Recipient != string(triage.School) {
		d.School = ""
	}
	if d.Recipient == triage.ToGuardian {
		if d.Whom = f.Get("whom"); d.Level != triage.LevelEmergency {
			d.Level, d.Wait = triage.LevelNamed, 0 // the family knows of whom it is spoken
		}
	}
	return d
}

func (c *Console) countersign(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	_, err := c.Desk.Countersign(r.Context(), p, id, r.PathValue("handoff"))
	return result{Say: "二人目として確認しました。"}, err
}

// recall takes a hand-off back that went where it should not.
func (c *Console) recall(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	_, err := c.Desk.Recall(r.Context(), p, id, r.PathValue("handoff"), r.PostForm.Get("reason"))
	return result{Say: "取り消しました。相手は、もう読めません。"}, err
}

// linkData is what link.html shows, once.
type linkData struct {
	Subject, Mail, Code string
	Until               time.Time
}

// link makes a link for a recipient without an account.
func (c *Console) link(w http.ResponseWriter, r *http.Request, p staff.Person) {
	l, err := c.Desk.Link(r.Context(), p, triage.CaseID(r.PathValue("id")), r.PathValue("handoff"))
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	now := c.Clock.Now()
	d := linkData{Subject: c.City.Text("handoff.subject", "", now, nil), Code: l.Code, Until: l.Until,
		Mail: c.City.Text("handoff.mail", "", now, map[string]string{"リンク": desk.OpenAt(c.URL, l)})}
	c.pages.Show(w, r, p, http.StatusOK, "link", web.Frame{Title: "リンクと番号", Room: "link", Data: d})
}

// notify writes down that an agency was told by telephone or in person.
func (c *Console) notify(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	f := r.PostForm
	at, err := moment(f.Get("at"))
	if err != nil {
		return result{}, err
	}
	_, err = c.Desk.Notify(r.Context(), p, id, desk.Notified{Recipient: f.Get("recipient"), At: at, How: f.Get("how"), Spoke: f.Get("spoke"),
		Text: f.Get("text"), Answer: f.Get("answer")})
	return result{Say: "通告・連絡を記録しました。"}, err
}

// telling are the texts for what the child has to hear now: that somebody was told without her, and what the school did.
func (c *Console) telling(k triage.Case) []canned {
	var all []canned
	now := c.Clock.Now()
	add := func(label, key string, with map[string]string) {
		if text := c.City.Text(key, "chat", now, with); text != "" {
			all = append(all, canned{label, text})
		}
	}
	open := func(kind string) (triage.Handoff, bool) {
		for _, h := range k.Handoffs {
			if slices.ContainsFunc(k.Duties, func(x triage.Duty) bool { return x.What == kind+":"+h.ID && x.DoneAt.IsZero() }) {
				return h, true
			}
		}
		return triage.Handoff{}, false
	}
	if h, ok := open("tell_child"); ok {
		to := word(recipients, h.Recipient)
		if h.School != "" {
			to = c.school(h.School)
		}
		if slices.Contains([]string{"child_guidance", "child_center"}, h.Recipient) {
			add("相談したことを話す", "abuse.tell", map[string]string{"だれ": to})
		} else {
			add("伝えたことを話す", "told.without", map[string]string{"だれ": to, "何": "「" + h.Summary + "」"})
		}
	}
	if h, ok := open("tell_result"); ok && h.Spoken() && h.Notice != nil {
		add("おうちの人に話したこと", "after.family", map[string]string{"だれ": desk.Whom(h.Whom), "返事": h.Notice.Answer})
	} else if ok && len(h.Answers) > 0 {
		said := h.Answers[len(h.Answers)-1]
		add("学校の返事", "after.handoff", map[string]string{"学校の返事": web.StepWord(said.Step) + "。" + said.Text})
	}
	for _, kind := range []string{"check_1w", "check_4w"} {
		if h, ok := open(kind); ok && now.Sub(h.SentAt) > 6*24*time.Hour {
			key := "after.check"
			if h.Spoken() {
				key = "after.family.check"
			}
			add("うまくいってる？", key, nil)
			break
		}
	}
	if key := refused(k, now); key != "" {
		add("「いやです」への返事", key, nil)
	}
	return all
}

// refused is the text for a child who lately said that a school is not to be told, or took a yes back: whether it came in time.
func refused(k triage.Case, now time.Time) string {
	if len(k.Consents) == 0 {
		return ""
	}
	last := k.Consents[len(k.Consents)-1]
	sent, read := false, false
	for _, h := range k.Handoffs {
		sent = sent || h.ConsentID == last.ID
		read = read || h.ConsentID == last.ID && h.Read()
	}
	_, family := triage.Family(last.School)
	switch {
	case last.Given != "", last.School == triage.ToBoard, family, now.Sub(last.At) > 7*24*time.Hour:
		return ""
	case last.Answer != triage.AnswerNo && (last.Answer == triage.AnswerYes || !sent):
		return ""
	case read:
		return "consent.withdrawn.read"
	}
	return "consent.withdrawn"
}

// previewData is what preview.html shows: what the child will read, and what the recipient will.
type previewData struct {
	Child   string
	School  *desk.Previewed
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
	to, reader, ok := c.reader(a.School)
	if !ok || a.Summary == "" || a.Level != triage.LevelAnonymous && a.Level != triage.LevelNamed {
		c.refusePreview(w, r, p, "学校、伝え方、伝えることを選んで、書いてください。")
		return
	}
	key := "consent." + string(a.Level)
	if _, family := triage.Family(a.School); family {
		key = "consent.guardian"
	}
	text := c.City.Text(key, "chat", c.Clock.Now(), map[string]string{"伝える人": reader, "伝えること": a.Summary, "伝える名前": "あなたの名前"})
	draft := desk.Draft{School: a.School, Recipient: string(triage.School), Level: a.Level, Summary: a.Summary, May: triage.May{}.OrAsk()}
	if a.School == triage.ToBoard {
		draft.School, draft.Recipient = "", triage.ToBoard
	} else if whom, family := triage.Family(a.School); family {
		draft.School, draft.Recipient, draft.Whom = "", triage.ToGuardian, whom
	}
	c.showPreview(w, r, p, previewData{Child: text, To: to}, draft)
}

// reader returns the name of a recipient and who reads there, in a child's words.
func (c *Console) reader(school string) (name, reader string, ok bool) {
	if school == triage.ToBoard {
		return "教育委員会", c.City.Reader(school), true
	}
	if whom, family := triage.Family(school); family {
		return desk.Whom(whom), c.City.Reader(school), true
	}
	s, ok := c.City.SchoolByID(school)
	return s.Name, c.City.Reader(school), ok
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
	if d.Child != "" {
		view.Refused = "" // it is asked, not sent
	}
	d.School, d.To = &view, view.SchoolName
	c.pages.Show(w, r, p, http.StatusOK, "preview", previewFrame(d))
}

// refusePreview shows why there is nothing to see, in the preview's place.
func (c *Console) refusePreview(w http.ResponseWriter, r *http.Request, p staff.Person, say string) {
	c.pages.Show(w, r, p, http.StatusOK, "preview", previewFrame(previewData{Refused: say}))
}
