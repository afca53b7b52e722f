package console

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// wishes are the words for what a child ticked.
var wishes = map[string]string{triage.WishPost: "手紙で、書いたところへ", triage.WishChat: "チャットで。入り方を手紙で", triage.WishCall: "電話で",
	triage.WishNotSchool: "学校をとおさないで", triage.WishNothing: "返事はいらない"}

// left are the words for how an answer left the house.
var left = map[string]string{desk.PostedMail: "郵便で出しました", desk.PostedCall: "電話で伝えました"}

// waitingLetter is a row of the list of letters.
type waitingLetter struct {
	desk.Post
	row
	Age string
}

func (c *Console) letterRoutes() {
	s := c.site
	s.Page("GET", "/letters", c.letters)
	s.Page("GET", "/cases/{id}/readings/{seq}", c.reading)
	s.Page("POST", "/cases/{id}/readings/{seq}", c.compare)
	s.Page("GET", "/cases/{id}/letters/{said}", c.previewLetter)
	s.Page("POST", "/cases/{id}/letters/{said}", c.printLetter)
	s.Page("POST", "/cases/{id}/letters/{said}/posted", c.do(c.markPosted))
}

// letters shows what came on paper and is not done with.
func (c *Console) letters(w http.ResponseWriter, r *http.Request, p staff.Person) {
	posts, err := c.Desk.Letters(r.Context(), p)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	now := c.Clock.Now()
	var all []waitingLetter
	for _, x := range posts {
		all = append(all, waitingLetter{x, newRow(x.Case, p, now), span(now.Sub(x.Since))})
	}
	c.pages.Show(w, r, p, http.StatusOK, "letters", web.Frame{Title: "手紙", Room: "queue", Data: all})
}

// readingData is what reading.html shows: a letter's picture, and the text beside it.
type readingData struct {
	desk.Reading
	Action   string // /cases/ID
	Pictures []attached
	Boxes    []box
	Parts    []string
	Wrong    string
}

// box is a box of the sheet.
type box struct {
	Code, Word string
	Ticked     bool
}

func (c *Console) reading(w http.ResponseWriter, r *http.Request, p staff.Person) {
	v, err := c.Desk.Reading(r.Context(), p, triage.CaseID(r.PathValue("id")), number64(r.PathValue("seq")))
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	c.showReading(w, r, p, http.StatusOK, c.newReading(r.Context(), p, v))
}

func (c *Console) newReading(ctx context.Context, p staff.Person, v desk.Reading) readingData {
	d := readingData{Reading: v, Action: "/cases/" + string(v.Case.ID)}
	for i, n := range v.Files {
		d.Pictures = append(d.Pictures, attached{N: n, Sort: v.Sorts[i]})
	}
	c.locked(ctx, p, v.Case, d.Pictures)
	for _, x := range triage.Wishes {
		d.Boxes = append(d.Boxes, box{x.Code, word(wishes, x.Code), v.Text.Wants(x.Code)})
	}
	return d
}

func (c *Console) showReading(w http.ResponseWriter, r *http.Request, p staff.Person, status int, d readingData) {
	c.pages.Show(w, r, p, status, "reading", web.Frame{Title: "手紙の読み", Room: "reading", Scripts: []string{"/static/letter.js"}, Data: d})
}

// compare saves what was read on the paper. What was typed is shown again where it could not be kept.
func (c *Console) compare(w http.ResponseWriter, r *http.Request, p staff.Person) {
	if r.ParseForm() != nil {
		c.answer(w, r, http.StatusBadRequest, result{Say: "送られた内容を読めませんでした。", Code: triage.CodeBadRequest, To: "/letters"})
		return
	}
	id, seq, f := triage.CaseID(r.PathValue("id")), number64(r.PathValue("seq")), r.PostForm
	x := desk.Comparison{Base: number64(f.Get("base")), Words: plain(f.Get("words")), Reach: plain(f.Get("reach")), Wishes: f["wish"]}
	for _, part := range f["part"] {
		if part = plain(part); strings.TrimSpace(part) != "" {
			x.Parts = append(x.Parts, part)
		}
	}
	cases, err := c.Desk.Compare(r.Context(), p, id, seq, x)
	if err == nil {
		c.answer(w, r, http.StatusOK, result{Say: savedWords(cases), To: "/cases/" + string(id)})
		return
	}
	status, res := c.failed(err)
	if v, again := c.Desk.Reading(r.Context(), p, id, seq); again == nil && !web.WantsJSON(r) {
		v.Base, v.Text.Words, v.Text.Reach, v.Text.Wishes = x.Base, x.Words, x.Reach, x.Wishes
		d := c.newReading(r.Context(), p, v)
		d.Parts, d.Wrong = x.Parts, res.Say
		c.showReading(w, r, p, status, d)
		return
	}
	res.To = "/letters"
	c.answer(w, r, status, res)
}

