package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

func (c *Console) claim(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	_, err := c.Desk.Claim(r.Context(), p, id)
	return result{Say: "担当しました。" + strings.Join(c.Desk.Burden(r.Context(), p), "")}, err
}

func (c *Console) release(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	_, err := c.Desk.Release(r.Context(), p, id)
	return result{Say: "待っている一覧に戻しました。", To: "/queue"}, err
}

func (c *Console) transfer(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	to := r.PostForm.Get("to")
	_, err := c.Desk.Transfer(r.Context(), p, id, to)
	res := result{Say: "引き継ぎました。" + strings.Join(c.Desk.Warned(r.Context(), to), ""), To: "/queue"}
	return backToAbsent(r, res), err
}

// backToAbsent leads to what else somebody leaves who is away, where the page of that asked.
func backToAbsent(r *http.Request, res result) result {
	if who := r.PostForm.Get("absent"); who != "" {
		res.To = "/absences?login=" + url.QueryEscape(who)
	}
	return res
}

func (c *Console) second(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	to := r.PostForm.Get("to")
	k, err := c.Desk.Join(r.Context(), p, id, to)
	if slices.Contains(k.Consulted, to) {
		return result{Say: to + " さんが、この事案を読み、メモを書けるようになりました。"}, err
	}
	return backToAbsent(r, result{Say: "二人目になってもらいました。" + strings.Join(c.Desk.Warned(r.Context(), to), "")}), err
}

func (c *Console) reply(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	until, err := promised(r)
	if err != nil {
		return result{}, err
	}
	seq, err := c.Desk.SayUntil(r.Context(), p, id, r.PostForm.Get("id"), r.PostForm.Get("text"), until)
	return result{Say: "送りました。", Seq: seq}, err
}

func (c *Console) note(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	_, err := c.Desk.Note(r.Context(), p, id, r.PostForm.Get("text"))
	return result{Say: "メモを残しました。"}, err
}

func (c *Console) severity(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	_, err := c.Desk.Overrule(r.Context(), p, id, triage.Severity(r.PostForm.Get("severity")), r.PostForm.Get("reason"))
	return result{Say: "緊急度を変えました。"}, err
}

func (c *Console) state(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	f := r.PostForm
	_, err := c.Desk.SetState(r.Context(), p, id, desk.StateChange{To: triage.State(f.Get("state")), Reason: f.Get("reason"),
		DecidedBy: f.Get("decided_by"), Circumstances: f.Get("circumstances")})
	return result{Say: "状態を変えました。"}, err
}

func (c *Console) observe(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	f := r.PostForm
	_, err := c.Desk.Observe(r.Context(), p, id, triage.Observed{Kind: f.Get("kind"), On: f.Get("on"), Days: int(number64(f.Get("days"))), Note: f.Get("note"), Second: f.Get("second")})
	return result{Say: "確認を記録しました。"}, err
}

// reveal opens one placeholder. A page that is not asked by a script has no place for the words, so it gets none.
func (c *Console) reveal(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	ph := r.PostForm.Get("placeholder")
	o, err := c.Desk.Reveal(r.Context(), p, id, ph, r.PostForm.Get("reason"))
	if err != nil {
		return result{}, err
	}
	_, file := desk.FileOf(ph)
	switch {
	case o.Grant != nil && o.Grant.Alone && file:
		return result{Say: "ほかにだれもいないので、すぐに見られます。15分のあいだ、この画面で開けます。"}, nil
	case o.Grant != nil && o.Grant.Alone:
		return result{Say: "ほかにだれもいないので、すぐに開けます。「二人で開く」で開いてください。", To: "/reveals"}, nil
	case o.Grant != nil:
		return result{Say: "もう一人の確認をお願いしました。認められると、開けるようになります。ほかにだれもいなくて、命や体が危ないときは、" +
			"緊急度を「緊急」にしてから、もう一度押してください。"}, nil
	}
	return result{Say: "開きました。だれがいつ見たかは記録されました。", Values: map[string]string{ph: o.Value}}, nil
}

// names opens all names inside the text of the case.
func (c *Console) names(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	words, err := c.Desk.RevealText(r.Context(), p, id, r.PostForm.Get("reason"))
	if err != nil {
		return result{}, err
	}
	return result{Say: strconv.Itoa(len(words)) + "個の記号を開きました。だれがいつ見たかは記録されました。", Values: words}, nil
}

// consent asks the child, or records what a person heard or read instead.
func (c *Console) consent(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	f, ask := r.PostForm, newAsk(r)
	if given := f.Get("given"); given != "" {
		_, err := c.Desk.RecordConsent(r.Context(), p, id, desk.Heard{Ask: ask, Given: given, Note: f.Get("note")})
		return result{Say: "本人の意向を記録しました。"}, err
	}
	_, err := c.Desk.AskConsent(r.Context(), p, id, ask)
	return result{Say: "本人にたずねました。返事があると、ここに出ます。"}, err
}

func newAsk(r *http.Request) desk.Ask {
	f := r.PostForm
	level := triage.ConsentLevel(f.Get("level"))
	if _, family := triage.Family(f.Get("school")); family {
		level = triage.LevelNamed
	}
	return desk.Ask{School: f.Get("school"), Level: level, Summary: f.Get("summary"),
		Age: triage.AgeBand(f.Get("age")), Understood: f.Get("understood"), Early: f.Get("early") != ""}
}
