package console

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// The words of the screens for what who came or phoned was asked.
var (
	tellerWho     = map[string]string{"self": "本人", "guardian": "保護者", "friend": "友だち", "school": "学校の人", "neighbour": "近所の人", "other": "そのほか"}
	tellerSafe    = map[string]string{"yes": "はい", "unknown": "わからない", "no": "いいえ、あぶない"}
	tellerTelling = map[string]string{"yes": "はい", "no": "いいえ"}
)

// visitData is what visits.html shows: the form as it was filled in.
type visitData struct {
	ID, Case, Number, Channel, Text, Contact, CallMe string
	triage.Teller
	Call, Window, From, Until, CallWho string // Call is yes where they wish to be called
	Day, Clock                         string // when it was, where it was not now
	Wrong                              string
	Choices                            visitChoices
}

// visitChoices are what the form lets one choose from.
type visitChoices struct{ Channel, Who, Safe, Telling, Call, Windows, CallWho, Days []choice }

type choice struct{ Value, Label string }

// pick is a question whose answers are chosen by a digit.
type pick struct {
	Name, Legend, Chosen string
	Options              []choice
}

func newPick(name, legend, chosen string, options []choice) pick {
	return pick{name, legend, chosen, options}
}

func choicesOf(words map[string]string, values ...string) []choice {
	var all []choice
	for _, v := range values {
		all = append(all, choice{v, words[v]})
	}
	return all
}

var visits = visitChoices{
	Channel: choicesOf(doors, "voice", "visit"),
	Who:     choicesOf(tellerWho, triage.TellerWho...), Safe: choicesOf(tellerSafe, triage.TellerSafe...),
	Telling: append(choicesOf(tellerTelling, triage.TellerTelling...), choice{"", "まだ聞いていない"}),
	Call:    []choice{{"", "いらない"}, {"yes", "ほしい"}},
	Windows: append(choicesOf(windows, "", "any", "0900-1200", "1200-1700", "1700-2000"), choice{"other", "ほかの時間"}),
	CallWho: choicesOf(who, "self", "family", "anyone"),
	Days:    []choice{{"", "いま"}, {"0", "きょう"}, {"1", "きのう"}, {"2", "おととい"}, {"3", "3日前"}, {"4", "4日前"}, {"5", "5日前"}, {"6", "6日前"}},
}

func (c *Console) visitPage(w http.ResponseWriter, r *http.Request, p staff.Person) {
	d := visitData{ID: rand.Text(), Channel: "voice", CallWho: "self", Case: r.URL.Query().Get("case")}
	if r.URL.Query().Get("channel") == "visit" {
		d.Channel = "visit"
	}
	c.showVisit(w, r, p, http.StatusOK, d)
}

func (c *Console) showVisit(w http.ResponseWriter, r *http.Request, p staff.Person, status int, d visitData) {
	d.Number, d.Choices = number(triage.CaseID(d.Case)), visits
	c.pages.Show(w, r, p, status, "visits", web.Frame{Title: "来所・電話の記録", Room: "visits", Scripts: []string{"/static/compose.js", "/static/visits.js"}, Data: d})
}

