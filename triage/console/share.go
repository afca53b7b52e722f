package console

import (
	"context"
	"net/http"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/roster"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// The words of the screens for sharing out.
var (
	barReasons = map[string]string{triage.BarNamed: "本人か、本人の学校のことが書かれている", triage.BarRelative: "家族・親しい人のことが書かれている",
		triage.BarOther: "相手側の相談を受けている", triage.BarSelf: "自分から外れた"}
	languages = map[string]string{"": "日本語", "en": "英語", "zh": "中国語", "ko": "韓国語", "vi": "ベトナム語", "pt-BR": "ポルトガル語", "tl": "フィリピノ語", "ne": "ネパール語", "es": "スペイン語"}
	spoken    = []string{"en", "zh", "ko", "vi", "pt-BR", "tl", "ne", "es"}
)

// best is how many picks a page shows without being asked for more.
const best = 3

// share is who should get a case, as its page shows it.
type share struct {
	desk.Suggestion
	Best, Rest []roster.Pick
	Languages  []string
	BarReasons []string
}

func newShare(s desk.Suggestion) *share {
	n := min(best, len(s.Picks))
	return &share{Suggestion: s, Best: s.Picks[:n], Rest: s.Picks[n:], Languages: append([]string{""}, spoken...), BarReasons: triage.BarReasons[:3]}
}

// suggest fills in who should get the case. It is an aid: where it cannot be had, the page is shown without it.
func (c *Console) suggest(ctx context.Context, d *caseData, p staff.Person, v desk.View) {
	if !d.CanAnswer && !d.CanClaim {
		return
	}
	if s, err := c.Desk.SuggestFor(ctx, p, v); err == nil {
		d.Share = newShare(s)
	}
}

func (c *Console) bar(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	f := r.PostForm
	b := triage.Bar{Login: strings.ToLower(strings.TrimSpace(f.Get("login"))), Why: f.Get("why"), Off: f.Get("off") == "1"}
	b.School, b.Post, _ = strings.Cut(f.Get("post"), " ")
	err := c.Desk.Bar(r.Context(), p, id, b)
	res := result{Say: "外しました。その人には、この事案は見えません。"}
	switch {
	case b.Off:
		res.Say = "外すのをやめました。"
	case b.Login == "" && b.Post != "":
		res.Say = "外しました。その人には、この事案のことで電話しません。"
	case b.Login == "" || b.Login == p.Login:
		res = result{Say: "この事案から外れました。", To: "/queue"}
	}
	return res, err
}

func (c *Console) want(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	f := r.PostForm
	_, err := c.Desk.Want(r.Context(), p, id, triage.Wanted{Woman: f.Get("who") == "woman", Man: f.Get("who") == "man",
		Change: f.Get("change") == "1", Language: f.Get("language")})
	return result{Say: "本人の希望を記録しました。"}, err
}

func (c *Console) interim(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	seq, err := c.Desk.SayInterim(r.Context(), p, id, r.PostForm.Get("id"))
	return result{Say: "「読みました。いま考えています」と伝えました。返事の期限は、そのままです。", Seq: seq}, err
}

func (c *Console) leave(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	f := r.PostForm
	s := triage.Session{Complaint: f.Get("complaint"), View: f.Get("view"), Did: f.Get("did"), Next: f.Get("next")}
	var err error
	if s.Promised, err = promised(r); err != nil {
		return result{}, err
	}
	_, err = c.Desk.LeaveSession(r.Context(), p, id, s)
	res := result{Say: "残しました。次の人が最初に読みます。"}
	if f.Get("from") == "handover" {
		res.To = "/handover"
	}
	return res, err
}

// promised is when a form says that the seeker is spoken with next; zero where it says nothing.
func promised(r *http.Request) (time.Time, error) {
	at := r.PostForm.Get("promised")
	if at == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation("2006-01-02T15:04", at, triage.JST)
	if err != nil {
		return t, &triage.Refusal{Code: triage.CodeBadRequest, Say: "次に話す時を、日付と時刻で書いてください。"}
	}
	return t, nil
}

// handoverData is what handover.html shows.
type handoverData struct {
	Rows []handoverRow
	Left int
}

type handoverRow struct {
	row
	Kept   bool // what is there still holds
	Own    bool // and not that of a colleague whose second they are
	Action string
}

func (c *Console) handover(w http.ResponseWriter, r *http.Request, p staff.Person) {
	all, err := c.Desk.Handover(r.Context(), p)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	now := c.Clock.Now()
	d := handoverData{}
	for _, x := range all {
		d.Rows = append(d.Rows, handoverRow{newRow(x.Case, p, now), x.Left, x.Case.Assignee == p.Login, "/cases/" + string(x.Case.ID)})
		if x.Left {
			d.Left++
		}
	}
	c.pages.Show(w, r, p, http.StatusOK, "handover", web.Frame{Title: "引き継ぎ", Room: "handover", Data: d})
}

// setPosts says to which schools somebody of the desk belongs beside it.
func (c *Console) setPosts(w http.ResponseWriter, r *http.Request, p staff.Person) {
	login := r.PathValue("login")
	if r.ParseForm() != nil {
		c.sorry(w, r, p, triage.ErrUnknown)
		return
	}
	for _, id := range r.PostForm["post"] {
		if _, known := c.City.SchoolByID(id); !known {
			c.showAccounts(w, r, p, http.StatusBadRequest, accountsData{Wrong: "その学校は、ありません。"})
			return
		}
	}
	if err := c.Ledger.Record(r.Context(), p, "account_posts", login); err != nil {
		c.sorry(w, r, p, triage.ErrUnavailable)
		return
	}
	if err := c.Accounts.SetPosts(r.Context(), login, r.PostForm["post"]); err != nil {
		c.showAccounts(w, r, p, http.StatusNotFound, accountsData{Wrong: "そのアカウントは変えられませんでした。"})
		return
	}
	c.site.Sessions.Flash(r.Context(), login+" の、かかわりのある学校を変えました。")
	http.Redirect(w, r, "/accounts", http.StatusSeeOther)
}
