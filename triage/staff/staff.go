// Package staff says who the people of the desk are and what each may do.
//
// Two things live here because they must never disagree. The accounts: logins, passwords, API tokens and enrolment links,
// kept in Redis so that a dump shows none of them. And the policy: one table (Routes) that names for every route, of the
// pages and of the JSON API, the roles that may use it and why. A handler can only be registered for a route of the table,
// and a test tries every role on every route, so that there is no third place where somebody decides.
//
// What a role may see of one particular case (a colleague's, an erased one) depends on the case, and is package desk's.
package staff

import (
	"errors"
	"slices"
	"strings"

	"madoguchi/triage"
)

// Person is a member of the staff, or of a school, as somebody who acts.
type Person struct {
	Login  string
	Role   triage.Role
	School string // id; only of role school
	Only   string // id of the one hand-off that somebody without an account may reach, by a link that was sent to them
	Posts  string // ids of schools that they belong to beside the desk (併任, a child or a husband there), a space between
	Strong bool   // signed in with a second factor, or by an API token
	New    bool   // came in by the enrolment link: the first factor may be added now, and by no password later
	// Stamp changes with the password, the role and the school, and when the account is disabled. A session keeps it and
	// ends when it differs from the one that Accounts.Person returns.
	Stamp string
}

// Belongs reports whether somebody of the desk belongs to that school as well: what it has to do with is not theirs to see.
func (p Person) Belongs(school string) bool {
	return slices.Contains(strings.Fields(p.Posts), school)
}

// Account is a login as the administrator sees it.
type Account struct {
	Login    string
	Role     triage.Role
	School   string
	Posts    string // as of a Person
	Org      string // who employs them, where it is not the city
	Disabled bool
	Enrolled bool // has a password
	Tokens   int  // API tokens in use
}

// Errors that callers tell apart with errors.Is. None carries a login, a password or a token.
var (
	ErrUnknown = errors.New("staff: not known here")              // no such account, token or link; or disabled, wrong, spent, expired
	ErrTaken   = errors.New("staff: that login exists already")   // with another role or school
	ErrInvalid = errors.New("staff: not possible in an account")  // malformed login, unknown role, a school missing or too many
	ErrWeak    = errors.New("staff: the password is too short")   // or absurdly long
	ErrSlow    = errors.New("staff: too many attempts just now")  // wait a little, then try again
	ErrDamaged = errors.New("staff: an account cannot be opened") // wrong key, or tampered with
	ErrBackend = errors.New("staff: accounts cannot be reached")  // nothing is known to have happened
)
