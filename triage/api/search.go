package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/grant"
	"madoguchi/triage/staff"
)

type searchIn struct {
	Body struct {
		Names   []string `json:"names,omitempty" doc:"writings of one person's name, a space between family and given name"`
		Numbers []string `json:"numbers,omitempty" doc:"telephone numbers of that person"`
		Ground  string   `json:"ground" doc:"disclosure, inquiry, serious, background or same_child"`
		Reason  string   `json:"reason" doc:"why; who is named in it is anonymized"`
	}
}

// Search is the wish to know in which cases a person is named, and what came of it. Names and numbers are shown while the
// wish waits or the search runs; afterwards nobody has them.
type Search struct {
	ID       string      `json:"id"`
	Ground   string      `json:"ground"`
	Reason   string      `json:"reason" doc:"anonymized"`
	By       string      `json:"by" doc:"login of who asked"`
	Approver string      `json:"approver,omitempty" doc:"login of who decided"`
	State    grant.State `json:"state" enum:"asked,approved,refused,expired"`
	At       time.Time   `json:"at"`
	Until    *time.Time  `json:"until,omitempty" doc:"when what was found is destroyed"`
	Ended    bool        `json:"ended" doc:"every case was looked through"`
	Looked   int         `json:"looked" doc:"cases that were looked through"`
	Hits     int         `json:"hits" doc:"cases that name the person"`
	Names    []string    `json:"names,omitempty"`
	Numbers  []string    `json:"numbers,omitempty"`
	Found    []Hit       `json:"found,omitempty" doc:"for who asked and who allowed it"`
}

// Hit is a case that names the person.
type Hit struct {
	Case  triage.CaseID  `json:"case"`
	Match []triage.Match `json:"match" nullable:"false" doc:"contact, number, full or part: the surest first"`
}

// Searches are all searches, the newest first.
type Searches struct {
	Searches []Search `json:"searches" nullable:"false"`
}

type (
	searchOut   struct{ Body Search }
	searchesOut struct{ Body Searches }
)

func (a *api) searchOf(v desk.SearchView) Search {
	g := v.Grant
	s := Search{ID: g.ID, Ground: g.Ground, Reason: g.Reason, By: g.By, Approver: g.Approver, State: g.State(a.Desk.Register.Now()), At: g.At, Until: moment(g.Until)}
	if g.Search != nil {
		s.Ended, s.Looked, s.Hits = g.Search.Ended, g.Search.Looked, g.Search.Hits
	}
	if v.Sought != nil {
		s.Names, s.Numbers = v.Sought.Names, v.Sought.Numbers
	}
	for _, f := range v.Found {
		s.Found = append(s.Found, Hit{f.Case, f.Match})
	}
	return s
}

// searches registers the search for a person, which two people allow.
func (a *api) searches() {
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/searches", Summary: "Ask to look for a person in all cases", DefaultStatus: 201,
		Description: "Another lead has to allow it. What is looked for is destroyed when the search has ended, was refused or waited for an hour."},
		func(ctx context.Context, p staff.Person, in *searchIn) (*searchOut, error) {
			g, err := a.Desk.AskSearch(ctx, p, desk.Search{Ground: in.Body.Ground, Sought: triage.Sought{Names: in.Body.Names, Numbers: in.Body.Numbers, Reason: in.Body.Reason}})
			return &searchOut{a.searchOf(desk.SearchView{Grant: g})}, err
		})
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/searches", Summary: "All searches, without whom they are for and what they found"},
		func(ctx context.Context, p staff.Person, _ *struct{}) (*searchesOut, error) {
			list, err := a.Desk.Searches(ctx, p)
			out := &searchesOut{Searches{[]Search{}}}
			for _, g := range list {
				out.Body.Searches = append(out.Body.Searches, a.searchOf(desk.SearchView{Grant: g}))
			}
			return out, err
		})
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/searches/{id}", Summary: "A search: whom it is for, while that is there, and what it found"},
		func(ctx context.Context, p staff.Person, in *ByGrant) (*searchOut, error) {
			v, err := a.Desk.SearchOf(ctx, p, in.ID)
			return &searchOut{a.searchOf(v)}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/searches/{id}/approve", Summary: "Allow a colleague's search"},
		func(ctx context.Context, p staff.Person, in *ByGrant) (*searchOut, error) {
			g, err := a.Desk.ApproveSearch(ctx, p, in.ID)
			return &searchOut{a.searchOf(desk.SearchView{Grant: g})}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/searches/{id}/refuse", Summary: "Say no to a search, or take back one's own"},
		func(ctx context.Context, p staff.Person, in *ByGrant) (*searchOut, error) {
			g, err := a.Desk.RefuseSearch(ctx, p, in.ID)
			return &searchOut{a.searchOf(desk.SearchView{Grant: g})}, err
		})
}
