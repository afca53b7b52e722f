package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

// ByLetter is a path that names a letter's message. It is exported because huma fills in only what is.
type ByLetter struct {
	ByCase
	Seq int64 `path:"seq" minimum:"1" doc:"seq of the letter's message in the timeline"`
}

// ByAnswer is a path that names a message of the desk.
type ByAnswer struct {
	ByCase
	Said int64 `path:"said" minimum:"1" doc:"number of the message among the desk's"`
}

// Reading is a letter's text beside its picture.
type Reading struct {
	Seq     int64     `json:"seq"`
	At      time.Time `json:"at" doc:"when the letter came"`
	Base    int64     `json:"base" doc:"what a correction is of: to be sent with it"`
	Checked bool      `json:"checked" doc:"a person has compared it with the picture"`
	By      string    `json:"by" doc:"login of who did"`
	Sheet   string    `json:"sheet" doc:"what the sheet's number tells: round and school, anonymized"`
	Words   string    `json:"words" doc:"as a machine read it, or as it was corrected last; anonymized"`
	Wishes  []string  `json:"wishes" nullable:"false" doc:"how the child wants the answer: letter, chat, phone, not_school, none"`
	Reach   string    `json:"reach" doc:"where an answer may go, anonymized"`
	Files   []File    `json:"files" nullable:"false"`
}

type readingOut struct{ Body Reading }

type compareIn struct {
	ByLetter
	Body struct {
		Base   int64    `json:"base" doc:"base of the reading that was compared; 409 where somebody else has corrected it since"`
		Words  string   `json:"words" doc:"what is written on the paper"`
		Wishes []string `json:"wishes,omitempty" enum:"letter,chat,phone,not_school,none" doc:"what is ticked"`
		Reach  string   `json:"reach,omitempty" doc:"where an answer may go"`
		Parts  []string `json:"parts,omitempty" maxItems:"9" doc:"words of further matters; each becomes a case of its own, answered where the letter is"`
	}
}

// Compared tells the cases that further matters became.
type Compared struct {
	Cases []string `json:"cases" nullable:"false"`
}

type comparedOut struct{ Body Compared }

type printIn struct {
	ByAnswer
	Body *struct {
		NewCode bool   `json:"new_code,omitempty" doc:"a new return code although a letter on its way holds one, which then opens nothing"`
		Anyway  string `json:"anyway,omitempty" doc:"why by post although the child ticked another way"`
	} `required:"false"`
}

type pdfOut struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Sniff       string `header:"X-Content-Type-Options"`
	Body        []byte
}

type postedIn struct {
	ByAnswer
	Body *struct {
		By string `json:"by,omitempty" enum:"post,phone" doc:"how the answer left the house; default post"`
	} `required:"false"`
}

// Letter is a letter that somebody still has to do something about.
type Letter struct {
	Case       string          `json:"case"`
	State      triage.State    `json:"state"`
	Severity   triage.Severity `json:"severity"`
	Assignee   *string         `json:"assignee"`
	Preview    string          `json:"preview"`
	Wishes     []string        `json:"wishes" nullable:"false"`
	Unchecked  []int64         `json:"unchecked" nullable:"false" doc:"seqs of letters that nobody has compared with their pictures"`
	Unanswered bool            `json:"unanswered"`
	Unposted   []int64         `json:"unposted" nullable:"false" doc:"numbers of answers that wait for the post"`
	Since      time.Time       `json:"since" doc:"the oldest of it"`
	DueAt      *time.Time      `json:"due_at" doc:"when the answer is due"`
	Overdue    bool            `json:"overdue"`
}

// Letters are the letters that are not done with.
type Letters struct {
	Letters []Letter `json:"letters" nullable:"false"`
}

type lettersOut struct{ Body Letters }

func pdf(data []byte, err error) (*pdfOut, error) {
	return &pdfOut{"application/pdf", `inline; filename="print.pdf"`, "nosniff", data}, err
}

// letters registers what came on paper, and what goes there.
func (a *api) letters() {
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/letters", Summary: "Letters not yet compared, answered or posted, the one due first first"},
		func(ctx context.Context, p staff.Person, _ *struct{}) (*lettersOut, error) {
			posts, err := a.Desk.Letters(ctx, p)
			out := Letters{Letters: []Letter{}}
			now := a.Desk.Clock.Now()
			for _, x := range posts {
				out.Letters = append(out.Letters, Letter{string(x.Case.ID), x.Case.State, x.Case.Severity, maybe(x.Case.Assignee), x.Case.Preview,
					list(x.Letter.Wishes), list(x.Unchecked), x.Unanswered, list(x.Unposted), x.Since, moment(x.Case.DueAt),
					!x.Case.DueAt.IsZero() && now.After(x.Case.DueAt)})
			}
			return &lettersOut{out}, err
		})
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/cases/{id}/readings/{seq}", Summary: "A letter's text, to be compared with its picture"},
		func(ctx context.Context, p staff.Person, in *ByLetter) (*readingOut, error) {
			r, err := a.Desk.Reading(ctx, p, in.id(), in.Seq)
			out := Reading{r.Seq, r.At, r.Base, r.Checked, r.By, r.Text.Head, r.Text.Words, list(r.Text.Wishes), r.Text.Reach, []File{}}
			for i, n := range r.Files {
				out.Files = append(out.Files, File{n, r.Sorts[i]})
			}
			return &readingOut{out}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/readings/{seq}", Summary: "Save what a person read on the paper",
		Description: "The letter counts as compared, and is assessed again: rules only raise. Names are anonymized on the way. The same again is the same."},
		func(ctx context.Context, p staff.Person, in *compareIn) (*comparedOut, error) {
			b := in.Body
			cases, err := a.Desk.Compare(ctx, p, in.id(), in.Seq, desk.Comparison{Base: b.Base, Words: b.Words, Wishes: b.Wishes, Reach: b.Reach, Parts: b.Parts})
			out := Compared{Cases: []string{}}
			for _, id := range cases {
				out.Cases = append(out.Cases, string(id))
			}
			return &comparedOut{out}, err
		})
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/cases/{id}/letters/{said}", Summary: "An answer that goes by post, to look at, as PDF",
		Description: "Without the address and without a return code."},
		func(ctx context.Context, p staff.Person, in *ByAnswer) (*pdfOut, error) {
			return pdf(a.Desk.Letter(ctx, p, in.id(), in.Said, desk.Posting{}))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/letters/{said}", Summary: "The same, to be posted, as PDF",
		Description: "With the address that the child wrote. Who ticked the chat gets a new return code, unless another letter on its way holds one."},
		func(ctx context.Context, p staff.Person, in *printIn) (*pdfOut, error) {
			how := desk.Posting{Final: true}
			if in.Body != nil {
				how.NewCode, how.Anyway = in.Body.NewCode, in.Body.Anyway
			}
			return pdf(a.Desk.Letter(ctx, p, in.id(), in.Said, how))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/letters/{said}/posted", Summary: "Say that the answer left the house"},
		func(ctx context.Context, p staff.Person, in *postedIn) (*caseOut, error) {
			by := ""
			if in.Body != nil {
				by = in.Body.By
			}
			return told(a.Desk.Posted(ctx, p, in.id(), in.Said, by))
		})
}
