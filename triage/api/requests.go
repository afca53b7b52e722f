package api

import (
	"context"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/request"
	"madoguchi/triage/staff"
)

// Request is an entry in the register of those who ask for records. It names no seeker. Who is no lead sees of the answer
// what it is, and nothing of a case.
type Request struct {
	ID         string         `json:"id"`
	Ground     string         `json:"ground" doc:"police_inquiry, police_warrant, court_inquiry, bar_inquiry, self, guardian or public"`
	Law        string         `json:"law"`
	Office     string         `json:"office" doc:"of an inquiry: who asks; empty for a person"`
	Document   string         `json:"document" doc:"the number of their letter"`
	About      string         `json:"about" doc:"anonymized"`
	On         string         `json:"on" doc:"the day on which it came"`
	AnswerBy   string         `json:"answer_by"`
	NotBefore  string         `json:"not_before" doc:"the first day of the answer; empty: any"`
	State      request.State  `json:"state" enum:"open,proposed,decided,answered"`
	Ready      bool           `json:"ready" doc:"the answer may be brought today"`
	Decision   *RequestAnswer `json:"decision,omitempty"`
	Packs      []RequestPack  `json:"packs" nullable:"false" doc:"what was made to be given"`
	AnsweredOn string         `json:"answered_on"`
	How        string         `json:"how" doc:"handed or post"`
}

// RequestAnswer is what two people decided, or what one of them proposes.
type RequestAnswer struct {
	Outcome string     `json:"outcome" doc:"give, refuse, none, or neutral: whether there is anything is not told"`
	Case    string     `json:"case" doc:"for leads"`
	Upto    int64      `json:"upto" doc:"seq of the last event that is given"`
	Parts   []string   `json:"parts" nullable:"false" doc:"messages, files, reports, told, notes, course"`
	Named   []string   `json:"named" nullable:"false" doc:"placeholders whose words are given"`
	Reason  string     `json:"reason"`
	Wish    string     `json:"wish" doc:"what the child wants, of a parent's request"`
	By      string     `json:"by"`
	Agreed  string     `json:"agreed" doc:"login of the second; empty while it is a proposal"`
	At      *time.Time `json:"at"`
}

// RequestPack is what was made to be given.
type RequestPack struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	Hash  string    `json:"hash" doc:"SHA-256 of its list of contents, manifest.json"`
	Files int       `json:"files"`
	Bytes int64     `json:"bytes"`
}

// Requests are those, what is due first at the top.
type Requests struct {
	Requests []Request `json:"requests" nullable:"false"`
}

// ByRequest names a request.
type ByRequest struct {
	ID string `path:"id"`
}

type (
	requestOut  struct{ Body Request }
	requestsOut struct{ Body Requests }
	requestIn   struct {
		Body struct {
			Ground   string `json:"ground"`
			Office   string `json:"office,omitempty"`
			Document string `json:"document,omitempty"`
			About    string `json:"about" doc:"who is named in it is anonymized"`
			On       string `json:"on" doc:"2026-12-01"`
			AnswerBy string `json:"answer_by,omitempty" doc:"of a request for one's own data: 30 days where it is left out"`
		}
	}
	proposalIn struct {
		ByRequest
		Body struct {
			Outcome string   `json:"outcome"`
			Case    string   `json:"case,omitempty"`
			Parts   []string `json:"parts,omitempty"`
			Named   []string `json:"named,omitempty"`
			Reason  string   `json:"reason"`
			Wish    string   `json:"wish,omitempty"`
		}
	}
	backIn struct {
		ByRequest
		Body struct {
			Why string `json:"why"`
		}
	}
	broughtIn struct {
		ByRequest
		Body struct {
			How string `json:"how" enum:"handed,post"`
		}
	}
	archiveOut struct {
		Type        string `header:"Content-Type"`
		Hash        string `header:"X-Manifest-SHA256"`
		Disposition string `header:"Content-Disposition"`
		Sniff       string `header:"X-Content-Type-Options"`
		Body        []byte
	}
	letterOut struct {
		Body struct {
			Text string `json:"text"`
		}
	}
)