// plain undoes the line ends of forms.
func plain(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

func savedWords(cases []triage.CaseID) string {
	if len(cases) == 0 {
		return "手紙の読みを保存しました。"
	}
	var numbers []string
	for _, id := range cases {
		numbers = append(numbers, number(id))
	}
	return "手紙の読みを保存しました。別の件は、事案 " + strings.Join(numbers, "、") + " になりました。"
}

// asPaper shows a letter as it was corrected last, with what a machine read beside it.
func asPaper(l *line, e *triage.Event, events []triage.Event) {
	l.Other = desk.Alongside(*e)
	if e.Kind != triage.KindMessage || e.From != triage.Seeker || e.Channel != "letter" || e.Corrects != "" || e.Hidden {
		return
	}
	l.Letter = e.Seq
	if now := triage.Latest(events, *e); now.Seq != e.Seq {
		if l.Was = e.Text; l.Was == now.Text {
			l.Was = ""
		}
		l.Text, e.Text = now.Text, now.Text
	}
}

// previewLetter shows an answer as it will be printed, without the address and the way into the chat.
func (c *Console) previewLetter(w http.ResponseWriter, r *http.Request, p staff.Person) {
	c.pdf(w, r, p, desk.Posting{})
}

// printLetter makes an answer to be posted.
func (c *Console) printLetter(w http.ResponseWriter, r *http.Request, p staff.Person) {
	c.pdf(w, r, p, desk.Posting{Final: true, NewCode: r.PostFormValue("new_code") != "", Anyway: r.PostFormValue("anyway")})
}

// pdf serves an answer in the browser's own window. Its name tells nothing, and nothing of it is kept.
func (c *Console) pdf(w http.ResponseWriter, r *http.Request, p staff.Person, how desk.Posting) {
	data, err := c.Desk.Letter(r.Context(), p, triage.CaseID(r.PathValue("id")), number64(r.PathValue("said")), how)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="print.pdf"`)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'") // the browser's own reader
	w.Write(data)
}

func (c *Console) markPosted(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	by := r.PostForm.Get("by")
	_, err := c.Desk.Posted(r.Context(), p, id, number64(r.PathValue("said")), by)
	if by == desk.PostedCall {
		return result{Say: "電話で伝えたことを記録しました。"}, err
	}
	return result{Say: "郵便で出したことを記録しました。"}, err
}

// post is what the page of a case shows of letters. It is nil where none came.
type post struct {
	Wishes                []string
	Call, Silent, Outside bool // by phone; not at all; not by way of the school
	Chat                  bool
	Reach                 string
	Answers               []posting
	Unread                int64 // a letter that nobody has compared; 0 where there is none
}

// posting is an answer that goes by post.
type posting struct {
	Said    int64
	Waits   bool      // it has not been posted
	At      time.Time // when it was, or else when it was written
	ByPhone bool
	Printed bool
	Anyway  bool // a reason is needed
}

func newPost(k triage.Case, events []triage.Event) *post {
	letter, ok := triage.LetterOf(events)
	if !ok {
		return nil
	}
	p := &post{Reach: letter.Reach, Call: letter.Wants(triage.WishCall), Silent: letter.Silent(), Outside: letter.Wants(triage.WishNotSchool), Chat: letter.Wants(triage.WishChat)}
	for _, code := range letter.Wishes {
		p.Wishes = append(p.Wishes, word(wishes, code))
	}
	byPost := letter.Wants(triage.WishPost) || letter.Wants(triage.WishChat)
	for _, e := range events {
		if e.From == triage.Seeker && slices.Contains(k.Unchecked, e.ID) && !slices.Contains(k.Hidden, e.ID) {
			p.Unread = e.Seq
		}
		if e.Delivery == nil || e.Delivery.Said == 0 {
			continue
		}
		i := slices.IndexFunc(p.Answers, func(x posting) bool { return x.Said == e.Delivery.Said })
		switch {
		case e.Delivery.Status == triage.DeliveryPaper && i < 0:
			p.Answers = append(p.Answers, posting{Said: e.Delivery.Said, Waits: true, At: e.At, Anyway: !byPost && (p.Call || p.Silent)})
		case i >= 0 && e.From == triage.Counselor:
			p.Answers[i].Waits, p.Answers[i].At, p.Answers[i].ByPhone = false, e.At, e.Delivery.Detail == desk.PostedCall
		}
	}
	for i := range p.Answers {
		p.Answers[i].Printed = slices.ContainsFunc(events, func(e triage.Event) bool {
			return e.Kind == triage.KindDelivery && strings.HasPrefix(e.Text, "返事"+strconv.FormatInt(p.Answers[i].Said, 10)+"を印刷しました。")
		})
	}
	return p
}
