package main

import (
	"context"

	"madoguchi/channels"
	"madoguchi/triage"
)

// pager reaches who is on call through a door that can.
type pager struct{ door channels.Pager }

func (p pager) Page(ctx context.Context, page triage.Page) error {
	return p.door.Page(ctx, channels.Page{Reach: page.Reach, By: page.By, Text: page.Text})
}

// pager returns the first open door that can page, or nil.
func (h *house) pager() triage.Pager {
	for _, d := range h.doors {
		if p, ok := d.(channels.Pager); ok {
			return pager{p}
		}
	}
	return nil
}
