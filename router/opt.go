package router

import (
	"context"
	"errors"

	"madoguchi/channels"
	"madoguchi/triage"
)

// opt takes in that somebody wants no more messages, or wants them again, where there are no words beside: whoever leaves
// a door without having written has no case, and gets none for that.
func (r *Router) opt(ctx context.Context, id triage.CaseID, m channels.Message) error {
	before, _, err := r.Store.Load(ctx, id)
	if errors.Is(err, triage.ErrUnknown) || err == nil && (before.Version == 0 || before.Erased()) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = r.append(ctx, before, r.opted(m, id, false)...)
	return err
}