func (a *api) requestOf(r request.Request, err error) (*requestOut, error) {
	if err != nil {
		return nil, err
	}
	return &requestOut{a.newRequest(r)}, nil
}

func (a *api) newRequest(r request.Request) Request {
	g, _ := request.GroundOf(r.Ground)
	out := Request{ID: r.ID, Ground: r.Ground, Law: g.Law, Office: r.Office, Document: r.Document, About: r.About, On: r.On, AnswerBy: r.AnswerBy,
		NotBefore: r.NotBefore(), State: r.State(), Ready: r.Ready(a.Desk.Today()), Packs: []RequestPack{}, AnsweredOn: r.AnsweredOn, How: r.How}
	if d := r.Decision; d != nil {
		out.Decision = &RequestAnswer{d.Outcome, string(d.Case), d.Upto, list(d.Parts), list(d.Named), d.Reason, d.Wish, d.By, d.Agreed, moment(d.At)}
	}
	for _, p := range r.Packs {
		out.Packs = append(out.Packs, RequestPack(p))
	}
	return out
}

// requests registers who asks for records, and what they get.
func (a *api) requests() {
	d := a.Desk
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/requests", Summary: "The register of those who ask for records"},
		func(ctx context.Context, p staff.Person, _ *struct{}) (*requestsOut, error) {
			all, err := d.Requests(ctx, p)
			out := &requestsOut{Requests{[]Request{}}}
			for _, r := range all {
				out.Body.Requests = append(out.Body.Requests, a.newRequest(r))
			}
			return out, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/requests", Summary: "A request came in", DefaultStatus: 201},
		func(ctx context.Context, p staff.Person, in *requestIn) (*requestOut, error) {
			b := in.Body
			return a.requestOf(d.Receive(ctx, p, request.Request{Ground: b.Ground, Office: b.Office, Document: b.Document, About: b.About, On: b.On, AnswerBy: b.AnswerBy}))
		})
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/requests/{id}", Summary: "A request"},
		func(ctx context.Context, p staff.Person, in *ByRequest) (*requestOut, error) {
			return a.requestOf(d.Request(ctx, p, in.ID))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/requests/{id}/proposal", Summary: "What it should lead to; a second lead has to agree"},
		func(ctx context.Context, p staff.Person, in *proposalIn) (*requestOut, error) {
			b := in.Body
			return a.requestOf(d.ProposeAnswer(ctx, p, in.ID, request.Decision{Outcome: b.Outcome, Case: triage.CaseID(b.Case), Parts: b.Parts, Named: b.Named, Reason: b.Reason, Wish: b.Wish}))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/requests/{id}/agree", Summary: "The second lead agrees"},
		func(ctx context.Context, p staff.Person, in *ByRequest) (*requestOut, error) {
			return a.requestOf(d.AgreeAnswer(ctx, p, in.ID))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/requests/{id}/back", Summary: "The second lead does not agree"},
		func(ctx context.Context, p staff.Person, in *backIn) (*requestOut, error) {
			return a.requestOf(d.SendBack(ctx, p, in.ID, in.Body.Why))
		})
	a.answers(d)
}

// answers registers how what was decided leaves the house.
func (a *api) answers(d *desk.Desk) {
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/requests/{id}/pack", Summary: "What is given, as a zip archive",
		Description: "One case, and the list of contents with their SHA-256. Made again it is the same; each time is written down."},
		func(ctx context.Context, p staff.Person, in *ByRequest) (*archiveOut, error) {
			data, hash, err := d.GivePack(ctx, p, in.ID)
			return &archiveOut{"application/zip", hash, fmt.Sprintf("attachment; filename=%q", in.ID+".zip"), "nosniff", data}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/requests/{id}/letter", Summary: "The letter that does not tell whether there is anything"},
		func(ctx context.Context, p staff.Person, in *ByRequest) (*letterOut, error) {
			text, err := d.AnswerLetter(ctx, p, in.ID)
			out := &letterOut{}
			out.Body.Text = text
			return out, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/requests/{id}/answer", Summary: "The answer was brought"},
		func(ctx context.Context, p staff.Person, in *broughtIn) (*requestOut, error) {
			return a.requestOf(d.Answer(ctx, p, in.ID, in.Body.How))
		})
}