// visit takes in what somebody said. What was typed is shown again where it could not be kept; a script keeps it itself.
func (c *Console) visit(w http.ResponseWriter, r *http.Request, p staff.Person) {
	if r.ParseForm() != nil {
		c.answer(w, r, http.StatusBadRequest, result{Say: "送られた内容を読めませんでした。", Code: triage.CodeBadRequest, To: "/visits"})
		return
	}
	d := filledIn(r)
	v, err := d.visit(c.Clock.Now().In(triage.JST))
	var in desk.Entered
	if err == nil {
		in, err = c.Desk.Enter(r.Context(), p, v)
	}
	if err != nil {
		status, res := c.failed(err)
		if web.WantsJSON(r) {
			c.answer(w, r, status, res)
			return
		}
		d.Wrong = res.Say
		c.showVisit(w, r, p, status, d)
		return
	}
	sees := staff.Allowed(p.Role, staff.Row("GET", "/queue"))
	if web.WantsJSON(r) {
		c.entered(w, in, d.Channel, sees)
		return
	}
	said := "記録しました。事案 " + number(in.Case) + " です。"
	if in.Severity != "" {
		said += "緊急度は「" + word(severities, in.Severity) + "」です。"
	}
	c.site.Sessions.Flash(r.Context(), said)
	to := "/visits?channel=" + d.Channel
	if sees {
		to = "/queue"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// entered tells a script what became of a visit; the way to the case only to whom it is open.
func (c *Console) entered(w http.ResponseWriter, in desk.Entered, channel string, sees bool) {
	out := map[string]string{"say": "記録しました。", "number": number(in.Case), "severity": string(in.Severity), "word": word(severities, in.Severity),
		"channel": channel, "next": rand.Text()}
	if sees {
		out["to"] = "/cases/" + string(in.Case)
	}
	body, err := json.Marshal(out)
	if err != nil {
		panic(err) // strings
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Write(body)
}

func filledIn(r *http.Request) visitData {
	f := r.PostForm.Get
	return visitData{ID: f("id"), Case: f("case"), Channel: f("channel"), Text: f("text"), Contact: f("contact"), CallMe: f("call_me"),
		Teller: triage.Teller{Who: f("who"), Safe: f("safe"), Unnamed: f("unnamed") != "", Telling: f("telling")},
		Call:   f("call"), Window: f("window"), From: f("from"), Until: f("until"), CallWho: f("call_who"), Day: f("day"), Clock: f("clock")}
}

// visit is what the form says, to the desk.
func (d visitData) visit(now time.Time) (desk.Visit, error) {
	v := desk.Visit{ID: d.ID, Case: triage.CaseID(d.Case), Channel: d.Channel, Text: d.Text, Contact: d.Contact, CallMe: d.CallMe, Teller: d.Teller}
	if d.Call == "yes" {
		v.CallBack = &triage.CallBack{Window: d.Window, Who: d.CallWho}
		if d.Window == "other" {
			from, err1 := time.Parse("15:04", d.From)
			until, err2 := time.Parse("15:04", d.Until)
			if err1 != nil || err2 != nil || !from.Before(until) {
				return v, &triage.Refusal{Code: triage.CodeBadRequest, Say: "かけてよい時間を、何時から何時まで、と入れてください。"}
			}
			v.CallBack.Window = from.Format("1504") + "-" + until.Format("1504")
		}
	}
	if d.Day == "" && d.Clock == "" {
		return v, nil
	}
	back := 0
	if d.Day != "" {
		back = int(number64(d.Day))
	}
	at, err := time.Parse("15:04", d.Clock)
	if err != nil {
		return v, &triage.Refusal{Code: triage.CodeBadRequest, Say: "いまの話でないときは、話した時刻を入れてください。"}
	}
	v.At = time.Date(now.Year(), now.Month(), now.Day()-back, at.Hour(), at.Minute(), 0, 0, triage.JST)
	return v, nil
}

// heard tells what was asked of who came or phoned, and who wrote it down.
func heard(e triage.Event) []string {
	if e.Teller == nil {
		return nil
	}
	return append(asked(*e.Teller), "記録："+e.By)
}

// asked tells what who came or phoned was asked, in words.
func asked(t triage.Teller) []string {
	var all []string
	say := func(what, code string, words map[string]string) {
		if code != "" {
			all = append(all, what+"："+word(words, code))
		}
	}
	say("話した人", t.Who, tellerWho)
	say("子どもは、いま安全か", t.Safe, tellerSafe)
	if t.Unnamed {
		all = append(all, "名前を出したくない")
	}
	say("学校に伝えてよいか（その場で）", t.Telling, tellerTelling)
	return all
}
