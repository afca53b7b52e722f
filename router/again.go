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
	if !returns(from) && len(r.Names.pseudonyms(from)) == 1 {
		return false, nil
	}
	const never = 1 << 52 // a version that no case has: the store can only say whether it knows the event
	for _, chain := range r.chains(from, id) {
		for _, earlier := range chain {
			_, err := r.Store.Append(ctx, triage.Case{ID: earlier, Version: never}, e)
			if !errors.Is(err, triage.ErrConflict) {
				return err == nil, err
			}
		}
	}
	return false, nil
}

// chains are the cases that the sender may have had before the one of that id: under each pepper the first, and those that
// followed as they were withdrawn. Where id follows in one of them, it is that one alone; where it follows in none, a few of
// each are enough, since nobody withdraws often.
func (r *Router) chains(from channels.Address, id triage.CaseID) [][]triage.CaseID {
	var all [][]triage.CaseID
	for _, pseudonym := range r.Names.pseudonyms(from) {
		var chain []triage.CaseID
		earlier := r.Names.caseOf(pseudonym)
		for ; earlier != id && len(chain) < mostCases; earlier = r.Names.after(earlier) {
			chain = append(chain, earlier)
		}
		if earlier == id && (len(chain) > 0 || len(all) > 0) {
			return [][]triage.CaseID{chain}
		}
		all = append(all, chain[:min(len(chain), fewCases)])
	}
	return all
}

// fewCases is how many of a sender's cases under another pepper are asked.
const fewCases = 2

// mostCases is how many withdrawn cases of one sender are asked for a message that comes again.
const mostCases = 100
