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
		Description: "A picture, made anew; of a document the page that is asked for, and X-Pages says how many there are. 409 unreadable where it cannot be opened safely."},
		func(ctx context.Context, p staff.Person, in *fileIn) (*fileOut, error) {
			f, err := a.Desk.File(ctx, p, in.id(), in.N, in.Page)
			return &fileOut{f.Type, f.Pages, "attachment", "nosniff", "default-src 'none'; sandbox", f.Data}, err
		})
}
