// Package lookin keeps who of the leads is looking into whose conversation at this moment, so that the counselor sees it for
// as long as it lasts. Nobody looks in unseen: to have another's case open is to be shown here.
//
// A look lasts for a little while and is renewed as long as the page is open, so that one that ends without a word (a browser
// that dies) ends here too. Pure; where it is kept is the caller's.
package lookin

import (
	"slices"
	"time"

	"madoguchi/triage"
)

// Lasts is how long one look lasts unless it is renewed.
const Lasts = 20 * time.Second

// Look is one who looks in.
type Look struct {
	Login string      `json:"login"`
	Role  triage.Role `json:"role"`
	Since time.Time   `json:"since"`
	Until time.Time   `json:"until"`
}

// Looks are those who look into one conversation.
type Looks []Look

// Now are those whose look lasts at that time, who began first standing first.
func (l Looks) Now(now time.Time) Looks {
	return slices.DeleteFunc(slices.Clone(l), func(x Look) bool { return !now.Before(x.Until) })
}

// With begins a look or renews it, and reports whether it began.
func (l Looks) With(login string, role triage.Role, now time.Time) (Looks, bool) {
	l = l.Now(now)
	if i := slices.IndexFunc(l, func(x Look) bool { return x.Login == login }); i >= 0 {
		l[i].Until = now.Add(Lasts)
		return l, false
	}
	return append(l, Look{login, role, now, now.Add(Lasts)}), true
}

// Without ends a look.
func (l Looks) Without(login string, now time.Time) Looks {
	return slices.DeleteFunc(l.Now(now), func(x Look) bool { return x.Login == login })
}
