package console

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/request"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// The words of the register of those who ask for records.
var (
	books           = map[string]string{request.Inquiries: "照会", request.Personal: "個人情報の開示請求", request.Documents: "情報公開請求"}
	requestOutcomes = map[string]string{request.Give: "渡す", request.Refuse: "断る", request.None: "記録がないと答える", request.Neutral: "あるかないかを言わずに断る"}
	givenParts      = map[string]string{request.Messages: "相談のことば", request.Files: "届いた写真・ファイル", request.Reports: "学校の報告", request.Told: "伝えたことと本人の意向", request.Notes: "メモと確かめたこと", request.Course: "経過"}
	requestStates   = map[string]string{string(request.Open): "審査中", string(request.Proposed): "もう一人の確認を待っています", string(request.Decided): "決まりました", string(request.Answered): "答えました"}
	answerWays      = map[string]string{"handed": "手渡し", "post": "郵送"}
)

func (c *Console) requestRoutes() {
	s := c.site
	s.Page("GET", "/requests", c.requests)
	s.Page("POST", "/requests", c.receive)
	s.Page("GET", "/requests/{id}", c.request)
	s.Page("POST", "/requests/{id}/proposal", c.proposeAnswer)
	s.Page("POST", "/requests/{id}/agree", c.agreeAnswer)
	s.Page("POST", "/requests/{id}/back", c.sendBack)
	s.Page("POST", "/requests/{id}/pack", c.givePack)
	s.Page("POST", "/requests/{id}/letter", c.answerLetter)
	s.Page("POST", "/requests/{id}/answer", c.bringAnswer)
}

// askedFor is a request as the pages show it.
type askedFor struct {
	request.Request
	Title, Who, Law, Say string
	Late, Ready          bool
}

func (c *Console) newAsked(r request.Request) askedFor {
	g, _ := request.GroundOf(r.Ground)
	today := c.Desk.Today()
	return askedFor{r, requestName(r), g.Who, g.Law, word(requestStates, r.State()), r.Overdue(today), r.Ready(today)}
}

// requestName is how people call a request: 照会 2026年度 第3号.
func requestName(r request.Request) string {
	return fmt.Sprintf("%s %d年度 第%d号", word(books, r.Book()), r.Year, r.N)
}

type requestsData struct {
	Open, Done []askedFor
	Grounds    []request.Ground
	Today      string
}

func (c *Console) requests(w http.ResponseWriter, r *http.Request, p staff.Person) {
	all, err := c.Desk.Requests(r.Context(), p)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	d := requestsData{Grounds: request.Grounds, Today: c.Desk.Today()}
	for _, x := range all {
		if x.State() == request.Answered {
			d.Done = append(d.Done, c.newAsked(x))
		} else {
			d.Open = append(d.Open, c.newAsked(x))
		}
	}
	c.pages.Show(w, r, p, http.StatusOK, "requests", web.Frame{Title: "照会・開示請求", Room: "requests", Data: d})
}

type requestData struct {
	askedFor
	Lead, Mine, Waits bool // it waits for the person's own yes or no
	Outcomes, Parts   []string
	Letter            string
	Wish              bool // of a child is to be written down
}

func (c *Console) request(w http.ResponseWriter, r *http.Request, p staff.Person) {
	x, err := c.Desk.Request(r.Context(), p, r.PathValue("id"))
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	c.showRequest(w, r, p, x, "")
}

func (c *Console) showRequest(w http.ResponseWriter, r *http.Request, p staff.Person, x request.Request, letter string) {
	d := requestData{askedFor: c.newAsked(x), Lead: desk.Leads(p), Outcomes: request.Outcomes(x.Kind()), Parts: request.Parts, Letter: letter, Wish: x.Kind() == request.Guardian}
	if x.State() == request.Proposed {
		d.Mine = x.Decision.By == p.Login
		d.Waits = d.Lead && !d.Mine
	}
	c.pages.Show(w, r, p, http.StatusOK, "request", web.Frame{Title: d.Title, Room: "request", Data: d})
}

func (c *Console) receive(w http.ResponseWriter, r *http.Request, p staff.Person) {
	x, err := c.Desk.Receive(r.Context(), p, request.Request{Ground: r.PostFormValue("ground"), Office: r.PostFormValue("office"), Document: r.PostFormValue("document"),
		About: r.PostFormValue("about"), On: r.PostFormValue("on"), AnswerBy: r.PostFormValue("answer_by")})
	to := "/requests"
	if err == nil {
		to += "/" + x.ID
	}
	c.told(w, r, to, "受け付けました。", err)
}

var marked = regexp.MustCompile(`\[[^\[\]\s]{1,20}\]`)

func (c *Console) proposeAnswer(w http.ResponseWriter, r *http.Request, p staff.Person) {
	id := r.PathValue("id")
	_ = r.ParseForm() // what cannot be read is empty, and then refused
	_, err := c.Desk.ProposeAnswer(r.Context(), p, id, request.Decision{Outcome: r.PostFormValue("outcome"), Case: triage.CaseID(strings.TrimSpace(r.PostFormValue("case"))),
		Parts: r.PostForm["part"], Named: marked.FindAllString(r.PostFormValue("named"), -1), Reason: r.PostFormValue("reason"), Wish: r.PostFormValue("wish")})
	c.told(w, r, "/requests/"+id, "もう一人の確認を待っています。", err)
}

func (c *Console) agreeAnswer(w http.ResponseWriter, r *http.Request, p staff.Person) {
	_, err := c.Desk.AgreeAnswer(r.Context(), p, r.PathValue("id"))
	c.told(w, r, "/requests/"+r.PathValue("id"), "二人で決めました。", err)
}

func (c *Console) sendBack(w http.ResponseWriter, r *http.Request, p staff.Person) {
	_, err := c.Desk.SendBack(r.Context(), p, r.PathValue("id"), r.PostFormValue("why"))
	c.told(w, r, "/requests/"+r.PathValue("id"), "認めませんでした。決め直してください。", err)
}

// givePack serves what is given. Its name tells the number of the request, and nothing of the case.
func (c *Console) givePack(w http.ResponseWriter, r *http.Request, p staff.Person) {
	data, _, err := c.Desk.GivePack(r.Context(), p, r.PathValue("id"))
	c.download(w, r, p, "application/zip", r.PathValue("id")+".zip", data, err)
}

// answerLetter shows the letter, to be printed.
func (c *Console) answerLetter(w http.ResponseWriter, r *http.Request, p staff.Person) {
	text, err := c.Desk.AnswerLetter(r.Context(), p, r.PathValue("id"))
	if err == nil {
		var x request.Request
		if x, err = c.Desk.Request(r.Context(), p, r.PathValue("id")); err == nil {
			c.showRequest(w, r, p, x, text)
			return
		}
	}
	c.sorry(w, r, p, err)
}

func (c *Console) bringAnswer(w http.ResponseWriter, r *http.Request, p staff.Person) {
	_, err := c.Desk.Answer(r.Context(), p, r.PathValue("id"), r.PostFormValue("how"))
	c.told(w, r, "/requests/"+r.PathValue("id"), "答えたことを残しました。", err)
}
