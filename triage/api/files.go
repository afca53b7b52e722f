package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage/staff"
)

type fileIn struct {
	ByCase
	N    int `path:"n" doc:"number of the file in its case, from 1" minimum:"1"`
	Page int `query:"page" default:"1" minimum:"1" doc:"of a document"`
}

type fileOut struct {
	Type        string `header:"Content-Type"`
	Pages       int    `header:"X-Pages"`
	Disposition string `header:"Content-Disposition"`
	Sniff       string `header:"X-Content-Type-Options"`
	Policy      string `header:"Content-Security-Policy"`
	Body        []byte
}

// files registers what came with messages.
func (a *api) files() {
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/cases/{id}/files/{n}", Summary: "A cleaned copy of what came with a message",
		Description: "A picture, made anew; of a document the page that is asked for, and X-Pages says how many there are. 409 unreadable where it cannot be opened safely. " +
			"It is for who has the case, and for a lead where nobody has it. To a lead in a case that somebody else has, or that they took from a colleague themselves, " +
			"409 two_persons_needed: POST /api/v1/cases/{id}/reveals with the file's mark as the placeholder ([添付1] for file 1) and a reason asks for a second lead's yes " +
			"(POST /api/v1/reveals/{grant}/approve), and from then on the file is shown here for 15 minutes, to who asked."},
		func(ctx context.Context, p staff.Person, in *fileIn) (*fileOut, error) {
			f, err := a.Desk.File(ctx, p, in.id(), in.N, in.Page)
			return &fileOut{f.Type, f.Pages, "attachment", "nosniff", "default-src 'none'; sandbox", f.Data}, err
		})
}
