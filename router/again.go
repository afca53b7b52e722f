package router

import (
	"context"
	"errors"

	"madoguchi/channels"
	"madoguchi/triage"
)

// errWithdrawn says that the case was withdrawn.
var errWithdrawn = errors.New("router: the case was withdrawn")

// returns reports whether who was heard at the address can write from there again when the conversation is withdrawn: by
// any door but the chat, whose conversation ends with its keys. Such words begin a case of their own, in which they are
// seen; the withdrawn one stays as its seeker wanted it.
func returns(from channels.Address) bool {
	kind, _, _ := channels.OpenAddress(from)
	return kind != "" && kind != chat && kind != contactKind
}

// knownBefore reports whether one of the cases that the sender had before this one has, or before it was shredded had, the
// event.
func (r *Router) knownBefore(ctx context.Context, id triage.CaseID, from channels.Address, e triage.Event) (bool, error) {
	if !returns(from) {
		return false, nil
	}
	const never = 1 << 52 // a version that no case has: the store can only say whether it knows the event
	for earlier, n := r.Names.CaseOf(from), 0; earlier != id && n < mostCases; earlier, n = r.Names.after(earlier), n+1 {
		_, err := r.Store.Append(ctx, triage.Case{ID: earlier, Version: never}, e)
		if !errors.Is(err, triage.ErrConflict) {
			return err == nil, err
		}
	}
	return false, nil
}

// mostCases is how many withdrawn cases of one sender are asked for a message that comes again.
const mostCases = 100
